//! The listening end: connections under limits, and a stop that loses nobody's answer.
//!
//! It stands where `axum::serve` would, because that one gives a client all the time of the world to
//! send its headers.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::{self, App};

/// Connections at once; more wait in the system's queue. Each costs about 20 KiB while it is idle.
const CONNECTIONS_MAX: usize = 4096;
/// How long headers may take, and how long a connection is kept for the next request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of headers, and of what is read ahead of a body.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// How long requests under way may take once the server is asked to stop. With closing the database
/// the whole stays under ten seconds, after which supervisors kill.
const FAREWELL: Duration = Duration::from_secs(8);
const CLOSING: Duration = Duration::from_millis(1500);
/// How often it is looked whether another process has written to the database.
const TICK: Duration = Duration::from_secs(1);
/// How often it is looked which photos have had their time: days are counted, hours do not matter.
const TIDYING: Duration = Duration::from_hours(6);
/// How long a log gathers before it is looked whether to carry it over: often enough that the writer
/// rarely has much to carry himself, at four thousand awards a second some 2,500 pages.
const GATHERING: Duration = Duration::from_millis(100);
/// A pause when no connection can be accepted: usually for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `stop`, then lets requests under way finish and closes the database.
pub async fn run(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let ticking = tokio::spawn(keep_fresh(app.clone()));
    let carrying = tokio::spawn(carry_over(app.clone()));
    let tidying = tokio::spawn(tidy(app.clone()));
    let service = TowerToHyperService::new(app::router(app.clone()));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(BUFFER_BYTES_MAX);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let accepting = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let connection = http.serve_connection(TokioIo::new(accept(&listener).await), service.clone());
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "connection");
                }
            });
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => tracing::info!("stopping"),
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    tell(&app).await;
    ticking.abort();
    carrying.abort();
    tidying.abort();
    match tokio::time::timeout(CLOSING, app.db.close()).await {
        Ok(Ok(())) => tracing::info!("stopped"),
        Ok(Err(error)) => tracing::error!(%error, "closing the database"),
        Err(_) => tracing::warn!("the database was still at work"),
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and written whole: waiting for more only delays them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// Drops what is kept in memory whenever another process has written: the command line beside us. Tells
/// the audit of wrong passwords, too.
async fn keep_fresh(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tell(&app).await;
        match app.db.changed_by_others().await {
            Ok(true) => app.forget_all(),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "looking for changes by others; trusting nothing in memory");
                app.forget_all();
            }
        }
    }
}

async fn tell(app: &App) {
    if let Err(error) = app.write_failures_down().await {
        tracing::warn!(%error, "writing wrong passwords down");
    }
}

/// Removes photos after their time, beside everything else.
async fn tidy(app: App) {
    let mut ticks = tokio::time::interval(TIDYING);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.tidy_photos().await {
            tracing::warn!(%error, "removing photos after their time");
        }
    }
}

/// Keeps the database's log short while awards come in.
async fn carry_over(app: App) {
    loop {
        app.db.committed().await;
        tokio::time::sleep(GATHERING).await;
        if let Err(error) = app.db.carry_over().await {
            tracing::warn!(%error, "carrying the log over");
        }
    }
}
