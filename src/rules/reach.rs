//! How far a table reaches: what a year can bring at most, and what in it can never happen.

use super::Rule;
use super::decisions::Decisions;
use super::terms::{Cap, PEOPLE_MAX, PointsCap, Shape, Terms, Veto, Window};
use crate::hundredths::Hundredths;

/// People of the household that full marks are told for: the average of China's census of 2020 is 2.62.
const PEOPLE: i64 = 3;

impl Window {
    /// How many of it a year has, at most.
    pub fn a_year(self) -> i64 {
        match self {
            Self::Day => 366,
            Self::Week => 53,
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }

    /// How many windows of this kind one of another kind touches, at most. So many weeks touch `n` days: `(n - 2) / 7 + 2`.
    fn most_within(self, outer: Self) -> i64 {
        match (self, outer) {
            (Self::Day, Self::Week) => 7,
            (Self::Day, Self::Month) => 31,
            (Self::Day, Self::Quarter) => 92,
            (Self::Day, Self::Year) => 366,
            (Self::Week, Self::Month) => 6,
            (Self::Week, Self::Quarter) => 14,
            (Self::Week, Self::Year) => 54,
            (Self::Month, Self::Quarter) => 3,
            (Self::Month, Self::Year) => 12,
            (Self::Quarter, Self::Year) => 4,
            (Self::Month | Self::Quarter | Self::Year, Self::Week) => 2,
            _ => 1,
        }
    }
}

impl Terms {
    /// Points a year of a household of [`PEOPLE`] that does all of it up to every cap: where nothing caps an
    /// event, it happens once; a round comes every month. Deductions bring nothing.
    pub fn full_marks_a_year(&self) -> Hundredths {
        let people = if self.per_person { PEOPLE } else { 1 };
        let one = self.unit_at_most().0.saturating_mul(people);
        let times = |cap: Option<Cap>| cap.map(|cap| cap.units.0.saturating_mul(cap.window.a_year()));
        let by_units = |default: i64| {
            let units = [times(self.cap), times(self.category_cap)].into_iter().flatten().min();
            one.saturating_mul(units.unwrap_or(default)) / Hundredths::ONE.0
        };
        let once = Hundredths::ONE.0;
        let points = match &self.shape {
            Shape::Addition { .. } | Shape::Degrees { .. } => by_units(once),
            Shape::Inspection { .. } => by_units(once * Window::Month.a_year()),
            Shape::Ladder { window, .. } | Shape::Base { window, .. } | Shape::TopShare { window, .. } => {
                one.saturating_mul(window.a_year())
            }
            Shape::Bands { bands } => {
                let end = bands.iter().map(|band| band.to.unwrap_or(band.from)).max().unwrap_or_default();
                self.shape.points_of(end, None, Hundredths::ZERO).0.saturating_mul(people)
            }
            Shape::Deduction { .. } | Shape::DegreesOff { .. } | Shape::Veto(_) => 0,
        };
        let most = |cap: Option<PointsCap>| cap.map(|cap| cap.points.0.saturating_mul(cap.window.a_year()));
        let capped =
            [most(self.points_cap), most(self.category_points_cap)].into_iter().flatten().fold(points, i64::min);
        Hundredths(capped)
    }

    /// The most that a household of any size can have of it in a year; nothing where nothing stops it.
    fn at_most_a_year(&self) -> Option<i64> {
        let often = |window: Window| window.most_within(Window::Year);
        let factor =
            if self.per_person { i64::from(PEOPLE_MAX) } else { 1 } * if self.repeat_doubles.is_some() { 2 } else { 1 };
        let one = self.unit_at_most().0.saturating_mul(factor);
        let units = [self.cap, self.category_cap].into_iter().flatten();
        let units = units.map(|cap| cap.units.0.saturating_mul(often(cap.window))).min();
        let by_shape = match &self.shape {
            Shape::Deduction { .. } | Shape::DegreesOff { .. } | Shape::Veto(_) => Some(0),
            Shape::Ladder { window, .. } | Shape::Base { window, .. } | Shape::TopShare { window, .. } => {
                Some(one.saturating_mul(often(*window)))
            }
            Shape::Bands { .. } => None,
            Shape::Addition { .. } | Shape::Degrees { .. } | Shape::Inspection { .. } => {
                units.map(|units| one.saturating_mul(units) / Hundredths::ONE.0)
            }
        };
        let caps = [self.points_cap, self.category_points_cap].into_iter().flatten();
        let by_caps = caps.map(|cap| cap.points.0.saturating_mul(often(cap.window))).min();
        [by_shape, by_caps].into_iter().flatten().min()
    }

    /// What of the rule can never happen, in plain words.
    fn unreachable(&self, name: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        let unit_caps = [self.cap, self.category_cap];
        if let Shape::Ladder { steps, window } = &self.shape {
            let most = |cap: Cap| Hundredths(cap.units.0.saturating_mul(cap.window.most_within(*window)));
            let most = unit_caps.into_iter().flatten().map(most).min();
            for step in steps.iter().filter(|step| most.is_some_and(|most| step.units > most)) {
                let most = most.unwrap_or_default();
                warnings.push(format!("「{name}」够不到 {} 这一档：上限只算到 {most}。", step.units));
            }
        }
        let point_caps = [self.points_cap, self.category_points_cap];
        let least = point_caps.into_iter().flatten().map(|cap| cap.points).min();
        let classes: Vec<(String, Hundredths, Option<Hundredths>)> = match &self.shape {
            Shape::Degrees { degrees } | Shape::DegreesOff { degrees } => {
                degrees.iter().map(|degree| (degree.name.clone(), degree.points, least)).collect()
            }
            Shape::Ladder { steps, window } => {
                let most = |cap: PointsCap| Hundredths(cap.points.0.saturating_mul(cap.window.most_within(*window)));
                let most = point_caps.into_iter().flatten().map(most).min();
                steps.iter().map(|step| (step.units.to_string(), step.points, most)).collect()
            }
            Shape::Bands { .. } => Vec::new(),
            _ => vec![(String::new(), self.unit_at_most(), least)],
        };
        for (class, points, most) in classes {
            if let Some(most) = most.filter(|most| points > *most) {
                let what = if class.is_empty() { String::new() } else { format!("的「{class}」") };
                warnings.push(format!("「{name}」{what}得不满 {points} 分：上限分只到 {most}。"));
            }
        }
        warnings.extend(self.bands_out_of_reach(name));
        let less_than_once = |cap: &Cap| cap.units < Hundredths::ONE && !matches!(self.shape, Shape::Bands { .. });
        if unit_caps.iter().flatten().any(less_than_once) {
            warnings.push(format!("「{name}」的上限不到一次，一次也得不满。"));
        }
        warnings
    }

    /// Bands that bring nothing more: the amounts, or the points of the bands before, are capped.
    fn bands_out_of_reach(&self, name: &str) -> Vec<String> {
        let Shape::Bands { bands } = &self.shape else { return Vec::new() };
        let units = [self.cap, self.category_cap].into_iter().flatten().map(|cap| cap.units).min();
        let points = [self.points_cap, self.category_points_cap].into_iter().flatten().map(|cap| cap.points).min();
        let worth = |amount: Hundredths| {
            let given = self.shape.points_of(amount, None, Hundredths::ZERO);
            points.map_or(given, |most| given.min(most))
        };
        let mut warnings = Vec::new();
        let mut floor = Hundredths::ZERO;
        for band in bands {
            let top = band.to.unwrap_or(Hundredths(floor.max(band.from).0.saturating_add(band.per.0)));
            let reached = units.map_or(top, |most| most.min(top));
            if worth(reached) <= worth(floor) {
                let from = band.from;
                warnings.push(match (units.filter(|most| *most < top), points.filter(|most| worth(floor) >= *most)) {
                    (Some(most), _) => format!("「{name}」{from} 起的一段一分也加不到：上限只算到 {most}。"),
                    (None, Some(most)) => format!("「{name}」{from} 起的一段再也不加：上限分只到 {most}。"),
                    (None, None) => format!("「{name}」{from} 起的一段一分也加不到：这一段不够 {}。", band.per),
                });
            }
            floor = top;
        }
        warnings
    }
}

/// Points a year of a household that does everything, up to the caps of whole categories.
pub fn full_marks_a_year(rules: &[Rule]) -> Hundredths {
    let mut categories: Vec<(&str, i64, i64)> = Vec::new();
    for rule in rules {
        let points = rule.terms.full_marks_a_year().0;
        let cap = rule.terms.category_points_cap.filter(|_| !rule.terms.shape.deducts());
        let cap = cap.map_or(i64::MAX, |cap| cap.points.0.saturating_mul(cap.window.a_year()));
        match categories.iter_mut().find(|(name, ..)| *name == rule.category) {
            Some((_, sum, least)) => (*sum, *least) = (sum.saturating_add(points), cap.min(*least)),
            None => categories.push((&rule.category, points, cap)),
        }
    }
    Hundredths(categories.into_iter().fold(0, |all, (_, sum, cap)| all.saturating_add(sum.min(cap))))
}

/// The most that any household can have in a year; nothing where something is without a limit.
pub fn at_most_a_year(rules: &[Rule]) -> Option<Hundredths> {
    let each = rules.iter().map(|rule| rule.terms.at_most_a_year());
    each.sum::<Option<i64>>().map(Hundredths)
}

/// What in a table can never happen, in plain words, in its order.
pub fn warnings(rules: &[Rule], decisions: &Decisions) -> Vec<String> {
    let grades = decisions.stars.names();
    let lowered = rules.iter().filter_map(|rule| match &rule.terms.shape {
        Shape::Veto(Veto { lowers_to: Some(to), .. }) => match grades.iter().position(|name| name == to) {
            Some(0) => Some(format!("「{}」降到「{to}」没有用：那是最高的一档。", rule.name)),
            Some(_) => None,
            None => Some(format!("「{}」要降到「{to}」，星级里没有这一档。", rule.name)),
        },
        _ => None,
    });
    rules.iter().flat_map(|rule| rule.terms.unreachable(&rule.name)).chain(lowered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;
    use crate::rules::decisions::{PointsGrade, Stars};
    use crate::rules::terms::{Band, Degree, Step};

    fn terms(shape: Shape) -> Terms {
        Terms { shape, ..Terms::default() }
    }

    fn points(points: i64) -> Hundredths {
        Hundredths::whole(points)
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
            assert_eq!(terms.full_marks_a_year(), points(expected), "{terms:?}");
        }
    }

    #[test]
    fn a_category_brings_no_more_than_its_cap() {
        let cap = Some(PointsCap { points: points(12), window: Window::Year });
        let terms = Terms { category_points_cap: cap, ..terms(Shape::Addition { points: points(10) }) };
        let rule = |position: i32, category: &str| Rule {
            id: RuleId(uuid::Uuid::nil()),
            position,
            category: category.into(),
            name: position.to_string(),
            terms: terms.clone(),
        };
        assert_eq!(full_marks_a_year(&[rule(1, "甲"), rule(2, "甲"), rule(3, "乙")]), points(22));
    }

    #[test]
    fn no_class_is_out_of_reach_without_a_word() {
        let step = |units, worth| Step { units: points(units), points: points(worth) };
        let ladder = Shape::Ladder { steps: vec![step(4, 1), step(300, 50)], window: Window::Year };
        let cap = |units, window| Some(Cap { units: points(units), window });
        let reached = Terms { cap: cap(300, Window::Year), ..terms(ladder.clone()) };
        let missed = Terms { cap: cap(299, Window::Year), ..terms(ladder) };
        assert_eq!((reached.unreachable("工时").len(), missed.unreachable("工时").len()), (0, 1));
        let degree = |name: &str, worth| Degree { name: name.into(), points: points(worth) };
        let shape = Shape::Degrees { degrees: vec![degree("村", 3), degree("国家", 100)] };
        let clipped =
            Terms { points_cap: Some(PointsCap { points: points(50), window: Window::Year }), ..terms(shape) };
        assert_eq!(clipped.unreachable("表彰").len(), 1);
    }

    #[test]
    fn a_cap_of_a_shorter_window_stops_only_what_all_of_them_together_stop() {
        let steps = vec![Step { units: points(48), points: points(50) }];
        let ladder = Shape::Ladder { steps, window: Window::Year };
        let capped = |units, most| Terms {
            category_cap: Some(Cap { units: points(units), window: Window::Month }),
            points_cap: Some(PointsCap { points: points(most), window: Window::Quarter }),
            ..terms(ladder.clone())
        };
        assert_eq!([capped(4, 13), capped(3, 13), capped(4, 12)].map(|one| one.unreachable("工时").len()), [0, 1, 1]);
    }

    #[test]
    fn a_band_behind_the_cap_is_named() {
        let band = |from, to| Band { from: points(from), to, points: points(1), per: points(100) };
        let bands = Shape::Bands { bands: vec![band(100, Some(points(1000))), band(1001, None)] };
        let most = |units| PointsCap { points: points(units), window: Window::Year };
        let capped = |units| Terms { points_cap: Some(most(units)), ..terms(bands.clone()) };
        assert_eq!([capped(10), capped(11)].map(|one| one.unreachable("捐款").len()), [1, 0]);
    }

    #[test]
    fn a_grade_is_out_of_reach_only_when_everything_has_a_limit() {
        let rule = |terms| Rule {
            id: RuleId(uuid::Uuid::nil()),
            position: 1,
            category: "甲".into(),
            name: "乙".into(),
            terms,
        };
        let five = terms(Shape::Addition { points: points(5) });
        let capped = Terms { cap: Some(Cap { units: points(4), window: Window::Month }), ..five.clone() };
        assert_eq!(at_most_a_year(&[rule(capped.clone())]), Some(points(240)));
        assert_eq!(at_most_a_year(&[rule(Terms { per_person: true, ..capped.clone() })]), Some(points(240 * 99)));
        assert_eq!(at_most_a_year(&[rule(capped), rule(five)]), None);
    }

    #[test]
    fn a_veto_that_lowers_to_no_grade_is_named() {
        let veto = |to: &str| Rule {
            id: RuleId(uuid::Uuid::nil()),
            position: 1,
            category: "甲".into(),
            name: "乙".into(),
            terms: terms(Shape::Veto(Veto { lowers_to: Some(to.into()), ..Veto::default() })),
        };
        let grade = |name: &str, from| PointsGrade { name: name.into(), from: points(from) };
        let stars = Stars::Points { grades: vec![grade("五星户", 90), grade("三星户", 60)] };
        let decisions = Decisions { stars, ..Decisions::default() };
        let said = ["五星户", "三星户", "一星户"].map(|to| warnings(&[veto(to)], &decisions).len());
        assert_eq!(said, [1, 0, 1]);
        assert_eq!(warnings(&[veto("三星户")], &Decisions::default()).len(), 1);
    }
}
