//! A scope is given with its end not before its beginning, and only its end ever changes. Ending one
//! on its first day, or before it, leaves an end that lies earlier: it never held.

use sea_orm_migration::prelude::*;

use crate::refusals::{Refusal, refuse};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = "scopes";
        refuse(
            manager,
            &[
                Refusal {
                    name: "scopes_in_order",
                    table,
                    verb: "INSERT",
                    wrong: "NEW.ends_on < NEW.begins_on",
                    because: "a scope ends before it begins",
                },
                Refusal {
                    name: "scopes_stay",
                    table,
                    verb: "UPDATE",
                    wrong: "NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.role <> OLD.role \
                            OR NEW.area_id <> OLD.area_id OR NEW.begins_on <> OLD.begins_on",
                    because: "of a scope only the end changes",
                },
            ],
        )
        .await
    }
}
