//! Rounds over the households of a grid: what each judge found at each door, and the awards that came of a
//! round when it was closed. A closed round stays as it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::refusals::{Refusal, refuse};
use crate::{append_only, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let inspections = Table::create()
            .table("inspections")
            .col(uuid("id").primary_key())
            .col(uuid("village_id"))
            .col(uuid("area_id"))
            .col(ordered(manager, text("area_path")))
            .col(ordered(manager, text("month")))
            .col(uuid("rule_set_id"))
            .col(integer("judges").check(Expr::col("judges").gte(1)))
            .col(uuid("opened_by"))
            .col(big_integer("opened_at"))
            .col(binary("digest"))
            .col(uuid_null("closed_by"))
            .col(big_integer_null("closed_at"))
            .col(integer_null("listed"))
            .col(integer_null("judged"))
            .check(Expr::cust(
                "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (listed IS NULL) \
                 AND (closed_at IS NULL) = (judged IS NULL)",
            ))
            .foreign_key(ForeignKey::create().from("inspections", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("inspections", "area_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("inspections", "rule_set_id").to("rule_sets", "id"))
            .foreign_key(ForeignKey::create().from("inspections", "opened_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("inspections", "closed_by").to("accounts", "id"))
            .take();
        manager.create_table(inspections).await?;
        let of_month = Index::create()
            .name("inspections_of_month")
            .table("inspections")
            .col("area_id")
            .col("month")
            .unique()
            .take();
        manager.create_index(of_month).await?;
        let connection = manager.get_connection();
        connection
            .execute_unprepared("CREATE INDEX inspections_open ON inspections (area_path) WHERE closed_at IS NULL")
            .await?;
        let marks = Table::create()
            .table("inspection_marks")
            .col(uuid("inspection_id"))
            .col(uuid("household_id"))
            .col(uuid("judge_id"))
            .col(big_integer("revision").check(Expr::col("revision").gte(0)))
            .col(text("state").check(Expr::cust("state IN ('marked','nobody_home','taken_back')")))
            .col(text("findings"))
            .col(big_integer("marked_at"))
            .primary_key(Index::create().col("inspection_id").col("household_id").col("judge_id"))
            .foreign_key(ForeignKey::create().from("inspection_marks", "inspection_id").to("inspections", "id"))
            .foreign_key(ForeignKey::create().from("inspection_marks", "household_id").to("households", "id"))
            .foreign_key(ForeignKey::create().from("inspection_marks", "judge_id").to("accounts", "id"))
            .take();
        manager.create_table(marks).await?;
        let awards = Table::create()
            .table("inspection_awards")
            .col(uuid("inspection_id"))
            .col(uuid("household_id"))
            .col(uuid("rule_id"))
            .col(uuid("award_id").unique_key())
            .primary_key(Index::create().col("inspection_id").col("household_id").col("rule_id"))
            .foreign_key(ForeignKey::create().from("inspection_awards", "inspection_id").to("inspections", "id"))
            .foreign_key(ForeignKey::create().from("inspection_awards", "award_id").to("awards", "id"))
            .take();
        manager.create_table(awards).await?;
        append_only::protect(manager, "inspection_awards").await?;
        let closed = Refusal {
            name: "inspections_closed",
            table: "inspections",
            verb: "UPDATE",
            wrong: "OLD.closed_at IS NOT NULL",
            because: "a closed round stays as it is",
        };
        refuse(manager, &[closed]).await
    }
}
