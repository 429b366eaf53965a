//! A household's statement: every entry as a sentence that a person can check.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{entity, view};
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
    /// Why it undoes another.
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
    let undone: Vec<AwardId> =
        awards.values().filter(|award| award.status == super::Status::Reversed).map(|award| award.id).collect();
    let steps = view::steps(db, undone).await?;
    let names = accounts::names_of_found_rows(db, entries.iter().map(|entry| entry.recorder_id)).await?;
    let rules = shelf.in_force(db, [household.village_id]).await?;
    let line = |entry: ledger::entity::entry::Model| {
        let award_id = AwardId(entry.cause_id);
        let award = awards.get(&award_id);
        let rule = entry.rule_set_id.and_then(|set| rules.set(set)).and_then(|set| set.rule(entry.rule_id?));
        let undoes = entry.cause_kind == CauseKind::Reversal;
        let earned = entry.from_account == Account::Issued;
        let why =
            || steps.get(&award_id)?.iter().rev().find(|step| step.kind == super::StepKind::Reverse)?.reason.clone();
        Line {
            seq: entry.seq,
            kind: entry.cause_kind,
            award_id,
            rule_id: entry.rule_id,
            rule_name: rule.map(|rule| rule.name.clone()).unwrap_or_default(),
            category: rule.map(|rule| rule.category.clone()).unwrap_or_default(),
            points: if earned { entry.points } else { Hundredths(-entry.points.0) },
            quantity: award.map(|award| award.quantity),
            unit: rule.map(|rule| rule.terms.counted().to_owned()),
            degree: award.and_then(|award| award.degree.clone()),
            occurred_on: entry.occurred_on,
            period: entry.period,
            late: entry.late,
            recorded_at: instant(entry.recorded_at),
            recorder_name: names.get(&entry.recorder_id).cloned().unwrap_or_default(),
            note: award.filter(|_| !undoes).and_then(|award| award.note.clone()),
            reversed: !undoes && award.is_some_and(|award| award.status == super::Status::Reversed),
            reason: if undoes { why() } else { None },
        }
    };
    Ok(entries.into_iter().map(line).collect())
}
