//! From a deed to points.

use std::collections::HashMap;

use hujifen::audit::{Column as AuditColumn, Entity as Audit};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp, both_engines};

/// A UUIDv7 as a phone makes it; `number` tells them apart.
pub fn award_id(number: u32) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(1_795_399_200_000 + u64::from(number), &[7; 10]).into_uuid()
}

pub fn award(app: &TestApp, number: u32, household: usize, rule: &str) -> Value {
    json!({
        "id": award_id(number),
        "household_id": app.town.households[household],
        "rule_id": app.town.rule(rule),
        "occurred_on": "2026-11-23",
    })
}

pub fn with(mut value: Value, field: &str, other: Value) -> Value {
    value[field] = other;
    value
}

pub async fn balances(client: &Client, app: &TestApp, household: usize) -> Value {
    let path = format!("/households/{}", app.town.households[household]);
    client.get(&path).await.expect(200)["balances"].clone()
}

both_engines! {
    async fn a_worker_gives_five_points_and_they_stand_everywhere(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let answer = worker.post("/awards", award(&app, 1, 0, "参加清扫")).await;
        let given = answer.expect(201);
        let act = Audit::find().filter(AuditColumn::Action.eq("submit_award")).one(app.app.db.read()).await.unwrap().unwrap();
        assert_eq!(act.request_id, answer.headers["x-request-id"].to_str().unwrap());
        assert_eq!(given["points"], 5);
        assert_eq!(given["status"], "posted");
        assert_eq!(given["period"], "2026-11");
        assert_eq!(given["household_name"], "陈建桂");
        assert_eq!(given["can"], json!({"approve": false, "resubmit": false, "return": false, "reject": false, "withdraw": false, "reverse": true}));
        assert_eq!(balances(&worker, &app, 0).await, json!({"honour": 5, "spendable": 0, "pending": 5}));

        let statement = worker.get(&format!("/households/{}/statement", app.town.households[0])).await.expect(200);
        assert_eq!(statement["items"].as_array().unwrap().len(), 1);
        assert_eq!(statement["items"][0]["points"], 5);
        assert_eq!(statement["items"][0]["rule_name"], "参加清扫");
        assert_eq!(statement["items"][0]["recorder_name"], "worker某");
        assert_eq!(statement["household"]["balances"]["pending"], 5);

        let ranking = worker.get(&format!("/rankings?area_id={}&period=2026-11", app.town.grids[0].id)).await.expect(200);
        assert_eq!(ranking["participants"], 5);
        assert_eq!(ranking["items"][0]["household_id"], json!(app.town.households[0]));
        assert_eq!(ranking["items"][0]["rank"], 1);
        assert_eq!(ranking["items"][1]["rank"], 2);
        assert_eq!(ranking["items"][4]["rank"], 2);
    }

    async fn the_same_award_again_answers_itself_and_counts_once(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let first = worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.expect(201);
        let again = worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.expect(200);
        assert_eq!(first, again);
        let other = worker.post("/awards", award(&app, 1, 1, "参加清扫")).await;
        assert_eq!((other.status.as_u16(), other.code().as_str()), (409, "id_taken"));
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(cadre.post("/awards", award(&app, 1, 0, "参加清扫")).await.code(), "id_taken");
        assert_eq!(balances(&worker, &app, 0).await["pending"], 5);
    }

    async fn a_cap_clips_in_the_order_of_the_items_and_says_so(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let awards: Vec<Value> = (1..=3).map(|number| with(award(&app, number, 0, "参加清扫"), "quantity", json!(2))).collect();
        let answer = worker.post("/awards/batch", json!({ "awards": awards })).await.expect(200);
        let points: Vec<_> = (0..3).map(|at| (answer["results"][at]["award"]["points"].clone(), answer["results"][at]["award"]["clipped"].clone())).collect();
        assert_eq!(points, [(json!(10), json!(0)), (json!(10), json!(0)), (json!(0), json!(10))]);
        assert_eq!(balances(&worker, &app, 0).await["pending"], 20);
        // The window is that of the deed's day: October is not November.
        let october = with(award(&app, 9, 0, "参加清扫"), "occurred_on", json!("2026-10-31"));
        let october = worker.post("/awards", october).await.expect(201);
        assert_eq!((&october["points"], &october["period"]), (&json!(5), &json!("2026-10")));
        let statement = worker.get(&format!("/households/{}/statement", app.town.households[0])).await.expect(200);
        assert_eq!(statement["caps"], json!([{"rule_id": app.town.rule("参加清扫"), "window": "month", "units_used": 4}]));
    }

    async fn a_reversal_restores_exactly_what_was_there(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let given = with(award(&app, 1, 0, "参加清扫"), "quantity", json!(4));
        worker.post("/awards", given).await.expect(201);
        let path = format!("/awards/{}/reverse", award_id(1));
        assert_eq!(worker.post(&path, json!({})).await.code(), "invalid");
        let undone = worker.post(&path, json!({"reason": "记错了人"})).await.expect(200);
        assert_eq!(undone["status"], "reversed");
        assert_eq!(undone["steps"][0]["reason"], "记错了人");
        assert_eq!(balances(&worker, &app, 0).await, json!({"honour": 0, "spendable": 0, "pending": 0}));
        assert_eq!(worker.post(&path, json!({"reason": "再来一次"})).await.code(), "wrong_state");
        // The cap is free again.
        let again = with(award(&app, 2, 0, "参加清扫"), "quantity", json!(4));
        assert_eq!(worker.post("/awards", again).await.expect(201)["points"], 20);
        let statement = worker.get(&format!("/households/{}/statement", app.town.households[0])).await.expect(200);
        let shown: Vec<_> = statement["items"].as_array().unwrap().iter().map(|line| (line["kind"].clone(), line["points"].clone(), line["reversed"].clone())).collect();
        assert_eq!(shown, [
            (json!("award"), json!(20), json!(false)),
            (json!("reversal"), json!(-20), json!(false)),
            (json!("award"), json!(20), json!(true)),
        ]);
    }

    /// Mutation: answer a replay before looking whether the household is still in reach.
    async fn a_replay_tells_nothing_of_a_household_that_has_left_ones_reach(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let body = award(&app, 1, 0, "参加清扫");
        worker.post("/awards", body.clone()).await.expect(201);
        let household = format!("/households/{}", app.town.households[0]);
        let moved = json!({"grid_id": app.town.grids[1].id, "door": "88号", "name": "新户主"});
        cadre.json(axum::http::Method::PATCH, &household, moved).await.expect(200);
        cadre.post(&format!("/awards/{}/reverse", award_id(1)), json!({"reason": "村里的原因"})).await.expect(200);
        let again = worker.post("/awards", body.clone()).await.expect(200);
        assert_eq!((&again["status"], &again["points"]), (&json!("reversed"), &json!(5)));
        assert_eq!((&again["household_name"], &again["door"], &again["steps"]), (&json!(""), &json!(null), &json!([])));
        let stranger = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(stranger.post("/awards", body).await.code(), "not_found");
    }

    async fn an_inspection_counts_spots_and_zero_is_full_marks(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let inspect = |number, household, spots: Value| with(award(&app, number, household, "门前整洁"), "quantity", spots);
        for (number, spots, points) in [(1, json!(0), json!(10)), (2, json!(2), json!(6)), (3, json!(9), json!(0))] {
            let given = worker.post("/awards", inspect(number, number as usize - 1, spots)).await.expect(201);
            assert_eq!(given["points"], points);
        }
        let again = worker.post("/awards", inspect(4, 0, json!(0))).await.expect(201);
        assert_eq!((&again["points"], &again["clipped"]), (&json!(0), &json!(10)));
        assert_eq!(worker.post("/awards", award(&app, 5, 0, "门前整洁")).await.code(), "invalid");
    }

    async fn honour_points_that_cannot_be_spent_stay_out_of_pending(app) {
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/awards", award(&app, 1, 0, "积极参选")).await.expect(201);
        assert_eq!(balances(&worker, &app, 0).await, json!({"honour": 2, "spendable": 0, "pending": 0}));
    }

    /// Mutation: touch only what was posted.
    async fn a_cap_used_for_nothing_shows_on_the_households_page(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let path = format!("/households/{}/statement", app.town.households[0]);
        assert_eq!(worker.get(&path).await.expect(200)["caps"], json!([]));
        let many_spots = with(award(&app, 1, 0, "门前整洁"), "quantity", json!(9));
        assert_eq!(worker.post("/awards", many_spots).await.expect(201)["points"], 0);
        assert_eq!(worker.get(&path).await.expect(200)["caps"][0]["units_used"], 1);
        worker.post(&format!("/awards/{}/reverse", award_id(1)), json!({"reason": "走错门"})).await.expect(200);
        assert_eq!(worker.get(&path).await.expect(200)["caps"].as_array().unwrap().iter().filter(|cap| cap["units_used"] != 0).count(), 0);
    }

    async fn households_of_other_areas_are_not_found(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let town = &app.town;
        for (number, household) in [(1, town.households[5]), (2, town.sibling_household), (3, town.far_household)] {
            let given = with(award(&app, number, 0, "参加清扫"), "household_id", json!(household));
            let answer = worker.post("/awards", given).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "not_found"));
        }
        let far = app.signed_in(&town.far_cadre).await;
        worker.post("/awards", award(&app, 9, 0, "参加清扫")).await.expect(201);
        assert_eq!(far.get(&format!("/awards/{}", award_id(9))).await.code(), "not_found");
        assert_eq!(far.get(&format!("/households/{}/statement", town.households[0])).await.code(), "not_found");
        assert_eq!(far.get(&format!("/rankings?area_id={}", town.village.id)).await.code(), "not_found");
        // Also when the answer is at hand already.
        worker.get(&format!("/households/{}/statement", town.households[0])).await.expect(200);
        assert_eq!(far.get(&format!("/households/{}/statement", town.households[0])).await.code(), "not_found");
    }

    /// Mutation: list what one recorded without asking where.
    async fn what_one_recorded_is_listed_only_while_it_lies_in_reach(app) {
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.expect(201);
        let listed = async || worker.get("/awards?mine=true").await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(listed().await, 1);
        let cadre = app.signed_in(&app.town.cadre).await;
        let path = format!("/accounts/{}/scopes", app.town.worker.id);
        let scope = worker.get("/me").await.expect(200)["scopes"][0]["id"].as_str().unwrap().to_owned();
        cadre.post(&path, json!({"role": "grid_worker", "area_id": app.town.grids[1].id})).await.expect(201);
        cadre.json(axum::http::Method::DELETE, &format!("{path}/{scope}"), Value::Null).await.expect(204);
        assert_eq!(worker.get(&format!("/awards/{}", award_id(1))).await.code(), "not_found");
        assert_eq!(listed().await, 0);
    }

    async fn bad_input_is_answered_clearly_and_stores_nothing(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let fine = award(&app, 1, 0, "参加清扫");
        let cases = [
            (with(fine.clone(), "quantity", json!(0)), 422, "quantity_out_of_range"),
            (with(fine.clone(), "quantity", json!(1_000_000_000)), 422, "quantity_out_of_range"),
            (with(fine.clone(), "quantity", json!(-1)), 422, "quantity_out_of_range"),
            (with(fine.clone(), "quantity", json!(0.001)), 422, "invalid"),
            (with(fine.clone(), "occurred_on", json!("2026-11-24")), 422, "occurred_in_future"),
            (with(fine.clone(), "occurred_on", json!("2025-12-31")), 422, "rule_not_in_force"),
            (with(fine.clone(), "occurred_on", json!("2026-02-30")), 422, "invalid"),
            (with(fine.clone(), "household_id", json!(Uuid::from_u128(5))), 404, "not_found"),
            (with(fine.clone(), "rule_id", json!(Uuid::from_u128(5))), 422, "rule_not_in_force"),
            (with(fine.clone(), "points", json!(500)), 422, "invalid"),
            (with(fine.clone(), "note", json!("字".repeat(201))), 422, "invalid"),
            (with(fine.clone(), "id", json!(Uuid::from_u128(5))), 422, "invalid"),
            (with(fine.clone(), "note", json!("身份证431022196708172836")), 422, "invalid"),
        ];
        for (body, status, code) in cases {
            let answer = worker.post("/awards", body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
        }
        assert_eq!(balances(&worker, &app, 0).await["honour"], 0);
        assert_eq!(worker.get("/awards?mine=true").await.expect(200)["items"], json!([]));
    }

    async fn every_item_of_a_batch_has_its_own_answer(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let awards = json!([
            award(&app, 1, 0, "参加清扫"),
            award(&app, 2, 5, "参加清扫"),
            "not an award",
            award(&app, 1, 0, "参加清扫"),
            award(&app, 1, 1, "参加清扫"),
            award(&app, 3, 1, "参加清扫"),
        ]);
        let answer = worker.post("/awards/batch", json!({ "awards": awards })).await.expect(200);
        let statuses: Vec<_> = answer["results"].as_array().unwrap().iter().map(|result| result["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 404, 422, 200, 409, 201]);
        assert_eq!(answer["results"][2]["id"], Value::Null);
        let many: Vec<Value> = (0..501).map(|number| award(&app, number, 0, "参加清扫")).collect();
        assert_eq!(worker.post("/awards/batch", json!({ "awards": many })).await.code(), "invalid");
    }
}

/// T9. Mutation: drop the digest comparison in `submit_many`, or answer a replay from the request.
async fn shuffled_repeats_are_recorded_once(app: TestApp, awards_total: u32) {
    use rand::prelude::*;
    let worker = app.signed_in(&app.town.worker).await;
    let mut chance = rand::rngs::StdRng::seed_from_u64(9);
    let bodies: Vec<Value> = (0..awards_total)
        .map(|number| {
            with(award(&app, number, number as usize % 4, "志愿服务"), "note", json!(format!("第 {number} 条")))
        })
        .collect();
    let mut sends: Vec<usize> = (0..bodies.len()).flat_map(|at| vec![at; chance.random_range(1..=5)]).collect();
    sends.shuffle(&mut chance);
    let mut first: HashMap<Uuid, Value> = HashMap::new();
    for chunk in sends.chunks(100) {
        let awards: Vec<&Value> = chunk.iter().map(|at| &bodies[*at]).collect();
        let answer = worker.post("/awards/batch", json!({ "awards": awards })).await.expect(200);
        if chance.random_range(0..10) < 3 {
            continue; // the answer was lost on the way
        }
        for result in answer["results"].as_array().unwrap() {
            assert!(matches!(result["status"].as_u64(), Some(200 | 201)), "{result}");
            let id: Uuid = result["award"]["id"].as_str().unwrap().parse().unwrap();
            let known = first.entry(id).or_insert_with(|| result["award"].clone());
            assert_eq!(known, &result["award"]);
        }
    }
    for (at, body) in bodies.iter().enumerate().step_by(97) {
        let other = with(body.clone(), "note", json!("另一句话"));
        assert_eq!(worker.post("/awards", other).await.code(), "id_taken", "{at}");
    }
    use hujifen::awards::entity::Entity as Awards;
    use sea_orm::{EntityTrait as _, PaginatorTrait as _};
    assert_eq!(Awards::find().count(app.app.db.read()).await.unwrap(), u64::from(awards_total));
    let read = hujifen::ledger::verify::verify(app.app.db.read(), &app.app.pen.chain).await.unwrap();
    assert!(read.is_ok(), "{read:?}");
    assert_eq!(hujifen::awards::verify::verify(app.app.db.read()).await.unwrap(), Ok(u64::from(awards_total)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_awards_sent_again_and_again_are_recorded_once_on_sqlite() {
    shuffled_repeats_are_recorded_once(TestApp::on_sqlite().await, 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_awards_sent_again_and_again_are_recorded_once_on_postgresql() {
    shuffled_repeats_are_recorded_once(TestApp::on_postgresql().await, 10_000).await;
}
