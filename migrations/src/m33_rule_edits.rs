//! Who wrote which revision of a draft, and what it changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::append_only;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("rule_set_edits")
            .col(uuid("rule_set_id"))
            .col(integer("revision"))
            .col(big_integer("written_at"))
            .col(uuid("written_by"))
            .col(text("changed"))
            .primary_key(Index::create().col("rule_set_id").col("revision"))
            .foreign_key(ForeignKey::create().from("rule_set_edits", "rule_set_id").to("rule_sets", "id"))
            .foreign_key(ForeignKey::create().from("rule_set_edits", "written_by").to("accounts", "id"))
            .take();
        manager.create_table(table).await?;
        append_only::protect(manager, "rule_set_edits").await
    }
}
