//! Whom caps cut: in the year that was, and under a table that is tried.

use serde::Serialize;
use utoipa::ToSchema;

use super::outward::NamedRule;
use crate::hundredths::Hundredths;
use crate::rules::Rule;
use crate::rules::terms::{Cap, PointsCap, Terms, Window};

/// Households named in a sentence; the others stand in the list of the trial with their points.
const NAMES_MAX: usize = 5;

/// How much of one rule was cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Households that lost points by it.
    pub households: i64,
    /// Deeds that were cut.
    pub times: i64,
    /// Points that were cut off.
    pub clipped: Hundredths,
}

/// A rule whose caps cut points off.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "clipped": 25 }))]
pub struct ClippedRule {
    #[serde(flatten)]
    rule: NamedRule,
    /// Households that lost points.
    #[schema(example = 6)]
    households: i64,
    /// Deeds that were cut.
    #[schema(example = 9)]
    times: i64,
    /// Points that were cut off.
    pub(super) clipped: Hundredths,
    /// For people.
    #[schema(example = "「参加清扫」（每月最多 4 人次）会让 6 户一共 9 次少得 25 分。")]
    pub(super) sentence: String,
}

impl ClippedRule {
    /// By the caps that stood when the deeds were judged: this table's own may be others.
    pub fn in_the_past(rule: &Rule, cut: Cut) -> Self {
        let said = format!("近一年「{}」到了上限，{}", rule.name, cut.in_words(&rule.terms, "了"));
        Self::new(rule, cut, said)
    }

    /// By the caps of the table that is tried; `hurt` are names and points, most points first.
    pub fn under(rule: &Rule, cut: Cut, hurt: &[(&str, Hundredths)]) -> Self {
        let caps = capped(&rule.terms);
        let caps = if caps.is_empty() { String::new() } else { format!("（{caps}）") };
        let names: Vec<String> =
            hurt.iter().take(NAMES_MAX).map(|(name, lost)| format!("{name}（{lost} 分）")).collect();
        let most = if names.is_empty() { String::new() } else { format!("最多的：{}。", names.join("、")) };
        Self::new(rule, cut, format!("「{}」{caps}会{}{most}", rule.name, cut.in_words(&rule.terms, "")))
    }

    fn new(rule: &Rule, Cut { households, times, clipped }: Cut, sentence: String) -> Self {
        Self { rule: rule.into(), households, times, clipped, sentence }
    }
}

/// Whether caps cut a rule at all: what only gives way to a better item of the same event lost nothing.
pub fn is_capped(terms: &Terms) -> bool {
    let units = [terms.cap, terms.category_cap].iter().any(Option::is_some);
    units || [terms.points_cap, terms.category_points_cap].iter().any(Option::is_some)
}

impl Cut {
    fn in_words(self, terms: &Terms, done: &str) -> String {
        let lost = if terms.shape.deducts() { "少扣" } else { "少得" };
        format!("让 {} 户一共 {} 次{lost}{done} {} 分。", self.households, self.times, self.clipped)
    }
}

/// The caps of a rule in plain words.
fn capped(terms: &Terms) -> String {
    let units = |cap: Cap| format!("每{}最多 {} {}", spoken(cap.window), cap.units, terms.unit_in_category());
    let points = |cap: PointsCap| format!("每{}最多 {} 分", spoken(cap.window), cap.points);
    let all = [
        terms.cap.map(units),
        terms.points_cap.map(points),
        terms.category_cap.map(|cap| format!("全类{}", units(cap))),
        terms.category_points_cap.map(|cap| format!("全类{}", points(cap))),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join("，")
}

fn spoken(window: Window) -> &'static str {
    match window {
        Window::Day => "日",
        Window::Week => "周",
        Window::Month => "月",
        Window::Quarter => "季度",
        Window::Year => "年",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RuleId;

    #[test]
    fn a_cap_is_named_with_whom_it_cuts() {
        let whole = Hundredths::whole;
        let terms = Terms {
            unit: "人次".into(),
            cap: Some(Cap { units: whole(4), window: Window::Month }),
            category_points_cap: Some(PointsCap { points: whole(30), window: Window::Quarter }),
            ..Terms::default()
        };
        let id = RuleId(uuid::Uuid::nil());
        let rule = Rule { id, position: 1, category: "公益".into(), name: "参加清扫".into(), terms };
        let cut = Cut { households: 6, times: 9, clipped: whole(25) };
        let tried = "「参加清扫」（每月最多 4 人次，全类每季度最多 30 分）会让 6 户一共 9 次少得 25 分。";
        assert_eq!(ClippedRule::under(&rule, cut, &[]).sentence, tried);
        let named = format!("{tried}最多的：陈建桂（20 分）、李桂香（5 分）。");
        let hurt = [("陈建桂", whole(20)), ("李桂香", whole(5))];
        assert_eq!(ClippedRule::under(&rule, cut, &hurt).sentence, named);
        let past = "近一年「参加清扫」到了上限，让 6 户一共 9 次少得了 25 分。";
        assert_eq!(ClippedRule::in_the_past(&rule, cut).sentence, past);
    }
}
