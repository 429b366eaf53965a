//! A browser: keeps cookies, and sends them along as browsers do.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::town::PASSWORD;
use crate::support::{Client, TestApp};

pub const ACCESS: &str = "__Host-hujifen";
pub const REFRESH: &str = "__Host-hujifen-refresh";

/// A tab with its cookies and the access token of its last sign-in or refresh.
#[derive(Clone)]
pub struct Browser {
    phone: Client,
    token: String,
    access_cookie: String,
    refresh_cookie: String,
}

/// The value that an answer sets a cookie to.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()
}

impl Browser {
    /// Nobody has signed in here.
    pub fn new(app: &TestApp) -> Self {
        Self {
            phone: app.stranger(),
            token: String::new(),
            access_cookie: String::new(),
            refresh_cookie: String::new(),
        }
    }

    pub async fn signed_in(app: &TestApp, username: &str) -> Self {
        Self::signed_in_with(app, username, PASSWORD).await
    }

    pub async fn signed_in_with(app: &TestApp, username: &str, password: &str) -> Self {
        let mut browser = Self::new(app);
        let answer = browser.post("/session", json!({"username": username, "password": password})).await;
        browser.keep(&answer);
        browser
    }

    fn keep(&mut self, answer: &Answer) {
        if answer.status.is_success() {
            self.token = answer.json()["access_token"].as_str().unwrap().to_owned();
            self.access_cookie = cookie(answer, ACCESS).unwrap();
            self.refresh_cookie = cookie(answer, REFRESH).unwrap();
            assert_eq!(self.access_cookie, self.token);
        }
    }

    /// A request of the app's own page: cookies and, once signed in, the token.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.phone.request(method, path).header("sec-fetch-site", "same-origin");
        if !self.token.is_empty() {
            request =
                request.header("authorization", format!("Bearer {}", self.token)).header("cookie", self.cookies());
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.phone.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn refresh(&mut self) -> Answer {
        let answer = self.refresh_and_lose_the_answer().await;
        self.keep(&answer);
        answer
    }

    pub async fn refresh_and_lose_the_answer(&self) -> Answer {
        self.send(Method::POST, "/session/refresh", None).await
    }

    /// With cookies and without a token, as a form or a link would send it.
    pub async fn by_cookie(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("cookie", self.cookies());
        self.phone.send(request.header("content-type", "application/json").body(Body::from("{}")).unwrap()).await
    }

    /// What the page of another site makes this browser send, if cookies went along.
    pub async fn for_elsewhere(&self, method: Method, path: &str, site: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("cookie", self.cookies());
        let request = request.header("origin", "https://elsewhere.example").header("sec-fetch-site", site);
        let request = request.header("content-type", "text/plain").header("access-control-request-method", "POST");
        self.phone.send(request.body(Body::from("{}")).unwrap()).await
    }

    fn cookies(&self) -> String {
        format!("theme=big; {ACCESS}={}; {REFRESH}={}", self.access_cookie, self.refresh_cookie)
    }
}
