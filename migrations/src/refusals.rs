//! What a row may not be. SQLite adds no CHECK to a table that stands, so on both engines a trigger
//! refuses the row; rows that were written before are left as they are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// A row that is refused.
pub struct Refusal {
    /// The trigger's name.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// `INSERT` or `UPDATE`.
    pub verb: &'static str,
    /// What is wrong, over `NEW` (and `OLD`), in words that both engines read; unknown is not wrong.
    pub wrong: &'static str,
    /// Why, in one sentence without quotation marks.
    pub because: &'static str,
}

/// Refuses such rows from now on.
pub async fn refuse(manager: &SchemaManager<'_>, refusals: &[Refusal]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
    if postgres {
        connection
            .execute_unprepared(
                "CREATE OR REPLACE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;",
            )
            .await?;
    }
    for Refusal { name, table, verb, wrong, because } in refusals {
        let refused = if postgres {
            format!("FOR EACH ROW WHEN ({wrong}) EXECUTE FUNCTION refuse_row('{because}')")
        } else {
            format!("WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{because}'); END")
        };
        connection.execute_unprepared(&format!("CREATE TRIGGER {name} BEFORE {verb} ON {table} {refused};")).await?;
    }
    Ok(())
}
