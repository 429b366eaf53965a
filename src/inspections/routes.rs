//! `/inspections`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::inward::{ClosingIn, InspectionIn, MarksIn, OfArea};
use super::outward::{InspectionOut, InspectionsOut, MarkOut, MarkResult, MarksOut, SheetOut};
use super::{NewInspection, NewMark};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Problem, Result};
use crate::http::{ValidJson, ValidPath, ValidQuery};
use crate::ids::InspectionId;
use crate::scope::{AddPoints, May, ReadBook};

/// Marks of one request: what a phone gathers in an hour without signal.
const MARKS_MAX: usize = 100;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_inspections, begin_inspection))
        .routes(routes!(get_inspection))
        .routes(routes!(mark_households))
        .routes(routes!(close_inspection))
}

/// The rounds of a grid, or of all grids of a village, newest first.
#[utoipa::path(get, path = "/inspections", tag = "inspections", params(OfArea), responses((status = 200, body = InspectionsOut)))]
async fn list_inspections(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<OfArea>,
) -> Result<Json<InspectionsOut>> {
    let listed = super::list(app.db.read(), &may, query.area_id, app.clock.today()).await?;
    Ok(Json(InspectionsOut { items: listed.into_iter().map(InspectionOut::from).collect(), next_cursor: None }))
}

/// Begins the round of a grid and a month. The round that the grid has for that month is answered as it stands.
#[utoipa::path(
    post, path = "/inspections", tag = "inspections", request_body = InspectionIn,
    responses(
        (status = 201, body = SheetOut, description = "Begun."),
        (status = 200, body = SheetOut, description = "Was begun before, perhaps by another under another id; as it stands."),
        (status = 409, body = Problem, description = "`inspection_taken`"),
        (status = 422, body = Problem, description = "`invalid`, `nothing_to_inspect`"),
    )
)]
async fn begin_inspection(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidJson(input): ValidJson<InspectionIn>,
) -> Result<(StatusCode, Json<SheetOut>)> {
    let new = NewInspection::parse(input.id, input.area_id, &input.month, app.clock.today())?;
    let (begun, known) = app.write(async |tx| super::begin(tx, &app.pen, &app.shelf, &may, &new).await).await?;
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(sheet(&app, &may.also(app.clock.today())?, begun.id).await?)))
}

/// A round: what is looked at, at which doors, what was said so far and what came of it.
#[utoipa::path(
    get, path = "/inspections/{id}", tag = "inspections", params(("id" = InspectionId, Path)),
    responses((status = 200, body = SheetOut))
)]
async fn get_inspection(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<InspectionId>,
) -> Result<Json<SheetOut>> {
    Ok(Json(sheet(&app, &may, id).await?))
}

async fn sheet(app: &App, may: &May<ReadBook>, id: InspectionId) -> Result<SheetOut> {
    let sheet = super::look(app.db.read(), &app.shelf, may, id).await?;
    Ok(SheetOut::of(sheet, &may.identity))
}

/// Says what was found at some doors, one answer each. It may be said late, twice and in any order: of what one
/// account says of a household, the highest revision stands.
#[utoipa::path(
    put, path = "/inspections/{id}/marks", tag = "inspections", params(("id" = InspectionId, Path)),
    request_body = MarksIn,
    responses(
        (status = 200, body = MarksOut, description = "One answer a mark, in the order of the request. A mark is refused by itself."),
        (status = 403, body = Problem, description = "`forbidden`; of one mark: `own_door`"),
        (status = 409, body = Problem, description = "`inspection_closed`; of one mark: `judged_already`"),
        (status = 422, body = Problem, description = "`invalid`"),
    )
)]
async fn mark_households(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<InspectionId>,
    ValidJson(input): ValidJson<MarksIn>,
) -> Result<Json<MarksOut>> {
    if !(1..=MARKS_MAX).contains(&input.marks.len()) {
        return Err(Error::field("marks", "out_of_range", format!("一次提交 1 到 {MARKS_MAX} 户。")));
    }
    let marks: Vec<NewMark> = input.marks.into_iter().map(NewMark::from).collect();
    let mark = async |tx: &_| super::mark(tx, &app.pen, &app.shelf, &may, id, &marks).await;
    let answers = app.write(mark).await?;
    let request_id = audit::request_id();
    let result = |answer: Result<super::Mark>| match answer {
        Ok(mark) => MarkResult { status: 200, mark: Some(MarkOut::own(mark, &may.identity)), error: None },
        Err(error) => {
            let problem = Problem::of(&error, &request_id);
            MarkResult { status: problem.status, mark: None, error: Some(problem) }
        }
    };
    Ok(Json(MarksOut { results: answers.into_iter().map(result).collect() }))
}

/// Closes a round: what was found becomes awards, in one go, once. A closed one is answered as it stands.
#[utoipa::path(
    post, path = "/inspections/{id}/close", tag = "inspections", params(("id" = InspectionId, Path)),
    request_body = ClosingIn,
    responses(
        (status = 200, body = SheetOut),
        (status = 409, body = Problem, description = "`still_blank`: say `blank_ok`, or judge them"),
    )
)]
async fn close_inspection(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(id): ValidPath<InspectionId>,
    ValidJson(input): ValidJson<ClosingIn>,
) -> Result<Json<SheetOut>> {
    let may = Arc::new(may);
    let close = async |tx: &_| super::close(tx, &app.pen, &app.shelf, &may, id, input.blank_ok).await;
    let closed = app.write(close).await?;
    Ok(Json(sheet(&app, &may.also(app.clock.today())?, closed.id).await?))
}
