//! What waits for each person, counted by the rules by which he may act.

use serde_json::{Value, json};

use crate::assembly::meeting_id;
use crate::awards::{award, award_id};
use crate::support::{Client, both_engines};

async fn waits(person: &Client) -> Vec<(String, u64)> {
    let found: Value = person.get("/todo").await.expect(200);
    let of = |one: &Value| (one["kind"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap());
    found["items"].as_array().unwrap().iter().map(of).collect()
}

fn of(waits: &[(&str, u64)]) -> Vec<(String, u64)> {
    waits.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

both_engines! {
    /// Mutation: count what somebody else must decide.
    async fn each_person_sees_what_waits_for_him_and_no_more(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        let (other, town) = (app.signed_in(&app.town.other_panel).await, app.signed_in(&app.town.town_admin).await);
        assert_eq!((waits(&worker).await, waits(&panel).await), (of(&[]), of(&[])));
        for (number, household) in [(1, 0), (2, 1), (3, 2)] {
            worker.post("/awards", award(&app, number, household, "提出建议")).await.expect(201);
        }
        // The panel member's own household is not his to decide.
        let cadre = app.signed_in(&app.town.cadre).await;
        cadre.post("/awards", award(&app, 4, 6, "提出建议")).await.expect(201);
        assert_eq!((waits(&panel).await, waits(&other).await), (of(&[("review", 3)]), of(&[("review", 4)])));
        assert_eq!((waits(&cadre).await, waits(&town).await), (of(&[("review", 3)]), of(&[])));
        panel.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "哪天的事？"})).await.expect(200);
        assert_eq!((waits(&panel).await, waits(&worker).await), (of(&[("review", 2)]), of(&[("returned", 1)])));
        let lines = json!([{"award_id": award_id(2), "decision": "approve"}]);
        let meeting = json!({
            "id": meeting_id(1), "area_id": app.town.village.id, "held_on": "2026-11-22",
            "present": [app.town.other_panel.id], "lines": lines,
        });
        panel.post("/assemblies", meeting).await.expect(201);
        assert_eq!(waits(&other).await, of(&[("review", 2), ("confirm", 1)]));
        other.post(&format!("/assemblies/{}/confirm", meeting_id(1)), json!({})).await.expect(200);
        assert_eq!((waits(&other).await, waits(&panel).await), (of(&[("review", 2)]), of(&[("review", 1)])));
        worker.post(&format!("/awards/{}/withdraw", award_id(1)), json!({})).await.expect(200);
        assert_eq!(waits(&worker).await, of(&[]));
    }
}
