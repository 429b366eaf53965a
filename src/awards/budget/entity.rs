//! What villages ask their towns for.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, BudgetAskId};

/// What the town said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = BudgetAnswer)]
pub enum Answer {
    /// 同意
    Granted,
    /// 不同意
    Declined,
}

/// A village asks to give more in a month than it decided.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_asks")]
pub struct Model {
    /// Made on the cadre's device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BudgetAskId,
    /// Which village.
    pub village_id: AreaId,
    /// Its path.
    pub village_path: String,
    /// `2026-11`.
    pub month: String,
    /// So many more.
    pub points: Hundredths,
    /// Why.
    pub reason: String,
    /// By whom.
    pub asked_by: AccountId,
    /// Server time.
    pub asked_at: Millis,
    /// Absent while it waits.
    pub answer: Option<Answer>,
    /// Why.
    pub answer_reason: Option<String>,
    /// By whom.
    pub answered_by: Option<AccountId>,
    /// Server time.
    pub answered_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
