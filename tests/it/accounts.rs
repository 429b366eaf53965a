//! Accounts over HTTP: who one is, passwords, and managing others.

mod clash;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::town::PASSWORD;
use crate::support::{Client, TestApp, both_engines};

async fn signed_in(app: &TestApp, username: &str, password: &str) -> (Client, Value) {
    let session = sign_in(app, username, password).await.expect(200);
    let token = session["access_token"].as_str().unwrap().to_owned();
    (app.with_token(token), session["account"].clone())
}

async fn sign_in(app: &TestApp, username: &str, password: &str) -> crate::support::client::Answer {
    app.stranger().post("/session", json!({"username": username, "password": password})).await
}

fn new_worker(app: &TestApp, username: &str) -> Value {
    json!({
        "username": username,
        "name": "陈桂娟",
        "household_id": app.town.households[5],
        "scope": {"role": "grid_worker", "area_id": app.town.grids[0].id},
    })
}

both_engines! {
    /// Mutation: ask for a verb in `read_me`, or none in `list_areas`.
    async fn a_one_time_password_opens_only_its_own_change(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let made = cadre.post("/accounts", new_worker(&app, "Chen")).await.expect(201);
        let one_time = made["one_time_password"].as_str().unwrap();
        let (phone, account) = signed_in(&app, "chen", one_time).await;
        assert_eq!(account, made["account"]);
        assert_eq!(account["must_change_password"], true);
        assert_eq!(account["scopes"][0]["village_name"], "林家排村");
        assert_eq!(phone.get("/me").await.expect(200), account);
        assert_eq!(phone.get("/areas").await.code(), "must_change_password");

        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        for (wrong, field) in [
            (change("not it, surely", "a longer horse"), "current_password"),
            (change(one_time, "short"), "new_password"),
            (change(one_time, one_time), "new_password"),
        ] {
            let problem = phone.json(Method::PUT, "/me/password", wrong).await.expect(422);
            assert_eq!(problem["errors"][0]["field"], field);
        }
        let (other_phone, _) = signed_in(&app, "chen", one_time).await;
        phone.json(Method::PUT, "/me/password", change(one_time, "a longer horse")).await.expect(204);
        assert_eq!(other_phone.get("/me").await.code(), "signed_out");
        phone.get("/areas").await.expect(200);
        assert_eq!(sign_in(&app, "chen", one_time).await.code(), "bad_credentials");
        signed_in(&app, "chen", "a longer horse").await;
    }

    async fn a_stopped_account_is_out_at_once_and_comes_back_by_signing_in(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let (worker, _) = signed_in(&app, "worker", PASSWORD).await;
        let path = format!("/accounts/{}", app.town.worker.id);
        assert_eq!(cadre.json(Method::PATCH, &path, json!({"disabled": true})).await.expect(200)["disabled"], true);
        assert_eq!(worker.get("/me").await.code(), "signed_out");
        assert_eq!(sign_in(&app, "worker", PASSWORD).await.code(), "bad_credentials");
        cadre.json(Method::PATCH, &path, json!({"disabled": false})).await.expect(200);
        assert_eq!(worker.get("/me").await.code(), "signed_out");
        signed_in(&app, "worker", PASSWORD).await;
    }

    /// Mutation: let `managed` hand over whoever is in reach.
    async fn a_stopped_account_changes_only_by_coming_back(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let path = format!("/accounts/{}", app.town.worker.id);
        let stop = || cadre.json(Method::PATCH, &path, json!({"disabled": true}));
        let stopped = stop().await.expect(200);
        let panel = json!({"role": "panel_member", "area_id": app.town.village.id});
        for answer in [
            cadre.json(Method::PATCH, &path, json!({"name": "王某"})).await,
            cadre.json(Method::PATCH, &path, json!({"name": "王某", "disabled": true})).await,
            cadre.json(Method::PATCH, &path, json!({"household_id": null})).await,
            cadre.post(&format!("{path}/password"), Value::Null).await,
            cadre.post(&format!("{path}/scopes"), panel.clone()).await,
        ] {
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "account_stopped"));
        }
        assert_eq!(stop().await.expect(200), stopped);
        let back = cadre.json(Method::PATCH, &path, json!({"name": "王某", "disabled": false})).await.expect(200);
        assert_eq!((&back["name"], &back["disabled"]), (&json!("王某"), &json!(false)));
        signed_in(&app, "worker", PASSWORD).await;
        // What somebody may do can be taken from him also after he was stopped.
        let scope = cadre.post(&format!("{path}/scopes"), panel).await.expect(201)["scopes"][0]["id"].clone();
        stop().await.expect(200);
        let scope = format!("{path}/scopes/{}", scope.as_str().unwrap());
        cadre.json(Method::DELETE, &scope, Value::Null).await.expect(204);
    }

    async fn nobody_moves_into_a_closed_household(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let home = app.town.households[5];
        let (worker, other) = (format!("/accounts/{}", app.town.worker.id), format!("/accounts/{}", app.town.other_worker.id));
        let live_in = async |path: &str| cadre.json(Method::PATCH, path, json!({"household_id": home})).await;
        live_in(&worker).await.expect(200);
        cadre.json(Method::PATCH, &format!("/households/{home}"), json!({"status": "closed"})).await.expect(200);
        assert_eq!(live_in(&other).await.code(), "household_closed");
        assert_eq!(cadre.post("/accounts", new_worker(&app, "chen")).await.code(), "household_closed");
        // Whoever lived there when it was closed can still be changed otherwise.
        live_in(&worker).await.expect(200);
        cadre.json(Method::PATCH, &worker, json!({"name": "王某", "household_id": home})).await.expect(200);
    }

    async fn an_own_household_is_set_kept_and_taken_away(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let path = format!("/accounts/{}", app.town.worker.id);
        let set = async |body| cadre.json(Method::PATCH, &path, body).await;
        let home = app.town.households[2];
        assert_eq!(set(json!({"household_id": home})).await.expect(200)["household_id"], json!(home));
        assert_eq!(set(json!({"name": "王某"})).await.expect(200)["household_id"], json!(home));
        assert_eq!(set(json!({"household_id": app.town.sibling_household})).await.code(), "not_found");
        assert_eq!(set(json!({"household_id": null})).await.expect(200)["household_id"], Value::Null);
    }

    async fn scopes_are_given_and_ended_on_the_next_request(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let worker = app.signed_in(&app.town.worker).await;
        let path = format!("/accounts/{}/scopes", app.town.worker.id);
        let grid = json!({"role": "grid_worker", "area_id": app.town.grids[1].id});
        let given = cadre.post(&path, grid.clone()).await.expect(201);
        assert_eq!(given["scopes"].as_array().unwrap().len(), 2);
        assert_eq!(worker.get("/areas").await.expect(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(cadre.post(&path, grid).await.code(), "scope_held");
        for scope in given["scopes"].as_array().unwrap() {
            let one = format!("{path}/{}", scope["id"].as_str().unwrap());
            cadre.json(Method::DELETE, &one, Value::Null).await.expect(204);
        }
        assert_eq!(worker.get("/areas").await.code(), "forbidden");
        assert_eq!(worker.get("/me").await.expect(200)["scopes"], json!([]));
    }

    async fn a_list_goes_by_sign_in_name_page_by_page(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let mut names = Vec::new();
        let mut page = cadre.get("/accounts?limit=2").await.expect(200);
        loop {
            names.extend(page["items"].as_array().unwrap().iter().map(|one| one["username"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            page = cadre.get(&format!("/accounts?limit=2&cursor={cursor}")).await.expect(200);
        }
        assert_eq!(names, ["cadre", "panel", "panel2", "supervisor", "worker", "worker2"]);
        let of_grid = cadre.get(&format!("/accounts?area_id={}", app.town.grids[1].id)).await.expect(200);
        assert_eq!(of_grid["items"].as_array().unwrap().len(), 1);
        let elsewhere = cadre.get(&format!("/accounts?area_id={}", app.town.sibling.id)).await;
        assert_eq!(elsewhere.code(), "not_found");
        assert_eq!(app.signed_in(&app.town.worker).await.get("/accounts").await.code(), "forbidden");
    }

    async fn bad_input_is_named_and_changes_nothing(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let changed = |pointer: &str, value: Value| {
            let mut body = new_worker(&app, "chen");
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let with_dates = |begins: &str, ends: &str| {
            let mut body = new_worker(&app, "chen");
            body["scope"]["begins_on"] = json!(begins);
            body["scope"]["ends_on"] = json!(ends);
            body
        };
        for (body, field) in [
            (changed("/username", json!("x")), "username"),
            (changed("/name", json!(" ")), "name"),
            (with_dates("2026-11-22", "2026-12-31"), "scope.begins_on"),
            (with_dates("2026-12-01", "2026-11-30"), "scope.ends_on"),
            (with_dates("2026-12-01", "9999-12-31"), "scope.ends_on"),
        ] {
            let problem = cadre.post("/accounts", body).await.expect(422);
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
        assert_eq!(cadre.post("/accounts", changed("/username", json!("worker"))).await.code(), "username_taken");
        assert_eq!(cadre.get("/accounts").await.expect(200)["items"].as_array().unwrap().len(), 6);
    }
}
