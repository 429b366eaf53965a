//! `/session`, `/me` and `/accounts`.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::administration::{self, AccountChange, NewAccount};
use super::attempts::{Key, Purpose};
use super::outward::{AccountIn, AccountOut, ChangeIn, CreatedOut, OneTimeOut, ScopeIn};
use super::sessions::{self, BAD_CREDENTIALS, Refreshed, SignedIn};
use super::{Account, NewPassword, PersonName, Username, hashing, password, people};
use crate::app::App;
use crate::areas;
use crate::auth::{ACCESS_SECONDS, Caller, cookie, from_own_page, session_by_token};
use crate::error::{Error, Problem, Result, SIGNED_OUT};
use crate::http::{PAGE_DEFAULT, PAGE_MAX, Page, PageQuery, ValidJson, ValidPath, ValidQuery};
use crate::ids::{AccountId, AreaId, ScopeId};
use crate::scope::{ManageAccounts, May};

/// How long a phone is known after somebody signed in on it: as long as browsers keep a cookie at most.
const DEVICE_SECONDS: i64 = 400 * 24 * 3600;

/// The room's routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(refresh_session))
        .routes(routes!(read_me))
        .routes(routes!(change_password))
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(change_account))
        .routes(routes!(reset_password))
        .routes(routes!(add_scope))
        .routes(routes!(end_scope))
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
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl")]
    access_token: String,
    /// Seconds until it must be refreshed.
    #[schema(example = 600)]
    expires_in: i64,
    /// Who has signed in.
    account: AccountOut,
}

/// Signs in. Sets the access cookie (good for reading) and the refresh cookie.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = CredentialsIn, security(()),
    responses(
        (status = 200, body = SessionOut),
        (status = 401, body = Problem, description = "`bad_credentials`"),
        (status = 429, body = Problem, description = "`too_many_attempts`"),
    )
)]
async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    ValidJson(input): ValidJson<CredentialsIn>,
) -> Result<Response> {
    if !hashing::can_be_right(&input.password) {
        return Err(BAD_CREDENTIALS.into());
    }
    let name = Key::of_name(&input.username);
    let mark =
        cookie(&headers, app.cookies.device_name()).and_then(|token| app.tokens.read_device(name.bytes(), token));
    let key = mark.as_ref().map_or(name, |mark| name.known(mark));
    let attempt = app.attempts.begin(key, Purpose::SignIn, app.clock.now())?;
    let account = match verified(&app, input).await {
        Ok((Some(account), true)) => account,
        Ok((account, _)) => {
            attempt.wrong(account.map(|account| account.id), app.clock.now());
            return Err(BAD_CREDENTIALS.into());
        }
        Err(error) => {
            attempt.undo();
            return Err(error);
        }
    };
    attempt.right();
    let signed_in = app.write(async |tx| sessions::begin(tx, &app.clock, &app.tokens, &account).await).await?;
    let mark = mark.unwrap_or_else(|| app.clock.random());
    let device = app.tokens.device(name.bytes(), &mark);
    let device = app.cookies.set(app.cookies.device_name(), &device, DEVICE_SECONDS);
    Ok((AppendHeaders([(SET_COOKIE, device)]), answer(&app, signed_in).await?).into_response())
}

/// The account of a name, if there is one, and whether the password is its own.
async fn verified(app: &App, input: CredentialsIn) -> Result<(Option<Account>, bool)> {
    let candidate = sessions::candidate(app.db.read(), &input.username).await?;
    let hash = candidate.as_ref().map(|account| account.password_hash.clone());
    let right = app.hashing.verify(input.password, hash).await?;
    Ok((candidate, right))
}

/// Continues a sign-in by the refresh cookie, which is replaced.
#[utoipa::path(
    post, path = "/session/refresh", tag = "session", security(()),
    responses((status = 200, body = SessionOut), (status = 401, body = Problem, description = "`signed_out`"))
)]
async fn refresh_session(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let token = cookie(&headers, app.cookies.refresh_name()).filter(|_| from_own_page(&headers)).ok_or(SIGNED_OUT)?;
    match app.write(async |tx| sessions::refresh(tx, &app.clock, &app.tokens, token).await).await? {
        Refreshed::SignedIn(signed_in) => answer(&app, signed_in).await,
        Refreshed::Revoked => Err(SIGNED_OUT.into()),
    }
}

/// Signs out on this device, at once.
#[utoipa::path(delete, path = "/session", tag = "session", security(()), responses((status = 204)))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    if !from_own_page(&headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let refresh = cookie(&headers, app.cookies.refresh_name()).and_then(|token| app.tokens.read_refresh(token));
    let sessions = [refresh.map(|refresh| refresh.session_id), session_by_token(&app, &headers)];
    if sessions.iter().any(Option::is_some) {
        app.write(async |tx| sessions::sign_out(tx, &app.clock, sessions.into_iter().flatten()).await).await?;
    }
    let cookies =
        [app.cookies.access_name(), app.cookies.refresh_name()].map(|name| (SET_COOKIE, app.cookies.set(name, "", 0)));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)).into_response())
}

async fn answer(app: &App, signed_in: SignedIn) -> Result<Response> {
    let now = app.clock.now();
    let person = people::own(app.db.read(), signed_in.account_id, app.clock.today()).await?;
    let access_token = app.tokens.issue(signed_in.account_id, signed_in.session_id, now)?;
    let seconds = (signed_in.expires_at - now).div_euclid(1000);
    let cookies = [
        (SET_COOKIE, app.cookies.set(app.cookies.access_name(), &access_token, ACCESS_SECONDS)),
        (SET_COOKIE, app.cookies.set(app.cookies.refresh_name(), &signed_in.refresh_token, seconds)),
    ];
    let body = SessionOut { access_token, expires_in: ACCESS_SECONDS, account: person.into() };
    Ok((AppendHeaders(cookies), Json(body)).into_response())
}

/// Who one is: account and scopes. Answers also while a one-time password is in use.
#[utoipa::path(get, path = "/me", tag = "session", responses((status = 200, body = AccountOut)))]
async fn read_me(State(app): State<App>, Caller(caller): Caller) -> Result<Json<AccountOut>> {
    Ok(Json(people::own(app.db.read(), caller.account_id, app.clock.today()).await?.into()))
}

/// The password now, and the one from now on.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
#[serde(deny_unknown_fields)]
pub struct PasswordIn {
    /// The one in use, also a one-time password.
    #[schema(example = "k7mq2xw9da")]
    current_password: String,
    /// 8 to 128 characters, another than before.
    #[schema(example = "correct horse", min_length = 8, max_length = 128)]
    new_password: String,
}

/// Changes one's own password; other devices are signed out.
#[utoipa::path(
    put, path = "/me/password", tag = "session", request_body = PasswordIn,
    responses((status = 204), (status = 429, body = Problem, description = "`too_many_attempts`"))
)]
async fn change_password(
    State(app): State<App>,
    Caller(caller): Caller,
    ValidJson(input): ValidJson<PasswordIn>,
) -> Result<StatusCode> {
    let new = NewPassword::parse("new_password", &input.new_password)?;
    if input.new_password == input.current_password {
        return Err(Error::field("new_password", "same_password", "新密码要和现在的不一样。"));
    }
    let wrong = || Error::field("current_password", "wrong_password", "现在的密码不对。");
    if !hashing::can_be_right(&input.current_password) {
        return Err(wrong());
    }
    let account = password::current(app.db.read(), caller.account_id).await?;
    // The sign-in counts for itself: who guesses at the name from outside keeps nobody from another password.
    let key = Key::of_name(&caller.username).known(caller.session_id.0.as_bytes());
    let attempt = app.attempts.begin(key, Purpose::Change, app.clock.now())?;
    match app.hashing.verify(input.current_password, Some(account.password_hash.clone())).await {
        Ok(true) => attempt.right(),
        Ok(false) => {
            attempt.wrong(Some(account.id), app.clock.now());
            return Err(wrong());
        }
        Err(error) => {
            attempt.undo();
            return Err(error);
        }
    }
    let hash = app.hashing.hash(&app.clock, new).await?;
    app.write(async |tx| password::change(tx, &app.clock, &caller, &account, hash).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccountQuery {
    /// Only those with a scope at or below this area.
    area_id: Option<AreaId>,
    /// Most rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Accounts that hold or have held a scope in one's areas, by sign-in name.
#[utoipa::path(
    get, path = "/accounts", tag = "accounts", params(AccountQuery), responses((status = 200, body = Page<AccountOut>))
)]
async fn list_accounts(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidQuery(query): ValidQuery<AccountQuery>,
) -> Result<Json<Page<AccountOut>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (db, limit) = (app.db.read(), page.limit(PAGE_DEFAULT, PAGE_MAX)?);
    let area = match query.area_id {
        Some(id) => Some(areas::find(db, &may, id).await?),
        None => None,
    };
    let accounts = people::list(db, &may, area.as_ref(), page.after()?, limit).await?;
    let Page { items, next_cursor } = Page::cut(accounts, limit, |account| account.username.clone())?;
    let persons = people::persons(db, items).await?;
    let items = persons.into_iter().map(|person| person.as_seen_by(&may).into()).collect();
    Ok(Json(Page { items, next_cursor }))
}

/// Makes an account with one scope and a one-time password.
#[utoipa::path(
    post, path = "/accounts", tag = "accounts", request_body = AccountIn,
    responses(
        (status = 201, body = CreatedOut),
        (status = 403, body = Problem, description = "`beyond_reach`"),
        (status = 409, body = Problem, description = "`username_taken`"),
        (status = 422, body = Problem, description = "`invalid`, `household_closed`"),
    )
)]
async fn create_account(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidJson(input): ValidJson<AccountIn>,
) -> Result<(StatusCode, Json<CreatedOut>)> {
    let new = NewAccount {
        username: Username::parse(&input.username)?,
        name: PersonName::parse(&input.name)?,
        household_id: input.household_id,
        scope: input.scope.parse("scope.", app.clock.today())?,
    };
    let (one_time_password, hash) = one_time_password(&app).await?;
    let person = app.write(async |tx| administration::create(tx, &app.clock, &may, new, hash).await).await?;
    Ok((StatusCode::CREATED, Json(CreatedOut { account: person.as_seen_by(&may).into(), one_time_password })))
}

/// Changes name or own household, stops an account or lets it work again; a stopped one changes only by that.
#[utoipa::path(
    patch, path = "/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path)), request_body = ChangeIn,
    responses(
        (status = 200, body = AccountOut),
        (status = 403, body = Problem, description = "`beyond_reach`, `own_account`"),
        (status = 409, body = Problem, description = "`account_stopped`"),
        (status = 422, body = Problem, description = "`invalid`, `household_closed`"),
    )
)]
async fn change_account(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidPath(id): ValidPath<AccountId>,
    ValidJson(input): ValidJson<ChangeIn>,
) -> Result<Json<AccountOut>> {
    let name = input.name.as_deref().map(PersonName::parse).transpose()?;
    let change = AccountChange { name, household_id: input.household_id, disabled: input.disabled };
    let person = app.write(async |tx| administration::change(tx, &app.clock, &may, id, change).await).await?;
    Ok(Json(person.as_seen_by(&may).into()))
}

/// Gives an account a new one-time password and ends its sign-ins.
#[utoipa::path(
    post, path = "/accounts/{id}/password", tag = "accounts", params(("id" = AccountId, Path)),
    responses(
        (status = 200, body = OneTimeOut),
        (status = 403, body = Problem, description = "`beyond_reach`, `own_account`"),
        (status = 409, body = Problem, description = "`account_stopped`"),
    )
)]
async fn reset_password(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidPath(id): ValidPath<AccountId>,
) -> Result<Json<OneTimeOut>> {
    let (one_time_password, hash) = one_time_password(&app).await?;
    let account = app.write(async |tx| administration::reset_password(tx, &app.clock, &may, id, hash).await).await?;
    app.attempts.clear(Key::of_name(&account.username));
    Ok(Json(OneTimeOut { one_time_password }))
}

/// Gives an account another scope.
#[utoipa::path(
    post, path = "/accounts/{id}/scopes", tag = "accounts", params(("id" = AccountId, Path)), request_body = ScopeIn,
    responses(
        (status = 201, body = AccountOut),
        (status = 403, body = Problem, description = "`beyond_reach`, `own_account`"),
        (status = 409, body = Problem, description = "`account_stopped`, `scope_held`, `roles_clash`"),
    )
)]
async fn add_scope(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidPath(id): ValidPath<AccountId>,
    ValidJson(input): ValidJson<ScopeIn>,
) -> Result<(StatusCode, Json<AccountOut>)> {
    let new = input.parse("", app.clock.today())?;
    let person = app.write(async |tx| administration::add_scope(tx, &app.clock, &may, id, new).await).await?;
    Ok((StatusCode::CREATED, Json(person.as_seen_by(&may).into())))
}

/// Ends a scope at once.
#[utoipa::path(
    delete, path = "/accounts/{id}/scopes/{scope_id}", tag = "accounts",
    params(("id" = AccountId, Path), ("scope_id" = ScopeId, Path)),
    responses(
        (status = 204),
        (status = 403, body = Problem, description = "`beyond_reach`, `own_account`"),
    )
)]
async fn end_scope(
    State(app): State<App>,
    may: May<ManageAccounts>,
    ValidPath((id, scope_id)): ValidPath<(AccountId, ScopeId)>,
) -> Result<StatusCode> {
    app.write(async |tx| administration::end_scope(tx, &app.clock, &may, id, scope_id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn one_time_password(app: &App) -> Result<(String, String)> {
    let password = NewPassword::one_time(&app.clock);
    let shown = password.reveal().to_owned();
    Ok((shown, app.hashing.hash(&app.clock, password).await?))
}
