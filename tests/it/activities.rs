//! Activities: households are ticked as they come, and closing awards all of them once.

use axum::http::Method;
use hujifen::audit::{Column as AuditColumn, Entity as Audit};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::awards::balances;
use crate::shapes::{harder, id_of, verified};
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::town::{self, person};
use crate::support::{Client, TestApp, both_engines};

/// A UUIDv7 as a phone makes it; `number` tells them apart.
pub fn activity_id(number: u8) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs(), &[number, 3, 3, 3, 3, 3, 3, 3, 3, 3]).into_uuid()
}

/// A cleaning of the first grid, today.
fn cleaning(app: &TestApp, number: u8) -> Value {
    json!({
        "id": activity_id(number), "area_id": app.town.grids[0].id, "rule_id": app.town.rule("参加清扫"),
        "name": "清扫村道", "place": "村部门口", "held_on": "2026-11-23",
    })
}

fn with(mut body: Value, changes: Value) -> Value {
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

fn path(number: u8, rest: &str) -> String {
    format!("/activities/{}{rest}", activity_id(number))
}

fn tick(app: &TestApp, household: usize, people: u32, revision: u32) -> Value {
    json!({"household_id": app.town.households[household], "people": people, "revision": revision})
}

async fn take(client: &Client, number: u8, changes: &[Value]) -> Answer {
    client.put(&path(number, "/attendance"), json!({ "changes": changes })).await
}

async fn close(client: &Client, number: u8) -> Answer {
    client.post(&path(number, "/close"), json!({})).await
}

/// Of each household that was ticked: how many, the points and what stands of its award.
fn came(detail: &Value) -> Vec<(u64, Value, Value)> {
    let rows = detail["attendance"].as_array().unwrap();
    let of =
        |row: &Value| (row["people"].as_u64().unwrap(), row["award"]["points"].clone(), row["award"]["status"].clone());
    rows.iter().map(of).collect()
}

async fn acts(app: &TestApp, action: &str) -> u64 {
    Audit::find().filter(AuditColumn::Action.eq(action)).count(app.app.db.read()).await.unwrap()
}

both_engines! {
    /// Mutations: keep what a trial did; award at every close; count people who were struck out.
    async fn everybody_who_came_is_awarded_once_when_it_is_closed(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let opened = worker.post("/activities", cleaning(&app, 1)).await.expect(201);
        assert_eq!((&opened["state"], &opened["counting"], &opened["unit"]), (&json!("open"), &json!("units"), &json!("人次")));
        assert_eq!(opened["can"], json!({"take": true, "close": true, "cancel": true}));
        assert_eq!(worker.post("/activities", cleaning(&app, 1)).await.expect(200), opened);
        let other = with(cleaning(&app, 1), json!({"name": "清扫水渠"}));
        assert_eq!(worker.post("/activities", other).await.code(), "activity_taken");
        assert_eq!(close(&worker, 1).await.code(), "nobody_came");

        let changes = [tick(&app, 3, 6, 1), tick(&app, 0, 2, 1), tick(&app, 1, 1, 1), tick(&app, 2, 3, 1)];
        let taken = take(&worker, 1, &changes).await.expect(200);
        assert!(taken["results"].as_array().unwrap().iter().all(|one| one["status"] == 200), "{taken}");
        // His own household, and one that was ticked by mistake.
        take(&worker, 1, &[tick(&app, 2, 0, 2), tick(&app, 4, 1, 1)]).await.expect(200);
        let detail = worker.get(&path(1, "")).await.expect(200);
        assert_eq!((&detail["households"], &detail["people"]), (&json!(4), &json!(10)));
        assert_eq!(acts(&app, "take_attendance").await, 2);

        let trial = worker.post(&path(1, "/close"), json!({"trial": true})).await.expect(200);
        let expected = vec![
            (2, json!(10), json!("posted")),
            (1, json!(5), json!("posted")),
            (0, Value::Null, Value::Null),
            (6, json!(20), json!("posted")),
            (1, json!(5), json!("submitted")),
        ];
        assert_eq!((came(&trial), &trial["state"]), (expected.clone(), &json!("closed")));
        assert_eq!(worker.get(&path(1, "")).await.expect(200)["state"], "open");
        assert_eq!((balances(&worker, &app, 0).await["pending"].clone(), acts(&app, "close_activity").await), (json!(0), 0));

        let closed = close(&worker, 1).await.expect(200);
        assert_eq!(came(&closed), expected);
        assert_eq!(closed["attendance"][3]["award"]["clipped"], 10);
        assert_eq!(closed["can"], json!({"take": false, "close": false, "cancel": false}));
        assert_eq!(close(&worker, 1).await.expect(200), closed);
        assert_eq!((acts(&app, "close_activity").await, acts(&app, "submit_award").await), (1, 4));
        for (household, points) in [(0, 10), (1, 5), (2, 0), (3, 20), (4, 0)] {
            assert_eq!(balances(&worker, &app, household).await["pending"], points, "{household}");
        }
        let statement = worker.get(&format!("/households/{}/statement", app.town.households[0])).await.expect(200);
        assert_eq!((&statement["items"][0]["note"], &statement["items"][0]["recorder_name"]), (&json!("清扫村道"), &json!("worker某")));
        assert_eq!(take(&worker, 1, &[tick(&app, 2, 1, 9)]).await.code(), "activity_ended");
        let cancel = worker.post(&path(1, "/cancel"), json!({"reason": "下雨没办成"})).await;
        assert_eq!(cancel.code(), "activity_ended");
        verified(&app).await;
    }

    /// Mutation: multiply hours by people.
    async fn the_number_who_came_means_what_the_rule_counts(app) {
        harder(&app).await;
        let cadre = app.signed_in(&app.town.cadre).await;
        for (number, rule, fields, counting, points, note) in [
            (1, "全家出工", json!({}), "per_person", 6, "清扫村道"),
            (2, "志愿服务", json!({"quantity": 3}), "noted", 4, "清扫村道，来了 3 人"),
            (3, "巡河", json!({"quantity": 4}), "noted", 1, "清扫村道，来了 3 人"),
            (4, "受表彰", json!({"degree": "县"}), "noted", 20, "清扫村道，来了 3 人"),
        ] {
            let rule = id_of(&cadre, rule).await;
            let body = with(with(cleaning(&app, number), fields), json!({"rule_id": rule}));
            let opened = cadre.post("/activities", body).await.expect(201);
            assert_eq!(opened["counting"], counting, "{opened}");
            take(&cadre, number, &[tick(&app, 0, 3, 1)]).await.expect(200);
            let closed = close(&cadre, number).await.expect(200);
            let given = closed["attendance"][0]["award"]["points"].as_f64().unwrap();
            assert_eq!(given.floor(), f64::from(points), "{closed}");
            let id = closed["attendance"][0]["award"]["id"].as_str().unwrap();
            assert_eq!(cadre.get(&format!("/awards/{id}")).await.expect(200)["note"], note);
        }
        verified(&app).await;
    }

    async fn what_cannot_be_an_activity_is_refused_field_by_field(app) {
        harder(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let rule = |name: &'static str| id_of(&worker, name);
        for (change, field) in [
            (json!({"rule_id": rule("乱倒垃圾").await}), "rule_id"),
            (json!({"rule_id": rule("门前整洁").await}), "rule_id"),
            (json!({"rule_id": rule("年初基础分").await}), "rule_id"),
            (json!({"rule_id": Uuid::nil()}), "rule_id"),
            (json!({"held_on": "2025-12-31"}), "held_on"),
            (json!({"held_on": "2027-01-23"}), "held_on"),
            (json!({"rule_id": rule("受表彰").await}), "degree"),
            (json!({"rule_id": rule("受表彰").await, "degree": "省"}), "degree"),
            (json!({"degree": "县"}), "degree"),
            (json!({"quantity": 0}), "quantity"),
            (json!({"quantity": 100.5}), "quantity"),
            (json!({"name": "  "}), "name"),
            (json!({"name": "扫".repeat(31)}), "name"),
            (json!({"place": "路".repeat(31)}), "place"),
            (json!({"id": Uuid::nil()}), "id"),
        ] {
            let refused = worker.post("/activities", with(cleaning(&app, 1), change.clone())).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!(field)), "{change}");
        }
        for (area, code) in [(&app.town.village, "not_found"), (&app.town.grids[1], "not_found"), (&app.town.sibling, "not_found")] {
            let refused = worker.post("/activities", with(cleaning(&app, 1), json!({"area_id": area.id}))).await;
            assert_eq!(refused.code(), code);
        }
        let panel = app.signed_in(&app.town.panel).await;
        assert_eq!(panel.post("/activities", cleaning(&app, 1)).await.code(), "forbidden");
        assert_eq!(acts(&app, "open_activity").await, 0);
    }

    /// Mutation: let the request that arrives last count.
    async fn the_latest_number_of_a_phone_counts_in_whatever_order_it_arrives(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        worker.post("/activities", cleaning(&app, 1)).await.expect(201);
        take(&worker, 1, &[tick(&app, 0, 2, 3)]).await.expect(200);
        for (client, people, revision, stands) in
            [(&worker, 1, 1, 2), (&worker, 2, 3, 2), (&cadre, 4, 3, 2), (&cadre, 4, 4, 4), (&worker, 0, 5, 0)]
        {
            let taken = take(client, 1, &[tick(&app, 0, people, revision)]).await.expect(200);
            assert_eq!(taken["results"][0]["attendance"]["people"], stands, "{people} {revision}");
        }
        let twice = take(&worker, 1, &[tick(&app, 1, 1, 1), tick(&app, 1, 2, 2)]).await.expect(200);
        let said: Vec<_> = twice["results"].as_array().unwrap().iter().map(|one| one["attendance"]["people"].clone()).collect();
        assert_eq!(said, [json!(2), json!(2)]);
        let unknown = json!({"household_id": Uuid::nil(), "people": 1, "revision": 1});
        let mixed = take(&worker, 1, &[unknown, tick(&app, 2, 100, 1), tick(&app, 2, 1, 0), tick(&app, 5, 1, 1), tick(&app, 2, 1, 1)]).await;
        let said: Vec<_> = mixed.expect(200)["results"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
        assert_eq!(said, [404, 422, 422, 404, 200]);
        assert_eq!(take(&worker, 1, &[]).await.json()["errors"][0]["field"], "changes");
        assert_eq!(take(&worker, 1, &vec![tick(&app, 0, 1, 9); 501]).await.json()["errors"][0]["field"], "changes");
        verified(&app).await;
    }

    /// Mutations: show a worker all rows; let him tick other grids; award in the closer's name.
    async fn workers_tick_their_own_households_in_an_activity_of_the_village(app) {
        let (cadre, worker) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.worker).await);
        let other = app.signed_in(&app.town.other_worker).await;
        let whole = with(cleaning(&app, 1), json!({"area_id": app.town.village.id}));
        cadre.post("/activities", whole).await.expect(201);
        other.post("/activities", with(cleaning(&app, 2), json!({"area_id": app.town.grids[1].id}))).await.expect(201);
        let seen = worker.get(&path(1, "")).await.expect(200);
        assert_eq!(seen["can"], json!({"take": true, "close": false, "cancel": false}));
        assert_eq!(worker.get(&path(2, "")).await.code(), "not_found", "another grid's own");
        assert_eq!(take(&worker, 2, &[tick(&app, 5, 1, 1)]).await.code(), "not_found");
        let mine = take(&worker, 1, &[tick(&app, 0, 1, 1), tick(&app, 5, 1, 1)]).await.expect(200);
        assert_eq!((&mine["results"][0]["status"], &mine["results"][1]["status"]), (&json!(200), &json!(404)));
        take(&other, 1, &[tick(&app, 5, 2, 1)]).await.expect(200);
        let seen = worker.get(&path(1, "")).await.expect(200);
        assert_eq!((came(&seen).len(), &seen["households"], &seen["people"]), (1, &json!(2), &json!(3)));
        for client in [&worker, &other] {
            assert_eq!(close(client, 1).await.code(), "forbidden");
            assert_eq!(client.post(&path(1, "/cancel"), json!({"reason": "错了"})).await.code(), "forbidden");
        }
        let far = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(close(&far, 1).await.code(), "not_found");
        let listed = async |client: &Client, query: &str| {
            let found = client.get(&format!("/activities?{query}")).await.expect(200);
            found["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
        };
        let (one, two) = (json!(activity_id(1)), json!(activity_id(2)));
        assert_eq!(listed(&worker, "").await, vec![one.clone()]);
        assert_eq!(listed(&worker, &format!("area_id={}", app.town.village.id)).await, vec![one.clone()]);
        assert_eq!(listed(&cadre, &format!("area_id={}", app.town.grids[1].id)).await, [two.clone(), one.clone()]);
        assert_eq!(listed(&cadre, &format!("area_id={}", app.town.grids[0].id)).await, vec![one.clone()]);
        assert!(listed(&far, "").await.is_empty());

        let closed = close(&cadre, 1).await.expect(200);
        assert_eq!(came(&closed).len(), 2);
        for (at, recorder) in ["worker某", "worker2某"].into_iter().enumerate() {
            let id = closed["attendance"][at]["award"]["id"].as_str().unwrap();
            assert_eq!(cadre.get(&format!("/awards/{id}")).await.expect(200)["recorded_by"]["name"], recorder);
        }
        assert_eq!((listed(&cadre, "open=true").await, listed(&cadre, "open=false").await), (vec![two.clone()], vec![one]));
        let first = cadre.get("/activities?limit=1").await.expect(200);
        let rest = cadre.get(&format!("/activities?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200);
        assert_eq!((&first["items"][0]["id"], &rest["items"][0]["id"], &rest["next_cursor"]), (&two, &json!(activity_id(1)), &Value::Null));
        verified(&app).await;
    }

    async fn who_may_no_longer_record_is_replaced_by_whoever_closes(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let helper = person(&app.app, "helper", None, &[(hujifen::scope::Role::GridWorker, &app.town.grids[0])]).await;
        let phone = app.signed_in(&helper).await;
        phone.post("/activities", cleaning(&app, 1)).await.expect(201);
        take(&phone, 1, &[tick(&app, 0, 1, 1)]).await.expect(200);
        cadre.json(Method::PATCH, &format!("/accounts/{}", helper.id), json!({"disabled": true})).await.expect(200);
        let closed = close(&cadre, 1).await.expect(200);
        let id = closed["attendance"][0]["award"]["id"].as_str().unwrap();
        assert_eq!(cadre.get(&format!("/awards/{id}")).await.expect(200)["recorded_by"]["name"], "cadre某");
        verified(&app).await;
    }

    async fn nobody_is_ticked_before_the_day_and_one_that_fell_through_is_cancelled(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let ahead = with(cleaning(&app, 1), json!({"held_on": "2026-11-24"}));
        let opened = worker.post("/activities", ahead).await.expect(201);
        assert_eq!(opened["can"], json!({"take": false, "close": false, "cancel": true}));
        assert_eq!(take(&worker, 1, &[tick(&app, 0, 1, 1)]).await.code(), "activity_to_come");
        assert_eq!(close(&worker, 1).await.code(), "activity_to_come");
        assert_eq!(worker.post(&path(1, "/cancel"), json!({})).await.json()["errors"][0]["field"], "reason");
        for _ in 0..2 {
            let cancelled = worker.post(&path(1, "/cancel"), json!({"reason": "下雨没办成"})).await.expect(200);
            assert_eq!((&cancelled["state"], &cancelled["reason"], &cancelled["ended_by_name"]), (&json!("cancelled"), &json!("下雨没办成"), &json!("worker某")));
        }
        assert_eq!(acts(&app, "cancel_activity").await, 1);
        assert_eq!(close(&worker, 1).await.code(), "activity_ended");
    }

    /// Mutation: roll everything back because of one household.
    async fn a_household_that_cannot_be_awarded_is_said_and_the_others_are_awarded(app) {
        let (cadre, worker) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.worker).await);
        for number in [1, 2] {
            worker.post("/activities", cleaning(&app, number)).await.expect(201);
        }
        take(&worker, 1, &[tick(&app, 0, 1, 1), tick(&app, 1, 1, 1)]).await.expect(200);
        take(&worker, 2, &[tick(&app, 0, 1, 1)]).await.expect(200);
        let gone = format!("/households/{}", app.town.households[0]);
        cadre.json(Method::PATCH, &gone, json!({"status": "closed"})).await.expect(200);
        assert_eq!(take(&worker, 1, &[tick(&app, 0, 2, 2)]).await.expect(200)["results"][0]["error"]["code"], "household_closed");
        let closed = close(&worker, 1).await.expect(200);
        assert_eq!(came(&closed), [(1, Value::Null, Value::Null), (1, json!(5), json!("posted"))]);
        assert_eq!(closed["attendance"][0]["failure"], "这一户已经注销，不能再改动。");
        assert_eq!(close(&worker, 1).await.expect(200), closed);
        // Nobody at all: it stays open.
        assert_eq!(close(&worker, 2).await.code(), "household_closed");
        assert_eq!(worker.get(&path(2, "")).await.expect(200)["state"], "open");
        verified(&app).await;
    }

    /// A table filed meanwhile may have dropped the rule: then it is said, and the activity stays.
    async fn a_rule_that_went_out_of_force_keeps_the_activity_open(app) {
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/activities", cleaning(&app, 1)).await.expect(201);
        take(&worker, 1, &[tick(&app, 0, 1, 1)]).await.expect(200);
        let table = town::table().split_off(1);
        town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, table, "2026-11-23".parse().unwrap()).await;
        assert_eq!(close(&worker, 1).await.code(), "rule_not_in_force");
        let stands = worker.get(&path(1, "")).await.expect(200);
        assert_eq!((&stands["state"], &stands["rule_name"]), (&json!("open"), &json!("参加清扫")));
    }

    /// Mutation: believe what was read before the lock.
    async fn closed_twice_cancelled_and_ticked_at_once_it_ends_once(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        for number in 1..=6_u8 {
            let opened = with(cleaning(&app, number), json!({"rule_id": app.town.rule("积极参选")}));
            let (one, two) = tokio::join!(worker.post("/activities", opened.clone()), worker.post("/activities", opened));
            let statuses = [one.status.as_u16(), two.status.as_u16()];
            assert!(statuses.contains(&201) && statuses.contains(&200), "{statuses:?}");
            take(&worker, number, &[tick(&app, 0, 1, 1)]).await.expect(200);
            let late = [tick(&app, 1, 1, 1)];
            let cancel_path = path(number, "/cancel");
            let (first, second, ticked, cancelled) = tokio::join!(
                close(&worker, number),
                close(&cadre, number),
                take(&worker, number, &late),
                cadre.post(&cancel_path, json!({"reason": "错了"})),
            );
            let stands = cadre.get(&path(number, "")).await.expect(200);
            let came = came(&stands);
            if cancelled.status == 200 {
                assert_eq!((first.code(), second.code()), ("activity_ended".to_owned(), "activity_ended".to_owned()));
                assert!(came.iter().all(|(_, points, _)| points.is_null()), "{stands}");
            } else {
                assert_eq!((first.expect(200), second.expect(200)), (stands.clone(), stands.clone()));
                assert_eq!(came.len(), if ticked.status == 200 { 2 } else { 1 }, "ticked or refused, nothing between");
                assert!(came.iter().all(|(_, points, _)| *points == 2), "{stands}");
            }
        }
        let closed = acts(&app, "close_activity").await;
        let earned = balances(&worker, &app, 0).await["honour"].as_u64().unwrap();
        assert_eq!((closed + acts(&app, "cancel_activity").await, earned), (6, 2 * closed));
        verified(&app).await;
    }
}
