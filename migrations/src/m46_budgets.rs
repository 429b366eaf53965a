//! What a village gives in a month, kept beside its book, what it asks its town for when that runs out, and
//! who of a household told of a deed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::ordered;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the book holds already: all entries of awards under rules that give, by month, with their signs.
const GIVEN: &str = "INSERT INTO village_months (village_id, month, given, granted) \
    SELECT e.village_id, e.period, \
        CAST(SUM(CASE WHEN e.from_account = 'issued' THEN e.points ELSE -e.points END) AS BIGINT), 0 \
    FROM entries e JOIN rules r ON r.rule_set_id = e.rule_set_id AND r.rule_id = e.rule_id \
    WHERE r.terms NOT LIKE '%\"kind\":\"deduction\"%' AND r.terms NOT LIKE '%\"kind\":\"degrees_off\"%' \
        AND r.terms NOT LIKE '%\"kind\":\"veto\"%' \
    GROUP BY e.village_id, e.period";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut told_by = text_null("told_by");
        told_by.check(Expr::cust("length(told_by) BETWEEN 1 AND 30"));
        manager.alter_table(Table::alter().table("awards").add_column(told_by).take()).await?;
        let months = Table::create()
            .table("village_months")
            .col(uuid("village_id"))
            .col(ordered(manager, text("month")))
            .col(big_integer("given"))
            .col(big_integer("granted").check(Expr::col("granted").gte(0)))
            .primary_key(Index::create().col("village_id").col("month"))
            .foreign_key(ForeignKey::create().from("village_months", "village_id").to("areas", "id"))
            .take();
        manager.create_table(months).await?;
        let asks = Table::create()
            .table("budget_asks")
            .col(uuid("id").primary_key())
            .col(uuid("village_id"))
            .col(ordered(manager, text("village_path")))
            .col(ordered(manager, text("month")))
            .col(big_integer("points").check(Expr::col("points").gt(0)))
            .col(text("reason"))
            .col(uuid("asked_by"))
            .col(big_integer("asked_at"))
            .col(text_null("answer").check(Expr::cust("answer IN ('granted','declined')")))
            .col(text_null("answer_reason"))
            .col(uuid_null("answered_by"))
            .col(big_integer_null("answered_at"))
            .check(Expr::cust("(answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)"))
            .check(Expr::cust("answer IS NULL OR answer = 'granted' OR answer_reason IS NOT NULL"))
            .foreign_key(ForeignKey::create().from("budget_asks", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("budget_asks", "asked_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("budget_asks", "answered_by").to("accounts", "id"))
            .take();
        manager.create_table(asks).await?;
        let of_month = Index::create()
            .name("budget_asks_of_month")
            .table("budget_asks")
            .col("village_path")
            .col("month")
            .col("asked_at")
            .take();
        manager.create_index(of_month).await?;
        let database = manager.get_connection();
        for sql in [
            "CREATE UNIQUE INDEX budget_asks_waiting ON budget_asks (village_id, month) WHERE answer IS NULL",
            "CREATE INDEX awards_told ON awards (village_id, recorded_at, id) WHERE told_by IS NOT NULL",
            GIVEN,
        ] {
            database.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
