//! Is it alive, is it ready, how is it doing: for whoever runs the house.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Problem, Refusal, Result};

/// The database takes no writes, or its tables are of another version.
pub const NOT_READY: Refusal = Refusal::new(503, "not_ready", "还没有准备好，请过几秒再试。");
/// Why the house says that it is not well.
pub const REFUSALS: &[Refusal] = &[NOT_READY];

/// How long the database is waited for: as long as a balancer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer about readiness is good for. Whoever asks more often, out of care or malice, is
/// told again what was found: the one writer is looked at once in this time, however many ask.
const REMEMBERED_MILLIS: Millis = 2000;

/// Whether the database was found ready, and when.
#[derive(Debug, Default)]
pub struct Readiness(Arc<Mutex<Option<(Millis, bool)>>>);

impl Readiness {
    /// What was found lately, else what `look` finds now. One looks and the others wait for him; the
    /// look is a task of its own, so that hanging up does not make the next one look again.
    async fn of(&self, now: Millis, look: impl Future<Output = bool> + Send + 'static) -> bool {
        let mut found = Arc::clone(&self.0).lock_owned().await;
        if let Some((at, ready)) = *found
            && (0..REMEMBERED_MILLIS).contains(&(now - at))
        {
            return ready;
        }
        let looking = tokio::spawn(async move {
            let ready = look.await;
            *found = Some((now, ready));
            ready
        });
        looking.await.unwrap_or(false)
    }
}

/// Counts what the house does.
#[derive(Debug)]
pub struct Meters {
    begun_at: Millis,
    answers: [AtomicU64; 5],
}

impl Meters {
    /// From now on.
    pub fn new(now: Millis) -> Self {
        Self { begun_at: now, answers: Default::default() }
    }

    /// Counts an answer by the class of its status.
    pub fn answered(&self, status: u16) {
        if let Some(class) = usize::from(status / 100).checked_sub(1).and_then(|class| self.answers.get(class)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Everything in the text form of Prometheus.
    fn text(&self, now: Millis, waiting: usize) -> String {
        let seconds = (now - self.begun_at).max(0) / 1000;
        let mut text = format!(
            "# HELP hujifen_uptime_seconds Time since the start.\n# TYPE hujifen_uptime_seconds gauge\n\
             hujifen_uptime_seconds {seconds}\n\
             # HELP hujifen_writer_waiting Awards that wait for the writer.\n# TYPE hujifen_writer_waiting gauge\n\
             hujifen_writer_waiting {waiting}\n\
             # HELP hujifen_requests_total Requests answered, by class of status.\n\
             # TYPE hujifen_requests_total counter\n"
        );
        for (class, count) in (1..).zip(&self.answers) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(text, "hujifen_requests_total{{status=\"{class}xx\"}} {count}");
        }
        text
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_health)).routes(routes!(read_readiness)).routes(routes!(read_metrics))
}

/// Says that the process answers.
#[utoipa::path(
    get, path = "/healthz", tag = "system", security(()),
    responses((status = 200, content_type = "text/plain", body = String, example = "ok"))
)]
async fn read_health() -> &'static str {
    "ok"
}

/// Says that the database takes writes and its tables are of this version.
#[utoipa::path(
    get, path = "/readyz", tag = "system", security(()),
    responses(
        (status = 200, content_type = "text/plain", body = String, example = "ready"),
        (status = 503, body = Problem, description = "`not_ready`"),
    )
)]
async fn read_readiness(State(app): State<App>) -> Result<&'static str> {
    let db = Arc::clone(&app.db);
    let look = async move {
        match tokio::time::timeout(PATIENCE, db.is_ready()).await {
            Ok(Ok(ready)) => ready,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                false
            }
            Err(_) => false,
        }
    };
    if app.readiness.of(app.clock.now(), look).await { Ok("ready") } else { Err(Error::from(NOT_READY)) }
}

/// Counters in the text form of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "system", security(()),
    responses((status = 200, content_type = "text/plain", body = String, example = "hujifen_uptime_seconds 3600"))
)]
async fn read_metrics(State(app): State<App>) -> Response {
    let text = app.meters.text(app.clock.now(), app.writer.waiting());
    (StatusCode::OK, [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{Meters, Readiness};

    #[test]
    fn answers_are_counted_by_class_and_nonsense_is_not() {
        let meters = Meters::new(1000);
        for status in [200, 204, 404, 503, 0, 999] {
            meters.answered(status);
        }
        let text = meters.text(61_000, 3);
        for line in [
            "hujifen_uptime_seconds 60",
            "hujifen_writer_waiting 3",
            "{status=\"2xx\"} 2",
            "{status=\"3xx\"} 0",
            "{status=\"5xx\"} 1",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    /// Mutation: look on every call.
    #[tokio::test]
    async fn the_writer_is_looked_at_once_in_a_while_however_many_ask() {
        let (readiness, looks) = (Readiness::default(), Arc::new(AtomicU64::new(0)));
        let ask = |now, ready| {
            let looks = Arc::clone(&looks);
            readiness.of(now, async move {
                looks.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                ready
            })
        };
        assert_eq!(tokio::join!(ask(0, true), ask(0, false), ask(1, false)), (true, true, true));
        // Whoever hangs up has looked all the same.
        tokio::select! {
            biased;
            _ = ask(2000, false) => panic!("it was to be hung up on"),
            () = std::future::ready(()) => {}
        }
        assert!(!ask(3999, true).await);
        assert_eq!(looks.load(Ordering::SeqCst), 2);
        assert!(ask(4000, true).await);
        assert!(!ask(-5, false).await, "a clock that was put back is not waited for");
        assert_eq!(looks.load(Ordering::SeqCst), 4);
    }
}
