//! Review: who decides what waits, and what his decision does.

use hujifen::scope::Role;
use serde_json::{Value, json};

use crate::awards::{award, award_id, balances, with};
use crate::support::{both_engines, town};

both_engines! {
    async fn a_reviewed_award_counts_only_after_somebody_else_approved_it(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let given = cadre.post("/awards", award(&app, 1, 0, "提出建议")).await.expect(201);
        assert_eq!((&given["status"], &given["points"], &given["period"]), (&json!("submitted"), &json!(5), &Value::Null));
        assert_eq!(balances(&cadre, &app, 0).await["pending"], 0);
        let approve = format!("/awards/{}/approve", award_id(1));
        assert_eq!(cadre.post(&approve, json!({})).await.code(), "own_award");
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.post(&approve, json!({})).await.code(), "forbidden");
        let town = app.signed_in(&app.town.town_admin).await;
        assert_eq!(town.post(&approve, json!({})).await.code(), "others_can_review");
        let panel = app.signed_in(&app.town.panel).await;
        let waiting = panel.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(waiting["items"][0]["can"]["approve"], true);
        let approved = panel.post(&approve, json!({})).await.expect(200);
        assert_eq!((&approved["status"], &approved["period"]), (&json!("posted"), &json!("2026-11")));
        assert_eq!(balances(&cadre, &app, 0).await["pending"], 5);
        assert_eq!(panel.post(&approve, json!({})).await.code(), "wrong_state");
    }

    async fn nobody_approves_for_his_own_household(app) {
        let worker = app.signed_in(&app.town.other_worker).await;
        worker.post("/awards", award(&app, 1, 6, "提出建议")).await.expect(201);
        let panel = app.signed_in(&app.town.panel).await;
        assert_eq!(panel.post(&format!("/awards/{}/approve", award_id(1)), json!({})).await.code(), "own_household");
        // One's own household can be recorded, and then always waits for somebody else.
        let own = app.signed_in(&app.town.worker).await.post("/awards", award(&app, 2, 4, "参加清扫")).await.expect(201);
        assert_eq!((&own["status"], &own["own_household"]), (&json!("submitted"), &json!(true)));
    }

    async fn two_people_approve_what_asks_for_two(app) {
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/awards", award(&app, 1, 0, "见义勇为")).await.expect(201);
        let approve = format!("/awards/{}/approve", award_id(1));
        let panel = app.signed_in(&app.town.panel).await;
        assert_eq!(panel.post(&approve, json!({})).await.expect(200)["status"], "submitted");
        assert_eq!(panel.post(&approve, json!({})).await.code(), "second_person");
        let second = app.signed_in(&app.town.other_panel).await;
        assert_eq!(second.post(&approve, json!({})).await.expect(200)["status"], "posted");
        assert_eq!(balances(&worker, &app, 0).await["pending"], 50);
    }

    /// Mutation: count those who approved already among the people who could still decide.
    async fn the_town_is_the_second_person_when_the_village_has_nobody_else(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        cadre.post("/awards", award(&app, 1, 0, "见义勇为")).await.expect(201);
        let approve = format!("/awards/{}/approve", award_id(1));
        let town = app.signed_in(&app.town.town_admin).await;
        for person in [&app.town.panel, &app.town.other_panel] {
            assert_eq!(town.get("/awards?reviewable=true").await.expect(200)["items"], json!([]));
            let answer = app.signed_in(person).await.post(&approve, json!({})).await.expect(200);
            if answer["status"] == "posted" {
                break;
            }
        }
        // Older ones that the village decides itself do not push it off the town's first page.
        for number in 3..8 {
            cadre.post("/awards", award(&app, number, 1, "提出建议")).await.expect(201);
        }
        app.pass(1000);
        cadre.post("/awards", award(&app, 2, 6, "见义勇为")).await.expect(201);
        let second = app.signed_in(&app.town.other_panel).await;
        let approve = format!("/awards/{}/approve", award_id(2));
        assert_eq!(second.post(&approve, json!({})).await.expect(200)["status"], "submitted");
        let left = second.get("/awards?reviewable=true").await.expect(200);
        assert!(left["items"].as_array().unwrap().iter().all(|award| award["id"] != json!(award_id(2))), "{left}");
        let first = town.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(first["items"][0]["id"], json!(award_id(2)));
        assert_eq!(town.get("/awards?reviewable=true&limit=1").await.expect(200)["items"][0]["id"], json!(award_id(2)));
        assert_eq!(town.post(&approve, json!({})).await.expect(200)["status"], "posted");
    }

    async fn a_proof_that_was_not_given_must_have_been_seen(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let given = worker.post("/awards", award(&app, 1, 0, "维修水渠")).await.expect(201);
        assert_eq!((&given["status"], &given["proof_pending"]), (&json!("submitted"), &json!(true)));
        let panel = app.signed_in(&app.town.panel).await;
        let approve = format!("/awards/{}/approve", award_id(1));
        for nothing in [json!({}), json!({"reason": "\u{200b}"}), json!({"reason": "\u{3164}"})] {
            assert_eq!(panel.post(&approve, nothing).await.code(), "invalid");
        }
        let approved = panel.post(&approve, json!({"reason": "到现场看过"})).await.expect(200);
        assert_eq!((&approved["status"], &approved["proof_pending"]), (&json!("posted"), &json!(false)));
    }

    async fn a_returned_or_rejected_award_never_counts(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let panel = app.signed_in(&app.town.panel).await;
        for (number, verb, status) in [(1, "return", "returned"), (2, "reject", "rejected")] {
            worker.post("/awards", award(&app, number, 0, "提出建议")).await.expect(201);
            let path = format!("/awards/{}/{verb}", award_id(number));
            assert_eq!(panel.post(&path, json!({"reason": " "})).await.code(), "invalid");
            let done = panel.post(&path, json!({"reason": "说不清楚"})).await.expect(200);
            assert_eq!(done["status"], status);
            assert_eq!(panel.post(&format!("/awards/{}/approve", award_id(number)), json!({})).await.code(), "wrong_state");
        }
        let mine = worker.get("/awards?mine=true&status=returned").await.expect(200);
        assert_eq!(mine["items"][0]["steps"][0]["reason"], "说不清楚");
        let withdrawn = worker.post(&format!("/awards/{}/withdraw", award_id(1)), json!({})).await.expect(200);
        assert_eq!(withdrawn["status"], "withdrawn");
        assert_eq!(balances(&worker, &app, 0).await["honour"], 0);
    }

    async fn a_deduction_is_a_cadres_and_waits_for_the_panel(app) {
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.post("/awards", award(&app, 1, 0, "乱倒垃圾")).await.code(), "worker_cannot_deduct");
        let cadre = app.signed_in(&app.town.cadre).await;
        let deduction = with(award(&app, 2, 0, "乱倒垃圾"), "quantity", json!(3));
        let unexplained = cadre.post("/awards", deduction.clone()).await;
        assert_eq!(unexplained.json()["errors"][0]["field"], "note");
        assert_eq!(unexplained.code(), "invalid");
        let given = cadre.post("/awards", with(deduction, "note", json!("倒在渠里"))).await.expect(201);
        assert_eq!((&given["status"], &given["points"]), (&json!("submitted"), &json!(-6)));
        let panel = app.signed_in(&app.town.panel).await;
        panel.post(&format!("/awards/{}/approve", award_id(2)), json!({})).await.expect(200);
        assert_eq!(balances(&cadre, &app, 0).await, json!({"honour": -6, "spendable": 0, "pending": -6}));
    }

    /// Mutation: let `nobody_else` answer true, or false.
    async fn the_town_reviews_only_when_everybody_else_in_the_village_is_kin(app) {
        let (home, sibling) = (app.town.sibling_household, &app.town.sibling);
        let relative = town::person(&app.app, "cadre3", Some(home), &[(Role::VillageCadre, sibling)]).await;
        let relative = app.signed_in(&relative).await;
        let rules = relative.get("/rules").await.expect(200);
        let rule = rules["items"].as_array().unwrap().iter().find(|rule| rule["name"] == "参加清扫").unwrap();
        for number in [1, 2] {
            let body = json!({"id": award_id(number), "household_id": home, "rule_id": rule["id"], "occurred_on": "2026-11-23"});
            assert_eq!(relative.post("/awards", body).await.expect(201)["status"], "submitted");
        }
        let town = app.signed_in(&app.town.town_admin).await;
        let approve = async |number: u32| town.post(&format!("/awards/{}/approve", award_id(number)), json!({})).await;
        assert_eq!(approve(1).await.expect(200)["status"], "posted");
        town::person(&app.app, "panel3", None, &[(Role::PanelMember, sibling)]).await;
        assert_eq!(approve(2).await.code(), "others_can_review");
    }
}
