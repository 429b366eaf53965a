//! What the database says about itself, a name and a value each.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use crate::db::Tx;
use crate::error::Result;

/// Rows of `meta`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meta")]
pub struct Model {
    /// What is said.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// About it.
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// What is said under a name.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>> {
    Ok(Entity::find_by_id(name.to_owned()).one(db).await?.map(|row| row.value))
}

/// Says something under a name, in place of what was said before.
///
/// # Errors
/// When the database fails.
pub async fn put(tx: &Tx, name: &str, value: &str) -> Result<()> {
    let row = ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
    let again = OnConflict::column(Column::Name).update_column(Column::Value).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}
