//! Households: who the points belong to, where their doors are, and how they are found.
//!
//! Invariants: a household stands in a grid and never changes its village; its code is unique there
//! and never used again; a closed one is never changed. Phones are stored sealed and shown masked;
//! a tag nobody declared plain is hidden; the whole of both is read only through [`reveal`], which
//! leaves a row in the audit. No field takes what looks like an identity or bank card number.
//! Lists and searches walk an index; `household_terms` holds the [`terms`] of each household's row.

mod draft;
mod participants;
pub mod entity;
mod fields;
pub mod outward;
mod phone;
mod roster;
pub mod routes;
mod search;
mod terms;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use crate::areas::{self, Area, Level};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::{Touch, Tx};
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::{AreaId, HouseholdId};
use crate::keys::Keys;
use crate::scope::{EditHouseholds, May, RevealHousehold, Verb};

pub use draft::{Draft, HouseholdChange, NewHousehold};
pub use entity::{Model as Household, Status, Tags};
pub use fields::{TAGS_MAX, door_in};
pub use participants::{Participant, count_of_village, participants};
pub use roster::{Brought, Tagged, bring_in, compare};
pub use search::{Found, TermPlace, search};
pub use terms::Sought;
pub use walk::{DoorPlace, list};

/// Another household of the village has the code, or had it.
pub const CODE_TAKEN: Refusal = Refusal::new(409, "code_taken", "这个户编号已经有了，请换一个。");
/// Closed households stay as they are.
pub const HOUSEHOLD_CLOSED: Refusal = Refusal::new(422, "household_closed", "这一户已经注销，不能再改动。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[CODE_TAKEN, HOUSEHOLD_CLOSED];

/// One household in reach.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: HouseholdId) -> Result<Household> {
    let query = entity::Entity::find_by_id(id).filter(may.within(entity::Column::GridPath));
    query.one(db).await?.ok_or_else(|| NOT_FOUND.into())
}

/// A household by its code in a village: for the command line, where whoever has the machine has the
/// whole book.
///
/// # Errors
/// When the database fails.
pub async fn of_code_for_the_operator(
    db: &impl ConnectionTrait,
    village: AreaId,
    code: &str,
) -> Result<Option<Household>> {
    let query = entity::Entity::find().filter(entity::Column::VillageId.eq(village));
    Ok(query.filter(entity::Column::Code.eq(code.trim().to_uppercase())).one(db).await?)
}

/// The households that awards at hand speak of. A group of awards comes from many people, so no one
/// scope is asked here: for each award its own recorder's or viewer's is, by `grid_path`.
///
/// # Errors
/// When the database fails.
pub async fn of_awards(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = HouseholdId>,
) -> Result<HashMap<HouseholdId, Household>> {
    let households = entity::Entity::find().filter(entity::Column::Id.is_in(ids)).all(db).await?;
    Ok(households.into_iter().map(|household| (household.id, household)).collect())
}

/// Writes down a new household.
///
/// # Errors
/// [`NOT_FOUND`] for a grid out of reach, [`CODE_TAKEN`], or a field problem for an area that is no
/// grid or not of the village that was named.
pub async fn create(
    tx: &Tx,
    clock: &Clock,
    keys: &Keys,
    may: &May<EditHouseholds>,
    new: NewHousehold,
) -> Result<Household> {
    let grid = areas::find(tx, may, new.grid_id).await?;
    let village = village_of_grid(tx, &grid).await?;
    if new.village_id.is_some_and(|named| named != village.id) {
        return Err(OTHER_VILLAGE.into());
    }
    let household = roster::new_row(clock, keys, &village, &grid, new)?;
    roster::insert(tx, std::slice::from_ref(&household)).await?;
    append_act(tx, clock, may, "create_household", &household).await?;
    tx.touch(Touch::Village(village.id));
    Ok(household)
}

/// Changes what is said about a household; what is equal to what is stored changes nothing.
///
/// # Errors
/// [`NOT_FOUND`] out of reach (the household or its new grid), [`HOUSEHOLD_CLOSED`], or a field
/// problem for a grid of another village.
pub async fn update(
    tx: &Tx,
    clock: &Clock,
    keys: &Keys,
    may: &May<EditHouseholds>,
    id: HouseholdId,
    change: HouseholdChange,
) -> Result<Household> {
    let before = find(tx, may, id).await?;
    if before.status == Status::Closed {
        return Err(HOUSEHOLD_CLOSED.into());
    }
    let mut household = before.clone();
    if let Some(grid_id) = change.grid_id {
        let grid = areas::find(tx, may, grid_id).await?;
        if village_of_grid(tx, &grid).await?.id != before.village_id {
            return Err(OTHER_VILLAGE.into());
        }
        roster::move_to(&mut household, &grid);
    }
    roster::apply(&change, &mut household, clock, keys)?;
    if household == before {
        return Ok(before);
    }
    household.updated_at = clock.now();
    roster::overwrite(tx, &[(before, household.clone())]).await?;
    append_act(tx, clock, may, "update_household", &household).await?;
    tx.touch(Touch::Village(household.village_id));
    Ok(household)
}

/// What only those who hold [`RevealHousehold`] read.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed {
    /// The whole number.
    pub phone: Option<String>,
    /// All tags.
    pub tags: Vec<String>,
}

/// Reads what is hidden of a household, and leaves a row in the audit.
///
/// # Errors
/// [`NOT_FOUND`] out of reach.
pub async fn reveal(
    tx: &Tx,
    clock: &Clock,
    keys: &Keys,
    may: &May<RevealHousehold>,
    id: HouseholdId,
) -> Result<Revealed> {
    let household = find(tx, may, id).await?;
    let phone = phone_of(keys, &household)?;
    append_act(tx, clock, may, "reveal_household", &household).await?;
    Ok(Revealed { phone, tags: household.tags.0 })
}

/// A household's phone with four digits hidden.
fn phone_masked(keys: &Keys, household: &Household) -> Result<Option<String>> {
    Ok(phone_of(keys, household)?.as_deref().map(phone::masked))
}

fn phone_of(keys: &Keys, household: &Household) -> Result<Option<String>> {
    let Some(cipher) = &household.phone_cipher else {
        return Ok(None);
    };
    let phone = keys.unseal(household.id.0.as_bytes(), cipher);
    phone.map(Some).ok_or_else(|| Error::Internal("a phone does not open with this field key".to_owned()))
}

/// A field problem of `grid_id`.
struct GridFault(&'static str, &'static str);

const NO_GRID: GridFault = GridFault("not_a_grid", "请选到组（网格）这一级。");
const OTHER_VILLAGE: GridFault = GridFault("other_village", "这个组不在本村，农户不能换村。");

impl From<GridFault> for Error {
    fn from(GridFault(code, message): GridFault) -> Self {
        Self::field("grid_id", code, message)
    }
}

async fn village_of_grid(tx: &Tx, grid: &Area) -> Result<Area> {
    let village = if grid.level == Level::Grid { areas::village_of(tx, grid).await? } else { None };
    village.ok_or_else(|| NO_GRID.into())
}

async fn append_act<V: Verb>(
    tx: &Tx,
    clock: &Clock,
    may: &May<V>,
    action: &'static str,
    household: &Household,
) -> Result<()> {
    let target = Some(("household", household.id.0));
    let act = Act { by: Some(may.account_id()), action, target, area_path: &household.grid_path };
    audit::append(tx, clock, &[act]).await
}

/// The tops of the subtrees a person reads here, in path order, none inside another: his scopes, or
/// the one area he asks for.
async fn tops<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, area_id: Option<AreaId>) -> Result<Vec<String>> {
    if let Some(id) = area_id {
        return Ok(vec![areas::find(db, may, id).await?.path]);
    }
    let mut paths = may.paths().to_vec();
    paths.sort_unstable();
    // A path sorts before all that lies below it.
    let mut tops: Vec<String> = Vec::new();
    for path in paths {
        if !tops.last().is_some_and(|top| path.starts_with(top.as_str())) {
            tops.push(path);
        }
    }
    Ok(tops)
}
