//! A house on a database of its own, with a clock that only the test moves.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use hujifen::app::{self, App};
use hujifen::auth::Cookies;
use hujifen::clock::{Clock, Millis};
use hujifen::db::Db;
use hujifen::evidence::Album;
use hujifen::keys::Keys;

use super::Client;
use super::postgres::{self, Database};
use super::town::Person;
use super::town::{self, Town};

/// 2026-11-23 10:00 in the villages.
pub const NOW: Millis = 1_795_399_200_000;

/// A running house without a socket.
pub struct TestApp {
    /// The house.
    pub app: App,
    /// The town that is in it.
    pub town: Town,
    url: String,
    router: Router,
    now: Arc<AtomicI64>,
    _database: Option<Database>,
    folder: tempfile::TempDir,
}

impl TestApp {
    /// On a SQLite file of its own.
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("book.db");
        std::fs::copy(sqlite_template(), &file).unwrap();
        Self::start(format!("sqlite://{}", file.display()), folder, None).await
    }

    /// On a PostgreSQL database of its own.
    pub async fn on_postgresql() -> Self {
        let database = tokio::task::spawn_blocking(|| postgres::server().migrated_database(migrate)).await.unwrap();
        Self::start(database.url(), tempfile::tempdir().unwrap(), Some(database)).await
    }

    async fn start(url: String, folder: tempfile::TempDir, database: Option<Database>) -> Self {
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = clock(Arc::clone(&now));
        let keys = Keys::ephemeral(&clock);
        let album = Album::of(folder.path());
        let app = App::new(Db::open(&url).await.unwrap(), clock, keys, album, Cookies::Fenced);
        let town = town::build(&app).await;
        let router = app::router(app.clone());
        Self { app, town, url, router, now, _database: database, folder }
    }

    /// Lets time pass.
    pub fn pass(&self, millis: Millis) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The same database in another process.
    pub async fn beside(&self) -> Db {
        Db::open(&self.url).await.unwrap()
    }

    /// Somebody's phone, signed in.
    pub async fn signed_in(&self, person: &Person) -> Client {
        self.with_token(town::sign_in(&self.app, person).await)
    }

    /// A phone with a token of its own.
    pub fn with_token(&self, token: String) -> Client {
        Client::new(self.router.clone(), Some(token))
    }

    /// Nobody's phone.
    pub fn stranger(&self) -> Client {
        Client::new(self.router.clone(), None)
    }
}

/// The given time, and randomness that differs within a test but not between runs.
fn clock(now: Arc<AtomicI64>) -> Clock {
    let drawn = AtomicU64::new(0);
    Clock::new(
        move || now.load(Ordering::SeqCst),
        move |bytes| {
            for chunk in bytes.chunks_mut(8) {
                let mut mixed =
                    drawn.fetch_add(1, Ordering::SeqCst).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                let mixed = (mixed ^ (mixed >> 31)).to_le_bytes();
                chunk.copy_from_slice(&mixed[..chunk.len()]);
            }
        },
    )
}

fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        let url = format!("sqlite://{}", file.display());
        std::thread::spawn(move || migrate(&url)).join().unwrap();
        (folder, file)
    });
    file
}

fn migrate(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { Db::open(url).await.unwrap().close().await.unwrap() });
}
