//! What is counted of a household in a window is more than the units of a rule: points, repeats, the
//! best of an event, whole categories. And a deed may have a degree, or a number of people.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let renamed = Table::alter().table("cap_uses").rename_column("rule_id", "counter_id").take();
        manager.alter_table(renamed).await?;
        for column in [text_null("degree"), integer_null("people")] {
            manager.alter_table(Table::alter().table("awards").add_column(column).take()).await?;
        }
        Ok(())
    }
}
