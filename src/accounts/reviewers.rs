//! Who in a village may review awards.

use std::collections::HashSet;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait};

use super::entity::{account, scope};
use crate::error::Result;
use crate::ids::{AccountId, AreaId, HouseholdId};
use crate::scope::Role;

/// Somebody who holds review in a village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub account_id: AccountId,
    /// His name.
    pub name: String,
    /// His own household, which he cannot decide for.
    pub household_id: Option<HouseholdId>,
}

/// The cadres and panel members of a village on a day, stopped accounts left out: for the question whether
/// anybody else could review an award at hand. No scope is asked; the names are for those who sit with them.
///
/// # Errors
/// When the database fails.
pub async fn reviewers_of_village(
    db: &impl ConnectionTrait,
    village: AreaId,
    today: NaiveDate,
) -> Result<Vec<Reviewer>> {
    let open_end = Condition::any().add(scope::Column::EndsOn.is_null()).add(scope::Column::EndsOn.gte(today));
    let scopes = scope::Entity::find()
        .filter(scope::Column::AreaId.eq(village))
        .filter(scope::Column::Role.is_in([Role::VillageCadre, Role::PanelMember]))
        .filter(scope::Column::BeginsOn.lte(today))
        .filter(open_end)
        .all(db)
        .await?;
    let ids: HashSet<AccountId> = scopes.into_iter().map(|scope| scope.account_id).collect();
    let active =
        account::Entity::find().filter(account::Column::Id.is_in(ids)).filter(account::Column::DisabledAt.is_null());
    let reviewer = |account: account::Model| Reviewer {
        account_id: account.id,
        name: account.name,
        household_id: account.household_id,
    };
    Ok(active.all(db).await?.into_iter().map(reviewer).collect())
}
