//! How many points a village gives in a month: what goes beyond waits, and the town is asked.

use hujifen::awards;
use hujifen::ledger::entity::village_month;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assembly::meeting_id;
use crate::awards::{award, award_id, with};
use crate::shapes::verified;
use crate::support::{Client, TestApp, both_engines};

pub fn ask_id(number: u32) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(1_795_399_300_000 + u64::from(number), &[6; 10]).into_uuid()
}

/// Brings the village's table into force today once more, with other decisions.
pub async fn decided(app: &TestApp, change: Value) {
    let (cadre, town) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.town_admin).await);
    let begun = json!({"area_id": app.town.village.id, "begin_with": "newest"});
    let draft = cadre.post("/rule-sets", begun).await.expect(201);
    let path = format!("/rule-sets/{}", draft["id"].as_str().unwrap());
    let mut decisions = draft["decisions"].clone();
    decisions.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let item = |item: &Value| {
        let mut item = item.clone();
        item.as_object_mut().unwrap().remove("position");
        item
    };
    let items: Vec<Value> = draft["items"].as_array().unwrap().iter().map(item).collect();
    let written = json!({"revision": 1, "title": "细则", "items": items, "decisions": decisions});
    cadre.put(&path, written).await.expect(200);
    let mut resolution = crate::support::town::resolution("2026-11-20", "2026-11-23");
    resolution["revision"] = json!(2);
    cadre.post(&format!("{path}/adopt"), resolution).await.expect(200);
    town.post(&format!("{path}/file"), json!({})).await.expect(200);
}

fn question(app: &TestApp, number: u32, points: i64) -> Value {
    json!({"id": ask_id(number), "village_id": app.town.village.id, "month": "2026-11", "points": points, "reason": "抗旱出工的人多"})
}

async fn month(client: &Client, app: &TestApp) -> Value {
    client.get(&format!("/budgets?area_id={}", app.town.village.id)).await.expect(200)["items"][0].clone()
}

both_engines! {
    /// Mutations: count deductions; let an approval go beyond; forget what the town granted.
    async fn what_goes_beyond_waits_until_the_town_lets_it(app) {
        decided(&app, json!({"month_points_max": 12})).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let (panel, town) = (app.signed_in(&app.town.panel).await, app.signed_in(&app.town.town_admin).await);
        for number in [0, 1] {
            let given = worker.post("/awards", award(&app, number, number as usize, "参加清扫")).await.expect(201);
            assert_eq!(given["status"], "posted");
        }
        let third = worker.post("/awards", award(&app, 2, 2, "参加清扫")).await.expect(201);
        assert_eq!((&third["status"], &third["waits_because"]), (&json!("submitted"), &json!(["budget"])));
        let off = cadre.post("/awards", with(award(&app, 3, 0, "乱倒垃圾"), "note", json!("倒在渠里"))).await.expect(201);
        assert_eq!(off["waits_because"], json!(["rule", "deduction"]));
        panel.post(&format!("/awards/{}/approve", award_id(3)), json!({})).await.expect(200);
        let now = month(&cadre, &app).await;
        assert_eq!((&now["limit"], &now["used"], &now["granted"]), (&json!(12), &json!(10), &json!(0)));
        // Neither a card nor a meeting goes beyond.
        let approve = format!("/awards/{}/approve", award_id(2));
        assert_eq!(panel.post(&approve, json!({})).await.code(), "budget_used");
        let meeting = json!({"id": meeting_id(1), "area_id": app.town.village.id, "held_on": "2026-11-22", "present": [],
            "lines": [{"award_id": award_id(2), "decision": "approve"}]});
        let refused = panel.post("/assemblies", meeting).await;
        assert_eq!((refused.code(), &refused.json()["errors"][0]["field"]), ("budget_used".to_owned(), &json!("lines[0].decision")));
        // The cadre asks once.
        assert_eq!(cadre.post("/budgets/ask", question(&app, 1, 5)).await.expect(201)["asks"][0]["answer"], Value::Null);
        cadre.post("/budgets/ask", question(&app, 1, 5)).await.expect(200);
        assert_eq!(cadre.post("/budgets/ask", question(&app, 1, 6)).await.code(), "ask_taken");
        assert_eq!(cadre.post("/budgets/ask", question(&app, 2, 5)).await.code(), "ask_waits");
        let town_sees = town.get(&format!("/budgets?area_id={}&month=2026-11", app.town.town.id)).await.expect(200);
        assert_eq!((town_sees["items"].as_array().unwrap().len(), &town_sees["items"][0]["asks"][0]["asked_by"]), (1, &json!("cadre某")));
        let waits = town.get("/todo").await.expect(200);
        assert!(waits["items"].as_array().unwrap().iter().any(|one| one["kind"] == "budget_asks" && one["count"] == 1), "{waits}");
        let grant = format!("/budgets/{}/grant", ask_id(1));
        assert_eq!(cadre.post(&grant, json!({})).await.code(), "forbidden");
        let far = app.signed_in(&app.town.far_town_admin).await;
        assert_eq!(far.post(&grant, json!({})).await.code(), "not_found");
        let granted = town.post(&grant, json!({})).await.expect(200);
        assert_eq!((&granted["granted"], &granted["asks"][0]["answered_by"]), (&json!(5), &json!("town某")));
        assert_eq!(town.post(&grant, json!({})).await.code(), "ask_answered");
        assert_eq!(panel.post(&approve, json!({})).await.expect(200)["status"], "posted");
        assert_eq!(month(&cadre, &app).await["used"], 15);
        // What is corrected makes room; what is corrected of a deduction does not.
        for number in [0, 3] {
            cadre.post(&format!("/awards/{}/reverse", award_id(number)), json!({"reason": "记错户"})).await.expect(200);
        }
        assert_eq!(month(&cadre, &app).await["used"], 10);
        assert_eq!(worker.post("/awards", award(&app, 4, 3, "参加清扫")).await.expect(201)["status"], "posted");
        verified(&app).await;
        // Whoever moves a sum is found out.
        let more = village_month::Entity::update_many()
            .col_expr(village_month::Column::Given, Expr::col(village_month::Column::Given).add(1));
        app.app.write(async |tx| Ok(more.exec(tx).await?)).await.unwrap();
        assert!(awards::verify::verify(app.app.db.read()).await.unwrap().is_err());
    }

    async fn the_town_declines_with_a_reason_and_the_village_may_ask_again(app) {
        let (cadre, town) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.town_admin).await);
        assert_eq!(cadre.post("/budgets/ask", question(&app, 1, 5)).await.code(), "no_budget");
        decided(&app, json!({"month_points_max": 12})).await;
        for (change, field) in [
            (json!({"month": "2026-12"}), "month"),
            (json!({"month": "2026-1"}), "month"),
            (json!({"points": 0}), "points"),
            (json!({"reason": " "}), "reason"),
        ] {
            let mut body = question(&app, 1, 5);
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_eq!(cadre.post("/budgets/ask", body).await.json()["errors"][0]["field"], field, "{change}");
        }
        cadre.post("/budgets/ask", question(&app, 1, 5)).await.expect(201);
        let decline = format!("/budgets/{}/decline", ask_id(1));
        assert_eq!(town.post(&decline, json!({})).await.code(), "invalid");
        let declined = town.post(&decline, json!({"reason": "先把评比的分压一压"})).await.expect(200);
        assert_eq!((&declined["granted"], &declined["asks"][0]["answer"]), (&json!(0), &json!("declined")));
        cadre.post("/budgets/ask", question(&app, 2, 3)).await.expect(201);
        let supervisor = app.signed_in(&app.town.supervisor).await;
        assert_eq!(month(&supervisor, &app).await["asks"].as_array().unwrap().len(), 2);
        assert_eq!(app.signed_in(&app.town.worker).await.get(&format!("/budgets?area_id={}", app.town.village.id)).await.code(), "forbidden");
        verified(&app).await;
    }

    /// Mutation: read what is left before the book is locked.
    async fn two_awards_at_the_limit_at_once_do_not_both_count(app) {
        decided(&app, json!({"month_points_max": 15})).await;
        let (worker, other) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.other_worker).await);
        let batch = json!({"awards": [award(&app, 3, 5, "参加清扫"), award(&app, 4, 6, "参加清扫")]});
        let (one, two) = tokio::join!(
            worker.post("/awards/batch", json!({"awards": [award(&app, 1, 0, "参加清扫"), award(&app, 2, 1, "参加清扫")]})),
            other.post("/awards/batch", batch),
        );
        let count = |answer: &Value, status: &str| {
            answer["results"].as_array().unwrap().iter().filter(|one| one["award"]["status"] == status).count()
        };
        let (one, two) = (one.expect(200), two.expect(200));
        assert_eq!(count(&one, "posted") + count(&two, "posted"), 3);
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(month(&cadre, &app).await["used"], 15);
        // Room for one of two that wait: two reviewers at once.
        worker.post("/awards", award(&app, 5, 2, "提出建议")).await.expect(201);
        worker.post("/awards", award(&app, 6, 3, "提出建议")).await.expect(201);
        cadre.post("/budgets/ask", question(&app, 1, 5)).await.expect(201);
        let town = app.signed_in(&app.town.town_admin).await;
        let grant = format!("/budgets/{}/grant", ask_id(1));
        let (first, again) = tokio::join!(town.post(&grant, json!({})), town.post(&grant, json!({})));
        let mut said = [first.status.as_u16(), again.status.as_u16()];
        said.sort_unstable();
        assert_eq!(said, [200, 409]);
        let (panel, second) = (app.signed_in(&app.town.panel).await, app.signed_in(&app.town.other_panel).await);
        let approve = |number| format!("/awards/{}/approve", award_id(number));
        let (five, six) = (approve(5), approve(6));
        let (one, two) = tokio::join!(panel.post(&five, json!({})), second.post(&six, json!({})));
        let mut said = [one.status.as_u16(), two.status.as_u16()];
        said.sort_unstable();
        assert_eq!(said, [200, 409]);
        verified(&app).await;
    }
}
