//! Warnings, and the delivery of what a household is told about a deduction.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId, RuleId, RuleSetId, WarningId};

/// A warning.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "warnings")]
pub struct Model {
    /// Made on the phone of whoever warned.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WarningId,
    /// In which village.
    pub village_id: AreaId,
    /// Who was warned.
    pub household_id: HouseholdId,
    /// The version in force on that day.
    pub rule_set_id: RuleSetId,
    /// What it would be deducted by.
    pub rule_id: RuleId,
    /// Day of the warning.
    pub said_on: Date,
    /// Last day to put it right.
    pub due_on: Date,
    /// What was seen.
    pub note: String,
    /// Who warned.
    pub recorded_by: AccountId,
    /// Server time.
    pub recorded_at: Millis,
    /// SHA-256 over the request and its account.
    pub digest: Vec<u8>,
    /// What became of it; absent while it is open.
    pub outcome: Option<Outcome>,
    /// Who settled it.
    pub settled_by: Option<AccountId>,
    /// Server time.
    pub settled_at: Option<Millis>,
    /// What was said then.
    pub settled_note: Option<String>,
    /// The deduction that was proposed.
    pub award_id: Option<AwardId>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What became of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = WarningOutcome)]
pub enum Outcome {
    /// 改好了
    PutRight,
    /// 没改，交评议
    Proposed,
}

/// How a household was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = NoticeHow)]
pub enum How {
    /// 当面说
    Spoken,
    /// 告知单
    Printed,
}

/// That a household was told about a deduction.
pub mod notice {
    use sea_orm::entity::prelude::*;

    use super::How;
    use crate::clock::Millis;
    use crate::ids::{AccountId, AwardId};

    /// A row of `deduction_notices`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deduction_notices")]
    pub struct Model {
        /// The deduction.
        #[sea_orm(primary_key, auto_increment = false)]
        pub award_id: AwardId,
        /// How.
        pub how: How,
        /// When.
        pub delivered_on: Date,
        /// Who took it, in plain words.
        pub to_whom: String,
        /// Who wrote it down.
        pub recorded_by: AccountId,
        /// Server time.
        pub recorded_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
