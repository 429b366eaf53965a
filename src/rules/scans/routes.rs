//! `/rule-sets/{id}/scans`.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::{Problem, Result};
use crate::evidence::routes::{ScansIn, ScansOut};
use crate::http::{ValidJson, ValidPath};
use crate::ids::RuleSetId;
use crate::scope::{AdoptRules, May, ReadBook};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_rule_set_scans, keep_rule_set_scans))
}

/// Photographed pages of the minutes of a resolution.
#[utoipa::path(
    get, path = "/rule-sets/{id}/scans", tag = "rules", params(("id" = RuleSetId, Path)),
    responses((status = 200, body = ScansOut))
)]
async fn list_rule_set_scans(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
) -> Result<Json<ScansOut>> {
    Ok(Json(super::of(app.db.read(), &may, id).await?.into()))
}

/// Keeps photographed pages with a resolution, behind those that it has. The same again changes nothing.
#[utoipa::path(
    post, path = "/rule-sets/{id}/scans", tag = "rules", params(("id" = RuleSetId, Path)), request_body = ScansIn,
    responses(
        (status = 200, body = ScansOut),
        (status = 409, body = Problem, description = "`not_adopted`, `photo_used`"),
        (status = 422, body = Problem, description = "`invalid`, `photo_not_usable`"),
    )
)]
async fn keep_rule_set_scans(
    State(app): State<App>,
    may: May<AdoptRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<ScansIn>,
) -> Result<Json<ScansOut>> {
    let pages = input.evidence;
    Ok(Json(app.write(async |tx| super::keep(tx, &app.clock, &may, id, &pages).await).await?.into()))
}
