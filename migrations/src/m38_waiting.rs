//! What waits for one person is counted each time he opens the app: what came back to its recorder, and
//! the meetings somebody was in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let there = Index::create()
            .name("assemblies_of_person")
            .table("assembly_present")
            .col("account_id")
            .col("assembly_id")
            .take();
        manager.create_index(there).await?;
        let sql = "CREATE INDEX awards_returned ON awards (recorded_by) WHERE status = 'returned'";
        manager.get_connection().execute_unprepared(sql).await.map(|_| ())
    }
}
