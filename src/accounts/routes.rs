//! `/session`, `/me` and `/accounts`.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::{self, BAD_CREDENTIALS, Refreshed, SignedIn};
use crate::app::App;
use crate::auth::{ACCESS_SECONDS, cookie};
use crate::error::{Problem, Result, SIGNED_OUT};
use crate::http::ValidJson;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign_in, sign_out)).routes(routes!(refresh_session))
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[schema(as = Credentials)]
#[serde(deny_unknown_fields)]
pub struct CredentialsIn {
    /// Sign-in name.
    #[schema(example = "worker")]
    username: String,
    /// Password.
    #[schema(example = "correct horse")]
    password: String,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionOut {
    /// For the `Authorization: Bearer` header of writes.
    access_token: String,
    /// Seconds until it must be refreshed.
    #[schema(example = 600)]
    expires_in: i64,
}

/// Signs in. Sets the access cookie (good for reading) and the refresh cookie.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = CredentialsIn, security(()),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem, description = "`bad_credentials`"))
)]
async fn sign_in(State(app): State<App>, ValidJson(input): ValidJson<CredentialsIn>) -> Result<Response> {
    let candidate = sessions::candidate(app.db.read(), &input.username).await?;
    let hash = candidate.as_ref().map(|account| account.password_hash.clone());
    let right = app.hashing.verify(input.password, hash).await?;
    let account = candidate.filter(|_| right).ok_or(BAD_CREDENTIALS)?;
    let signed_in = app.write(async |tx| sessions::begin(tx, &app.clock, &app.tokens, &account).await).await?;
    answer(&app, signed_in)
}

/// Continues a sign-in by the refresh cookie, which is replaced.
#[utoipa::path(
    post, path = "/session/refresh", tag = "session", security(()),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem, description = "`signed_out`"))
)]
async fn refresh_session(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let token = cookie(&headers, app.cookies.refresh_name()).ok_or(SIGNED_OUT)?;
    match app.write(async |tx| sessions::refresh(tx, &app.clock, &app.tokens, token).await).await? {
        Refreshed::SignedIn(signed_in) => answer(&app, signed_in),
        Refreshed::Revoked => Err(SIGNED_OUT.into()),
    }
}

/// Signs out on this device, at once.
#[utoipa::path(delete, path = "/session", tag = "session", security(()), responses((status = 204)))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    if let Some(token) = cookie(&headers, app.cookies.refresh_name()) {
        app.write(async |tx| sessions::sign_out(tx, &app.clock, &app.tokens, token).await).await?;
    }
    let cookies =
        [app.cookies.access_name(), app.cookies.refresh_name()].map(|name| (SET_COOKIE, app.cookies.set(name, "", 0)));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)).into_response())
}

fn answer(app: &App, signed_in: SignedIn) -> Result<Response> {
    let now = app.clock.now();
    let access_token = app.tokens.issue(signed_in.account_id, signed_in.session_id, now)?;
    let seconds = (signed_in.expires_at - now).div_euclid(1000);
    let cookies = [
        (SET_COOKIE, app.cookies.set(app.cookies.access_name(), &access_token, ACCESS_SECONDS)),
        (SET_COOKIE, app.cookies.set(app.cookies.refresh_name(), &signed_in.refresh_token, seconds)),
    ];
    let body = SessionOut { access_token, expires_in: ACCESS_SECONDS };
    Ok((AppendHeaders(cookies), Json(body)).into_response())
}
