//! The audit: who changed what, where and when. Identifiers only, no personal text.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::{append_only, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit")
                    .col(uuid("id").primary_key())
                    .col(big_integer("at"))
                    .col(uuid_null("account_id"))
                    .col(text("action"))
                    .col(text_null("target_kind"))
                    .col(uuid_null("target_id"))
                    .col(ordered(manager, text("area_path")))
                    .col(text("request_id"))
                    .take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("audit_of_area").table("audit").col("area_path").col("id").take())
            .await?;
        append_only::protect(manager, "audit").await
    }
}
