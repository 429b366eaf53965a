//! Versioned rule sets with the resolution behind them. Once adopted, a set and its rules never change.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::append_only;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("rule_sets")
                    .col(uuid("id").primary_key())
                    .col(uuid("area_id"))
                    .col(integer("version"))
                    .col(text("title"))
                    .col(big_integer("created_at"))
                    .col(uuid("created_by"))
                    .col(big_integer_null("adopted_at"))
                    .col(uuid_null("adopted_by"))
                    .col(date_null("in_force_from"))
                    .col(date_null("resolved_on"))
                    .col(integer_null("attendance"))
                    .col(integer_null("votes_for"))
                    .col(integer_null("votes_against"))
                    .col(integer_null("votes_abstained"))
                    .foreign_key(ForeignKey::create().from("rule_sets", "area_id").to("areas", "id"))
                    .check(Expr::cust(
                        "adopted_at IS NULL OR (adopted_by IS NOT NULL AND in_force_from IS NOT NULL AND resolved_on IS NOT NULL \
                         AND attendance > 0 AND votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0 \
                         AND votes_for + votes_against + votes_abstained <= attendance)",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("rule_sets_versions")
                    .table("rule_sets")
                    .col("area_id")
                    .col("version")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("rules")
                    .col(uuid("rule_set_id"))
                    .col(uuid("rule_id"))
                    .col(integer("position"))
                    .col(text("category"))
                    .col(text("name"))
                    .col(text("terms"))
                    .primary_key(Index::create().col("rule_set_id").col("rule_id"))
                    .foreign_key(ForeignKey::create().from("rules", "rule_set_id").to("rule_sets", "id"))
                    .take(),
            )
            .await?;
        append_only::protect_adopted_rules(manager).await
    }
}
