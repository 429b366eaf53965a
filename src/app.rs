//! The house around the rooms: what all requests share, and the router, one line a room.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use utoipa_axum::router::OpenApiRouter;

use crate::auth::{Cookies, LiveSessions, Tokens};
use crate::clock::Clock;
use crate::db::{Db, Touch, Tx};
use crate::error::{Error, NOT_FOUND, Result};
use crate::ids::SessionId;
use crate::keys::Keys;
use crate::scope::Identity;
use crate::{accounts, areas, households, http};

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
    /// How cookies are fenced.
    pub cookies: Cookies,
}

/// A handle on [`Shared`].
#[derive(Clone)]
pub struct App(Arc<Shared>);

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts the house together around an open database.
    pub fn new(db: Db, clock: Clock, keys: Keys, cookies: Cookies) -> Self {
        Self(Arc::new(Shared {
            db: Arc::new(db),
            clock,
            tokens: Tokens::new(&keys.token),
            keys,
            sessions: LiveSessions::default(),
            hashing: accounts::Hashing::default(),
            cookies,
        }))
    }

    /// Runs one write: begun IMMEDIATE on the single writer, committed when `work` says Ok, rolled
    /// back otherwise; what it touched is forgotten before anybody is answered.
    ///
    /// # Errors
    /// What `work` answers, or the database's failure.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let tx = self.db.begin().await?;
        let done = work(&tx).await?;
        let touched = tx.commit().await?;
        self.forget(&touched);
        Ok(done)
    }

    /// Drops from memory what a commit has changed.
    pub fn forget(&self, touched: &HashSet<Touch>) {
        let accounts: HashSet<_> = touched
            .iter()
            .filter_map(|touch| if let Touch::Account(id) = touch { Some(*id) } else { None })
            .collect();
        if touched.contains(&Touch::Areas) {
            self.sessions.clear();
        } else if !accounts.is_empty() {
            self.sessions.drop_accounts(&accounts);
        }
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

/// The whole API with its description.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(areas::routes::router())
        .merge(households::routes::router())
        .merge(accounts::routes::router())
}

/// The router of a running house.
pub fn router(app: App) -> Router {
    let (api, _document) = OpenApiRouter::new().nest("/api/v1", api()).split_for_parts();
    api.fallback(async || Error::from(NOT_FOUND))
        .layer(DefaultBodyLimit::max(http::BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), http::around))
        .with_state(app)
}
