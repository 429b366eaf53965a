//! Rounds (评比): once a month somebody walks past all doors of a grid and counts, item by item, the spots
//! that are not as they should be.
//!
//! Walk of one round: it is begun for a grid and a month with the items of the table in force; phones send
//! what was found household by household, as often as they like; closing makes an award of every finding, in
//! one go, once.
//!
//! Invariants: a grid has one round a month; only residents are on its list; nobody marks his own household;
//! no more judges than the village decided mark a household, and with several their average counts; of what a
//! judge said of a household the highest revision stands, however late and in whatever order it comes; what
//! was not looked at stays blank, it is neither nothing nor full marks; a closed round stays as it is; the one
//! who looked is the recorder of what he found.

mod closing;
pub mod entity;
mod inward;
mod marking;
mod outward;
pub mod routes;
mod sheet;

#[cfg(test)]
mod plans;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{Days, Months, NaiveDate};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::areas::{self, Level};
use crate::audit::{self, Act};
use crate::db::Tx;
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::households::{self, Household, Status};
use crate::ids::{AccountId, AreaId, InspectionId};
use crate::ledger::Pen;
use crate::rules::{Adopted, Rule, Shelf};
use crate::scope::{AddPoints, May, Verb, subtree};

pub use closing::close;
pub use entity::{Finding, Findings, Model as Inspection, State, mark::Model as Mark};
pub use marking::{NewMark, mark};
pub use sheet::{Door, Listed, Previous, Sheet, list, look};

/// The id belongs to another round.
pub const INSPECTION_TAKEN: Refusal = Refusal::new(409, "inspection_taken", "这个编号已经开过别的评比，请刷新再开始。");
/// The table says nothing that could be looked at.
pub const NOTHING_TO_INSPECT: Refusal =
    Refusal::new(422, "nothing_to_inspect", "那个月的细则里没有评比事项，不能开始评比。");
/// The round is over.
pub const INSPECTION_CLOSED: Refusal =
    Refusal::new(409, "inspection_closed", "这次评比已经结束，不能再改。分记错了，请在那一户的明细里改正。");
/// Some households were not judged, and nobody said that they may stay blank.
pub const STILL_BLANK: Refusal = Refusal::new(409, "still_blank", "还有户没评完，请评完，或者确认空着。");
/// It is the judge's own door.
pub const OWN_DOOR: Refusal = Refusal::new(403, "own_door", "这是您自己家，请别人来评。");
/// As many as the village decided have judged the household.
pub const JUDGED_ALREADY: Refusal = Refusal::new(409, "judged_already", "这一户已经有人评过了，以先评的为准。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] =
    &[INSPECTION_TAKEN, NOTHING_TO_INSPECT, INSPECTION_CLOSED, STILL_BLANK, OWN_DOOR, JUDGED_ALREADY];

/// Households of one round: a large grid has three hundred, and all of them stand on the phone.
pub const HOUSEHOLDS_MAX: u64 = 2_000;
/// A round may be begun for a month as old as this: within the year that the village still talks about.
const MONTHS_BACK_MAX: u32 = 12;
/// Open rounds are counted so far; more is "many".
const OPEN_MAX: u64 = 100;

/// A round that is to be begun.
#[derive(Clone, Debug)]
pub struct NewInspection {
    /// Made on the phone.
    pub id: InspectionId,
    /// Over which grid.
    pub area_id: AreaId,
    /// First day of its month.
    pub first: NaiveDate,
}

#[derive(Serialize)]
struct Said {
    account: AccountId,
    area: AreaId,
    month: NaiveDate,
}

impl NewInspection {
    /// Checks what can be checked without the book.
    ///
    /// # Errors
    /// A problem of a field.
    pub fn parse(id: InspectionId, area_id: AreaId, month: &str, today: NaiveDate) -> Result<Self> {
        if id.0.get_version_num() != 7 {
            return Err(Error::field("id", "not_uuid_v7", "这次评比的编号不对，请更新页面再开始。"));
        }
        let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok();
        // The parser takes blanks for digits; a month is spelled one way.
        let first = first.filter(|first| first.format("%Y-%m").to_string() == month);
        let earliest = today.checked_sub_months(Months::new(MONTHS_BACK_MAX)).unwrap_or(NaiveDate::MIN);
        let fair = first.filter(|first| *first <= today && last_day(*first) >= earliest);
        let message = "月份要写成 2026-11 这样，不能是以后的月份，也不能早过一年。";
        fair.map(|first| Self { id, area_id, first }).ok_or_else(|| Error::field("month", "out_of_range", message))
    }

    fn month(&self) -> String {
        self.first.format("%Y-%m").to_string()
    }
}

/// The last day of the month that begins with `first`.
fn last_day(first: NaiveDate) -> NaiveDate {
    let next = first.checked_add_months(Months::new(1)).and_then(|next| next.checked_sub_days(Days::new(1)));
    next.unwrap_or(first)
}

/// First and last day of a round's month.
fn days_of(inspection: &Inspection) -> Result<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::parse_from_str(&format!("{}-01", inspection.month), "%Y-%m-%d");
    let first = first.map_err(|error| Error::Internal(format!("month of a round: {error}")))?;
    Ok((first, last_day(first)))
}

/// Begins the round of a grid and a month; the one that is there already is answered as it stands.
/// Whether it was there.
///
/// # Errors
/// [`NOT_FOUND`] for what is no grid in reach; [`INSPECTION_TAKEN`]; [`NOTHING_TO_INSPECT`].
pub async fn begin(
    tx: &Tx,
    pen: &Pen,
    shelf: &Shelf,
    may: &May<AddPoints>,
    new: &NewInspection,
) -> Result<(Inspection, bool)> {
    let grid = areas::find(tx, may, new.area_id).await?;
    let village = areas::village_of(tx, &grid).await?.filter(|_| grid.level == Level::Grid).ok_or(NOT_FOUND)?;
    let said = Said { account: may.account_id(), area: grid.id, month: new.first };
    let said = serde_json::to_vec(&said).map_err(|error| Error::Internal(error.to_string()))?;
    let digest = Sha256::digest(said).to_vec();
    // Under the lock: of two phones that begin it at once, the second finds the first one's.
    areas::lock(tx, grid.id).await?;
    if let Some(known) = entity::Entity::find_by_id(new.id).one(tx).await? {
        return if known.digest == digest { Ok((known, true)) } else { Err(INSPECTION_TAKEN.into()) };
    }
    let of_month =
        entity::Entity::find().filter(entity::Column::AreaId.eq(grid.id)).filter(entity::Column::Month.eq(new.month()));
    if let Some(begun) = of_month.one(tx).await? {
        return Ok((begun, true));
    }
    if households::participants(tx, &grid).await?.len() as u64 > HOUSEHOLDS_MAX {
        let message = format!("这个组超过 {HOUSEHOLDS_MAX} 户，请先分成小组，再按小组评比。");
        return Err(Error::field("area_id", "too_many", message));
    }
    let day = pen.clock.today().min(last_day(new.first));
    let in_force = shelf.in_force(tx, [village.id]).await?;
    let table = in_force.on(village.id, day).filter(|table| items(table).next().is_some());
    let table = table.ok_or(NOTHING_TO_INSPECT)?;
    let row = entity::ActiveModel {
        id: Set(new.id),
        village_id: Set(village.id),
        area_id: Set(grid.id),
        area_path: Set(grid.path.clone()),
        month: Set(new.month()),
        rule_set_id: Set(table.set.id),
        judges: Set(i32::from(table.decisions.judges)),
        opened_by: Set(may.account_id()),
        opened_at: Set(pen.clock.now()),
        digest: Set(digest),
        closed_by: Set(None),
        closed_at: Set(None),
        listed: Set(None),
        judged: Set(None),
    };
    let begun = row.insert(tx).await?;
    append_act(tx, pen, may, "begin_inspection", &begun).await?;
    Ok((begun, false))
}

/// How many rounds in reach are begun and not closed, counted so far as [`OPEN_MAX`].
///
/// # Errors
/// When the database fails.
pub async fn open(db: &impl ConnectionTrait, may: &May<AddPoints>) -> Result<u64> {
    let mut tops: Vec<&String> = may.paths().iter().collect();
    tops.sort_unstable();
    let mut begun: HashSet<InspectionId> = HashSet::new();
    // Top by top: one statement over several ranges would look at all that is open.
    for top in tops {
        let found: Vec<InspectionId> = open_query(top).into_tuple().all(db).await?;
        begun.extend(found);
    }
    Ok((begun.len() as u64).min(OPEN_MAX))
}

fn open_query(top: &str) -> sea_orm::Select<entity::Entity> {
    entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::ClosedAt.is_null())
        .filter(subtree(entity::Column::AreaPath, top))
        .limit(OPEN_MAX)
}

/// What a table has to look at, in its order.
fn items(table: &Adopted) -> impl Iterator<Item = &Rule> {
    table.rules.iter().filter(|rule| rule.terms.shape.inspects())
}

/// A round in reach.
async fn find<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: InspectionId) -> Result<Inspection> {
    let found = entity::Entity::find_by_id(id).filter(may.within(entity::Column::AreaPath));
    found.one(db).await?.ok_or_else(|| NOT_FOUND.into())
}

/// A round in reach that is to be changed: of two copies of the server one waits for the other.
async fn find_locked<V: Verb>(tx: &Tx, may: &May<V>, id: InspectionId) -> Result<Inspection> {
    let found = entity::Entity::find_by_id(id).filter(may.within(entity::Column::AreaPath));
    found.lock_exclusive().one(tx).await?.ok_or_else(|| NOT_FOUND.into())
}

/// The table that a round looks at.
async fn table_of(db: &impl ConnectionTrait, shelf: &Shelf, inspection: &Inspection) -> Result<Arc<Adopted>> {
    let in_force = shelf.in_force(db, [inspection.village_id]).await?;
    let table = in_force.set(inspection.rule_set_id).map(Arc::clone);
    table.ok_or_else(|| Error::Internal("a round without its table".to_owned()))
}

/// All households of a round's grid in door order, whoever lives there.
async fn neighbours<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    inspection: &Inspection,
) -> Result<Vec<Household>> {
    households::list(db, may, Some(inspection.area_id), None, HOUSEHOLDS_MAX).await
}

/// Whether somebody lives there who can be called on.
fn is_called_on(household: &Household) -> bool {
    household.status == Status::Resident
}

async fn append_act(
    tx: &Tx,
    pen: &Pen,
    may: &May<AddPoints>,
    action: &'static str,
    inspection: &Inspection,
) -> Result<()> {
    let act = Act {
        by: Some(may.account_id()),
        action,
        target: Some(("inspection", inspection.id.0)),
        area_path: &inspection.area_path,
    };
    audit::append(tx, &pen.clock, &[act]).await
}
