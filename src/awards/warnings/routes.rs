//! `/warnings` and `/awards/{id}/notice`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::listing::{self, Key, Which};
use super::outward::{NoticeIn, ProposalIn, PutRightIn, WarningIn, WarningOut, WarningsQuery};
use super::{find, notice};
use crate::app::App;
use crate::areas;
use crate::awards::outward::AwardOut;
use crate::awards::submission::NOTE_CHARS_MAX;
use crate::error::{Error, INVALID, Problem, Result};
use crate::households;
use crate::http::{PAGE_DEFAULT, PAGE_MAX, Page, PageQuery, ValidJson, ValidPath, ValidQuery};
use crate::ids::{AwardId, WarningId};
use crate::scope::{AddPoints, May, ReadBook};
use crate::words;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_warnings, record_warning))
        .routes(routes!(get_warning))
        .routes(routes!(put_warning_right))
        .routes(routes!(propose_deduction))
        .routes(routes!(notice_deduction))
}

/// Warnings in reach: those that are open, or those that were settled.
#[utoipa::path(get, path = "/warnings", tag = "awards", params(WarningsQuery), responses((status = 200, body = Page<WarningOut>)))]
async fn list_warnings(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<WarningsQuery>,
) -> Result<Json<Page<WarningOut>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (page.limit(PAGE_DEFAULT, PAGE_MAX)?, page.after::<Key>()?);
    let db = app.db.read();
    let below = match query.area_id {
        Some(id) => Some(areas::find(db, &may, id).await?.path),
        None => None,
    };
    if let Some(id) = query.household_id {
        households::find(db, &may, id).await?;
    }
    let which = Which { household_id: query.household_id, below, settled: !query.open };
    let page = Page::cut(listing::list(db, &may, &which, after, limit).await?, limit, Key::of)?;
    let items = listing::views(db, &app.shelf, &may.identity, app.clock.today(), page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }.map(WarningOut::from)))
}

/// Writes down that a household was warned, with a day to put it right. The same again answers it as it stands.
#[utoipa::path(
    post, path = "/warnings", tag = "awards", request_body = WarningIn,
    responses(
        (status = 201, body = WarningOut, description = "Recorded."),
        (status = 200, body = WarningOut, description = "Was recorded before; as it stands."),
        (status = 409, body = Problem, description = "`id_taken`, `warned_already`"),
        (status = 422, body = Problem, description = "`invalid`, `occurred_in_future`, `rule_not_in_force`, `household_closed`"),
    )
)]
async fn record_warning(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidJson(input): ValidJson<WarningIn>,
) -> Result<(StatusCode, Json<WarningOut>)> {
    let said = input.said().parse(app.clock.today())?;
    let (view, replayed) = app.write(async |tx| super::record(tx, &app.pen, &app.shelf, &may, &said).await).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(view.into())))
}

/// One warning.
#[utoipa::path(
    get, path = "/warnings/{id}", tag = "awards", params(("id" = WarningId, Path)),
    responses((status = 200, body = WarningOut))
)]
async fn get_warning(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<WarningId>,
) -> Result<Json<WarningOut>> {
    Ok(Json(find(app.db.read(), &app.shelf, &may, app.clock.today(), id).await?.into()))
}

/// Settles a warning: it was put right.
#[utoipa::path(
    post, path = "/warnings/{id}/put-right", tag = "awards", params(("id" = WarningId, Path)), request_body = PutRightIn,
    responses(
        (status = 200, body = WarningOut, example = json!({
            "outcome": "put_right", "settled_at": "2026-11-25T02:05:00Z", "settled_by_name": "李某",
            "settled_note": "柴堆搬进院子了", "can": { "put_right": false, "propose": false },
        })),
        (status = 403, body = Problem, description = "`forbidden`, `own_household`"),
        (status = 409, body = Problem, description = "`warning_settled`"),
    )
)]
async fn put_warning_right(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<WarningId>,
    ValidJson(input): ValidJson<PutRightIn>,
) -> Result<Json<WarningOut>> {
    let mut problems = Vec::new();
    let note = words::optional("note", input.note.as_deref(), NOTE_CHARS_MAX, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let put = async |tx: &_| super::put_right(tx, &app.pen, &app.shelf, &may, id, note.clone()).await;
    Ok(Json(app.write(put).await?.into()))
}

/// Settles a warning that was not heeded: proposes a deduction, which waits for the panel whoever proposes it.
/// The same again answers it as it stands.
#[utoipa::path(
    post, path = "/warnings/{id}/propose", tag = "awards", params(("id" = WarningId, Path)), request_body = ProposalIn,
    responses(
        (status = 201, body = WarningOut, description = "Proposed.", example = json!(proposed())),
        (status = 200, body = WarningOut, description = "Was proposed before; as it stands.", example = json!(proposed())),
        (status = 409, body = Problem, description = "`warning_settled`, `id_taken`, `photo_used`"),
        (status = 422, body = Problem, description = "`invalid`, `warning_not_due`, and as for a new award"),
    )
)]
async fn propose_deduction(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<WarningId>,
    ValidJson(input): ValidJson<ProposalIn>,
) -> Result<(StatusCode, Json<WarningOut>)> {
    let warning = find(app.db.read(), &app.shelf, &may, app.clock.today(), id).await?.warning;
    let item = input.parse(&warning, &Arc::new(may))?;
    let (view, replayed) = app.write(async |tx| super::propose(tx, &app.pen, &app.shelf, id, &item).await).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(view.into())))
}

fn proposed() -> serde_json::Value {
    serde_json::json!({
        "outcome": "proposed", "settled_at": "2026-11-26T02:05:00Z", "settled_by_name": "李某",
        "award": { "id": "01939f7e-0000-7000-8000-000000000501", "status": "submitted", "points": -2 },
        "can": { "put_right": false, "propose": false },
    })
}

/// Writes down that the household was told about a deduction that counts. The same again answers the award as
/// it stands.
#[utoipa::path(
    post, path = "/awards/{id}/notice", tag = "awards", params(("id" = AwardId, Path)), request_body = NoticeIn,
    responses(
        (status = 200, body = AwardOut),
        (status = 403, body = Problem, description = "`forbidden`, `own_household`"),
        (status = 409, body = Problem, description = "`already_noticed`, `wrong_state`: no deduction that counts"),
    )
)]
async fn notice_deduction(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<AwardId>,
    ValidJson(input): ValidJson<NoticeIn>,
) -> Result<Json<AwardOut>> {
    let told = input.told().parse(app.clock.today())?;
    let tell = async |tx: &_| notice::tell(tx, &app.pen, &app.shelf, &may, id, told.clone()).await;
    Ok(Json(app.write(tell).await?.into()))
}
