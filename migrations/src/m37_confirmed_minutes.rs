//! Those who were in a meeting confirm its minutes from their own accounts, and what its writer could not
//! decide is decided then: so a line keeps the degree that was found, and what was on the table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::append_only;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite alters one column at a time.
        for column in [text_null("degree"), integer_null("revision")] {
            manager.alter_table(Table::alter().table("assembly_lines").add_column(column).take()).await?;
        }
        let confirmations = Table::create()
            .table("assembly_confirmations")
            .col(uuid("assembly_id"))
            .col(uuid("account_id"))
            .col(big_integer("confirmed_at"))
            .primary_key(Index::create().col("assembly_id").col("account_id"))
            .foreign_key(ForeignKey::create().from("assembly_confirmations", "assembly_id").to("assemblies", "id"))
            .foreign_key(ForeignKey::create().from("assembly_confirmations", "account_id").to("accounts", "id"))
            .take();
        manager.create_table(confirmations).await?;
        append_only::protect(manager, "assembly_confirmations").await
    }
}
