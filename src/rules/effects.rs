//! What a table does beyond the points of a deed: pure functions over the rules, the resolution and the
//! standings of a window. The rooms that close periods, redeem and give stars carry the effects out.

use chrono::{Months, NaiveDate};

use super::Rule;
use super::decisions::{Decisions, Expiry, Stars};
use super::terms::{DEED_POINTS_MAX, Shape, Terms, Window};
use crate::hundredths::Hundredths;

/// What a deed brings about besides its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// 否决: the household's grade does not rise above this one in the year of the deed.
    LowersStars {
        /// The grade's name.
        to: String,
    },
    /// 清零: what the household earned in this window comes to nothing when it is closed.
    Zeroes {
        /// The window's name, as [`Window::of`] gives it.
        window: String,
    },
    /// 停兑: nothing can be exchanged before this day.
    BlocksRedemption {
        /// First day on which it is allowed again.
        until: NaiveDate,
    },
    /// 有效期: from this day the points no longer count for honour.
    Lapses {
        /// First day on which they do not count.
        on: NaiveDate,
    },
}

/// A household's place when a window is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Points of the window.
    pub points: Hundredths,
    /// From 1; those who have as many points share a rank.
    pub rank: usize,
    /// Households that take part.
    pub of: usize,
}

impl Terms {
    /// 按人: points that no deed gives, times the household's size.
    fn times_people(&self, points: Hundredths, people: u32) -> Hundredths {
        let times = if self.per_person { i64::from(people) } else { 1 };
        Hundredths(points.0.saturating_mul(times).min(DEED_POINTS_MAX.0))
    }

    /// What a deed under this rule brings about besides its points, in a fixed order.
    pub fn effects(&self, occurred_on: NaiveDate, degree: Option<&str>) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Shape::Veto(veto) = &self.shape {
            effects.extend(veto.lowers_to.clone().map(|to| Effect::LowersStars { to }));
            effects.extend(veto.zeroes.map(|window| Effect::Zeroes { window: window.of(occurred_on) }));
            let until = veto.blocks_years.and_then(|years| years_after(occurred_on, years));
            effects.extend(until.map(|until| Effect::BlocksRedemption { until }));
        }
        effects.extend(self.valid_until(occurred_on, degree).map(|on| Effect::Lapses { on }));
        effects
    }
}

/// What the rules of a table give a participating household of so many people when a window begins
/// (基础), by rule.
pub fn begins_with(rules: &[Rule], window: Window, people: u32) -> impl Iterator<Item = (&Rule, Hundredths)> {
    rules.iter().filter_map(move |rule| match rule.terms.shape {
        Shape::Base { points, window: own } if own == window => Some((rule, rule.terms.times_people(points, people))),
        _ => None,
    })
}

/// What the rules of a table give a household for leading a window that is closed (前百分比奖励), by rule.
/// Nobody leads without points.
pub fn bonuses(
    rules: &[Rule],
    window: Window,
    standing: Standing,
    people: u32,
) -> impl Iterator<Item = (&Rule, Hundredths)> {
    rules.iter().filter_map(move |rule| match rule.terms.shape {
        Shape::TopShare { percent, points, window: own }
            if own == window && standing.points.0 > 0 && standing.rank <= places(standing.of, percent.into()) =>
        {
            Some((rule, rule.terms.times_people(points, people)))
        }
        _ => None,
    })
}

/// How many places a share of the households makes: whole ones, the first always.
pub(super) fn places(households: usize, percent: usize) -> usize {
    (households * percent / 100).max(1)
}

impl Decisions {
    /// The star grade of a year's standing, not above any grade that a veto lowered it to; `None` when
    /// there are no grades or it reaches none.
    pub fn grade(&self, standing: Standing, lowered_to: &[&str]) -> Option<&str> {
        let (names, reached): (Vec<&str>, Option<usize>) = match &self.stars {
            Stars::None => return None,
            Stars::Points { grades } => (
                grades.iter().map(|grade| grade.name.as_str()).collect(),
                grades.iter().position(|grade| standing.points >= grade.from),
            ),
            Stars::Share { grades } => {
                let mut percent = 0;
                let below = |grade: &super::decisions::ShareGrade| {
                    percent += usize::from(grade.percent);
                    standing.rank <= places(standing.of, percent)
                };
                (grades.iter().map(|grade| grade.name.as_str()).collect(), grades.iter().position(below))
            }
        };
        let lowest = lowered_to.iter().filter_map(|to| names.iter().position(|name| name == to)).max();
        let place = lowest.map_or(reached, |lowest| reached.map(|reached| reached.max(lowest)));
        place.and_then(|place| names.get(place).copied())
    }

    /// The first day on which points that became spendable on a day can no longer be exchanged.
    pub fn expires_on(&self, spendable_since: NaiveDate) -> Option<NaiveDate> {
        match self.expiry {
            Expiry::Never => None,
            Expiry::YearEnd => years_after(spendable_since, 1)
                .and_then(|next| NaiveDate::from_yo_opt(chrono::Datelike::year(&next), 1)),
            Expiry::Years { years } => years_after(spendable_since, years),
        }
    }
}

fn years_after(day: NaiveDate, years: u8) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(u32::from(years) * 12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;
    use crate::rules::decisions::{PointsGrade, ShareGrade};
    use crate::rules::terms::{Validity, Veto};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(shape: Shape) -> Rule {
        let terms = Terms { shape, ..Terms::default() };
        Rule { id: RuleId(uuid::Uuid::nil()), position: 1, category: "甲".into(), name: "乙".into(), terms }
    }

    fn standing(points: i64, rank: usize) -> Standing {
        Standing { points: Hundredths::whole(points), rank, of: 40 }
    }

    #[test]
    fn a_veto_and_a_validity_say_what_they_do_and_until_when() {
        let veto = Veto { lowers_to: Some("三星户".into()), zeroes: Some(Window::Quarter), blocks_years: Some(2) };
        let validity = Some(Validity { years: Some(3), by_degree: Vec::new() });
        let terms = Terms { validity, ..rule(Shape::Veto(veto)).terms };
        assert_eq!(
            terms.effects(day("2026-11-23"), None),
            [
                Effect::LowersStars { to: "三星户".into() },
                Effect::Zeroes { window: "2026-Q4".into() },
                Effect::BlocksRedemption { until: day("2028-11-23") },
                Effect::Lapses { on: day("2029-11-23") },
            ]
        );
        assert!(Terms::default().effects(day("2026-11-23"), None).is_empty());
    }

    #[test]
    fn a_window_begins_with_its_base_and_ends_with_the_bonus_of_its_leaders() {
        let base = Shape::Base { points: Hundredths::whole(100), window: Window::Year };
        let top = Shape::TopShare { percent: 10, points: Hundredths::whole(5), window: Window::Month };
        let rules = [rule(base), rule(top)];
        let given = |window| begins_with(&rules, window, 3).map(|(_, points)| points.0).collect::<Vec<_>>();
        assert_eq!((given(Window::Year), given(Window::Month)), (vec![10_000], vec![]));
        let mut each = rules.clone();
        each.iter_mut().for_each(|rule| rule.terms.per_person = true);
        assert_eq!(begins_with(&each, Window::Year, 3).map(|(_, points)| points.0).collect::<Vec<_>>(), [30_000]);
        assert_eq!(bonuses(&each, Window::Month, standing(9, 1), 3).map(|(_, points)| points.0).sum::<i64>(), 1_500);
        let bonus = |window, standing| bonuses(&rules, window, standing, 3).count();
        assert_eq!([1, 4, 5].map(|rank| bonus(Window::Month, standing(9, rank))), [1, 1, 0]);
        assert_eq!((bonus(Window::Month, standing(0, 1)), bonus(Window::Year, standing(9, 1))), (0, 0));
        let few = Standing { points: Hundredths::ONE, rank: 1, of: 3 };
        assert_eq!(bonus(Window::Month, few), 1, "the first place always counts");
    }

    #[test]
    fn stars_go_by_points_or_by_share_and_no_higher_than_a_veto_lets_them() {
        let grade = |name: &str, from| PointsGrade { name: name.into(), from: Hundredths::whole(from) };
        let grades = vec![grade("五星", 90), grade("四星", 80), grade("三星", 0)];
        let points = Decisions { stars: Stars::Points { grades }, ..Decisions::default() };
        let given =
            |points_given: i64, lowered: &[&str]| points.grade(standing(points_given, 1), lowered).map(str::to_owned);
        assert_eq!([90, 89, 80, 79].map(|one| given(one, &[]).unwrap()), ["五星", "四星", "四星", "三星"]);
        assert_eq!(given(-1, &[]), None);
        assert_eq!(given(95, &["四星"]).unwrap(), "四星");
        assert_eq!(given(85, &["五星"]).unwrap(), "四星", "a veto never raises");
        let grade = |name: &str, percent| ShareGrade { name: name.into(), percent };
        let stars = Stars::Share { grades: vec![grade("五星", 10), grade("四星", 30)] };
        let share = Decisions { stars, ..Decisions::default() };
        let of = |rank| share.grade(standing(1, rank), &[]).map(str::to_owned);
        assert_eq!([4, 5, 16].map(|rank| of(rank).unwrap()), ["五星", "四星", "四星"]);
        assert_eq!((of(17), Decisions::default().grade(standing(1, 1), &[])), (None, None));
    }

    #[test]
    fn points_expire_as_resolved() {
        let since = day("2026-03-05");
        let on = |expiry| Decisions { expiry, ..Decisions::default() }.expires_on(since);
        assert_eq!(on(Expiry::Never), None);
        assert_eq!(on(Expiry::YearEnd), Some(day("2027-01-01")));
        assert_eq!(on(Expiry::Years { years: 2 }), Some(day("2028-03-05")));
    }
}
