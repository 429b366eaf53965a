//! Rounds, what the judges found, and the awards that came of it.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, DeriveValueType, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId, EvidenceId, InspectionId, RuleId, RuleSetId};

/// A round.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspections")]
pub struct Model {
    /// Made on the phone that began it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    /// In which book.
    pub village_id: AreaId,
    /// Over which grid.
    pub area_id: AreaId,
    /// That grid's path.
    pub area_path: String,
    /// `2026-11`; a grid has one round a month.
    pub month: String,
    /// The version whose items are looked at.
    pub rule_set_id: RuleSetId,
    /// How many people judge a household; their average counts.
    pub judges: i32,
    /// Who began it.
    pub opened_by: AccountId,
    /// When.
    pub opened_at: Millis,
    /// SHA-256 over the request and its account.
    pub digest: Vec<u8>,
    /// Who closed it; absent while it is walked.
    pub closed_by: Option<AccountId>,
    /// When.
    pub closed_at: Option<Millis>,
    /// Households on its list when it was closed.
    pub listed: Option<i32>,
    /// Those of them that were judged.
    pub judged: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a judge says of a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = MarkState)]
pub enum State {
    /// Looked at.
    Marked,
    /// 没人在家: to be come back to.
    NobodyHome,
    /// What was said before is not said any more.
    TakenBack,
}

/// What was found of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which item.
    pub rule_id: RuleId,
    /// Spots found; absent when the judge was not let in.
    pub spots: Option<u16>,
    /// Photos of the spots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
}

/// What a judge found of all items, read and written as a whole: a JSON array.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Findings(pub Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Findings {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}

/// What one judge says of one household.
pub mod mark {
    use sea_orm::entity::prelude::*;

    use super::{Findings, State};
    use crate::clock::Millis;
    use crate::ids::{AccountId, HouseholdId, InspectionId};

    /// A row of `inspection_marks`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inspection_marks")]
    pub struct Model {
        /// In which round.
        #[sea_orm(primary_key, auto_increment = false)]
        pub inspection_id: InspectionId,
        /// Of which household.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// By whom.
        #[sea_orm(primary_key, auto_increment = false)]
        pub judge_id: AccountId,
        /// Rises with everything the judge says of the household: the highest is what he says last.
        pub revision: i64,
        /// What he says.
        pub state: State,
        /// What he found; empty unless marked.
        pub findings: Findings,
        /// When it reached the server.
        pub marked_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What came of a closed round.
pub mod given {
    use sea_orm::entity::prelude::*;

    use crate::ids::{AwardId, HouseholdId, InspectionId, RuleId};

    /// A row of `inspection_awards`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inspection_awards")]
    pub struct Model {
        /// Of which round.
        #[sea_orm(primary_key, auto_increment = false)]
        pub inspection_id: InspectionId,
        /// For which household.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
        /// For which item.
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule_id: RuleId,
        /// The award.
        #[sea_orm(unique)]
        pub award_id: AwardId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
