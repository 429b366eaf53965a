//! Activities, and who came to them.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, ActivityId, AreaId, RuleId, RuleSetId};

/// Where an activity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = ActivityState)]
pub enum State {
    /// It is to come, or people are being ticked.
    Open,
    /// Everybody who came was awarded.
    Closed,
    /// It did not take place, or was opened by mistake.
    Cancelled,
}

/// An activity.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activities")]
pub struct Model {
    /// Made on the device of whoever opens it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    /// In which book its points will stand.
    pub village_id: AreaId,
    /// Of a grid, or of a whole village.
    pub area_id: AreaId,
    /// That area's path.
    pub area_path: String,
    /// The version in which its rule stood when it was opened.
    pub rule_set_id: RuleSetId,
    /// What people are awarded for.
    pub rule_id: RuleId,
    /// Which degree, where the rule has degrees.
    pub degree: Option<String>,
    /// What the village calls it.
    pub name: String,
    /// Where.
    pub place: Option<String>,
    /// On which day.
    pub held_on: Date,
    /// In the rule's unit, for each household, or each person where those are counted.
    pub quantity: Hundredths,
    /// Who opened it.
    pub opened_by: AccountId,
    /// Server time.
    pub opened_at: Millis,
    /// SHA-256 over the request and its account.
    pub digest: Vec<u8>,
    /// Where it stands.
    pub state: State,
    /// When it was closed or cancelled.
    pub ended_at: Option<Millis>,
    /// By whom.
    pub ended_by: Option<AccountId>,
    /// Why it was cancelled.
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Who came.
pub mod attendance {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, ActivityId, AwardId, HouseholdId};

    /// A row of `activity_attendance`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "activity_attendance")]
    pub struct Model {
        /// To which activity.
        #[sea_orm(primary_key, auto_increment = false)]
        pub activity_id: ActivityId,
        /// Of which household.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// How many; none when it was struck out again.
        pub people: i32,
        /// The writer's rising number: the highest counts.
        pub revision: i32,
        /// Who said so last.
        pub written_by: AccountId,
        /// Server time.
        pub written_at: Millis,
        /// What came of it when the activity was closed.
        pub award_id: Option<AwardId>,
        /// Why nothing came of it.
        pub failure: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
