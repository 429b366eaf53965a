//! The health of a table: what of it is used, what carries the points, what may count twice, whom caps
//! cut. Numbers for programs, sentences for people.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QuerySelect as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::clipped::{self, ClippedRule, Cut};
use super::facts;
use super::likeness::{ALIKE_PERCENT, weighed};
use super::outward::NamedRule;
use super::trial::Stretch;
use crate::areas::Level;
use crate::awards::entity::{Column, Entity};
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, EXAMPLE_VILLAGE, RuleId, RuleSetId};
use crate::rules::{self, Rule};
use crate::scope::{May, ReadBook};

/// Whole months looked back; the days of this one are added.
const MONTHS: u32 = 12;
/// Whether a rule is used can be told after a season.
const SETTLED_DAYS: u64 = 90;
/// Percent of the points that the core of a table carries.
const CORE_PERCENT: u32 = 80;
/// Items that a person keeps in mind, and that fit on one sheet.
const ITEMS_MANY: usize = 30;
/// Pairs shown: beyond, the table is to be written anew.
const PAIRS_MAX: usize = 20;
/// Names in one sentence.
const NAMES_MAX: usize = 5;

/// How a village uses a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "village_id": EXAMPLE_VILLAGE, "points": 3250 }))]
pub struct TableHealth {
    rule_set_id: RuleSetId,
    /// Whose deeds were looked at; null for a town's template, of which only the wording is looked at.
    village_id: Option<AreaId>,
    /// First day looked at.
    #[schema(example = "2025-11-01")]
    from: NaiveDate,
    /// Last day.
    #[schema(example = "2026-11-23")]
    until: NaiveDate,
    /// Rules of the table.
    #[schema(example = 34)]
    rules: usize,
    /// More rules than people keep in mind: it should be shortened.
    #[schema(example = true)]
    too_many: bool,
    /// Deeds that stand in the book under rules of the table.
    #[schema(example = 812)]
    facts: i64,
    /// Their points, deductions by their size.
    points: Hundredths,
    /// Rules that judged, that people record and that nobody used; what is only in a draft is not among them.
    unused: Vec<NamedRule>,
    /// The fewest rules that carry 80 % of the points or more, most points first.
    core: Vec<CoreRule>,
    /// An inspection and a recorded rule that are likely about the same thing, most alike first; at most 20.
    overlaps: Vec<Overlap>,
    /// Rules whose caps, as they stood then, cut points off; most points first.
    clipped: Vec<ClippedRule>,
    /// What to do, in plain words, weightiest first; never empty.
    #[schema(example = json!(["有 3 项近一年没人用过：「守夜」「植树」「巡渠」，可以考虑删去。"]))]
    sentences: Vec<String>,
}

/// A rule that carries a large part of the points.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "points": 1340 }))]
pub struct CoreRule {
    #[serde(flatten)]
    rule: NamedRule,
    /// Deeds.
    #[schema(example = 320)]
    facts: i64,
    /// Their points, deductions by their size.
    points: Hundredths,
    /// Of all points, 0 to 100, rounded down.
    #[schema(example = 41)]
    percent: i64,
}

/// Two rules that are likely about the same thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overlap {
    /// The 评比.
    inspection: NamedRule,
    /// What is recorded deed by deed.
    recorded: NamedRule,
    /// How alike they are, 40 to 100.
    #[schema(example = 65)]
    percent: u32,
    /// For people.
    #[schema(example = "评比「门前屋后整洁」和「门前整洁」像是同一件事，容易算两次分，可以只留一项。")]
    sentence: String,
}

/// What the book says about one rule in a stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Which.
    pub rule_id: RuleId,
    /// Deeds.
    pub facts: i64,
    /// Their points, deductions by their size.
    pub points: Hundredths,
    /// What a cap, or a better item of the same day, cut.
    pub cut: Cut,
}

/// What the book says, rule by rule. One walk over a year of one village.
pub fn usage_query(village: AreaId, stretch: &Stretch) -> Select<Entity> {
    facts::in_book(village, stretch.from, stretch.until)
        .select_only()
        .column(Column::RuleId)
        .expr(Expr::cust("COUNT(*)"))
        .expr(Expr::cust("CAST(SUM(ABS(points)) AS BIGINT)"))
        .expr(Expr::cust("COUNT(DISTINCT CASE WHEN clipped > 0 THEN household_id END)"))
        .expr(Expr::cust("COUNT(CASE WHEN clipped > 0 THEN 1 END)"))
        .expr(Expr::cust("CAST(SUM(clipped) AS BIGINT)"))
        .group_by(Column::RuleId)
}

/// The health of a set in reach.
///
/// # Errors
/// [`NOT_FOUND`](crate::error::NOT_FOUND) when it does not exist or lies outside.
pub async fn of(
    db: &impl ConnectionTrait,
    may: &May<ReadBook>,
    today: NaiveDate,
    id: RuleSetId,
) -> Result<TableHealth> {
    let (set, area) = rules::find(db, may, id).await?;
    let table = rules::rules_of(db, set.id).await?;
    let stretch = Stretch::of(today, MONTHS);
    let village = (area.level == Level::Village).then_some(area.id);
    let usage = match village {
        Some(village) => {
            let rows: Vec<(RuleId, i64, i64, i64, i64, i64)> =
                usage_query(village, &stretch).into_tuple().all(db).await?;
            let read = |(rule_id, facts, points, households, times, clipped)| {
                let cut = Cut { households, times, clipped: Hundredths(clipped) };
                Usage { rule_id, facts, points: Hundredths(points), cut }
            };
            Some(rows.into_iter().map(read).collect::<Vec<_>>())
        }
        None => None,
    };
    let judged = match village {
        Some(village) => rules_that_judged(db, village, today).await?,
        None => HashSet::new(),
    };
    let seen = usage.map(|usage| Seen { usage, judged });
    Ok(examine(set.id, village, &stretch, &table, seen.as_ref()))
}

/// What a village has seen of its rules.
struct Seen {
    usage: Vec<Usage>,
    /// Rules that have judged for [`SETTLED_DAYS`].
    judged: HashSet<RuleId>,
}

async fn rules_that_judged(db: &impl ConnectionTrait, village: AreaId, today: NaiveDate) -> Result<HashSet<RuleId>> {
    let settled = today.checked_sub_days(Days::new(SETTLED_DAYS)).unwrap_or(today);
    let mut judged = HashSet::new();
    for filing in rules::filing::filings(db, village).await?.into_iter().filter(|one| one.judges_from <= settled) {
        judged.extend(rules::rules_of(db, filing.rule_set_id).await?.into_iter().map(|rule| rule.id));
    }
    Ok(judged)
}

fn examine(
    rule_set_id: RuleSetId,
    village_id: Option<AreaId>,
    stretch: &Stretch,
    table: &[Rule],
    seen: Option<&Seen>,
) -> TableHealth {
    let used: Vec<(&Rule, &Usage)> = seen
        .map_or(&[][..], |seen| &seen.usage)
        .iter()
        .filter_map(|one| Some((table.iter().find(|rule| rule.id == one.rule_id)?, one)))
        .collect();
    let is_used = |rule: &Rule| used.iter().any(|(known, _)| known.id == rule.id);
    let judged = |rule: &Rule| seen.is_some_and(|seen| seen.judged.contains(&rule.id));
    let idle = table.iter().filter(|rule| judged(rule) && rule.terms.shape.is_recorded() && !is_used(rule));
    let mut health = TableHealth {
        rule_set_id,
        village_id,
        from: stretch.from,
        until: stretch.until,
        rules: table.len(),
        too_many: table.len() > ITEMS_MANY,
        facts: used.iter().map(|(_, usage)| usage.facts).sum(),
        points: Hundredths(used.iter().map(|(_, usage)| usage.points.0).sum()),
        unused: idle.map(NamedRule::from).collect(),
        core: core(&used),
        overlaps: overlaps(table),
        clipped: cut_off(&used),
        sentences: Vec::new(),
    };
    health.sentences = health.in_words();
    health
}

fn core(used: &[(&Rule, &Usage)]) -> Vec<CoreRule> {
    let all: i64 = used.iter().map(|(_, usage)| usage.points.0).sum();
    let mut by_points = used.to_vec();
    by_points.sort_by_key(|(rule, usage)| (-usage.points.0, rule.position));
    let mut carried = 0;
    let mut core = Vec::new();
    for (rule, usage) in by_points {
        if carried * 100 >= all * i64::from(CORE_PERCENT) {
            break;
        }
        carried += usage.points.0;
        let percent = (usage.points.0 * 100).checked_div(all).unwrap_or(0);
        core.push(CoreRule { rule: rule.into(), facts: usage.facts, points: usage.points, percent });
    }
    core
}

fn overlaps(table: &[Rule]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for inspection in table.iter().filter(|rule| rule.terms.shape.inspects()) {
        let recorded = table.iter().filter(|rule| rule.terms.shape.is_recorded() && !rule.terms.shape.inspects());
        for recorded in recorded {
            let named = |rule: &Rule| (rule.category.clone(), rule.name.clone());
            let (one, other) = (named(inspection), named(recorded));
            let percent = weighed((&one.0, &one.1), (&other.0, &other.1));
            if percent >= ALIKE_PERCENT {
                let (one, other) = (one.1, other.1);
                let sentence = format!("评比「{one}」和「{other}」像是同一件事，容易算两次分，可以只留一项。");
                found.push(Overlap { inspection: inspection.into(), recorded: recorded.into(), percent, sentence });
            }
        }
    }
    found.sort_by_key(|overlap| std::cmp::Reverse(overlap.percent));
    found.truncate(PAIRS_MAX);
    found
}

fn cut_off(used: &[(&Rule, &Usage)]) -> Vec<ClippedRule> {
    let cut = used.iter().filter(|(rule, usage)| usage.cut.times > 0 && clipped::is_capped(&rule.terms));
    let mut found: Vec<ClippedRule> = cut.map(|(rule, usage)| ClippedRule::in_the_past(rule, usage.cut)).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.clipped));
    found
}

impl TableHealth {
    fn in_words(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.too_many {
            sentences.push(format!("细则有 {} 项，超过 {ITEMS_MANY} 项就不好记，建议精简。", self.rules));
        }
        if self.village_id.is_some() && self.facts == 0 {
            sentences.push("近一年还没有按这份细则记过分，先用一段时间再看。".to_owned());
            return [sentences, self.overlaps.iter().map(|one| one.sentence.clone()).collect()].concat();
        }
        if !self.unused.is_empty() {
            let names = names(self.unused.iter());
            sentences.push(format!("有 {} 项近一年没人用过：{names}，可以考虑删去。", self.unused.len()));
        }
        sentences.extend(self.overlaps.iter().map(|one| one.sentence.clone()));
        sentences.extend(self.clipped.iter().map(|one| one.sentence.clone()));
        if !self.core.is_empty() && self.core.len() < self.rules {
            let names = names(self.core.iter().map(|one| &one.rule));
            sentences.push(format!("{} 项里有 {} 项占了八成的分：{names}。", self.rules, self.core.len()));
        }
        if sentences.is_empty() {
            sentences.push("没有发现要改的地方。".to_owned());
        }
        sentences
    }
}

fn names<'r>(rules: impl ExactSizeIterator<Item = &'r NamedRule>) -> String {
    let more = if rules.len() > NAMES_MAX { "等" } else { "" };
    let names: String = rules.take(NAMES_MAX).map(|rule| format!("「{}」", rule.name)).collect();
    names + more
}

#[cfg(test)]
mod tests;
