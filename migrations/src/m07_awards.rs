//! Awards as they were recorded, and the steps that people took on them.

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
                    .table("awards")
                    .col(uuid("id").primary_key())
                    .col(uuid("village_id"))
                    .col(uuid("household_id"))
                    .col(uuid("rule_set_id"))
                    .col(uuid("rule_id"))
                    .col(big_integer("quantity").check(Expr::col("quantity").gte(0)))
                    .col(big_integer("points"))
                    .col(big_integer("units").check(Expr::col("units").gte(0)))
                    .col(big_integer("clipped").check(Expr::col("clipped").gte(0)))
                    .col(text("status").check(Expr::cust(
                        "status IN ('submitted','returned','rejected','withdrawn','posted','reversed')",
                    )))
                    .col(boolean("proof_pending"))
                    .col(date("occurred_on"))
                    .col(ordered(manager, text_null("period")))
                    .col(boolean("late"))
                    .col(text_null("note"))
                    .col(text_null("handled_by"))
                    .col(uuid("recorded_by"))
                    .col(boolean("own_household"))
                    .col(binary("digest"))
                    .col(big_integer("recorded_at"))
                    .foreign_key(ForeignKey::create().from("awards", "household_id").to("households", "id"))
                    .foreign_key(ForeignKey::create().from("awards", "recorded_by").to("accounts", "id"))
                    .take(),
            )
            .await?;
        for (name, key) in [("awards_of_household", "household_id"), ("awards_of_recorder", "recorded_by")] {
            manager
                .create_index(Index::create().name(name).table("awards").col(key).col("recorded_at").col("id").take())
                .await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX awards_waiting ON awards (village_id, recorded_at, id) WHERE status IN ('submitted','returned')",
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("award_steps")
                    .col(uuid("award_id"))
                    .col(integer("position"))
                    .col(text("step"))
                    .col(uuid("by"))
                    .col(big_integer("at"))
                    .col(text_null("reason"))
                    .primary_key(Index::create().col("award_id").col("position"))
                    .foreign_key(ForeignKey::create().from("award_steps", "award_id").to("awards", "id"))
                    .take(),
            )
            .await?;
        append_only::protect(manager, "award_steps").await
    }
}
