//! The book: entries in a chain per village, and what is materialised from them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::{append_only, clustered, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

const ACCOUNTS: &str = "'issued','pending','base','spendable','redeemed','expired','lapsed','moved'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("chain_heads")
                    .col(uuid("village_id").primary_key())
                    .col(big_integer("seq"))
                    .col(binary("mac"))
                    .col(big_integer("recorded_at"))
                    .take(),
            )
            .await?;
        manager.create_table(entries_table(manager, 1, &["award", "reversal"])).await?;
        for index in entries_indexes() {
            manager.create_index(index).await?;
        }
        append_only::protect(manager, "entries").await?;

        let mut balances =
            Table::create().table("balances").col(uuid("household_id").primary_key()).col(uuid("village_id")).take();
        for account in ["issued", "pending", "base", "spendable", "redeemed", "expired", "lapsed", "moved"] {
            balances.col(big_integer(account).default(0));
        }
        balances.check(Expr::cust("spendable >= 0"));
        balances.check(Expr::cust("issued + pending + base + spendable + redeemed + expired + lapsed + moved = 0"));
        manager.create_table(balances).await?;

        manager
            .create_table(
                clustered(
                    manager,
                    Table::create()
                        .table("month_totals")
                        .col(uuid("village_id"))
                        .col(ordered(manager, text("month")))
                        .col(uuid("household_id"))
                        .col(big_integer("points"))
                        .primary_key(Index::create().col("village_id").col("month").col("household_id")),
                )
                .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("month_totals_of_household")
                    .table("month_totals")
                    .col("household_id")
                    .col("month")
                    .take(),
            )
            .await?;
        manager
            .create_table(
                clustered(
                    manager,
                    Table::create()
                        .table("cap_uses")
                        .col(uuid("household_id"))
                        .col(uuid("rule_id"))
                        .col(ordered(manager, text("cap_window")))
                        .col(big_integer("units").check(Expr::col("units").gte(0)))
                        .primary_key(Index::create().col("household_id").col("rule_id").col("cap_window")),
                )
                .take(),
            )
            .await
    }
}

/// The table of entries that move at least so many hundredths of points, made by causes of some kinds.
pub(crate) fn entries_table(manager: &SchemaManager<'_>, least: i64, kinds: &[&str]) -> TableCreateStatement {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    clustered(
        manager,
        Table::create()
            .table("entries")
            .col(uuid("village_id"))
            .col(big_integer("seq").check(Expr::col("seq").gt(0)))
            .col(uuid("household_id"))
            .col(text("from_account").check(Expr::cust(format!("from_account IN ({ACCOUNTS})"))))
            .col(
                text("to_account")
                    .check(Expr::cust(format!("to_account IN ({ACCOUNTS}) AND to_account <> from_account"))),
            )
            .col(big_integer("points").check(Expr::col("points").gte(least)))
            .col(text("cause_kind").check(Expr::cust(format!("cause_kind IN ({})", kinds.join(",")))))
            .col(uuid("cause_id"))
            .col(small_integer("leg"))
            .col(binary("cause_digest"))
            .col(ordered(manager, text("period")))
            .col(boolean("late"))
            .col(date("occurred_on"))
            .col(uuid_null("rule_set_id"))
            .col(uuid_null("rule_id"))
            .col(uuid("recorder_id"))
            .col(big_integer("recorded_at"))
            .col(big_integer_null("reverses_seq"))
            .col(small_integer("alg"))
            .col(binary("mac"))
            .primary_key(Index::create().col("village_id").col("seq")),
    )
    .take()
}

/// A cause posts once, an entry is reversed once, and the entries of a household in their order.
pub(crate) fn entries_indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table("entries").take();
        columns.iter().for_each(|column| {
            index.col(*column);
        });
        index
    };
    vec![
        index("entries_causes", &["cause_kind", "cause_id", "household_id", "leg"]).unique().take(),
        index("entries_reversed_once", &["village_id", "reverses_seq"]).unique().take(),
        index("entries_of_household", &["household_id", "seq"]),
    ]
}
