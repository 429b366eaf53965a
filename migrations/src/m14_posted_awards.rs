//! An award that stands in the book says in which period; what has counted nothing there yet says none.

use sea_orm_migration::prelude::*;

use crate::refusals::{Refusal, refuse};

#[derive(DeriveMigrationName)]
pub struct Migration;

const WRONG: &str = "(NEW.status IN ('posted','reversed')) <> (NEW.period IS NOT NULL)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let refusal = |name, verb| Refusal {
            name,
            table: "awards",
            verb,
            wrong: WRONG,
            because: "an award has a period exactly when it is posted",
        };
        refuse(manager, &[refusal("awards_made_posted", "INSERT"), refusal("awards_become_posted", "UPDATE")]).await
    }
}
