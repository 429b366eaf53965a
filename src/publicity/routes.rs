//! `/rankings`.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::page::{Asked, Board, RankingPage};
use super::{Period, Place};
use crate::app::{Answer, App};
use crate::areas::Level;
use crate::error::{Error, Problem, Result};
use crate::http::{PAGE_DEFAULT, PAGE_MAX, PageQuery, ValidQuery, encode_cursor, json_bytes};
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, EXAMPLE_VILLAGE, HouseholdId};
use crate::scope::{May, ReadBook};

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_rankings))
}

/// Which ranking.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RankingQuery {
    /// A grid, a village or a town.
    area_id: AreaId,
    /// `2026-11`, `2026-Q4` or `2026`; this month when absent.
    period: Option<String>,
    /// Only this household's row.
    household_id: Option<HouseholdId>,
    /// Most rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A household's place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place, example = json!({ "points": 25 }))]
struct PlaceOut {
    /// From 1; ties share it.
    #[schema(example = 31)]
    rank: u32,
    household_id: HouseholdId,
    #[schema(example = "LJP0012")]
    code: String,
    #[schema(example = "陈建桂")]
    name: String,
    #[schema(example = "一组")]
    grid_name: String,
    /// Earned in the period, net.
    points: Hundredths,
}

/// A ranking's page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ranking, example = json!({ "area_id": EXAMPLE_VILLAGE }))]
struct RankingOut {
    area_id: AreaId,
    #[schema(example = "林家排村")]
    area_name: String,
    #[schema(example = "2026-11")]
    period: String,
    /// Households that take part.
    #[schema(example = 274)]
    participants: usize,
    /// Best first.
    items: Vec<PlaceOut>,
    next_cursor: Option<String>,
}

impl RankingOut {
    fn of(page: RankingPage, period: String) -> Result<Self> {
        let row = |(place, grid_name): (Place, String)| PlaceOut {
            rank: place.rank,
            household_id: place.household.id,
            code: place.household.code,
            name: place.household.name,
            grid_name,
            points: place.points,
        };
        Ok(Self {
            area_id: page.area.id,
            area_name: page.area.name,
            period,
            participants: page.participants,
            items: page.rows.into_iter().map(row).collect(),
            next_cursor: page.next.as_ref().map(encode_cursor).transpose()?,
        })
    }
}

/// Households of an area by what they earned in a month, quarter or year; ties share a rank.
#[utoipa::path(
    get, path = "/rankings", tag = "rankings", params(RankingQuery),
    responses(
        (status = 200, body = RankingOut),
        (status = 422, body = Problem, description = "`invalid`: a wrong period, or an area that is too large"),
    )
)]
async fn list_rankings(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<RankingQuery>,
) -> Result<Response> {
    let period = match &query.period {
        Some(text) => Period::parse(text)?,
        None => Period::month(app.clock.today()),
    };
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = usize::try_from(page.limit(PAGE_DEFAULT, PAGE_MAX)?).unwrap_or(usize::MAX);
    let from = page.after::<usize>()?.unwrap_or(0);
    let key = format!("ranking {} {} {:?} {limit} {from}", query.area_id, period.name, query.household_id);
    if let Some(kept) = app.answers.get(&app.generations, &key) {
        return Ok(json_bytes(kept.shown_to(&may)?));
    }
    let board = Board { generations: &app.generations, rankings: &app.rankings };
    let asked = Asked { area_id: query.area_id, period, household_id: query.household_id, from, limit };
    let page = board.page(app.db.read(), &may, &asked).await?;
    let (village, generation) = (page.read_by.id.0, page.kept);
    let (path, below_too) = (page.read_by.path.as_str().into(), page.read_by.level == Level::Village);
    let body = serde_json::to_vec(&RankingOut::of(page, asked.period.name)?);
    let body = body.map_err(|error| Error::Internal(error.to_string()))?;
    let answer = Answer { path, below_too, body: body.into() };
    if let Some(generation) = generation {
        app.answers.keep(key, village, generation, answer.clone());
    }
    Ok(json_bytes(answer.body))
}
