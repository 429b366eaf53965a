//! The group writer: who is answered when, and who is harmed by whom.

use hujifen::awards::entity::Entity as Awards;
use hujifen::ids::AwardId;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, EntityTrait as _, PaginatorTrait as _, Statement};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::awards::award_id;
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines};

/// More than the queue and the group that is forming take together.
const TOO_MANY: u32 = 2_000;
/// A note that the database is told to refuse.
const REFUSED: &str = "坏";

fn award(app: &TestApp, number: u32, note: &str) -> Value {
    json!({
        "id": award_id(number),
        "household_id": app.town.households[number as usize % 4],
        "rule_id": app.town.rule("积极参选"),
        "occurred_on": "2026-11-23",
        "note": note,
    })
}

/// All of them at once, each a request of its own.
fn post_at_once(worker: &Client, awards: impl Iterator<Item = (u32, Value)>) -> JoinSet<(u32, Answer)> {
    let mut posting = JoinSet::new();
    for (number, award) in awards {
        let worker = worker.clone();
        posting.spawn(async move { (number, worker.post("/awards", award).await) });
    }
    posting
}

/// One in five is refused by the database, one by reading: its household is another worker's.
fn any_award(app: &TestApp, number: u32) -> Value {
    let mut award = award(app, number, if number.is_multiple_of(5) { REFUSED } else { "" });
    if number % 5 == 1 {
        award["household_id"] = json!(app.town.households[5]);
    }
    award
}

both_engines! {
    /// Mutation: give `mpsc::channel` room for 100,000, or wait with `send` instead of `try_send`.
    async fn a_full_queue_says_come_back_soon_and_loses_nothing(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let held = app.app.db.begin().await.unwrap();
        let mut posting = post_at_once(&worker, (0..TOO_MANY).map(|number| (number, award(&app, number, ""))));
        // The writer is held, so whoever is answered now was turned away.
        let mut turned_away = vec![posting.join_next().await.unwrap().unwrap()];
        drop(held);
        let mut recorded = 0;
        for (number, answer) in posting.join_all().await {
            if answer.status == 201 { recorded += 1 } else { turned_away.push((number, answer)) }
        }
        for (_, answer) in &turned_away {
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "busy"));
            assert_eq!(answer.headers["retry-after"], "2");
        }
        assert!(recorded >= 1024, "only {recorded} were recorded");
        assert_eq!(Awards::find().count(app.app.db.read()).await.unwrap(), recorded);
        let again = turned_away.iter().map(|(number, _)| (*number, award(&app, *number, ""))).take(100);
        for (_, answer) in post_at_once(&worker, again).join_all().await {
            answer.expect(201);
        }
    }

    /// Mutation: in `writer::serve`, answer the whole group with its failure.
    async fn one_award_that_cannot_be_written_harms_nobody_in_its_group(app) {
        refuse_some(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let held = app.app.db.begin().await.unwrap();
        let posting = post_at_once(&worker, (0..200).map(|number| (number, any_award(&app, number))));
        // What has not gone into the first group; the rest of that is in this one or the next.
        while app.app.writer.waiting() < 200 - 128 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for (number, answer) in posting.join_all().await {
            match number % 5 {
                0 => assert_eq!(answer.status, 500),
                1 => assert_eq!(answer.code(), "not_found"),
                _ => drop(answer.expect(201)),
            }
        }
        assert_eq!(Awards::find().count(app.app.db.read()).await.unwrap(), 120);
        hujifen::ledger::verify::verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
    }

    /// Mutation: in `writer::serve`, answer the group before `app.finish`.
    async fn an_award_is_answered_when_everybody_can_read_it(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let mut posting = JoinSet::new();
        for number in 0..200 {
            let (worker, house, award) = (worker.clone(), app.app.clone(), award(&app, number, ""));
            posting.spawn(async move {
                worker.post("/awards", award.clone()).await.expect(201);
                let stored = Awards::find_by_id(AwardId(award_id(number))).one(house.db.read()).await.unwrap();
                assert!(stored.is_some(), "award {number} was answered before it was committed");
                let household = award["household_id"].as_str().unwrap();
                let statement = worker.get(&format!("/households/{household}/statement?limit=200")).await.expect(200);
                let shown = statement["items"].as_array().unwrap().iter().any(|line| line["award_id"] == award["id"]);
                assert!(shown, "the statement at hand is older than the answer to award {number}");
            });
        }
        posting.join_all().await;
    }
}

/// Makes the database itself refuse some awards, as a full disk or a broken index would.
async fn refuse_some(app: &TestApp) {
    let sql = match app.app.db.backend() {
        DatabaseBackend::Sqlite => format!(
            "CREATE TRIGGER refuse_some BEFORE INSERT ON awards WHEN NEW.note = '{REFUSED}' \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ),
        _ => format!("ALTER TABLE awards ADD CHECK (note <> '{REFUSED}')"),
    };
    let tx = app.app.db.begin().await.unwrap();
    tx.execute_unprepared(&sql).await.unwrap();
    tx.commit().await.unwrap();
}

/// Mutation: in `Db::carry_over`, never run the checkpoint, or always.
#[tokio::test]
async fn a_long_log_is_carried_over_beside_the_writer_and_a_short_one_is_left() {
    let app = TestApp::on_sqlite().await;
    let db = &app.app.db;
    let log = async || {
        let look = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA wal_checkpoint(NOOP)");
        let row = db.read().query_one_raw(look).await.unwrap().unwrap();
        (row.try_get_by_index::<i64>(1).unwrap(), row.try_get_by_index::<i64>(2).unwrap())
    };
    let (written, carried) = log().await;
    db.carry_over().await.unwrap();
    assert_eq!(log().await, (written, carried), "a short log is left");
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared("CREATE TABLE bulk AS SELECT randomblob(10000000) AS bytes").await.unwrap();
    tx.commit().await.unwrap();
    db.committed().await;
    let open = db.begin().await.unwrap();
    db.carry_over().await.unwrap();
    let (written, carried) = log().await;
    assert!(written > 2_000 && carried == written, "{carried} of {written}");
    drop(open);
}
