//! What a rule says, as data with types.

use std::fmt;

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::YEARS_MAX;
pub use super::shape::{Band, Degree, Shape, Step, Veto};
use crate::hundredths::Hundredths;

/// The largest quantity of one award, in whole units: more is a slip of the finger.
pub const QUANTITY_MAX: Hundredths = Hundredths::whole(10_000);
/// The largest amount of a rule in bands, in whole units: a donation of a million.
pub const AMOUNT_MAX: Hundredths = Hundredths::whole(1_000_000);
/// The largest number of points one unit may give or take.
pub const POINTS_MAX: Hundredths = Hundredths::whole(10_000);

/// The most that one award gives or takes, whatever its shape makes of the quantity: a hundred times what a
/// unit may give. Sums of a book stay far within 64 bits.
pub const DEED_POINTS_MAX: Hundredths = Hundredths::whole(1_000_000);

/// The most people that a deed 按人 is multiplied by: as many as a household may have.
pub const PEOPLE_MAX: u32 = 99;

/// 类别: a heading of the table.
pub const CATEGORY_CHARS_MAX: usize = 20;
/// 事项: one or two lines on a phone.
pub const NAME_CHARS_MAX: usize = 60;
/// 单位: 次, 人次, 小时 …
pub const UNIT_CHARS_MAX: usize = 8;
/// 说明: a paragraph for people.
pub const REMARK_CHARS_MAX: usize = 300;

/// 上限周期: the stretch of days in which units are counted against a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// 日
    Day,
    /// 周, Monday to Sunday
    Week,
    /// 月
    Month,
    /// 季度
    Quarter,
    /// 年
    Year,
}

/// 上限: how many units count in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "units": 4, "window": "month" }))]
pub struct Cap {
    /// Units that count.
    pub units: Hundredths,
    /// The window they are counted in.
    pub window: Window,
}

/// 上限分: how many points count in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PointsCap {
    /// Points that count; of deductions, their size.
    pub points: Hundredths,
    /// The window they are counted in.
    pub window: Window,
}

/// 有效期: years after which an entry stops counting for honour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleValidity)]
pub struct Validity {
    /// For degrees that are not named.
    #[schema(example = 3)]
    pub years: Option<u8>,
    /// By degree.
    pub by_degree: Vec<DegreeYears>,
}

/// How long an entry of one degree counts for honour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DegreeYears {
    /// The degree's name.
    #[schema(example = "县")]
    pub degree: String,
    /// Whole years.
    #[schema(example = 5)]
    pub years: u8,
}

/// 佐证: what shows that the deed was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Proof {
    /// 无
    None,
    /// 签到
    SignIn,
    /// 照片
    Photo,
    /// 证书
    Certificate,
    /// 票据
    Receipt,
    /// 调解书
    Mediation,
    /// 双方确认
    BothSides,
    /// 集体决定
    Collective,
    /// 处罚决定
    Penalty,
}

/// 审核: who looks at the award before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// 免审
    None,
    /// 评议
    Assembly,
    /// 双审
    Double,
}

/// 先劝导: a deduction only after a warning was not heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarnFirst {
    /// 当场
    OnTheSpot,
    /// n天 to put it right
    Days(u16),
}

/// Everything one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 方式 and 分值.
    pub shape: Shape,
    /// 单位: what quantity counts.
    pub unit: String,
    /// 上限次数 and 上限周期.
    pub cap: Option<Cap>,
    /// 佐证: one of these.
    pub proofs: Vec<Proof>,
    /// 审核.
    pub review: Review,
    /// 可兑换: the points may become spendable; else they count for honour only.
    pub redeemable: bool,
    /// 先劝导.
    pub warn_first: Option<WarnFirst>,
    /// 可没进屋: an inspection may leave the item blank.
    pub indoor_may_be_skipped: bool,
    /// 上限分: points of this item that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_cap: Option<PointsCap>,
    /// 类上限次: units of the whole category that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_cap: Option<Cap>,
    /// 类上限分: points of the whole category that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_points_cap: Option<PointsCap>,
    /// 再犯加倍: a repeat inside this window counts twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_doubles: Option<Window>,
    /// 只取最高: of the items with the same word here, on one day only the highest counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_of: Option<String>,
    /// 有效期.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// 按人: times the household's size, or the number who came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_person: bool,
    /// 补录期限: days after the deed in which it may be recorded without the assembly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_days: Option<u16>,
    /// 说明: for people, never parsed.
    pub remark: Option<String>,
}

impl Default for Terms {
    /// One point for each time, without a condition.
    fn default() -> Self {
        Self {
            shape: Shape::Addition { points: Hundredths::ONE },
            unit: "次".to_owned(),
            cap: None,
            proofs: vec![Proof::None],
            review: Review::None,
            redeemable: true,
            warn_first: None,
            indoor_may_be_skipped: false,
            points_cap: None,
            category_cap: None,
            category_points_cap: None,
            repeat_doubles: None,
            highest_of: None,
            validity: None,
            per_person: false,
            late_days: None,
            remark: None,
        }
    }
}

/// A rule as a table brings it in, before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// 类别.
    pub category: String,
    /// 事项; unique within its category.
    pub name: String,
    /// The rest of the row.
    pub terms: Terms,
}

impl Terms {
    /// Whether `quantity` is one that this rule can judge: zero is fair only for an inspection
    /// (no spot found); the largest is [`QUANTITY_MAX`], or [`AMOUNT_MAX`] for a rule in bands.
    pub fn accepts(&self, quantity: Hundredths) -> bool {
        let least = if self.shape.inspects() { 0 } else { 1 };
        let most = if matches!(self.shape, Shape::Bands { .. }) { AMOUNT_MAX } else { QUANTITY_MAX };
        self.shape.is_recorded() && (least..=most.0).contains(&quantity.0)
    }

    /// What a quantity counts: the rule's unit, or the spots that an inspection found.
    pub fn counted(&self) -> &str {
        if self.shape.inspects() { "处" } else { &self.unit }
    }

    /// The window in which the rule's own units are counted: the cap's, else a ladder's.
    pub fn units_window(&self) -> Option<Window> {
        self.cap.map(|cap| cap.window).or_else(|| self.shape.counting_window())
    }

    /// Whether a proof must be shown that a plain note cannot give.
    pub fn demands_proof(&self) -> bool {
        !self.proofs.is_empty() && !self.proofs.contains(&Proof::None) && !self.proofs.contains(&Proof::SignIn)
    }

    /// Whether it must be shown for so much: a round that found nothing has nothing to show.
    pub fn demands_proof_of(&self, quantity: Hundredths) -> bool {
        self.demands_proof() && !(self.shape.inspects() && quantity == Hundredths::ZERO)
    }

    /// The day from which an entry no longer counts for honour, if there is one.
    pub fn valid_until(&self, occurred_on: NaiveDate, degree: Option<&str>) -> Option<NaiveDate> {
        let validity = self.validity.as_ref()?;
        let named = validity.by_degree.iter().find(|one| Some(one.degree.as_str()) == degree);
        let years = named.map(|one| one.years).or(validity.years)?;
        occurred_on.checked_add_months(Months::new(u32::from(years) * 12))
    }

    /// Whether it may no longer be recorded without the assembly: more than 补录期限 have passed.
    pub fn is_overdue(&self, occurred_on: NaiveDate, recorded_on: NaiveDate) -> bool {
        self.late_days.is_some_and(|days| (recorded_on - occurred_on).num_days() > i64::from(days))
    }
}

impl Proof {
    /// Whether it is named in words: which certificate, who the two sides are, when it was decided.
    pub fn is_said(self) -> bool {
        !matches!(self, Self::None | Self::Photo)
    }
}

impl Validity {
    /// Whether it says something, and of each degree it names, which must be one of `degrees`, once.
    pub fn is_sound(&self, degrees: &[Degree]) -> bool {
        let fair = |years: u8| (1..=YEARS_MAX).contains(&years);
        let known = |name: &str| degrees.iter().any(|degree| degree.name == name);
        let once = |at: usize, name: &str| !self.by_degree[..at].iter().any(|other| other.degree == name);
        let mut named = self.by_degree.iter().enumerate();
        (self.years.is_some() || !self.by_degree.is_empty())
            && self.years.is_none_or(fair)
            && named.all(|(at, one)| fair(one.years) && known(&one.degree) && once(at, &one.degree))
    }
}

impl Window {
    /// Every window there is.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The window a day lies in: `2026-11-03`, `2026-W45`, `2026-11`, `2026-Q4` or `2026`. Weeks are
    /// those of ISO 8601.
    pub fn of(self, day: NaiveDate) -> String {
        match self {
            Self::Day => day.to_string(),
            Self::Week => format!("{}-W{:02}", day.iso_week().year(), day.iso_week().week()),
            Self::Month => day.format("%Y-%m").to_string(),
            Self::Quarter => format!("{}-Q{}", day.year(), day.month0() / 3 + 1),
            Self::Year => day.year().to_string(),
        }
    }
}

impl fmt::Display for WarnFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnTheSpot => f.write_str("on_the_spot"),
            Self::Days(days) => write!(f, "{days}_days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_fair_only_for_an_inspection_and_amounts_may_be_larger() {
        let inspection = Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::whole(2) };
        for (shape, zero, most) in [
            (Shape::Addition { points: Hundredths::ONE }, false, QUANTITY_MAX),
            (inspection, true, QUANTITY_MAX),
            (Shape::Bands { bands: Vec::new() }, false, AMOUNT_MAX),
        ] {
            let terms = Terms { shape, ..Terms::default() };
            assert_eq!(terms.accepts(Hundredths::ZERO), zero);
            assert!(terms.accepts(most) && terms.accepts(Hundredths(1)));
            assert!(!terms.accepts(Hundredths(most.0 + 1)) && !terms.accepts(Hundredths(-1)));
        }
        let base = Shape::Base { points: Hundredths::whole(100), window: Window::Year };
        assert!(!Terms { shape: base, ..Terms::default() }.accepts(Hundredths::ONE));
    }

    #[test]
    fn windows_are_named_by_their_day() {
        let day: NaiveDate = "2027-01-01".parse().unwrap();
        let names = [Window::Day, Window::Week, Window::Month, Window::Quarter, Window::Year].map(|one| one.of(day));
        assert_eq!(names, ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027"]);
    }

    #[test]
    fn terms_read_back_as_they_were_stored_and_what_was_stored_before_still_reads() {
        let shape = Shape::Degrees { degrees: vec![Degree { name: "县".into(), points: Hundredths::whole(20) }] };
        let validity = Some(Validity { years: None, by_degree: vec![DegreeYears { degree: "县".into(), years: 3 }] });
        let terms = Terms { shape, validity, warn_first: Some(WarnFirst::Days(3)), ..Terms::default() };
        let json = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&json).unwrap(), terms);
        let before = r#"{"shape":{"kind":"addition","points":1},"unit":"次","cap":null,"proofs":["none"],"review":"none","redeemable":true,"warn_first":null,"indoor_may_be_skipped":false,"remark":null}"#;
        assert_eq!(serde_json::from_str::<Terms>(before).unwrap(), Terms::default());
        assert_eq!(serde_json::to_string(&Terms::default()).unwrap(), before);
    }

    #[test]
    fn validity_goes_by_degree_and_lateness_by_days() {
        let day: NaiveDate = "2024-02-29".parse().unwrap();
        let validity =
            Some(Validity { years: Some(1), by_degree: vec![DegreeYears { degree: "县".into(), years: 3 }] });
        let terms = Terms { validity, late_days: Some(7), ..Terms::default() };
        let until = |degree| terms.valid_until(day, degree).unwrap().to_string();
        assert_eq!((until(None), until(Some("县"))), ("2025-02-28".to_owned(), "2027-02-28".to_owned()));
        let recorded = |day: &str| day.parse::<NaiveDate>().unwrap();
        assert!(!terms.is_overdue(day, recorded("2024-03-07")) && terms.is_overdue(day, recorded("2024-03-08")));
        assert_eq!(Terms::default().valid_until(day, None), None);
    }
}
