//! `/assemblies`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::outward::{AssembliesOut, ListedOut, MeetingIn, MinutesOut, OfArea, PeopleOut, PersonOut};
use super::scans;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::evidence::routes::{ScansIn, ScansOut};
use crate::http::{ValidJson, ValidPath, ValidQuery};
use crate::ids::AssemblyId;
use crate::scope::{May, ReadBook, Review};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_assemblies, hold_assembly))
        .routes(routes!(list_assembly_people))
        .routes(routes!(get_assembly))
        .routes(routes!(confirm_assembly))
        .routes(routes!(list_assembly_scans, keep_assembly_scans))
}

/// The newest meetings about an area and what lies below it.
#[utoipa::path(get, path = "/assemblies", tag = "awards", params(OfArea), responses((status = 200, body = AssembliesOut)))]
async fn list_assemblies(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidQuery(query): ValidQuery<OfArea>,
) -> Result<Json<AssembliesOut>> {
    let rows = super::list(app.db.read(), &may, query.area_id).await?;
    let items = rows.into_iter().map(ListedOut::from).collect();
    Ok(Json(AssembliesOut { items, next_cursor: None }))
}

/// Carries out what the people present decided about awards that wait, once, and keeps it as the minutes.
/// The same again answers the minutes as they stand.
#[utoipa::path(
    post, path = "/assemblies", tag = "awards", request_body = MeetingIn,
    responses(
        (status = 201, body = MinutesOut, description = "Decided."),
        (status = 200, body = MinutesOut, description = "Was decided before; as it stands."),
        (status = 403, body = Problem, description = "`forbidden`: neither cadre nor panel member of the village"),
        (status = 409, body = Problem, description = "`meeting_taken`, `budget_used`, `wrong_state`: somebody decided all of it before"),
        (status = 422, body = Problem, description = "`invalid`, `no_quorum`"),
    )
)]
async fn hold_assembly(
    State(app): State<App>,
    may: May<Review>,
    ValidJson(input): ValidJson<MeetingIn>,
) -> Result<(StatusCode, Json<MinutesOut>)> {
    let meeting = input.meeting().parse(may.account_id(), app.clock.today())?;
    let hold = async |tx: &_| super::hold(tx, &app.pen, &app.shelf, &may, meeting.clone()).await;
    let (minutes, replayed) = app.write(hold).await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(minutes.into())))
}

/// Confirms the minutes from one's own account, having been there; what their writer could not decide, being
/// his own, is decided then as they say. Again, it answers the minutes as they stand.
#[utoipa::path(
    post, path = "/assemblies/{id}/confirm", tag = "awards", params(("id" = AssemblyId, Path)),
    responses(
        (status = 200, body = MinutesOut),
        (status = 403, body = Problem, description = "`forbidden`: was not there"),
    )
)]
async fn confirm_assembly(
    State(app): State<App>,
    may: May<Review>,
    ValidPath(id): ValidPath<AssemblyId>,
) -> Result<Json<MinutesOut>> {
    let minutes = app.write(async |tx| super::confirm(tx, &app.pen, &app.shelf, &may, id).await).await?;
    Ok(Json(minutes.into()))
}

/// Who may sit in a meeting about an area, and how many must.
#[utoipa::path(get, path = "/assemblies/people", tag = "awards", params(OfArea), responses((status = 200, body = PeopleOut)))]
async fn list_assembly_people(
    State(app): State<App>,
    may: May<Review>,
    ValidQuery(query): ValidQuery<OfArea>,
) -> Result<Json<PeopleOut>> {
    let (people, quorum) = super::people(app.db.read(), &app.shelf, &may, query.area_id, app.clock.today()).await?;
    let items = people.into_iter().map(PersonOut::from).collect();
    Ok(Json(PeopleOut { items, quorum, next_cursor: None }))
}

/// The minutes of a meeting.
#[utoipa::path(
    get, path = "/assemblies/{id}", tag = "awards", params(("id" = AssemblyId, Path)),
    responses((status = 200, body = MinutesOut))
)]
async fn get_assembly(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<AssemblyId>,
) -> Result<Json<MinutesOut>> {
    let minutes = super::find(app.db.read(), &app.shelf, &may, app.clock.today(), id).await?;
    Ok(Json(minutes.into()))
}

/// Photographed pages of the signed list of a meeting.
#[utoipa::path(
    get, path = "/assemblies/{id}/scans", tag = "awards", params(("id" = AssemblyId, Path)),
    responses((status = 200, body = ScansOut))
)]
async fn list_assembly_scans(
    State(app): State<App>,
    may: May<ReadBook>,
    ValidPath(id): ValidPath<AssemblyId>,
) -> Result<Json<ScansOut>> {
    Ok(Json(scans::of(app.db.read(), &may, id).await?.into()))
}

/// Keeps photographed pages with the minutes, behind those that they have. The same again changes nothing.
#[utoipa::path(
    post, path = "/assemblies/{id}/scans", tag = "awards", params(("id" = AssemblyId, Path)), request_body = ScansIn,
    responses(
        (status = 200, body = ScansOut),
        (status = 403, body = Problem, description = "`forbidden`: was not there"),
        (status = 409, body = Problem, description = "`photo_used`"),
        (status = 422, body = Problem, description = "`invalid`, `photo_not_usable`"),
    )
)]
async fn keep_assembly_scans(
    State(app): State<App>,
    may: May<Review>,
    ValidPath(id): ValidPath<AssemblyId>,
    ValidJson(input): ValidJson<ScansIn>,
) -> Result<Json<ScansOut>> {
    let pages = input.evidence;
    Ok(Json(app.write(async |tx| scans::keep(tx, &app.clock, &may, id, &pages).await).await?.into()))
}
