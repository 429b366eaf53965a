//! `/rule-sets/{id}/trials`, `/trials` and `/rule-sets/{id}/health`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::health::{self, TableHealth};
use super::outward::TrialOut;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::{ValidJson, ValidPath};
use crate::ids::{AreaId, RuleSetId, TrialId};
use crate::scope::{DraftRules, May, ReadBook};

/// Months of a trial: beyond two years another table judged, and other people lived there.
const MONTHS: std::ops::RangeInclusive<u32> = 1..=24;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(begin_trial)).routes(routes!(get_trial)).routes(routes!(get_rule_set_health))
}

/// A trial to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "village_id": null }))]
struct BeginTrial {
    /// Whole months, 1 to 24; the days of this month are added.
    #[schema(example = 12, minimum = 1, maximum = 24)]
    months: u32,
    /// On whose deeds a template is tried; for a village's own table it may be absent.
    village_id: Option<AreaId>,
}

/// Tries a table on the deeds of the last months; answers at once, while it is computed.
#[utoipa::path(
    post, path = "/rule-sets/{id}/trials", tag = "reports", params(("id" = RuleSetId, Path)), request_body = BeginTrial,
    responses(
        (status = 202, body = TrialOut, example = json!({ "status": "running", "facts_done": 0, "result": null })),
        (status = 422, body = Problem, description = "`invalid`, `too_many_facts`"),
    )
)]
async fn begin_trial(
    State(app): State<App>,
    may: May<DraftRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<BeginTrial>,
) -> Result<(StatusCode, Json<TrialOut>)> {
    if !MONTHS.contains(&input.months) {
        return Err(Error::field("months", "out_of_range", "月数要在 1 到 24 之间。"));
    }
    let trial = app.trials.begin(&app.db, &app.clock, &may, id, (input.months, input.village_id)).await?;
    Ok((StatusCode::ACCEPTED, Json(TrialOut::from(&*trial))))
}

/// How far a trial is, and what it came to; kept for an hour.
#[utoipa::path(
    get, path = "/trials/{id}", tag = "reports", params(("id" = TrialId, Path)),
    responses((status = 200, body = TrialOut))
)]
async fn get_trial(
    State(app): State<App>,
    may: May<DraftRules>,
    ValidPath(id): ValidPath<TrialId>,
) -> Result<Json<TrialOut>> {
    let trial = app.trials.find(&app.clock, &may, id)?;
    Ok(Json(TrialOut::from(&*trial)))
}

/// How a village has used a table in the last twelve months, and what could be better about it.
#[utoipa::path(
    get, path = "/rule-sets/{id}/health", tag = "reports", params(("id" = RuleSetId, Path)),
    responses((status = 200, body = TableHealth))
)]
async fn get_rule_set_health(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
) -> Result<Json<TableHealth>> {
    Ok(Json(health::of(app.db.read(), &may, app.clock.today(), id).await?))
}
