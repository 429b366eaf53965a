//! The panel's meeting (评议会): everything that waits in a grid is looked at together, struck out or given
//! another degree where the people present say so, and approved once.
//!
//! Walk of one meeting: the sheet is the list of what waits; what the people decided comes as one request
//! with an identity of its own; it is judged line by line under the village's lock, posted in one go, and
//! kept as the minutes. Those who were there confirm them from their own accounts, and what the writer
//! could not decide is decided then, as it was said.
//!
//! Invariants: nobody decides for somebody else: a line is decided by the account of a person who was there,
//! who neither recorded it nor belongs to the household; where the writer of the minutes is not free it waits
//! for another's confirmation, and where there is nobody, for others; what somebody decided meanwhile is
//! left alone and said; the same meeting, or confirmation, again answers the minutes as they stand.

pub mod entity;
pub mod meeting;
mod minutes;
pub mod outward;
pub mod routes;
pub mod scans;
mod sitting;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};

use self::entity::{Outcome, confirmation, line, present};
use self::sitting::{Decided, Sitting};
use super::budget::BUDGET_USED;
use super::review::WRONG_STATE;
use super::view;
use crate::accounts::{self, Reviewer};
use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, FORBIDDEN, FieldProblem, NOT_FOUND, Refusal, Result};
use crate::ids::{AreaId, AssemblyId};
use crate::ledger::{self, Pen};
use crate::rules::Shelf;
use crate::scope::{May, Review};

pub use entity::Model as Assembly;
pub use meeting::{Line, Meeting};
pub use minutes::{Listed, Minutes, Present, awaiting, find, list};

use minutes::{in_reach, minutes};

/// The id belongs to another meeting.
pub const MEETING_TAKEN: Refusal = Refusal::new(409, "meeting_taken", "这个编号已经记过别的评议会，请刷新再记。");
/// Fewer were there than the village decided.
pub const NO_QUORUM: Refusal = Refusal::new(422, "no_quorum", "到会的评议员不够村里定的人数，不能定。");

/// Steps and lines written at once: SQLite binds at most 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

/// Cadres and panel members who may sit in a meeting about an area, and how many must.
///
/// # Errors
/// [`NOT_FOUND`] for an area out of reach, or above a village.
pub async fn people(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<Review>,
    area_id: AreaId,
    today: NaiveDate,
) -> Result<(Vec<Reviewer>, u8)> {
    let (_, village) = find_area(db, may, area_id).await?;
    let mut people = accounts::reviewers_of_village(db, village.id, today).await?;
    people.sort_by(|a, b| a.name.cmp(&b.name).then(a.account_id.cmp(&b.account_id)));
    Ok((people, quorum(db, shelf, &village, today).await?))
}

async fn find_area(db: &impl ConnectionTrait, may: &May<Review>, id: AreaId) -> Result<(Area, Area)> {
    let area = areas::find(db, may, id).await?;
    let village = match area.level {
        Level::Village => area.clone(),
        Level::Grid => areas::village_of(db, &area).await?.ok_or(NOT_FOUND)?,
        _ => return Err(NOT_FOUND.into()),
    };
    Ok((area, village))
}

/// How many cadres and panel members the village wants to see.
async fn quorum(db: &impl ConnectionTrait, shelf: &Shelf, village: &Area, today: NaiveDate) -> Result<u8> {
    let in_force = shelf.in_force(db, [village.id]).await?;
    Ok(in_force.on(village.id, today).and_then(|adopted| adopted.decisions.quorum).unwrap_or(1))
}

/// Carries out what a meeting decided; answers its minutes, and whether it was known already.
///
/// # Errors
/// [`NOT_FOUND`] for an area out of reach; [`FORBIDDEN`] for whoever is neither cadre nor panel member of
/// the village; [`MEETING_TAKEN`]; [`NO_QUORUM`]; [`BUDGET_USED`] with the lines that have no room; a problem of a line; [`WRONG_STATE`] when
/// somebody decided all of it before.
pub async fn hold(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<Review>, meeting: Meeting) -> Result<(Minutes, bool)> {
    let today = pen.clock.today();
    let (area, village) = find_area(tx, may, meeting.area_id).await?;
    let digest = meeting.digest(may.account_id())?;
    // Under the lock: what somebody approves meanwhile is seen, and so is the same meeting sent twice.
    let mut book = ledger::open(tx, pen, [village.id]).await?;
    if let Some(known) = entity::Entity::find_by_id(meeting.id).one(tx).await? {
        if known.digest != digest {
            return Err(MEETING_TAKEN.into());
        }
        return Ok((minutes(tx, shelf, may, today, known).await?, true));
    }
    let reviewers = accounts::reviewers_of_village(tx, village.id, today).await?;
    let is_known = |id| reviewers.iter().any(|one| one.account_id == id);
    let writer = reviewers.iter().find(|one| one.account_id == may.account_id()).ok_or(FORBIDDEN)?;
    if !meeting.present.iter().copied().all(is_known) {
        return Err(Error::field("present", "unknown", "到会的人里有不是本村评议员或村干部的。"));
    }
    if meeting.present.len() < usize::from(quorum(tx, shelf, &village, today).await?) {
        return Err(NO_QUORUM.into());
    }
    let sitting = Sitting { tx, pen, shelf, may, area: &area, by: writer };
    let mut table = sitting.lay(&village, &meeting.lines).await?;
    if let Some(at) = meeting.lines.iter().position(|line| !table.contains_key(&line.award_id)) {
        return Err(Error::field(format!("lines[{at}].award_id"), "unknown", "这一条不在这个组的名单上。"));
    }
    let Decided { outcomes: decided, beyond } = sitting.decide(&mut book, &mut table, &meeting.lines).await?;
    if !beyond.is_empty() {
        let line = |at| FieldProblem::new(format!("lines[{at}].decision"), BUDGET_USED.code, BUDGET_USED.title);
        return Err(Error::Refused(BUDGET_USED, beyond.into_iter().map(line).collect()));
    }
    if decided.iter().all(|outcome| *outcome == Outcome::Moved) {
        return Err(WRONG_STATE.into());
    }
    let assembly = entity::ActiveModel {
        id: Set(meeting.id),
        area_id: Set(area.id),
        area_path: Set(area.path.clone()),
        held_on: Set(meeting.held_on),
        others: Set(meeting.others.clone()),
        recorded_at: Set(pen.clock.now()),
        recorded_by: Set(may.account_id()),
        digest: Set(digest),
    };
    let assembly = assembly.insert(tx).await?;
    let present = meeting
        .present
        .iter()
        .map(|account_id| present::ActiveModel { assembly_id: Set(meeting.id), account_id: Set(*account_id) });
    present::Entity::insert_many(present).exec_without_returning(tx).await?;
    let lines: Vec<line::ActiveModel> = (1..)
        .zip(meeting.lines.iter().zip(decided))
        .map(|(position, (said, outcome))| line::ActiveModel {
            assembly_id: Set(meeting.id),
            position: Set(position),
            award_id: Set(said.award_id),
            decision: Set(said.decision),
            reason: Set(said.reason.clone()),
            outcome: Set(outcome),
            degree: Set(said.degree.clone()),
            revision: Set(table.get(&said.award_id).map(|one| view::revision(&one.steps))),
        })
        .collect();
    for rows in lines.chunks(ROWS_AT_ONCE) {
        line::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    let act = Act {
        by: Some(may.account_id()),
        action: "hold_assembly",
        target: Some(("assembly", meeting.id.0)),
        area_path: &area.path,
    };
    audit::append(tx, &pen.clock, &[act]).await?;
    Ok((minutes(tx, shelf, may, today, assembly).await?, false))
}

/// Confirms the minutes by somebody who was there, and decides as they say what their writer could not:
/// lines of his own, of his household, and the second look at what wants two.
///
/// # Errors
/// [`NOT_FOUND`] for minutes out of reach; [`FORBIDDEN`] for whoever was not there.
pub async fn confirm(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<Review>, id: AssemblyId) -> Result<Minutes> {
    let today = pen.clock.today();
    let assembly = in_reach(tx, may, id).await?;
    let (area, village) = find_area(tx, may, assembly.area_id).await?;
    let mut book = ledger::open(tx, pen, [village.id]).await?;
    let own = (id, may.account_id());
    if present::Entity::find_by_id(own).one(tx).await?.is_none() {
        return Err(FORBIDDEN.into());
    }
    let is_known = confirmation::Entity::find_by_id(own).one(tx).await?.is_some();
    if is_known || assembly.recorded_by == may.account_id() {
        return minutes(tx, shelf, may, today, assembly).await;
    }
    let reviewers = accounts::reviewers_of_village(tx, village.id, today).await?;
    let by = reviewers.iter().find(|one| one.account_id == may.account_id()).ok_or(FORBIDDEN)?;
    let waits = line::Entity::find()
        .filter(line::Column::AssemblyId.eq(id))
        .filter(line::Column::Outcome.is_in([Outcome::Left, Outcome::Second]));
    let waits = waits.order_by_asc(line::Column::Position).all(tx).await?;
    let sitting = Sitting { tx, pen, shelf, may, area: &area, by };
    let mut lines: Vec<Line> = waits.into_iter().map(Line::from).collect();
    let mut table = sitting.lay(&village, &lines).await?;
    // What left the area meanwhile is no longer theirs.
    lines.retain(|line| table.contains_key(&line.award_id));
    sitting.decide(&mut book, &mut table, &lines).await?;
    let row = confirmation::ActiveModel {
        assembly_id: Set(id),
        account_id: Set(may.account_id()),
        confirmed_at: Set(pen.clock.now()),
    };
    row.insert(tx).await?;
    let act = Act {
        by: Some(may.account_id()),
        action: "confirm_assembly",
        target: Some(("assembly", id.0)),
        area_path: &area.path,
    };
    audit::append(tx, &pen.clock, &[act]).await?;
    minutes(tx, shelf, may, today, assembly).await
}
