//! A household tells of its own deed, and hears what came of it.

use serde_json::{Value, json};

use crate::awards::{award, award_id, balances, with};
use crate::budget::decided;
use crate::shapes::verified;
use crate::support::{TestApp, both_engines};

const A_DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

fn told(app: &TestApp, number: u32, household: usize, rule: &str) -> Value {
    with(award(app, number, household, rule), "told_by", json!("户主本人"))
}

both_engines! {
    /// Mutations: let it count at once; let its recorder approve; forget it in the list once it is decided.
    async fn what_a_household_tells_of_is_reviewed_and_its_answer_read(app) {
        decided(&app, json!({"applications_a_day": 2})).await;
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        let first = worker.post("/applications", told(&app, 1, 0, "参加清扫")).await.expect(201);
        let stands = (&first["status"], &first["waits_because"], &first["told_by"]);
        assert_eq!(stands, (&json!("submitted"), &json!(["application"]), &json!("户主本人")));
        worker.post("/applications", told(&app, 1, 0, "参加清扫")).await.expect(200);
        assert_eq!(worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.code(), "id_taken");
        worker.post("/applications", told(&app, 2, 1, "参加清扫")).await.expect(201);
        worker.post("/awards", award(&app, 3, 2, "提出建议")).await.expect(201);
        let cards = panel.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(cards["items"][0]["told_by"], "户主本人");
        let reject = format!("/awards/{}/reject", award_id(1));
        panel.post(&reject, json!({"reason": "那天没有清扫"})).await.expect(200);
        panel.post(&format!("/awards/{}/return", award_id(2)), json!({"reason": "哪一段？"})).await.expect(200);
        let mended = json!({"occurred_on": "2026-11-22"});
        let mended = worker.post(&format!("/awards/{}/resubmit", award_id(2)), mended).await.expect(200);
        assert_eq!((&mended["told_by"], &mended["waits_because"]), (&json!("户主本人"), &json!(["application", "mended"])));
        panel.post(&format!("/awards/{}/approve", award_id(2)), json!({})).await.expect(200);
        for (reader, path) in [(&worker, "/awards?applications=true&mine=true"), (&panel, "/awards?applications=true")] {
            let list = reader.get(path).await.expect(200);
            let lines: Vec<(Value, Value)> = list["items"].as_array().unwrap().iter()
                .map(|one| (one["status"].clone(), one["steps"][0]["reason"].clone())).collect();
            let newest_first = [("posted", "哪一段？"), ("rejected", "那天没有清扫")];
            assert_eq!(lines, newest_first.map(|(status, reason)| (json!(status), json!(reason))));
        }
        let village = format!("/awards?applications=true&area_id={}&status=rejected", app.town.village.id);
        assert_eq!(panel.get(&village).await.expect(200)["items"].as_array().unwrap().len(), 1);
        assert_eq!(panel.get("/awards?applications=true&reviewable=true").await.code(), "invalid");
        let far = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(far.get("/awards?applications=true").await.expect(200)["items"], json!([]));
        assert_eq!(balances(&worker, &app, 0).await["pending"], 0);
        assert_eq!(balances(&worker, &app, 1).await["pending"], 5);
        verified(&app).await;
    }

    /// Mutations: count all households together; count what was withdrawn; count for ever.
    async fn a_household_tells_of_so_many_on_a_day(app) {
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.post("/applications", told(&app, 1, 0, "参加清扫")).await.code(), "applications_off");
        decided(&app, json!({"applications_a_day": 2})).await;
        for (number, rule) in [(1, "参加清扫"), (2, "志愿服务")] {
            worker.post("/applications", told(&app, number, 0, rule)).await.expect(201);
        }
        let third = told(&app, 3, 0, "积极参选");
        assert_eq!(worker.post("/applications", third.clone()).await.code(), "too_many_today");
        worker.post("/applications", told(&app, 4, 1, "参加清扫")).await.expect(201);
        worker.post(&format!("/awards/{}/withdraw", award_id(2)), json!({})).await.expect(200);
        worker.post("/applications", third).await.expect(201);
        assert_eq!(worker.post("/applications", told(&app, 5, 0, "参加清扫")).await.code(), "too_many_today");
        // What is seen by others is not counted.
        worker.post("/awards", award(&app, 6, 0, "志愿服务")).await.expect(201);
        for (rule, number) in [("乱倒垃圾", 7), ("门前整洁", 8)] {
            assert_eq!(worker.post("/applications", told(&app, number, 2, rule)).await.code(), "rule_not_told");
        }
        let nobody = with(told(&app, 9, 2, "参加清扫"), "told_by", json!(" "));
        assert_eq!(worker.post("/applications", nobody).await.json()["errors"][0]["field"], "told_by");
        assert_eq!(worker.post("/applications", told(&app, 9, 5, "参加清扫")).await.code(), "not_found");
        app.pass(A_DAY_MILLIS);
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/applications", told(&app, 5, 0, "参加清扫")).await.expect(201);
        verified(&app).await;
    }

    /// Mutation: count before the book is locked.
    async fn two_phones_at_one_door_do_not_tell_of_more(app) {
        decided(&app, json!({"applications_a_day": 1})).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        for household in 0..4_u32 {
            let at = usize::try_from(household).unwrap();
            let (one, two) = tokio::join!(
                worker.post("/applications", told(&app, 10 + household, at, "参加清扫")),
                cadre.post("/applications", told(&app, 20 + household, at, "志愿服务")),
            );
            let mut said = [one.status.as_u16(), two.status.as_u16()];
            said.sort_unstable();
            assert_eq!(said, [201, 409]);
        }
        verified(&app).await;
    }
}
