//! `/awards` and `/households/{id}/statement`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inward::{AwardIn, AwardsQuery, BatchIn, MendedIn, ReasonIn, ReviewIn};
use super::listing::{self, Key, Only, Which};
use super::outward::{AwardOut, BatchOut, BatchResult, StatementOut, example_after};
use super::review::Steps;
use super::submission::reason;
use super::{Status, StepKind, Submission, statement, view};
use crate::app::{Answer, App};
use crate::areas;
use crate::audit;
use crate::error::{Error, NOT_FOUND, Problem, Result};
use crate::households;
use crate::http::{self, PAGE_DEFAULT, PAGE_MAX, Page, PageQuery, ValidJson, ValidPath, ValidQuery, json_bytes};
use crate::ids::{AwardId, HouseholdId};
use crate::scope::{AddPoints, May, ReadBook, Reverse, Review};
use crate::writer;

/// Awards of one batch: a phone's whole day without signal.
const BATCH_MAX: usize = 500;
/// Entries of a statement's page.
const STATEMENT_DEFAULT: u64 = 20;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_awards, submit_award))
        .routes(routes!(submit_awards))
        .routes(routes!(get_award))
        .routes(routes!(approve_award))
        .routes(routes!(return_award))
        .routes(routes!(reject_award))
        .routes(routes!(resubmit_award))
        .routes(routes!(withdraw_award))
        .routes(routes!(reverse_award))
        .routes(routes!(get_statement))
}

/// Records one deed. The same id and body again answer the award as it stands (200).
#[utoipa::path(
    post, path = "/awards", tag = "awards", request_body = AwardIn,
    responses(
        (status = 201, body = AwardOut, description = "Recorded."),
        (status = 200, body = AwardOut, description = "Was recorded before; as it stands."),
        (status = 403, body = Problem, description = "`forbidden`, `worker_cannot_deduct`"),
        (status = 404, body = Problem, description = "`not_found`: no such household in scope"),
        (status = 409, body = Problem, description = "`id_taken`, `photo_used`"),
        (status = 422, body = Problem, description = "`invalid`, `occurred_in_future`, `rule_not_in_force`, `rule_not_recorded`, `quantity_out_of_range`, `household_closed`, `photo_not_usable`"),
        (status = 503, body = Problem, description = "`busy`"),
    )
)]
async fn submit_award(
    State(app): State<App>,
    recorder: May<AddPoints>,
    ValidJson(input): ValidJson<AwardIn>,
) -> Result<(StatusCode, Json<AwardOut>)> {
    let submitted = app.writer.submit(input.parse(&Arc::new(recorder))?).await?;
    let status = if submitted.replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(submitted.award.into())))
}

/// Records up to 500 deeds, one answer each: a phone's queue, or many households at once.
#[utoipa::path(
    post, path = "/awards/batch", tag = "awards", request_body = BatchIn,
    responses((status = 200, body = BatchOut, description = "One answer an award, in the order of the request."))
)]
async fn submit_awards(
    State(app): State<App>,
    recorder: May<AddPoints>,
    ValidJson(input): ValidJson<BatchIn>,
) -> Result<Json<BatchOut>> {
    if !(1..=BATCH_MAX).contains(&input.awards.len()) {
        return Err(Error::field("awards", "out_of_range", format!("一次提交 1 到 {BATCH_MAX} 条。")));
    }
    let recorder = Arc::new(recorder);
    let read = |value: serde_json::Value| -> (Option<AwardId>, Result<Submission>) {
        let id = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
        (id, http::read::<AwardIn>(value).and_then(|award| award.parse(&recorder)))
    };
    let read: Vec<_> = input.awards.into_iter().map(read).collect();
    let items = read.iter().filter_map(|(_, item)| item.as_ref().ok().cloned()).collect();
    let mut answers = writer::submit_batch(&app, items).await?.into_iter();
    let request_id = audit::request_id();
    let result = |(id, item): (Option<AwardId>, Result<Submission>)| {
        let answer = match item {
            Ok(_) => answers.next().unwrap_or_else(|| Err(Error::Internal("an award without an answer".to_owned()))),
            Err(error) => Err(error),
        };
        match answer {
            Ok(submitted) => BatchResult {
                id,
                status: if submitted.replayed { 200 } else { 201 },
                award: Some(submitted.award.into()),
                error: None,
            },
            Err(error) => {
                let status = error.refusal().status;
                if status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
                    tracing::error!(%request_id, status, %error, "an award of a batch failed");
                }
                BatchResult { id, status, award: None, error: Some(Problem::of(&error, &request_id)) }
            }
        }
    };
    Ok(Json(BatchOut { results: read.into_iter().map(result).collect() }))
}

/// Refuses filters that are not served together, rather than leave one of them out.
fn go_together(query: &AwardsQuery) -> Result<()> {
    let (of_household, of_area) = (query.household_id.is_some(), query.area_id.is_some());
    let odd = [
        ("mine", query.mine && query.reviewable),
        ("household_id", of_household && (query.mine || query.reviewable)),
        ("area_id", of_area && (query.mine || of_household)),
        ("status", query.status.is_some() && query.reviewable),
        ("applications", query.applications && query.reviewable),
    ];
    match odd.iter().find(|(_, is_odd)| *is_odd) {
        Some((field, _)) => Err(Error::field(*field, "filters_together", "这个条件不能和别的条件一起用，请去掉一个。")),
        None => Ok(()),
    }
}

/// Awards: mine, a household's, those I could review, all that wait in an area, or what households told of there.
#[utoipa::path(get, path = "/awards", tag = "awards", params(AwardsQuery), responses((status = 200, body = Page<AwardOut>)))]
async fn list_awards(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<AwardsQuery>,
) -> Result<Json<Page<AwardOut>>> {
    go_together(&query)?;
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (page.limit(PAGE_DEFAULT, PAGE_MAX)?, page.after::<Key>()?);
    let (db, today) = (app.db.read(), app.clock.today());
    let review = if query.reviewable { Some(may.also::<Review>(today)?) } else { None };
    let below = match query.area_id {
        Some(id) => Some(areas::find(db, &may, id).await?.path),
        None => None,
    };
    if let Some(may) = review {
        let (items, next) = listing::decidable(db, &app.shelf, &may, today, below, after, limit as usize).await?;
        let next_cursor = next.as_ref().map(http::encode_cursor).transpose()?;
        return Ok(Json(Page { items, next_cursor }.map(AwardOut::from)));
    }
    let which = match query.household_id {
        Some(id) => Which::Of(households::find(db, &may, id).await?.id),
        None if query.mine => Which::RecordedBy(may.account_id()),
        None if query.applications => Which::Told { below },
        None => Which::Waiting { below },
    };
    let only = Only { status: query.status, told: query.applications };
    let page = Page::cut(listing::list(db, &may, which, only, after, limit).await?, limit, Key::of)?;
    let items = view::views(db, &app.shelf, &may.identity, today, page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }.map(AwardOut::from)))
}

/// One award.
#[utoipa::path(
    get, path = "/awards/{id}", tag = "awards", params(("id" = AwardId, Path)),
    responses((status = 200, body = AwardOut))
)]
async fn get_award(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<AwardId>,
) -> Result<Json<AwardOut>> {
    Ok(Json(listing::find(app.db.read(), &app.shelf, &may, app.clock.today(), id).await?.into()))
}

fn steps(app: &App) -> Steps<'_> {
    Steps { pen: &app.pen, shelf: &app.shelf, seen: None }
}

/// Approves an award that waits; it posts, unless its rule wants a second person first.
#[utoipa::path(
    post, path = "/awards/{id}/approve", tag = "awards", params(("id" = AwardId, Path)),
    request_body(content = ReviewIn, example = json!({ "reason": "看过签到表" })),
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Approve, Status::Posted))),
        (status = 403, body = Problem, description = "`forbidden`, `own_award`, `own_household`, `others_can_review`, `second_person`"),
        (status = 409, body = Problem, description = "`wrong_state`, `budget_used`"),
        (status = 422, body = Problem, description = "`invalid`, `household_closed`"),
    )
)]
async fn approve_award(
    State(app): State<App>,
    may: May<Review>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<ReviewIn>,
) -> Result<Json<AwardOut>> {
    let reason = reason(input.reason, false)?;
    Ok(Json(
        app.write(async |tx| Steps { seen: input.revision, ..steps(&app) }.approve(tx, &may, id, reason).await)
            .await?
            .into(),
    ))
}

/// Sends an award back to its recorder, with a reason.
#[utoipa::path(
    post, path = "/awards/{id}/return", tag = "awards", params(("id" = AwardId, Path)), request_body = ReviewIn,
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Return, Status::Returned))),
        (status = 403, body = Problem, description = "`forbidden`, `own_award`, `own_household`, `others_can_review`"),
        (status = 409, body = Problem, description = "`wrong_state`"),
    )
)]
async fn return_award(
    State(app): State<App>,
    may: May<Review>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<ReviewIn>,
) -> Result<Json<AwardOut>> {
    let reason = reason(input.reason, true)?.unwrap_or_default();
    Ok(Json(
        app.write(async |tx| Steps { seen: input.revision, ..steps(&app) }.return_(tx, &may, id, reason).await)
            .await?
            .into(),
    ))
}

/// Decides that an award shall not count, with a reason.
#[utoipa::path(
    post, path = "/awards/{id}/reject", tag = "awards", params(("id" = AwardId, Path)), request_body = ReviewIn,
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Reject, Status::Rejected))),
        (status = 403, body = Problem, description = "`forbidden`, `own_award`, `own_household`, `others_can_review`"),
        (status = 409, body = Problem, description = "`wrong_state`"),
    )
)]
async fn reject_award(
    State(app): State<App>,
    may: May<Review>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<ReviewIn>,
) -> Result<Json<AwardOut>> {
    let reason = reason(input.reason, true)?.unwrap_or_default();
    Ok(Json(
        app.write(async |tx| Steps { seen: input.revision, ..steps(&app) }.reject(tx, &may, id, reason).await)
            .await?
            .into(),
    ))
}

/// Mends one's own returned award and submits it again; it waits once more. The same again answers it as it stands.
#[utoipa::path(
    post, path = "/awards/{id}/resubmit", tag = "awards", params(("id" = AwardId, Path)), request_body = MendedIn,
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Resubmit, Status::Submitted))),
        (status = 409, body = Problem, description = "`wrong_state`, `photo_used`"),
        (status = 422, body = Problem, description = "As for a new award."),
    )
)]
async fn resubmit_award(
    State(app): State<App>,
    recorder: May<AddPoints>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<MendedIn>,
) -> Result<Json<AwardOut>> {
    let award = listing::find(app.db.read(), &app.shelf, &recorder, app.clock.today(), id).await?.award;
    let said = input.parse((id, award.household_id, award.rule_id), &Arc::new(recorder))?;
    Ok(Json(app.write(async |tx| steps(&app).resubmit(tx, &said).await).await?.into()))
}

/// Takes one's own award back before it counts.
#[utoipa::path(
    post, path = "/awards/{id}/withdraw", tag = "awards", params(("id" = AwardId, Path)), request_body = ReasonIn,
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Withdraw, Status::Withdrawn))),
        (status = 409, body = Problem, description = "`wrong_state`"),
    )
)]
async fn withdraw_award(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<ReasonIn>,
) -> Result<Json<AwardOut>> {
    let reason = reason(input.reason, false)?;
    Ok(Json(app.write(async |tx| steps(&app).withdraw(tx, &may, id, reason).await).await?.into()))
}

/// Undoes a posted award by an opposite entry, with a reason.
#[utoipa::path(
    post, path = "/awards/{id}/reverse", tag = "awards", params(("id" = AwardId, Path)), request_body = ReasonIn,
    responses(
        (status = 200, body = AwardOut, example = json!(example_after(StepKind::Reverse, Status::Reversed))),
        (status = 403, body = Problem, description = "`forbidden`, `own_household`, `not_yours_to_reverse`"),
        (status = 409, body = Problem, description = "`wrong_state`"),
    )
)]
async fn reverse_award(
    State(app): State<App>,
    may: May<Reverse>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<ReasonIn>,
) -> Result<Json<AwardOut>> {
    let reason = reason(input.reason, true)?.unwrap_or_default();
    Ok(Json(app.write(async |tx| steps(&app).reverse(tx, &may, id, reason).await).await?.into()))
}

/// A household's balances, its entries (newest first, each with its rule, reason and recorder) and its use of caps.
#[utoipa::path(
    get, path = "/households/{id}/statement", tag = "households", params(("id" = HouseholdId, Path), PageQuery),
    responses((status = 200, body = StatementOut))
)]
async fn get_statement(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<HouseholdId>,
    ValidQuery(page): ValidQuery<PageQuery>,
) -> Result<Response> {
    let limit = page.limit(STATEMENT_DEFAULT, PAGE_MAX)?;
    let today = app.clock.today();
    let before = page.after::<i64>()?;
    let key = format!("statement {id} {limit} {before:?} {today}");
    if let Some(kept) = app.answers.get(&app.generations, &key) {
        return Ok(json_bytes(kept.shown_to(&may)?));
    }
    let (db, generation) = (app.db.read(), app.generations.now(id.0));
    let household = households::find(db, &may, id).await?;
    let lines = statement::lines(db, &app.shelf, &household, before, limit).await?;
    let Page { items, next_cursor } = Page::cut(lines, limit, |line| line.seq)?;
    let caps = statement::caps(db, &household, today).await?;
    let path = household.grid_path.as_str().into();
    let household = households::outward::shown(db, today, vec![household]).await?.pop().ok_or(NOT_FOUND)?;
    let body = serde_json::to_vec(&StatementOut { household, items, next_cursor, caps })
        .map_err(|error| Error::Internal(error.to_string()))?;
    let answer = Answer { path, below_too: false, body: body.into() };
    app.answers.keep(key, id.0, generation, answer.clone());
    Ok(json_bytes(answer.body))
}
