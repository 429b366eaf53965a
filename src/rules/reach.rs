//! How far a table reaches: what a year can bring at most, and what in it can never happen.

use super::Rule;
use super::terms::{Cap, PointsCap, Shape, Terms, Window};
use crate::hundredths::Hundredths;

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
}

impl Terms {
    /// Points a year of a household that does all of it up to every cap: where nothing caps an event, it
    /// happens once; a round comes every month. Deductions bring nothing.
    pub fn full_marks_a_year(&self) -> Hundredths {
        let one = self.unit_at_most().0;
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
                self.shape.points_of(end, None, Hundredths::ZERO).0
            }
            Shape::Deduction { .. } | Shape::DegreesOff { .. } | Shape::Veto(_) => 0,
        };
        let most = |cap: Option<PointsCap>| cap.map(|cap| cap.points.0.saturating_mul(cap.window.a_year()));
        let capped =
            [most(self.points_cap), most(self.category_points_cap)].into_iter().flatten().fold(points, i64::min);
        Hundredths(capped)
    }

    /// What of the rule can never happen, in plain words.
    fn unreachable(&self, name: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        let caps = [self.cap, self.category_cap].into_iter().flatten();
        if let (Shape::Ladder { steps, .. }, Some(cap)) = (&self.shape, caps.min_by_key(|cap| cap.units)) {
            for step in steps.iter().filter(|step| step.units > cap.units) {
                warnings.push(format!("「{name}」够不到 {} 这一档：上限只算到 {}。", step.units, cap.units));
            }
        }
        if let (Shape::Bands { bands }, Some(cap)) = (&self.shape, self.cap) {
            for band in bands.iter().filter(|band| band.from > cap.units) {
                warnings.push(format!("「{name}」够不到 {} 起的一段：上限只算到 {}。", band.from, cap.units));
            }
        }
        let point_caps = [self.points_cap, self.category_points_cap];
        if let Some(cap) = point_caps.into_iter().flatten().min_by_key(|cap| cap.points) {
            let classes: Vec<(String, Hundredths)> = match &self.shape {
                Shape::Degrees { degrees } | Shape::DegreesOff { degrees } => {
                    degrees.iter().map(|degree| (degree.name.clone(), degree.points)).collect()
                }
                Shape::Ladder { steps, .. } => steps.iter().map(|step| (step.units.to_string(), step.points)).collect(),
                _ => vec![(String::new(), self.unit_at_most())],
            };
            for (class, points) in classes.into_iter().filter(|(_, points)| *points > cap.points) {
                let what = if class.is_empty() { String::new() } else { format!("的「{class}」") };
                warnings.push(format!("「{name}」{what}得不满 {points} 分：上限分只到 {}。", cap.points));
            }
        }
        if self.cap.is_some_and(|cap| cap.units < Hundredths::ONE && !matches!(self.shape, Shape::Bands { .. })) {
            warnings.push(format!("「{name}」的上限不到一次，一次也得不满。"));
        }
        warnings
    }
}

/// Points a year of a household that does everything, up to the caps of whole categories.
pub fn full_marks_a_year(rules: &[Rule]) -> Hundredths {
    let mut categories: Vec<(&str, i64, i64)> = Vec::new();
    for rule in rules {
        let points = rule.terms.full_marks_a_year().0;
        let cap = rule.terms.category_points_cap;
        let cap = cap.map_or(i64::MAX, |cap| cap.points.0.saturating_mul(cap.window.a_year()));
        match categories.iter_mut().find(|(name, ..)| *name == rule.category) {
            Some((_, sum, least)) => (*sum, *least) = (sum.saturating_add(points), cap.min(*least)),
            None => categories.push((&rule.category, points, cap)),
        }
    }
    Hundredths(categories.into_iter().fold(0, |all, (_, sum, cap)| all.saturating_add(sum.min(cap))))
}

/// What in a table can never happen, in plain words, in its order.
pub fn warnings(rules: &[Rule]) -> Vec<String> {
    rules.iter().flat_map(|rule| rule.terms.unreachable(&rule.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;
    use crate::rules::terms::{Degree, Step};

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
}
