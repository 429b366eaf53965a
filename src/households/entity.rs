//! Rows of households, and of the terms they are found by.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, DeriveValueType, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Millis;
use crate::ids::{AreaId, HouseholdId};

/// How a household lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[schema(as = HouseholdStatus)]
#[serde(rename_all = "snake_case")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// 常住
    Resident,
    /// 外出
    Away,
    /// 集中供养
    CareHome,
    /// 注销; for ever.
    Closed,
}

/// Tags that tell nothing but honour. Every other one is sensitive until it stands here: a word we
/// do not know is kept from readers rather than shown to them.
const PLAIN_TAGS: [&str; 16] = [
    "党员户",
    "党员",
    "军属",
    "军属户",
    "烈属",
    "光荣户",
    "光荣之家",
    "文明户",
    "文明家庭",
    "五好家庭",
    "星级文明户",
    "最美家庭",
    "美丽庭院",
    "清洁户",
    "科技示范户",
    "示范户",
];

/// Tags of a household, stored as a JSON array of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub struct Tags(pub Vec<String>);

impl Tags {
    /// What every reader may see.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|tag| PLAIN_TAGS.contains(tag))
    }

    /// Whether there is more than the plain ones.
    pub fn any_hidden(&self) -> bool {
        self.plain().count() < self.0.len()
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        serde_json::Value::from(self.0.as_slice()).fmt(f)
    }
}

impl FromStr for Tags {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}

/// A household.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "households")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HouseholdId,
    /// Its village; never changes.
    pub village_id: AreaId,
    /// The grid it stands in.
    pub grid_id: AreaId,
    /// That grid's path.
    pub grid_path: String,
    /// Unique in its village, upper case; never changes and is never used again.
    pub code: String,
    /// The registered head's name.
    pub name: String,
    /// The name people use.
    pub alias: Option<String>,
    /// People who live in it.
    pub size: i32,
    /// How it lives.
    pub status: Status,
    /// `19号`
    pub door: Option<String>,
    /// The door's number; households without one come last.
    pub door_order: i32,
    /// Where it is, in words.
    pub address: Option<String>,
    /// The phone, sealed for this row.
    pub phone_cipher: Option<Vec<u8>>,
    /// Tags, hidden ones included.
    pub tags: Tags,
    /// When it was written down.
    pub created_at: Millis,
    /// When it was changed last.
    pub updated_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}

/// What households are found by.
pub mod term {
    use sea_orm::entity::prelude::*;

    use crate::ids::{AreaId, HouseholdId};

    /// A row of `household_terms`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "household_terms")]
    pub struct Model {
        /// The household's village.
        #[sea_orm(primary_key, auto_increment = false)]
        pub village_id: AreaId,
        /// Lower case, without blanks.
        #[sea_orm(primary_key, auto_increment = false)]
        pub term: String,
        /// Who is found by it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub household_id: HouseholdId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[cfg(test)]
mod tests {
    use super::Tags;

    #[test]
    fn a_tag_nobody_declared_plain_is_hidden() {
        let tags = Tags(["党员户", "低保户", "没见过的"].map(String::from).to_vec());
        assert_eq!(tags.plain().collect::<Vec<_>>(), ["党员户"]);
        assert!(tags.any_hidden() && !Tags(vec!["军属".into()]).any_hidden());
        assert_eq!(tags.to_string().parse::<Tags>().unwrap(), tags);
    }
}
