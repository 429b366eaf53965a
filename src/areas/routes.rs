//! `/areas`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Area, AreaName, Level, Listing};
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Page, PageQuery, ValidJson, ValidPath, ValidQuery};
use crate::ids::{AreaId, EXAMPLE_VILLAGE};
use crate::scope::{ManageAreas, May, ReadBook};

/// Areas of a page: all of a county's towns and villages fit in one.
const AREAS_MAX: u64 = 1000;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_areas, create_area)).routes(routes!(rename_area))
}

/// An area.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Area, example = json!({ "parent_id": EXAMPLE_VILLAGE }))]
pub struct AreaOut {
    /// Identity.
    pub id: AreaId,
    /// The area above; absent for a county.
    pub parent_id: Option<AreaId>,
    /// Level.
    pub level: Level,
    /// Name.
    #[schema(example = "一组")]
    pub name: String,
    /// Sorts an area before everything below it.
    #[schema(example = "0001000100050001")]
    pub path: String,
}

impl From<Area> for AreaOut {
    fn from(area: Area) -> Self {
        Self { id: area.id, parent_id: area.parent_id, level: area.level, name: area.name, path: area.path }
    }
}

/// A new area.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewArea, example = json!({ "parent_id": EXAMPLE_VILLAGE }))]
#[serde(deny_unknown_fields)]
pub struct AreaIn {
    /// The area above; its level gives the new one's.
    parent_id: AreaId,
    /// 1 to 30 characters, unique below the parent.
    #[schema(example = "七组")]
    name: String,
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AreaRename)]
#[serde(deny_unknown_fields)]
pub struct RenameIn {
    /// 1 to 30 characters, unique below the parent.
    #[schema(example = "新塘组")]
    name: String,
}

/// Which areas.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AreaQuery {
    /// Only directly below this one.
    parent_id: Option<AreaId>,
    /// Only of this level.
    level: Option<Level>,
    /// Most rows, 1 to 1000.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Areas within one's scopes, flat, each before what lies below it.
#[utoipa::path(get, path = "/areas", tag = "areas", params(AreaQuery), responses((status = 200, body = Page<AreaOut>)))]
async fn list_areas(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<AreaQuery>,
) -> Result<Json<Page<AreaOut>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = page.limit(AREAS_MAX, AREAS_MAX)?;
    let listing = Listing { parent_id: query.parent_id, level: query.level };
    let areas = super::list(app.db.read(), &may, listing, page.after()?, limit).await?;
    Ok(Json(Page::cut(areas, limit, |area| area.path.clone())?.map(AreaOut::from)))
}

/// Makes an area below another.
#[utoipa::path(
    post, path = "/areas", tag = "areas", request_body = AreaIn,
    responses(
        (status = 201, body = AreaOut),
        (status = 409, body = Problem, description = "`name_taken`"),
        (status = 422, body = Problem, description = "`invalid`, `too_deep`"),
    )
)]
async fn create_area(
    State(app): State<App>,
    may: May<ManageAreas>,
    ValidJson(input): ValidJson<AreaIn>,
) -> Result<(StatusCode, Json<AreaOut>)> {
    let name = AreaName::parse(&input.name)?;
    let area = app.write(async |tx| super::create(tx, &app.clock, &may, input.parent_id, name).await).await?;
    Ok((StatusCode::CREATED, Json(area.into())))
}

/// Renames an area.
#[utoipa::path(
    patch, path = "/areas/{id}", tag = "areas", params(("id" = AreaId, Path)), request_body = RenameIn,
    responses((status = 200, body = AreaOut), (status = 409, body = Problem, description = "`name_taken`"))
)]
async fn rename_area(
    State(app): State<App>,
    may: May<ManageAreas>,
    ValidPath(id): ValidPath<AreaId>,
    ValidJson(input): ValidJson<RenameIn>,
) -> Result<Json<AreaOut>> {
    let name = AreaName::parse(&input.name)?;
    let area = app.write(async |tx| super::rename(tx, &app.clock, &may, id, name).await).await?;
    Ok(Json(area.into()))
}
