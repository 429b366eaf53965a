//! Rounds past all doors of a grid: what was found is counted once, and nobody judges his own door.

mod harder;

use hujifen::hundredths::Hundredths;
use hujifen::rules::NewRule;
use hujifen::rules::terms::{Cap, Proof, Shape, Terms, Window};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::awards::balances;
use crate::shapes::verified;
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines, town};

pub fn inspection_id(number: u8) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs(), &[number; 10]).into_uuid()
}

/// Three items of ten points, two off for each spot: one indoors, one to be shown on a photo.
pub fn items() -> Vec<NewRule> {
    let item = |name: &str| NewRule {
        category: "庭院评比".into(),
        name: name.into(),
        terms: Terms {
            shape: Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::whole(2) },
            cap: Some(Cap { units: Hundredths::ONE, window: Window::Month }),
            unit: "月".into(),
            ..Terms::default()
        },
    };
    let (mut indoors, mut shown) = (item("厨房厕所"), item("垃圾分类"));
    indoors.terms.indoor_may_be_skipped = true;
    shown.terms.proofs = vec![Proof::Photo];
    vec![item("门前屋后"), indoors, shown]
}

/// Brings a table of nothing else into force in the village.
pub async fn with_items(app: &TestApp) {
    town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, items(), "2026-09-01".parse().unwrap()).await;
}

pub async fn begin_for(client: &Client, app: &TestApp, number: u8, month: &str) -> Answer {
    let body = json!({"id": inspection_id(number), "area_id": app.town.grids[0].id, "month": month});
    client.post("/inspections", body).await
}

pub async fn begin(client: &Client, app: &TestApp, number: u8) -> Value {
    begin_for(client, app, number, "2026-11").await.expect(201)
}

/// What was found at a door: spots of each item in its order, null where nobody went in.
pub fn found(app: &TestApp, sheet: &Value, household: usize, revision: i64, spots: &[Option<u16>]) -> Value {
    let rules = sheet["rules"].as_array().unwrap().iter().zip(spots);
    let findings: Vec<Value> = rules.map(|(rule, spots)| json!({"rule_id": rule["rule_id"], "spots": spots})).collect();
    json!({
        "household_id": app.town.households[household], "revision": revision, "state": "marked", "findings": findings,
    })
}

pub fn said(app: &TestApp, household: usize, revision: i64, state: &str) -> Value {
    json!({"household_id": app.town.households[household], "revision": revision, "state": state})
}

pub async fn put(client: &Client, number: u8, marks: Vec<Value>) -> Answer {
    client.put(&format!("/inspections/{}/marks", inspection_id(number)), json!({ "marks": marks })).await
}

/// Status or code of each answer.
pub async fn mark(client: &Client, number: u8, marks: Vec<Value>) -> Vec<String> {
    let answer = put(client, number, marks).await.expect(200);
    let results = answer["results"].as_array().unwrap().iter();
    results.map(|one| one["error"]["code"].as_str().map_or(one["status"].to_string(), str::to_owned)).collect()
}

pub async fn close(client: &Client, number: u8, blank_ok: bool) -> Answer {
    client.post(&format!("/inspections/{}/close", inspection_id(number)), json!({ "blank_ok": blank_ok })).await
}

pub async fn look(client: &Client, number: u8) -> Value {
    client.get(&format!("/inspections/{}", inspection_id(number))).await.expect(200)
}

pub async fn pending(client: &Client, app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    for household in 0..5 {
        all.push(balances(client, app, household).await["pending"].clone());
    }
    all
}

const ALL_WELL: [Option<u16>; 3] = [Some(0); 3];

both_engines! {
    /// Mutations: count what was not looked at as full marks, or as nothing; let the closer be the recorder.
    async fn a_round_is_walked_by_two_and_what_they_found_counts_once(app) {
        with_items(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let sheet = begin(&worker, &app, 1).await;
        assert_eq!(sheet["households"].as_array().unwrap().len(), 5);
        assert_eq!(sheet["rules"].as_array().unwrap().iter().map(|rule| rule["name"].clone()).collect::<Vec<_>>(), ["门前屋后", "厨房厕所", "垃圾分类"]);
        let own: Vec<Value> = sheet["households"].as_array().unwrap().iter().map(|door| door["own"].clone()).collect();
        assert_eq!(own, [false, false, false, false, true].map(Value::from));
        // Begun again, by another under another id, it is the same round.
        assert_eq!(begin_for(&cadre, &app, 2, "2026-11").await.expect(200)["id"], json!(inspection_id(1)));
        assert_eq!(begin_for(&worker, &app, 1, "2026-11").await.status, 200);
        assert_eq!(begin_for(&worker, &app, 1, "2026-10").await.code(), "inspection_taken");

        let marks = vec![
            found(&app, &sheet, 0, 1, &ALL_WELL),
            found(&app, &sheet, 1, 1, &[Some(2), None, Some(0)]),
            said(&app, 2, 1, "nobody_home"),
            found(&app, &sheet, 4, 1, &ALL_WELL),
        ];
        assert_eq!(mark(&worker, 1, marks).await, ["200", "200", "200", "own_door"]);
        let doubtful = vec![found(&app, &sheet, 0, 1, &[Some(5); 3]), found(&app, &sheet, 4, 1, &[Some(9), Some(1), Some(0)])];
        assert_eq!(mark(&cadre, 1, doubtful).await, ["judged_already", "200"]);
        let listed = worker.get(&format!("/inspections?area_id={}", app.town.grids[0].id)).await.expect(200);
        assert_eq!((&listed["items"][0]["listed"], &listed["items"][0]["judged"]), (&json!(5), &json!(3)));

        let refused = close(&worker, 1, false).await;
        assert_eq!((refused.code().as_str(), refused.json()["errors"][0]["message"].clone()), ("still_blank", json!("还有 2 户没评完，请评完，或者确认空着。")));
        assert_eq!(pending(&worker, &app).await, [0; 5].map(Value::from));
        let closed = close(&worker, 1, true).await.expect(200);
        assert_eq!((&closed["listed"], &closed["judged"], &closed["closed_by"]), (&json!(5), &json!(3), &json!("worker某")));
        // Ten each; two spots and not let in; nothing left of ten after nine spots.
        assert_eq!(pending(&worker, &app).await, [30, 16, 0, 0, 18].map(Value::from));
        let awards: Vec<usize> = closed["households"].as_array().unwrap().iter().map(|door| door["awards"].as_array().unwrap().len()).collect();
        assert_eq!(awards, [3, 2, 0, 0, 3]);
        let statement = |household: usize| format!("/households/{}/statement", app.town.households[household]);
        let lines = worker.get(&statement(4)).await.expect(200);
        assert!(lines["items"].as_array().unwrap().iter().all(|line| line["recorder_name"] == "cadre某"), "{lines}");
        assert_eq!(worker.get(&statement(0)).await.expect(200)["items"][0]["recorder_name"], "worker某");

        // Over is over.
        let again = close(&cadre, 1, false).await.expect(200);
        assert_eq!((&again["closed_by"], &again["households"][0]), (&json!("worker某"), &closed["households"][0]));
        assert_eq!(put(&worker, 1, vec![found(&app, &sheet, 2, 2, &ALL_WELL)]).await.code(), "inspection_closed");
        assert_eq!(pending(&worker, &app).await, [30, 16, 0, 0, 18].map(Value::from));
        verified(&app).await;
    }

    /// Mutation: let the last to come stand.
    async fn marks_that_come_late_twice_or_in_another_order_do_no_harm(app) {
        with_items(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let sheet = begin(&worker, &app, 1).await;
        let at = |revision, spots: u16| found(&app, &sheet, 0, revision, &[Some(spots), Some(0), Some(0)]);
        let spots = async || {
            let mark = look(&worker, 1).await["households"][0]["marks"][0].clone();
            (mark["revision"].as_i64(), mark["state"].clone(), mark["findings"][0]["spots"].as_u64())
        };
        assert_eq!(mark(&worker, 1, vec![at(7, 1)]).await, ["200"]);
        assert_eq!(mark(&worker, 1, vec![at(5, 4), at(7, 3), at(6, 2)]).await, ["200", "200", "200"]);
        assert_eq!(spots().await, (Some(7), json!("marked"), Some(1)));
        let answer = put(&worker, 1, vec![at(9, 2), at(8, 5)]).await.expect(200);
        assert_eq!(answer["results"][1]["mark"]["revision"], 9, "what stands is answered");
        assert_eq!(mark(&worker, 1, vec![said(&app, 0, 10, "taken_back")]).await, ["200"]);
        assert_eq!(spots().await, (Some(10), json!("taken_back"), None));
        assert_eq!(mark(&worker, 1, vec![at(9, 2)]).await, ["200"]);
        assert_eq!(spots().await.0, Some(10));
        let closed = close(&worker, 1, true).await.expect(200);
        assert_eq!((&closed["judged"], pending(&worker, &app).await), (&json!(0), [0; 5].map(Value::from).to_vec()));
        verified(&app).await;
    }

    async fn what_cannot_be_looked_at_so_is_refused(app) {
        with_items(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let sheet = begin(&worker, &app, 1).await;
        let fields = async |change: Value| {
            let mut one = found(&app, &sheet, 0, 1, &ALL_WELL);
            one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let answer = put(&worker, 1, vec![one]).await.expect(200);
            answer["results"][0]["error"]["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let rule = |at: usize| sheet["rules"][at]["rule_id"].clone();
        let item = |at: usize, spots: Value| json!({"rule_id": rule(at), "spots": spots});
        let photo = json!({"rule_id": rule(0), "spots": 0, "evidence": [inspection_id(9)]});
        for (change, expected) in [
            (json!({"findings": []}), vec!["findings"]),
            (json!({"state": "nobody_home"}), vec!["findings[0].rule_id", "findings[1].rule_id", "findings[2].rule_id"]),
            (json!({"findings": [item(0, json!(0)), item(0, json!(0)), item(1, json!(0)), item(2, json!(0))]}), vec!["findings[1].rule_id"]),
            (json!({"findings": [item(0, Value::Null), item(1, Value::Null), item(2, json!(100))]}), vec!["findings[0].spots", "findings[2].spots"]),
            (json!({"findings": [photo, item(1, json!(0)), item(2, json!(0))]}), vec!["findings[0].evidence"]),
            (json!({"revision": -1}), vec!["revision"]),
        ] {
            assert_eq!(fields(change.clone()).await, expected, "{change}");
        }
        assert_eq!(put(&worker, 1, vec![]).await.json()["errors"][0]["field"], "marks");
        assert_eq!(put(&worker, 1, vec![said(&app, 0, 1, "nobody_home"); 101]).await.json()["errors"][0]["field"], "marks");
        // Another grid's household is not on the list; of another grid's round nobody hears.
        assert_eq!(mark(&worker, 1, vec![said(&app, 5, 1, "nobody_home")]).await, ["not_found"]);
        let other = app.signed_in(&app.town.other_worker).await;
        assert_eq!(put(&other, 1, vec![said(&app, 0, 1, "nobody_home")]).await.code(), "not_found");
        assert_eq!(close(&other, 1, true).await.code(), "not_found");
        for (month, field) in [("2026-12", "month"), ("2025-10", "month"), ("2026-1", "month"), ("十一月", "month")] {
            assert_eq!(begin_for(&worker, &app, 3, month).await.json()["errors"][0]["field"], field, "{month}");
        }
        let village = json!({"id": inspection_id(4), "area_id": app.town.village.id, "month": "2026-11"});
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(cadre.post("/inspections", village).await.code(), "not_found");
    }

    /// Mutation: leave the lock on the round out, on either side.
    async fn two_who_close_and_one_who_marks_at_once_count_everything_once(app) {
        with_items(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let sheet = begin(&worker, &app, 1).await;
        mark(&worker, 1, vec![found(&app, &sheet, 0, 1, &ALL_WELL)]).await;
        let (one, two, marked) = tokio::join!(
            close(&worker, 1, true),
            close(&cadre, 1, true),
            put(&worker, 1, vec![found(&app, &sheet, 1, 1, &ALL_WELL)]),
        );
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
        let counts = |answer: &Answer| (answer.json()["judged"].clone(), answer.json()["closed_at"].clone());
        assert_eq!(counts(&one), counts(&two));
        let in_time = marked.status == 200;
        assert!(in_time || marked.code() == "inspection_closed");
        let second = if in_time { 30 } else { 0 };
        assert_eq!(pending(&worker, &app).await, [30, second, 0, 0, 0].map(Value::from));
        verified(&app).await;
    }

    /// Mutation: begin without the lock on the grid.
    async fn two_who_begin_at_once_walk_one_round(app) {
        with_items(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let (one, two) = tokio::join!(begin_for(&worker, &app, 1, "2026-11"), begin_for(&cadre, &app, 2, "2026-11"));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!((statuses, one.json()["id"].clone()), ([200, 201], two.json()["id"].clone()));
    }
}
