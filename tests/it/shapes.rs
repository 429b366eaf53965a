//! Shapes of rules beyond the three simple ones, from an adopted table to points in the book.

use hujifen::hundredths::Hundredths;
use hujifen::rules::NewRule;
use hujifen::rules::terms::{Cap, Degree, PointsCap, Review, Shape, Step, Terms, Window};
use serde_json::{Value, json};

use crate::awards::award_id;
use crate::support::{Client, TestApp, both_engines, town};

fn rule(name: &str, terms: Terms) -> NewRule {
    NewRule { category: "公益活动".into(), name: name.into(), terms }
}

fn whole(number: i64) -> Hundredths {
    Hundredths::whole(number)
}

/// The town's table with harder rules added, in force from today.
pub async fn harder(app: &TestApp) {
    let step = |units, points| Step { units: whole(units), points: whole(points) };
    let degree = |name: &str, points| Degree { name: name.into(), points: whole(points) };
    let mut table = town::table();
    table.extend([
        rule(
            "巡河",
            Terms {
                shape: Shape::Ladder { steps: vec![step(4, 1), step(10, 3)], window: Window::Year },
                unit: "小时".into(),
                ..Terms::default()
            },
        ),
        rule(
            "受表彰",
            Terms { shape: Shape::Degrees { degrees: vec![degree("村", 3), degree("县", 20)] }, ..Terms::default() },
        ),
        rule(
            "全家出工",
            Terms {
                shape: Shape::Addition { points: whole(2) },
                per_person: true,
                points_cap: Some(PointsCap { points: whole(9), window: Window::Month }),
                ..Terms::default()
            },
        ),
        rule(
            "救火",
            Terms {
                shape: Shape::Addition { points: whole(10) }, highest_of: Some("救灾".into()), ..Terms::default()
            },
        ),
        rule(
            "送水",
            Terms {
                shape: Shape::Addition { points: whole(4) }, highest_of: Some("救灾".into()), ..Terms::default()
            },
        ),
        rule("补记的事", Terms { late_days: Some(7), ..Terms::default() }),
        rule(
            "年初基础分",
            Terms { shape: Shape::Base { points: whole(100), window: Window::Year }, ..Terms::default() },
        ),
        rule(
            "再犯",
            Terms {
                shape: Shape::Deduction { points: whole(1) },
                repeat_doubles: Some(Window::Year),
                review: Review::Assembly,
                cap: Some(Cap { units: whole(9), window: Window::Year }),
                ..Terms::default()
            },
        ),
    ]);
    town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, table, "2026-11-01".parse().unwrap()).await;
}

pub async fn id_of(client: &Client, name: &str) -> Value {
    let rules = client.get("/rules").await.expect(200);
    rules["items"].as_array().unwrap().iter().find(|rule| rule["name"] == name).unwrap()["id"].clone()
}

fn award(app: &TestApp, number: u32, rule: Value) -> Value {
    json!({"id": award_id(number), "household_id": app.town.households[0], "rule_id": rule, "occurred_on": "2026-11-23"})
}

fn with(mut award: Value, field: &str, value: Value) -> Value {
    award[field] = value;
    award
}

pub async fn verified(app: &TestApp) {
    let db = app.app.db.read();
    hujifen::ledger::verify::verify(db, &app.app.pen.chain).await.unwrap().unwrap();
    hujifen::awards::verify::verify(db).await.unwrap().unwrap();
}

both_engines! {
    /// Mutation: forget a counter in `Counters::moved_by`.
    async fn ladders_degrees_people_and_the_best_of_a_day_count_and_are_put_back(app) {
        harder(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let mut number = 0;
        let mut give = async |rule: &str, fields: Value| {
            number += 1;
            let mut body = award(&app, number, id_of(&worker, rule).await);
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let given = worker.post("/awards", body).await.expect(201);
            (given["points"].as_f64().unwrap(), given["clipped"].as_f64().unwrap())
        };
        assert_eq!(give("巡河", json!({"quantity": 3})).await, (0.0, 0.0));
        assert_eq!(give("巡河", json!({"quantity": 2})).await, (1.0, 0.0));
        assert_eq!(give("巡河", json!({"quantity": 5})).await, (2.0, 0.0));
        assert_eq!(give("受表彰", json!({"degree": "县"})).await, (20.0, 0.0));
        assert_eq!(give("全家出工", json!({"people": 3})).await, (6.0, 0.0));
        assert_eq!(give("全家出工", json!({"people": 3})).await, (3.0, 3.0));
        assert_eq!(give("送水", json!({})).await, (4.0, 0.0));
        assert_eq!(give("救火", json!({})).await, (6.0, 4.0));
        assert_eq!(give("送水", json!({})).await, (0.0, 4.0));
        verified(&app).await;
        for reversed in [5, 8, 2] {
            worker.post(&format!("/awards/{}/reverse", award_id(reversed)), json!({"reason": "记错"})).await.expect(200);
        }
        verified(&app).await;
        assert_eq!(give("全家出工", json!({"people": 3})).await, (3.0, 3.0), "the one that was cut took the room");
        assert_eq!(give("救火", json!({})).await, (6.0, 4.0), "so did the lesser of the day");
        verified(&app).await;
    }

    async fn what_a_rule_does_not_know_or_needs_is_said_by_field(app) {
        harder(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        for (rule, field, value, wrong) in [
            ("受表彰", "quantity", json!(1), "degree"),
            ("受表彰", "degree", json!("省"), "degree"),
            ("巡河", "degree", json!("县"), "degree"),
            ("巡河", "people", json!(2), "people"),
            ("全家出工", "people", json!(0), "people"),
            ("全家出工", "people", json!(100), "people"),
        ] {
            let answer = worker.post("/awards", with(award(&app, 1, id_of(&worker, rule).await), field, value)).await;
            assert_eq!((answer.code().as_str(), &answer.json()["errors"][0]["field"]), ("invalid", &json!(wrong)), "{rule}");
        }
        let base = award(&app, 1, id_of(&worker, "年初基础分").await);
        assert_eq!(worker.post("/awards", base).await.code(), "rule_not_recorded");
        let late = with(award(&app, 2, id_of(&worker, "补记的事").await), "occurred_on", json!("2026-11-10"));
        assert_eq!(worker.post("/awards", late).await.expect(201)["status"], "submitted", "late waits for the assembly");
    }

    async fn a_repeat_counts_twice_when_it_is_approved(app) {
        harder(&app).await;
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        for (number, points) in [(1, -1), (2, -2)] {
            let body = with(award(&app, number, id_of(&cadre, "再犯").await), "note", json!("又倒了"));
            cadre.post("/awards", body).await.expect(201);
            let approved = panel.post(&format!("/awards/{}/approve", award_id(number)), json!({})).await.expect(200);
            assert_eq!(approved["points"], points);
        }
        verified(&app).await;
    }
}
