//! Door plates: a code that stands for a door of a grid. One that was lost or copied is revoked and stays.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::ordered;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let plates = Table::create()
            .table("plates")
            .col(ordered(manager, text("code")).primary_key())
            .col(uuid("village_id"))
            .col(uuid("grid_id"))
            .col(ordered(manager, text("grid_path")))
            .col(text("door"))
            .col(big_integer("made_at"))
            .col(uuid("made_by"))
            .col(big_integer_null("revoked_at"))
            .col(uuid_null("revoked_by"))
            .check(Expr::cust("(revoked_at IS NULL) = (revoked_by IS NULL)"))
            .foreign_key(ForeignKey::create().from("plates", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("plates", "grid_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("plates", "made_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("plates", "revoked_by").to("accounts", "id"))
            .take();
        manager.create_table(plates).await?;
        let connection = manager.get_connection();
        let live = "CREATE UNIQUE INDEX plates_of_door ON plates (grid_id, door) WHERE revoked_at IS NULL";
        connection.execute_unprepared(live).await?;
        connection.execute_unprepared(only_revoked(manager.get_database_backend())).await.map(|_| ())
    }
}

/// Nothing about a plate changes but that it is revoked, once.
fn only_revoked(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => {
            "CREATE TRIGGER plates_only_revoked BEFORE UPDATE ON plates FOR EACH ROW \
             WHEN (OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR \
                   (OLD.code, OLD.village_id, OLD.grid_id, OLD.grid_path, OLD.door, OLD.made_at, OLD.made_by) IS DISTINCT FROM \
                   (NEW.code, NEW.village_id, NEW.grid_id, NEW.grid_path, NEW.door, NEW.made_at, NEW.made_by)) \
             EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER plates_no_delete BEFORE DELETE ON plates FOR EACH ROW EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER plates_no_truncate BEFORE TRUNCATE ON plates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        }
        _ => {
            "CREATE TRIGGER plates_no_update BEFORE UPDATE OF code, village_id, grid_id, grid_path, door, made_at, made_by \
             ON plates BEGIN SELECT RAISE(ABORT, 'a plate is only revoked'); END; \
             CREATE TRIGGER plates_only_revoked BEFORE UPDATE ON plates \
             WHEN OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL \
             BEGIN SELECT RAISE(ABORT, 'a plate is only revoked'); END; \
             CREATE TRIGGER plates_no_delete BEFORE DELETE ON plates \
             BEGIN SELECT RAISE(ABORT, 'plates stay'); END;"
        }
    }
}
