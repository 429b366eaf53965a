//! The panel's meetings: who was there, what was decided line by line. Never changed; what a meeting said
//! about an award stands in the award's own steps as well.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::{append_only, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let judged = Table::alter().table("awards").add_column(text_null("judged_degree")).take();
        manager.alter_table(judged).await?;
        let assemblies = Table::create()
            .table("assemblies")
            .col(uuid("id").primary_key())
            .col(uuid("area_id"))
            .col(ordered(manager, text("area_path")))
            .col(date("held_on"))
            .col(text_null("others"))
            .col(big_integer("recorded_at"))
            .col(uuid("recorded_by"))
            .col(binary("digest"))
            .foreign_key(ForeignKey::create().from("assemblies", "area_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("assemblies", "recorded_by").to("accounts", "id"))
            .take();
        manager.create_table(assemblies).await?;
        let of_area =
            Index::create().name("assemblies_of_area").table("assemblies").col("area_path").col("recorded_at").take();
        manager.create_index(of_area).await?;
        let present = Table::create()
            .table("assembly_present")
            .col(uuid("assembly_id"))
            .col(uuid("account_id"))
            .primary_key(Index::create().col("assembly_id").col("account_id"))
            .foreign_key(ForeignKey::create().from("assembly_present", "assembly_id").to("assemblies", "id"))
            .foreign_key(ForeignKey::create().from("assembly_present", "account_id").to("accounts", "id"))
            .take();
        manager.create_table(present).await?;
        let lines = Table::create()
            .table("assembly_lines")
            .col(uuid("assembly_id"))
            .col(integer("position"))
            .col(uuid("award_id"))
            .col(text("decision").check(Expr::cust("decision IN ('approve','strike')")))
            .col(text_null("reason"))
            .col(text("outcome").check(Expr::cust("outcome IN ('posted','rejected','second','left','moved')")))
            .primary_key(Index::create().col("assembly_id").col("position"))
            .foreign_key(ForeignKey::create().from("assembly_lines", "assembly_id").to("assemblies", "id"))
            .foreign_key(ForeignKey::create().from("assembly_lines", "award_id").to("awards", "id"))
            .take();
        manager.create_table(lines).await?;
        for table in ["assemblies", "assembly_present", "assembly_lines"] {
            append_only::protect(manager, table).await?;
        }
        Ok(())
    }
}
