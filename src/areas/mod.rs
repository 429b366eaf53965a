//! Areas: county > town > village > grid; a grid may hold grids once.
//!
//! Invariants: a path is its parent's path and four characters more, never reused and never
//! changed, so that "at or below" is one range of a byte-ordered column; names are unique among
//! siblings; a household stands in a grid, and a grid in exactly one village.

pub mod entity;
pub mod routes;

use std::collections::{HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, QuerySelect as _};

use crate::audit::{self, Act};
use crate::card_numbers;
use crate::clock::Clock;
use crate::db::{Touch, Tx};
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::AreaId;
use crate::scope::{ImportHouseholds, ManageAreas, May, Verb, subtree};
use crate::visible;

pub use entity::{Level, Model as Area};

/// Another area below the same parent has the name.
pub const NAME_TAKEN: Refusal = Refusal::new(409, "name_taken", "这个名字已经有了，请换一个。");
/// Grids nest once.
pub const TOO_DEEP: Refusal = Refusal::new(422, "too_deep", "组下面最多再分一层小组。");
/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[NAME_TAKEN, TOO_DEEP];

/// Characters of a path that one level takes.
const STEP: usize = 4;
/// Areas below one parent: what four characters of base 32 tell apart.
const SIBLINGS_MAX: u32 = 32 * 32 * 32 * 32 - 1;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 30;
/// Levels down to a village: county, town, village.
const VILLAGE_STEPS: usize = 3;

/// The name of a new or renamed area.
#[derive(Clone, Debug)]
pub struct AreaName(String);

impl AreaName {
    /// Trims; 1 to 30 characters without line breaks.
    ///
    /// # Errors
    /// A field problem.
    pub fn parse(text: &str) -> Result<Self> {
        let name = visible::text(text);
        if card_numbers::stand_in(&name) {
            return Err(Error::field("name", "id_number", "名称里像有身份证号或银行卡号，请去掉。"));
        }
        let fine = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fine.then_some(Self(name)).ok_or_else(|| Error::field("name", "out_of_range", "名称要写 1 到 30 个字。"))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One area in reach.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: AreaId) -> Result<Area> {
    let area = entity::Entity::find_by_id(id).filter(may.within(entity::Column::Path)).one(db).await?;
    area.ok_or_else(|| NOT_FOUND.into())
}

/// One area in reach, or the village (or a grid of the village) that the person stands in: rules and
/// rankings are read up to the village.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find_up_to_village<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: AreaId) -> Result<Area> {
    let area = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    if may.reaches(&area.path) {
        return Ok(area);
    }
    let village = village_of(db, &area).await?.filter(|village| may.touches(&village.path));
    if village.is_some() { Ok(area) } else { Err(NOT_FOUND.into()) }
}

/// One village in reach.
///
/// # Errors
/// [`NOT_FOUND`] when there is no such village in reach.
pub async fn find_village<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: AreaId) -> Result<Area> {
    let area = find(db, may, id).await?;
    if area.level == Level::Village { Ok(area) } else { Err(NOT_FOUND.into()) }
}

/// Holds an area at hand until the transaction ends, for what is counted by the village: of two copies of the
/// server one waits for the other. On SQLite a transaction that writes is alone as it is.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &Tx, id: AreaId) -> Result<()> {
    entity::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    Ok(())
}

/// The areas that rows point to which were found within a scope already, or which make up a scope: no
/// scope is asked again.
///
/// # Errors
/// When the database fails.
pub async fn of_found_rows(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AreaId>,
) -> Result<HashMap<AreaId, Area>> {
    let areas = entity::Entity::find().filter(entity::Column::Id.is_in(ids)).all(db).await?;
    Ok(areas.into_iter().map(|area| (area.id, area)).collect())
}

/// The village that an area at hand is or lies in; absent above the villages.
///
/// # Errors
/// When the database fails.
pub async fn village_of(db: &impl ConnectionTrait, area: &Area) -> Result<Option<Area>> {
    village_around(db, &area.path).await
}

/// The village at or above a path that somebody reaches; absent above the villages.
///
/// # Errors
/// When the database fails.
pub async fn village_around(db: &impl ConnectionTrait, path: &str) -> Result<Option<Area>> {
    let above: Vec<&str> = (1..=path.len() / STEP).filter_map(|steps| path.get(..steps * STEP)).collect();
    let village = entity::Entity::find()
        .filter(entity::Column::Path.is_in(above))
        .filter(entity::Column::Level.eq(Level::Village))
        .one(db)
        .await?;
    Ok(village)
}

/// The paths of the areas around a path, from its village downwards and without itself; none for what stands
/// at or above a village.
pub fn paths_around(path: &str) -> impl Iterator<Item = String> {
    let steps = VILLAGE_STEPS..path.len() / STEP;
    steps.filter_map(|steps| path.get(..steps * STEP).map(str::to_owned)).collect::<Vec<_>>().into_iter()
}

/// The village that each of some areas at hand is or lies in, by the area's identity; what stands above the
/// villages has none.
///
/// # Errors
/// When the database fails.
pub async fn villages_of(db: &impl ConnectionTrait, areas: &[&Area]) -> Result<HashMap<AreaId, Area>> {
    let village_path = |area: &Area| area.path.get(..VILLAGE_STEPS * STEP).map(str::to_owned);
    let paths: HashSet<String> = areas.iter().filter_map(|area| village_path(area)).collect();
    let villages = entity::Entity::find().filter(entity::Column::Path.is_in(paths)).all(db).await?;
    let villages: HashMap<String, Area> = villages.into_iter().map(|village| (village.path.clone(), village)).collect();
    let of = |area: &&Area| Some((area.id, villages.get(&village_path(area)?)?.clone()));
    Ok(areas.iter().filter_map(of).collect())
}

/// The area that names lead to, from its county downwards: for the command line, where whoever has the
/// machine has the whole book.
///
/// # Errors
/// When the database fails.
pub async fn by_names_for_the_operator(db: &impl ConnectionTrait, names: &[AreaName]) -> Result<Option<Area>> {
    let mut found: Option<Area> = None;
    for name in names {
        let query = entity::Entity::find().filter(entity::Column::Name.eq(name.as_str()));
        found = query.filter(below_parent(found.map(|area| area.id))).one(db).await?;
        if found.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Whether there is no area yet.
///
/// # Errors
/// When the database fails.
pub async fn is_empty(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(entity::Entity::find().one(db).await?.is_none())
}

/// Which areas to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listing {
    /// Only directly below this one.
    pub parent_id: Option<AreaId>,
    /// Only of this level.
    pub level: Option<Level>,
}

/// Areas in reach, in the order of their paths.
///
/// # Errors
/// When the database fails.
pub async fn list<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    listing: Listing,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Area>> {
    let mut query = entity::Entity::find().filter(may.within(entity::Column::Path));
    if let Some(parent) = listing.parent_id {
        query = query.filter(entity::Column::ParentId.eq(parent));
    }
    if let Some(level) = listing.level {
        query = query.filter(entity::Column::Level.eq(level));
    }
    if let Some(after) = after {
        query = query.filter(entity::Column::Path.gt(after));
    }
    Ok(query.order_by_asc(entity::Column::Path).limit(limit + 1).all(db).await?)
}

/// Makes an area below another. Towns make villages and grids, counties also towns.
///
/// # Errors
/// [`NOT_FOUND`] outside the scope, [`NAME_TAKEN`], [`TOO_DEEP`].
pub async fn create(tx: &Tx, clock: &Clock, may: &May<ManageAreas>, parent_id: AreaId, name: AreaName) -> Result<Area> {
    let parent = find(tx, may, parent_id).await?;
    let area = insert(tx, clock, Some(&parent), name).await?;
    append_act(tx, clock, may, "create_area", &area).await?;
    Ok(area)
}

/// The grid of a name directly below a village, which a roster may make: somebody may have made it
/// since the sheet was compared.
///
/// # Errors
/// [`NOT_FOUND`] for a village out of reach.
pub async fn grid_of_roster(
    tx: &Tx,
    clock: &Clock,
    may: &May<ImportHouseholds>,
    village: &Area,
    name: AreaName,
) -> Result<Area> {
    if village.level != Level::Village || !may.reaches(&village.path) {
        return Err(NOT_FOUND.into());
    }
    let siblings = entity::Entity::find().filter(below_parent(Some(village.id)));
    match siblings.filter(entity::Column::Name.eq(&name.0)).one(tx).await? {
        Some(grid) => Ok(grid),
        None => insert(tx, clock, Some(village), name).await,
    }
}

/// Makes an area without asking who: for the first county and the demonstration, before anybody is
/// there who could be asked.
///
/// # Errors
/// [`NAME_TAKEN`], [`TOO_DEEP`].
pub async fn insert(tx: &Tx, clock: &Clock, parent: Option<&Area>, name: AreaName) -> Result<Area> {
    let level = match parent.map(|parent| parent.level) {
        None => Level::County,
        Some(Level::County) => Level::Town,
        Some(Level::Town) => Level::Village,
        Some(Level::Village) => Level::Grid,
        Some(Level::Grid) => nested_grid(tx, parent).await?,
    };
    let parent_id = parent.map(|parent| parent.id);
    refuse_taken(tx, parent_id, &name).await?;
    let top = parent.map_or("", |parent| parent.path.as_str());
    let area = entity::ActiveModel {
        id: Set(AreaId(clock.new_id())),
        parent_id: Set(parent_id),
        level: Set(level),
        name: Set(name.0),
        path: Set(format!("{top}{}", next_step(tx, parent_id).await?)),
        created_at: Set(clock.now()),
    };
    let area = area.insert(tx).await?;
    tx.touch(Touch::Areas);
    Ok(area)
}

/// Gives an area another name.
///
/// # Errors
/// [`NOT_FOUND`] outside the scope or for the top of it, [`NAME_TAKEN`].
pub async fn rename(tx: &Tx, clock: &Clock, may: &May<ManageAreas>, id: AreaId, name: AreaName) -> Result<Area> {
    let area = find(tx, may, id).await?;
    if !may.reaches_below(&area.path) {
        return Err(NOT_FOUND.into());
    }
    if area.name == name.0 {
        return Ok(area);
    }
    refuse_taken(tx, area.parent_id, &name).await?;
    let area = entity::ActiveModel { id: Set(id), name: Set(name.0), ..Default::default() }.update(tx).await?;
    tx.touch(Touch::Areas);
    append_act(tx, clock, may, "rename_area", &area).await?;
    Ok(area)
}

async fn append_act(tx: &Tx, clock: &Clock, may: &May<ManageAreas>, action: &'static str, area: &Area) -> Result<()> {
    let target = Some(("area", area.id.0));
    audit::append(tx, clock, &[Act { by: Some(may.account_id()), action, target, area_path: &area.path }]).await
}

async fn nested_grid(tx: &Tx, parent: Option<&Area>) -> Result<Level> {
    let above = entity::Entity::find_by_id(parent.and_then(|grid| grid.parent_id).ok_or(NOT_FOUND)?).one(tx).await?;
    match above.map(|area| area.level) {
        Some(Level::Village) => Ok(Level::Grid),
        _ => Err(TOO_DEEP.into()),
    }
}

async fn refuse_taken(tx: &Tx, parent_id: Option<AreaId>, name: &AreaName) -> Result<()> {
    let taken =
        entity::Entity::find().filter(below_parent(parent_id)).filter(entity::Column::Name.eq(&name.0)).one(tx).await?;
    if taken.is_some() { Err(NAME_TAKEN.into()) } else { Ok(()) }
}

fn below_parent(parent_id: Option<AreaId>) -> Expr {
    match parent_id {
        Some(parent) => entity::Column::ParentId.eq(parent),
        None => entity::Column::ParentId.is_null(),
    }
}

async fn next_step(tx: &Tx, parent_id: Option<AreaId>) -> Result<String> {
    let last: Option<Option<String>> = entity::Entity::find()
        .select_only()
        .column_as(entity::Column::Path.max(), "path")
        .filter(below_parent(parent_id))
        .into_tuple()
        .one(tx)
        .await?;
    let last = last.flatten().and_then(|path| u32::from_str_radix(path.get(path.len() - STEP..)?, 32).ok());
    let next = last.map_or(1, |last| last + 1);
    if next > SIBLINGS_MAX {
        return Err(Error::Internal("no more areas fit below one parent".to_owned()));
    }
    Ok(step(next))
}

/// A number as four digits of base 32 (0-9, a-v), which sort as the numbers do.
fn step(mut number: u32) -> String {
    let mut digits = ['0'; STEP];
    for digit in digits.iter_mut().rev() {
        *digit = char::from_digit(number % 32, 32).unwrap_or('0');
        number /= 32;
    }
    digits.iter().collect()
}

/// All areas at or below one that was found in scope.
///
/// # Errors
/// When the database fails.
pub async fn below(db: &impl ConnectionTrait, top: &Area) -> Result<Vec<Area>> {
    let query = entity::Entity::find().filter(subtree(entity::Column::Path, &top.path));
    Ok(query.order_by_asc(entity::Column::Path).all(db).await?)
}

#[cfg(test)]
mod tests {
    use super::{paths_around, step};

    #[test]
    fn around_a_grid_lie_its_village_and_the_grids_it_stands_in() {
        let around = |path| paths_around(path).collect::<Vec<_>>();
        assert_eq!(around("00010001000100020003"), ["000100010001", "0001000100010002"]);
        assert_eq!(around("0001000100010002"), ["000100010001"]);
        assert!(around("000100010001").is_empty() && around("0001").is_empty());
    }

    #[test]
    fn steps_sort_as_their_numbers() {
        let steps: Vec<String> = [1, 9, 10, 31, 32, 1023, 1024, 1_048_575].map(step).to_vec();
        assert!(steps.is_sorted());
        assert_eq!(steps.first().map(String::as_str), Some("0001"));
        assert_eq!(steps.last().map(String::as_str), Some("vvvv"));
    }
}
