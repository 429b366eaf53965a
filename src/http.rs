//! HTTP as all rooms speak it: bodies and parameters that are parsed or refused with a problem
//! document, cursors, and the one layer around every request.

pub mod form;
mod query;
mod strict;

use std::time::Instant;

use axum::body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::strict::{Body, Strict, WRONG_DATE};
use crate::app::App;
use crate::audit::REQUEST_ID;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Problem, Refusal, Result};
use crate::hundredths;

/// Largest JSON body: a batch of 500 awards with full notes is about 400 KiB.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Rows of a page unless asked otherwise: about six screens of a phone.
pub const PAGE_DEFAULT: u64 = 50;
/// Most rows of a page: the widest list (households) stays near 100 KiB.
pub const PAGE_MAX: u64 = 200;

/// The body is not JSON.
pub const MALFORMED: Refusal = Refusal::new(400, "malformed", "内容格式不对，没有保存。请刷新页面再试。");
/// Not `application/json`.
pub const WRONG_TYPE: Refusal = Refusal::new(415, "wrong_content_type", "内容类型不对，请按接口说明里写的类型发送。");
/// Larger than the limit.
pub const TOO_LARGE: Refusal = Refusal::new(413, "too_large", "内容太大，请分几次提交。");
/// The body did not arrive; a client tries again by itself.
pub const TOO_SLOW: Refusal = Refusal::new(408, "too_slow", "网络太慢，没有收完，请再试一次。");
/// The path exists with another method.
pub const WRONG_METHOD: Refusal = Refusal::new(405, "wrong_method", "这个地址不支持这种操作。");
/// An answer of some other 4xx or 5xx status; the status says more.
pub const FAILED: Refusal = Refusal::new(500, "failed", "没有办成，请稍后再试。");
/// Why requests are refused before they reach a room.
pub const REFUSALS: &[Refusal] = &[MALFORMED, WRONG_TYPE, TOO_LARGE, TOO_SLOW, WRONG_METHOD, FAILED];
/// A cursor that this server did not make.
const WRONG_CURSOR: &str = "翻页位置不对，请从第一页重新看。";
/// How a day is written.
const WRITE_DATE: &str = "日期要写成 2026-11-03 这样，并且要有这一天。";
/// A parameter that cannot be read.
const WRONG_PARAMETER: &str = "网址里有一个条件不对。";
/// Longest path of a field that is named in a problem, and most digits in it: a place in a list has three.
const FIELD_CHARS_MAX: usize = 64;
const FIELD_DIGITS_MAX: usize = 3;
/// NUL, as JSON writes it.
const NUL: &[u8] = b"\\u0000";

/// A JSON body that was read whole and has no unknown field, and none twice.
pub struct ValidJson<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for ValidJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        match axum::Json::<Body>::from_request(request, app).await {
            Ok(axum::Json(Body { twice: Some(path), .. })) => {
                Err(Error::field(field_name(&path), "duplicate_field", "这一项写了两次，请只留一个。"))
            }
            Ok(axum::Json(Body { value, twice: None })) => read(value).map(Self),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(WRONG_TYPE.into()),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(TOO_LARGE.into()),
            Err(JsonRejection::BytesRejection(_)) => Err(TOO_SLOW.into()),
            Err(_) => Err(MALFORMED.into()),
        }
    }
}

/// Reads a value that is JSON already.
///
/// # Errors
/// [`INVALID`] with the field that is wrong; what was typed into it is not repeated.
pub fn read<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let text = error.inner().to_string();
        let problem = if let Some(field) = quoted(&text, "unknown field `") {
            FieldProblem::new(field_name(field), "unknown_field", "没有这一项，请去掉。")
        } else if let Some(field) = quoted(&text, "missing field `") {
            FieldProblem::new(field_name(field), "missing", "这一项必填。")
        } else {
            let (code, message) = if text == WRONG_DATE {
                ("wrong_date", WRITE_DATE)
            } else if text.ends_with(hundredths::EXPECTED) {
                ("wrong_type", "这一项要填数字，最多两位小数。")
            } else {
                ("wrong_type", "这一项填的类型不对。")
            };
            FieldProblem::new(field_name(&error.path().to_string()), code, message)
        };
        Error::Refused(INVALID, vec![problem])
    })
}

/// What a sentence of serde's names after its beginning.
fn quoted<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    text.strip_prefix(beginning)?.split('`').next()
}

/// The name of a field as our own inputs have them; anything else a caller made up, and it stays his.
fn field_name(name: &str) -> &str {
    let is_ours = |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '.' | '[' | ']' | '0'..='9');
    let short = name.len() <= FIELD_CHARS_MAX && name.bytes().filter(u8::is_ascii_digit).count() <= FIELD_DIGITS_MAX;
    if short && name != "." && name.chars().all(is_ours) { name } else { "" }
}

/// Query parameters.
pub struct ValidQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for ValidQuery<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        let Query(pairs) = pairs.map_err(|_| Error::field("", "wrong_parameter", WRONG_PARAMETER))?;
        query::read(pairs).map(Self).map_err(|text| {
            let of_all = ["missing field `", "duplicate field `", "unknown field `"];
            let named = of_all.iter().find_map(|beginning| quoted(&text, beginning));
            let field = named.or_else(|| text.split_once(": ").map(|(field, _)| field)).map_or("", field_name);
            let message = if text.ends_with(WRONG_DATE) { WRITE_DATE } else { WRONG_PARAMETER };
            Error::field(field, "wrong_parameter", message)
        })
    }
}

/// Path parameters; what is not an identity is not found.
pub struct ValidPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for ValidPath<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match <Path<T> as FromRequestParts<App>>::from_request_parts(parts, app).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(NOT_FOUND.into()),
        }
    }
}

/// For the fields of a PATCH: tells `null` (`Some(None)`) from a field that is not there (`None`).
///
/// # Errors
/// When the value is neither `null` nor a `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Ask with this for the next page; absent on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: one row more means that there is another page, which
    /// begins after the last row shown.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: u64, key: impl FnOnce(&T) -> K) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(encode_cursor(&key(last))?),
            _ => None,
        };
        Ok(Self { items: rows, next_cursor })
    }

    /// The same page with other rows.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(row).collect(), next_cursor: self.next_cursor }
    }
}

/// How far to read.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Most rows to answer, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit, within 1 to `max`.
    ///
    /// # Errors
    /// [`INVALID`] when it is outside.
    pub fn limit(&self, default: u64, max: u64) -> Result<u64> {
        match self.limit {
            None => Ok(default),
            Some(limit) if (1..=max).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::field("limit", "out_of_range", format!("每页行数要在 1 到 {max} 之间。"))),
        }
    }

    /// The key the page begins after.
    ///
    /// # Errors
    /// [`INVALID`] when this server did not make it.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        BASE64_URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            // PostgreSQL knows no text with a NUL, and no key of ours has one.
            .filter(|json| !json.windows(NUL.len()).any(|part| part == NUL))
            .and_then(|json| serde_json::from_slice(&json).ok())
            .map(Some)
            .ok_or_else(|| Error::field("cursor", "wrong_cursor", WRONG_CURSOR))
    }
}

/// Makes a cursor of a row's key.
///
/// # Errors
/// Internal, when the key has no JSON form.
pub fn encode_cursor<K: Serialize>(key: &K) -> Result<String> {
    let json = serde_json::to_vec(key).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

/// The answer for a handler that panicked.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Error::Internal("a handler panicked".to_owned()).into_response()
}

#[derive(Clone)]
struct Refused(std::sync::Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.refusal().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Refused(std::sync::Arc::new(self)));
        response
    }
}

/// Seconds after which a busy server is worth another try.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");
/// What a 401 asks for, in every case (RFC 9110); the scheme wants one parameter at least (RFC 6750).
pub const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"hujifen\"");
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Around every request: an id, the security headers, and one place where an error becomes a problem
/// document and a line in the log. No personal data is logged: no query, no body, no name.
pub async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let request_id = app.clock.new_id().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = REQUEST_ID.scope(request_id.clone(), next.run(request)).await;
    let status = response.status();
    let refused = response.extensions_mut().remove::<Refused>();
    if let Some(Refused(error)) = &refused {
        if status.is_server_error() {
            tracing::error!(%request_id, %method, %path, status = status.as_u16(), %error, "failed");
        } else {
            tracing::debug!(%request_id, %method, %path, status = status.as_u16(), code = error.refusal().code, "refused");
        }
    }
    if refused.is_some() || (status.is_client_error() || status.is_server_error()) && !is_problem(response.headers()) {
        let problem = match &refused {
            Some(Refused(error)) => Problem::of(error, &request_id),
            None => Problem::of(&plain(status).into(), &request_id),
        };
        let headers = std::mem::take(response.headers_mut());
        response = (status, serde_json::to_vec(&problem).unwrap_or_default()).into_response();
        response.headers_mut().extend(headers.into_iter().filter_map(|(name, value)| {
            let name = name?;
            (name != CONTENT_TYPE && name != "content-length").then_some((name, value))
        }));
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if let Some(Refused(error)) = &refused
            && let Error::Wait { seconds, .. } = **error
        {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
    }
    app.meters.answered(status.as_u16());
    tracing::debug!(%request_id, %method, %path, status = status.as_u16(), micros = begun.elapsed().as_micros() as u64, "answered");
    fence(response.headers_mut(), &request_id);
    response
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE) == Some(&PROBLEM_JSON)
}

fn plain(status: StatusCode) -> Refusal {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => WRONG_METHOD,
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::NOT_FOUND => NOT_FOUND,
        other => Refusal { status: other.as_u16(), ..FAILED },
    }
}

const FENCE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
    ("permissions-policy", "geolocation=(), microphone=(), camera=(self)"),
];

fn fence(headers: &mut HeaderMap, request_id: &str) {
    for (name, value) in FENCE {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID_HEADER, value);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry("content-security-policy")
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

/// Bytes of JSON that were made earlier.
pub fn json_bytes(bytes: impl Into<body::Body>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes.into()).into_response()
}
