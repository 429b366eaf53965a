//! A row of the table: how to ask an operation for something at a place.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use uuid::Uuid;

use super::caller::Caller;
use super::place::Place;
use crate::evidence::{photo_id, picture};
use crate::support::client::form;
use crate::support::operations::Operation;

/// How to ask one operation, varying what one of its parameters or fields names.
pub struct Row {
    pub operation: &'static str,
    /// What the request is about.
    pub about: &'static str,
    /// The parameter or field that names the target; none for what has no target.
    pub varies: Option<&'static str>,
    /// How far above one's own area it reaches.
    pub up_to: UpTo,
    /// It is what brings back what was over.
    pub brings_back: bool,
    ask: Asking,
}

/// How far above one's own area something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpTo {
    OwnArea,
    /// Rules and rankings.
    Village,
    /// The template.
    Town,
}

type Asking = fn(Ask, &Asked<'_>) -> Ask;

/// Who asks, and for what.
pub struct Asked<'a> {
    pub caller: &'a Caller,
    /// Where the target lies.
    pub place: &'a Place,
    /// The first worker's grid, for what a request names beside its target.
    pub own: &'a Place,
}

/// For an operation without a target.
pub const fn plain(operation: &'static str, about: &'static str, ask: Asking) -> Row {
    Row { operation, about, varies: None, up_to: UpTo::OwnArea, brings_back: false, ask }
}

/// For an operation whose parameter or field `varies` names something.
pub const fn target(operation: &'static str, varies: &'static str, about: &'static str, ask: Asking) -> Row {
    Row { operation, about, varies: Some(varies), up_to: UpTo::OwnArea, brings_back: false, ask }
}

impl Row {
    pub const fn up_to_village(self) -> Self {
        Self { up_to: UpTo::Village, ..self }
    }

    pub const fn up_to_town(self) -> Self {
        Self { up_to: UpTo::Town, ..self }
    }

    pub const fn brings_back(self) -> Self {
        Self { brings_back: true, ..self }
    }

    /// Whether two places lead to the same request.
    pub fn asks_the_same(&self, operation: &Operation, one: &Asked<'_>, other: &Asked<'_>) -> bool {
        self.filled_in(operation, one) == self.filled_in(operation, other)
    }

    fn filled_in(&self, operation: &Operation, asked: &Asked<'_>) -> Ask {
        (self.ask)(Ask { path: operation.path.clone(), ..Ask::default() }, asked)
    }

    /// The request itself.
    pub fn request(&self, operation: &Operation, asked: &Asked<'_>) -> Request<Body> {
        let Ask { path, query, cookie, content_type, body } = self.filled_in(operation, asked);
        assert!(!path.contains('{'), "{}: {path} lacks a value", self.operation);
        let mut request = asked.caller.phone.request_to(operation.method.clone(), &format!("{path}{query}"));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(kind) = content_type {
            request = request.header("content-type", kind);
        }
        request.body(Body::from(body)).unwrap()
    }
}

/// A request in the making.
#[derive(Default, PartialEq, Eq)]
pub struct Ask {
    path: String,
    query: String,
    cookie: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Ask {
    /// Fills a parameter of the path in.
    pub fn at(mut self, name: &str, value: impl ToString) -> Self {
        self.path = self.path.replace(&format!("{{{name}}}"), &value.to_string());
        self
    }

    /// Adds a parameter to the query.
    pub fn by(mut self, name: &str, value: impl ToString) -> Self {
        let sign = if self.query.is_empty() { '?' } else { '&' };
        self.query.push_str(&format!("{sign}{name}={}", value.to_string()));
        self
    }

    pub fn json(mut self, body: Value) -> Self {
        self.content_type = Some("application/json".to_owned());
        self.body = body.to_string().into_bytes();
        self
    }

    /// A form with a file for an area.
    pub fn form(mut self, area: Uuid, file: &str) -> Self {
        let (kind, body) = form(&[("area_id", area.to_string().as_bytes()), ("file", file.as_bytes())]);
        (self.content_type, self.body) = (Some(kind), body);
        self
    }

    /// A form with a photo taken in an area.
    pub fn photo(mut self, area: Uuid) -> Self {
        let (id, area) = (photo_id(1).to_string(), area.to_string());
        let (kind, body) = form(&[("id", id.as_bytes()), ("area_id", area.as_bytes()), ("file", &picture(8, 8))]);
        (self.content_type, self.body) = (Some(kind), body);
        self
    }

    /// The refresh cookie of whoever asks.
    pub fn refresh_cookie(mut self, caller: &Caller) -> Self {
        self.cookie = caller.refresh_token.as_ref().map(|token| format!("__Host-hujifen-refresh={token}"));
        self
    }
}
