//! HTTP as every room speaks it: what is wrong is refused clearly, and the same way everywhere.

mod reading;

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::operations::operations;
use crate::support::{Client, TestApp, both_engines, town};

/// Not one of these stands in a refusal.
const PERSONAL: [&str; 5] = ["13274429896", "431022196708172836", "陈建桂", "correct horse", "eyJ"];

async fn raw(client: &Client, method: &Method, path: &str, kind: Option<&str>, body: impl Into<Body>) -> Answer {
    let request = client.request_to(method.clone(), path);
    let request = kind.map_or(client.request_to(method.clone(), path), |kind| request.header("content-type", kind));
    client.send(request.body(body.into()).unwrap()).await
}

/// A whole problem document, fenced like every other answer.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{what}: {:?}", answer.bytes);
    fenced(answer, what);
    let problem = answer.json();
    assert_eq!(answer.headers["x-request-id"], problem["request_id"].as_str().unwrap(), "{what}");
    assert_eq!(problem["type"], format!("/api/docs#{code}"), "{what}");
    assert!(problem["title"].as_str().unwrap().chars().any(|c| c > '\u{4e00}'), "{what}: a Chinese sentence");
    let text = String::from_utf8_lossy(&answer.bytes);
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{what} repeats {personal}: {text}");
    }
}

#[track_caller]
fn fenced(answer: &Answer, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(answer.headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{what}");
    }
    for name in ["x-request-id", "cache-control", "content-security-policy", "permissions-policy"] {
        assert!(answer.headers.contains_key(name), "{what} lacks {name}");
    }
    assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"), "{what}");
}

/// The path of an operation with something in place of its parameters.
fn filled(path: &str, value: &str) -> String {
    path.replace("{id}", value).replace("{scope_id}", value)
}

fn takes_json(id: &str) -> bool {
    let document: Value = serde_json::from_slice(&hujifen::app::documents().json).unwrap();
    let items = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut operations = items.filter(|operation| operation["operationId"] == id);
    operations.next().unwrap()["requestBody"]["content"]["application/json"].is_object()
}

/// Somebody who holds the verb of an operation, so that he gets as far as its body.
async fn able(app: &TestApp, id: &str) -> Client {
    match id {
        "create_area"
        | "rename_area"
        | "file_rule_set"
        | "issue_rule_set"
        | "clear_rule_set_alarm"
        | "grant_budget"
        | "decline_budget" => app.signed_in(&app.town.town_admin).await,
        _ => app.signed_in(&app.town.cadre).await,
    }
}

/// Mutation: take the body as `axum::Json`, drop `deny_unknown_fields` from an input.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_is_refused_for_the_same_reasons() {
    let app = TestApp::on_sqlite().await;
    let household = app.town.households[0].to_string();
    let mut tried = 0;
    for operation in operations().iter().filter(|operation| takes_json(&operation.id)) {
        let (client, path) = (able(&app, &operation.id).await, filled(&operation.path, &household));
        let send =
            async |kind: Option<&str>, body: &str| raw(&client, &operation.method, &path, kind, body.to_owned()).await;
        let json = Some("application/json");
        for malformed in ["", "{", "{\"a\":}", "{} {}", "\u{feff}{}", "{\"name\": \"13274429896", "NaN"] {
            refused(&send(json, malformed).await, 400, "malformed", &operation.id);
        }
        let deep = "[".repeat(200_000);
        refused(&send(json, &deep).await, 400, "malformed", &operation.id);
        for wrong in ["null", "[]", "\"13274429896\"", "{\"陈建桂\": \"431022196708172836\"}", "{\"x\":1}", "17"] {
            refused(&send(json, wrong).await, 422, "invalid", &operation.id);
        }
        for kind in
            [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx"), Some("")]
        {
            refused(&send(kind, "{}").await, 415, "wrong_content_type", &operation.id);
        }
        let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
        refused(&send(json, &large).await, 413, "too_large", &operation.id);
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
}

/// Mutation: let serde's own words into the problem.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_is_not_repeated() {
    let app = TestApp::on_sqlite().await;
    let cadre = app.signed_in(&app.town.cadre).await;
    let fine = json!({"grid_id": app.town.grids[0].id, "code": "X1", "name": "新户", "size": 3});
    for (field, value) in [
        ("size", json!("431022196708172836")),
        ("size", json!("陈建桂")),
        ("size", json!(["13274429896"])),
        ("phone", json!("13274429896, expected 13274429896")),
        ("name", json!({"陈建桂": 1})),
        ("name", json!("陈建桂 431022196708172836")),
        ("code", json!("431022196708172836")),
        ("tags", json!("13274429896")),
        ("tags", json!([["13274429896"]])),
        ("status", json!("陈建桂")),
        ("grid_id", json!("13274429896")),
        ("431022196708172836", json!(1)),
        ("陈建桂", json!(1)),
    ] {
        let mut body = fine.clone();
        body[field] = value;
        let answer = cadre.post("/households", body).await;
        refused(&answer, 422, "invalid", field);
        let named = answer.json()["errors"][0]["field"].clone();
        let made_up = !field.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        assert!(named.as_str().unwrap().starts_with(if made_up { "" } else { field }), "{field}: {named}");
    }
    for query in [
        "q=&limit=13274429896x",
        "status=13274429896",
        "area_id=431022196708172836",
        "limit=%E9%99%88%E5%BB%BA%E6%A1%82",
    ] {
        for path in ["/households", "/awards"] {
            let answer = cadre.get(&format!("{path}?{query}")).await;
            if answer.status.as_u16() != 200 {
                refused(&answer, 422, "invalid", query);
            }
        }
    }
    assert_eq!(cadre.get("/households?limit=x").await.expect(422)["errors"][0]["field"], "limit");
    assert_eq!(cadre.post("/households", json!({"nmae": 1})).await.expect(422)["errors"][0]["field"], "nmae");
    let long = "x".repeat(200_000);
    let answer = cadre.post("/households", json!({ long: 1 })).await;
    refused(&answer, 422, "invalid", "a long name");
    assert!(answer.bytes.len() < 2000, "{} bytes", answer.bytes.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_and_methods_that_do_not_exist_are_refused_clearly() {
    let app = TestApp::on_sqlite().await;
    let (cadre, stranger) = (app.signed_in(&app.town.cadre).await, app.stranger());
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/me",
        "/api",
        "/api/v1/households/a/b/c",
        "/api/v1/../me",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/households/%00",
        "/nothing.txt",
    ] {
        for client in [&cadre, &stranger] {
            let answer = raw(client, &Method::GET, path, None, "").await;
            let expected = if path.starts_with("/api/v1/households/%00") && answer.status.as_u16() == 401 {
                (401, "signed_out")
            } else {
                (404, "not_found")
            };
            refused(&answer, expected.0, expected.1, path);
        }
        refused(
            &raw(&cadre, &Method::POST, path, None, "").await,
            if path.contains("%00") { 405 } else { 404 },
            if path.contains("%00") { "wrong_method" } else { "not_found" },
            path,
        );
    }
    let operations = operations();
    for operation in &operations {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::TRACE,
            Method::OPTIONS,
            "PROPFIND".parse().unwrap(),
        ] {
            if operations.iter().any(|other| other.path == operation.path && other.method == method) {
                continue;
            }
            let answer =
                raw(&cadre, &method, &filled(&operation.path, &app.town.households[0].to_string()), None, "").await;
            refused(&answer, 405, "wrong_method", &format!("{method} {}", operation.path));
            assert!(answer.headers.contains_key("allow"), "{}", operation.path);
        }
    }
    for operation in operations.iter().filter(|operation| operation.path.contains("{id}")) {
        let client = able(&app, &operation.id).await;
        for id in [
            "x",
            "1",
            "00000000-0000-0000-0000-00000000000g",
            "%F0%9F%98%80",
            "%ff",
            "' OR 1=1 --".replace(' ', "%20").as_str(),
            &"9".repeat(5000),
        ] {
            let answer =
                raw(&client, &operation.method, &filled(&operation.path, id), Some("application/json"), "{}").await;
            refused(&answer, 404, "not_found", &format!("{} with {}", operation.id, &id[..id.len().min(40)]));
        }
    }
}

/// Mutation: leave the check of a limit out, or read a cursor without looking for NUL.
async fn pages_are_asked_for_in_their_limits_only(app: TestApp) {
    let cadre = app.signed_in(&app.town.cadre).await;
    let household = app.town.households[0];
    let statement = format!("/households/{household}/statement");
    let rankings = format!("/rankings?area_id={}", app.town.village.id);
    let lists = [
        ("/areas", 1000),
        ("/accounts", 200),
        ("/households", 200),
        ("/households?q=c", 200),
        ("/awards", 200),
        ("/awards?mine=true", 200),
        ("/awards?reviewable=true", 200),
        (statement.as_str(), 200),
        (rankings.as_str(), 200),
    ];
    let cursor = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let id = household.to_string();
    for (path, most) in lists {
        let sign = if path.contains('?') { '&' } else { '?' };
        cadre.get(&format!("{path}{sign}limit={most}")).await.expect(200);
        for limit in [
            "0".to_owned(),
            (most + 1).to_string(),
            "-1".to_owned(),
            "1.5".to_owned(),
            "x".to_owned(),
            u64::MAX.to_string(),
            "99999999999999999999".to_owned(),
            String::new(),
        ] {
            refused(
                &cadre.get(&format!("{path}{sign}limit={limit}")).await,
                422,
                "invalid",
                &format!("{path} limit={limit}"),
            );
        }
        for junk in [
            "x".to_owned(),
            "%00".to_owned(),
            "e30=".to_owned(),
            cursor("{}"),
            cursor("{\"a\":1}"),
            cursor("[[]]"),
            cursor("[1,2,3,4,5]"),
        ] {
            refused(&cadre.get(&format!("{path}{sign}cursor={junk}")).await, 422, "invalid", &format!("{path} {junk}"));
        }
        // Well-formed, but no cursor that this list gave: whatever it answers, it stands.
        for odd in [
            "\"\\u0000\"".to_owned(),
            "\"c\"".to_owned(),
            "-1".to_owned(),
            "9223372036854775807".to_owned(),
            "-9223372036854775808".to_owned(),
            "18446744073709551615".to_owned(),
            "1e400".to_owned(),
            format!("[\"c\\u0000\",\"{id}\"]"),
            format!("[\"c\",\"{id}\"]"),
            format!("[9223372036854775807,\"{id}\"]"),
            format!("[-9223372036854775808,\"{id}\"]"),
            format!("[\"\\u0000\",1,\"\\u0000\",\"{id}\"]"),
            format!("[\"~\",2147483647,\"~\",\"{id}\"]"),
            format!("[\"\",-2147483648,\"'\",\"{id}\"]"),
        ] {
            let answer = cadre.get(&format!("{path}{sign}cursor={}", cursor(&odd))).await;
            assert!(matches!(answer.status.as_u16(), 200 | 422), "{path} {odd}: {}", answer.status);
        }
    }
}

both_engines! {
    async fn lists_keep_to_their_limits(app) {
        pages_are_asked_for_in_their_limits_only(app).await;
    }

    /// PostgreSQL takes no NUL in a text; SQLite takes everything.
    async fn a_nul_is_refused_and_never_an_accident(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let household = app.town.households[0];
        let grid = app.town.grids[0].id;
        let nul = "甲\u{0}乙";
        for path in ["/households?q=%00", "/households?q=c%00", "/rankings?area_id=%00", "/rules?on=%00", "/awards?status=%00"] {
            let answer = cadre.get(path).await;
            assert!(matches!(answer.status.as_u16(), 200 | 422), "{path}: {}", answer.status);
        }
        let rankings = format!("/rankings?area_id={}&period=2026-1%00", app.town.village.id);
        refused(&cadre.get(&rankings).await, 422, "invalid", "period");
        let scope = json!({"role": "grid_worker", "area_id": grid});
        for (client, method, path, body) in [
            (&town, Method::POST, "/areas".to_owned(), json!({"parent_id": app.town.village.id, "name": nul})),
            (&cadre, Method::POST, "/accounts".to_owned(), json!({"username": nul, "name": "新", "scope": scope})),
            (&cadre, Method::POST, "/accounts".to_owned(), json!({"username": "new", "name": nul, "scope": scope})),
            (&cadre, Method::POST, "/households".to_owned(), json!({"grid_id": grid, "code": nul, "name": "新", "size": 1})),
            (&cadre, Method::POST, "/households".to_owned(), json!({"grid_id": grid, "code": "X1", "name": nul, "size": 1})),
            (&cadre, Method::PATCH, format!("/households/{household}"), json!({"alias": nul})),
            (&cadre, Method::PATCH, format!("/households/{household}"), json!({"door": nul})),
            (&cadre, Method::PATCH, format!("/households/{household}"), json!({"address": nul})),
            (&cadre, Method::PATCH, format!("/households/{household}"), json!({"phone": "1327442\u{0}9896"})),
            (&cadre, Method::PATCH, format!("/households/{household}"), json!({"tags": [nul]})),
        ] {
            refused(&client.json(method, &path, body.clone()).await, 422, "invalid", &body.to_string());
        }
    }

    async fn dates_that_no_calendar_holds_are_refused(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let worker = app.town.worker.id;
        let draft = town::draft(&app.app, &app.town.village, app.town.cadre.id).await;
        for day in ["+262142-12-31", "-262143-01-01", "9999-12-31", "0000-01-01", "-0001-01-01"] {
            let day = day.replace('+', "%2B");
            cadre.get(&format!("/rules?on={day}")).await.expect(200);
        }
        for day in ["+262142-12-31", "-262143-01-01", "9999-12-31"] {
            let scope = json!({"role": "panel_member", "area_id": app.town.village.id, "begins_on": day});
            refused(&cadre.post(&format!("/accounts/{worker}/scopes"), scope).await, 422, "invalid", day);
            let scope = json!({"role": "panel_member", "area_id": app.town.village.id, "ends_on": day});
            refused(&cadre.post(&format!("/accounts/{worker}/scopes"), scope).await, 422, "invalid", day);
            let resolution = town::resolution("2026-11-20", day);
            let answer = cadre.post(&format!("/rule-sets/{draft}/adopt"), resolution).await;
            refused(&answer, 422, "invalid", day);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_answers_like_get_without_a_body_and_good_answers_are_fenced_too() {
    let app = TestApp::on_sqlite().await;
    let cadre = app.signed_in(&app.town.cadre).await;
    for path in [
        "/api/v1/me",
        "/api/v1/areas",
        "/api/v1/households",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/docs",
    ] {
        let get = raw(&cadre, &Method::GET, path, None, "").await;
        let head = raw(&cadre, &Method::HEAD, path, None, "").await;
        assert_eq!((get.status.as_u16(), head.status.as_u16()), (200, 200), "{path}");
        assert!(head.bytes.is_empty() && !get.bytes.is_empty(), "{path}");
        assert_eq!(get.headers["content-type"], head.headers["content-type"], "{path}");
        fenced(&get, path);
        fenced(&head, path);
    }
    let private = cadre.get("/me").await;
    assert_eq!(private.headers["cache-control"], "no-store");
    // An id of the caller's own never stands for the house's.
    let request = Request::builder().uri("/api/v1/me").header("x-request-id", "mine");
    let answer = cadre.send(request.body(Body::empty()).unwrap()).await;
    assert_ne!(answer.headers["x-request-id"], "mine");
}

/// Mutation: name it for writes alone.
#[test]
fn whatever_asks_the_database_is_said_to_be_busy_at_times() {
    for operation in operations() {
        let asks = operation.path.starts_with("/api/v1/") && operation.id != "read_openapi";
        assert_eq!(operation.names("503", "busy"), asks, "{}", operation.id);
    }
}
