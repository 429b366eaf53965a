//! `/households`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::outward::{HouseholdOut, HouseholdPageOut, MonthOut, shown, shown_one};
use super::{Draft, HouseholdChange, NewHousehold, Revealed, Sought, Status};
use crate::app::{Answer, App};
use crate::clock::instant;
use crate::error::{Error, Problem, Result};
use crate::http::{
    PAGE_DEFAULT, PAGE_MAX, Page, PageQuery, ValidJson, ValidPath, ValidQuery, encode_cursor, json_bytes,
};
use crate::ids::{AreaId, EXAMPLE_VILLAGE, HouseholdId};
use crate::ledger;
use crate::scope::{EditHouseholds, May, ReadBook, RevealHousehold};

/// Months of a household's page: one year.
const MONTHS: u64 = 12;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_households, create_household))
        .routes(routes!(get_household, update_household))
        .routes(routes!(reveal_household))
}

/// What is hidden of a household.
#[derive(Serialize, ToSchema)]
#[schema(as = RevealedHousehold)]
pub struct RevealedOut {
    /// The whole number.
    #[schema(example = "13274429896")]
    phone: Option<String>,
    /// All tags, sensitive ones included.
    #[schema(example = json!(["低保户", "党员户"]))]
    tags: Vec<String>,
}

impl From<Revealed> for RevealedOut {
    fn from(Revealed { phone, tags }: Revealed) -> Self {
        Self { phone, tags }
    }
}

/// A new household.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewHousehold, example = json!({ "village_id": EXAMPLE_VILLAGE }))]
#[serde(deny_unknown_fields)]
pub struct HouseholdIn {
    /// The grid's village, if the caller wants to be sure.
    village_id: Option<AreaId>,
    /// The grid it stands in.
    grid_id: AreaId,
    /// 1 to 20 letters, digits and hyphens; unique in the village for ever.
    #[schema(example = "LJP0313")]
    code: String,
    /// 1 to 20 characters.
    #[schema(example = "陈建桂")]
    name: String,
    /// Up to 20 characters.
    #[schema(example = "老陈")]
    alias: Option<String>,
    /// People who live in it.
    #[schema(example = 4, minimum = 1, maximum = 99)]
    size: i64,
    /// Door plate.
    #[schema(example = "19号")]
    door: Option<String>,
    /// Up to 100 characters.
    #[schema(example = "一组19号")]
    address: Option<String>,
    /// Mobile or landline.
    #[schema(example = "13274429896")]
    phone: Option<String>,
    /// `resident` unless said otherwise.
    status: Option<Status>,
    /// Up to 10 of up to 10 characters.
    #[schema(example = json!(["党员户"]))]
    tags: Option<Vec<String>>,
}

impl From<HouseholdIn> for Draft {
    fn from(input: HouseholdIn) -> Self {
        Self {
            village_id: input.village_id,
            grid_id: Some(input.grid_id),
            code: Some(input.code),
            name: Some(input.name),
            alias: input.alias,
            size: Some(input.size),
            door: input.door,
            address: input.address,
            phone: input.phone,
            status: input.status,
            tags: input.tags,
            more_tags: Vec::new(),
        }
    }
}

/// What to change; what is left out stays, what is null or empty goes.
#[derive(Deserialize, ToSchema)]
#[schema(as = HouseholdChange)]
#[serde(deny_unknown_fields)]
pub struct HouseholdChangeIn {
    /// Another grid of the same village.
    grid_id: Option<AreaId>,
    /// 1 to 20 characters.
    #[schema(example = "陈建桂")]
    name: Option<String>,
    /// Up to 20 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "老陈")]
    alias: Option<String>,
    /// People who live in it.
    #[schema(example = 4, minimum = 1, maximum = 99)]
    size: Option<i64>,
    /// Door plate.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "19号")]
    door: Option<String>,
    /// Up to 100 characters.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "一组19号")]
    address: Option<String>,
    /// Mobile or landline.
    #[serde(default, deserialize_with = "said")]
    #[schema(example = "13274429896")]
    phone: Option<String>,
    /// `closed` is for ever.
    status: Option<Status>,
    /// Replaces all tags, hidden ones included: reveal them first.
    #[schema(example = json!(["党员户"]))]
    tags: Option<Vec<String>>,
}

/// A field that is there: null says the same as an empty text.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| Some(text.unwrap_or_default()))
}

impl From<HouseholdChangeIn> for Draft {
    fn from(input: HouseholdChangeIn) -> Self {
        Self {
            village_id: None,
            grid_id: input.grid_id,
            code: None,
            name: input.name,
            alias: input.alias,
            size: input.size,
            door: input.door,
            address: input.address,
            phone: input.phone,
            status: input.status,
            tags: input.tags,
            more_tags: Vec::new(),
        }
    }
}

/// Which households.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HouseholdQuery {
    /// Only in this area.
    area_id: Option<AreaId>,
    /// Begins the code or its number, the door's number, any part of a name, its pinyin or its initials.
    #[param(max_length = 20, example = "cjg")]
    q: Option<String>,
    /// Most rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Households within one's scopes: in door order, or those that `q` finds in the order of what it
/// found. A page of a search may be short and still have a next one.
#[utoipa::path(
    get, path = "/households", tag = "households", params(HouseholdQuery),
    responses(
        (status = 200, body = Page<HouseholdOut>),
        (status = 404, body = Problem, description = "`not_found`: no such area in reach"),
        (status = 422, body = Problem, description = "`invalid`"),
    )
)]
async fn list_households(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<HouseholdQuery>,
) -> Result<Json<Page<HouseholdOut>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = page.limit(PAGE_DEFAULT, PAGE_MAX)?;
    let found = match Sought::parse(query.q.as_deref().unwrap_or_default())? {
        Some(sought) => {
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let found = super::search(app.db.read(), &may, query.area_id, &sought, page.after()?, most).await?;
            let next_cursor = found.next.as_ref().map(encode_cursor).transpose()?;
            Page { items: found.households, next_cursor }
        }
        None => {
            let households = super::list(app.db.read(), &may, query.area_id, page.after()?, limit).await?;
            Page::cut(households, limit, super::walk::place)?
        }
    };
    Ok(Json(Page {
        items: shown(app.db.read(), app.clock.today(), found.items).await?,
        next_cursor: found.next_cursor,
    }))
}

/// One household with what its page shows.
#[utoipa::path(
    get, path = "/households/{id}", tag = "households", params(("id" = HouseholdId, Path)),
    responses((status = 200, body = HouseholdPageOut), (status = 404, body = Problem, description = "`not_found`"))
)]
async fn get_household(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<HouseholdId>,
) -> Result<Response> {
    let today = app.clock.today();
    let reveal = may.also::<RevealHousehold>(today).ok();
    // Those who may reveal see whether there is anything to.
    let revealing = reveal.as_ref().map(|reveal| reveal.paths());
    let key = format!("household {id} {today} {revealing:?}");
    if let Some(kept) = app.answers.get(&app.generations, &key) {
        return Ok(json_bytes(kept.shown_to(&may)?));
    }
    let (db, generation) = (app.db.read(), app.generations.now(id.0));
    let household = super::find(db, &may, id).await?;
    let may_reveal = reveal.is_some_and(|reveal| reveal.reaches(&household.grid_path));
    let months = ledger::months(db, id, MONTHS).await?;
    let path = household.grid_path.as_str().into();
    let out = HouseholdPageOut {
        address: household.address.clone(),
        phone_masked: super::phone_masked(&app.keys, &household)?,
        has_hidden_tags: may_reveal && household.tags.any_hidden(),
        created_at: instant(household.created_at),
        months: months.into_iter().map(|row| MonthOut { period: row.month, points: row.points }).collect(),
        household: shown_one(db, today, household).await?,
    };
    let body = serde_json::to_vec(&out).map_err(|error| Error::Internal(error.to_string()))?;
    let answer = Answer { path, below_too: false, body: body.into() };
    app.answers.keep(key, id.0, generation, answer.clone());
    Ok(json_bytes(answer.body))
}

/// Writes down a new household.
#[utoipa::path(
    post, path = "/households", tag = "households", request_body = HouseholdIn,
    responses(
        (status = 201, body = HouseholdOut),
        (status = 404, body = Problem, description = "`not_found`: no such grid in reach"),
        (status = 409, body = Problem, description = "`code_taken`"),
        (status = 422, body = Problem, description = "`invalid`"),
    )
)]
async fn create_household(
    State(app): State<App>,
    may: May<EditHouseholds>,
    ValidJson(input): ValidJson<HouseholdIn>,
) -> Result<(StatusCode, Json<HouseholdOut>)> {
    let new = NewHousehold::parse(input.into())?;
    let household = app.write(async |tx| super::create(tx, &app.clock, &app.keys, &may, new).await).await?;
    Ok((StatusCode::CREATED, Json(shown_one(app.db.read(), app.clock.today(), household).await?)))
}

/// Changes a household that is not closed.
#[utoipa::path(
    patch, path = "/households/{id}", tag = "households", params(("id" = HouseholdId, Path)),
    request_body = HouseholdChangeIn,
    responses(
        (status = 200, body = HouseholdOut),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 422, body = Problem, description = "`invalid`, `household_closed`"),
    )
)]
async fn update_household(
    State(app): State<App>,
    may: May<EditHouseholds>,
    ValidPath(id): ValidPath<HouseholdId>,
    ValidJson(input): ValidJson<HouseholdChangeIn>,
) -> Result<Json<HouseholdOut>> {
    let change = HouseholdChange::parse(input.into())?;
    let household = app.write(async |tx| super::update(tx, &app.clock, &app.keys, &may, id, change).await).await?;
    Ok(Json(shown_one(app.db.read(), app.clock.today(), household).await?))
}

/// Shows the whole phone number and all tags; who looked is written down.
#[utoipa::path(
    post, path = "/households/{id}/reveal", tag = "households", params(("id" = HouseholdId, Path)),
    responses((status = 200, body = RevealedOut), (status = 404, body = Problem, description = "`not_found`"))
)]
async fn reveal_household(
    State(app): State<App>,
    may: May<RevealHousehold>,
    ValidPath(id): ValidPath<HouseholdId>,
) -> Result<Json<RevealedOut>> {
    let revealed = app.write(async |tx| super::reveal(tx, &app.clock, &app.keys, &may, id).await).await?;
    Ok(Json(revealed.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_a_field_and_leaving_it_out_keeps_it() {
        let read = |json| Draft::from(serde_json::from_str::<HouseholdChangeIn>(json).unwrap());
        assert_eq!(read("{}").phone, None);
        assert_eq!(read(r#"{"phone": null}"#).phone.as_deref(), Some(""));
        assert_eq!(read(r#"{"phone": "13274429896"}"#).phone.as_deref(), Some("13274429896"));
        assert!(serde_json::from_str::<HouseholdChangeIn>(r#"{"code": "A"}"#).is_err());
    }
}
