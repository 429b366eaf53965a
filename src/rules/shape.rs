//! 方式 and 分值: how the quantity of a deed becomes points. Shapes are data; nothing here is parsed
//! or executed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decisions::GRADE_CHARS_MAX;
use super::terms::{AMOUNT_MAX, POINTS_MAX, QUANTITY_MAX, Window};
use crate::hundredths::Hundredths;
use crate::visible;

/// Steps, bands or degrees of one rule: more fit on no wall.
const PARTS_MAX: usize = 20;
/// 国家, 一般, 特别严重 …
pub const DEGREE_CHARS_MAX: usize = 10;
/// A word that binds items of one event together.
pub const GROUP_CHARS_MAX: usize = 10;
/// What a sheet says where a veto lowers no grade; so no grade is called that.
pub const NO_GRADE: &str = "无";
/// Years that an entry may count, or an exchange be stopped: more is a slip of the finger.
pub const YEARS_MAX: u8 = 50;

/// How a quantity becomes points. All numbers are positive; the shape gives the sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Shape {
    /// 加分: a fixed number of points for each unit.
    Addition {
        /// For each unit.
        points: Hundredths,
    },
    /// 扣分: a fixed number of points off for each unit.
    Deduction {
        /// For each unit.
        points: Hundredths,
    },
    /// 评比: full marks, less a fixed number for every spot found, never below zero.
    Inspection {
        /// With no spot found.
        full_marks: Hundredths,
        /// For each spot (每处扣).
        points_per_spot: Hundredths,
    },
    /// 阶梯: what all units of a window together are worth is the highest step they reach.
    Ladder {
        /// Rising in units and in points.
        steps: Vec<Step>,
        /// The window in which units add up.
        window: Window,
    },
    /// 分段: an amount earns points for every whole `per`, band by band.
    Bands {
        /// Rising, without overlap.
        bands: Vec<Band>,
    },
    /// 分级: points by degree, for each unit.
    Degrees {
        /// Each with a name of its own.
        degrees: Vec<Degree>,
    },
    /// 分级扣分: points off by degree, for each unit.
    DegreesOff {
        /// Each with a name of its own.
        degrees: Vec<Degree>,
    },
    /// 基础: what every participating household begins a window with. It never comes from a deed.
    Base {
        /// At the beginning of each window.
        points: Hundredths,
        /// How often it begins anew.
        window: Window,
    },
    /// 前百分比奖励: for those who lead a window when it is closed. It never comes from a deed.
    TopShare {
        /// Of the participating households, 1–100.
        percent: u8,
        /// For each of them.
        points: Hundredths,
        /// Which window is closed.
        window: Window,
    },
    /// 否决: takes no points by itself; what it does is done when a window is closed.
    Veto(Veto),
}

/// A step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleStep)]
pub struct Step {
    /// Units that reach it.
    pub units: Hundredths,
    /// What all of them together are worth.
    pub points: Hundredths,
}

/// A band of amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleBand)]
pub struct Band {
    /// The amount it begins with.
    pub from: Hundredths,
    /// The amount it ends with; open above when absent.
    pub to: Option<Hundredths>,
    /// For every whole `per`.
    pub points: Hundredths,
    /// So much of the amount.
    pub per: Hundredths,
}

/// A degree and its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleDegree)]
pub struct Degree {
    /// 村, 县, 一般, 严重 …
    #[schema(example = "县")]
    pub name: String,
    /// For each unit.
    pub points: Hundredths,
}

/// What a veto does. At least one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleVeto)]
pub struct Veto {
    /// The star grade that the household cannot rise above.
    pub lowers_to: Option<String>,
    /// 清零: the window whose points come to nothing.
    pub zeroes: Option<Window>,
    /// 停兑: so many years in which nothing can be exchanged.
    pub blocks_years: Option<u8>,
}

/// Whether a text can be the name of a degree, a grade or a group of items: a word that stays one when it
/// stands among others in a cell of a sheet, without blanks and without what separates there.
pub fn is_word(text: &str, chars_max: usize) -> bool {
    let separates = |c: char| c.is_whitespace() || c.is_control() || ":：,，、;；".contains(c);
    (1..=chars_max).contains(&text.chars().count()) && !text.chars().any(|c| separates(c) || visible::is_invisible(c))
}

impl Shape {
    /// Whether its points are taken away, or it does worse: a worker cannot record it.
    pub fn deducts(&self) -> bool {
        matches!(self, Self::Deduction { .. } | Self::DegreesOff { .. } | Self::Veto(_))
    }

    /// Whether somebody can lose by it: a round takes marks off for each spot.
    pub fn takes(&self) -> bool {
        self.deducts() || self.inspects()
    }

    /// Whether it is scored on a round: zero spots are a fair finding.
    pub fn inspects(&self) -> bool {
        matches!(self, Self::Inspection { .. })
    }

    /// Whether a deed can be recorded under it; else it is carried out when a window begins or is closed.
    pub fn is_recorded(&self) -> bool {
        !matches!(self, Self::Base { .. } | Self::TopShare { .. })
    }

    /// Its degrees; none when it has no such choice.
    pub fn degrees(&self) -> &[Degree] {
        match self {
            Self::Degrees { degrees } | Self::DegreesOff { degrees } => degrees,
            _ => &[],
        }
    }

    /// The window in which its units add up although no cap counts them.
    pub fn counting_window(&self) -> Option<Window> {
        if let Self::Ladder { window, .. } = self { Some(*window) } else { None }
    }

    /// 上限周期 as the shape itself needs it; `None` where only a cap does.
    pub fn window(&self) -> Option<Window> {
        match self {
            Self::Ladder { window, .. } | Self::Base { window, .. } | Self::TopShare { window, .. } => Some(*window),
            _ => None,
        }
    }

    /// What about it cannot be carried out as written: the field, a stable code, and what to do.
    pub fn unsound(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let points = |points: &Hundredths| (Hundredths(1)..=POINTS_MAX).contains(points);
        let wrong_points = ("points", "points_out_of_range", "分值要比 0 大，最多 10000；扣分也写正数。");
        match self {
            Self::Addition { points: one } | Self::Deduction { points: one } | Self::Base { points: one, .. } => {
                (!points(one)).then_some(wrong_points)
            }
            Self::Inspection { full_marks, .. } if !points(full_marks) => Some(wrong_points),
            Self::Inspection { full_marks, points_per_spot } => (!points(points_per_spot)
                || points_per_spot > full_marks)
                .then_some(("points_per_spot", "spot_above_full_marks", "每处扣的分要比 0 大，不能比满分多。")),
            Self::TopShare { points: one, .. } if !points(one) => Some(wrong_points),
            Self::TopShare { percent, .. } => (!(1..=100).contains(percent)).then_some((
                "percent",
                "percent_out_of_range",
                "比例要在 1 到 100 之间。",
            )),
            Self::Ladder { steps, .. } => {
                let fair = |step: &Step| points(&step.points) && (Hundredths(1)..=QUANTITY_MAX).contains(&step.units);
                let rises = steps.windows(2).all(|two| two[0].units < two[1].units && two[0].points < two[1].points);
                (!rises || steps.is_empty() || steps.len() > PARTS_MAX || !steps.iter().all(fair)).then_some((
                    "steps",
                    "steps_not_rising",
                    "阶梯要从低到高写，次数和分值都要比 0 大，越来越大。",
                ))
            }
            Self::Bands { bands } => (!adjoining(bands) || bands.len() > PARTS_MAX).then_some((
                "bands",
                "bands_not_adjoining",
                "分段要一段接一段，从小到大，数都比 0 大，如 100-1000:1/100 1001-:1/1000。",
            )),
            Self::Degrees { degrees } | Self::DegreesOff { degrees } => {
                let twice =
                    degrees.iter().enumerate().any(|(at, one)| degrees[..at].iter().any(|o| o.name == one.name));
                let fair = degrees.iter().all(|one| points(&one.points) && is_word(&one.name, DEGREE_CHARS_MAX));
                (twice || !fair || degrees.is_empty() || degrees.len() > PARTS_MAX).then_some((
                    "degrees",
                    "degrees_unfair",
                    "每一级要有自己的名字（最多 10 个字，不带空格、冒号、逗号、顿号、分号）和比 0 大的分值，名字不能重复。",
                ))
            }
            Self::Veto(veto) if *veto == Veto::default() => Some((
                "veto",
                "veto_without_effect",
                "否决要写明后果：降到哪一档、清零哪一段，或者停兑几年（最多 50 年）。",
            )),
            Self::Veto(veto) => {
                let named = |grade: &String| is_word(grade, GRADE_CHARS_MAX) && grade != NO_GRADE;
                let fair = |years: u8| (1..=YEARS_MAX).contains(&years);
                (!veto.lowers_to.as_ref().is_none_or(named) || !veto.blocks_years.is_none_or(fair)).then_some((
                    "veto",
                    "veto_out_of_range",
                    "降到的那一档最多 12 个字，不带空格和标点；停兑在 1 到 50 年之间。",
                ))
            }
        }
    }

    /// What `units` are worth when `used` units of the window were counted before, signed. Parts of a
    /// hundredth are dropped towards zero. An unknown degree is worth nothing.
    pub fn points_of(&self, units: Hundredths, degree: Option<&str>, used: Hundredths) -> Hundredths {
        let times = |points: Hundredths| points.0 * units.0 / Hundredths::ONE.0;
        let of_degree = |degrees: &[Degree]| {
            degrees.iter().find(|one| Some(one.name.as_str()) == degree).map_or(0, |one| times(one.points))
        };
        Hundredths(match self {
            Self::Addition { points } => times(*points),
            Self::Deduction { points } => -times(*points),
            Self::Inspection { full_marks, points_per_spot } => (full_marks.0 - times(*points_per_spot)).max(0),
            Self::Ladder { steps, .. } => reached(steps, used.0 + units.0) - reached(steps, used.0),
            Self::Bands { bands } => banded(bands, units.0),
            Self::Degrees { degrees } => of_degree(degrees),
            Self::DegreesOff { degrees } => -of_degree(degrees),
            Self::Base { .. } | Self::TopShare { .. } | Self::Veto(_) => 0,
        })
    }
}

/// One band after another, with no more than one unit between them.
fn adjoining(bands: &[Band]) -> bool {
    let amount = |amount: Hundredths| (Hundredths(1)..=AMOUNT_MAX).contains(&amount);
    let fair = |band: &Band| {
        amount(band.from)
            && amount(band.per)
            && band.to.is_none_or(|to| band.from < to && amount(to))
            && (Hundredths(1)..=POINTS_MAX).contains(&band.points)
    };
    let follows =
        |two: &[Band]| two[0].to.is_some_and(|end| end < two[1].from && two[1].from.0 - end.0 <= Hundredths::ONE.0);
    !bands.is_empty() && bands.iter().all(fair) && bands.windows(2).all(follows)
}

/// Points of the highest step that so many hundredths of a unit reach.
fn reached(steps: &[Step], units: i64) -> i64 {
    steps.iter().filter(|step| step.units.0 <= units).map(|step| step.points.0).max().unwrap_or(0)
}

/// The first band counts from zero once its beginning is reached (`100-1000:1/100`: 100 gives one
/// point); each band after it counts what lies above the band before.
fn banded(bands: &[Band], amount: i64) -> i64 {
    let mut floor = 0;
    let mut points = 0;
    for band in bands.iter().filter(|band| band.from.0 <= amount && band.per.0 > 0) {
        let end = band.to.map_or(amount, |to| amount.min(to.0));
        points = ((end - floor).max(0) / band.per.0).saturating_mul(band.points.0).saturating_add(points);
        floor = end;
    }
    points
}
