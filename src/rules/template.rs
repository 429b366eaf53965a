//! A town's template and what a village makes of it: items are the same when category and name are,
//! so that nothing escapes the town's eye by a new identity.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;
use super::terms::{Band, POINTS_MAX, Shape, Terms, Window};
use crate::error::FieldProblem;
use crate::hundredths::Hundredths;

/// How far a village may go beyond the template. Absent fields set no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TemplateLimits)]
pub struct Limits {
    /// Items of a village's own.
    #[schema(example = 10)]
    pub own_items_max: Option<u16>,
    /// Points that one unit of an own item may give or take.
    #[schema(example = 20)]
    pub own_points_max: Option<Hundredths>,
    /// Every item of the template stands in the village's table, word for word.
    #[schema(example = true)]
    pub keep_items: bool,
}

/// What became of the items, place by place.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// As they were.
    pub kept: Vec<&'a Rule>,
    /// Before and after.
    pub altered: Vec<(&'a Rule, &'a Rule)>,
    /// No longer there.
    pub dropped: Vec<&'a Rule>,
    /// New.
    pub added: Vec<&'a Rule>,
}

impl<'a> Changes<'a> {
    /// From one table to another.
    pub fn between(before: &'a [Rule], after: &'a [Rule]) -> Self {
        let named = |rules: &'a [Rule], like: &Rule| {
            rules.iter().find(|rule| (&rule.category, &rule.name) == (&like.category, &like.name))
        };
        let mut changes = Self::default();
        for rule in after {
            match named(before, rule) {
                Some(old) if old.terms == rule.terms => changes.kept.push(rule),
                Some(old) => changes.altered.push((old, rule)),
                None => changes.added.push(rule),
            }
        }
        changes.dropped = before.iter().filter(|rule| named(after, rule).is_none()).collect();
        changes
    }
}

impl Limits {
    /// What is wrong with them whatever a village writes.
    pub fn unsound(&self) -> Option<FieldProblem> {
        let fair = |most: Hundredths| (Hundredths(1)..=POINTS_MAX).contains(&most);
        let wrong = self.own_points_max.is_some_and(|most| !fair(most));
        let message = "分数要比 0 大，最多 10000。";
        wrong.then(|| FieldProblem::new("limits.own_points_max", "out_of_range", message))
    }

    /// What in a village's table goes beyond them, item by item.
    pub fn problems(&self, template: &[Rule], table: &[Rule]) -> Vec<FieldProblem> {
        let changes = Changes::between(template, table);
        let mut problems = Vec::new();
        let mut refuse = |rule: Option<&Rule>, message: String| {
            let field = rule.map_or("items".to_owned(), |rule| format!("items[{}]", rule.position - 1));
            problems.push(FieldProblem::new(field, "beyond_template", message));
        };
        if let Some(most) = self.own_items_max.filter(|most| changes.added.len() > usize::from(*most)) {
            let own = changes.added.len();
            refuse(None, format!("镇里规定村里自己加的事项最多 {most} 条，现在有 {own} 条，请减一减。"));
        }
        if let Some(most) = self.own_points_max {
            let own = changes.added.iter().map(|rule| (Hundredths::ZERO, rule));
            let altered = changes.altered.iter().map(|(old, rule)| (old.terms.limited_at_most(), rule));
            for (allowed, rule) in own.chain(altered) {
                // What the town's own item gives may stay.
                if rule.terms.limited_at_most() > most.max(allowed) {
                    refuse(Some(rule), format!("「{}」的分值超过了镇里规定的 {most} 分，请改小。", rule.name));
                }
            }
        }
        if self.keep_items {
            for (_, rule) in &changes.altered {
                refuse(Some(rule), format!("「{}」是镇里统一的事项，请照模板写。", rule.name));
            }
            for rule in &changes.dropped {
                refuse(None, format!("镇里统一的「{}」不能去掉，请加回来。", rule.name));
            }
        }
        problems
    }
}

impl Terms {
    /// What a template's limit is held against: the most that one unit gives or takes a person, a repeat
    /// counted; what no deed gives counts as often as a month has its window.
    fn limited_at_most(&self) -> Hundredths {
        let one = match &self.shape {
            Shape::Bands { bands } => bands.iter().map(Band::unit_at_most).max().unwrap_or_default(),
            _ => self.unit_at_most(),
        };
        let often = if self.repeat_doubles.is_some() { 2 } else { self.shape.times_a_month() };
        Hundredths(one.0.saturating_mul(often))
    }

    /// The most that one unit of the rule, or one step of its bands, can give or take, without caps; a veto
    /// takes no points.
    pub fn unit_at_most(&self) -> Hundredths {
        let most = |points: &mut dyn Iterator<Item = Hundredths>| points.max().unwrap_or_default();
        match &self.shape {
            Shape::Addition { points }
            | Shape::Deduction { points }
            | Shape::Base { points, .. }
            | Shape::TopShare { points, .. } => *points,
            Shape::Inspection { full_marks, .. } => *full_marks,
            Shape::Ladder { steps, .. } => most(&mut steps.iter().map(|step| step.points)),
            Shape::Bands { bands } => most(&mut bands.iter().map(|band| band.points)),
            Shape::Degrees { degrees } | Shape::DegreesOff { degrees } => {
                most(&mut degrees.iter().map(|degree| degree.points))
            }
            Shape::Veto(_) => Hundredths::ZERO,
        }
    }
}

impl Band {
    /// One step, or as many steps as one unit makes.
    fn unit_at_most(&self) -> Hundredths {
        let steps = (Hundredths::ONE.0 / self.per.0.max(1)).max(1);
        Hundredths(self.points.0.saturating_mul(steps))
    }
}

impl Shape {
    /// How often a month gives what no deed gives.
    fn times_a_month(&self) -> i64 {
        match self {
            Self::Base { window: Window::Day, .. } | Self::TopShare { window: Window::Day, .. } => 31,
            Self::Base { window: Window::Week, .. } | Self::TopShare { window: Window::Week, .. } => 5,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;

    fn rule(position: i32, name: &str, points: i64) -> Rule {
        let shape = Shape::Addition { points: Hundredths::whole(points) };
        let id = RuleId(uuid::Uuid::from_u128(u128::from(position.unsigned_abs())));
        Rule { id, position, category: "公益".into(), name: name.into(), terms: Terms { shape, ..Terms::default() } }
    }

    #[test]
    fn own_items_are_limited_in_number_and_size_and_the_towns_items_stay() {
        let template = [rule(1, "大扫除", 5), rule(2, "调解", 5)];
        let table = [rule(1, "大扫除", 6), rule(2, "植树", 3), rule(3, "守夜", 30)];
        let limits = Limits { own_items_max: Some(1), own_points_max: Some(Hundredths::whole(20)), keep_items: true };
        let fields: Vec<_> = limits.problems(&template, &table).into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["items", "items[2]", "items[0]", "items"]);
        assert!(limits.problems(&template, &template).is_empty());
        assert!(Limits::default().problems(&template, &table).is_empty());
    }

    #[test]
    fn a_renamed_item_is_one_dropped_and_one_added() {
        let (before, after) = ([rule(1, "大扫除", 5), rule(2, "调解", 5)], [rule(1, "扫除", 5), rule(2, "调解", 5)]);
        let changes = Changes::between(&before, &after);
        assert_eq!((changes.kept.len(), changes.altered.len()), (1, 0));
        assert_eq!((changes.dropped[0].name.as_str(), changes.added[0].name.as_str()), ("大扫除", "扫除"));
    }
}
