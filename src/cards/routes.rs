//! `/plates`.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PlateCode;
use super::outward::{BehindOut, MakeIn, PlateOut, PlatesOut};
use crate::app::App;
use crate::error::Result;
use crate::households::outward::shown;
use crate::http::{ValidJson, ValidPath};
use crate::scope::{AddPoints, EditHouseholds, May};

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(make_plates))
        .routes(routes!(reissue_plate))
        .routes(routes!(list_plate_households))
}

/// Makes the plates that the doors of a grid lack, and answers all of them.
#[utoipa::path(
    post, path = "/plates", tag = "households", request_body = MakeIn,
    responses((status = 200, body = PlatesOut))
)]
async fn make_plates(
    State(app): State<App>,
    may: May<EditHouseholds>,
    ValidJson(input): ValidJson<MakeIn>,
) -> Result<Json<PlatesOut>> {
    let plates = app.write(async |tx| super::make(tx, &app.clock, &may, input.area_id).await).await?;
    Ok(Json(PlatesOut { items: plates.into_iter().map(PlateOut::from).collect(), next_cursor: None }))
}

/// Revokes a plate that was lost or copied, and makes another for its door.
#[utoipa::path(
    post, path = "/plates/{id}/reissue", tag = "households", params(("id" = PlateCode, Path)),
    responses((status = 200, body = PlateOut))
)]
async fn reissue_plate(
    State(app): State<App>,
    may: May<EditHouseholds>,
    ValidPath(code): ValidPath<PlateCode>,
) -> Result<Json<PlateOut>> {
    let plate = app.write(async |tx| super::reissue(tx, &app.clock, &may, code.clone()).await).await?;
    Ok(Json(plate.into()))
}

/// The households that live behind a plate now, for somebody who may record there.
#[utoipa::path(
    get, path = "/plates/{id}/households", tag = "households", params(("id" = PlateCode, Path)),
    responses((status = 200, body = BehindOut))
)]
async fn list_plate_households(
    State(app): State<App>,
    may: May<AddPoints>,
    ValidPath(code): ValidPath<PlateCode>,
) -> Result<Json<BehindOut>> {
    let db = app.db.read();
    let households = super::households_at(db, &may, &code).await?;
    Ok(Json(BehindOut { items: shown(db, app.clock.today(), households).await?, next_cursor: None }))
}
