//! Households in the order in which one walks past their doors.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _, Select};

use super::entity::{Column, Entity, Model, Status};
use crate::error::Result;
use crate::ids::{AreaId, HouseholdId};
use crate::scope::{May, Verb, subtree};

/// Where a household stands on the walk: path of the grid, number of the door, code, identity.
pub type DoorPlace = (String, i32, String, HouseholdId);

/// The place of a household.
pub(super) fn place(household: &Model) -> DoorPlace {
    (household.grid_path.clone(), household.door_order, household.code.clone(), household.id)
}

/// Up to `limit + 1` households in reach, or those of one area of it, in door order.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for an area out of reach.
pub async fn list<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    area_id: Option<AreaId>,
    after: Option<DoorPlace>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut households = Vec::new();
    // Subtrees that do not contain each other lie one behind the other on the walk, so they are
    // walked one by one: a single statement over several ranges would be sorted instead.
    for top in super::tops(db, may, area_id).await? {
        let missing = (limit + 1).saturating_sub(households.len() as u64);
        if missing == 0 {
            break;
        }
        if after.as_ref().is_some_and(|(path, ..)| *path >= format!("{top}~")) {
            continue;
        }
        households.extend(query(&top, after.as_ref(), missing).all(db).await?);
    }
    Ok(households)
}

/// The doors behind which somebody lives, of a grid in reach, in their order.
///
/// # Errors
/// When the database fails.
pub async fn doors<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, grid_path: &str) -> Result<Vec<String>> {
    let mut doors: Vec<String> = living_in(may, grid_path)
        .filter(Column::Door.is_not_null())
        .select_only()
        .column(Column::Door)
        .order_by_asc(Column::DoorOrder)
        .order_by_asc(Column::Door)
        .into_tuple()
        .all(db)
        .await?;
    // Households of one door stand behind each other.
    doors.dedup();
    Ok(doors)
}

/// The households behind a door of a grid, as far as they are in reach.
///
/// # Errors
/// When the database fails.
pub async fn at_door<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    grid_path: &str,
    door: &str,
) -> Result<Vec<Model>> {
    let query = living_in(may, grid_path).filter(Column::Door.eq(door));
    Ok(query.order_by_asc(Column::Code).all(db).await?)
}

/// Households of exactly one grid that are not closed.
fn living_in<V: Verb>(may: &May<V>, grid_path: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::GridPath.eq(grid_path))
        .filter(Column::Status.ne(Status::Closed))
        .filter(may.within(Column::GridPath))
}

/// The statement for one subtree.
pub(super) fn query(top: &str, after: Option<&DoorPlace>, limit: u64) -> Select<Entity> {
    let query = match after {
        Some((path, order, code, id)) if path.as_str() >= top => {
            let columns = [Column::GridPath, Column::DoorOrder, Column::Code, Column::Id].map(Expr::col);
            let place = [Expr::val(path), Expr::val(*order), Expr::val(code), Expr::val(*id)];
            Entity::find()
                .filter(Expr::tuple(columns).gt(Expr::tuple(place)))
                .filter(Column::GridPath.lt(format!("{top}~")))
        }
        _ => Entity::find().filter(subtree(Column::GridPath, top)),
    };
    query
        .order_by_asc(Column::GridPath)
        .order_by_asc(Column::DoorOrder)
        .order_by_asc(Column::Code)
        .order_by_asc(Column::Id)
        .limit(limit)
}
