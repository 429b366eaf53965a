//! Codes that are printed: the plate on a door.
//!
//! A plate hangs outdoors where everybody may read it, so its code opens nothing: to somebody who may record
//! there it says which door he stands at, to everybody else which village that is. No household, no name and
//! no door is told by the code alone.
//!
//! Invariants: a door of a grid has one plate that counts (the database refuses another); a code is random
//! and never used again; what is unknown, revoked and out of reach looks the same.

pub mod entity;
mod outward;
pub mod pages;
pub mod routes;

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _};

use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{NOT_FOUND, Result};
use crate::households::{self, Household};
use crate::ids::AreaId;
use crate::scope::{AddPoints, EditHouseholds, May};

pub use entity::{Model as Plate, PlateCode};

/// Plates written at once: SQLite binds at most 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

/// Makes the plates that a grid lacks; answers all of its doors, in their order.
///
/// # Errors
/// [`NOT_FOUND`] for what is no grid in reach.
pub async fn make(tx: &Tx, clock: &Clock, may: &May<EditHouseholds>, area_id: AreaId) -> Result<Vec<Plate>> {
    let grid = areas::find(tx, may, area_id).await?;
    let village = match grid.level {
        Level::Grid => areas::village_of(tx, &grid).await?.ok_or(NOT_FOUND)?,
        _ => return Err(NOT_FOUND.into()),
    };
    // Two who print at once: the second finds what the first has made.
    areas::lock(tx, grid.id).await?;
    let doors = households::doors(tx, may, &grid.path).await?;
    let live = entity::Entity::find()
        .filter(entity::Column::GridId.eq(grid.id))
        .filter(entity::Column::RevokedAt.is_null())
        .all(tx)
        .await?;
    let mut plates: HashMap<String, Plate> = live.into_iter().map(|plate| (plate.door.clone(), plate)).collect();
    let missing: Vec<Plate> = doors
        .iter()
        .filter(|door| !plates.contains_key(*door))
        .map(|door| new_plate(clock, may, &grid, village.id, door.clone()))
        .collect();
    for rows in missing.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().cloned().map(entity::ActiveModel::from);
        entity::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    if !missing.is_empty() {
        append_act(tx, clock, may, "make_plates", (grid.id, &grid.path)).await?;
    }
    plates.extend(missing.into_iter().map(|plate| (plate.door.clone(), plate)));
    Ok(doors.into_iter().filter_map(|door| plates.remove(&door)).collect())
}

/// Revokes a plate that was lost or copied, and makes another for its door.
///
/// # Errors
/// [`NOT_FOUND`] for a code that does not count or lies out of reach.
pub async fn reissue(tx: &Tx, clock: &Clock, may: &May<EditHouseholds>, code: PlateCode) -> Result<Plate> {
    let grid_id = live(tx, &code).await?.ok_or(NOT_FOUND)?.grid_id;
    areas::lock(tx, grid_id).await?;
    // Under the lock: somebody may have revoked it meanwhile.
    let plate = live(tx, &code).await?.filter(|plate| may.reaches(&plate.grid_path)).ok_or(NOT_FOUND)?;
    let grid = areas::find(tx, may, plate.grid_id).await?;
    let mut revoked = plate.clone().into_active_model();
    revoked.revoked_at = Set(Some(clock.now()));
    revoked.revoked_by = Set(Some(may.account_id()));
    revoked.update(tx).await?;
    let new = new_plate(clock, may, &grid, plate.village_id, plate.door);
    entity::Entity::insert(entity::ActiveModel::from(new.clone())).exec_without_returning(tx).await?;
    append_act(tx, clock, may, "reissue_plate", (grid.id, &grid.path)).await?;
    Ok(new)
}

/// The households that live behind a plate now, for somebody who may record there.
///
/// # Errors
/// [`NOT_FOUND`] for a code that does not count or lies out of reach.
pub async fn households_at(
    db: &impl ConnectionTrait,
    may: &May<AddPoints>,
    code: &PlateCode,
) -> Result<Vec<Household>> {
    let plate = live(db, code).await?.filter(|plate| may.reaches(&plate.grid_path)).ok_or(NOT_FOUND)?;
    households::at_door(db, may, &plate.grid_path, &plate.door).await
}

/// The village of a plate that counts: all that its code says to everybody.
///
/// # Errors
/// When the database fails.
pub async fn village_for_everybody(db: &impl ConnectionTrait, code: &PlateCode) -> Result<Option<Area>> {
    match live(db, code).await? {
        Some(plate) => Ok(areas::of_found_rows(db, [plate.village_id]).await?.remove(&plate.village_id)),
        None => Ok(None),
    }
}

async fn live(db: &impl ConnectionTrait, code: &PlateCode) -> Result<Option<Plate>> {
    if !code.is_sound() {
        return Ok(None);
    }
    let query = entity::Entity::find_by_id(code.clone()).filter(entity::Column::RevokedAt.is_null());
    Ok(query.one(db).await?)
}

fn new_plate(clock: &Clock, may: &May<EditHouseholds>, grid: &Area, village_id: AreaId, door: String) -> Plate {
    Plate {
        code: PlateCode::new(clock),
        village_id,
        grid_id: grid.id,
        grid_path: grid.path.clone(),
        door,
        made_at: clock.now(),
        made_by: may.account_id(),
        revoked_at: None,
        revoked_by: None,
    }
}

async fn append_act(
    tx: &Tx,
    clock: &Clock,
    may: &May<EditHouseholds>,
    action: &'static str,
    (grid_id, area_path): (AreaId, &str),
) -> Result<()> {
    let act = Act { by: Some(may.account_id()), action, target: Some(("area", grid_id.0)), area_path };
    audit::append(tx, clock, &[act]).await
}
