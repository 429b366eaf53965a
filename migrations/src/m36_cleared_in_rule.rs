//! In which rule an alarm was cleared: the same words in another rule ring again. Empty in older rows, which
//! hold wherever their words stand.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rule = Table::alter().table("cleared_alarms").add_column(text("rule_name").default("")).take();
        manager.alter_table(rule).await
    }
}
