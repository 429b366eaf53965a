//! Activities that a village holds together, and who came. An activity is said once and ends once; after that
//! nothing about it changes, and a household that was awarded for it stays as it was.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::ordered;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let activities = Table::create()
            .table("activities")
            .col(uuid("id").primary_key())
            .col(uuid("village_id"))
            .col(uuid("area_id"))
            .col(ordered(manager, text("area_path")))
            .col(uuid("rule_set_id"))
            .col(uuid("rule_id"))
            .col(text_null("degree"))
            .col(text("name"))
            .col(text_null("place"))
            .col(date("held_on"))
            .col(big_integer("quantity").check(Expr::col("quantity").gt(0)))
            .col(uuid("opened_by"))
            .col(big_integer("opened_at"))
            .col(binary("digest"))
            .col(text("state").check(Expr::cust("state IN ('open','closed','cancelled')")))
            .col(big_integer_null("ended_at"))
            .col(uuid_null("ended_by"))
            .col(text_null("reason"))
            .check(Expr::cust("(state = 'open') = (ended_at IS NULL) AND (state = 'open') = (ended_by IS NULL)"))
            .foreign_key(ForeignKey::create().from("activities", "village_id").to("areas", "id"))
            .foreign_key(ForeignKey::create().from("activities", "area_id").to("areas", "id"))
            .foreign_key(
                ForeignKey::create()
                    .from("activities", ("rule_set_id", "rule_id"))
                    .to("rules", ("rule_set_id", "rule_id")),
            )
            .foreign_key(ForeignKey::create().from("activities", "opened_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("activities", "ended_by").to("accounts", "id"))
            .take();
        manager.create_table(activities).await?;
        for (name, key) in
            [("activities_of_village", &["village_id", "held_on", "id"][..]), ("activities_by_day", &["held_on", "id"])]
        {
            let mut index = Index::create().name(name).table("activities").take();
            key.iter().for_each(|column| {
                index.col(*column);
            });
            manager.create_index(index).await?;
        }
        let attendance = Table::create()
            .table("activity_attendance")
            .col(uuid("activity_id"))
            .col(uuid("household_id"))
            .col(integer("people").check(Expr::cust("people BETWEEN 0 AND 99")))
            .col(integer("revision").check(Expr::col("revision").gt(0)))
            .col(uuid("written_by"))
            .col(big_integer("written_at"))
            .col(uuid_null("award_id").unique_key())
            .col(text_null("failure"))
            .primary_key(Index::create().col("activity_id").col("household_id"))
            .foreign_key(ForeignKey::create().from("activity_attendance", "activity_id").to("activities", "id"))
            .foreign_key(ForeignKey::create().from("activity_attendance", "household_id").to("households", "id"))
            .foreign_key(ForeignKey::create().from("activity_attendance", "written_by").to("accounts", "id"))
            .foreign_key(ForeignKey::create().from("activity_attendance", "award_id").to("awards", "id"))
            .take();
        manager.create_table(attendance).await?;
        let connection = manager.get_connection();
        let open = "CREATE INDEX activities_open ON activities (area_path, held_on) WHERE state = 'open'";
        connection.execute_unprepared(open).await?;
        connection.execute_unprepared(refusals(manager.get_database_backend())).await.map(|_| ())
    }
}

/// An activity only ends, once; what came of a household stands.
fn refusals(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => {
            "CREATE TRIGGER activities_end_once BEFORE UPDATE ON activities FOR EACH ROW \
             WHEN (OLD.state <> 'open' OR NEW.state = 'open' OR \
                   (OLD.id, OLD.village_id, OLD.area_id, OLD.area_path, OLD.rule_set_id, OLD.rule_id, OLD.degree, OLD.name, \
                    OLD.place, OLD.held_on, OLD.quantity, OLD.opened_by, OLD.opened_at, OLD.digest) IS DISTINCT FROM \
                   (NEW.id, NEW.village_id, NEW.area_id, NEW.area_path, NEW.rule_set_id, NEW.rule_id, NEW.degree, NEW.name, \
                    NEW.place, NEW.held_on, NEW.quantity, NEW.opened_by, NEW.opened_at, NEW.digest)) \
             EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER activities_no_delete BEFORE DELETE ON activities FOR EACH ROW EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER activities_no_truncate BEFORE TRUNCATE ON activities FOR EACH STATEMENT EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER activity_attendance_stands BEFORE UPDATE ON activity_attendance FOR EACH ROW \
             WHEN (OLD.award_id IS NOT NULL OR OLD.failure IS NOT NULL OR NEW.revision < OLD.revision OR \
                   (OLD.activity_id, OLD.household_id) IS DISTINCT FROM (NEW.activity_id, NEW.household_id)) \
             EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER activity_attendance_no_delete BEFORE DELETE ON activity_attendance FOR EACH ROW \
             EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER activity_attendance_no_truncate BEFORE TRUNCATE ON activity_attendance FOR EACH STATEMENT \
             EXECUTE FUNCTION refuse_change();"
        }
        _ => {
            "CREATE TRIGGER activities_no_update BEFORE UPDATE OF id, village_id, area_id, area_path, rule_set_id, rule_id, \
             degree, name, place, held_on, quantity, opened_by, opened_at, digest ON activities \
             BEGIN SELECT RAISE(ABORT, 'an activity is said once'); END; \
             CREATE TRIGGER activities_end_once BEFORE UPDATE ON activities \
             WHEN OLD.state <> 'open' OR NEW.state = 'open' \
             BEGIN SELECT RAISE(ABORT, 'an activity ends once'); END; \
             CREATE TRIGGER activities_no_delete BEFORE DELETE ON activities \
             BEGIN SELECT RAISE(ABORT, 'activities stay'); END; \
             CREATE TRIGGER activity_attendance_stands BEFORE UPDATE ON activity_attendance \
             WHEN OLD.award_id IS NOT NULL OR OLD.failure IS NOT NULL OR NEW.revision < OLD.revision OR \
                  OLD.activity_id <> NEW.activity_id OR OLD.household_id <> NEW.household_id \
             BEGIN SELECT RAISE(ABORT, 'what came of a household stands'); END; \
             CREATE TRIGGER activity_attendance_no_delete BEFORE DELETE ON activity_attendance \
             BEGIN SELECT RAISE(ABORT, 'attendance stays'); END;"
        }
    }
}
