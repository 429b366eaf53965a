//! Writing households down: one by one, or a whole roster at once.

use std::collections::{HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryTrait as _, Select};

use super::draft::{HouseholdChange, NewHousehold};
use super::entity::{Column, Entity, Model, Status, Tags, term};
use super::fields::{NO_DOOR, TAGS_MAX};
use super::terms::terms_of;
use super::{CODE_TAKEN, NO_GRID, OTHER_VILLAGE};
use crate::areas::{self, Area, Level};
use crate::clock::Clock;
use crate::db::{Touch, Tx};
use crate::error::{Error, NOT_FOUND, Result};
use crate::ids::{AreaId, HouseholdId};
use crate::keys::Keys;
use crate::scope::{ImportHouseholds, May};

/// Households a statement: 16 columns of 500 rows stay below the 32,766 parameters of SQLite.
const CHUNK_HOUSEHOLDS: usize = 500;
/// Terms a statement: 3 columns each.
const CHUNK_TERMS: usize = 5000;

/// What bringing in a roster did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// New households.
    pub created: usize,
    /// Households that were changed.
    pub updated: usize,
    /// Households that were as the roster says already.
    pub unchanged: usize,
    /// Numbers (from 0) of the rows whose household is closed, which stayed as it is.
    pub closed: Vec<usize>,
    /// Numbers (from 0) of the rows that cost their household tags, or had no room for theirs.
    pub tagged: Vec<(usize, Tagged)>,
}

/// What a person should know about the tags of a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// So many that were stored are not said any more, and go.
    Fewer(usize),
    /// It has [`TAGS_MAX`] of them, so that not all of the others joined.
    Full,
}

/// How some rows differ from what is stored.
#[derive(Default)]
struct Differences {
    new: Vec<Model>,
    /// Before, after.
    changed: Vec<(Model, Model)>,
    unchanged: usize,
    /// Numbers of the rows, from 0.
    closed: Vec<usize>,
    tagged: Vec<(usize, Tagged)>,
}

/// Brings in a village's roster: a row changes the household of its code, or makes one. What a row
/// does not say stays as it is; a row equal to what is stored writes nothing. The caller leaves the
/// one row in the audit that an import of several chunks leaves.
///
/// # Errors
/// [`NOT_FOUND`] for a village out of reach; [`CODE_TAKEN`] when two rows have one code; a field problem
/// for a grid of another village.
pub async fn bring_in(
    tx: &Tx,
    clock: &Clock,
    keys: &Keys,
    may: &May<ImportHouseholds>,
    village: &Area,
    rows: Vec<NewHousehold>,
) -> Result<Brought> {
    refuse_out_of_reach(may, village)?;
    let mut codes = HashSet::new();
    if !rows.iter().all(|row| codes.insert(row.code.as_str())) {
        return Err(CODE_TAKEN.into());
    }
    let grids = grids_of(tx, village, &rows).await?;
    let mut brought = Brought::default();
    for (number, chunk) in rows.chunks(CHUNK_HOUSEHOLDS).enumerate() {
        let differences = differences(tx, clock, keys, village, &grids, chunk).await?;
        insert(tx, &differences.new).await?;
        overwrite(tx, &differences.changed).await?;
        brought.count(&differences, number * CHUNK_HOUSEHOLDS);
    }
    if brought.created + brought.updated > 0 {
        tx.touch(Touch::Village(village.id));
    }
    Ok(brought)
}

/// What [`bring_in`] would do, without writing. The rows stand in any of `grids`, which may be yet to be made.
///
/// # Errors
/// [`NOT_FOUND`] for a village out of reach; a field problem for a row in another grid.
pub async fn compare(
    db: &impl ConnectionTrait,
    clock: &Clock,
    keys: &Keys,
    may: &May<ImportHouseholds>,
    (village, grids): (&Area, &HashMap<AreaId, Area>),
    rows: &[NewHousehold],
) -> Result<Brought> {
    refuse_out_of_reach(may, village)?;
    let mut brought = Brought::default();
    for (number, chunk) in rows.chunks(CHUNK_HOUSEHOLDS).enumerate() {
        brought.count(&differences(db, clock, keys, village, grids, chunk).await?, number * CHUNK_HOUSEHOLDS);
    }
    Ok(brought)
}

fn refuse_out_of_reach(may: &May<ImportHouseholds>, village: &Area) -> Result<()> {
    let is_ours = village.level == Level::Village && may.reaches(&village.path);
    if is_ours { Ok(()) } else { Err(NOT_FOUND.into()) }
}

impl Brought {
    /// Adds what was found about the rows from `first`.
    fn count(&mut self, differences: &Differences, first: usize) {
        self.created += differences.new.len();
        self.updated += differences.changed.len();
        self.unchanged += differences.unchanged;
        self.closed.extend(differences.closed.iter().map(|number| first + number));
        self.tagged.extend(differences.tagged.iter().map(|(number, tagged)| (first + number, *tagged)));
    }
}

async fn differences(
    db: &impl ConnectionTrait,
    clock: &Clock,
    keys: &Keys,
    village: &Area,
    grids: &HashMap<AreaId, Area>,
    rows: &[NewHousehold],
) -> Result<Differences> {
    let stored = stored_query(village.id, rows.iter().map(|row| row.code.clone())).all(db).await?;
    let mut stored: HashMap<String, Model> =
        stored.into_iter().map(|household| (household.code.clone(), household)).collect();
    let mut found = Differences::default();
    for (number, row) in rows.iter().enumerate() {
        let grid = grids.get(&row.grid_id).ok_or(OTHER_VILLAGE)?;
        let Some(before) = stored.remove(&row.code) else {
            found.new.push(new_row(clock, keys, village, grid, row.clone())?);
            continue;
        };
        if before.status == Status::Closed {
            found.closed.push(number);
            continue;
        }
        let mut after = before.clone();
        move_to(&mut after, grid);
        apply(&row.said, &mut after, clock, keys)?;
        found.tagged.extend(tagged(&before, &after, &row.said).map(|tagged| (number, tagged)));
        if after == before {
            found.unchanged += 1;
        } else {
            after.updated_at = clock.now();
            found.changed.push((before, after));
        }
    }
    Ok(found)
}

fn tagged(before: &Model, after: &Model, said: &HouseholdChange) -> Option<Tagged> {
    let outside = |tags: &Tags| tags.0.iter().filter(|tag| !after.tags.0.contains(tag)).count();
    match outside(&before.tags) {
        0 => (outside(&said.more_tags) > 0).then_some(Tagged::Full),
        gone => Some(Tagged::Fewer(gone)),
    }
}

async fn grids_of(tx: &Tx, village: &Area, rows: &[NewHousehold]) -> Result<HashMap<AreaId, Area>> {
    let ids: HashSet<AreaId> = rows.iter().map(|row| row.grid_id).collect();
    let below = areas::below(tx, village).await?.into_iter().filter(|area| ids.contains(&area.id));
    let grids: HashMap<AreaId, Area> = below.map(|area| (area.id, area)).collect();
    if grids.values().all(|area| area.level == Level::Grid) { Ok(grids) } else { Err(NO_GRID.into()) }
}

/// The households of some codes.
pub(super) fn stored_query(village_id: AreaId, codes: impl IntoIterator<Item = String>) -> Select<Entity> {
    Entity::find().filter(Column::VillageId.eq(village_id)).filter(Column::Code.is_in(codes))
}

/// The row of a household that is not stored yet.
pub(super) fn new_row(clock: &Clock, keys: &Keys, village: &Area, grid: &Area, new: NewHousehold) -> Result<Model> {
    let now = clock.now();
    let mut row = Model {
        id: HouseholdId(clock.new_id()),
        village_id: village.id,
        grid_id: grid.id,
        grid_path: grid.path.clone(),
        code: new.code,
        name: new.name,
        alias: None,
        size: new.size,
        status: Status::Resident,
        door: None,
        door_order: NO_DOOR,
        address: None,
        phone_cipher: None,
        tags: Tags::default(),
        created_at: now,
        updated_at: now,
    };
    apply(&new.said, &mut row, clock, keys)?;
    Ok(row)
}

/// Puts a household into a grid.
pub(super) fn move_to(row: &mut Model, grid: &Area) {
    row.grid_id = grid.id;
    row.grid_path.clone_from(&grid.path);
}

/// Writes what is said, the grid excepted, into a row. A phone equal to the stored one stays sealed
/// as it is.
pub(super) fn apply(change: &HouseholdChange, row: &mut Model, clock: &Clock, keys: &Keys) -> Result<()> {
    let said = change.clone();
    put(&mut row.name, said.name);
    put(&mut row.alias, said.alias);
    put(&mut row.size, said.size);
    put(&mut row.address, said.address);
    put(&mut row.status, said.status);
    put(&mut row.tags, said.tags);
    for tag in said.more_tags.0 {
        if row.tags.0.len() < TAGS_MAX && !row.tags.0.contains(&tag) {
            row.tags.0.push(tag);
        }
    }
    if let Some(door) = said.door {
        (row.door, row.door_order) = (door.text, door.order);
    }
    if let Some(phone) = said.phone {
        let owner = row.id.0;
        let stored = row.phone_cipher.as_deref().and_then(|cipher| keys.unseal(owner.as_bytes(), cipher));
        row.phone_cipher = match phone {
            None => None,
            Some(phone) if stored.as_deref() == Some(phone.as_str()) => row.phone_cipher.take(),
            Some(phone) => {
                let sealed = keys.seal(owner.as_bytes(), phone.as_str(), clock);
                Some(sealed.ok_or_else(|| Error::Internal("a phone could not be sealed".to_owned()))?)
            }
        };
    }
    Ok(())
}

fn put<T>(field: &mut T, said: Option<T>) {
    if let Some(value) = said {
        *field = value;
    }
}

/// Inserts new households with their terms.
///
/// # Errors
/// [`CODE_TAKEN`]: the database decides, so that two writers cannot both be right.
pub(super) async fn insert(tx: &Tx, households: &[Model]) -> Result<()> {
    for chunk in households.chunks(CHUNK_HOUSEHOLDS) {
        let rows = chunk.iter().cloned().map(Model::into_active_model);
        let taken = OnConflict::columns([Column::VillageId, Column::Code]).do_nothing().to_owned();
        let insert = Entity::insert_many(rows).on_conflict(taken).into_query();
        if tx.execute(&insert).await?.rows_affected() != chunk.len() as u64 {
            return Err(CODE_TAKEN.into());
        }
    }
    insert_terms(tx, households.iter()).await
}

/// Overwrites households (before, after), and their terms where these differ.
pub(super) async fn overwrite(tx: &Tx, changes: &[(Model, Model)]) -> Result<()> {
    changes.iter().for_each(|(_, after)| tx.touch(Touch::Household(after.id)));
    for chunk in changes.chunks(CHUNK_HOUSEHOLDS) {
        let rows = chunk.iter().map(|(_, after)| after.clone().into_active_model());
        let fresh = OnConflict::column(Column::Id).update_columns(CHANGING).to_owned();
        let upsert = Entity::insert_many(rows).on_conflict(fresh).into_query();
        tx.execute(&upsert).await?;
        let renamed: Vec<&Model> = chunk
            .iter()
            .filter(|(before, after)| terms_of(before) != terms_of(after))
            .map(|(_, after)| after)
            .collect();
        if !renamed.is_empty() {
            let ids = renamed.iter().map(|household| household.id);
            term::Entity::delete_many().filter(term::Column::HouseholdId.is_in(ids)).exec(tx).await?;
            insert_terms(tx, renamed.into_iter()).await?;
        }
    }
    Ok(())
}

/// All columns of a household but its identity, village, code and beginning.
const CHANGING: [Column; 12] = [
    Column::GridId,
    Column::GridPath,
    Column::Name,
    Column::Alias,
    Column::Size,
    Column::Status,
    Column::Door,
    Column::DoorOrder,
    Column::Address,
    Column::PhoneCipher,
    Column::Tags,
    Column::UpdatedAt,
];

async fn insert_terms(tx: &Tx, households: impl Iterator<Item = &Model>) -> Result<()> {
    let rows: Vec<term::ActiveModel> = households
        .flat_map(|household| {
            let row = |term| term::Model { village_id: household.village_id, term, household_id: household.id };
            terms_of(household).into_iter().map(move |term| row(term).into_active_model())
        })
        .collect();
    for chunk in rows.chunks(CHUNK_TERMS) {
        let insert = term::Entity::insert_many(chunk.to_vec()).into_query();
        tx.execute(&insert).await?;
    }
    Ok(())
}
