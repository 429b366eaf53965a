//! What a village decides about itself together with its table: how it publishes, how long one may
//! object, what becomes of old points. The rooms that publish, close and exchange read it here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::effects::places;
use crate::error::FieldProblem;
use crate::hundredths::Hundredths;
use crate::visible;

/// Fewest and most days in which one may object.
const OBJECTION_DAYS: std::ops::RangeInclusive<u8> = 3..=30;
/// Fewest and most people who judge a round.
/// A panel has some nine members.
const QUORUM: std::ops::RangeInclusive<u8> = 1..=20;
const JUDGES: std::ops::RangeInclusive<u8> = 1..=9;
/// Years after which points that nobody exchanged may expire.
const EXPIRY_YEARS: std::ops::RangeInclusive<u8> = 1..=10;
/// Most days around a deed in which another's entry of the same is looked at: a month.
const COOL_DOWN_DAYS_MAX: u8 = 31;
/// Deeds that a household may tell of on a day.
const APPLICATIONS_A_DAY: std::ops::RangeInclusive<u8> = 1..=5;
/// More points than any year can bring.
const YEAR_POINTS_MAX: Hundredths = Hundredths::whole(1_000_000);
/// More star grades than a wall can explain.
const GRADES_MAX: usize = 6;
/// 五星级文明户
pub(super) const GRADE_CHARS_MAX: usize = 12;

/// How names stand on the village's own board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardNames {
    /// 陈×桂 LJP0012
    #[default]
    MiddleMasked,
    /// 陈建桂
    Whole,
    /// LJP0012
    CodeOnly,
}

/// A column of the village's own board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardColumn {
    /// 本月得分
    Month,
    /// 累计分
    Honour,
    /// 名次
    Rank,
    /// 星级
    Stars,
    /// 能换东西的分
    Spendable,
}

/// When spendable points that nobody exchanged expire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// With the last day of each year.
    YearEnd,
    /// So many years after they became spendable.
    Years {
        /// 1–10.
        #[schema(example = 2)]
        years: u8,
    },
}

/// How star grades are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "by", deny_unknown_fields)]
pub enum Stars {
    /// There are none.
    #[default]
    None,
    /// By the points of the year, highest grade first.
    Points {
        /// Falling.
        grades: Vec<PointsGrade>,
    },
    /// By the share of the participating households, highest grade first.
    Share {
        /// Together at most 100.
        grades: Vec<ShareGrade>,
    },
}

impl Stars {
    /// What its certificates say, highest first.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::Points { grades } => grades.iter().map(|grade| grade.name.as_str()).collect(),
            Self::Share { grades } => grades.iter().map(|grade| grade.name.as_str()).collect(),
        }
    }

    fn names_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::None => Vec::new(),
            Self::Points { grades } => grades.iter_mut().map(|grade| &mut grade.name).collect(),
            Self::Share { grades } => grades.iter_mut().map(|grade| &mut grade.name).collect(),
        }
    }
}

/// A grade that begins with so many points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsGrade {
    /// What the certificate says.
    #[schema(example = "五星户")]
    pub name: String,
    /// Fewest points.
    pub from: Hundredths,
}

/// A grade for a share of the households.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareGrade {
    /// What the certificate says.
    #[schema(example = "五星户")]
    pub name: String,
    /// Of the participating households, 1–100.
    #[schema(example = 10)]
    pub percent: u8,
}

/// Everything the resolution fixes beside the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Decisions {
    /// Names on the board.
    pub board_names: BoardNames,
    /// Columns of the board, in their order.
    pub board_columns: Vec<BoardColumn>,
    /// Days in which one may object to a notice.
    #[schema(example = 7, minimum = 3, maximum = 30)]
    pub objection_days: u8,
    /// Points that are not published yet may go below zero.
    #[schema(example = true)]
    pub negative_pending: bool,
    /// What becomes of points that nobody exchanged.
    pub expiry: Expiry,
    /// People who judge a round; their average counts.
    #[schema(example = 1, minimum = 1, maximum = 9)]
    pub judges: u8,
    /// An award of this many points or more goes to the assembly, whatever its rule says.
    pub assembly_from: Option<Hundredths>,
    /// Cadres and panel members who must be at a meeting of the panel; one when absent.
    #[schema(example = 3, minimum = 1, maximum = 20)]
    pub quorum: Option<u8>,
    /// Days around a deed in which the same, recorded by another, waits for review; its own day when absent.
    #[schema(example = 3, maximum = 31)]
    pub cool_down_days: Option<u8>,
    /// Points that the village gives in a month; what goes beyond waits, and the town is asked. No limit when absent.
    pub month_points_max: Option<Hundredths>,
    /// Deeds that a household may tell of on a day; none when absent.
    #[schema(example = 2, minimum = 1, maximum = 5)]
    pub applications_a_day: Option<u8>,
    /// Star grades.
    pub stars: Stars,
}

impl Default for Decisions {
    /// What the law and the town's notice expect of a village that decided nothing else.
    fn default() -> Self {
        Self {
            board_names: BoardNames::default(),
            board_columns: vec![BoardColumn::Month, BoardColumn::Honour, BoardColumn::Rank],
            objection_days: 7,
            negative_pending: true,
            expiry: Expiry::default(),
            judges: 1,
            assembly_from: None,
            quorum: None,
            cool_down_days: None,
            month_points_max: None,
            applications_a_day: None,
            stars: Stars::default(),
        }
    }
}

impl Decisions {
    /// With the names of its grades as people see them, on one line.
    pub fn tidied(&self) -> Self {
        let mut tidied = self.clone();
        for name in tidied.stars.names_mut() {
            *name = visible::text(name).replace('\n', " ");
        }
        tidied
    }

    /// One problem a field that cannot be carried out.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut refuse = |wrong: bool, field: &str, message: &'static str| {
            if wrong {
                problems.push(FieldProblem::new(format!("decisions.{field}"), "out_of_range", message));
            }
        };
        let repeated = self.board_columns.iter().enumerate().any(|(at, one)| self.board_columns[..at].contains(one));
        refuse(self.board_columns.is_empty() || repeated, "board_columns", "公示栏至少要一列，每列只写一次。");
        refuse(!OBJECTION_DAYS.contains(&self.objection_days), "objection_days", "提意见的天数要在 3 到 30 天之间。");
        refuse(!JUDGES.contains(&self.judges), "judges", "打分的人数要在 1 到 9 之间。");
        refuse(self.assembly_from.is_some_and(|from| from.0 <= 0), "assembly_from", "分数要比 0 大。");
        refuse(self.quorum.is_some_and(|all| !QUORUM.contains(&all)), "quorum", "到会人数要在 1 到 20 之间。");
        let cool_down = self.cool_down_days.is_some_and(|days| days > COOL_DOWN_DAYS_MAX);
        let month_points = self.month_points_max.is_some_and(|most| !(1..=YEAR_POINTS_MAX.0).contains(&most.0));
        refuse(month_points, "month_points_max", "一个月的上限要比 0 大，最多 1000000 分。");
        let told = self.applications_a_day.is_some_and(|most| !APPLICATIONS_A_DAY.contains(&most));
        refuse(told, "applications_a_day", "每户每天报好事的次数要在 1 到 5 之间。");
        refuse(cool_down, "cool_down_days", "查重的天数最多 31 天。");
        if let Expiry::Years { years } = self.expiry {
            refuse(!EXPIRY_YEARS.contains(&years), "expiry", "过期年数要在 1 到 10 年之间。");
        }
        let names = self.stars.names();
        let named = |name: &&str| {
            (1..=GRADE_CHARS_MAX).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
        };
        let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        let none = self.stars != Stars::None && names.is_empty();
        refuse(
            none || names.len() > GRADES_MAX || twice || !names.iter().all(named),
            "stars",
            "星级要写 1 到 6 档，每档名字不同，最多 12 个字。",
        );
        if let Stars::Share { grades } = &self.stars {
            refuse(grades.iter().any(|grade| !(1..=100).contains(&grade.percent)), "stars", "比例要在 1 到 100 之间。");
            let sum: u32 = grades.iter().map(|grade| u32::from(grade.percent)).sum();
            refuse(sum > 100, "stars", "各档比例加起来不能超过 100%。");
        }
        if let Stars::Points { grades } = &self.stars {
            let fair = |grade: &PointsGrade| (Hundredths(1)..=YEAR_POINTS_MAX).contains(&grade.from);
            refuse(!grades.iter().all(fair), "stars", "分数线要比 0 大，最多 1000000。");
        }
        problems
    }

    /// Grades that nobody can reach, in plain words: one that begins no lower than the grade above it,
    /// one above what a year can bring, one for which no household of so many is left.
    pub fn warnings(&self, year_at_most: Option<Hundredths>, households: Option<usize>) -> Vec<String> {
        match &self.stars {
            Stars::None => Vec::new(),
            Stars::Points { grades } => {
                let mut warnings = Vec::new();
                for (at, grade) in grades.iter().enumerate() {
                    if grades[..at].iter().any(|higher| higher.from <= grade.from) {
                        warnings.push(format!("「{}」没有人评得上：它的分数线不比上一档低。", grade.name));
                    } else if year_at_most.is_some_and(|most| most < grade.from) {
                        warnings.push(format!("「{}」没有人评得上：全年最多也得不到 {} 分。", grade.name, grade.from));
                    }
                }
                warnings
            }
            Stars::Share { grades } => {
                let mut percent = 0;
                let mut warnings = Vec::new();
                for (at, grade) in grades.iter().enumerate() {
                    let before = percent;
                    percent += usize::from(grade.percent);
                    let none_left = |all: usize| at > 0 && places(all, percent) == places(all, before);
                    if before >= 100 {
                        warnings.push(format!("「{}」没有人评得上：前面几档已经占满了。", grade.name));
                    } else if let Some(all) = households.filter(|all| none_left(*all)) {
                        warnings.push(format!("「{}」没有人评得上：{all} 户里轮不到这一档。", grade.name));
                    }
                }
                warnings
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(name: &str, from: i64) -> PointsGrade {
        PointsGrade { name: name.into(), from: Hundredths::whole(from) }
    }

    #[test]
    fn a_grade_that_nobody_can_reach_is_said() {
        let stars = |grades| Decisions { stars: Stars::Points { grades }, ..Decisions::default() };
        let sound = stars(vec![grade("五星户", 90), grade("四星户", 80)]);
        assert!(sound.warnings(Some(Hundredths::whole(100)), None).is_empty() && sound.problems().is_empty());
        assert_eq!(sound.warnings(Some(Hundredths::whole(85)), None).len(), 1);
        assert_eq!(stars(vec![grade("五星户", 80), grade("四星户", 80)]).warnings(None, None).len(), 1);
        let shares = |percents: &[u8]| {
            let grades = percents.iter().map(|percent| ShareGrade { name: format!("{percent}星"), percent: *percent });
            Decisions { stars: Stars::Share { grades: grades.collect() }, ..Decisions::default() }
        };
        assert!(shares(&[10, 30, 60]).warnings(None, Some(40)).is_empty());
        assert_eq!(shares(&[40, 60, 5]).warnings(None, None).len(), 1);
        assert_eq!(
            shares(&[10, 10, 80]).warnings(None, Some(6)).len(),
            1,
            "one of six is the first tenth and the second"
        );
        assert_eq!(shares(&[40, 60, 5]).problems().len(), 1);
    }

    #[test]
    fn what_cannot_be_carried_out_is_named_by_its_field() {
        let wrong = Decisions {
            board_columns: vec![BoardColumn::Rank, BoardColumn::Rank],
            objection_days: 2,
            judges: 0,
            expiry: Expiry::Years { years: 11 },
            assembly_from: Some(Hundredths::ZERO),
            stars: Stars::Points { grades: Vec::new() },
            ..Decisions::default()
        };
        let fields: Vec<_> = wrong.problems().into_iter().map(|problem| problem.field).collect();
        let expected = ["board_columns", "objection_days", "judges", "assembly_from", "expiry", "stars"];
        assert_eq!(fields, expected.map(|field| format!("decisions.{field}")));
        assert!(Decisions::default().problems().is_empty());
    }

    proptest::proptest! {
        /// Mutation: forget how many households there are, or that the first place always counts.
        #[test]
        fn no_grade_is_out_of_reach_without_a_word_and_none_is_warned_of_in_vain(
            percents in proptest::collection::vec(1u8..=30, 1..=6),
            lines in proptest::collection::vec(1i64..=100, 1..=6),
            households in 1usize..=80,
            most in 1i64..=120,
        ) {
            use crate::rules::effects::Standing;
            let name = |at: usize| format!("第{at}档");
            let shares = percents.iter().enumerate();
            let shares = shares.map(|(at, percent)| ShareGrade { name: name(at), percent: *percent }).collect();
            let from = lines.iter().enumerate();
            let from = from.map(|(at, from)| PointsGrade { name: name(at), from: Hundredths::whole(*from) }).collect();
            let by = |stars| Decisions { stars, ..Decisions::default() };
            let (share, points) = (by(Stars::Share { grades: shares }), by(Stars::Points { grades: from }));
            let standing = |points: i64, rank: usize| Standing { points: Hundredths::whole(points), rank, of: households };
            let said = |warned: &[String], at: usize| warned.iter().any(|one| one.contains(&name(at)));
            let warned = share.warnings(None, Some(households));
            for at in 0..percents.len() {
                let reached = (1..=households).any(|rank| share.grade(standing(1, rank), &[]) == Some(name(at).as_str()));
                proptest::prop_assert_eq!(reached, !said(&warned, at), "{} {:?}", at, warned);
            }
            let warned = points.warnings(Some(Hundredths::whole(most)), None);
            for at in 0..lines.len() {
                let reached = (0..=most).any(|year| points.grade(standing(year, 1), &[]) == Some(name(at).as_str()));
                proptest::prop_assert_eq!(reached, !said(&warned, at), "{} {:?}", at, warned);
            }
        }
    }
}
