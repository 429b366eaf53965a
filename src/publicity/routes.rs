//! `/rankings`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Period, Place, Ranking, rank};
use crate::app::{Answer, App};
use crate::areas::{self, Area, Level};
use crate::error::{Error, NOT_FOUND, Problem, Result};
use crate::fresh::{ANYWHERE, Generation};
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
    let area = areas::find_up_to_village(app.db.read(), &may, query.area_id).await?;
    let (ranking, read_by, kept) = ranking(&app, &area, &period).await?;
    let (places, next) = match query.household_id {
        Some(id) => {
            let at = *ranking.at.get(&id).ok_or(NOT_FOUND)?;
            (ranking.places.get(at..=at), None)
        }
        None => {
            let end = from.saturating_add(limit).min(ranking.places.len());
            (ranking.places.get(from..end), (end < ranking.places.len()).then_some(end))
        }
    };
    let places = places.ok_or_else(|| Error::field("cursor", "wrong_cursor", "翻页位置不对，请从第一页重新看。"))?;
    let grids = areas::by_id(app.db.read(), places.iter().map(|place| place.household.grid_id)).await?;
    let row = |place: &Place| PlaceOut {
        rank: place.rank,
        household_id: place.household.id,
        code: place.household.code.clone(),
        name: place.household.name.clone(),
        grid_name: grids.get(&place.household.grid_id).map(|grid| grid.name.clone()).unwrap_or_default(),
        points: place.points,
    };
    let out = RankingOut {
        area_id: area.id,
        area_name: area.name,
        period: period.name,
        participants: ranking.places.len(),
        items: places.iter().map(row).collect(),
        next_cursor: next.map(|next| encode_cursor(&next)).transpose()?,
    };
    let body = serde_json::to_vec(&out).map_err(|error| Error::Internal(error.to_string()))?;
    let below_too = read_by.level == Level::Village;
    let answer = Answer { path: read_by.path.into(), below_too, body: body.into() };
    if let Some(generation) = kept {
        app.answers.keep(key, read_by.id.0, generation, answer.clone());
    }
    Ok(json_bytes(answer.body))
}

/// The ranking of an area, who may read it (the village, also for one of its grids), and the
/// generation under which it may be kept while its village stands still. A town's holds only until any
/// village changes, but many who look at the same moment wait for one reading.
async fn ranking(app: &App, area: &Area, period: &Period) -> Result<(Arc<Ranking>, Area, Option<Generation>)> {
    let db = app.db.read();
    let village = match area.level {
        Level::County => {
            return Err(Error::field("area_id", "too_large", "全县太大，请选一个镇、村或组来看排名。"));
        }
        Level::Town => {
            let villages: Vec<Area> =
                areas::below(db, area).await?.into_iter().filter(|area| area.level == Level::Village).collect();
            let make = async || rank(db, area, &villages, period).await;
            let key = (area.id, period.name.clone());
            return Ok((app.rankings.get_or_make(&app.generations, key, ANYWHERE, make).await?, area.clone(), None));
        }
        Level::Village => area.clone(),
        Level::Grid => areas::village_of(db, area).await?.ok_or(NOT_FOUND)?,
    };
    let key = (area.id, period.name.clone());
    let generation = app.generations.now(village.id.0);
    let make = async || rank(db, area, std::slice::from_ref(&village), period).await;
    let ranking = app.rankings.get_or_make(&app.generations, key, village.id.0, make).await?;
    Ok((ranking, village, Some(generation)))
}
