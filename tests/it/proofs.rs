//! Proofs that are no photo, and photographed pages of minutes.

use hujifen::hundredths::Hundredths;
use hujifen::rules::terms::{NewRule, Proof, Review, Shape, Terms};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assembly::meeting_id;
use crate::awards::{award, award_id, balances, with};
use crate::evidence::{photo_id, picture, upload};
use crate::shapes::{id_of, verified};
use crate::support::{Client, TestApp, both_engines, town};

/// A day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

/// A rule that asks for what both sides say, or a receipt.
async fn asks_for_proof(app: &TestApp) {
    let mut table = town::table();
    table.push(NewRule {
        category: "邻里互助".into(),
        name: "帮工".into(),
        terms: Terms {
            shape: Shape::Addition { points: Hundredths::whole(4) },
            proofs: vec![Proof::BothSides, Proof::Receipt],
            review: Review::None,
            ..Terms::default()
        },
    });
    let from = "2026-11-20".parse().unwrap();
    town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, table, from).await;
}

async fn helped(app: &TestApp, worker: &Client, number: u32, proof: Value) -> Value {
    let mut body = with(award(app, number, 0, "参加清扫"), "proof", proof);
    body["rule_id"] = id_of(worker, "帮工").await;
    body
}

both_engines! {
    /// Mutations: leave the proof out of the digest; take any proof for the one that the rule asks for.
    async fn a_proof_is_recorded_as_what_it_is(app) {
        asks_for_proof(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let without = worker.post("/awards", helped(&app, &worker, 1, Value::Null).await).await.expect(201);
        assert_eq!((&without["status"], &without["proof_pending"]), (&json!("submitted"), &json!(true)));
        let sides = json!({"kind": "both_sides", "words": "  陈建桂、李木生  "});
        let body = helped(&app, &worker, 2, sides).await;
        let shown = worker.post("/awards", body.clone()).await.expect(201);
        assert_eq!((&shown["status"], &shown["proof_pending"]), (&json!("posted"), &json!(false)));
        assert_eq!(shown["proof"], json!({"kind": "both_sides", "words": "陈建桂、李木生"}));
        assert_eq!(worker.post("/awards", body).await.expect(200), shown);
        let other = helped(&app, &worker, 2, json!({"kind": "receipt", "words": "收条"})).await;
        assert_eq!(worker.post("/awards", other).await.code(), "id_taken");
        for (proof, field) in [
            (json!({"kind": "certificate", "words": "奖状"}), "proof.kind"),
            (json!({"kind": "photo", "words": "看手机"}), "proof.kind"),
            (json!({"kind": "none", "words": "没有"}), "proof.kind"),
            (json!({"kind": "both_sides", "words": " "}), "proof.words"),
            (json!({"kind": "both_sides", "words": "长".repeat(61)}), "proof.words"),
        ] {
            let refused = worker.post("/awards", helped(&app, &worker, 3, proof.clone()).await).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!(field)), "{proof}");
        }
        assert_eq!(balances(&worker, &app, 0).await["pending"], 4);
        // What came back is mended with its proof.
        let panel = app.signed_in(&app.town.panel).await;
        panel.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "谁和谁？"})).await.expect(200);
        let mended = json!({"occurred_on": "2026-11-23", "proof": {"kind": "both_sides", "words": "陈、王两家"}});
        let again = worker.post(&format!("/awards/{}/resubmit", award_id(1)), mended).await.expect(200);
        assert_eq!((&again["proof_pending"], &again["proof"]["words"]), (&json!(false), &json!("陈、王两家")));
        verified(&app).await;
    }

    /// Mutations: show the pages to nobody but reviewers; let them go after two years; take anybody's photo.
    async fn minutes_are_photographed_page_by_page_and_stay(app) {
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        let (worker, far) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.far_cadre).await);
        let village = app.town.village.id.0;
        for number in 1..=3 {
            upload(&cadre, photo_id(number), village, &picture(40 + number, 30)).await.expect(201);
        }
        let sets = cadre.get("/rule-sets").await.expect(200);
        let path = format!("/rule-sets/{}/scans", sets["items"][0]["id"].as_str().unwrap());
        let pages = |numbers: &[u32]| json!({"evidence": numbers.iter().map(|one| photo_id(*one)).collect::<Vec<_>>()});
        let ids = |kept: &Value| -> Vec<Value> {
            kept["items"].as_array().unwrap().iter().map(|page| page["id"].clone()).collect()
        };
        assert_eq!(cadre.post(&path, pages(&[])).await.json()["errors"][0]["field"], "evidence");
        let kept = cadre.post(&path, pages(&[2, 1])).await.expect(200);
        assert_eq!(ids(&kept), [json!(photo_id(2)), json!(photo_id(1))]);
        assert_eq!(cadre.post(&path, pages(&[1, 2])).await.expect(200), kept, "the same again");
        let all = cadre.post(&path, pages(&[1, 3])).await.expect(200);
        assert_eq!(ids(&all), [json!(photo_id(2)), json!(photo_id(1)), json!(photo_id(3))]);
        assert_eq!(worker.post(&path, pages(&[1])).await.code(), "forbidden");
        assert_eq!((far.post(&path, pages(&[1])).await.code(), far.get(&path).await.code()), ("not_found".into(), "not_found".into()));
        let draft = town::draft(&app.app, &app.town.village, app.town.cadre.id).await;
        assert_eq!(cadre.post(&format!("/rule-sets/{draft}/scans"), pages(&[1])).await.code(), "not_adopted");

        // The signed list of a meeting, by somebody who was there.
        worker.post("/awards", award(&app, 1, 0, "提出建议")).await.expect(201);
        let lines = json!([{"award_id": award_id(1), "decision": "approve"}]);
        let meeting = json!({"id": meeting_id(1), "area_id": village, "held_on": "2026-11-22", "present": [], "lines": lines});
        panel.post("/assemblies", meeting).await.expect(201);
        let list = format!("/assemblies/{}/scans", meeting_id(1));
        upload(&panel, photo_id(4), village, &picture(44, 30)).await.expect(201);
        assert_eq!(panel.post(&list, pages(&[1])).await.code(), "photo_not_usable", "another sent it");
        assert_eq!(cadre.post(&list, pages(&[1])).await.code(), "forbidden", "was not there");
        panel.post(&list, pages(&[4])).await.expect(200);
        assert_eq!(ids(&cadre.get(&list).await.expect(200)), [json!(photo_id(4))]);
        upload(&panel, photo_id(5), village, &picture(45, 30)).await.expect(201);
        let (one, two) = tokio::join!(panel.post(&list, pages(&[5])), panel.post(&list, pages(&[5])));
        assert_eq!((ids(&one.expect(200)).len(), ids(&two.expect(200)).len()), (2, 2));

        // A worker reads what his village resolved; a stranger does not.
        let picture = |id: Uuid| format!("/evidence/{id}/thumbnail");
        assert_eq!(worker.get(&picture(photo_id(1))).await.status, 200);
        assert_eq!(far.get(&picture(photo_id(1))).await.code(), "not_found");
        app.pass(3 * 365 * DAY);
        app.app.tidy_photos().await.unwrap();
        let left = hujifen::evidence::entity::Entity::find().all(app.app.db.read()).await.unwrap();
        assert!(left.iter().all(|photo| photo.removed_at.is_none()), "minutes stay");
        verified(&app).await;
    }
}
