//! `/rules` and `/rule-sets`.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use sea_orm::EntityTrait as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::adoption::{self, Resolution};
use super::outward::RuleOut;
use super::{RuleSet, entity};
use crate::app::App;
use crate::areas::{self, Level};
use crate::error::{Error, NOT_FOUND, Problem, Result};
use crate::http::{ValidJson, ValidPath, ValidQuery};
use crate::ids::{AreaId, EXAMPLE_VILLAGE, RuleSetId};
use crate::scope::{AdoptRules, May, ReadBook};

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_rules))
        .routes(routes!(list_rule_sets))
        .routes(routes!(get_rule_set))
        .routes(routes!(adopt_rule_set))
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleSetStatus)]
enum SetStatus {
    /// Not adopted.
    Draft,
    /// Adopted; judges from its first day.
    InForce,
    /// A later version judges instead.
    Superseded,
}

/// The resolution behind a version.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = Resolution)]
#[serde(deny_unknown_fields)]
struct ResolutionJson {
    /// Day of the meeting, not in the future.
    #[schema(example = "2026-08-28")]
    resolved_on: NaiveDate,
    /// First day the table judges, not before the meeting.
    #[schema(example = "2026-09-01")]
    in_force_from: NaiveDate,
    /// People present.
    #[schema(example = 46, minimum = 1)]
    attendance: i32,
    /// Votes for; more than half of those present.
    #[schema(example = 44, minimum = 0)]
    votes_for: i32,
    /// Votes against.
    #[schema(example = 1, minimum = 0)]
    votes_against: i32,
    /// Abstentions.
    #[schema(example = 1, minimum = 0)]
    votes_abstained: i32,
}

impl From<ResolutionJson> for Resolution {
    fn from(json: ResolutionJson) -> Self {
        let ResolutionJson { resolved_on, in_force_from, attendance, votes_for, votes_against, votes_abstained } = json;
        Self { resolved_on, in_force_from, attendance, votes_for, votes_against, votes_abstained }
    }
}

/// A version of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSet, example = json!({ "area_id": EXAMPLE_VILLAGE, "status": "in_force" }))]
struct RuleSetOut {
    /// Identity.
    id: RuleSetId,
    /// Whose.
    area_id: AreaId,
    /// 1, 2, 3 …
    #[schema(example = 1)]
    version: i32,
    /// What the notice calls it.
    #[schema(example = "林家排村积分细则（第 1 版）")]
    title: String,
    /// Where it stands.
    status: SetStatus,
    /// The resolution; absent for a draft.
    resolution: Option<ResolutionJson>,
}

impl RuleSetOut {
    fn new(set: RuleSet, newest_in_force: Option<RuleSetId>, today: NaiveDate) -> Self {
        let judges_later = set.in_force_from.is_some_and(|first| first > today);
        let status = match (&set.adopted_at, newest_in_force) {
            (None, _) => SetStatus::Draft,
            (Some(_), Some(newest)) if newest != set.id && !judges_later => SetStatus::Superseded,
            (Some(_), _) => SetStatus::InForce,
        };
        let resolution = || {
            Some(ResolutionJson {
                resolved_on: set.resolved_on?,
                in_force_from: set.in_force_from?,
                attendance: set.attendance?,
                votes_for: set.votes_for?,
                votes_against: set.votes_against?,
                votes_abstained: set.votes_abstained?,
            })
        };
        Self {
            resolution: resolution(),
            id: set.id,
            area_id: set.area_id,
            version: set.version,
            title: set.title,
            status,
        }
    }
}

/// The rules in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RulesInForce)]
struct RulesOut {
    /// The version they stand in; absent before the first resolution.
    rule_set: Option<RuleSetOut>,
    /// In the table's order.
    items: Vec<RuleOut>,
    /// Always null: a table is shown whole.
    next_cursor: Option<String>,
}

/// Versions of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSets)]
struct RuleSetsOut {
    /// Newest first.
    items: Vec<RuleSetOut>,
    /// Always null.
    next_cursor: Option<String>,
}

/// A version with its rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSetWithRules)]
struct RuleSetDetail {
    /// The version.
    #[serde(flatten)]
    set: RuleSetOut,
    /// Its rules.
    items: Vec<RuleOut>,
}

/// Whose rules, on which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RulesQuery {
    /// A village, or an area in one; one's own village when absent.
    area_id: Option<AreaId>,
    /// The day of the deed; today when absent.
    on: Option<NaiveDate>,
}

/// Whose versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RuleSetsQuery {
    /// A village, or an area in one; one's own village when absent.
    area_id: Option<AreaId>,
}

/// The rules in force on a day.
#[utoipa::path(get, path = "/rules", tag = "rules", params(RulesQuery), responses((status = 200, body = RulesOut)))]
async fn list_rules(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<RulesQuery>,
) -> Result<Json<RulesOut>> {
    let village = own_village(&app, &may, query.area_id).await?;
    let today = app.clock.today();
    let in_force = app.shelf.in_force(app.db.read(), [village]).await?;
    let newest = in_force.on(village, today).map(|adopted| adopted.set.id);
    let adopted = in_force.on(village, query.on.unwrap_or(today));
    Ok(Json(RulesOut {
        rule_set: adopted.map(|adopted| RuleSetOut::new(adopted.set.clone(), newest, today)),
        items: adopted.map(|adopted| adopted.rules.iter().map(RuleOut::from).collect()).unwrap_or_default(),
        next_cursor: None,
    }))
}

/// All versions of a village's table.
#[utoipa::path(get, path = "/rule-sets", tag = "rules", params(RuleSetsQuery), responses((status = 200, body = RuleSetsOut)))]
async fn list_rule_sets(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<RuleSetsQuery>,
) -> Result<Json<RuleSetsOut>> {
    let village = own_village(&app, &may, query.area_id).await?;
    let today = app.clock.today();
    let newest = app.shelf.in_force(app.db.read(), [village]).await?.on(village, today).map(|adopted| adopted.set.id);
    let sets = super::sets(app.db.read(), village).await?;
    let items = sets.into_iter().map(|set| RuleSetOut::new(set, newest, today)).collect();
    Ok(Json(RuleSetsOut { items, next_cursor: None }))
}

/// One version with its rules.
#[utoipa::path(
    get, path = "/rule-sets/{id}", tag = "rules", params(("id" = RuleSetId, Path)),
    responses((status = 200, body = RuleSetDetail))
)]
async fn get_rule_set(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
) -> Result<Json<RuleSetDetail>> {
    let db = app.db.read();
    let set = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    areas::find_up_to_village(db, &may, set.area_id).await?;
    let today = app.clock.today();
    let newest = app.shelf.in_force(db, [set.area_id]).await?.on(set.area_id, today).map(|adopted| adopted.set.id);
    let items = super::rules_of(db, id).await?.iter().map(RuleOut::from).collect();
    Ok(Json(RuleSetDetail { set: RuleSetOut::new(set, newest, today), items }))
}

/// Records the resolution that brings a draft into force.
#[utoipa::path(
    post, path = "/rule-sets/{id}/adopt", tag = "rules", params(("id" = RuleSetId, Path)), request_body = ResolutionJson,
    responses(
        (status = 200, body = RuleSetOut),
        (status = 409, body = Problem, description = "`already_adopted`"),
        (status = 422, body = Problem, description = "`invalid`, `no_rules`"),
    )
)]
async fn adopt_rule_set(
    State(app): State<App>,
    may: May<AdoptRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<ResolutionJson>,
) -> Result<Json<RuleSetOut>> {
    let set = app.write(async |tx| adoption::adopt(tx, &app.clock, &may, id, input.into()).await).await?;
    let today = app.clock.today();
    let newest = app.shelf.in_force(app.db.read(), [set.area_id]).await?.on(set.area_id, today).map(|one| one.set.id);
    Ok(Json(RuleSetOut::new(set, newest, today)))
}

/// The village meant by `area_id`, or the only one the caller belongs to.
async fn own_village(app: &App, may: &May<ReadBook>, area_id: Option<AreaId>) -> Result<AreaId> {
    let db = app.db.read();
    let area_id = match area_id {
        Some(id) => id,
        None => may
            .identity
            .scopes
            .iter()
            .find(|scope| may.reaches(&scope.path))
            .map(|scope| scope.area_id)
            .ok_or(NOT_FOUND)?,
    };
    let area = areas::find_up_to_village(db, may, area_id).await?;
    if area.level == Level::Village {
        return Ok(area.id);
    }
    let village = areas::village_of(db, &area).await?;
    village.map(|village| village.id).ok_or_else(|| Error::field("area_id", "not_a_village", "请先选一个村。"))
}
