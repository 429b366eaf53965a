//! Several copies of the server on one PostgreSQL: a step that waited for another sees what that one left.

use std::sync::Arc;

use hujifen::awards::review::Steps;
use hujifen::db::Db;
use hujifen::error::Result;
use hujifen::ids::AwardId;
use hujifen::ledger;
use hujifen::scope::Reverse;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;

use crate::awards::{award_id, balances};
use crate::shapes::{harder, id_of, verified};
use crate::support::TestApp;

/// Until so many wait in this test's database for somebody to be done.
pub async fn until_wait(db: &Db, wanted: i64) {
    let sql =
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        let row = db.read().query_one_raw(Statement::from_string(db.backend(), sql)).await.unwrap().unwrap();
        if row.try_get::<i64>("", "n").unwrap() >= wanted {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn id(number: u32) -> AwardId {
    serde_json::from_value(json!(award_id(number))).unwrap()
}

/// Another copy of the server corrects an award.
async fn corrected_elsewhere(app: &TestApp, number: u32) -> tokio::task::JoinHandle<Result<()>> {
    let (house, db) = (app.app.clone(), app.beside().await);
    tokio::spawn(async move {
        let who = hujifen::accounts::sessions::acting(db.read(), "cadre").await?.unwrap();
        let (who, today) = (Arc::new(who), house.clock.today());
        let steps = Steps { pen: &house.pen, shelf: &house.shelf, seen: None };
        let tx = db.begin().await?;
        steps.reverse(&tx, &who.may::<Reverse>(today)?, id(number), "记错".to_owned()).await?;
        tx.commit().await?;
        Ok(())
    })
}

/// Mutation: believe what was read before the lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_that_waited_takes_back_what_the_award_is_worth_by_then() {
    let app = TestApp::on_postgresql().await;
    harder(&app).await;
    let worker = app.signed_in(&app.town.worker).await;
    let rule = id_of(&worker, "全家出工").await;
    for number in 1..=3 {
        let deed = json!({
            "id": award_id(number), "household_id": app.town.households[0], "rule_id": rule,
            "occurred_on": "2026-11-23", "people": 1 + number % 2,
        });
        worker.post("/awards", deed).await.expect(201);
    }
    let front = app.app.db.begin().await.unwrap();
    let book = ledger::open(&front, &app.app.pen, [app.town.village.id]).await.unwrap();
    let mut behind = Vec::new();
    for number in 1..=2 {
        behind.push(corrected_elsewhere(&app, number).await);
        until_wait(&app.app.db, i64::from(number)).await;
    }
    // The same correction once more waits behind its twin.
    behind.push(corrected_elsewhere(&app, 2).await);
    until_wait(&app.app.db, 3).await;
    drop(book);
    front.commit().await.unwrap();
    let mut refused = Vec::new();
    for one in behind {
        refused.extend(one.await.unwrap().err().map(|error| error.refusal().code));
    }
    // Which of the twins comes first is the database's affair.
    assert_eq!(refused, ["wrong_state"]);
    verified(&app).await;
    let left = worker.get(&format!("/awards/{}", award_id(3))).await.expect(200);
    assert_eq!((&left["points"], &balances(&worker, &app, 0).await["pending"]), (&json!(4), &json!(4)));
}
