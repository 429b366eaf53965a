//! `/rules`, `/rule-sets` and `/favourites`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::adoption;
use super::asked::{
    Against, BeginRules, BeginWith, ChangesQuery, ClearAlarm, EditsOut, Favourites, FileRuleSet, IssueRuleSet,
    RemarksOut, RewriteRules, RuleSetsOut, RuleSetsQuery, RulesOut, RulesQuery, WriteRemark,
};
use super::decisions::Stars;
use super::drafting::{self, Beginning, Rewritten};
use super::outward::RuleOut;
use super::outward::said::{ChangesOut, EditOut, RemarkOut};
use super::outward::set::{AlarmOut, Known, ResolutionJson, RuleSetDetail, RuleSetOut};
use super::{RuleSet, alarms, edits, favourites, filing, reach, remarks, rules_of, yearly};
use crate::app::App;
use crate::areas::{self, Area, Level};
use crate::error::{Error, INVALID, NOT_FOUND, Problem, Result};
use crate::households;
use crate::http::{ValidJson, ValidPath, ValidQuery};
use crate::ids::{AreaId, RuleSetId};
use crate::periods::month_of;
use crate::scope::{AdoptRules, DraftRules, FileRules, May, ReadBook, RemarkRules};

/// Sets that wait for their filing, shown at once: every village of a large town.
const WAITING_MAX: u64 = 200;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_rules))
        .routes(routes!(list_rule_sets, begin_rule_set))
        .routes(routes!(list_rule_sets_to_file))
        .routes(routes!(get_rule_set, rewrite_rule_set))
        .routes(routes!(adopt_rule_set))
        .routes(routes!(file_rule_set))
        .routes(routes!(issue_rule_set))
        .routes(routes!(list_rule_set_remarks, write_rule_set_remark))
        .routes(routes!(list_rule_set_edits))
        .routes(routes!(clear_rule_set_alarm))
        .routes(routes!(get_rule_set_changes))
        .routes(routes!(choose_favourites))
}

/// The rules in force on a day.
#[utoipa::path(get, path = "/rules", tag = "rules", params(RulesQuery), responses((status = 200, body = RulesOut)))]
async fn list_rules(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<RulesQuery>,
) -> Result<Json<RulesOut>> {
    let db = app.db.read();
    let village = own_village(&app, &may, query.area_id).await?.id;
    let today = app.clock.today();
    let in_force = app.shelf.in_force(db, [village]).await?;
    let adopted = in_force.on(village, query.on.unwrap_or(today));
    let rule_set = match adopted {
        Some(adopted) => Some(shown(&app, adopted.set.clone()).await?),
        None => None,
    };
    let mut favourites = favourites::of(db, village, &month_of(today)).await?;
    // A newer table may lack what was chosen under an older one.
    favourites.retain(|id| adopted.is_some_and(|adopted| adopted.rule(*id).is_some()));
    Ok(Json(RulesOut {
        rule_set,
        items: adopted.map(|adopted| adopted.rules.iter().map(RuleOut::from).collect()).unwrap_or_default(),
        favourites,
        applications_a_day: adopted.and_then(|adopted| adopted.decisions.applications_a_day),
        next_cursor: None,
    }))
}

/// All versions of an area's table.
#[utoipa::path(get, path = "/rule-sets", tag = "rules", params(RuleSetsQuery), responses((status = 200, body = RuleSetsOut)))]
async fn list_rule_sets(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<RuleSetsQuery>,
) -> Result<Json<RuleSetsOut>> {
    let db = app.db.read();
    let area = match query.area_id {
        Some(id) => Some(super::find_area(db, &may, id).await?).filter(|area| area.level == Level::Town),
        None => None,
    };
    let area = match area {
        Some(town) => town,
        None => own_village(&app, &may, query.area_id).await?,
    };
    let mut sets = super::sets(db, area.id).await?;
    sets.retain(|set| !set.is_draft() || area.level != Level::Town || may.reaches(&area.path));
    let known = Known::about(db, area.id, &sets, app.clock.today()).await?;
    Ok(Json(RuleSetsOut {
        items: sets.into_iter().map(|set| RuleSetOut::new(set, &known)).collect(),
        next_cursor: None,
    }))
}

/// Adopted sets that the town has not filed yet.
#[utoipa::path(get, path = "/rule-sets/to-file", tag = "rules", responses((status = 200, body = RuleSetsOut)))]
async fn list_rule_sets_to_file(State(app): State<App>, may: May<FileRules>) -> Result<Json<RuleSetsOut>> {
    let mut items = Vec::new();
    for (set, _) in filing::waiting(app.db.read(), &may, WAITING_MAX).await? {
        items.push(shown(&app, set).await?);
    }
    Ok(Json(RuleSetsOut { items, next_cursor: None }))
}

/// Begins a draft.
#[utoipa::path(
    post, path = "/rule-sets", tag = "rules", request_body = BeginRules,
    responses(
        (status = 201, body = RuleSetDetail),
        (status = 409, body = Problem, description = "`draft_waits`"),
    )
)]
async fn begin_rule_set(
    State(app): State<App>,
    may: May<DraftRules>,
    ValidJson(input): ValidJson<BeginRules>,
) -> Result<(StatusCode, Json<RuleSetDetail>)> {
    let beginning = match input.begin_with {
        BeginWith::Empty => Beginning::Empty,
        BeginWith::Newest => Beginning::Newest,
        BeginWith::Template => Beginning::Template,
    };
    let set = app.write(async |tx| drafting::begin(tx, &app.clock, &may, input.area_id, beginning).await).await?;
    Ok((StatusCode::CREATED, Json(detail(&app, set).await?)))
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
    let (set, _) = super::find(app.db.read(), &may, id).await?;
    Ok(Json(detail(&app, set).await?))
}

/// Writes a draft anew, as one whole.
#[utoipa::path(
    put, path = "/rule-sets/{id}", tag = "rules", params(("id" = RuleSetId, Path)), request_body = RewriteRules,
    responses(
        (status = 200, body = RuleSetDetail),
        (status = 409, body = Problem, description = "`already_adopted`, `changed_meanwhile`"),
        (status = 422, body = Problem, description = "`invalid`, `too_many_rules`"),
    )
)]
async fn rewrite_rule_set(
    State(app): State<App>,
    may: May<DraftRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<RewriteRules>,
) -> Result<Json<RuleSetDetail>> {
    let mut problems = Vec::new();
    let items = input.items.into_iter().enumerate();
    let rules: Vec<_> = items.filter_map(|(at, rule)| rule.parse(at, &mut problems)).collect();
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let RewriteRules { revision, title, decisions, limits, .. } = RewriteRules { items: Vec::new(), ..input };
    let limits = limits.unwrap_or_default();
    let new = Rewritten { revision, title, rules, decisions, limits };
    let set = app.write(async |tx| drafting::rewrite(tx, &app.clock, &may, id, new).await).await?;
    Ok(Json(detail(&app, set).await?))
}

/// Records the resolution that adopts a draft.
#[utoipa::path(
    post, path = "/rule-sets/{id}/adopt", tag = "rules", params(("id" = RuleSetId, Path)), request_body = ResolutionJson,
    responses(
        (status = 200, body = RuleSetOut),
        (status = 409, body = Problem, description = "`already_adopted`, `changed_meanwhile`"),
        (status = 422, body = Problem, description = "`invalid`, `no_rules`, `beyond_template`, `red_line`"),
    )
)]
async fn adopt_rule_set(
    State(app): State<App>,
    may: May<AdoptRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<ResolutionJson>,
) -> Result<Json<RuleSetOut>> {
    let resolution = input.into();
    let set = app.write(async |tx| adoption::adopt(tx, &app.clock, &may, id, resolution).await).await?;
    Ok(Json(shown(&app, set).await?))
}

/// Files what a village resolved; from then on it judges.
#[utoipa::path(
    post, path = "/rule-sets/{id}/file", tag = "rules", params(("id" = RuleSetId, Path)), request_body = FileRuleSet,
    responses(
        (status = 200, body = RuleSetOut),
        (status = 409, body = Problem, description = "`not_adopted`, `already_filed`, `later_resolved`, `before_the_last`"),
    )
)]
async fn file_rule_set(
    State(app): State<App>,
    may: May<FileRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<FileRuleSet>,
) -> Result<Json<RuleSetOut>> {
    let note = input.note.as_deref();
    let (set, _) = app.write(async |tx| filing::file(tx, &app.clock, &may, id, note).await).await?;
    Ok(Json(shown(&app, set).await?))
}

/// Issues a town's template.
#[utoipa::path(
    post, path = "/rule-sets/{id}/issue", tag = "rules", params(("id" = RuleSetId, Path)), request_body = IssueRuleSet,
    responses(
        (status = 200, body = RuleSetOut),
        (status = 409, body = Problem, description = "`already_adopted`, `changed_meanwhile`"),
        (status = 422, body = Problem, description = "`no_rules`, `red_line`"),
    )
)]
async fn issue_rule_set(
    State(app): State<App>,
    may: May<FileRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<IssueRuleSet>,
) -> Result<Json<RuleSetOut>> {
    let set = app.write(async |tx| filing::issue(tx, &app.clock, &may, id, input.revision).await).await?;
    Ok(Json(shown(&app, set).await?))
}

/// What was said about a draft.
#[utoipa::path(
    get, path = "/rule-sets/{id}/remarks", tag = "rules", params(("id" = RuleSetId, Path)),
    responses((status = 200, body = RemarksOut))
)]
async fn list_rule_set_remarks(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
) -> Result<Json<RemarksOut>> {
    let db = app.db.read();
    let items = RemarkOut::all(db, remarks::list(db, &may, id).await?).await?;
    Ok(Json(RemarksOut { items, next_cursor: None }))
}

/// Who wrote which revision of a draft, and what it changed.
#[utoipa::path(
    get, path = "/rule-sets/{id}/edits", tag = "rules", params(("id" = RuleSetId, Path)),
    responses((status = 200, body = EditsOut))
)]
async fn list_rule_set_edits(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
) -> Result<Json<EditsOut>> {
    let db = app.db.read();
    let items = EditOut::all(db, edits::list(db, &may, id).await?).await?;
    Ok(Json(EditsOut { items, next_cursor: None }))
}

/// Keeps a remark about a draft.
#[utoipa::path(
    post, path = "/rule-sets/{id}/remarks", tag = "rules", params(("id" = RuleSetId, Path)), request_body = WriteRemark,
    responses(
        (status = 201, body = RemarkOut),
        (status = 409, body = Problem, description = "`already_adopted`"),
    )
)]
async fn write_rule_set_remark(
    State(app): State<App>,
    may: May<RemarkRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<WriteRemark>,
) -> Result<(StatusCode, Json<RemarkOut>)> {
    let (text, said_by) = (Some(input.text.as_str()), input.said_by.as_deref());
    let remark = app.write(async |tx| remarks::write(tx, &app.clock, &may, id, text, said_by).await).await?;
    let out = RemarkOut::all(app.db.read(), vec![remark]).await?;
    Ok((StatusCode::CREATED, Json(out.into_iter().next().ok_or(NOT_FOUND)?)))
}

/// Calls an alarm false, by name and reason.
#[utoipa::path(
    post, path = "/rule-sets/{id}/clear-alarm", tag = "rules", params(("id" = RuleSetId, Path)), request_body = ClearAlarm,
    responses(
        (status = 200, body = RuleSetDetail),
        (status = 409, body = Problem, description = "`already_adopted`"),
    )
)]
async fn clear_rule_set_alarm(
    State(app): State<App>,
    may: May<FileRules>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidJson(input): ValidJson<ClearAlarm>,
) -> Result<Json<RuleSetDetail>> {
    let alarm = (input.rule_id, input.line.as_str());
    let reason = Some(input.reason.as_str());
    app.write(async |tx| alarms::clear(tx, &app.clock, &may, id, alarm, reason).await).await?;
    let (set, _) = super::find(app.db.read(), &may, id).await?;
    Ok(Json(detail(&app, set).await?))
}

/// What became of a table since the version before, or since the template.
#[utoipa::path(
    get, path = "/rule-sets/{id}/changes", tag = "rules", params(("id" = RuleSetId, Path), ChangesQuery),
    responses((status = 200, body = ChangesOut))
)]
async fn get_rule_set_changes(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<RuleSetId>,
    ValidQuery(query): ValidQuery<ChangesQuery>,
) -> Result<Json<ChangesOut>> {
    let db = app.db.read();
    let (set, area) = super::find(db, &may, id).await?;
    let other = match query.against.unwrap_or(Against::Before) {
        Against::Before => super::sets(db, area.id).await?.into_iter().find(|other| other.version < set.version),
        Against::Template => filing::template_for(db, &area).await?,
    };
    let (before, decisions) = match other {
        Some(other) => (rules_of(db, other.id).await?, other.decisions != set.decisions),
        None => (Vec::new(), false),
    };
    Ok(Json(ChangesOut::between((&before, &rules_of(db, id).await?), decisions)))
}

/// Chooses the favourites of a month.
#[utoipa::path(
    put, path = "/favourites", tag = "rules", request_body = Favourites, responses((status = 200, body = Favourites))
)]
async fn choose_favourites(
    State(app): State<App>,
    may: May<AdoptRules>,
    ValidJson(input): ValidJson<Favourites>,
) -> Result<Json<Favourites>> {
    let Favourites { area_id, month, rule_ids } = &input;
    app.write(async |tx| favourites::choose(tx, &app.clock, &app.shelf, &may, *area_id, month, rule_ids).await).await?;
    Ok(Json(input))
}

async fn shown(app: &App, set: RuleSet) -> Result<RuleSetOut> {
    let known = Known::about(app.db.read(), set.area_id, std::slice::from_ref(&set), app.clock.today()).await?;
    Ok(RuleSetOut::new(set, &known))
}

async fn detail(app: &App, set: RuleSet) -> Result<RuleSetDetail> {
    let db = app.db.read();
    let rules = rules_of(db, set.id).await?;
    let area = areas::of_found_rows(db, [set.area_id]).await?.remove(&set.area_id).ok_or(NOT_FOUND)?;
    let beyond = match filing::template_for(db, &area).await? {
        Some(template) if area.level == Level::Village && set.is_draft() => {
            template.limited()?.problems(&rules_of(db, template.id).await?, &rules)
        }
        _ => Vec::new(),
    };
    let (decisions, limits) = (set.decided()?, set.limited()?);
    let mut warnings = reach::warnings(&rules, &decisions);
    let households = match decisions.stars {
        Stars::Share { .. } if area.level == Level::Village => Some(households::participants(db, &area).await?.len()),
        _ => None,
    };
    warnings.extend(decisions.warnings(yearly::at_most_a_year(&rules), households));
    Ok(RuleSetDetail {
        items: rules.iter().map(RuleOut::from).collect(),
        limits: (area.level == Level::Town).then_some(limits),
        alarms: AlarmOut::all(db, alarms::of(db, &area, &rules).await?).await?,
        warnings,
        beyond_template: beyond.into_iter().map(|problem| problem.message.into_owned()).collect(),
        full_marks_a_year: yearly::full_marks_a_year(&rules),
        decisions,
        set: shown(app, set).await?,
    })
}

/// The village meant by `area_id`, or the only one the caller belongs to.
async fn own_village(app: &App, may: &May<ReadBook>, area_id: Option<AreaId>) -> Result<Area> {
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
        return Ok(area);
    }
    let village = areas::village_of(db, &area).await?;
    village.ok_or_else(|| Error::field("area_id", "not_a_village", "请先选一个村。"))
}
