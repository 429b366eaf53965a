//! Closed months of a village. A month without a row is open.

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
                    .table("closed_months")
                    .col(uuid("village_id"))
                    .col(ordered(manager, text("month")))
                    .col(big_integer("closed_at"))
                    .col(uuid("closed_by"))
                    .primary_key(Index::create().col("village_id").col("month"))
                    .foreign_key(ForeignKey::create().from("closed_months", "village_id").to("areas", "id"))
                    .take(),
            )
            .await
    }
}
