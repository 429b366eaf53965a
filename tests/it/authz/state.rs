//! Everything that is stored: read as text, and put back as it was.

use std::collections::BTreeMap;

use hujifen::app::App;
use sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult as _, JsonValue, Statement};

/// The rows of every table, by its name.
pub type Rows = BTreeMap<String, String>;

/// The state a house had once.
pub struct State {
    sqlite: bool,
    query: String,
    pub rows: Rows,
}

impl State {
    /// Remembers how everything stands. From now on the database lets itself be put back: its
    /// append-only triggers, which have tests of their own, are out of force.
    pub async fn of(app: &App) -> Self {
        let sqlite = app.db.backend() == DatabaseBackend::Sqlite;
        let tables = names(app, tables_query(sqlite)).await;
        assert!(tables.len() > 10, "{tables:?}");
        let mut keep = if sqlite { String::new() } else { "CREATE SCHEMA kept;".to_owned() };
        let mut reads = Vec::new();
        for table in &tables {
            keep.push_str(&format!("CREATE TABLE {} AS SELECT * FROM {table};", kept(sqlite, table)));
            let row = if sqlite {
                let columns = names(app, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
                columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join("||','||")
            } else {
                format!("{table}::text")
            };
            let join = if sqlite { "group_concat(r, char(10))" } else { "string_agg(r, chr(10) ORDER BY r)" };
            // A commit counts itself, also when it changed nothing.
            let told = if table == "meta" { "WHERE name <> 'commits'" } else { "" };
            reads.push(format!(
                "SELECT '{table}' AS name, coalesce({join}, '') AS body FROM (SELECT {row} AS r FROM {table} {told} ORDER BY 1) AS s"
            ));
        }
        if sqlite {
            for trigger in names(app, "SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
                keep.push_str(&format!("DROP TRIGGER {trigger};"));
            }
        }
        run(app, &keep).await;
        let mut state = Self { sqlite, query: reads.join(" UNION ALL "), rows: Rows::new() };
        state.rows = state.now(app).await;
        state
    }

    /// How everything stands now.
    pub async fn now(&self, app: &App) -> Rows {
        let (db, statement) = (app.db.read(), Statement::from_string(app.db.backend(), &self.query));
        let rows = JsonValue::find_by_statement(statement).all(db).await.unwrap();
        let text = |row: &JsonValue, column: &str| row[column].as_str().unwrap().to_owned();
        rows.iter().map(|row| (text(row, "name"), text(row, "body"))).collect()
    }

    /// The tables in which something is different now.
    pub fn changed<'r>(&'r self, now: &'r Rows) -> Vec<&'r str> {
        let differs = |table: &&String| self.rows.get(*table) != now.get(*table);
        now.keys().filter(differs).map(String::as_str).collect()
    }

    /// Puts some tables back.
    pub async fn restore(&self, app: &App, tables: &[&str]) {
        let fence = if self.sqlite {
            "PRAGMA defer_foreign_keys = ON;"
        } else {
            "SET LOCAL session_replication_role = replica;"
        };
        let back = |table: &&str| {
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {};", kept(self.sqlite, table))
        };
        run(app, &(fence.to_owned() + &tables.iter().map(back).collect::<String>())).await;
        app.forget_all();
    }
}

fn tables_query(sqlite: bool) -> &'static str {
    if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
    } else {
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    }
}

fn kept(sqlite: bool, table: &str) -> String {
    if sqlite { format!("kept_{table}") } else { format!("kept.{table}") }
}

async fn names(app: &App, sql: &str) -> Vec<String> {
    let rows = app.db.read().query_all_raw(Statement::from_string(app.db.backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}

async fn run(app: &App, sql: &str) {
    let tx = app.db.begin().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}
