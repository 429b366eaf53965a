//! The tree of areas. `path` holds four characters a level, so that a subtree is one range of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::ordered;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("areas")
                    .col(uuid("id").primary_key())
                    .col(uuid_null("parent_id"))
                    .col(text("level").check(Expr::cust("level IN ('county','town','village','grid')")))
                    .col(text("name"))
                    .col(ordered(manager, text("path")).unique_key())
                    .col(big_integer("created_at"))
                    .foreign_key(ForeignKey::create().from("areas", "parent_id").to("areas", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("areas_names").table("areas").col("parent_id").col("name").unique().take(),
            )
            .await
    }
}
