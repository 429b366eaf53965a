//! `/activities`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inward::{ActivityIn, AttendanceIn, CancelIn, CloseIn, Which};
use super::opening::REASON_CHARS_MAX;
use super::outward::{ActivityOut, CameOut, DetailOut, TakenOut, TakenResult};
use super::reading::{Key, came};
use crate::app::App;
use crate::audit;
use crate::error::{Error, INVALID, Problem, Result};
use crate::http::{PAGE_DEFAULT, PAGE_MAX, Page, PageQuery, ValidJson, ValidPath, ValidQuery};
use crate::ids::ActivityId;
use crate::scope::{AddPoints, May, ReadBook};
use crate::words;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_activities, open_activity))
        .routes(routes!(get_activity))
        .routes(routes!(take_attendance))
        .routes(routes!(close_activity))
        .routes(routes!(cancel_activity))
}

/// Activities of one's areas and of the village around them, latest day first.
#[utoipa::path(
    get, path = "/activities", tag = "activities", params(Which, PageQuery),
    responses((status = 200, body = Page<ActivityOut>))
)]
async fn list_activities(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(which): ValidQuery<Which>,
    ValidQuery(page): ValidQuery<PageQuery>,
) -> Result<Json<Page<ActivityOut>>> {
    let limit = page.limit(PAGE_DEFAULT, PAGE_MAX)?;
    let (after, of) = (page.after::<Key>()?, (which.area_id, which.open));
    let rows = super::list(app.db.read(), &app.shelf, &may, app.clock.today(), of, after, limit).await?;
    let page = Page::cut(rows, limit, |one| Key(one.activity.held_on, one.activity.id))?;
    Ok(Json(page.map(ActivityOut::from)))
}

/// Opens an activity. The same again answers it as it stands.
#[utoipa::path(
    post, path = "/activities", tag = "activities", request_body = ActivityIn,
    responses(
        (status = 201, body = DetailOut, description = "Opened."),
        (status = 200, body = DetailOut, description = "Was opened before; as it stands."),
        (status = 409, body = Problem, description = "`activity_taken`"),
        (status = 422, body = Problem, description = "`invalid`, `rule_not_in_force`, `too_many_open`"),
    )
)]
async fn open_activity(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidJson(input): ValidJson<ActivityIn>,
) -> Result<(StatusCode, Json<DetailOut>)> {
    let new = input.activity().parse(app.clock.today())?;
    let open = async |tx: &_| {
        let (activity, replayed) = super::open(tx, &app.clock, &app.shelf, &may, new.clone()).await?;
        Ok((super::find(tx, &app.shelf, &may, app.clock.today(), activity.id).await?, replayed))
    };
    let (detail, replayed) = app.write(open).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(detail.into())))
}

/// One activity, with those of one's households that came.
#[utoipa::path(
    get, path = "/activities/{id}", tag = "activities", params(("id" = ActivityId, Path)),
    responses((status = 200, body = DetailOut))
)]
async fn get_activity(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<ActivityId>,
) -> Result<Json<DetailOut>> {
    Ok(Json(super::find(app.db.read(), &app.shelf, &may, app.clock.today(), id).await?.into()))
}

/// Writes down how many came of each household, from the day of the activity until it ends; one answer each, as
/// it stands now. What is sent again, or was overtaken by a higher revision, changes nothing.
#[utoipa::path(
    put, path = "/activities/{id}/attendance", tag = "activities", params(("id" = ActivityId, Path)),
    request_body = AttendanceIn,
    responses(
        (status = 200, body = TakenOut),
        (status = 409, body = Problem, description = "`activity_ended`"),
        (status = 422, body = Problem, description = "`invalid`, `activity_to_come`"),
    )
)]
async fn take_attendance(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<ActivityId>,
    ValidJson(input): ValidJson<AttendanceIn>,
) -> Result<Json<TakenOut>> {
    let changes = input.changes();
    let take = async |tx: &_| {
        let answers = super::take(tx, &app.clock, &may, id, &changes).await?;
        // A household that was sent twice is answered twice, as it stands in the end.
        let rows = answers.iter().flatten().map(|row| (row.household_id, row.clone()));
        let rows: HashMap<_, _> = rows.collect();
        Ok((came(tx, &may, rows.into_values().collect()).await?, answers))
    };
    let (came, answers) = app.write(take).await?;
    let rows: HashMap<_, _> = came.into_iter().map(|one| (one.household.id, one)).collect();
    let result = |(household_id, answer): (_, Result<_>)| match answer {
        Ok(_) => {
            let attendance = rows.get(&household_id).cloned().map(CameOut::from);
            TakenResult { status: 200, attendance, error: None }
        }
        Err(error) => {
            let status = error.refusal().status;
            let error = Some(Problem::of(&error, &audit::request_id()));
            TakenResult { status, attendance: None, error }
        }
    };
    let sent = changes.iter().map(|change| change.household_id);
    Ok(Json(TakenOut { results: sent.zip(answers).map(result).collect() }))
}

/// Closes an activity: every household that came is awarded, once, in the name of whoever ticked it. A household
/// that cannot be awarded is answered with a sentence, the others are awarded. With `trial`, only what would
/// come of it is answered. Closed again, it answers as it stands.
#[utoipa::path(
    post, path = "/activities/{id}/close", tag = "activities", params(("id" = ActivityId, Path)),
    request_body = CloseIn,
    responses(
        (status = 200, body = DetailOut),
        (status = 403, body = Problem, description = "`forbidden`: it is held for a larger area than the caller's"),
        (status = 409, body = Problem, description = "`activity_ended`: it was cancelled"),
        (status = 422, body = Problem, description = "`activity_to_come`, `nobody_came`, `rule_not_in_force`, `household_closed`"),
    )
)]
async fn close_activity(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<ActivityId>,
    ValidJson(input): ValidJson<CloseIn>,
) -> Result<Json<DetailOut>> {
    let close = async |tx: &_| {
        super::close(tx, &app.pen, &app.shelf, &may, id).await?;
        super::find(tx, &app.shelf, &may, app.clock.today(), id).await
    };
    Ok(Json(app.write_or_try(input.trial, close).await?.into()))
}

/// Cancels an activity, with a reason; nobody is awarded. The same again answers it as it stands.
#[utoipa::path(
    post, path = "/activities/{id}/cancel", tag = "activities", params(("id" = ActivityId, Path)),
    request_body = CancelIn,
    responses(
        (status = 200, body = DetailOut),
        (status = 403, body = Problem, description = "`forbidden`: it is held for a larger area than the caller's"),
        (status = 409, body = Problem, description = "`activity_ended`"),
    )
)]
async fn cancel_activity(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<ActivityId>,
    ValidJson(input): ValidJson<CancelIn>,
) -> Result<Json<DetailOut>> {
    let mut problems = Vec::new();
    let given = input.reason.as_deref();
    let reason = words::required("reason", given, REASON_CHARS_MAX, "请写一句为什么取消。", &mut problems);
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let cancel = async |tx: &_| {
        super::cancel(tx, &app.pen, &may, id, reason.clone()).await?;
        super::find(tx, &app.shelf, &may, app.clock.today(), id).await
    };
    Ok(Json(app.write(cancel).await?.into()))
}
