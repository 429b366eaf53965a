//! Noticing what other processes write: the command line beside the server, or a second server.
//!
//! SQLite tells: `data_version`, seen on the writer's connection, moves with foreign commits and not
//! with our own. PostgreSQL does not, so there every commit counts itself in `meta`, as its last
//! statement: whoever finds the count further than his own last one knows of somebody else.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, Statement};

/// What is known of others' commits.
#[derive(Default)]
pub struct Others {
    /// SQLite: the version that was seen last. PostgreSQL: the highest count known. 0: nothing yet.
    seen: AtomicI64,
    /// Somebody has committed between two commits of ours, or it cannot be told.
    met: AtomicBool,
}

impl Others {
    /// SQLite: whether the version has moved since this was asked last.
    pub async fn moved_version(&self, writer: &DatabaseConnection) -> Result<bool, DbErr> {
        let statement = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA data_version");
        let version = number(writer, statement).await?;
        let before = self.seen.swap(version, Ordering::Relaxed);
        Ok(before != 0 && before != version)
    }

    /// PostgreSQL: whether somebody else has counted a commit since this was asked last. Our own are in
    /// `seen` before anybody can read them.
    pub async fn counted(&self, readers: &DatabaseConnection) -> Result<bool, DbErr> {
        let sql = "SELECT value::bigint FROM meta WHERE name = 'commits'";
        let count = number(readers, Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
        let before = self.seen.fetch_max(count, Ordering::SeqCst);
        let met = self.met.swap(false, Ordering::SeqCst);
        Ok(met || before != 0 && count > before)
    }

    /// PostgreSQL: counts the commit that is about to be made. The row stays locked until then, so the
    /// counts have the order of the commits.
    pub async fn count_own(&self, transaction: &impl ConnectionTrait) -> Result<(), DbErr> {
        let sql = "INSERT INTO meta (name, value) VALUES ('commits', '1') ON CONFLICT (name) \
            DO UPDATE SET value = (meta.value::bigint + 1)::text RETURNING value::bigint";
        let count = number(transaction, Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
        let before = self.seen.swap(count, Ordering::SeqCst);
        if before != 0 && before != count - 1 {
            self.met.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    /// A commit failed: whether it was counted is not known, so everything may have changed.
    pub fn doubt(&self) {
        self.seen.store(0, Ordering::SeqCst);
        self.met.store(true, Ordering::SeqCst);
    }
}

async fn number(db: &impl ConnectionTrait, statement: Statement) -> Result<i64, DbErr> {
    match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(0),
    }
}
