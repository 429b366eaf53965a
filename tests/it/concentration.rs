//! Where the points of a village go: by household and rule, and to those who hold an office there.

use serde_json::{Value, json};

use crate::awards::{award, award_id, with};
use crate::support::both_engines;

both_engines! {
    /// Mutations: count deductions or what waits; say who recorded; keep an answer when the village has changed.
    async fn the_supervisor_sees_where_the_points_go_and_never_who_recorded(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let panel = app.signed_in(&app.town.other_panel).await;
        // 5 + 5 for one household, 5 for the worker's own, approved by the panel, 5 for the cadre's own at once.
        worker.post("/awards", award(&app, 1, 0, "参加清扫")).await.expect(201);
        worker.post("/awards", with(award(&app, 2, 0, "参加清扫"), "occurred_on", json!("2026-11-02"))).await.expect(201);
        worker.post("/awards", award(&app, 3, 4, "提出建议")).await.expect(201);
        panel.post(&format!("/awards/{}/approve", award_id(3)), json!({})).await.expect(200);
        let other = app.signed_in(&app.town.other_worker).await;
        other.post("/awards", award(&app, 4, 7, "参加清扫")).await.expect(201);
        worker.post("/awards", award(&app, 5, 1, "提出建议")).await.expect(201);
        cadre.post("/awards", with(award(&app, 6, 0, "乱倒垃圾"), "note", json!("倒在渠里"))).await.expect(201);
        panel.post(&format!("/awards/{}/approve", award_id(6)), json!({})).await.expect(200);
        let path = format!("/reports/concentration?area_id={}", app.town.village.id);
        let supervisor = app.signed_in(&app.town.supervisor).await;
        let seen = supervisor.get(&path).await.expect(200);
        assert_eq!((&seen["since"], &seen["until"]), (&json!("2026-08-01"), &json!("2026-11-23")));
        assert_eq!((&seen["points"], &seen["awards"], &seen["households"], &seen["receiving"]), (&json!(20), &json!(4), &json!(8), &json!(3)));
        let first = &seen["top_households"][0];
        assert_eq!((&first["name"], &first["points"], &first["percent"]), (&json!("陈建桂"), &json!(10), &json!(50)));
        assert_eq!(seen["top_households_percent"], 100);
        let rules: Vec<(&Value, &Value, &Value)> =
            seen["top_rules"].as_array().unwrap().iter().map(|rule| (&rule["name"], &rule["awards"], &rule["points"])).collect();
        assert_eq!(rules, [(&json!("参加清扫"), &json!(3), &json!(15)), (&json!("提出建议"), &json!(1), &json!(5))]);
        let office = &seen["office"];
        assert_eq!((&office["households"], &office["points"], &office["percent"]), (&json!(3), &json!(10), &json!(50)));
        let approved = json!([{"role": "panel_member", "points": 5, "percent": 50}, {"role": null, "points": 5, "percent": 50}]);
        assert_eq!(office["approved"], approved);
        assert!(!seen.to_string().contains("worker") && !seen.to_string().contains("recorded"));
        // It follows the book.
        worker.post("/awards", award(&app, 7, 2, "参加清扫")).await.expect(201);
        assert_eq!(supervisor.get(&path).await.expect(200)["points"], 25);
        for person in [&app.town.town_admin, &app.town.county_admin, &app.town.cadre] {
            app.signed_in(person).await.get(&path).await.expect(200);
        }
        for person in [&app.town.worker, &app.town.panel] {
            assert_eq!(app.signed_in(person).await.get(&path).await.code(), "forbidden");
        }
        assert_eq!(app.signed_in(&app.town.far_cadre).await.get(&path).await.code(), "not_found");
        assert_eq!(supervisor.get(&format!("{path}&months=13")).await.json()["errors"][0]["field"], "months");
    }
}
