//! Rows of the tree.

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::ids::AreaId;

/// How deep an area stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[schema(example = "grid")]
pub enum Level {
    /// 县
    County,
    /// 镇
    Town,
    /// 村
    Village,
    /// 组(网格); may hold one more level of grids.
    Grid,
}

/// An area.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "areas")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AreaId,
    /// The area above; only a county has none.
    pub parent_id: Option<AreaId>,
    /// Level.
    pub level: Level,
    /// Name, unique below its parent.
    pub name: String,
    /// Four characters a level, so that a subtree is one range.
    pub path: String,
    /// When it was made.
    pub created_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
