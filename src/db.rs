//! Two pools on one database: a writer of one connection, and readers that cannot write.
//!
//! Every write begins IMMEDIATE on the writer's only connection, so that reading first and writing
//! after never meets "database is locked", and writes of this process stand in one line.

mod foreign;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hujifen_migrations::{Migrate as _, Migrator};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, ExecResult, IsolationLevel, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait as _,
};

use tokio::sync::Notify;

use self::foreign::Others;
use crate::ids::{AccountId, AreaId, HouseholdId};

/// Readers at work at once. Two cores answer no faster with more, and each keeps a page cache.
const READERS: u32 = 4;
/// How long a second process's write is waited for before a statement gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for its turn at the writer or a reader.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);
/// Prepared statements kept a connection: group sizes make the SQL of multi-row inserts differ.
const STATEMENT_CACHE: usize = 512;
/// Address space for reading the file without copying (1 GiB); more is read by ordinary calls.
const MMAP_BYTES: &str = "1073741824";
/// Page cache a connection, in KiB, as SQLite wants it: negative.
const CACHE_KIB: &str = "-32768";
/// Pages of the log before they are carried into the file, 32 MiB: a busy village's pages are then
/// carried once instead of many times (half as many awards a second again as at the default of 1000,
/// on a slow disk), and reading the log again after a crash still takes a fraction of a second.
const WAL_PAGES: &str = "8192";
/// Pages of the log that are carried into the file beside the writer, who then has few left to carry
/// himself: 8 MiB.
const CARRIED_PAGES: i64 = 2048;
/// Older SQLite has a race in WAL recovery that can corrupt a database.
const SQLITE_OLDEST: [u32; 3] = [3, 51, 3];

/// The book's database.
pub struct Db {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    /// Carries the log over; SQLite only.
    carrier: Option<DatabaseConnection>,
    others: Arc<Others>,
    committed: Arc<Notify>,
}

impl Db {
    /// Opens the database at `url` (`sqlite://path` or `postgres://…`) and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached, or its engine is too old to be trusted.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let sqlite = url.starts_with("sqlite:");
        let writer = Database::connect(options(url, 1, sqlite, false)).await?;
        if sqlite {
            assert_sqlite_version(&writer).await?;
        }
        Migrator::up(&writer, None).await?;
        let readers = Database::connect(options(url, READERS, sqlite, true)).await?;
        let carrier = if sqlite { Some(Database::connect(options(url, 1, sqlite, false)).await?) } else { None };
        Ok(Self { writer, readers, carrier, others: Arc::default(), committed: Arc::default() })
    }

    /// For reading. These connections cannot write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Begins a transaction on a reader that sees one state of the book, whatever is written meanwhile.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        match self.backend() {
            // Any transaction of SQLite reads one state.
            DatabaseBackend::Sqlite => self.readers.begin().await,
            _ => {
                let level = Some(IsolationLevel::RepeatableRead);
                self.readers.begin_with_config(level, Some(AccessMode::ReadOnly)).await
            }
        }
    }

    /// Waits for the writer and begins a transaction on it.
    ///
    /// # Errors
    /// When another process holds the database too long.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writer.begin_with_options(options).await?;
        let (others, committed) = (Arc::clone(&self.others), Arc::clone(&self.committed));
        Ok(Tx { transaction, touched: Mutex::default(), others, committed })
    }

    /// Whether somebody else has committed since this was asked last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changed_by_others(&self) -> Result<bool, DbErr> {
        match self.backend() {
            DatabaseBackend::Sqlite => self.others.moved_version(&self.writer).await,
            _ => self.others.counted(&self.readers).await,
        }
    }

    /// Waits for a commit of this process.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Carries the log into the file when enough has gathered, beside the writer and in nobody's way.
    /// The log begins anew once the writer has carried the little that came meanwhile.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn carry_over(&self) -> Result<(), DbErr> {
        let Some(carrier) = &self.carrier else { return Ok(()) };
        let looked = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA wal_checkpoint(NOOP)");
        let Some(row) = carrier.query_one_raw(looked).await? else { return Ok(()) };
        let (written, carried): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        if written - carried >= CARRIED_PAGES {
            carrier.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Whether the database takes writes and its tables are those of this version.
    ///
    /// # Errors
    /// When it takes none.
    pub async fn is_ready(&self) -> Result<bool, DbErr> {
        let tx = self.begin().await?;
        Ok(Migrator::get_pending_migrations_read_only(&tx).await?.is_empty())
    }

    /// Which engine this is.
    pub fn backend(&self) -> DatabaseBackend {
        self.writer.get_database_backend()
    }

    /// Closes both pools; what was committed stays.
    ///
    /// # Errors
    /// When the engine reports a failure on closing.
    pub async fn close(&self) -> Result<(), DbErr> {
        if let Some(carrier) = &self.carrier {
            carrier.close_by_ref().await?;
        }
        self.readers.close_by_ref().await?;
        self.writer.close_by_ref().await
    }
}

/// What a transaction changed that somebody keeps in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touch {
    /// Points or households of a village.
    Village(AreaId),
    /// A household or its points.
    Household(HouseholdId),
    /// An account, its scopes or its sessions.
    Account(AccountId),
    /// The names of people, which stand in answers of any village.
    Names,
    /// The tree of areas, and with it everything that carries a path or a name from it.
    Areas,
}

/// A write in progress. What it touches in memory is carried along and dropped after the commit.
pub struct Tx {
    transaction: DatabaseTransaction,
    touched: Mutex<HashSet<Touch>>,
    others: Arc<Others>,
    committed: Arc<Notify>,
}

impl Tx {
    /// Notes what must be forgotten once this is committed.
    pub fn touch(&self, touch: Touch) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(touch);
    }

    /// Commits, and says what was touched. Dropping a [`Tx`] instead rolls it back.
    ///
    /// # Errors
    /// When nothing was committed.
    pub async fn commit(self) -> Result<HashSet<Touch>, DbErr> {
        let Self { transaction, touched, others, committed } = self;
        if transaction.get_database_backend() != DatabaseBackend::Sqlite {
            others.count_own(&transaction).await?;
        }
        if let Err(error) = transaction.commit().await {
            others.doubt();
            return Err(error);
        }
        committed.notify_one();
        Ok(touched.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement).await
    }
}

fn options(url: &str, connections: u32, sqlite: bool, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .sqlx_logging(false);
    if !sqlite && read_only {
        options.map_sqlx_postgres_opts(|postgres| postgres.options([("default_transaction_read_only", "on")]));
    }
    if sqlite {
        options.map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(STATEMENT_CACHE)
                .foreign_keys(true)
                .pragma("recursive_triggers", "ON")
                .pragma("cache_size", CACHE_KIB)
                .pragma("mmap_size", MMAP_BYTES)
                .pragma("temp_store", "MEMORY");
            if read_only {
                sqlite.read_only(true)
            } else {
                sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("wal_autocheckpoint", WAL_PAGES)
            }
        });
    }
    options
}

async fn assert_sqlite_version(writer: &DatabaseConnection) -> Result<(), DbErr> {
    let statement = Statement::from_string(DatabaseBackend::Sqlite, "SELECT sqlite_version()");
    let version: String = match writer.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => String::new(),
    };
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < SQLITE_OLDEST.as_slice() {
        return Err(DbErr::Custom(format!("SQLite {version} is too old: 3.51.3 or newer is needed")));
    }
    Ok(())
}
