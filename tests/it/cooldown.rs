//! The same deed entered by two people waits for somebody to look at both; and every award says why it waits.

use serde_json::{Value, json};

use crate::awards::{award, award_id, balances, with};
use crate::budget::decided;
use crate::shapes::verified;
use crate::support::both_engines;

fn because(award: &Value) -> &Value {
    &award["waits_because"]
}

both_engines! {
    /// Mutations: look only at what was posted; leave the recorder out of the comparison; take the day for the month.
    async fn the_same_deed_by_another_waits_and_shows_the_other(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let first = worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.expect(201);
        assert_eq!((&first["status"], because(&first), &first["alike"]), (&json!("posted"), &json!([]), &Value::Null));
        let second = cadre.post("/awards", with(award(&app, 2, 0, "参加清扫"), "quantity", json!(2))).await.expect(201);
        assert_eq!((&second["status"], because(&second)), (&json!("submitted"), &json!(["alike"])));
        let other = json!({"id": award_id(1), "recorded_by": "worker某", "occurred_on": "2026-11-23",
            "quantity": 1, "points": 5, "status": "posted"});
        assert_eq!(second["alike"], other);
        let panel = app.signed_in(&app.town.panel).await;
        let cards = panel.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(cards["items"][0]["alike"], other, "the reviewer sees it");
        // Another day, another rule, and what one person records twice, is another deed.
        for (number, household, rule, day) in
            [(3, 0, "参加清扫", "2026-11-22"), (4, 0, "志愿服务", "2026-11-23"), (5, 1, "志愿服务", "2026-11-23"), (6, 1, "志愿服务", "2026-11-23")]
        {
            let body = with(award(&app, number, household, rule), "occurred_on", json!(day));
            let sender = if household == 0 { &cadre } else { &worker };
            assert_eq!(sender.post("/awards", body).await.expect(201)["status"], "posted", "{number}");
        }
        // A round has its own cap.
        for (number, sender) in [(7, &worker), (8, &cadre)] {
            let body = with(award(&app, number, 2, "门前整洁"), "quantity", json!(0));
            assert_eq!(sender.post("/awards", body).await.expect(201)["status"], "posted");
        }
        // What was taken back, or turned down, is no other deed.
        worker.post("/awards", award(&app, 9, 3, "提出建议")).await.expect(201);
        let waits = cadre.post("/awards", award(&app, 10, 3, "提出建议")).await.expect(201);
        assert_eq!(because(&waits), &json!(["rule", "alike"]));
        for number in [9, 10] {
            let sender = if number == 9 { &worker } else { &cadre };
            sender.post(&format!("/awards/{}/withdraw", award_id(number)), json!({})).await.expect(200);
        }
        let again = worker.post("/awards", award(&app, 11, 3, "提出建议")).await.expect(201);
        assert_eq!((because(&again), &again["alike"]), (&json!(["rule"]), &Value::Null));
        // Looked at, both count.
        panel.post(&format!("/awards/{}/approve", award_id(2)), json!({})).await.expect(200);
        assert_eq!(balances(&worker, &app, 0).await["pending"], 21.5);
        verified(&app).await;
    }

    async fn every_reason_to_wait_is_said(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        // The worker's own household, with a rule that wants a photo.
        let own = worker.post("/awards", award(&app, 1, 4, "维修水渠")).await.expect(201);
        assert_eq!(because(&own), &json!(["rule", "own_household", "proof"]));
        let off = cadre.post("/awards", with(award(&app, 2, 0, "乱倒垃圾"), "note", json!("倒在渠里"))).await.expect(201);
        assert_eq!(because(&off), &json!(["rule", "deduction"]));
        let panel = app.signed_in(&app.town.panel).await;
        panel.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "哪一段？"})).await.expect(200);
        let mended = json!({"occurred_on": "2026-11-22", "note": "村口那段"});
        let mended = worker.post(&format!("/awards/{}/resubmit", award_id(1)), mended).await.expect(200);
        assert_eq!(because(&mended), &json!(["rule", "own_household", "proof", "mended"]));
        verified(&app).await;
    }

    /// Mutation: look at the day of the deed alone.
    async fn a_village_may_look_at_the_days_around_a_deed(app) {
        decided(&app, json!({"cool_down_days": 3})).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        for (number, household, day) in [(1, 0, "2026-11-20"), (2, 1, "2026-11-19")] {
            let body = with(award(&app, number, household, "参加清扫"), "occurred_on", json!(day));
            worker.post("/awards", body).await.expect(201);
        }
        let near = cadre.post("/awards", award(&app, 3, 0, "参加清扫")).await.expect(201);
        assert_eq!((because(&near), &near["alike"]["id"]), (&json!(["alike"]), &json!(award_id(1))));
        let far = cadre.post("/awards", award(&app, 4, 1, "参加清扫")).await.expect(201);
        assert_eq!(far["status"], "posted");
    }

    /// Mutation: read what was recorded before the book is locked.
    async fn two_phones_at_the_same_moment_do_not_both_count(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        for household in 0..4_u32 {
            let at = usize::try_from(household).unwrap();
            let batch = json!({"awards": [award(&app, 50 + household, at, "参加清扫")]});
            let (one, two) = tokio::join!(
                worker.post("/awards", award(&app, 10 + household, at, "参加清扫")),
                cadre.post("/awards/batch", batch),
            );
            let (one, two) = (one.expect(201), two.expect(200)["results"][0]["award"].clone());
            let mut said = [one["status"].as_str().unwrap().to_owned(), two["status"].as_str().unwrap().to_owned()];
            said.sort();
            assert_eq!(said, ["posted", "submitted"]);
            let waits = if one["status"] == "submitted" { one } else { two };
            assert_eq!(because(&waits), &json!(["alike"]));
        }
        verified(&app).await;
    }
}
