//! A phone: sends requests to the house and reads the answers.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Stands in no file of ours.
const BOUNDARY: &str = "6f1e0c2b-between-the-fields";

/// A phone with or without somebody signed in.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// The problem's code; panics when it is not a whole problem document.
    pub fn code(&self) -> String {
        assert_eq!(self.headers.get("content-type").unwrap(), "application/problem+json", "{}", self.status);
        let challenged = self.headers.contains_key("www-authenticate");
        assert_eq!(challenged, self.status == StatusCode::UNAUTHORIZED, "{}", self.status);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for field in ["type", "title", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {problem}");
        }
        problem["code"].as_str().unwrap().to_owned()
    }

    /// Asserts the status and hands the body over.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }
}

/// Content type and body of a form.
pub fn form(fields: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let file = if *name == "file" { "; filename=\"台账.xlsx\"" } else { "" };
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend([head.as_bytes(), value, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

impl Client {
    pub fn new(router: Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    /// Sends a whole request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, bytes: body.collect().await.unwrap().to_bytes() }
    }

    /// A request to the API with this phone's token, to be completed.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        self.request_to(method, &format!("/api/v1{path}"))
    }

    /// A request to any path with this phone's token, to be completed.
    pub fn request_to(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let builder = Request::builder().method(method).uri(path);
        match &self.token {
            Some(token) => builder.header("authorization", format!("Bearer {token}")),
            None => builder,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    /// Sends a form; a field whose name is `file` is a file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &[u8])]) -> Answer {
        let (kind, body) = form(fields);
        let request = self.request(Method::POST, path).header("content-type", kind);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}
