//! The panel's meeting (评议会): everything that waits in a grid is looked at together, struck out or given
//! another degree where the people present say so, and approved once.
//!
//! Walk of one meeting: the sheet is the list of what waits; what the people decided comes as one request
//! with an identity of its own; it is judged line by line under the village's lock, posted in one go, and
//! kept as the minutes.
//!
//! Invariants: a line is decided by somebody present who neither recorded it nor belongs to the household,
//! whoever wrote the minutes; where there is nobody it waits for others; what somebody decided meanwhile
//! is left alone and said; the same meeting again answers the minutes as they stand.

pub mod entity;
pub mod meeting;
pub mod outward;
pub mod routes;
mod sitting;

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use self::entity::{Outcome, line, present};
use self::sitting::Sitting;
use super::review::WRONG_STATE;
use super::view::{self, View};
use crate::accounts::{self, Reviewer};
use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, FORBIDDEN, NOT_FOUND, Refusal, Result};
use crate::ids::{AccountId, AreaId, AssemblyId, AwardId};
use crate::ledger::Pen;
use crate::rules::Shelf;
use crate::scope::{May, ReadBook, Review, Verb, subtree};

pub use entity::Model as Assembly;
pub use meeting::{Line, Meeting};

/// The id belongs to another meeting.
pub const MEETING_TAKEN: Refusal = Refusal::new(409, "meeting_taken", "这个编号已经记过别的评议会，请刷新再记。");
/// Fewer were there than the village decided.
pub const NO_QUORUM: Refusal = Refusal::new(422, "no_quorum", "到会的评议员不够村里定的人数，不能定。");

/// Meetings shown of an area.
const SHOWN_MAX: u64 = 50;
/// Steps and lines written at once: SQLite binds at most 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

/// The minutes.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// The meeting.
    pub assembly: Assembly,
    /// Names of those present.
    pub present: Vec<String>,
    /// Who wrote it down.
    pub recorded_by: String,
    /// Line by line, with the award as it stands.
    pub lines: Vec<(line::Model, View)>,
}

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
/// the village; [`MEETING_TAKEN`]; [`NO_QUORUM`]; a problem of a line; [`WRONG_STATE`] when
/// somebody decided all of it before.
pub async fn hold(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<Review>, meeting: Meeting) -> Result<(Minutes, bool)> {
    let today = pen.clock.today();
    let (area, village) = find_area(tx, may, meeting.area_id).await?;
    let digest = meeting.digest(may.account_id())?;
    if let Some(known) = entity::Entity::find_by_id(meeting.id).one(tx).await? {
        if known.digest != digest {
            return Err(MEETING_TAKEN.into());
        }
        return Ok((minutes(tx, shelf, may, today, known).await?, true));
    }
    let reviewers = accounts::reviewers_of_village(tx, village.id, today).await?;
    if !reviewers.iter().any(|one| one.account_id == may.account_id()) {
        return Err(FORBIDDEN.into());
    }
    let mut there: Vec<&Reviewer> = Vec::with_capacity(meeting.present.len());
    for id in &meeting.present {
        let found = reviewers.iter().find(|one| one.account_id == *id);
        there.push(found.ok_or_else(|| Error::field("present", "unknown", "到会的人里有不是本村评议员或村干部的。"))?);
    }
    // Whoever writes the minutes decides first, where he may.
    there.sort_by_key(|one| one.account_id != may.account_id());
    if there.len() < usize::from(quorum(tx, shelf, &village, today).await?) {
        return Err(NO_QUORUM.into());
    }
    let sitting = Sitting { tx, pen, shelf, may, area: &area, there };
    let decided = sitting.decide(&village, &meeting).await?;
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

/// The minutes of a meeting in reach.
///
/// # Errors
/// [`NOT_FOUND`] when it lies outside.
pub async fn find(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<ReadBook>,
    today: NaiveDate,
    id: AssemblyId,
) -> Result<Minutes> {
    let found = entity::Entity::find_by_id(id).filter(may.within((entity::Entity, entity::Column::AreaPath)));
    minutes(db, shelf, may, today, found.one(db).await?.ok_or(NOT_FOUND)?).await
}

/// The newest meetings about an area in reach and what lies below it, with who wrote them down.
///
/// # Errors
/// [`NOT_FOUND`] when the area lies outside.
pub async fn list(db: &impl ConnectionTrait, may: &May<ReadBook>, area_id: AreaId) -> Result<Vec<(Assembly, String)>> {
    let area = areas::find(db, may, area_id).await?;
    let rows = entity::Entity::find()
        .filter(may.within((entity::Entity, entity::Column::AreaPath)))
        .filter(subtree(entity::Column::AreaPath, &area.path))
        .order_by_desc(entity::Column::RecordedAt)
        .limit(SHOWN_MAX)
        .all(db)
        .await?;
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.recorded_by)).await?;
    let named = |row: Assembly| {
        let name = names.get(&row.recorded_by).cloned().unwrap_or_default();
        (row, name)
    };
    Ok(rows.into_iter().map(named).collect())
}

async fn minutes<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    today: NaiveDate,
    assembly: Assembly,
) -> Result<Minutes> {
    let there = present::Entity::find().filter(present::Column::AssemblyId.eq(assembly.id)).all(db).await?;
    let people = there.iter().map(|row| row.account_id).chain([assembly.recorded_by]);
    let names = accounts::names_of_found_rows(db, people).await?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
    let query = line::Entity::find().filter(line::Column::AssemblyId.eq(assembly.id));
    let lines = query.order_by_asc(line::Column::Position).all(db).await?;
    let ids = lines.iter().map(|line| line.award_id);
    let awards = super::entity::Entity::find().filter(super::entity::Column::Id.is_in(ids)).all(db).await?;
    let views = view::views(db, shelf, &may.identity, today, awards).await?;
    let mut views: HashMap<AwardId, View> = views.into_iter().map(|view| (view.award.id, view)).collect();
    let lines = lines.into_iter().filter_map(|line| Some((views.remove(&line.award_id)?, line)));
    let mut present: Vec<String> = there.iter().map(|row| name(row.account_id)).collect();
    present.sort_unstable();
    Ok(Minutes {
        present,
        recorded_by: name(assembly.recorded_by),
        lines: lines.map(|(view, line)| (line, view)).collect(),
        assembly,
    })
}
