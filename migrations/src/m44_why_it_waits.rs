//! An award keeps why it waits for others, and which award of somebody else it is like; an index finds the
//! deeds of a household under a rule by their day.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What waits already: what its row still tells of the reasons.
const KNOWN_REASONS: &str = "UPDATE awards SET waits_because = CASE \
    WHEN own_household AND proof_pending THEN 'own_household,proof' \
    WHEN own_household THEN 'own_household' WHEN proof_pending THEN 'proof' ELSE 'rule' END \
    WHERE status IN ('submitted','returned')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut because = text("waits_because");
        because.default("");
        let mut alike_to = uuid_null("alike_to");
        alike_to.extra("REFERENCES awards (id)");
        for column in [because, alike_to] {
            manager.alter_table(Table::alter().table("awards").add_column(column).take()).await?;
        }
        let sql = "CREATE INDEX IF NOT EXISTS awards_alike ON awards (household_id, rule_id, occurred_on)";
        let database = manager.get_connection();
        database.execute_unprepared(sql).await?;
        database.execute_unprepared(KNOWN_REASONS).await.map(|_| ())
    }
}
