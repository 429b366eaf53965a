//! How many points a year can bring: to a household that does everything once, and at the very most.

use std::collections::BTreeMap;

use super::Rule;
use super::terms::{Band, Cap, PEOPLE_MAX, Shape, Terms, Window};
use crate::hundredths::Hundredths;

/// People of the household that full marks are told for: the average of China's census of 2020 is 2.62.
const PEOPLE: i64 = 3;

/// What one rule can bring in a year before its category holds it; what is absent has no limit.
struct Bound<'a> {
    terms: &'a Terms,
    /// Points for one unit, where units are what its points go by.
    rate: i64,
    /// Units.
    units: Option<i64>,
    /// Points.
    points: Option<i64>,
}

impl Terms {
    /// Points a year of a household of [`PEOPLE`] that does all of it up to every cap: where nothing caps an
    /// event, it happens once; a round comes every month. Deductions bring nothing.
    fn full_marks(&self) -> Bound<'_> {
        let people = if self.per_person { PEOPLE } else { 1 };
        let one = self.unit_at_most().0.saturating_mul(people);
        let uncapped = match (&self.shape, self.category_cap) {
            (_, Some(_)) => None,
            (Shape::Inspection { .. }, None) => Some(Hundredths::ONE.0 * Window::Month.a_year()),
            _ => Some(Hundredths::ONE.0),
        };
        let by_units = matches!(self.shape, Shape::Addition { .. } | Shape::Degrees { .. } | Shape::Inspection { .. });
        let units = self.cap.map(|cap| cap.units.0.saturating_mul(cap.window.a_year())).or(uncapped);
        let units = units.filter(|_| by_units);
        let points = match &self.shape {
            Shape::Addition { .. } | Shape::Degrees { .. } | Shape::Inspection { .. } => None,
            Shape::Ladder { window, .. } | Shape::Base { window, .. } | Shape::TopShare { window, .. } => {
                Some(one.saturating_mul(window.a_year()))
            }
            Shape::Bands { bands } => {
                let end = bands.iter().map(|band| band.to.unwrap_or(band.from)).max().unwrap_or_default();
                Some(self.shape.points_of(end, None, Hundredths::ZERO).0.saturating_mul(people))
            }
            Shape::Deduction { .. } | Shape::DegreesOff { .. } | Shape::Veto(_) => Some(0),
        };
        self.bound(one, units, points, Window::a_year)
    }

    /// The most that a household of any size can have of it in a year.
    fn at_most(&self) -> Bound<'_> {
        let often = |window: Window| window.most_within(Window::Year);
        let factor =
            if self.per_person { i64::from(PEOPLE_MAX) } else { 1 } * if self.repeat_doubles.is_some() { 2 } else { 1 };
        let one = match &self.shape {
            // Of one unit of an amount: what a step gives, spread over it.
            Shape::Bands { bands } => {
                let spread = |band: &Band| band.points.0.saturating_mul(Hundredths::ONE.0) / band.per.0.max(1) + 1;
                bands.iter().map(spread).max().unwrap_or(0)
            }
            _ => self.unit_at_most().0,
        };
        let one = one.saturating_mul(factor);
        let units = self.cap.map(|cap| cap.units.0.saturating_mul(often(cap.window)));
        let points = match &self.shape {
            Shape::Deduction { .. } | Shape::DegreesOff { .. } | Shape::Veto(_) => Some(0),
            Shape::Ladder { window, .. } | Shape::Base { window, .. } | Shape::TopShare { window, .. } => {
                Some(one.saturating_mul(often(*window)))
            }
            Shape::Bands { .. } | Shape::Addition { .. } | Shape::Degrees { .. } | Shape::Inspection { .. } => None,
        };
        self.bound(one, units, points, often)
    }

    fn bound(&self, rate: i64, units: Option<i64>, points: Option<i64>, often: impl Fn(Window) -> i64) -> Bound<'_> {
        let capped = self.points_cap.map(|cap| cap.points.0.saturating_mul(often(cap.window)));
        Bound { terms: self, rate, units, points: least([points, capped]) }
    }
}

/// Points a year of a household that does everything, up to the caps of whole categories.
pub fn full_marks_a_year(rules: &[Rule]) -> Hundredths {
    let each = rules.iter().map(|rule| (rule.category.as_str(), rule.terms.full_marks()));
    // Whatever has no limit of its own happens once, so there is always a sum.
    Hundredths(in_a_year(each, Window::a_year).unwrap_or(i64::MAX))
}

/// The most that any household can have in a year; nothing where something is without a limit.
pub fn at_most_a_year(rules: &[Rule]) -> Option<Hundredths> {
    let each = rules.iter().map(|rule| (rule.category.as_str(), rule.terms.at_most()));
    in_a_year(each, |window| window.most_within(Window::Year)).map(Hundredths)
}

fn in_a_year<'a>(each: impl Iterator<Item = (&'a str, Bound<'a>)>, often: impl Fn(Window) -> i64) -> Option<i64> {
    let mut categories: BTreeMap<&str, Vec<Bound<'_>>> = BTreeMap::new();
    each.for_each(|(category, bound)| categories.entry(category).or_default().push(bound));
    categories.into_values().try_fold(0_i64, |sum, bounds| Some(sum.saturating_add(brought(bounds, &often)?)))
}

/// What the items of one category bring together.
fn brought(bounds: Vec<Bound<'_>>, often: &impl Fn(Window) -> i64) -> Option<i64> {
    let (recorded, free): (Vec<_>, Vec<_>) =
        bounds.into_iter().filter(|one| !one.terms.shape.deducts()).partition(|one| one.terms.shape.is_recorded());
    let cap = recorded
        .iter()
        .filter_map(|one| one.terms.category_points_cap)
        .map(|cap| cap.points.0.saturating_mul(often(cap.window)))
        .min();
    let mut units: BTreeMap<&str, Vec<Bound<'_>>> = BTreeMap::new();
    recorded.into_iter().for_each(|one| units.entry(one.terms.unit_in_category()).or_default().push(one));
    let each = units.into_values().map(|alike| in_units(alike, often));
    let mut each = each;
    let by_deeds = least([each.try_fold(0_i64, |sum: i64, more| Some(sum.saturating_add(more?))), cap])?;
    free.iter().try_fold(by_deeds, |sum, one| Some(sum.saturating_add(one.points?)))
}

/// What items bring that a cap of their category counts in one unit: the dearest are done first.
fn in_units(mut alike: Vec<Bound<'_>>, often: &impl Fn(Window) -> i64) -> Option<i64> {
    let together = |cap: Cap| cap.units.0.saturating_mul(often(cap.window));
    let mut left = alike.iter().filter_map(|one| one.terms.category_cap).map(together).min();
    alike.sort_by_key(|one| std::cmp::Reverse(one.rate));
    let mut sum = 0_i64;
    for one in alike {
        let units = least([one.units, left]);
        let by_units = units.map(|units| one.rate.saturating_mul(units) / Hundredths::ONE.0);
        let points = least([by_units, one.points])?;
        sum = sum.saturating_add(points);
        // What its points end before leaves units to the others.
        let used = points.saturating_mul(Hundredths::ONE.0).checked_div(one.rate).unwrap_or(0);
        left = left.map(|left| left - used.min(left));
    }
    Some(sum)
}

fn least(limits: [Option<i64>; 2]) -> Option<i64> {
    limits.into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;
    use crate::rules::terms::PointsCap;

    fn terms(shape: Shape) -> Terms {
        Terms { shape, ..Terms::default() }
    }

    fn points(points: i64) -> Hundredths {
        Hundredths::whole(points)
    }

    fn rule(category: &str, terms: Terms) -> Rule {
        Rule { id: RuleId(uuid::Uuid::nil()), position: 1, category: category.into(), name: "乙".into(), terms }
    }

    #[test]
    fn a_year_at_full_marks_counts_what_the_caps_allow() {
        let five = || terms(Shape::Addition { points: points(5) });
        let capped = Terms { cap: Some(Cap { units: points(4), window: Window::Month }), ..five() };
        let cut = PointsCap { points: points(30), window: Window::Quarter };
        let round = Shape::Inspection { full_marks: points(10), points_per_spot: points(2) };
        for (terms, expected) in [
            (five(), 5),
            (capped.clone(), 240),
            (Terms { points_cap: Some(cut), ..capped }, 120),
            (terms(round), 120),
            (terms(Shape::Base { points: points(100), window: Window::Year }), 100),
            (terms(Shape::Base { points: points(1), window: Window::Day }), 366),
            (Terms { repeat_doubles: Some(Window::Year), ..five() }, 5),
            (terms(Shape::Deduction { points: points(9) }), 0),
            (Terms { per_person: true, ..five() }, 15),
        ] {
            assert_eq!(full_marks_a_year(&[rule("甲", terms.clone())]), points(expected), "{terms:?}");
        }
    }

    #[test]
    fn a_category_brings_no_more_than_its_cap() {
        let cap = Some(PointsCap { points: points(12), window: Window::Year });
        let terms = Terms { category_points_cap: cap, ..terms(Shape::Addition { points: points(10) }) };
        let rule = |category: &str| rule(category, terms.clone());
        assert_eq!(full_marks_a_year(&[rule("甲"), rule("甲"), rule("乙")]), points(22));
    }

    #[test]
    fn a_grade_is_out_of_reach_only_when_everything_has_a_limit() {
        let rule = |terms| rule("甲", terms);
        let five = terms(Shape::Addition { points: points(5) });
        let capped = Terms { cap: Some(Cap { units: points(4), window: Window::Month }), ..five.clone() };
        assert_eq!(at_most_a_year(&[rule(capped.clone())]), Some(points(240)));
        assert_eq!(at_most_a_year(&[rule(Terms { per_person: true, ..capped.clone() })]), Some(points(240 * 99)));
        assert_eq!(at_most_a_year(&[rule(capped), rule(five)]), None);
    }

    /// Mutation: bound every item by itself and add.
    #[test]
    fn a_cap_of_a_category_holds_for_its_items_together() {
        let five = || terms(Shape::Addition { points: points(5) });
        let in_points = Some(PointsCap { points: points(50), window: Window::Year });
        let in_units = Some(Cap { units: points(4), window: Window::Year });
        let by_points = || rule("甲", Terms { category_points_cap: in_points, ..five() });
        let by_units =
            |worth| rule("甲", Terms { category_cap: in_units, ..terms(Shape::Addition { points: points(worth) }) });
        assert_eq!(at_most_a_year(&[by_points(), by_points()]), Some(points(50)));
        assert_eq!(at_most_a_year(&[by_units(5), by_units(2), by_units(1)]), Some(points(20)));
        assert_eq!(full_marks_a_year(&[by_units(5), by_units(5), by_units(5)]), points(20));
        // The dearer one ends after two units.
        let ends = Some(PointsCap { points: points(10), window: Window::Year });
        let dearer = rule("甲", Terms { points_cap: ends, category_cap: in_units, ..five() });
        assert_eq!(at_most_a_year(&[by_units(2), dearer.clone()]), Some(points(14)));
        assert_eq!(at_most_a_year(&[dearer, rule("乙", five())]), None);
    }

    #[test]
    fn an_amount_in_bands_has_an_end_where_units_do() {
        let bands = vec![Band { from: points(100), to: None, points: points(1), per: points(100) }];
        let free = terms(Shape::Bands { bands });
        let capped = Terms { cap: Some(Cap { units: points(1_000), window: Window::Year }), ..free.clone() };
        assert_eq!(at_most_a_year(&[rule("甲", free)]), None);
        assert!(at_most_a_year(&[rule("甲", capped)]).is_some_and(|most| most >= points(10)));
    }
}
