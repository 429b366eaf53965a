//! Rules as they go out: JSON, nothing else.

pub mod said;
pub mod set;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;
use super::terms::{Band, Cap, Degree, PointsCap, Proof, Review, Shape, Step, Terms, Validity, Veto, Window};
use crate::hundredths::Hundredths;
use crate::ids::RuleId;

/// How a deed becomes points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleKind)]
pub enum Kind {
    /// 加分
    Addition,
    /// 扣分
    Deduction,
    /// 评比
    Inspection,
    /// 阶梯
    Ladder,
    /// 分段
    Bands,
    /// 分级
    Degrees,
    /// 分级扣分
    DegreesOff,
    /// 基础
    Base,
    /// 前百分比奖励
    TopShare,
    /// 否决
    Veto,
}

/// A rule as it stands in one version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule, example = json!({
    "points_per_spot": null, "steps": [], "bands": [], "degrees": [], "percent": null, "window": null, "veto": null,
    "points_cap": null, "category_cap": null, "category_points_cap": null, "repeat_doubles": null, "highest_of": null,
    "validity": null, "late_days": null, "warn_first": null,
}))]
pub struct RuleOut {
    /// Identity through the versions.
    pub id: RuleId,
    /// Place in the table, from 1.
    #[schema(example = 5)]
    pub position: i32,
    /// 类别
    #[schema(example = "公益活动")]
    pub category: String,
    /// 事项
    #[schema(example = "参加村组环境卫生整治")]
    pub name: String,
    /// 方式
    pub kind: Kind,
    /// For each unit; an inspection's full marks; the most that a ladder, one band or one degree gives.
    pub points: Hundredths,
    /// 每处扣, of an inspection.
    pub points_per_spot: Option<Hundredths>,
    /// Of a ladder, rising.
    pub steps: Vec<Step>,
    /// Of a rule in bands, rising.
    pub bands: Vec<Band>,
    /// Of a rule by degree.
    pub degrees: Vec<Degree>,
    /// Of 前百分比奖励: the share of the participating households.
    #[schema(example = 10)]
    pub percent: Option<u8>,
    /// In which a ladder adds up, a base begins anew, or the leaders are honoured.
    pub window: Option<Window>,
    /// Of 否决.
    pub veto: Option<Veto>,
    /// What quantity counts.
    #[schema(example = "人次")]
    pub unit: String,
    /// Units that count in a window.
    pub cap: Option<Cap>,
    /// Points that count in a window.
    pub points_cap: Option<PointsCap>,
    /// Units of the whole category that count in a window.
    pub category_cap: Option<Cap>,
    /// Points of the whole category that count in a window.
    pub category_points_cap: Option<PointsCap>,
    /// A repeat inside this window counts twice.
    pub repeat_doubles: Option<Window>,
    /// Of the items with the same word, on one day only the highest counts.
    #[schema(example = "救灾")]
    pub highest_of: Option<String>,
    /// When an entry stops counting for honour.
    pub validity: Option<Validity>,
    /// Times the household's size, or the number who came.
    #[schema(example = false)]
    pub per_person: bool,
    /// Days after the deed in which it may be recorded without the assembly.
    #[schema(example = 30)]
    pub late_days: Option<u16>,
    /// One of these shows that it was done.
    pub proofs: Vec<Proof>,
    /// Who looks at it before it counts.
    pub review: Review,
    /// The points may become spendable.
    #[schema(example = true)]
    pub redeemable: bool,
    /// A deduction only after a warning: `on_the_spot` or `3_days`.
    #[schema(example = "on_the_spot")]
    pub warn_first: Option<String>,
    /// An inspection may leave it blank.
    #[schema(example = false)]
    pub indoor_may_be_skipped: bool,
    /// For people.
    #[schema(example = "按到场人次")]
    pub remark: Option<String>,
}

impl From<&Rule> for RuleOut {
    fn from(rule: &Rule) -> Self {
        let Terms { shape, .. } = rule.terms.clone();
        let highest = |points: &mut dyn Iterator<Item = Hundredths>| points.max().unwrap_or_default();
        let kind = match &shape {
            Shape::Addition { .. } => Kind::Addition,
            Shape::Deduction { .. } => Kind::Deduction,
            Shape::Inspection { .. } => Kind::Inspection,
            Shape::Ladder { .. } => Kind::Ladder,
            Shape::Bands { .. } => Kind::Bands,
            Shape::Degrees { .. } => Kind::Degrees,
            Shape::DegreesOff { .. } => Kind::DegreesOff,
            Shape::Base { .. } => Kind::Base,
            Shape::TopShare { .. } => Kind::TopShare,
            Shape::Veto(_) => Kind::Veto,
        };
        let mut out = Self::of(rule, kind);
        match shape {
            Shape::Addition { points } | Shape::Deduction { points } => out.points = points,
            Shape::Inspection { full_marks, points_per_spot } => {
                (out.points, out.points_per_spot) = (full_marks, Some(points_per_spot));
            }
            Shape::Ladder { steps, window } => {
                out.points = highest(&mut steps.iter().map(|step| step.points));
                (out.steps, out.window) = (steps, Some(window));
            }
            Shape::Bands { bands } => {
                out.points = highest(&mut bands.iter().map(|band| band.points));
                out.bands = bands;
            }
            Shape::Degrees { degrees } | Shape::DegreesOff { degrees } => {
                out.points = highest(&mut degrees.iter().map(|degree| degree.points));
                out.degrees = degrees;
            }
            Shape::Base { points, window } => (out.points, out.window) = (points, Some(window)),
            Shape::TopShare { percent, points, window } => {
                (out.percent, out.points, out.window) = (Some(percent), points, Some(window));
            }
            Shape::Veto(veto) => out.veto = Some(veto),
        }
        out
    }
}

impl RuleOut {
    /// Everything but the shape's own numbers.
    fn of(rule: &Rule, kind: Kind) -> Self {
        let terms = rule.terms.clone();
        Self {
            id: rule.id,
            position: rule.position,
            category: rule.category.clone(),
            name: rule.name.clone(),
            kind,
            points: Hundredths::ZERO,
            points_per_spot: None,
            steps: Vec::new(),
            bands: Vec::new(),
            degrees: Vec::new(),
            percent: None,
            window: None,
            veto: None,
            unit: terms.unit,
            cap: terms.cap,
            points_cap: terms.points_cap,
            category_cap: terms.category_cap,
            category_points_cap: terms.category_points_cap,
            repeat_doubles: terms.repeat_doubles,
            highest_of: terms.highest_of,
            validity: terms.validity,
            per_person: terms.per_person,
            late_days: terms.late_days,
            proofs: terms.proofs,
            review: terms.review,
            redeemable: terms.redeemable,
            warn_first: terms.warn_first.map(|warning| warning.to_string()),
            indoor_may_be_skipped: terms.indoor_may_be_skipped,
            remark: terms.remark,
        }
    }
}
