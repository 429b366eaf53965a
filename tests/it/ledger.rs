//! The book itself: nothing in it can be changed, and what is changed all the same is found.

use hujifen::hundredths::Hundredths;
use hujifen::ledger::verify::verify;
use hujifen::ledger::{self, Account, CauseKind, Posting};
use sea_orm::{ConnectionTrait as _, DatabaseBackend};
use serde_json::json;

use crate::awards::award_id;
use crate::support::{TestApp, both_engines};
use crate::waiting::until_wait;

async fn some_entries(app: &TestApp) {
    let worker = app.signed_in(&app.town.worker).await;
    for number in 0..6 {
        let body = json!({
            "id": award_id(number),
            "household_id": app.town.households[number as usize % 3],
            "rule_id": app.town.rule("志愿服务"),
            "quantity": 2,
            "occurred_on": "2026-11-20",
        });
        worker.post("/awards", body).await.expect(201);
    }
    worker.post(&format!("/awards/{}/reverse", award_id(2)), json!({"reason": "记错"})).await.expect(200);
}

async fn run(app: &TestApp, sql: &str) -> Result<(), sea_orm::DbErr> {
    let tx = app.app.db.begin().await?;
    tx.execute_unprepared(sql).await?;
    tx.commit().await?;
    Ok(())
}

both_engines! {
    async fn entries_steps_and_audit_refuse_every_change(app) {
        some_entries(&app).await;
        let sqlite = app.app.db.backend() == DatabaseBackend::Sqlite;
        for table in ["entries", "award_steps", "audit"] {
            let column = match table { "entries" => "points", "award_steps" => "reason", _ => "action" };
            let mut attempts = vec![
                format!("UPDATE {table} SET {column} = {column}"),
                format!("DELETE FROM {table}"),
            ];
            if sqlite {
                attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"));
            } else {
                attempts.push(format!("TRUNCATE {table} CASCADE"));
            }
            for sql in attempts {
                let error = run(&app, &sql).await.expect_err(&sql).to_string();
                assert!(error.contains("append-only"), "{sql}: {error}");
            }
        }
        let error = run(&app, "UPDATE rule_sets SET title = 'x'").await.unwrap_err().to_string();
        assert!(error.contains("append-only") || error.contains("never changes"), "{error}");
        for sql in ["UPDATE rules SET name = 'x'", "DELETE FROM rules"] {
            assert!(run(&app, sql).await.unwrap_err().to_string().contains("never changes"), "{sql}");
        }
    }

    async fn an_honest_book_verifies(app) {
        some_entries(&app).await;
        let read = verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
        assert_eq!((read.villages, read.entries, read.balances), (1, 7, 3));
        assert_eq!(hujifen::awards::verify::verify(app.app.db.read()).await.unwrap(), Ok(6));
    }

    /// Mutation: count every head in `verify`.
    async fn a_village_in_which_nothing_counts_yet_has_no_book(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let household = app.town.households[0];
        let waits = json!({"id": award_id(0), "household_id": household, "rule_id": app.town.rule("提出建议"), "occurred_on": "2026-11-20"});
        worker.post("/awards", waits).await.expect(201);
        let read = verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
        assert_eq!((read.villages, read.entries, read.balances), (0, 0, 0));
        let counts = json!({"id": award_id(1), "household_id": household, "rule_id": app.town.rule("参加清扫"), "occurred_on": "2026-11-20"});
        worker.post("/awards", counts).await.expect(201);
        let read = verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
        assert_eq!((read.villages, read.entries, read.balances), (1, 1, 1));
    }

    /// Mutation: begin the snapshot at PostgreSQL's own level.
    async fn a_snapshot_stands_still_while_the_book_goes_on(app) {
        let book = app.app.db.snapshot().await.unwrap();
        let before = verify(&book, &app.app.pen.chain).await.unwrap().unwrap();
        some_entries(&app).await;
        assert_eq!(verify(&book, &app.app.pen.chain).await.unwrap().unwrap(), before);
        book.rollback().await.unwrap();
        assert!(verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap().entries > before.entries);
    }

    async fn every_lie_is_found(app) {
        some_entries(&app).await;
        let (off, on) = match app.app.db.backend() {
            DatabaseBackend::Sqlite => ("DROP TRIGGER entries_no_update; DROP TRIGGER entries_no_delete;", ""),
            _ => ("ALTER TABLE entries DISABLE TRIGGER USER;", "ALTER TABLE entries ENABLE TRIGGER USER;"),
        };
        run(&app, off).await.unwrap();
        let lies = [
            ("UPDATE entries SET points = points + 100 WHERE seq = 3", "UPDATE entries SET points = points - 100 WHERE seq = 3"),
            ("UPDATE entries SET period = '2026-10' WHERE seq = 4", "UPDATE entries SET period = '2026-11' WHERE seq = 4"),
            ("UPDATE entries SET recorded_at = recorded_at + 1 WHERE seq = 7", "UPDATE entries SET recorded_at = recorded_at - 1 WHERE seq = 7"),
            ("UPDATE entries SET seq = 99 WHERE seq = 7", "UPDATE entries SET seq = 7 WHERE seq = 99"),
            ("UPDATE balances SET pending = pending + 100, issued = issued - 100", "UPDATE balances SET pending = pending - 100, issued = issued + 100"),
            ("UPDATE month_totals SET points = points + 1", "UPDATE month_totals SET points = points - 1"),
            ("UPDATE chain_heads SET seq = seq + 1", "UPDATE chain_heads SET seq = seq - 1"),
        ];
        for (lie, truth) in lies {
            run(&app, lie).await.unwrap();
            let found = verify(app.app.db.read(), &app.app.pen.chain).await.unwrap();
            assert!(found.is_err(), "{lie}");
            run(&app, truth).await.unwrap();
            assert!(verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().is_ok(), "{truth}");
        }
        let lies = ["UPDATE awards SET points = points + 1", "UPDATE awards SET note = 'x'", "UPDATE awards SET status = 'withdrawn', period = NULL WHERE status = 'posted'", "UPDATE awards SET period = '2026-10'", "UPDATE awards SET clipped = clipped + 100 WHERE status = 'posted'", "UPDATE cap_uses SET units = units + 1", "DELETE FROM cap_uses", "DELETE FROM awards WHERE status = 'posted'"];
        for lie in lies {
            let tx = app.app.db.begin().await.unwrap();
            tx.execute_unprepared(lie).await.unwrap();
            assert!(hujifen::awards::verify::verify(&tx).await.unwrap().is_err(), "{lie}");
        }
        run(&app, "DELETE FROM entries WHERE seq = 5").await.unwrap();
        assert!(verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().is_err());
        if !on.is_empty() {
            run(&app, on).await.unwrap();
        }
    }

    /// Mutation: open the readers as the writer is opened.
    async fn nothing_is_written_through_a_reader(app) {
        let error = app.app.db.read().execute_unprepared("UPDATE areas SET name = name").await.unwrap_err().to_string();
        assert!(error.contains("readonly") || error.contains("read-only"), "{error}");
    }

    async fn a_balance_that_does_not_add_up_is_refused_by_the_database(app) {
        some_entries(&app).await;
        assert!(run(&app, "UPDATE balances SET pending = pending + 1").await.is_err());
        assert!(run(&app, "UPDATE balances SET spendable = -100, pending = pending + 100").await.is_err());
    }
}

fn posting(app: &TestApp) -> Posting {
    Posting {
        village_id: app.town.village.id,
        household_id: app.town.households[0],
        from: Account::Issued,
        to: Account::Pending,
        points: Hundredths::ONE,
        cause_kind: CauseKind::Award,
        cause_id: app.app.clock.new_id(),
        leg: 0,
        cause_digest: vec![0; 32],
        period: "2026-11".to_owned(),
        late: false,
        occurred_on: "2026-11-20".parse().unwrap(),
        rule_set_id: None,
        rule_id: None,
        recorder_id: app.town.worker.id,
        is_given: true,
        reverses_seq: None,
    }
}

/// Mutation: lock the heads that are there and make up the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_two_postings_of_a_village_stand_in_line_on_postgresql() {
    let app = TestApp::on_postgresql().await;
    let (pen, village, second) = (app.app.pen.clone(), app.town.village.id, posting(&app));
    let other = app.beside().await;
    let tx = app.app.db.begin().await.unwrap();
    let mut book = ledger::open(&tx, &app.app.pen, [village]).await.unwrap();
    let late = tokio::spawn(async move {
        let tx = other.begin().await?;
        ledger::open(&tx, &pen, [village]).await?.post_many(vec![second]).await?;
        tx.commit().await?;
        hujifen::error::Result::<()>::Ok(())
    });
    until_wait(&app.app.db, 1).await;
    book.post_many(vec![posting(&app)]).await.unwrap();
    tx.commit().await.unwrap();
    late.await.unwrap().unwrap();
    let read = verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
    assert_eq!((read.villages, read.entries), (1, 2));
}
