//! What a table would have given for deeds that were judged already: a pure fold, without a database.
//!
//! Invariants: the facts come in the order in which they were posted, and each is judged by
//! [`Terms::worth`](crate::rules::Terms::worth) and nothing else; a table that judged all of them gives
//! back exactly what was posted; facts before the first counted day move counters and give nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::clipped::Cut;
use crate::households::Participant;
use crate::hundredths::Hundredths;
use crate::ids::{HouseholdId, RuleId, RuleSetId};
use crate::publicity;
use crate::rules::Rule;
use crate::rules::worth::{Counter, Counters, Deed, Worth};

/// Facts between two words about the progress: some milliseconds.
const TOLD_EVERY: usize = 1_000;

/// A deed that stands in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Whose.
    pub household_id: HouseholdId,
    /// The version that judged it.
    pub rule_set_id: RuleSetId,
    /// The rule that judged it.
    pub rule_id: RuleId,
    /// In that rule's unit.
    pub quantity: Hundredths,
    /// Which degree, where that rule has degrees.
    pub degree: Option<String>,
    /// How many people it was multiplied by, where that rule counts 按人.
    pub people: Option<u32>,
    /// Day of the deed.
    pub occurred_on: NaiveDate,
    /// What it gave; negative for a deduction.
    pub points: Hundredths,
}

/// The days of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First day whose facts move counters.
    pub counters_from: NaiveDate,
    /// First day whose facts count.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// What is asked of the facts.
pub struct Question<'a> {
    /// First day whose facts count.
    pub from: NaiveDate,
    /// The table that is tried.
    pub table: &'a [Rule],
    /// Category and name of the rules that judged, in their versions.
    pub judged_by: &'a HashMap<(RuleSetId, RuleId), (String, String)>,
    /// People of each household, for a table that counts 按人 where the fact's own did not.
    pub sizes: &'a HashMap<HouseholdId, u32>,
}

/// Points before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Points {
    /// As posted.
    pub before: Hundredths,
    /// As the table would have given.
    pub after: Hundredths,
}

/// Why facts count nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The table has no such rule.
    NotInTable,
    /// Its rule judges no such quantity or degree.
    NotJudged,
}

/// Facts of one rule that count nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncounted {
    /// The rule that judged them.
    pub rule_id: RuleId,
    /// As it was.
    pub category: String,
    /// As it was.
    pub name: String,
    /// Why.
    pub why: Why,
    /// How many.
    pub facts: u64,
    /// What they gave.
    pub points_before: Hundredths,
}

/// What the fold comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Facts that were counted.
    pub facts: u64,
    /// Of all of them.
    pub points: Points,
    /// By category, as the rule that gave the points calls it.
    pub categories: BTreeMap<String, Points>,
    /// By household; one without facts is not there.
    pub households: HashMap<HouseholdId, Points>,
    /// Most facts first.
    pub uncounted: Vec<Uncounted>,
    /// Places in the table of the rules that people record and that no fact fell under.
    pub without_facts: Vec<usize>,
    /// What the table's caps cut off, by the place of the rule.
    pub cut: BTreeMap<usize, Cut>,
    /// What they cut off of each household, by the place of the rule.
    pub hurt: HashMap<(usize, HouseholdId), Hundredths>,
}

/// A household's place before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who.
    pub household: Participant,
    /// Its points.
    pub points: Points,
    /// From 1; ties share it.
    pub rank_before: u32,
    /// From 1; ties share it.
    pub rank_after: u32,
}

impl Stretch {
    /// `months` whole months and the days of this one up to `today`. Counters begin with the Monday of
    /// the week in which the first day's year begins: no window that holds a counted day began earlier.
    pub fn of(today: NaiveDate, months: u32) -> Self {
        let this_month = today.with_day(1).unwrap_or(today);
        let from = this_month.checked_sub_months(Months::new(months)).unwrap_or(this_month);
        let year = from.with_ordinal(1).unwrap_or(from);
        let monday = year.checked_sub_days(Days::new(u64::from(year.weekday().num_days_from_monday())));
        Self { counters_from: monday.unwrap_or(year), from, until: today }
    }
}

impl Points {
    fn add(&mut self, before: Hundredths, after: Hundredths) {
        self.before.0 += before.0;
        self.after.0 += after.0;
    }
}

/// Judges facts anew, in the order in which they stand; `told` hears now and then how many are done.
pub fn fold(question: &Question<'_>, facts: &[Fact], told: impl Fn(usize)) -> Outcome {
    let mut folding = Folding { question, rules: HashMap::new(), counters: HashMap::new(), used: HashMap::new() };
    let mut outcome = Outcome::default();
    let mut met = vec![false; question.table.len()];
    let mut uncounted: BTreeMap<(RuleId, Why), Uncounted> = BTreeMap::new();
    for (at, fact) in facts.iter().enumerate() {
        if at % TOLD_EVERY == 0 {
            told(at);
        }
        let judged = folding.judge(fact);
        if fact.occurred_on < question.from {
            continue;
        }
        let (category, name) =
            question.judged_by.get(&(fact.rule_set_id, fact.rule_id)).map_or(("", ""), |(one, two)| (one, two));
        let after = judged.as_ref().map_or(Hundredths::ZERO, |(_, worth)| worth.points);
        outcome.facts += 1;
        outcome.points.add(fact.points, after);
        outcome.households.entry(fact.household_id).or_default().add(fact.points, after);
        let mut category_adds = |category: &str, before, after| match outcome.categories.get_mut(category) {
            Some(points) => points.add(before, after),
            None => drop(outcome.categories.insert(category.to_owned(), Points { before, after })),
        };
        category_adds(category, fact.points, Hundredths::ZERO);
        match judged {
            Ok((place, worth)) => {
                met[place] = true;
                category_adds(&question.table[place].category, Hundredths::ZERO, worth.points);
                if worth.clipped.0 > 0 {
                    let cut = outcome.cut.entry(place).or_default();
                    let lost = outcome.hurt.entry((place, fact.household_id)).or_default();
                    cut.households += i64::from(lost.0 == 0);
                    lost.0 += worth.clipped.0;
                    cut.times += 1;
                    cut.clipped.0 += worth.clipped.0;
                }
            }
            Err(why) => {
                let new = || Uncounted {
                    rule_id: fact.rule_id,
                    category: category.to_owned(),
                    name: name.to_owned(),
                    why,
                    facts: 0,
                    points_before: Hundredths::ZERO,
                };
                let one = uncounted.entry((fact.rule_id, why)).or_insert_with(new);
                one.facts += 1;
                one.points_before.0 += fact.points.0;
            }
        }
    }
    told(facts.len());
    outcome.uncounted = uncounted.into_values().collect();
    outcome.uncounted.sort_by(|a, b| b.facts.cmp(&a.facts).then_with(|| a.name.cmp(&b.name)));
    let unmet = |(place, rule): (usize, &Rule)| (rule.terms.shape.is_recorded() && !met[place]).then_some(place);
    outcome.without_facts = question.table.iter().enumerate().filter_map(unmet).collect();
    outcome
}

/// A fold on its way.
struct Folding<'q> {
    question: &'q Question<'q>,
    /// Which rule of the table takes the place of one that judged.
    rules: HashMap<(RuleSetId, RuleId), Option<usize>>,
    /// Their names are texts and digests: made once for each rule and day.
    counters: HashMap<(usize, NaiveDate), Counters>,
    used: HashMap<HouseholdId, HashMap<Counter, i64>>,
}

impl Folding<'_> {
    /// The rule that judges a fact now, and what it is worth.
    fn judge(&mut self, fact: &Fact) -> Result<(usize, Worth), Why> {
        let Question { table, judged_by, sizes, .. } = self.question;
        let key = (fact.rule_set_id, fact.rule_id);
        let found = self.rules.entry(key).or_insert_with(|| {
            let named = |rule: &Rule| {
                judged_by.get(&key).is_some_and(|(category, name)| (category, name) == (&rule.category, &rule.name))
            };
            let same = table.iter().position(|rule| rule.id == fact.rule_id);
            same.or_else(|| table.iter().position(named))
        });
        let place = found.ok_or(Why::NotInTable)?;
        let rule = &table[place];
        let degrees = rule.terms.shape.degrees();
        let is_degree = |named: &str| degrees.iter().any(|degree| degree.name == named);
        let has_degree = degrees.is_empty() || fact.degree.as_deref().is_some_and(is_degree);
        if !has_degree || !rule.terms.accepts(fact.quantity) {
            return Err(Why::NotJudged);
        }
        let people = fact.people.or_else(|| sizes.get(&fact.household_id).copied()).unwrap_or(1);
        let deed =
            Deed { quantity: fact.quantity, degree: fact.degree.as_deref(), people, occurred_on: fact.occurred_on };
        let make = || Counters::of(rule.id, &rule.category, &rule.terms, fact.occurred_on);
        let counters = self.counters.entry((place, fact.occurred_on)).or_insert_with(make);
        let used = self.used.entry(fact.household_id).or_default();
        let had = |counter: &Counter| Hundredths(used.get(counter).copied().unwrap_or(0));
        let worth = rule.terms.worth(&deed, counters, had);
        for (counter, by) in counters.moved_by(worth.units, worth.points) {
            match used.get_mut(counter) {
                Some(so_far) => *so_far += by.0,
                None => drop(used.insert(counter.clone(), by.0)),
            }
        }
        Ok((place, worth))
    }
}

/// The places of those who take part, before and after: who moves furthest first, then whose points
/// change most, then by code.
pub fn places(participants: Vec<Participant>, points: &HashMap<HouseholdId, Points>) -> Vec<Moved> {
    let side = |of: fn(&Points) -> Hundredths| points.iter().map(|(id, points)| (*id, of(points))).collect();
    let before = publicity::order(participants.clone(), &side(|points| points.before));
    let after = publicity::order(participants, &side(|points| points.after));
    let mut moved: Vec<Moved> = before
        .places
        .into_iter()
        .filter_map(|place| {
            let then = after.places.get(*after.at.get(&place.household.id)?)?;
            let points = Points { before: place.points, after: then.points };
            Some(Moved { household: place.household, points, rank_before: place.rank, rank_after: then.rank })
        })
        .collect();
    let by = |moved: &Moved| {
        (moved.rank_before.abs_diff(moved.rank_after), moved.points.before.0.abs_diff(moved.points.after.0))
    };
    moved.sort_by(|a, b| by(b).cmp(&by(a)).then_with(|| a.household.code.cmp(&b.household.code)));
    moved
}

#[cfg(test)]
mod tests;
