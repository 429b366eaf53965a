//! Accounts, what they may do where (scopes), and their live sessions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::ordered;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("accounts")
                    .col(uuid("id").primary_key())
                    .col(ordered(manager, text("username")).unique_key())
                    .col(text("name"))
                    .col(text("password_hash"))
                    .col(boolean("must_change_password"))
                    .col(uuid_null("household_id"))
                    .col(big_integer_null("disabled_at"))
                    .col(big_integer("created_at"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("scopes")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(text("role").check(Expr::cust(
                        "role IN ('grid_worker','village_cadre','panel_member','supervisor','town_admin','county_admin')",
                    )))
                    .col(uuid("area_id"))
                    .col(date("begins_on"))
                    .col(date_null("ends_on"))
                    .col(big_integer("created_at"))
                    .foreign_key(ForeignKey::create().from("scopes", "account_id").to("accounts", "id"))
                    .foreign_key(ForeignKey::create().from("scopes", "area_id").to("areas", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("scopes_of_account").table("scopes").col("account_id").take())
            .await?;
        manager.create_index(Index::create().name("scopes_of_area").table("scopes").col("area_id").take()).await?;
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(integer("generation"))
                    .col(binary("refresh_hash"))
                    .col(big_integer("rotated_at"))
                    .col(big_integer("created_at"))
                    .col(big_integer("expires_at"))
                    .col(big_integer_null("revoked_at"))
                    .foreign_key(ForeignKey::create().from("sessions", "account_id").to("accounts", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("sessions_of_account").table("sessions").col("account_id").take())
            .await
    }
}
