//! Trials as the API shows them.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::clipped::{self, ClippedRule, Cut};
use super::trial::{Moved, Outcome, Points, Why};
use super::trials::Trial;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, EXAMPLE_VILLAGE, HouseholdId, RuleId, RuleSetId, TrialId};
use crate::rules::{Rule, yearly};

/// Households of one answer: more than any village has.
const HOUSEHOLDS_MAX: usize = 2_000;

/// Where a trial stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialStatus {
    /// It reads and judges, or waits for its turn.
    Running,
    /// `result` is there.
    Done,
    /// It broke off by a fault of the server; it can be begun again.
    Failed,
}

/// A trial of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trial, example = json!({ "village_id": EXAMPLE_VILLAGE, "status": "done" }))]
pub struct TrialOut {
    id: TrialId,
    rule_set_id: RuleSetId,
    /// Revision of the table that is tried.
    #[schema(example = 4)]
    revision: i32,
    /// Whose deeds are judged anew.
    village_id: AreaId,
    /// Whole months; the days of this month are added.
    #[schema(example = 12)]
    months: u32,
    /// First day.
    #[schema(example = "2025-11-01")]
    from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-11-23")]
    until: NaiveDate,
    status: TrialStatus,
    /// Never falls, and reaches `facts_total` when the trial is done. Facts before `from` that fill caps
    /// are among them.
    #[schema(example = 812)]
    facts_done: usize,
    #[schema(example = 812)]
    facts_total: usize,
    /// Only when it is done.
    result: Option<TrialResult>,
}

/// What a table would have given. A reversed award is as if it had never been.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "full_marks_a_year": 1260 }))]
pub struct TrialResult {
    /// Deeds from `from` until `until`.
    #[schema(example = 796)]
    facts: u64,
    /// Of all deeds, also those of households that are not ranked.
    points: TrialPoints,
    /// By category: `before` under the name that the judging rule had, `after` under that of the table.
    categories: Vec<TrialCategory>,
    /// Who moves furthest first; at most 2,000. Those away, in care or closed are not ranked.
    households: Vec<TrialHousehold>,
    /// Households that are ranked.
    #[schema(example = 274)]
    households_total: usize,
    /// Households that rise.
    #[schema(example = 31)]
    up: usize,
    /// Households that fall.
    #[schema(example = 40)]
    down: usize,
    /// Households that keep their rank.
    #[schema(example = 203)]
    same: usize,
    /// Deeds that the table gives nothing for, by the rule that judged them; most first.
    uncounted: Vec<UncountedRule>,
    /// Rules of the table that people record and that no deed fell under.
    without_facts: Vec<NamedRule>,
    /// Points a year of a household that does everything in the table.
    full_marks_a_year: Hundredths,
    /// Rules whose caps would cut points off, most points first.
    clipped: Vec<ClippedRule>,
}

/// Points before and after.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "before": 3250, "after": 2980.5 }))]
pub struct TrialPoints {
    /// As posted.
    before: Hundredths,
    /// As the table would have given.
    after: Hundredths,
}

/// Points of a category.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "before": 2100, "after": 1830.5 }))]
pub struct TrialCategory {
    #[schema(example = "公益活动")]
    category: String,
    before: Hundredths,
    after: Hundredths,
}

/// A household's place before and after.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "before": 20, "after": 8 }))]
pub struct TrialHousehold {
    household_id: HouseholdId,
    #[schema(example = "LJP0012")]
    code: String,
    #[schema(example = "陈建桂")]
    name: String,
    before: Hundredths,
    after: Hundredths,
    /// From 1; ties share it.
    #[schema(example = 12)]
    rank_before: u32,
    /// From 1; ties share it.
    #[schema(example = 31)]
    rank_after: u32,
}

/// A rule by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedRule {
    /// Identity through the versions.
    pub rule_id: RuleId,
    /// 类别
    #[schema(example = "公益活动")]
    pub category: String,
    /// 事项
    #[schema(example = "参加清扫")]
    pub name: String,
}

/// Why deeds count nothing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UncountedWhy {
    /// The table has no such rule.
    NotInTable,
    /// Its rule judges no such quantity or degree.
    NotJudged,
}

/// Deeds that the table gives nothing for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({ "points_before": 80 }))]
pub struct UncountedRule {
    #[serde(flatten)]
    rule: NamedRule,
    why: UncountedWhy,
    /// How many.
    #[schema(example = 16)]
    facts: u64,
    /// What they gave.
    points_before: Hundredths,
}

impl From<&Rule> for NamedRule {
    fn from(rule: &Rule) -> Self {
        Self { rule_id: rule.id, category: rule.category.clone(), name: rule.name.clone() }
    }
}

impl TrialResult {
    /// What is shown of an outcome.
    pub fn new(table: &[Rule], outcome: Outcome, places: Vec<Moved>) -> Self {
        let Points { before, after } = outcome.points;
        let names: HashMap<HouseholdId, &str> =
            places.iter().map(|moved| (moved.household.id, moved.household.name.as_str())).collect();
        let capped = |(place, cut): (&usize, &Cut)| {
            let rule = table.get(*place).filter(|rule| clipped::is_capped(&rule.terms))?;
            let of_rule = outcome.hurt.iter().filter(|((at, _), _)| at == place);
            let name = |id: &HouseholdId| names.get(id).copied().unwrap_or_default();
            let mut hurt: Vec<(&str, Hundredths)> = of_rule.map(|((_, id), lost)| (name(id), *lost)).collect();
            hurt.retain(|(name, _)| !name.is_empty());
            hurt.sort_by_key(|(name, lost)| (std::cmp::Reverse(*lost), *name));
            Some(ClippedRule::under(rule, *cut, &hurt))
        };
        let cut = outcome.cut.iter().filter_map(capped);
        let mut clipped: Vec<ClippedRule> = cut.collect();
        clipped.sort_by_key(|one| std::cmp::Reverse(one.clipped));
        let count = |is: fn(&Moved) -> bool| places.iter().filter(|moved| is(moved)).count();
        Self {
            facts: outcome.facts,
            points: TrialPoints { before, after },
            categories: outcome
                .categories
                .into_iter()
                .map(|(category, Points { before, after })| TrialCategory { category, before, after })
                .collect(),
            households_total: places.len(),
            up: count(|moved| moved.rank_after < moved.rank_before),
            down: count(|moved| moved.rank_after > moved.rank_before),
            same: count(|moved| moved.rank_after == moved.rank_before),
            households: places.into_iter().take(HOUSEHOLDS_MAX).map(TrialHousehold::from).collect(),
            uncounted: outcome
                .uncounted
                .into_iter()
                .map(|one| UncountedRule {
                    rule: NamedRule { rule_id: one.rule_id, category: one.category, name: one.name },
                    why: match one.why {
                        Why::NotInTable => UncountedWhy::NotInTable,
                        Why::NotJudged => UncountedWhy::NotJudged,
                    },
                    facts: one.facts,
                    points_before: one.points_before,
                })
                .collect(),
            without_facts: outcome
                .without_facts
                .into_iter()
                .filter_map(|at| table.get(at))
                .map(NamedRule::from)
                .collect(),
            full_marks_a_year: yearly::full_marks_a_year(table),
            clipped,
        }
    }
}

impl From<Moved> for TrialHousehold {
    fn from(moved: Moved) -> Self {
        let Moved { household, points: Points { before, after }, rank_before, rank_after } = moved;
        let (household_id, code, name) = (household.id, household.code, household.name);
        Self { household_id, code, name, before, after, rank_before, rank_after }
    }
}

impl From<&Trial> for TrialOut {
    fn from(trial: &Trial) -> Self {
        // The outcome first: what is done then is at its end.
        let (status, result) = match trial.outcome() {
            None => (TrialStatus::Running, None),
            Some(Some(result)) => (TrialStatus::Done, Some(result.clone())),
            Some(None) => (TrialStatus::Failed, None),
        };
        let (facts_done, facts_total) = trial.progress();
        let asked = &trial.asked;
        Self {
            id: trial.id,
            rule_set_id: asked.rule_set_id,
            revision: asked.revision,
            village_id: asked.village_id,
            months: asked.months,
            from: asked.stretch.from,
            until: asked.stretch.until,
            status,
            facts_done,
            facts_total,
            result,
        }
    }
}
