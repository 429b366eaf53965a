//! Every posted deed has an entry, also one that came to no points: so the book knows the order in which
//! the deeds of a household were judged. And where a correction changes what later deeds are worth, an
//! entry of kind `refold` carries the difference.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::append_only;
use crate::m06_ledger::{entries_indexes, entries_table};

#[derive(DeriveMigrationName)]
pub struct Migration;

const KINDS: [&str; 3] = ["award", "reversal", "refold"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DatabaseBackend::Postgres => format!(
                "ALTER TABLE entries DROP CONSTRAINT entries_points_check, DROP CONSTRAINT entries_cause_kind_check, \
                 ADD CONSTRAINT entries_points_check CHECK (points >= 0), \
                 ADD CONSTRAINT entries_cause_kind_check CHECK (cause_kind IN ('{}'))",
                KINDS.join("','")
            ),
            _ => rebuilt(manager),
        };
        manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
    }
}

/// SQLite changes no CHECK of a table that stands: the rows move to a new one, in one transaction.
fn rebuilt(manager: &SchemaManager<'_>) -> String {
    let mut sql = vec!["BEGIN IMMEDIATE".to_owned()];
    sql.extend(["update", "delete"].map(|verb| format!("DROP TRIGGER entries_no_{verb}")));
    sql.extend(["causes", "reversed_once", "of_household"].map(|name| format!("DROP INDEX entries_{name}")));
    sql.push("ALTER TABLE entries RENAME TO entries_before".to_owned());
    sql.push(entries_table(manager, 0, &KINDS).to_string(SqliteQueryBuilder));
    sql.push("INSERT INTO entries SELECT * FROM entries_before".to_owned());
    sql.push("DROP TABLE entries_before".to_owned());
    sql.extend(entries_indexes().iter().map(|index| index.to_string(SqliteQueryBuilder)));
    sql.push(append_only::sqlite_refusals("entries"));
    sql.push("COMMIT".to_owned());
    sql.join(";\n")
}
