//! Bringing deeds that were read into the book, as awards of whoever imports them.
//!
//! Everything happens in one transaction, so that a file comes in as a whole or not at all; the caller rolls
//! back what was only tried or has errors. An award's identity is made of village, household, rule, day,
//! sheet number and how often the same stood in the file before: the same file again finds its awards, and a
//! changed number under the same identity is an error, never another award. What was recorded in another
//! way for the same household, rule and day is said, and left out where the caller wants that.

mod outcome;
mod whose;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use sha2::{Digest as _, Sha256};

use self::outcome::Tally;
use self::whose::Homes;
use super::deeds::{Deeds, Found, KnownRule, Spot, amount, find};
use super::imports::Import;
use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::awards::alike::{self, Alike, Likeness};
use crate::awards::{self, ID_TAKEN, Raw, Submission};
use crate::clock::day_begins;
use crate::db::Tx;
use crate::error::{Error, NOT_FOUND, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, AwardId, HouseholdId, RuleId};
use crate::ledger::Pen;
use crate::rules::shelf::InForce;
use crate::rules::{Rule, Shelf};
use crate::scope::{AddPoints, ImportAwards, May};

/// Awards judged at once: a large batch of their own kind.
const AWARDS_AT_ONCE: usize = 500;

/// How much of a file to bring in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Leave deeds with errors out, and bring in the others.
    pub skip_invalid: bool,
    /// Leave out what was recorded before for the same household, rule and day.
    pub skip_alike: bool,
}

/// The village or grid in reach that deeds are brought into, and its village.
///
/// # Errors
/// [`NOT_FOUND`] for every other area.
pub async fn find_area(db: &impl ConnectionTrait, may: &May<ImportAwards>, id: AreaId) -> Result<(Area, Area)> {
    let area = areas::find(db, may, id).await?;
    let near = matches!(area.level, Level::Village | Level::Grid);
    let village = if near { areas::village_of(db, &area).await? } else { None };
    Ok((area, village.ok_or(NOT_FOUND)?))
}

/// The rules that a village has or had, each name once: what a sheet may speak of.
///
/// # Errors
/// When the database fails.
pub async fn known_rules(db: &impl ConnectionTrait, shelf: &Shelf, village: &Area) -> Result<Vec<KnownRule>> {
    let in_force = shelf.in_force(db, [village.id]).await?;
    let mut known: Vec<KnownRule> = Vec::new();
    for rule in in_force.sets(village.id).flat_map(|adopted| &adopted.rules) {
        let one = known_rule(rule);
        if rule.terms.shape.is_recorded()
            && !known.iter().any(|other| (&other.name, &other.category) == (&one.name, &one.category))
        {
            known.push(one);
        }
    }
    Ok(known)
}

/// A rule as a sheet names it.
pub(super) fn known_rule(rule: &Rule) -> KnownRule {
    KnownRule { category: rule.category.clone(), name: rule.name.clone(), inspects: rule.terms.shape.inspects() }
}

/// A deed with everything that it takes to record it.
struct Item {
    /// Its place among the rows that were read.
    row: usize,
    likeness: Likeness,
    submission: Submission,
    is_overdue: bool,
    deducts: bool,
}

/// Brings deeds in; the caller rolls back what was only tried or is blocked.
///
/// # Errors
/// [`NOT_FOUND`] out of reach; when the database fails.
pub async fn awards(
    tx: &Tx,
    (pen, shelf): (&Pen, &Shelf),
    may: &May<ImportAwards>,
    (area, village): (&Area, &Area),
    mut deeds: Deeds,
    choices: Choices,
) -> Result<Import> {
    let recorder: Arc<May<AddPoints>> = Arc::new(may.also(pen.clock.today())?);
    if !may.reaches(&area.path) || !recorder.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    let homes = Homes::of(tx, &recorder, area).await?;
    let in_force = shelf.in_force(tx, [village.id]).await?;
    let mut items = items(&mut deeds, &homes, &in_force, (village, pen.clock.today()), &recorder);
    let known = known_alike(tx, &recorder, &items).await?;
    tell_alike(&mut deeds, &mut items, &known, choices.skip_alike);

    let mut tally = Tally::default();
    for some in items.chunks(AWARDS_AT_ONCE) {
        let submissions: Vec<Submission> = some.iter().map(|item| item.submission.clone()).collect();
        let answers = awards::submit_many(tx, pen, shelf, &submissions).await?;
        let is_taken = |answer: &Result<_>| matches!(answer, Err(Error::Refused(ID_TAKEN, _)));
        let taken =
            some.iter().zip(&answers).filter(|(_, answer)| is_taken(answer)).map(|(item, _)| item.submission.id);
        let taken = alike::of_ids(tx, &recorder, taken.collect::<Vec<_>>()).await?;
        for (item, answer) in some.iter().zip(answers) {
            match answer {
                Ok(submitted) => tally.took(&mut deeds, item, &submitted),
                Err(error) => outcome::refused(&mut deeds, item, error, &taken)?,
            }
        }
    }
    let is_blocked = deeds.has_errors() && (!choices.skip_invalid || tally.fair() == 0);
    if is_blocked {
        tally = Tally::default();
    }
    tally.tell(&mut deeds);
    if tally.created > 0 && !choices.dry_run {
        let act = Act {
            by: Some(may.account_id()),
            action: "import_awards",
            target: Some(("area", area.id.0)),
            area_path: &area.path,
        };
        audit::append(tx, &pen.clock, &[act]).await?;
    }
    let report = deeds.finish();
    let rows = report.rows_total as usize;
    Ok(Import {
        dry_run: choices.dry_run,
        rows,
        created: tally.created,
        updated: 0,
        unchanged: tally.unchanged,
        skipped: rows.saturating_sub(tally.fair()),
        waiting: tally.waiting,
        problems: report.problems,
        dropped_columns: report.dropped_columns,
        rule_set_id: None,
        set: None,
        is_blocked,
    })
}

/// What identifies a deed beside how often it stands there.
type Key = (HouseholdId, RuleId, NaiveDate, Option<String>);

/// The rows as submissions; whatever cannot be one is an error of its cell.
fn items(
    deeds: &mut Deeds,
    homes: &Homes,
    in_force: &InForce,
    (village, today): (&Area, NaiveDate),
    recorder: &Arc<May<AddPoints>>,
) -> Vec<Item> {
    let mut seen: HashMap<Key, u32> = HashMap::new();
    let mut named: HashMap<(NaiveDate, String), Judge<'_>> = HashMap::new();
    let mut items = Vec::with_capacity(deeds.rows.len());
    for at in 0..deeds.rows.len() {
        let Some(row) = deeds.rows.get(at).cloned() else { break };
        let rule = named.entry((row.day, row.rule.clone()));
        let rule = rule.or_insert_with_key(|(day, written)| rule_on(in_force, village.id, *day, written)).clone();
        let household = homes.find(&row.household);
        let (household, rule) = match (household, rule) {
            (Ok(household), Ok(rule)) => (household, rule),
            (household, rule) => {
                if let Err((code, what)) = household {
                    let shown = row.household.code.as_deref().or(row.household.name.as_deref()).unwrap_or_default();
                    deeds.error(row.at.household, shown, code, what);
                }
                if let Err((code, what)) = rule {
                    deeds.error(row.at.rule, &row.rule, code, what);
                }
                continue;
            }
        };
        let likeness = Likeness { household_id: household.id, rule_id: rule.id, occurred_on: row.day };
        let nth = seen.entry((household.id, rule.id, row.day, row.sheet.clone())).or_default();
        *nth += 1;
        let id = identity(village.id, &likeness, row.sheet.as_deref(), *nth);
        let said = match amount::read(&row.amount, rule) {
            Ok(said) => said,
            Err((code, what)) => {
                deeds.error(row.at.amount, &row.amount.cell, code, what);
                continue;
            }
        };
        let raw = Raw {
            id,
            household_id: household.id,
            rule_id: rule.id,
            quantity: Some(said.quantity.unwrap_or(Hundredths::ONE)),
            degree: said.degree,
            people: said.people,
            occurred_on: row.day,
            note: row.note.clone(),
            done_by: row.done_by.clone(),
            handled_by: row.handled_by.clone(),
            proof: None,
            sheet: row.sheet.clone(),
            evidence: Vec::new(),
        };
        match Submission::parse(raw, Arc::clone(recorder)) {
            Ok(submission) => items.push(Item {
                row: at,
                likeness,
                submission,
                is_overdue: rule.terms.is_overdue(row.day, today),
                deducts: rule.terms.shape.deducts(),
            }),
            Err(error) => {
                for problem in error.fields() {
                    deeds.error(outcome::spot(&row, &problem.field), "", "words_invalid", &problem.message);
                }
            }
        }
    }
    items
}

/// The rule that judges a deed, or code and sentence why there is none.
type Judge<'r> = Result<&'r Rule, (&'static str, String)>;

/// The rule of a name among those that judge a day.
fn rule_on<'r>(in_force: &'r InForce, village: AreaId, day: NaiveDate, written: &str) -> Judge<'r> {
    let adopted = in_force.on(village, day);
    let rules: Vec<&Rule> = adopted.iter().flat_map(|adopted| &adopted.rules).collect();
    let rules: Vec<&Rule> = rules.into_iter().filter(|rule| rule.terms.shape.is_recorded()).collect();
    let known: Vec<KnownRule> = rules.iter().map(|rule| known_rule(rule)).collect();
    let unknown = || ("rule_unknown", format!("{day} 生效的细则里没有这一项，请写成那一天细则里的名字。"));
    match find(&known, written) {
        Found::One(at) => rules.get(at).copied().ok_or_else(unknown),
        Found::Several => Err(("rule_ambiguous", "有几项都是这样开头，请写全名。".to_owned())),
        Found::None => Err(unknown()),
    }
}

/// A UUIDv7 of the deed's day whose other bits are made of what identifies it: the same deed on the same sheet
/// has the same one, whoever brings it in.
fn identity(village: AreaId, deed: &Likeness, sheet: Option<&str>, nth: u32) -> AwardId {
    let Likeness { household_id, rule_id, occurred_on } = deed;
    let said = format!("{village}\n{household_id}\n{rule_id}\n{occurred_on}\n{}\n{nth}", sheet.unwrap_or_default());
    let hash = Sha256::digest(said);
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&hash[..10]);
    let begins = day_begins(*occurred_on).max(0).unsigned_abs();
    AwardId(uuid::Builder::from_unix_timestamp_millis(begins, &bytes).into_uuid())
}

/// What was recorded in another way, or from another file, for the same households, rules and days.
async fn known_alike(tx: &Tx, recorder: &May<AddPoints>, items: &[Item]) -> Result<BTreeMap<Likeness, Alike>> {
    let own: HashSet<AwardId> = items.iter().map(|item| item.submission.id).collect();
    let asked: Vec<Likeness> = items.iter().map(|item| item.likeness).collect::<BTreeSet<_>>().into_iter().collect();
    let mut known = BTreeMap::new();
    for some in asked.chunks(AWARDS_AT_ONCE) {
        let found = alike::alike(tx, recorder, &some.iter().copied().collect()).await?;
        for one in found.into_iter().filter(|one| !own.contains(&one.award.id)) {
            known.entry(Likeness::of(&one.award)).or_insert(one);
        }
    }
    Ok(known)
}

/// Says what stands there already, and what stands in the file twice; leaves it out where that is wanted.
fn tell_alike(deeds: &mut Deeds, items: &mut Vec<Item>, known: &BTreeMap<Likeness, Alike>, skip: bool) {
    let mut first: HashMap<Likeness, Spot> = HashMap::new();
    items.retain(|item| {
        let Some(row) = deeds.rows.get(item.row) else { return false };
        let (at, cell) = (row.at.amount, row.amount.cell.clone());
        let before = first.get(&item.likeness).copied();
        let left_out = if skip { "，这一格没有再记。" } else { "，请核对是不是同一件。" };
        if let Some(one) = known.get(&item.likeness) {
            deeds.note(at, &cell, "recorded_alike", format!("这一户这一天这一项，{}{left_out}", outcome::by_whom(one)));
            return !skip;
        }
        if let Some((row, column)) = before {
            let place = format!("{}{row}", super::report::letters(column));
            deeds.note(at, &cell, "alike_in_file", format!("这一户这一天这一项，{place} 那一格已经有了{left_out}"));
            return !skip;
        }
        first.insert(item.likeness, at);
        true
    });
}
