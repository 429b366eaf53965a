//! Photos and what each was used for.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};

use crate::clock::Millis;
use crate::ids::{AccountId, AreaId, EvidenceId};

/// A photo; its file lies in the album under its hash.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    /// Made on the phone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EvidenceId,
    /// Which village's.
    pub village_id: AreaId,
    /// Path of the area it was taken in: the village, or a grid of it.
    pub area_path: String,
    /// Who sent it.
    pub uploaded_by: AccountId,
    /// Server time.
    pub uploaded_at: Millis,
    /// The village's day.
    pub uploaded_on: Date,
    /// SHA-256 over the request: who, where, and the file as it came.
    pub digest: Vec<u8>,
    /// SHA-256 of what is kept.
    pub sha256: Vec<u8>,
    /// Size of what is kept.
    pub bytes: i32,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// When its file was removed.
    pub removed_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a photo can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum UsedFor {
    /// Shows the deed of an award.
    Award,
    /// A page of the minutes of the resolution behind a table of rules.
    Resolution,
    /// A page of the signed list of a meeting of the panel.
    Assembly,
}

impl UsedFor {
    /// What the whole village decided by is read by all who read its book, and never goes.
    pub const MINUTES: [Self; 2] = [Self::Resolution, Self::Assembly];

    /// Whether it is a page of minutes.
    pub fn is_of_minutes(self) -> bool {
        Self::MINUTES.contains(&self)
    }
}

/// The one use of a photo.
pub mod usage {
    use sea_orm::entity::prelude::*;

    use super::UsedFor;
    use crate::ids::EvidenceId;

    /// A row of `evidence_uses`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "evidence_uses")]
    pub struct Model {
        /// Which photo.
        #[sea_orm(primary_key, auto_increment = false)]
        pub evidence_id: EvidenceId,
        /// By what kind of thing.
        pub cause_kind: UsedFor,
        /// By which one.
        pub cause_id: Uuid,
        /// The how-manieth of its photos.
        pub position: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
