//! At most one draft an area: two people who bring in a table at once cannot both begin one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE UNIQUE INDEX rule_sets_one_draft ON rule_sets (area_id) WHERE adopted_at IS NULL";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
