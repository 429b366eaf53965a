//! A household's statement: every entry as a sentence that a person can check.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{StepKind, entity, view};
use crate::accounts;
use crate::clock::instant;
use crate::error::Result;
use crate::households::Household;
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, RuleId};
use crate::ledger::{self, Account, CauseKind};
use crate::rules::Shelf;
use crate::rules::terms::Window;

/// One entry with what it takes to understand it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatementLine, example = json!({ "quantity": 1 }))]
pub struct Line {
    /// Its number in the village's book.
    #[schema(example = 1204)]
    pub seq: i64,
    /// What made it.
    pub kind: CauseKind,
    /// The award behind it.
    pub award_id: AwardId,
    /// The rule that judged.
    pub rule_id: Option<RuleId>,
    /// Its name in the version that judged.
    #[schema(example = "参加村组环境卫生整治")]
    pub rule_name: String,
    /// Its category there.
    #[schema(example = "公益活动")]
    pub category: String,
    /// Signed.
    pub points: Hundredths,
    /// So many of `unit`.
    pub quantity: Option<Hundredths>,
    /// What the quantity counts: the rule's unit; `处` (spots found) of an inspection.
    #[schema(example = "人次")]
    pub unit: Option<String>,
    /// Which degree, where the rule has degrees.
    #[schema(example = "县级")]
    pub degree: Option<String>,
    /// How many people it was multiplied by, where the rule counts 按人.
    pub people: Option<i32>,
    /// Points that a cap, or a better deed of the same day, cut off.
    pub clipped: Hundredths,
    /// Counted twice: it happened before.
    #[schema(example = false)]
    pub doubled: bool,
    /// Day of the deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// The month it counts in.
    #[schema(example = "2026-11")]
    pub period: String,
    /// The month of the deed was closed.
    #[schema(example = false)]
    pub late: bool,
    /// Server time.
    #[schema(example = "2026-11-23T02:05:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    #[schema(example = "李某")]
    pub recorder_name: String,
    /// What the recorder wrote beside it.
    #[schema(example = "清扫村道")]
    pub note: Option<String>,
    /// A later entry undoes it.
    #[schema(example = false)]
    pub reversed: bool,
    /// Why it undoes another, or why the award behind it was judged again.
    pub reason: Option<String>,
}

/// How much of a rule's cap a household has used in one of today's windows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "window": "month", "units_used": 2 }))]
pub struct CapUse {
    /// The rule.
    pub rule_id: RuleId,
    /// The window that contains today.
    pub window: Window,
    /// Units that counted in it.
    pub units_used: Hundredths,
}

/// The version of a rule's identity among the counters: it counts the rule's own units.
const RULE_ID_VERSION: usize = 7;

/// Uses of rules' caps by a household in the windows that contain today.
///
/// # Errors
/// When the database fails.
pub async fn caps(db: &impl ConnectionTrait, household: &Household, today: NaiveDate) -> Result<Vec<CapUse>> {
    let windows = Window::ALL.map(|window| window.of(today));
    let rows = ledger::cap_uses(db, household.id, &windows).await?;
    let used = |row: ledger::entity::cap_use::Model| {
        // What else is counted has no name that a page could show.
        if row.counter_id.get_version_num() != RULE_ID_VERSION {
            return None;
        }
        let window = Window::ALL.into_iter().zip(&windows).find(|(_, name)| **name == row.cap_window)?.0;
        Some(CapUse { rule_id: RuleId(row.counter_id), window, units_used: row.units })
    };
    Ok(rows.into_iter().filter_map(used).collect())
}

/// Entries of a household, newest first, up to `limit + 1`.
///
/// # Errors
/// When the database fails.
pub async fn lines(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    household: &Household,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Line>> {
    let entries = ledger::entries(db, household.id, before, limit + 1).await?;
    let causes: HashSet<AwardId> = entries.iter().map(|entry| AwardId(entry.cause_id)).collect();
    let awards = entity::Entity::find().filter(entity::Column::Id.is_in(causes)).all(db).await?;
    let awards: HashMap<AwardId, entity::Model> = awards.into_iter().map(|award| (award.id, award)).collect();
    let explained = entries.iter().filter(|entry| entry.cause_kind != CauseKind::Award);
    let explained: HashSet<AwardId> = explained.map(|entry| AwardId(entry.cause_id)).collect();
    let steps = view::steps(db, explained.into_iter().collect()).await?;
    let names = accounts::names_of_found_rows(db, entries.iter().map(|entry| entry.recorder_id)).await?;
    let rules = shelf.in_force(db, [household.village_id]).await?;
    let line = |entry: ledger::entity::entry::Model| {
        let award_id = AwardId(entry.cause_id);
        let award = awards.get(&award_id);
        let rule = entry.rule_set_id.and_then(|set| rules.set(set)).and_then(|set| set.rule(entry.rule_id?));
        let undoes = entry.cause_kind == CauseKind::Reversal;
        let earned = entry.from_account == Account::Issued;
        let points = if earned { entry.points } else { Hundredths(-entry.points.0) };
        // Of an award that was judged again, its row knows only how it came to its present points.
        let told = award.filter(|award| entry.cause_kind == CauseKind::Award && award.points == points);
        // The nth time that an award was judged again has the nth leg.
        let why = |kind: StepKind, nth: i16| {
            let mut steps = steps.get(&award_id)?.iter().filter(|step| step.kind == kind);
            steps.nth(usize::try_from(nth).ok()?)?.reason.clone()
        };
        Line {
            seq: entry.seq,
            kind: entry.cause_kind,
            award_id,
            rule_id: entry.rule_id,
            rule_name: rule.map(|rule| rule.name.clone()).unwrap_or_default(),
            category: rule.map(|rule| rule.category.clone()).unwrap_or_default(),
            points,
            quantity: award.map(|award| award.quantity),
            unit: rule.map(|rule| rule.terms.counted().to_owned()),
            degree: award.and_then(|award| award.judged_degree.clone().or_else(|| award.degree.clone())),
            people: told.and_then(|award| award.people),
            clipped: told.map_or(Hundredths::ZERO, |award| award.clipped),
            doubled: told.is_some_and(|award| award.doubled),
            occurred_on: entry.occurred_on,
            period: entry.period,
            late: entry.late,
            recorded_at: instant(entry.recorded_at),
            recorder_name: names.get(&entry.recorder_id).cloned().unwrap_or_default(),
            note: award.filter(|_| entry.cause_kind == CauseKind::Award).and_then(|award| award.note.clone()),
            reversed: !undoes && award.is_some_and(|award| award.status == super::Status::Reversed),
            reason: match entry.cause_kind {
                CauseKind::Award => None,
                CauseKind::Reversal => why(StepKind::Reverse, entry.leg),
                CauseKind::Refold => why(StepKind::Refold, entry.leg),
            },
        }
    };
    Ok(entries.into_iter().map(line).collect())
}
