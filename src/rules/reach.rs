//! What in a table can never happen, and how the windows of its caps lie within one another.

use super::Rule;
use super::decisions::Decisions;
use super::terms::{Cap, PointsCap, Shape, Step, Terms, Veto, Window};
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

    /// How many windows of this kind one of another kind touches, at most. So many weeks touch `n` days: `(n - 2) / 7 + 2`.
    pub(super) fn most_within(self, outer: Self) -> i64 {
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
                let climbed = |cap: PointsCap| climb(steps, cap, cap.window.most_within(*window));
                let top = point_caps.into_iter().flatten().map(climbed).min_by_key(|(steps, _)| *steps);
                let step = |(at, step): (usize, &Step)| {
                    let most = top
                        .and_then(|(reached, most)| (at >= reached).then_some(most.min(Hundredths(step.points.0 - 1))));
                    (step.units.to_string(), step.points, most)
                };
                steps.iter().enumerate().map(step).collect()
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

/// How many steps of a ladder a household can climb whole under a cap of which so many windows lie within
/// the ladder's, and the points that are the most then: what one step adds is paid at once, so what its
/// window has no room for is lost.
fn climb(steps: &[Step], cap: PointsCap, windows: i64) -> (usize, Hundredths) {
    let (mut window, mut room, mut before) = (1, cap.points.0, 0);
    for (at, step) in steps.iter().enumerate() {
        let more = step.points.0 - before;
        if more > room {
            (window, room) = (window + 1, cap.points.0);
        }
        if more > room || window > windows {
            return (at, Hundredths(before.saturating_add(room.max(0))));
        }
        (room, before) = (room - more, step.points.0);
    }
    (steps.len(), Hundredths(before))
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
    use crate::rules::terms::{Band, Degree};

    fn terms(shape: Shape) -> Terms {
        Terms { shape, ..Terms::default() }
    }

    fn points(points: i64) -> Hundredths {
        Hundredths::whole(points)
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
        assert_eq!([capped(4, 50), capped(3, 50), capped(4, 49)].map(|one| one.unreachable("工时").len()), [0, 1, 1]);
    }

    /// Mutation: let the caps of all windows add up, whatever one step adds.
    #[test]
    fn what_one_step_adds_must_find_room_in_one_window() {
        let step = |units, worth| Step { units: points(units), points: points(worth) };
        let even = |steps: i64| (1..=steps).map(|at| step(at, at * 20)).collect::<Vec<_>>();
        let climbed =
            |steps: &[Step], most| climb(steps, PointsCap { points: points(most), window: Window::Quarter }, 4).0;
        assert_eq!(
            [climbed(&even(5), 30), climbed(&even(4), 30), climbed(&even(5), 40), climbed(&even(1), 19)],
            [4, 4, 5, 0]
        );
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
