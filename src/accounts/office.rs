//! Whose people hold an office in a village: about their households, never about the people.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait};

use super::entity::{account, scope};
use crate::areas::{self, Area};
use crate::error::Result;
use crate::ids::{AccountId, AreaId, HouseholdId};
use crate::scope::Role;

/// The households of those who hold a role in a village or one of its grids today, stopped accounts left out.
///
/// # Errors
/// When the database fails.
pub async fn office_households(
    db: &impl ConnectionTrait,
    village: &Area,
    today: NaiveDate,
) -> Result<BTreeSet<HouseholdId>> {
    let areas: Vec<AreaId> = areas::below(db, village).await?.into_iter().map(|area| area.id).collect();
    let open_end = Condition::any().add(scope::Column::EndsOn.is_null()).add(scope::Column::EndsOn.gte(today));
    let scopes = scope::Entity::find()
        .filter(scope::Column::AreaId.is_in(areas))
        .filter(scope::Column::BeginsOn.lte(today))
        .filter(open_end)
        .all(db)
        .await?;
    let ids: BTreeSet<AccountId> = scopes.into_iter().map(|scope| scope.account_id).collect();
    let accounts = account::Entity::find()
        .filter(account::Column::Id.is_in(ids))
        .filter(account::Column::DisabledAt.is_null())
        .all(db)
        .await?;
    Ok(accounts.into_iter().filter_map(|account| account.household_id).collect())
}

/// As what some accounts review in a village: the first of cadre, panel member and town that each was on any day.
///
/// # Errors
/// When the database fails.
pub async fn reviewing_roles(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
    village: &Area,
) -> Result<HashMap<AccountId, Role>> {
    const REVIEW: [Role; 3] = [Role::VillageCadre, Role::PanelMember, Role::TownAdmin];
    let scopes = scope::Entity::find()
        .filter(scope::Column::AccountId.is_in(ids))
        .filter(scope::Column::AreaId.is_in([Some(village.id), village.parent_id].into_iter().flatten()))
        .filter(scope::Column::Role.is_in(REVIEW))
        .all(db)
        .await?;
    let mut roles = HashMap::new();
    for role in REVIEW {
        for scope in scopes.iter().filter(|scope| scope.role == role) {
            roles.entry(scope.account_id).or_insert(role);
        }
    }
    Ok(roles)
}
