//! Who takes part in rankings.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect as _};

use super::entity::{Column, Entity, Status};
use crate::areas::Area;
use crate::error::Result;
use crate::ids::{AreaId, HouseholdId};
use crate::scope::subtree;

/// A household that is ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Identity.
    pub id: HouseholdId,
    /// Code.
    pub code: String,
    /// The head's name.
    pub name: String,
    /// Its grid.
    pub grid_id: AreaId,
}

/// How many households of a village at hand are not closed.
///
/// # Errors
/// When the database fails.
pub async fn count_of_village(db: &impl ConnectionTrait, village: AreaId) -> Result<u64> {
    let query = Entity::find().filter(Column::VillageId.eq(village)).filter(Column::Status.ne(Status::Closed));
    Ok(query.count(db).await?)
}

/// The households at or below an area at hand that live there: those away, in care or closed take no part.
///
/// # Errors
/// When the database fails.
pub async fn participants(db: &impl ConnectionTrait, area: &Area) -> Result<Vec<Participant>> {
    let rows: Vec<(HouseholdId, String, String, AreaId)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Code, Column::Name, Column::GridId])
        .filter(subtree(Column::GridPath, &area.path))
        .filter(Column::Status.eq(Status::Resident))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, code, name, grid_id)| Participant { id, code, name, grid_id }).collect())
}
