//! Deeds typed from paper: the sheet they stood on, and an index by which the same deed recorded before is
//! found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut sheet = text_null("sheet");
        sheet.check(Expr::cust("length(sheet) BETWEEN 1 AND 20"));
        manager.alter_table(Table::alter().table("awards").add_column(sheet).take()).await?;
        let alike = Index::create()
            .name("awards_alike")
            .table("awards")
            .col("household_id")
            .col("rule_id")
            .col("occurred_on")
            .take();
        manager.create_index(alike).await
    }
}
