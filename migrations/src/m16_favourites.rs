//! The good deeds that a village puts on the worker's chips in a month.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("favourites")
            .col(uuid("area_id"))
            .col(text("month"))
            .col(integer("position"))
            .col(uuid("rule_id"))
            .primary_key(Index::create().col("area_id").col("month").col("position"))
            .index(Index::create().unique().name("favourites_once").col("area_id").col("month").col("rule_id"))
            .foreign_key(ForeignKey::create().from("favourites", "area_id").to("areas", "id"))
            .take();
        manager.create_table(table).await
    }
}
