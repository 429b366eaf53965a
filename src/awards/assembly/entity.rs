//! Meetings of the panel, who was there, and their lines.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId, AssemblyId};

/// A meeting.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assemblies")]
pub struct Model {
    /// Made on the device of whoever writes it down.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssemblyId,
    /// About a grid, or a whole village.
    pub area_id: AreaId,
    /// That area's path.
    pub area_path: String,
    /// Day of the meeting.
    pub held_on: Date,
    /// Who else was there, in plain words.
    pub others: Option<String>,
    /// Server time.
    pub recorded_at: Millis,
    /// Who wrote it down.
    pub recorded_by: AccountId,
    /// SHA-256 over the request and its account.
    pub digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a meeting decided about an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = AssemblyDecision)]
pub enum Decision {
    /// 通过
    Approve,
    /// 划掉: it shall not count.
    Strike,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(as = AssemblyOutcome)]
pub enum Outcome {
    /// It counts.
    Posted,
    /// It does not.
    Rejected,
    /// The writer approved it, and its rule wants two.
    Second,
    /// The writer of the minutes may not decide it: he recorded it, or it is his own household's. It waits
    /// for another who was there to confirm, or for others.
    Left,
    /// Somebody decided it before, or took it back.
    Moved,
}

/// Who was there.
pub mod present {
    use sea_orm::entity::prelude::*;

    use crate::ids::{AccountId, AssemblyId};

    /// A row of `assembly_present`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "assembly_present")]
    pub struct Model {
        /// At which meeting.
        #[sea_orm(primary_key, auto_increment = false)]
        pub assembly_id: AssemblyId,
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: AccountId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who confirmed the minutes from his own account.
pub mod confirmation {
    use sea_orm::entity::prelude::*;

    use crate::clock::Millis;
    use crate::ids::{AccountId, AssemblyId};

    /// A row of `assembly_confirmations`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "assembly_confirmations")]
    pub struct Model {
        /// Of which meeting.
        #[sea_orm(primary_key, auto_increment = false)]
        pub assembly_id: AssemblyId,
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: AccountId,
        /// Server time.
        pub confirmed_at: Millis,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was decided, line by line.
pub mod line {
    use sea_orm::entity::prelude::*;

    use super::{Decision, Outcome};
    use crate::ids::{AssemblyId, AwardId};

    /// A row of `assembly_lines`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "assembly_lines")]
    pub struct Model {
        /// At which meeting.
        #[sea_orm(primary_key, auto_increment = false)]
        pub assembly_id: AssemblyId,
        /// From 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        /// About which award.
        pub award_id: AwardId,
        /// What was decided.
        pub decision: Decision,
        /// Why, or what was looked at.
        pub reason: Option<String>,
        /// What came of it when the minutes were written.
        pub outcome: Outcome,
        /// Another degree than the recorder's.
        pub degree: Option<String>,
        /// The award's revision that was on the table; absent in older minutes.
        pub revision: Option<i32>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
