//! Signing in, staying in, signing out; cookies; and tokens that nobody should believe.

mod browser;
mod forged;
mod guessing;

use axum::body::Body;
use axum::http::Method;
use hujifen::accounts::entity::session;
use hujifen::audit;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::support::town::{PASSWORD, Person};
use crate::support::{TestApp, both_engines, operations::operations};
use browser::{ACCESS, Browser, REFRESH};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn audited(app: &TestApp, action: &str) -> u64 {
    audit::Entity::find().filter(audit::Column::Action.eq(action)).count(app.app.db.read()).await.unwrap()
}

async fn scope_of(manager: &crate::support::Client, person: &Person) -> String {
    let accounts = manager.get("/accounts?limit=200").await.expect(200);
    let id = json!(person.id);
    let account = accounts["items"].as_array().unwrap().iter().find(|account| account["id"] == id).unwrap();
    account["scopes"][0]["id"].as_str().unwrap().to_owned()
}

both_engines! {
    /// Mutation: drop `Secure` or `HttpOnly` in `Cookies::set`, or look a stopped account up.
    async fn a_sign_in_answers_with_token_account_and_fenced_cookies(app) {
        let browser = Browser::new(&app);
        let answer = browser.post("/session", json!({"username": " Worker ", "password": PASSWORD})).await;
        let body = answer.expect(200);
        assert_eq!((&body["expires_in"], &body["account"]["username"]), (&json!(600), &json!("worker")));
        assert_eq!(body["account"]["scopes"][0]["area_name"], "一组");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(cookies.len(), 3);
        for (name, seconds) in [(ACCESS, 600), (REFRESH, 30 * 24 * 3600), (guessing::DEVICE, 400 * 24 * 3600)] {
            let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap();
            assert!(cookie.starts_with(&format!("{name}=")) && name.starts_with("__Host-"), "{cookie}");
            let (_, flags) = cookie.split_once(';').unwrap();
            assert_eq!(flags, format!(" Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax; Secure"));
        }
        assert_eq!(audited(&app, "sign_in").await, 1);
    }

    async fn whoever_cannot_sign_in_learns_nothing(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let path = format!("/accounts/{}", app.town.other_worker.id);
        cadre.json(Method::PATCH, &path, json!({"disabled": true})).await.expect(200);
        let browser = Browser::new(&app);
        let mut seen = Vec::new();
        for (username, password) in [("worker", "wrong horse"), ("nobody-at-all", PASSWORD), ("worker2", PASSWORD), ("", ""), ("a\u{0}b", "\u{0}")] {
            let answer = browser.post("/session", json!({"username": username, "password": password})).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "bad_credentials"), "{username}");
            assert!(answer.headers.get("set-cookie").is_none());
            let mut body = answer.json();
            body["request_id"] = Value::Null;
            seen.push(body);
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
        assert_eq!(audited(&app, "sign_in").await, 1, "only the cadre's");
    }

    /// RFC 6750. Mutation: challenge only whoever sends no token.
    async fn every_401_says_how_to_come_in_and_no_other_answer_does(app) {
        let browser = Browser::signed_in(&app, "worker").await;
        let bad = browser.post("/session", json!({"username": "worker", "password": "wrong horse"})).await;
        let forbidden = app.signed_in(&app.town.worker).await.get("/accounts").await;
        let (forged, nobody) = (app.with_token("x".to_owned()).get("/me").await, app.stranger().get("/me").await);
        app.pass(10 * MINUTE);
        let late = browser.get("/me").await;
        for (answer, code) in
            [(&bad, "bad_credentials"), (&forged, "signed_out"), (&nobody, "signed_out"), (&late, "token_expired")]
        {
            assert_eq!(answer.code(), code);
            assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"hujifen\"", "{code}");
        }
        assert_eq!(forbidden.code(), "forbidden");
        assert!(!forbidden.headers.contains_key("www-authenticate"));
    }

    /// T15. Mutation: let the grace give a new generation instead of the same successor.
    async fn who_loses_every_second_answer_stays_signed_in(app) {
        let mut browser = Browser::signed_in(&app, "worker").await;
        for _ in 0..6 {
            app.pass(9 * MINUTE);
            let lost = browser.refresh_and_lose_the_answer().await;
            app.pass(MINUTE / 2);
            let again = browser.refresh().await;
            again.expect(200);
            assert_eq!(browser::cookie(&lost, REFRESH), browser::cookie(&again, REFRESH));
            browser.get("/me").await.expect(200);
        }
        assert_eq!(audited(&app, "revoke_reused_session").await, 0);
    }

    async fn two_tabs_that_refresh_at_once_both_stay(app) {
        let browser = Browser::signed_in(&app, "worker").await;
        let (mut one, mut other) = (browser.clone(), browser.clone());
        let (first, second) = tokio::join!(one.refresh(), other.refresh());
        first.expect(200);
        second.expect(200);
        assert_eq!(browser::cookie(&first, REFRESH), browser::cookie(&second, REFRESH));
        one.refresh().await.expect(200);
        other.refresh().await.expect(200);
        other.get("/me").await.expect(200);
    }

    /// Mutation: answer the reuse without ending the sign-in.
    async fn a_refresh_token_used_long_after_its_successor_ends_the_whole_sign_in(app) {
        let mut thief = Browser::signed_in(&app, "worker").await;
        let mut owner = thief.clone();
        let elsewhere = Browser::signed_in(&app, "worker").await;
        owner.refresh().await.expect(200);
        app.pass(2 * MINUTE);
        assert_eq!(thief.refresh().await.code(), "signed_out");
        assert_eq!(owner.get("/me").await.code(), "signed_out");
        assert_eq!(owner.refresh().await.code(), "signed_out");
        assert_eq!(audited(&app, "revoke_reused_session").await, 1);
        elsewhere.get("/me").await.expect(200);
        // The one before the one before is old at once.
        let mut thief = Browser::signed_in(&app, "worker").await;
        let mut owner = thief.clone();
        owner.refresh().await.expect(200);
        owner.refresh().await.expect(200);
        assert_eq!(thief.refresh().await.code(), "signed_out");
        assert_eq!(audited(&app, "revoke_reused_session").await, 2);
    }

    async fn a_token_is_out_of_date_after_ten_minutes_and_a_sign_in_after_thirty_days(app) {
        let mut browser = Browser::signed_in(&app, "worker").await;
        app.pass(10 * MINUTE);
        let answer = browser.get("/me").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "token_expired"));
        browser.refresh().await.expect(200);
        browser.get("/me").await.expect(200);
        app.pass(30 * DAY);
        assert_eq!(browser.refresh().await.code(), "signed_out");
    }

    /// Mutation: leave `remove_past` out, or its limit.
    async fn sign_ins_that_ended_long_ago_are_removed_a_few_at_a_time(app) {
        for _ in 0..25 {
            app.signed_in(&app.town.worker).await;
        }
        let kept = async || session::Entity::find().count(app.app.db.read()).await.unwrap();
        assert_eq!(kept().await, 25);
        app.pass(60 * DAY);
        Browser::signed_in(&app, "worker").await.get("/me").await.expect(200);
        assert_eq!(kept().await, 26, "thirty days after the end, to the millisecond, all are there");
        app.pass(1);
        Browser::signed_in(&app, "cadre").await.get("/me").await.expect(200);
        assert_eq!(kept().await, 7);
        let mut last = Browser::signed_in(&app, "cadre").await;
        assert_eq!(kept().await, 3, "those of today");
        last.refresh().await.expect(200);
    }

    /// Mutation: sign out by the cookie only.
    async fn signing_out_acts_at_once_by_cookie_and_by_token(app) {
        let mut browser = Browser::signed_in(&app, "worker").await;
        let copy = browser.clone();
        let answer = browser.send(Method::DELETE, "/session", None).await;
        assert_eq!(answer.status.as_u16(), 204);
        for name in [ACCESS, REFRESH] {
            assert_eq!(browser::cookie(&answer, name).as_deref(), Some(""), "{name} is taken away");
        }
        assert_eq!(copy.get("/me").await.code(), "signed_out");
        assert_eq!(browser.refresh().await.code(), "signed_out");
        let phone = app.signed_in(&app.town.worker).await;
        let other = app.signed_in(&app.town.worker).await;
        phone.send(phone.request(Method::DELETE, "/session").body(Body::empty()).unwrap()).await.expect(204);
        assert_eq!(phone.get("/me").await.code(), "signed_out");
        other.get("/me").await.expect(200);
        assert_eq!(audited(&app, "sign_out").await, 2);
        phone.send(phone.request(Method::DELETE, "/session").body(Body::empty()).unwrap()).await.expect(204);
        assert_eq!(audited(&app, "sign_out").await, 2, "it was ended already");
    }

    /// Mutation: forget to touch the account in `end_scope` or in `change`.
    async fn what_is_taken_away_is_gone_with_the_next_request(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let mut browser = Browser::signed_in(&app, "worker").await;
        browser.get("/households").await.expect(200);
        let scope = scope_of(&cadre, &app.town.worker).await;
        let path = format!("/accounts/{}", app.town.worker.id);
        cadre.json(Method::DELETE, &format!("{path}/scopes/{scope}"), Value::Null).await.expect(204);
        assert_eq!(browser.get("/households").await.code(), "forbidden");
        assert_eq!(browser.get("/me").await.expect(200)["scopes"], json!([]));
        cadre.post(&format!("{path}/scopes"), json!({"role": "grid_worker", "area_id": app.town.grids[1].id})).await.expect(201);
        let seen = browser.get("/households").await.expect(200);
        assert_eq!(seen["items"].as_array().unwrap().len(), 3, "the other grid's");
        cadre.json(Method::PATCH, &path, json!({"disabled": true})).await.expect(200);
        assert_eq!(browser.get("/me").await.code(), "signed_out");
        assert_eq!(browser.refresh().await.code(), "signed_out");
    }

    async fn a_scope_ends_with_its_last_day_and_begins_with_its_first(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let path = format!("/accounts/{}/scopes", app.town.other_worker.id);
        let body = json!({"role": "grid_worker", "area_id": app.town.grids[0].id, "begins_on": "2026-11-24", "ends_on": "2026-11-24"});
        cadre.post(&path, body).await.expect(201);
        let mut browser = Browser::signed_in(&app, "worker2").await;
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(browser.get("/households").await.expect(200)["items"].as_array().unwrap().len());
            app.pass(DAY);
            browser.refresh().await.expect(200);
        }
        assert_eq!(seen, [3, 8, 3]);
    }

    /// Mutation: end all sign-ins, or none, in `password::change`.
    async fn a_new_password_ends_the_sign_ins_on_other_devices(app) {
        let (mut here, mut there) = (Browser::signed_in(&app, "worker").await, Browser::signed_in(&app, "worker").await);
        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        for (body, field, code) in [
            (change("wrong horse", "another horse"), "current_password", "wrong_password"),
            (change(PASSWORD, PASSWORD), "new_password", "same_password"),
            (change(PASSWORD, "short"), "new_password", "out_of_range"),
        ] {
            let answer = here.put("/me/password", body).await.expect(422);
            assert_eq!((&answer["errors"][0]["field"], &answer["errors"][0]["code"]), (&json!(field), &json!(code)));
        }
        there.get("/me").await.expect(200);
        here.put("/me/password", change(PASSWORD, "another horse")).await.expect(204);
        here.get("/me").await.expect(200);
        here.refresh().await.expect(200);
        assert_eq!(there.get("/me").await.code(), "signed_out");
        assert_eq!(there.refresh().await.code(), "signed_out");
        let sign_in = async |password: &str| here.post("/session", json!({"username": "worker", "password": password})).await;
        assert_eq!(sign_in(PASSWORD).await.code(), "bad_credentials");
        sign_in("another horse").await.expect(200);
        assert_eq!(audited(&app, "change_password").await, 1);
    }

    async fn a_password_given_anew_ends_every_sign_in_and_must_be_changed(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let mut browser = Browser::signed_in(&app, "worker").await;
        let path = format!("/accounts/{}/password", app.town.worker.id);
        let given = cadre.post(&path, Value::Null).await.expect(200);
        assert_eq!(browser.get("/me").await.code(), "signed_out");
        assert_eq!(browser.refresh().await.code(), "signed_out");
        let again = Browser::signed_in_with(&app, "worker", given["one_time_password"].as_str().unwrap()).await;
        assert_eq!(again.get("/households").await.code(), "must_change_password");
    }
}

/// T18. Mutation: accept the access cookie for any method.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_reads_and_never_writes() {
    let app = TestApp::on_sqlite().await;
    let browser = Browser::signed_in(&app, "cadre").await;
    for operation in operations().into_iter().filter(|operation| !operation.is_public) {
        let path = operation.path.replace("{id}", &app.town.households[0].to_string()).replace("{scope_id}", "x");
        let answer = browser.by_cookie(operation.method.clone(), &path).await;
        if operation.method == Method::GET {
            assert_ne!(answer.status.as_u16(), 401, "{}", operation.id);
            assert_ne!(browser.by_cookie(Method::HEAD, &path).await.status.as_u16(), 401, "{}", operation.id);
        } else {
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "signed_out"), "{}", operation.id);
        }
    }
}

/// T18. Mutation: take the refresh cookie from whichever site sends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_can_neither_read_nor_write_nor_sign_anybody_out() {
    let app = TestApp::on_sqlite().await;
    let mut browser = Browser::signed_in(&app, "cadre").await;
    for operation in operations() {
        let preflight = browser.for_elsewhere(Method::OPTIONS, &operation.path, "cross-site").await;
        assert!(!preflight.status.is_success(), "{}: {}", operation.id, preflight.status);
        assert!(!preflight.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{}", operation.id);
        let answer = browser.for_elsewhere(operation.method.clone(), &operation.path, "cross-site").await;
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{}", operation.id);
    }
    // A neighbouring host counts as the same site for cookies.
    for site in ["cross-site", "same-site"] {
        assert_eq!(browser.for_elsewhere(Method::POST, "/api/v1/session/refresh", site).await.code(), "signed_out");
        let answer = browser.for_elsewhere(Method::DELETE, "/api/v1/session", site).await;
        assert!(answer.headers.get("set-cookie").is_none(), "{site} takes the cookies away");
    }
    browser.get("/me").await.expect(200);
    browser.refresh().await.expect(200);
    assert_eq!(audited(&app, "sign_out").await, 0);
}
