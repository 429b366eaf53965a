//! `/rule-sets/{id}/trials`, `/trials`, `/rule-sets/{id}/health` and `/reports/concentration`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::concentration::{self, Concentration};
use super::health::{self, TableHealth};
use super::outward::TrialOut;
use crate::accounts;
use crate::app::{Answer, App};
use crate::areas;
use crate::error::{Error, Problem, Result};
use crate::http::{ValidJson, ValidPath, ValidQuery, json_bytes};
use crate::ids::{AreaId, RuleSetId, TrialId};
use crate::scope::{DraftRules, May, ReadBook, ReadConcentration};

/// Months of a trial: beyond two years another table judged, and other people lived there.
const MONTHS: std::ops::RangeInclusive<u32> = 1..=24;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin_trial))
        .routes(routes!(get_trial))
        .routes(routes!(get_rule_set_health))
        .routes(routes!(get_concentration))
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

/// Whole months before this one: with a year the habits of all seasons are in it.
const CONCENTRATION_MONTHS: std::ops::RangeInclusive<u32> = 1..=12;

/// Of which village and time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ConcentrationQuery {
    /// A village.
    area_id: AreaId,
    /// Whole months, 1 to 12; the days of this month are added.
    #[param(minimum = 1, maximum = 12, default = 3)]
    months: Option<u32>,
}

/// Where a village's points go: by household, by rule, and to the households of those who hold an office; never by recorder.
#[utoipa::path(
    get, path = "/reports/concentration", tag = "reports", params(ConcentrationQuery),
    responses(
        (status = 200, body = Concentration),
        (status = 422, body = Problem, description = "`invalid`: months out of range"),
    )
)]
async fn get_concentration(
    State(app): State<App>,
    may: May<ReadConcentration>,
    ValidQuery(query): ValidQuery<ConcentrationQuery>,
) -> Result<Response> {
    let months = query.months.unwrap_or(3);
    if !CONCENTRATION_MONTHS.contains(&months) {
        return Err(Error::field("months", "out_of_range", "月数要在 1 到 12 之间。"));
    }
    let (db, today) = (app.db.read(), app.clock.today());
    let village = areas::find_village(db, &may, query.area_id).await?;
    let generation = app.generations.now(village.id.0);
    // Who holds an office changes without the village's book.
    let office = accounts::office_households(db, &village, today).await?;
    let key = format!("concentration {} {months} {today} {office:?}", village.id);
    if let Some(kept) = app.answers.get(&app.generations, &key) {
        return Ok(json_bytes(kept.body));
    }
    let found = concentration::of(db, &app.shelf, &village, (months, today), &office).await?;
    let body = serde_json::to_vec(&found).map_err(|error| Error::Internal(error.to_string()))?;
    let answer = Answer { path: village.path.as_str().into(), below_too: false, body: body.into() };
    app.answers.keep(key, village.id.0, generation, answer.clone());
    Ok(json_bytes(answer.body))
}
