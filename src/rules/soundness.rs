//! What a table says that cannot be carried out as it is written: options that a way of counting has no
//! use for, and items that say different things about what they share.
//!
//! A cap of a whole category (类上限) is one number, wherever it is written: it holds for every item of
//! the category that gives (or that takes) points, so that what hangs on the wall is what is counted.

use super::shape::Shape;
use super::terms::{NewRule, Terms};

/// Something that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which item, from 0.
    pub at: usize,
    /// Which field of it.
    pub field: &'static str,
    /// For programs.
    pub code: &'static str,
    /// What to do.
    pub message: String,
}

impl Terms {
    /// Options that are filled although the shape has no use for them: the field, and its name in a sheet.
    fn idle(&self) -> Vec<(&'static str, &'static str)> {
        let veto = matches!(self.shape, Shape::Veto(_));
        let closed = veto || !self.shape.is_recorded();
        [
            (closed && self.cap.is_some(), "cap", "上限次数"),
            (closed && self.points_cap.is_some(), "points_cap", "上限分"),
            (closed && self.category_cap.is_some(), "category_cap", "类上限次"),
            (closed && self.category_points_cap.is_some(), "category_points_cap", "类上限分"),
            (closed && self.repeat_doubles.is_some(), "repeat_doubles", "再犯加倍"),
            (closed && self.highest_of.is_some(), "highest_of", "只取最高"),
            (closed && !veto && self.late_days.is_some(), "late_days", "补录期限"),
            (veto && self.per_person, "per_person", "按人"),
            (veto && self.validity.is_some(), "validity", "有效期"),
        ]
        .into_iter()
        .filter_map(|(idle, field, word)| idle.then_some((field, word)))
        .collect()
    }

    /// Whether a cap of its category can hold for it.
    fn is_capped_with_others(&self) -> bool {
        self.shape.is_recorded() && !matches!(self.shape, Shape::Veto(_))
    }

    /// What a cap of the category counts it in: 次 for the items of a round.
    pub fn unit_in_category(&self) -> &str {
        if self.shape.inspects() { "次" } else { &self.unit }
    }
}

/// Makes every cap of a category hold for all of it, and finds what cannot be carried out.
pub fn settle(rules: &mut [&mut NewRule]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        for (field, word) in rule.terms.idle() {
            let message = format!("「{}」的{word}在这种算法里用不上，请去掉。", rule.name);
            flaws.push(Flaw { at, field, code: "misplaced", message });
        }
    }
    flaws.extend(mixed_groups(rules));
    let side = |rule: &NewRule| (rule.category.clone(), rule.terms.shape.deducts());
    let counted = |rule: &NewRule| (side(rule), rule.terms.unit_in_category().to_owned());
    flaws.extend(spread(rules, "category_cap", counted, |terms| &mut terms.category_cap));
    flaws.extend(spread(rules, "category_points_cap", side, |terms| &mut terms.category_points_cap));
    flaws
}

/// Of one event either the best or the worst counts: a word cannot bind both.
fn mixed_groups(rules: &[&mut NewRule]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let Some(group) = &rule.terms.highest_of else { continue };
        let first = rules.iter().find(|other| other.terms.highest_of.as_ref() == Some(group));
        if first.is_some_and(|first| first.terms.shape.deducts() != rule.terms.shape.deducts()) {
            let message = format!("写了「{group}」的事项里有加分也有扣分，分不出哪个最高，请写成两个词。");
            flaws.push(Flaw { at, field: "highest_of", code: "group_mixed", message });
        }
    }
    flaws
}

/// Writes a cap of a category into every item for which it holds.
fn spread<K: PartialEq, C: Copy + PartialEq>(
    rules: &mut [&mut NewRule],
    field: &'static str,
    key: impl Fn(&NewRule) -> K,
    cap: impl Fn(&mut Terms) -> &mut Option<C>,
) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut said: Vec<(K, C)> = Vec::new();
    let holds = |rule: &NewRule| rule.terms.is_capped_with_others();
    for (at, rule) in rules.iter_mut().enumerate().filter(|(_, rule)| holds(rule)) {
        let Some(own) = *cap(&mut rule.terms) else { continue };
        let key = key(rule);
        match said.iter().find(|(known, _)| *known == key) {
            None => said.push((key, own)),
            Some((_, first)) if *first == own => {}
            Some(_) => {
                let message =
                    format!("「{}」这一类的类上限前后写得不一样，一类只能有一个，请改成一样的。", rule.category);
                flaws.push(Flaw { at, field, code: "category_caps_differ", message });
            }
        }
    }
    for rule in rules.iter_mut().filter(|rule| holds(rule)) {
        let key = key(rule);
        if let Some((_, first)) = said.iter().find(|(known, _)| *known == key) {
            cap(&mut rule.terms).get_or_insert(*first);
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hundredths::Hundredths;
    use crate::rules::terms::{Cap, PointsCap, Veto, Window};

    fn rule(category: &str, shape: Shape) -> NewRule {
        NewRule { category: category.into(), name: "甲".into(), terms: Terms { shape, ..Terms::default() } }
    }

    fn adds() -> Shape {
        Shape::Addition { points: Hundredths::ONE }
    }

    fn takes() -> Shape {
        Shape::Deduction { points: Hundredths::ONE }
    }

    fn settled(rules: &mut [NewRule]) -> Vec<(usize, &'static str, &'static str)> {
        let mut all: Vec<&mut NewRule> = rules.iter_mut().collect();
        settle(&mut all).into_iter().map(|flaw| (flaw.at, flaw.field, flaw.code)).collect()
    }

    #[test]
    fn a_cap_of_a_category_holds_for_all_that_gives_there_in_its_unit() {
        let points = PointsCap { points: Hundredths::whole(20), window: Window::Month };
        let units = Cap { units: Hundredths::whole(4), window: Window::Month };
        let mut rules = [
            rule("公益", adds()),
            rule("公益", adds()),
            rule("公益", takes()),
            rule("别的", adds()),
            rule("公益", adds()),
        ];
        rules[1].terms.category_points_cap = Some(points);
        rules[1].terms.category_cap = Some(units);
        rules[4].terms.unit = "小时".into();
        assert_eq!(settled(&mut rules), []);
        let has = |rule: &NewRule| (rule.terms.category_points_cap.is_some(), rule.terms.category_cap.is_some());
        assert_eq!(
            rules.each_ref().map(has),
            [(true, true), (true, true), (false, false), (false, false), (true, false)]
        );
        rules[0].terms.category_points_cap = Some(PointsCap { window: Window::Year, ..points });
        assert_eq!(settled(&mut rules)[0], (1, "category_points_cap", "category_caps_differ"));
    }

    #[test]
    fn what_a_way_of_counting_has_no_use_for_is_refused() {
        let veto = Shape::Veto(Veto { blocks_years: Some(1), ..Veto::default() });
        let base = Shape::Base { points: Hundredths::ONE, window: Window::Year };
        let mut rules = [rule("甲", veto), rule("乙", base), rule("丙", adds())];
        for one in &mut rules {
            one.terms.per_person = true;
            one.terms.late_days = Some(3);
            one.terms.highest_of = Some("救灾".into());
        }
        let found = settled(&mut rules);
        assert_eq!(
            found,
            [
                (0, "highest_of", "misplaced"),
                (0, "per_person", "misplaced"),
                (1, "highest_of", "misplaced"),
                (1, "late_days", "misplaced"),
                (1, "highest_of", "group_mixed"),
                (2, "highest_of", "group_mixed"),
            ]
        );
    }

    #[test]
    fn a_word_binds_what_gives_or_what_takes() {
        let mut rules = [rule("甲", adds()), rule("乙", takes()), rule("丙", adds())];
        rules.iter_mut().for_each(|one| one.terms.highest_of = Some("救灾".into()));
        assert_eq!(settled(&mut rules), [(1, "highest_of", "group_mixed")]);
    }
}
