//! Closed months.

use sea_orm::entity::prelude::*;

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId};

/// A row of `closed_months`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "closed_months")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub village_id: AreaId,
    /// `2026-11`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// When it was closed.
    pub closed_at: Millis,
    /// By whom.
    pub closed_by: AccountId,
}

impl ActiveModelBehavior for ActiveModel {}
