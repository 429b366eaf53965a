//! What comes back to its recorder, is mended, and goes in again.

use serde_json::{Value, json};

use crate::awards::{award, award_id, with};
use crate::evidence::{photo_id, picture, upload};
use crate::shapes::verified;
use crate::support::{Client, TestApp, both_engines};

fn mended(fields: Value) -> Value {
    let mut body = json!({"occurred_on": "2026-11-22", "note": "二组的渠"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

fn path(verb: &str) -> String {
    format!("/awards/{}/{verb}", award_id(1))
}

/// A worker's award that the panel sent back.
async fn returned(app: &TestApp, rule: &str) -> (Client, Client) {
    let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
    worker.post("/awards", with(award(app, 1, 0, rule), "done_by", json!("陈家二儿子"))).await.expect(201);
    panel.post(&path("return"), json!({"reason": "哪天的事？"})).await.expect(200);
    (worker, panel)
}

both_engines! {
    /// Mutation: keep the first words' digest as the only one.
    async fn a_returned_award_is_mended_waits_again_and_then_counts_as_it_says_now(app) {
        let (worker, panel) = returned(&app, "提出建议").await;
        let mine = worker.get(&format!("/awards/{}", award_id(1))).await.expect(200);
        assert_eq!((&mine["status"], &mine["done_by"], &mine["can"]["resubmit"]), (&json!("returned"), &json!("陈家二儿子"), &json!(true)));
        for again in 0..2 {
            let said = worker.post(&path("resubmit"), mended(json!({"quantity": 2}))).await.expect(200);
            assert_eq!((&said["status"], &said["quantity"], &said["points"]), (&json!("submitted"), &json!(2), &json!(10)));
            assert_eq!((&said["occurred_on"], &said["note"], &said["done_by"]), (&json!("2026-11-22"), &json!("二组的渠"), &Value::Null));
            let steps: Vec<_> = said["steps"].as_array().unwrap().iter().map(|step| step["step"].clone()).collect();
            assert_eq!(steps, ["return", "resubmit"], "sent {again} times before");
        }
        assert_eq!(worker.post(&path("resubmit"), mended(json!({"quantity": 3}))).await.code(), "wrong_state");
        panel.post(&path("approve"), json!({})).await.expect(200);
        verified(&app).await;
        // A phone that never heard of it sends what was said first.
        let first = with(award(&app, 1, 0, "提出建议"), "done_by", json!("陈家二儿子"));
        assert_eq!(worker.post("/awards", first).await.expect(200)["points"], 10);
        assert_eq!(worker.post("/awards", award(&app, 1, 0, "提出建议")).await.code(), "id_taken");
    }

    /// Mutation: count an approval of what was said before.
    async fn what_was_approved_before_it_was_mended_is_approved_anew_by_two(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let (one, other) = (app.signed_in(&app.town.panel).await, app.signed_in(&app.town.other_panel).await);
        worker.post("/awards", award(&app, 1, 0, "见义勇为")).await.expect(201);
        one.post(&path("approve"), json!({})).await.expect(200);
        other.post(&path("return"), json!({"reason": "没写清楚"})).await.expect(200);
        worker.post(&path("resubmit"), mended(json!({}))).await.expect(200);
        assert_eq!(other.post(&path("approve"), json!({})).await.expect(200)["status"], "submitted");
        assert_eq!(other.post(&path("approve"), json!({})).await.code(), "second_person");
        assert_eq!(one.post(&path("approve"), json!({})).await.expect(200)["status"], "posted");
        verified(&app).await;
    }

    /// Mutation: leave the revision out of `reviewable`.
    async fn a_card_that_shows_what_was_said_before_decides_nothing(app) {
        let (worker, panel) = returned(&app, "提出建议").await;
        assert_eq!(worker.post(&path("resubmit"), mended(json!({"quantity": 9}))).await.expect(200)["revision"], 1);
        for verb in ["approve", "reject", "return"] {
            let old = json!({"reason": "看过", "revision": 0});
            assert_eq!(panel.post(&path(verb), old).await.code(), "wrong_state", "{verb}");
        }
        panel.post(&path("approve"), json!({"revision": 1})).await.expect(200);
        verified(&app).await;
    }

    async fn photos_that_were_missing_are_added_to_those_it_has(app) {
        let (worker, panel) = returned(&app, "维修水渠").await;
        let area = app.town.grids[0].id.0;
        for number in 1..=4 {
            upload(&worker, photo_id(number), area, &picture(40 + number, 30)).await.expect(201);
        }
        let ids = |numbers: &[u32]| numbers.iter().map(|number| photo_id(*number)).collect::<Vec<_>>();
        let said = worker.post(&path("resubmit"), mended(json!({"evidence": ids(&[1])}))).await.expect(200);
        assert_eq!((said["evidence"].as_array().unwrap().len(), &said["proof_pending"]), (1, &json!(false)));
        panel.post(&path("return"), json!({"reason": "看不清"})).await.expect(200);
        assert_eq!(worker.post(&path("resubmit"), mended(json!({"evidence": ids(&[1])}))).await.code(), "photo_used");
        assert_eq!(worker.post(&path("resubmit"), mended(json!({"evidence": ids(&[2, 3, 4])}))).await.code(), "invalid");
        worker.post(&path("resubmit"), mended(json!({"evidence": ids(&[3, 2])}))).await.expect(200);
        // The answer was lost; the same again shows them once.
        let said = worker.post(&path("resubmit"), mended(json!({"evidence": ids(&[3, 2])}))).await.expect(200);
        let shown: Vec<_> = said["evidence"].as_array().unwrap().iter().map(|photo| photo["id"].clone()).collect();
        assert_eq!(shown, [json!(photo_id(1)), json!(photo_id(3)), json!(photo_id(2))]);
        panel.post(&path("approve"), json!({})).await.expect(200);
        verified(&app).await;
    }

    async fn only_its_recorder_mends_it_and_only_as_a_new_one_could_be_said(app) {
        let (worker, _) = returned(&app, "提出建议").await;
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(cadre.post(&path("resubmit"), mended(json!({}))).await.code(), "forbidden");
        for (wrong, code) in [
            (json!({"occurred_on": "2026-11-24"}), "occurred_in_future"),
            (json!({"occurred_on": "2020-01-01"}), "rule_not_in_force"),
            (json!({"quantity": 0}), "quantity_out_of_range"),
            (json!({"degree": "县"}), "invalid"),
            (json!({"household_id": app.town.households[1]}), "invalid"),
        ] {
            assert_eq!(worker.post(&path("resubmit"), mended(wrong.clone())).await.code(), code, "{wrong}");
        }
        worker.post(&path("withdraw"), json!({})).await.expect(200);
        assert_eq!(worker.post(&path("resubmit"), mended(json!({}))).await.code(), "wrong_state");
    }
}
