//! What is read strictly: bodies and parameters that could be meant in two ways are refused.

use axum::http::Method;
use serde_json::{Value, json};

use super::{raw, refused};
use crate::awards::award_id;
use crate::support::client::Answer;
use crate::support::{TestApp, both_engines};

/// Field, code and sentence of the one problem; no sentence speaks English.
#[track_caller]
fn problem(answer: &Answer, what: &str) -> (String, String, String) {
    refused(answer, 422, "invalid", what);
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 1, "{what}: {errors}");
    let text = |name: &str| errors[0][name].as_str().unwrap().to_owned();
    let message = text("message");
    assert!(!message.chars().any(|c| c.is_ascii_alphabetic()), "{what}: {message}");
    (text("field"), text("code"), message)
}

fn award(app: &TestApp) -> Value {
    json!({
        "id": award_id(1),
        "household_id": app.town.households[0],
        "rule_id": app.town.rule("参加清扫"),
        "quantity": 1,
        "occurred_on": "2026-11-23",
    })
}

both_engines! {
    /// Mutation: hand the body to the derived readers as it came.
    async fn an_award_has_one_reading(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let fine = award(&app);
        let list: Vec<Value> = ["id", "household_id", "rule_id", "quantity", "degree", "people", "occurred_on", "note", "handled_by", "sheet"]
            .iter().map(|field| fine[field].clone()).collect();
        let (field, code, _) = problem(&worker.post("/awards", json!(list)).await, "a list");
        assert_eq!((field.as_str(), code.as_str()), ("", "wrong_type"));
        let batch = worker.post("/awards/batch", json!({"awards": [list]})).await.expect(200);
        assert_eq!(batch["results"][0]["error"]["errors"][0]["code"], "wrong_type");

        for (field, value, code) in [
            ("occurred_on", json!("2026-02-29"), "wrong_date"),
            ("occurred_on", json!("2026 - 09 - 05"), "wrong_date"),
            ("occurred_on", json!("2026-9-5"), "wrong_date"),
            ("occurred_on", json!(20_260_905), "wrong_date"),
            ("occurred_on", json!("昨天"), "wrong_date"),
            ("quantity", json!(1.000_000_4), "wrong_type"),
            ("quantity", json!("1"), "wrong_type"),
            ("people", json!(-1), "wrong_type"),
            ("household_id", json!("x"), "wrong_type"),
            ("note", json!(["x"]), "wrong_type"),
        ] {
            let mut body = fine.clone();
            body[field] = value.clone();
            let found = problem(&worker.post("/awards", body).await, &format!("{field} {value}"));
            assert_eq!((found.0.as_str(), found.1.as_str()), (field, code), "{value}");
            if code == "wrong_date" {
                assert_eq!(found.2, "日期要写成 2026-11-03 这样，并且要有这一天。");
            }
        }
        worker.post("/awards", fine).await.expect(201);
    }

    /// Mutation: let the last of two win.
    async fn a_field_that_stands_twice_is_refused_wherever_it_stands(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let fine = award(&app).to_string();
        let twice = fine.replacen('{', "{\"quantity\":500,", 1);
        let json = Some("application/json");
        for (path, body, field) in [
            ("/api/v1/awards", twice.clone(), "quantity"),
            ("/api/v1/awards/batch", format!("{{\"awards\":[{fine},{twice}]}}"), "awards[1].quantity"),
            ("/api/v1/awards/batch", format!("{{\"awards\":[],\"awards\":[{fine}]}}"), "awards"),
            ("/api/v1/awards", "{\"陈建桂\":1,\"陈建桂\":2}".to_owned(), ""),
        ] {
            let found = problem(&raw(&worker, &Method::POST, path, json, body).await, path);
            assert_eq!((found.0.as_str(), found.1.as_str()), (field, "duplicate_field"));
        }
        assert_eq!(worker.get("/awards?mine=true").await.expect(200)["items"], json!([]));
    }

    /// Mutation: read the filters in some order and leave the others out.
    async fn filters_of_awards_that_do_not_go_together_are_refused(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let (village, household) = (app.town.village.id, app.town.households[0]);
        for (query, field) in [
            (format!("mine=true&area_id={village}"), "area_id"),
            (format!("mine=true&household_id={household}"), "household_id"),
            (format!("household_id={household}&area_id={village}"), "area_id"),
            (format!("reviewable=true&household_id={household}"), "household_id"),
            ("reviewable=true&status=submitted".to_owned(), "status"),
            ("reviewable=true&mine=true".to_owned(), "mine"),
        ] {
            let (named, code, _) = problem(&cadre.get(&format!("/awards?{query}")).await, &query);
            assert_eq!((named.as_str(), code.as_str()), (field, "filters_together"), "{query}");
        }
        for query in [
            "mine=true&status=posted".to_owned(),
            format!("reviewable=true&area_id={village}"),
            format!("household_id={household}&status=posted"),
            format!("area_id={village}&status=submitted&mine=false"),
        ] {
            cadre.get(&format!("/awards?{query}")).await.expect(200);
        }
    }

    /// Mutation: take the field from the path of the error alone, or read the day of a query as it comes.
    async fn a_parameter_that_is_missing_or_stands_twice_is_named(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let village = app.town.village.id;
        for (path, field) in [
            ("/rankings".to_owned(), "area_id"),
            (format!("/rankings?area_id={village}&area_id={village}"), "area_id"),
            ("/households?limit=5&limit=6".to_owned(), "limit"),
            ("/awards?mine=true&mine=false".to_owned(), "mine"),
            ("/awards?status=lost".to_owned(), "status"),
            ("/rules?on=2026-02-29".to_owned(), "on"),
            ("/accounts?陈建桂=1".replace("陈建桂", "%E9%99%88"), ""),
        ] {
            let (named, code, _) = problem(&cadre.get(&path).await, &path);
            assert_eq!((named.as_str(), code.as_str()), (field, "wrong_parameter"), "{path}");
        }
        for loose in ["2026-9-1", "%2B2026-09-01", "2026-09-1", "%202026-09-01", "2026-09-01%20", "02026-09-01", "2026%20-%2009-01", ""] {
            let (named, code, message) = problem(&cadre.get(&format!("/rules?on={loose}")).await, loose);
            assert_eq!((named.as_str(), code.as_str()), ("on", "wrong_parameter"), "{loose}");
            assert_eq!(message, "日期要写成 2026-11-03 这样，并且要有这一天。");
        }
        cadre.get("/rules?on=2026-09-01").await.expect(200);
        for period in ["2026-%2B1", "2026-+1"] {
            let answer = cadre.get(&format!("/rankings?area_id={village}&period={period}")).await;
            assert_eq!(answer.expect(422)["errors"][0]["field"], "period", "{period}");
        }
    }
}
