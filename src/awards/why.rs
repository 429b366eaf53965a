//! Why an award waits for others, in stable words.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::Serialize;
use utoipa::ToSchema;

/// A reason to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitReason)]
pub enum Why {
    /// 评议: the rule wants a review.
    Rule,
    /// 扣分
    Deduction,
    /// 自己家: of the recorder's own household.
    OwnHousehold,
    /// 缺证明: a proof that the rule demands was not given.
    Proof,
    /// 补记: recorded after the days that the rule allows.
    Overdue,
    /// 人多: more came than live there.
    Crowd,
    /// 分大: so many points that the village looks at them whatever the rule says.
    Large,
    /// 像重复: somebody else recorded the same.
    Alike,
    /// 超上限: beyond the points that the village gives in a month.
    Budget,
    /// 户里报: the household told of it.
    Application,
    /// 改过: somebody had doubts and it was mended.
    Mended,
}

impl Why {
    const ALL: [Self; 11] = [
        Self::Rule,
        Self::Deduction,
        Self::OwnHousehold,
        Self::Proof,
        Self::Overdue,
        Self::Crowd,
        Self::Large,
        Self::Alike,
        Self::Budget,
        Self::Application,
        Self::Mended,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Deduction => "deduction",
            Self::OwnHousehold => "own_household",
            Self::Proof => "proof",
            Self::Overdue => "overdue",
            Self::Crowd => "crowd",
            Self::Large => "large",
            Self::Alike => "alike",
            Self::Budget => "budget",
            Self::Application => "application",
            Self::Mended => "mended",
        }
    }
}

/// The reasons of one award, stored as words with commas between them; none for what counted at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Reasons(pub Vec<Why>);

impl Reasons {
    /// The reasons that hold.
    pub fn of(reasons: impl IntoIterator<Item = (bool, Why)>) -> Self {
        Self(reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect())
    }

    /// Whether it waits for nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|why| why.word()).collect();
        f.write_str(&words.join(","))
    }
}

/// A word that is no reason.
#[derive(Debug, thiserror::Error)]
#[error("no reason to wait: {0}")]
pub struct NoReason(String);

impl FromStr for Reasons {
    type Err = NoReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let reason = |word: &str| {
            let known = Why::ALL.into_iter().find(|why| why.word() == word);
            known.ok_or_else(|| NoReason(word.to_owned()))
        };
        text.split(',').filter(|word| !word.is_empty()).map(reason).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_back_as_they_were_stored() {
        let all = Reasons(Why::ALL.to_vec());
        assert_eq!(all.to_string().parse::<Reasons>().unwrap(), all);
        assert_eq!("".parse::<Reasons>().unwrap(), Reasons::default());
        assert!("rule,anything".parse::<Reasons>().is_err());
        for why in Why::ALL {
            assert_eq!(serde_json::to_value(why).unwrap(), why.word());
        }
    }
}
