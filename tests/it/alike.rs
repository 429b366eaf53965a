//! The same deed recorded before, and the sheet of paper that an award was typed from.

use serde_json::{Value, json};

use crate::awards::{award, award_id, with};
use crate::shapes::verified;
use crate::support::{Client, TestApp, both_engines};

fn asked(app: &TestApp, household: usize, rule: &str, day: &str) -> Value {
    json!({"household_id": app.town.households[household], "rule_id": app.town.rule(rule), "occurred_on": day})
}

async fn ask(client: &Client, items: Value) -> Vec<Value> {
    let answer = client.post("/awards/alike", json!({"items": items})).await.expect(200);
    assert_eq!(answer["next_cursor"], Value::Null);
    answer["items"].as_array().unwrap().clone()
}

both_engines! {
    /// Mutations: count what was taken back; ask for the household or the day alone; answer for a household out of reach.
    async fn what_stands_or_waits_for_a_household_a_rule_and_a_day_is_found_with_its_recorder(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        worker.post("/awards", with(award(&app, 1, 0, "参加清扫"), "sheet", json!("12"))).await.expect(201);
        app.pass(60_000);
        worker.post("/awards", award(&app, 2, 0, "提出建议")).await.expect(201);
        worker.post("/awards", with(award(&app, 3, 1, "参加清扫"), "occurred_on", json!("2026-11-22"))).await.expect(201);
        worker.post("/awards", award(&app, 4, 2, "提出建议")).await.expect(201);
        worker.post(&format!("/awards/{}/withdraw", award_id(4)), json!({})).await.expect(200);
        worker.post("/awards", award(&app, 5, 2, "参加清扫")).await.expect(201);
        worker.post(&format!("/awards/{}/reverse", award_id(5)), json!({"reason": "记错"})).await.expect(200);

        let day = "2026-11-23";
        let found = ask(&cadre, json!([
            asked(&app, 0, "参加清扫", day), asked(&app, 0, "提出建议", day), asked(&app, 1, "参加清扫", day),
            asked(&app, 2, "提出建议", day), asked(&app, 2, "参加清扫", day), asked(&app, 0, "参加清扫", day),
        ])).await;
        let told: Vec<_> = found.iter().map(|one| (one["id"].clone(), one["status"].clone(), one["sheet"].clone())).collect();
        assert_eq!(told, [
            (json!(award_id(1)), json!("posted"), json!("12")),
            (json!(award_id(2)), json!("submitted"), Value::Null),
        ]);
        assert_eq!((&found[0]["recorder_name"], &found[0]["quantity"]), (&json!("worker某"), &json!(1)));
        assert_eq!(found[0]["recorded_at"], "2026-11-23T02:00:00Z");
        assert_eq!(ask(&cadre, json!([asked(&app, 1, "参加清扫", "2026-11-22")])).await.len(), 1);

        let other = app.signed_in(&app.town.other_worker).await;
        assert_eq!(ask(&other, json!([asked(&app, 0, "参加清扫", day)])).await, Vec::<Value>::new());
        for wrong in [json!([]), json!(vec![asked(&app, 0, "参加清扫", day); 501])] {
            assert_eq!(cadre.post("/awards/alike", json!({"items": wrong})).await.code(), "invalid");
        }
        assert_eq!(ask(&cadre, json!(vec![asked(&app, 0, "参加清扫", day); 500])).await.len(), 1);
        let panel = app.signed_in(&app.town.panel).await;
        assert_eq!(panel.post("/awards/alike", json!({"items": [asked(&app, 0, "参加清扫", day)]})).await.code(), "forbidden");
    }

    /// Mutation: leave the sheet out of the digest, or out of the mended award.
    async fn a_sheets_number_is_part_of_what_was_said_and_is_mended_with_it(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        let said = with(award(&app, 1, 0, "提出建议"), "sheet", json!(" 11-3 二组 "));
        assert_eq!(worker.post("/awards", said.clone()).await.expect(201)["sheet"], "11-3 二组");
        assert_eq!(worker.post("/awards", said).await.expect(200)["sheet"], "11-3 二组");
        assert_eq!(worker.post("/awards", award(&app, 1, 0, "提出建议")).await.code(), "id_taken");
        let long = with(award(&app, 2, 0, "提出建议"), "sheet", json!("纸".repeat(21)));
        assert_eq!(worker.post("/awards", long).await.json()["errors"][0]["field"], "sheet");
        let blank = with(award(&app, 3, 0, "参加清扫"), "sheet", json!("  "));
        assert_eq!(worker.post("/awards", blank).await.expect(201)["sheet"], Value::Null);

        panel.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "第几张？"})).await.expect(200);
        let mended = json!({"occurred_on": "2026-11-22", "sheet": "13"});
        let again = worker.post(&format!("/awards/{}/resubmit", award_id(1)), mended).await.expect(200);
        assert_eq!((&again["sheet"], &again["status"]), (&json!("13"), &json!("submitted")));
        panel.post(&format!("/awards/{}/approve", award_id(1)), json!({})).await.expect(200);
        verified(&app).await;
    }
}
