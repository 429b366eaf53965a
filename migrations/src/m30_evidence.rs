//! Photos that show a deed: what is known of each, and the one thing it was used for. A photo's file may go
//! after its time, its row and its hash stay.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::{append_only, ordered};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let evidence = Table::create()
            .table("evidence")
            .col(uuid("id").primary_key())
            .col(uuid("village_id"))
            .col(ordered(manager, text("area_path")))
            .col(uuid("uploaded_by"))
            .col(big_integer("uploaded_at"))
            .col(date("uploaded_on"))
            .col(binary("digest"))
            .col(binary("sha256"))
            .col(integer("bytes").check(Expr::col("bytes").gt(0)))
            .col(integer("width").check(Expr::col("width").gt(0)))
            .col(integer("height").check(Expr::col("height").gt(0)))
            .col(big_integer_null("removed_at"))
            .foreign_key(ForeignKey::create().from("evidence", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("evidence", "uploaded_by").to("accounts", "id"))
            .take();
        manager.create_table(evidence).await?;
        for (name, key) in [("evidence_of_day", &["village_id", "uploaded_on"][..]), ("evidence_by_hash", &["sha256"])]
        {
            let mut index = Index::create().name(name).table("evidence").take();
            key.iter().for_each(|column| {
                index.col(*column);
            });
            manager.create_index(index).await?;
        }
        let uses = Table::create()
            .table("evidence_uses")
            .col(uuid("evidence_id").primary_key())
            .col(text("cause_kind").check(Expr::cust("cause_kind IN ('award')")))
            .col(uuid("cause_id"))
            .col(integer("position"))
            .index(Index::create().unique().name("evidence_in_order").col("cause_id").col("position"))
            .foreign_key(ForeignKey::create().from("evidence_uses", "evidence_id").to("evidence", "id"))
            .take();
        manager.create_table(uses).await?;
        append_only::protect(manager, "evidence_uses").await?;
        let connection = manager.get_connection();
        let kept = "CREATE INDEX evidence_kept ON evidence (uploaded_at) WHERE removed_at IS NULL";
        connection.execute_unprepared(kept).await?;
        connection.execute_unprepared(only_removal(manager.get_database_backend())).await.map(|_| ())
    }
}

/// Nothing about a photo changes but that its file is removed, once.
fn only_removal(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => {
            "CREATE TRIGGER evidence_only_removal BEFORE UPDATE ON evidence FOR EACH ROW \
             WHEN (OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL OR \
                   (OLD.id, OLD.village_id, OLD.area_path, OLD.uploaded_by, OLD.uploaded_at, OLD.uploaded_on, OLD.digest, \
                    OLD.sha256, OLD.bytes, OLD.width, OLD.height) IS DISTINCT FROM \
                   (NEW.id, NEW.village_id, NEW.area_path, NEW.uploaded_by, NEW.uploaded_at, NEW.uploaded_on, NEW.digest, \
                    NEW.sha256, NEW.bytes, NEW.width, NEW.height)) \
             EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        }
        _ => {
            "CREATE TRIGGER evidence_no_update BEFORE UPDATE OF id, village_id, area_path, uploaded_by, uploaded_at, \
             uploaded_on, digest, sha256, bytes, width, height ON evidence \
             BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END; \
             CREATE TRIGGER evidence_only_removal BEFORE UPDATE ON evidence \
             WHEN OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL \
             BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END; \
             CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence \
             BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;"
        }
    }
}
