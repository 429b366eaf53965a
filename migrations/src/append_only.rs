//! Triggers that refuse what must never happen to a row once it is written.
//!
//! SQLite needs `recursive_triggers=ON` (set on every connection) so that a replacing INSERT meets
//! the DELETE trigger as well.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// Refuses every UPDATE, DELETE, TRUNCATE and replacing INSERT of `table`.
pub async fn protect(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    match manager.get_database_backend() {
        DatabaseBackend::Postgres => {
            postgres_refusal(manager).await?;
            connection
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION refuse_change(); \
                     CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} \
                     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
                ))
                .await?;
        }
        _ => {
            connection.execute_unprepared(&sqlite_refusals(table)).await?;
        }
    }
    Ok(())
}

/// What [`protect`] says to SQLite.
pub fn sqlite_refusals(table: &str) -> String {
    let refusal = |verb: &str| {
        let name = verb.to_lowercase();
        format!(
            "CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table} \
             BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        )
    };
    ["UPDATE", "DELETE"].map(refusal).concat()
}

/// Refuses every change to an adopted rule set and to the rules in it.
pub async fn protect_adopted_rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sql = match manager.get_database_backend() {
        DatabaseBackend::Postgres => {
            postgres_refusal(manager).await?;
            "CREATE FUNCTION refuse_adopted_rule() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN \
               IF EXISTS (SELECT 1 FROM rule_sets WHERE adopted_at IS NOT NULL \
                          AND (id = OLD.rule_set_id OR id = NEW.rule_set_id)) \
               THEN RAISE EXCEPTION 'an adopted rule set never changes'; END IF; \
               RETURN COALESCE(NEW, OLD); \
             END $$; \
             CREATE TRIGGER rule_sets_adopted BEFORE UPDATE OR DELETE ON rule_sets \
             FOR EACH ROW WHEN (OLD.adopted_at IS NOT NULL) EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER rules_adopted BEFORE INSERT OR UPDATE OR DELETE ON rules \
             FOR EACH ROW EXECUTE FUNCTION refuse_adopted_rule();"
                .to_owned()
        }
        _ => {
            let refused = "BEGIN SELECT RAISE(ABORT, 'an adopted rule set never changes'); END;";
            let adopted = |row: &str| {
                format!("EXISTS (SELECT 1 FROM rule_sets WHERE id = {row}.rule_set_id AND adopted_at IS NOT NULL)")
            };
            format!(
                "CREATE TRIGGER rule_sets_no_update BEFORE UPDATE ON rule_sets WHEN OLD.adopted_at IS NOT NULL {refused} \
                 CREATE TRIGGER rule_sets_no_delete BEFORE DELETE ON rule_sets WHEN OLD.adopted_at IS NOT NULL {refused} \
                 CREATE TRIGGER rules_no_insert BEFORE INSERT ON rules WHEN {new} {refused} \
                 CREATE TRIGGER rules_no_update BEFORE UPDATE ON rules WHEN {old} OR {new} {refused} \
                 CREATE TRIGGER rules_no_delete BEFORE DELETE ON rules WHEN {old} {refused}",
                new = adopted("NEW"),
                old = adopted("OLD"),
            )
        }
    };
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

/// Refuses every change to a template that was issued and to the rules in it, as to an adopted set.
pub async fn protect_issued_rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sql = match manager.get_database_backend() {
        DatabaseBackend::Postgres => "CREATE FUNCTION refuse_issued_rule() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN \
               IF EXISTS (SELECT 1 FROM rule_sets WHERE issued_at IS NOT NULL \
                          AND (id = OLD.rule_set_id OR id = NEW.rule_set_id)) \
               THEN RAISE EXCEPTION 'an issued template never changes'; END IF; \
               RETURN COALESCE(NEW, OLD); \
             END $$; \
             CREATE TRIGGER rule_sets_issued BEFORE UPDATE OR DELETE ON rule_sets \
             FOR EACH ROW WHEN (OLD.issued_at IS NOT NULL) EXECUTE FUNCTION refuse_change(); \
             CREATE TRIGGER rules_issued BEFORE INSERT OR UPDATE OR DELETE ON rules \
             FOR EACH ROW EXECUTE FUNCTION refuse_issued_rule();"
            .to_owned(),
        _ => {
            let refused = "BEGIN SELECT RAISE(ABORT, 'an issued template never changes'); END;";
            let issued = |row: &str| {
                format!("EXISTS (SELECT 1 FROM rule_sets WHERE id = {row}.rule_set_id AND issued_at IS NOT NULL)")
            };
            format!(
                "CREATE TRIGGER rule_sets_issued_no_update BEFORE UPDATE ON rule_sets WHEN OLD.issued_at IS NOT NULL {refused} \
                 CREATE TRIGGER rule_sets_issued_no_delete BEFORE DELETE ON rule_sets WHEN OLD.issued_at IS NOT NULL {refused} \
                 CREATE TRIGGER rules_issued_no_insert BEFORE INSERT ON rules WHEN {new} {refused} \
                 CREATE TRIGGER rules_issued_no_update BEFORE UPDATE ON rules WHEN {old} OR {new} {refused} \
                 CREATE TRIGGER rules_issued_no_delete BEFORE DELETE ON rules WHEN {old} {refused}",
                new = issued("NEW"),
                old = issued("OLD"),
            )
        }
    };
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

async fn postgres_refusal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .get_connection()
        .execute_unprepared(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;",
        )
        .await?;
    Ok(())
}
