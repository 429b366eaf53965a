//! The house around the rooms: what all requests share, and the router, one line a room.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};
use utoipa_axum::router::OpenApiRouter;

use crate::auth::{Cookies, LiveSessions, Tokens};
use crate::clock::Clock;
use crate::db::{Db, Touch, Tx};
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::evidence::{self, Album};
use crate::fresh::{ANYWHERE, Bulk, Fresh, Generations};
use crate::health::{Meters, Readiness};
use crate::ids::{AreaId, SessionId};
use crate::keys::Keys;
use crate::ledger::{Chain, Pen};
use crate::openapi::Documents;
use crate::publicity::Ranking;
use crate::reports::Trials;
use crate::scope::{Identity, May, ReadBook};
use crate::spreadsheets::{self, desk::Desk};
use crate::writer::{self, Writer};
use crate::{
    accounts, activities, areas, assets, auth, awards, error, health, households, http, inspections, openapi,
    publicity, reports, rules, scope, todo,
};

/// Memory for answers. A household's page is about 2 KiB, a full page of lines 20 KiB: so several
/// thousand of each, which is what a town looks at in a day.
const ANSWERS_BYTES: usize = 80 << 20;
const ANSWER_BYTES: usize = 5 << 10;
/// Memory for rankings: a village's is about 150 KiB, so months, quarters and years of two hundred.
const RANKINGS_BYTES: usize = 64 << 20;
const RANKING_BYTES: usize = 100 << 10;

/// An answer made earlier, and the path that a reader must reach.
#[derive(Clone)]
pub struct Answer {
    /// Path of what it tells about.
    pub path: Arc<str>,
    /// Whether those who stand somewhere below the path may read it too.
    pub below_too: bool,
    /// JSON.
    pub body: Bytes,
}

/// How hard answers are compressed: beyond it, a phone gains less than the others in the queue lose.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);
/// What fits into one packet gains nothing.
const COMPRESSED_BYTES_MIN: u64 = 1024;
/// A spreadsheet is compressed inside.
const SPREADSHEET: &str = "application/vnd.openxmlformats";
/// How long a body may pause before the connection is given up.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(10);
/// How long a whole body may take: a long roster over a slow line.
const BODY_TIME_MAX: Duration = Duration::from_secs(120);

/// Everything requests share.
pub struct Shared {
    /// The database.
    pub db: Arc<Db>,
    /// Time and chance.
    pub clock: Clock,
    /// Secrets.
    pub keys: Keys,
    /// Access and refresh tokens.
    pub tokens: Tokens,
    /// Who is signed in.
    pub sessions: LiveSessions,
    /// Where passwords are hashed.
    pub hashing: accounts::Hashing,
    /// How often passwords were wrong.
    pub attempts: accounts::Attempts,
    /// Where files are opened.
    pub desk: Desk,
    /// Where photos are kept.
    pub album: Album,
    /// Adopted tables of rules at hand.
    pub shelf: rules::Shelf,
    /// Trials of tables, running and done.
    pub trials: Arc<Trials>,
    /// What writes in the book.
    pub pen: Pen,
    /// The group writer.
    pub writer: Writer,
    /// How often villages and households changed.
    pub generations: Generations,
    /// Answers kept while their village or household stands still.
    pub answers: Fresh<String, Answer>,
    /// Rankings kept while their village stands still.
    pub rankings: Fresh<(AreaId, String), Arc<Ranking>>,
    /// How cookies are fenced.
    pub cookies: Cookies,
    /// What the house has been doing.
    pub meters: Meters,
    /// Whether it was ready when it was looked last.
    pub readiness: Readiness,
}

/// A handle on [`Shared`].
#[derive(Clone)]
pub struct App(Arc<Shared>);

impl Answer {
    /// The body, for somebody who may read it.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for everybody else.
    pub fn shown_to(&self, may: &May<ReadBook>) -> Result<Bytes> {
        let reads = may.reaches(&self.path) || self.below_too && may.touches(&self.path);
        if reads { Ok(self.body.clone()) } else { Err(NOT_FOUND.into()) }
    }
}

impl Bulk for Answer {
    fn bytes(&self) -> usize {
        self.body.len() + self.path.len()
    }
}

impl From<Arc<Shared>> for App {
    fn from(shared: Arc<Shared>) -> Self {
        Self(shared)
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts the house together around an open database.
    pub fn new(db: Db, clock: Clock, keys: Keys, album: Album, cookies: Cookies) -> Self {
        let (writer, queue) = writer::queue();
        let shared = Arc::new(Shared {
            pen: Pen { clock: clock.clone(), chain: Chain::new(&keys.chain) },
            writer,
            generations: Generations::default(),
            answers: Fresh::new(ANSWERS_BYTES, ANSWER_BYTES),
            rankings: Fresh::new(RANKINGS_BYTES, RANKING_BYTES),
            db: Arc::new(db),
            meters: Meters::new(clock.now()),
            readiness: Readiness::default(),
            clock,
            tokens: Tokens::new(&keys.token),
            keys,
            sessions: LiveSessions::default(),
            hashing: accounts::Hashing::default(),
            attempts: accounts::Attempts::default(),
            desk: Desk::default(),
            album,
            shelf: rules::Shelf::default(),
            trials: Arc::default(),
            cookies,
        });
        tokio::spawn(writer::run(Arc::downgrade(&shared), queue));
        Self(shared)
    }

    /// Runs one write: begun IMMEDIATE on the single writer, committed when `work` says Ok, rolled
    /// back otherwise; what it touched is forgotten before anybody is answered.
    ///
    /// # Errors
    /// What `work` answers, or the database's failure.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.finish(self.db.begin().await?, work).await
    }

    /// [`App::write`], or a trial of it: what `work` does is rolled back, and only its answer remains.
    ///
    /// # Errors
    /// What `work` answers, or the database's failure.
    pub async fn write_or_try<T>(&self, is_trial: bool, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        if is_trial { work(&self.db.begin().await?).await } else { self.write(work).await }
    }

    /// [`App::write`] of work that is kept only if its answer says so; else it is rolled back, and only the
    /// answer remains.
    ///
    /// # Errors
    /// What `work` answers, or the database's failure.
    pub async fn write_if<T>(
        &self,
        is_kept: impl FnOnce(&T) -> bool,
        work: impl AsyncFnOnce(&Tx) -> Result<T>,
    ) -> Result<T> {
        let tx = self.db.begin().await?;
        let done = work(&tx).await?;
        if is_kept(&done) {
            self.commit(tx).await?;
        }
        Ok(done)
    }

    /// [`App::write`] for a transaction that was begun already.
    ///
    /// # Errors
    /// What `work` answers, or the database's failure.
    pub async fn finish<T>(&self, tx: Tx, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let done = work(&tx).await?;
        self.commit(tx).await?;
        Ok(done)
    }

    /// Commits and forgets. It is a task of its own, which ends also when the caller hangs up in
    /// between: else what a commit has changed would stay in memory.
    async fn commit(&self, tx: Tx) -> Result<()> {
        let app = self.clone();
        let committed = tokio::spawn(async move {
            let touched = tx.commit().await?;
            app.forget(&touched);
            Ok(())
        });
        committed.await.map_err(|error| Error::Internal(format!("commit: {error}")))?
    }

    /// Drops from memory what a commit has changed.
    pub fn forget(&self, touched: &HashSet<Touch>) {
        for touch in touched {
            match touch {
                Touch::Village(id) => {
                    self.generations.moved(id.0);
                    self.generations.moved(ANYWHERE);
                }
                Touch::Household(id) => self.generations.moved(id.0),
                Touch::Areas | Touch::Names => self.generations.all_moved(),
                Touch::Account(_) => {}
            }
        }
        let accounts: HashSet<_> =
            touched.iter().filter_map(|touch| if let Touch::Account(id) = touch { Some(*id) } else { None }).collect();
        if touched.contains(&Touch::Areas) {
            self.sessions.clear();
        } else if !accounts.is_empty() {
            self.sessions.drop_accounts(&accounts);
        }
    }

    /// Drops from memory everything that stands in the database as well: another process has written there.
    pub fn forget_all(&self) {
        self.sessions.clear();
        self.generations.all_moved();
    }

    /// Writes down which passwords were wrong since this was asked last. They are lost when the database
    /// refuses: it is not there to be told then.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn write_failures_down(&self) -> Result<()> {
        let failures = self.attempts.untold();
        if failures.is_empty() {
            return Ok(());
        }
        self.write(async |tx| accounts::attempts::write_down(tx, &self.clock, &failures).await).await
    }

    /// Removes the files of photos whose time is over, and those that no row knows.
    ///
    /// # Errors
    /// The failure of the database or the album; what is left goes another time.
    pub async fn tidy_photos(&self) -> Result<()> {
        let some = async |tx: &Tx| evidence::tidying::remove_some(tx, &self.clock, &self.album).await;
        while self.write(some).await? > 0 {}
        evidence::tidying::sweep(&self.db, &self.album).await
    }

    /// The person behind a live session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identity(&self, session: SessionId) -> Result<Option<Arc<Identity>>> {
        if let Some(met) = self.sessions.find(session) {
            return Ok(Some(met));
        }
        let drops = self.sessions.drops();
        let identity = accounts::sessions::identity(self.db.read(), session, self.clock.now()).await?.map(Arc::new);
        if let Some(identity) = &identity {
            self.sessions.meet(Arc::clone(identity), drops);
        }
        Ok(identity)
    }
}

/// The rooms' routes.
fn rooms() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(areas::routes::router())
        .merge(accounts::routes::router())
        .merge(rules::routes::router())
        .merge(rules::scans::routes::router())
        .merge(households::routes::router())
        .merge(evidence::routes::router())
        .merge(awards::routes::router())
        .merge(awards::alike::routes::router())
        .merge(awards::assembly::routes::router())
        .merge(activities::routes::router())
        .merge(inspections::routes::router())
        .merge(awards::applications::routes::router())
        .merge(awards::budget::routes::router())
        .merge(publicity::routes::router())
        .merge(reports::routes::router())
        .merge(spreadsheets::routes::router())
        .merge(todo::routes::router())
}

/// Why anything is ever refused, for the documentation: one refusal a code.
fn refusals() -> Vec<Refusal> {
    let mut refusals = [
        error::REFUSALS,
        http::REFUSALS,
        auth::REFUSALS,
        scope::REFUSALS,
        health::REFUSALS,
        areas::REFUSALS,
        households::REFUSALS,
        accounts::REFUSALS,
        rules::REFUSALS,
        evidence::REFUSALS,
        awards::REFUSALS,
        activities::REFUSALS,
        inspections::REFUSALS,
        reports::REFUSALS,
    ]
    .concat();
    refusals.sort_by_key(|refusal| refusal.code);
    refusals.dedup_by_key(|refusal| refusal.code);
    refusals
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::outline())
        .merge(health::router())
        .merge(openapi::router())
        .nest("/api/v1", rooms())
}

/// The description of every route.
pub fn documents() -> &'static Documents {
    static DOCUMENTS: OnceLock<Documents> = OnceLock::new();
    DOCUMENTS.get_or_init(|| Documents::new(routes().into_openapi(), &refusals()))
}

/// The router of a running house. What is no route is a file of the frontend or one of its pages.
pub fn router(app: App) -> Router {
    let compression = CompressionLayer::new().quality(COMPRESSION).compress_when(
        SizeAbove::new(COMPRESSED_BYTES_MIN)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::const_new(SPREADSHEET)),
    );
    Router::from(routes())
        .fallback(assets::serve)
        .layer(CatchPanicLayer::custom(http::panicked))
        .layer(DefaultBodyLimit::max(http::BODY_BYTES_MAX))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_MAX))
        .layer(RequestBodyDeadlineLayer::new(BODY_TIME_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), http::around))
        .layer(compression)
        .with_state(app)
}
