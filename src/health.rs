//! Is it alive, is it ready, how is it doing: for whoever runs the house.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
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
    match tokio::time::timeout(PATIENCE, app.db.is_ready()).await {
        Ok(Ok(true)) => Ok("ready"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            Err(Error::from(NOT_READY))
        }
        Ok(Ok(false)) | Err(_) => Err(Error::from(NOT_READY)),
    }
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
    use super::Meters;

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
}
