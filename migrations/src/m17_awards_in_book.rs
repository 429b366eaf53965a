//! The deeds of a village that stand in its book, by their day: trials and the health of a table walk
//! them in pages. Waiting, refused and undone awards are not among them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE INDEX awards_in_book ON awards (village_id, occurred_on, id) WHERE status = 'posted'";
        manager.get_connection().execute_unprepared(sql).await.map(|_| ())
    }
}
