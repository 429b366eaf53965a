//! What a rule says, as data with types, and the one pure function that turns a deed into points.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hundredths::Hundredths;

/// The largest quantity of one award, in whole units: more is a slip of the finger.
pub const QUANTITY_MAX: Hundredths = Hundredths::whole(10_000);
/// The largest number of points one unit may give or take.
pub const POINTS_MAX: Hundredths = Hundredths::whole(10_000);

/// 方式 and 分值: how a quantity becomes points. All numbers are positive; the shape gives the sign.
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
}

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

/// 佐证: what shows that the deed was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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
    /// 说明: for people, never parsed.
    pub remark: Option<String>,
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

/// What a deed is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Points to post; negative for a deduction.
    pub points: Hundredths,
    /// Points that the cap cut off, zero or more.
    pub clipped: Hundredths,
    /// Units that count against the cap.
    pub units: Hundredths,
}

impl Terms {
    /// Whether `quantity` is one that this rule can judge: zero is fair only for an inspection
    /// (no spot found); the largest is [`QUANTITY_MAX`].
    pub fn accepts(&self, quantity: Hundredths) -> bool {
        let least = if matches!(self.shape, Shape::Inspection { .. }) { 0 } else { 1 };
        (least..=QUANTITY_MAX.0).contains(&quantity.0)
    }

    /// What `quantity` units are worth when `used` units of the window were counted before.
    ///
    /// Total over all accepted quantities. Parts of a hundredth are dropped towards zero. An
    /// inspection counts as one unit against its cap, however many spots were found.
    pub fn worth(&self, quantity: Hundredths, used: Hundredths) -> Worth {
        let wanted = match self.shape {
            Shape::Inspection { .. } => Hundredths::ONE,
            Shape::Addition { .. } | Shape::Deduction { .. } => quantity,
        };
        let left = self.cap.map_or(wanted.0, |cap| (cap.units.0 - used.0).max(0));
        let units = Hundredths(wanted.0.min(left));
        let full = self.points_of(quantity);
        let points = match self.shape {
            Shape::Inspection { .. } if units == Hundredths::ONE => full,
            Shape::Inspection { .. } => Hundredths::ZERO,
            Shape::Addition { .. } | Shape::Deduction { .. } => self.points_of(units),
        };
        Worth { points, clipped: Hundredths((full.0 - points.0).abs()), units }
    }

    /// What a quantity counts: the rule's unit, or the spots that an inspection found.
    pub fn counted(&self) -> &str {
        if matches!(self.shape, Shape::Inspection { .. }) { "处" } else { &self.unit }
    }

    fn points_of(&self, quantity: Hundredths) -> Hundredths {
        let times = |points: Hundredths| points.0 * quantity.0 / Hundredths::ONE.0;
        Hundredths(match self.shape {
            Shape::Addition { points } => times(points),
            Shape::Deduction { points } => -times(points),
            Shape::Inspection { full_marks, points_per_spot } => (full_marks.0 - times(points_per_spot)).max(0),
        })
    }

    /// Whether a proof must be shown that a plain note cannot give.
    pub fn demands_proof(&self) -> bool {
        !self.proofs.is_empty() && !self.proofs.contains(&Proof::None) && !self.proofs.contains(&Proof::SignIn)
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
    use proptest::prelude::*;

    use super::*;

    fn terms(shape: Shape, cap: Option<i64>) -> Terms {
        Terms {
            shape,
            unit: "次".into(),
            cap: cap.map(|units| Cap { units: Hundredths(units), window: Window::Month }),
            proofs: vec![Proof::None],
            review: Review::None,
            redeemable: true,
            warn_first: None,
            indoor_may_be_skipped: false,
            remark: None,
        }
    }

    const ADD_FIVE: Shape = Shape::Addition { points: Hundredths(500) };
    const OFF_TWO: Shape = Shape::Deduction { points: Hundredths(200) };
    const TEN_LESS_TWO: Shape = Shape::Inspection { full_marks: Hundredths(1000), points_per_spot: Hundredths(200) };

    #[test]
    fn worked_examples_of_every_shape() {
        // shape, cap, quantity, used before -> points, clipped, units (all hundredths)
        let examples = [
            (ADD_FIVE, None, 100, 0, 500, 0, 100),
            (ADD_FIVE, None, 50, 0, 250, 0, 50),
            (ADD_FIVE, None, 1, 0, 5, 0, 1),
            (ADD_FIVE, Some(400), 300, 200, 1000, 500, 200),
            (ADD_FIVE, Some(400), 100, 400, 0, 500, 0),
            (ADD_FIVE, Some(400), 100, 900, 0, 500, 0),
            (Shape::Addition { points: Hundredths(33) }, None, 50, 0, 16, 0, 50),
            (OFF_TWO, None, 300, 0, -600, 0, 300),
            (OFF_TWO, Some(100), 300, 0, -200, 400, 100),
            (TEN_LESS_TWO, Some(100), 0, 0, 1000, 0, 100),
            (TEN_LESS_TWO, Some(100), 200, 0, 600, 0, 100),
            (TEN_LESS_TWO, Some(100), 900, 0, 0, 0, 100),
            (TEN_LESS_TWO, Some(100), 0, 100, 0, 1000, 0),
        ];
        for (shape, cap, quantity, used, points, clipped, units) in examples {
            let worth = terms(shape.clone(), cap).worth(Hundredths(quantity), Hundredths(used));
            let expected = Worth { points: Hundredths(points), clipped: Hundredths(clipped), units: Hundredths(units) };
            assert_eq!(worth, expected, "{shape:?} cap {cap:?} quantity {quantity} after {used}");
        }
    }

    #[test]
    fn zero_is_fair_only_for_an_inspection() {
        for (shape, zero) in [(ADD_FIVE, false), (OFF_TWO, false), (TEN_LESS_TWO, true)] {
            let terms = terms(shape, None);
            assert_eq!(terms.accepts(Hundredths::ZERO), zero);
            assert!(terms.accepts(QUANTITY_MAX) && terms.accepts(Hundredths(1)));
            assert!(!terms.accepts(Hundredths(QUANTITY_MAX.0 + 1)) && !terms.accepts(Hundredths(-1)));
        }
    }

    #[test]
    fn windows_are_named_by_their_day() {
        let day: NaiveDate = "2027-01-01".parse().unwrap();
        let names = [Window::Day, Window::Week, Window::Month, Window::Quarter, Window::Year].map(|one| one.of(day));
        assert_eq!(names, ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027"]);
    }

    #[test]
    fn terms_read_back_as_they_were_stored() {
        let terms = Terms { warn_first: Some(WarnFirst::Days(3)), ..terms(TEN_LESS_TWO, Some(100)) };
        let json = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&json).unwrap(), terms);
    }

    proptest! {
        #[test]
        fn a_cap_is_never_exceeded_and_the_order_within_a_window_does_not_change_the_sum(
            points in 1..=POINTS_MAX.0,
            cap in 1i64..=5_000,
            mut quantities in prop::collection::vec(1i64..=3_000, 1..12),
        ) {
            let whole = terms(Shape::Addition { points: Hundredths(points * 100) }, Some(cap));
            let fold = |quantities: &[i64]| quantities.iter().fold((0, 0), |(sum, used), quantity| {
                let worth = whole.worth(Hundredths(*quantity), Hundredths(used));
                (sum + worth.points.0, used + worth.units.0)
            });
            let (sum, used) = fold(&quantities);
            prop_assert!(used <= cap);
            prop_assert_eq!(used, quantities.iter().sum::<i64>().min(cap));
            quantities.reverse();
            prop_assert_eq!(fold(&quantities), (sum, used));
        }

        #[test]
        fn nothing_accepted_overflows_or_pays_more_than_its_units(
            points in 1..=POINTS_MAX.0, quantity in 1..=QUANTITY_MAX.0, used in 0..=QUANTITY_MAX.0,
        ) {
            for shape in [Shape::Addition { points: Hundredths(points) }, Shape::Deduction { points: Hundredths(points) }] {
                let worth = terms(shape, Some(1_000)).worth(Hundredths(quantity), Hundredths(used));
                prop_assert!(worth.points.0.abs() <= points * worth.units.0 / 100);
                prop_assert!(worth.clipped.0 >= 0 && worth.units.0 >= 0);
            }
        }
    }
}
