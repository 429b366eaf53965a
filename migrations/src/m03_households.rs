//! Households in door order, and the terms they are found by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::{clustered, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("households")
                    .col(uuid("id").primary_key())
                    .col(uuid("village_id"))
                    .col(uuid("grid_id"))
                    .col(ordered(manager, text("grid_path")))
                    .col(ordered(manager, text("code")))
                    .col(text("name"))
                    .col(text_null("alias"))
                    .col(integer("size").check(Expr::col("size").between(1, 99)))
                    .col(text("status").check(Expr::cust("status IN ('resident','away','care_home','closed')")))
                    .col(text_null("door"))
                    .col(integer("door_order"))
                    .col(text_null("address"))
                    .col(binary_null("phone_cipher"))
                    .col(text("tags"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .foreign_key(ForeignKey::create().from("households", "village_id").to("areas", "id"))
                    .foreign_key(ForeignKey::create().from("households", "grid_id").to("areas", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("households_codes")
                    .table("households")
                    .col("village_id")
                    .col("code")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("households_in_door_order")
                    .table("households")
                    .col("grid_path")
                    .col("door_order")
                    .col("code")
                    .col("id")
                    .take(),
            )
            .await?;
        manager
            .create_table(
                clustered(
                    manager,
                    Table::create()
                        .table("household_terms")
                        .col(uuid("village_id"))
                        .col(ordered(manager, text("term")))
                        .col(uuid("household_id"))
                        .primary_key(Index::create().col("village_id").col("term").col("household_id")),
                )
                .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("household_terms_anywhere")
                    .table("household_terms")
                    .col("term")
                    .col("household_id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("household_terms_of_household")
                    .table("household_terms")
                    .col("household_id")
                    .take(),
            )
            .await
    }
}
