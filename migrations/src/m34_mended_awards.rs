//! A returned award is mended and submitted again under its own identity: what was said first is still
//! known, for a phone that sends it again. And who did the deed may be noted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [binary_null("first_digest"), text_null("done_by")] {
            manager.alter_table(Table::alter().table("awards").add_column(column).take()).await?;
        }
        Ok(())
    }
}
