//! A deduction begins with a warning (劝导): what was seen is said to the household's face, with a day to put
//! it right. What is put right is over; what is not comes to the panel as a proposed deduction; and when that
//! counts, the household is told, and that it was told is written down.
//!
//! Invariants: a warning moves no points and is seen only by those who read the book of the household's grid;
//! what was said never changes; one stands open for a household and a rule at a time; it is settled once,
//! and never by the household's own people as put right; a deduction is proposed only when the day is over,
//! waits for the panel whoever proposes it, and is not decided by whoever warned.

mod behind;
pub mod entity;
pub mod listing;
pub mod notice;
pub mod outward;
pub mod routes;
pub mod said;

use std::slice;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::review::OWN_HOUSEHOLD;
use super::{ID_TAKEN, RULE_NOT_IN_FORCE, Submission, submit_many};
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, FieldProblem, NOT_FOUND, Refusal, Result};
use crate::households::{self, HOUSEHOLD_CLOSED, Household};
use crate::ids::WarningId;
use crate::ledger::{self, Pen};
use crate::rules::Shelf;
use crate::scope::{AddPoints, May};

pub use behind::{Behind, behind};
pub use entity::{Model as Warning, Outcome};
pub use listing::{View, due, find};
pub use said::Said;

/// One stands open already.
pub const WARNED_ALREADY: Refusal =
    Refusal::new(409, "warned_already", "这一户的这一项已经劝导过、还没办完，请到“劝导”里看。");
/// The household still has time.
pub const NOT_DUE: Refusal = Refusal::new(422, "warning_not_due", "还没过改正的日期，过了还没改才能交评议。");
/// Somebody settled it.
pub const SETTLED: Refusal = Refusal::new(409, "warning_settled", "这条劝导已经有人办过了，请刷新看看。");
/// The household was told before.
pub const NOTICED: Refusal = Refusal::new(409, "already_noticed", "这条扣分已经记过告知了，请刷新看看。");

impl Warning {
    /// The first day on which a deduction may be proposed: when the day to put it right is over; of a warning
    /// on the spot, at once.
    pub fn proposed_from(&self) -> NaiveDate {
        if self.due_on == self.said_on { self.said_on } else { self.due_on.succ_opt().unwrap_or(NaiveDate::MAX) }
    }
}

/// Writes a warning down; answers it, and whether it was known already.
///
/// # Errors
/// [`NOT_FOUND`] for a household out of reach, [`HOUSEHOLD_CLOSED`], [`ID_TAKEN`], [`WARNED_ALREADY`],
/// [`RULE_NOT_IN_FORCE`]; a problem of a field.
pub async fn record(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<AddPoints>, said: &Said) -> Result<(View, bool)> {
    let (today, digest) = (pen.clock.today(), said.digest(may.account_id())?);
    let household = households::find(tx, may, said.household_id).await?;
    if let Some(known) = known(tx, said.id, &digest).await? {
        return Ok((listing::view(tx, shelf, &may.identity, today, known).await?, true));
    }
    if household.status == households::Status::Closed {
        return Err(HOUSEHOLD_CLOSED.into());
    }
    let tables = shelf.in_force(tx, [household.village_id]).await?;
    let rule_field =
        |refusal: Refusal| Error::Refused(refusal, vec![FieldProblem::new("rule_id", refusal.code, refusal.title)]);
    let adopted = tables.on(household.village_id, said.said_on).ok_or_else(|| rule_field(RULE_NOT_IN_FORCE))?;
    let rule = adopted.rule(said.rule_id).ok_or_else(|| rule_field(RULE_NOT_IN_FORCE))?;
    if !rule.terms.shape.deducts() {
        return Err(Error::field("rule_id", "no_deduction", "只有扣分的事项才要劝导。"));
    }
    let due_on = said.due_on(rule.terms.warn_first)?;
    let row = entity::ActiveModel {
        id: Set(said.id),
        village_id: Set(household.village_id),
        household_id: Set(household.id),
        rule_set_id: Set(adopted.set.id),
        rule_id: Set(rule.id),
        said_on: Set(said.said_on),
        due_on: Set(due_on),
        note: Set(said.note.clone()),
        recorded_by: Set(may.account_id()),
        recorded_at: Set(pen.clock.now()),
        digest: Set(digest.clone()),
        outcome: Set(None),
        settled_by: Set(None),
        settled_at: Set(None),
        settled_note: Set(None),
        award_id: Set(None),
    };
    // Its own id, or another open one: which of the two stood in the way is asked afterwards.
    let insert = entity::Entity::insert_many([row]).on_conflict(OnConflict::new().do_nothing().to_owned());
    if insert.exec_without_returning(tx).await? == 0 {
        let known = known(tx, said.id, &digest).await?.ok_or(WARNED_ALREADY)?;
        return Ok((listing::view(tx, shelf, &may.identity, today, known).await?, true));
    }
    append_act(tx, pen, may, "record_warning", said.id, &household).await?;
    Ok((find(tx, shelf, may, today, said.id).await?, false))
}

async fn known(tx: &Tx, id: WarningId, digest: &[u8]) -> Result<Option<Warning>> {
    match entity::Entity::find_by_id(id).one(tx).await? {
        Some(known) if known.digest != digest => Err(ID_TAKEN.into()),
        known => Ok(known),
    }
}

/// Settles a warning: it was put right. The same again answers it as it stands.
///
/// # Errors
/// [`NOT_FOUND`], [`OWN_HOUSEHOLD`], [`SETTLED`].
pub async fn put_right(
    tx: &Tx,
    pen: &Pen,
    shelf: &Shelf,
    may: &May<AddPoints>,
    id: WarningId,
    note: Option<String>,
) -> Result<View> {
    let (warning, household) = open(tx, pen, may, id).await?;
    if may.identity.household_id == Some(household.id) {
        return Err(OWN_HOUSEHOLD.into());
    }
    if warning.settled_at.is_some() {
        let said_so = warning.outcome == Some(Outcome::PutRight) && warning.settled_by == Some(may.account_id());
        if !said_so || warning.settled_note != note {
            return Err(SETTLED.into());
        }
        return listing::view(tx, shelf, &may.identity, pen.clock.today(), warning).await;
    }
    let row =
        entity::ActiveModel { outcome: Set(Some(Outcome::PutRight)), settled_note: Set(note), ..Default::default() };
    settle(tx, pen, may, id, row).await?;
    append_act(tx, pen, may, "put_warning_right", id, &household).await?;
    find(tx, shelf, may, pen.clock.today(), id).await
}

/// Settles a warning that was not heeded: a deduction is proposed, which waits for the panel. The same again
/// answers it as it stands. `item` names the warning's household and rule.
///
/// # Errors
/// [`NOT_FOUND`], [`SETTLED`], [`NOT_DUE`]; whatever keeps a deduction from being recorded.
pub async fn propose(tx: &Tx, pen: &Pen, shelf: &Shelf, id: WarningId, item: &Submission) -> Result<(View, bool)> {
    let (may, today) = (item.recorder.as_ref(), pen.clock.today());
    let (warning, household) = open(tx, pen, may, id).await?;
    let known = warning.settled_at.is_some();
    if known && warning.award_id != Some(item.id) {
        return Err(SETTLED.into());
    }
    if !known && today < warning.proposed_from() {
        return Err(NOT_DUE.into());
    }
    if item.occurred_on < warning.said_on {
        return Err(Error::field("occurred_on", "out_of_range", "扣分的日期不能在劝导以前。"));
    }
    let item = Submission { warned: true, ..item.clone() };
    let submitted = submit_many(tx, pen, shelf, slice::from_ref(&item)).await?.pop();
    let submitted = submitted.ok_or_else(|| Error::Internal("an award without an answer".to_owned()))??;
    if submitted.replayed != known {
        return Err(ID_TAKEN.into());
    }
    if !known {
        let row = entity::ActiveModel {
            outcome: Set(Some(Outcome::Proposed)),
            award_id: Set(Some(item.id)),
            ..Default::default()
        };
        settle(tx, pen, may, id, row).await?;
        append_act(tx, pen, may, "propose_deduction", id, &household).await?;
    }
    Ok((find(tx, shelf, may, today, id).await?, known))
}

/// A warning in reach, under the lock of the village's book: what anybody did with it is done by then.
async fn open(tx: &Tx, pen: &Pen, may: &May<AddPoints>, id: WarningId) -> Result<(Warning, Household)> {
    let before = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
    let household = households::find(tx, may, before.household_id).await?;
    ledger::open(tx, pen, [before.village_id]).await?;
    let warning = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
    Ok((warning, household))
}

async fn settle(tx: &Tx, pen: &Pen, may: &May<AddPoints>, id: WarningId, row: entity::ActiveModel) -> Result<()> {
    let row =
        entity::ActiveModel { settled_by: Set(Some(may.account_id())), settled_at: Set(Some(pen.clock.now())), ..row };
    let rows = entity::Entity::update_many().set(row).filter(entity::Column::Id.eq(id));
    let done = rows.filter(entity::Column::SettledAt.is_null()).exec(tx).await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(SETTLED.into()) }
}

async fn append_act(
    tx: &Tx,
    pen: &Pen,
    may: &May<AddPoints>,
    action: &'static str,
    id: WarningId,
    household: &Household,
) -> Result<()> {
    let target = Some(("warning", id.0));
    let act = Act { by: Some(may.account_id()), action, target, area_path: &household.grid_path };
    audit::append(tx, &pen.clock, &[act]).await
}
