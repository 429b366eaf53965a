//! The life of a table: a revision to vote on, what the village decides about itself, minutes and
//! notice days, templates that a town issues, filing, remarks, and alarms that a town cleared.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::append_only;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            integer("revision").default(1).take(),
            text_null("decisions"),
            text_null("limits"),
            text_null("minutes"),
            date_null("noticed_from"),
            date_null("noticed_until"),
            big_integer_null("issued_at"),
            uuid_null("issued_by"),
        ] {
            manager.alter_table(Table::alter().table("rule_sets").add_column(column).take()).await?;
        }
        let one_draft = "DROP INDEX rule_sets_one_draft; \
             CREATE UNIQUE INDEX rule_sets_one_draft ON rule_sets (area_id) \
             WHERE adopted_at IS NULL AND issued_at IS NULL";
        manager.get_connection().execute_unprepared(one_draft).await?;
        filings(manager).await?;
        remarks(manager).await?;
        cleared_alarms(manager).await?;
        append_only::protect_issued_rules(manager).await
    }
}

async fn filings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("rule_set_filings")
        .col(uuid("rule_set_id").primary_key())
        .col(uuid("area_id"))
        .col(integer("version"))
        .col(date("judges_from"))
        .col(big_integer("filed_at"))
        .col(uuid("filed_by"))
        .col(text_null("note"))
        .foreign_key(ForeignKey::create().from("rule_set_filings", "rule_set_id").to("rule_sets", "id"))
        .take();
    manager.create_table(table).await?;
    let by_area = Index::create().name("rule_set_filings_areas").table("rule_set_filings").col("area_id").take();
    manager.create_index(by_area).await?;
    let before = "INSERT INTO rule_set_filings (rule_set_id, area_id, version, judges_from, filed_at, filed_by, note) \
         SELECT id, area_id, version, in_force_from, adopted_at, adopted_by, '生效时还不要求备案' \
         FROM rule_sets WHERE adopted_at IS NOT NULL";
    manager.get_connection().execute_unprepared(before).await?;
    append_only::protect(manager, "rule_set_filings").await
}

async fn remarks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("rule_set_remarks")
        .col(uuid("id").primary_key())
        .col(uuid("rule_set_id"))
        .col(integer("revision"))
        .col(text("text"))
        .col(text_null("said_by"))
        .col(big_integer("written_at"))
        .col(uuid("written_by"))
        .foreign_key(ForeignKey::create().from("rule_set_remarks", "rule_set_id").to("rule_sets", "id"))
        .take();
    manager.create_table(table).await?;
    let of_set =
        Index::create().name("rule_set_remarks_sets").table("rule_set_remarks").col("rule_set_id").col("id").take();
    manager.create_index(of_set).await?;
    append_only::protect(manager, "rule_set_remarks").await
}

async fn cleared_alarms(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("cleared_alarms")
        .col(uuid("id").primary_key())
        .col(uuid("area_id"))
        .col(text("line"))
        .col(text("field"))
        .col(boolean("taking"))
        .col(text("text"))
        .col(text("reason"))
        .col(big_integer("cleared_at"))
        .col(uuid("cleared_by"))
        .foreign_key(ForeignKey::create().from("cleared_alarms", "area_id").to("areas", "id"))
        .take();
    manager.create_table(table).await?;
    let of_area = Index::create().name("cleared_alarms_areas").table("cleared_alarms").col("area_id").take();
    manager.create_index(of_area).await?;
    append_only::protect(manager, "cleared_alarms").await
}
