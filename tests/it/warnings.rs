//! A deduction begins with a warning: said, put right or proposed, decided by the panel, told.

use hujifen::audit::{Column as AuditColumn, Entity as Audit};
use hujifen::awards::warnings::entity::{Entity as Warnings, Outcome};
use hujifen::hundredths::Hundredths;
use hujifen::ids::WarningId;
use hujifen::rules::terms::{Shape, WarnFirst};
use hujifen::scope::Role;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::awards::{award, award_id, balances, with};
use crate::shapes::{id_of, verified};
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines, town};

const DAY: i64 = 86_400_000;

pub fn warning_id(number: u32) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs() + u64::from(number), &[8; 10]).into_uuid()
}

/// The town's table with deductions of which a household is warned first.
async fn warning_first(app: &TestApp) {
    let mut table = town::table();
    for (name, warn_first) in [("占道堆放", WarnFirst::Days(3)), ("野外用火", WarnFirst::OnTheSpot)] {
        let mut rule = table[4].clone();
        rule.name = name.to_owned();
        rule.terms.shape = Shape::Deduction { points: Hundredths::whole(2) };
        rule.terms.warn_first = Some(warn_first);
        table.push(rule);
    }
    town::adopt_table(&app.app, &app.town.village, app.town.cadre.id, table, "2026-11-01".parse().unwrap()).await;
}

fn warning(app: &TestApp, number: u32, household: usize, rule: &Value) -> Value {
    json!({
        "id": warning_id(number), "household_id": app.town.households[household], "rule_id": rule,
        "said_on": "2026-11-23", "note": "柴堆占了半边路",
    })
}

fn proposal(number: u32, occurred_on: &str) -> Value {
    json!({"award_id": award_id(number), "occurred_on": occurred_on, "note": "过了三天还没清"})
}

async fn warn(client: &Client, body: Value) -> Value {
    client.post("/warnings", body).await.expect(201)
}

async fn propose(client: &Client, number: u32, body: Value) -> Answer {
    client.post(&format!("/warnings/{}/propose", warning_id(number)), body).await
}

async fn put_right(client: &Client, number: u32) -> Answer {
    client.post(&format!("/warnings/{}/put-right", warning_id(number)), json!({"note": "搬走了"})).await
}

fn field(answer: &Answer) -> Value {
    answer.json()["errors"][0]["field"].clone()
}

both_engines! {
    /// Mutations: propose before the day is over; post what a worker proposes; let a warning stand open.
    async fn what_is_not_put_right_comes_to_the_panel_and_the_household_is_told(app) {
        warning_first(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let rule = id_of(&worker, "占道堆放").await;
        let body = warning(&app, 1, 0, &rule);
        let said = warn(&worker, body.clone()).await;
        assert_eq!((&said["due_on"], &said["proposed_from"]), (&json!("2026-11-26"), &json!("2026-11-27")));
        assert_eq!(said["can"], json!({"put_right": true, "propose": false}));
        assert_eq!((&said["by_name"], &said["household_name"]), (&json!("worker某"), &json!("陈建桂")));
        assert_eq!(worker.post("/warnings", body.clone()).await.expect(200)["id"], said["id"]);
        assert_eq!(worker.post("/warnings", with(body, "note", json!("沙子"))).await.code(), "id_taken");
        assert_eq!(Warnings::find().count(app.app.db.read()).await.unwrap(), 1);
        assert_eq!(propose(&worker, 1, proposal(1, "2026-11-23")).await.code(), "warning_not_due");
        app.pass(3 * DAY);
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(propose(&worker, 1, proposal(1, "2026-11-26")).await.code(), "warning_not_due");
        app.pass(DAY);
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        assert_eq!(field(&propose(&worker, 1, proposal(1, "2026-11-22")).await), "occurred_on");
        assert_eq!(field(&propose(&worker, 1, with(proposal(1, "2026-11-27"), "note", json!(" "))).await), "note");
        let proposed = propose(&worker, 1, proposal(1, "2026-11-27")).await.expect(201);
        assert_eq!((&proposed["outcome"], &proposed["award"]["status"]), (&json!("proposed"), &json!("submitted")));
        // The same again answers it as it stands; another is too late.
        assert_eq!(propose(&worker, 1, proposal(1, "2026-11-27")).await.expect(200)["award"], proposed["award"]);
        assert_eq!(propose(&worker, 1, proposal(1, "2026-11-26")).await.code(), "id_taken");
        assert_eq!(propose(&worker, 1, proposal(2, "2026-11-27")).await.code(), "warning_settled");
        assert_eq!(put_right(&worker, 1).await.code(), "warning_settled");
        assert_eq!(balances(&worker, &app, 0).await["pending"], 0, "nothing counts before the panel decides");
        let path = format!("/awards/{}", award_id(1));
        let shown = panel.get(&path).await.expect(200)["warning"].clone();
        assert_eq!(shown, json!({"said_on": "2026-11-23", "due_on": "2026-11-26", "note": "柴堆占了半边路", "by_name": "worker某"}));
        let told = json!({"how": "printed", "delivered_on": "2026-11-27", "to_whom": "陈建桂本人"});
        let notice = format!("{path}/notice");
        assert_eq!(worker.post(&notice, told.clone()).await.code(), "wrong_state", "it waits");
        let (village, line) = (&app.town.village, json!({"award_id": award_id(1), "decision": "approve"}));
        let meeting = json!({
            "id": crate::assembly::meeting_id(1), "area_id": village.id, "held_on": "2026-11-27", "present": [], "lines": [line],
        });
        let minutes = panel.post("/assemblies", meeting).await.expect(201);
        assert_eq!((&minutes["lines"][0]["outcome"], &minutes["lines"][0]["award"]["warning"]), (&json!("posted"), &shown));
        assert_eq!(balances(&worker, &app, 0).await["pending"], -2);
        let untold = async || worker.get("/awards?untold=true").await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(untold().await, 1);
        let after = worker.post(&notice, told.clone()).await.expect(200);
        assert_eq!(after["notice"], json!({"how": "printed", "delivered_on": "2026-11-27", "to_whom": "陈建桂本人", "by_name": "worker某"}));
        worker.post(&notice, told.clone()).await.expect(200);
        assert_eq!(worker.post(&notice, with(told, "how", json!("spoken"))).await.code(), "already_noticed");
        assert_eq!(untold().await, 0);
        for (action, times) in [("record_warning", 1), ("propose_deduction", 1), ("submit_award", 1), ("notice_deduction", 1)] {
            let acts = Audit::find().filter(AuditColumn::Action.eq(action)).count(app.app.db.read()).await.unwrap();
            assert_eq!(acts, times, "{action}");
        }
        verified(&app).await;
    }

    /// Mutation: settle it whatever it stands at.
    async fn what_is_put_right_is_over(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let rule = id_of(&worker, "占道堆放").await;
        warn(&worker, warning(&app, 1, 0, &rule)).await;
        let other = cadre.post("/warnings", warning(&app, 2, 0, &rule)).await;
        assert_eq!(other.code(), "warned_already", "one stands open");
        let settled = put_right(&worker, 1).await.expect(200);
        assert_eq!((&settled["outcome"], &settled["settled_note"]), (&json!("put_right"), &json!("搬走了")));
        assert_eq!(settled["can"], json!({"put_right": false, "propose": false}));
        put_right(&worker, 1).await.expect(200);
        assert_eq!(put_right(&cadre, 1).await.code(), "warning_settled");
        app.pass(5 * DAY);
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        assert_eq!(propose(&worker, 1, proposal(1, "2026-11-28")).await.code(), "warning_settled");
        // It happens again: another warning.
        warn(&cadre, with(warning(&app, 2, 0, &rule), "said_on", json!("2026-11-28"))).await;
        assert_eq!(balances(&worker, &app, 0).await["pending"], 0);
        let change = "UPDATE warnings SET note = 'x'";
        for sql in [change, "UPDATE warnings SET due_on = said_on, settled_at = 1, settled_by = recorded_by, outcome = 'put_right' WHERE settled_at IS NULL", "DELETE FROM warnings"] {
            let tx = app.app.db.begin().await.unwrap();
            tx.execute_unprepared(sql).await.unwrap_err();
        }
        verified(&app).await;
    }

    /// Mutation: let a cadre deduct at once, or a worker without a warning.
    async fn a_rule_that_warns_first_is_not_deducted_at_once(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let fire = id_of(&worker, "野外用火").await;
        let direct = with(with(award(&app, 1, 0, "乱倒垃圾"), "note", json!("田边烧草")), "rule_id", fire.clone());
        assert_eq!(cadre.post("/awards", direct.clone()).await.code(), "warn_first");
        assert_eq!(worker.post("/awards", direct.clone()).await.code(), "worker_cannot_deduct");
        // On the spot: said and proposed on one day, and mended by whoever proposed it.
        warn(&worker, warning(&app, 1, 0, &fire)).await;
        assert_eq!(cadre.post("/awards", direct).await.code(), "warn_first", "from the warning, not beside it");
        propose(&worker, 1, proposal(1, "2026-11-23")).await.expect(201);
        let panel = app.signed_in(&app.town.panel).await;
        panel.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "在哪里烧的？"})).await.expect(200);
        let mended = json!({"occurred_on": "2026-11-23", "note": "在屋后田边"});
        let again = worker.post(&format!("/awards/{}/resubmit", award_id(1)), mended).await.expect(200);
        assert_eq!((&again["status"], &again["warning"]["said_on"]), (&json!("submitted"), &json!("2026-11-23")));
        verified(&app).await;
    }

    /// Mutation: ask only who proposed it.
    async fn whoever_warned_does_not_decide_and_nobody_speaks_for_his_own_household(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let fire = id_of(&worker, "野外用火").await;
        warn(&cadre, warning(&app, 1, 0, &fire)).await;
        propose(&worker, 1, proposal(1, "2026-11-23")).await.expect(201);
        let approve = format!("/awards/{}/approve", award_id(1));
        assert_eq!(cadre.post(&approve, json!({})).await.code(), "own_award");
        assert_eq!(cadre.get(&format!("/awards/{}", award_id(1))).await.expect(200)["can"]["approve"], false);
        let line = json!([{"award_id": award_id(1), "decision": "approve"}]);
        let meeting = json!({
            "id": crate::assembly::meeting_id(1), "area_id": app.town.village.id, "held_on": "2026-11-23", "present": [], "lines": line,
        });
        assert_eq!(cadre.post("/assemblies", meeting).await.expect(201)["lines"][0]["outcome"], "left");
        let panel = app.signed_in(&app.town.panel).await;
        panel.post(&approve, json!({})).await.expect(200);
        // The worker's own household: he may be told so, but does not settle it, nor say it was told.
        warn(&cadre, warning(&app, 2, 4, &fire)).await;
        assert_eq!(put_right(&worker, 2).await.code(), "own_household");
        let proposed = propose(&cadre, 2, proposal(2, "2026-11-23")).await.expect(201);
        assert_eq!(proposed["award"]["status"], "submitted");
        panel.post(&format!("/awards/{}/approve", award_id(2)), json!({})).await.expect(200);
        let told = json!({"how": "spoken", "delivered_on": "2026-11-23", "to_whom": "本人"});
        assert_eq!(worker.post(&format!("/awards/{}/notice", award_id(2)), told.clone()).await.code(), "own_household");
        for (wrong, said) in [("delivered_on", json!("2026-11-22")), ("delivered_on", json!("2026-11-24")), ("to_whom", json!(" "))] {
            let refused = cadre.post(&format!("/awards/{}/notice", award_id(2)), with(told.clone(), wrong, said)).await;
            assert_eq!(field(&refused), wrong);
        }
        cadre.post(&format!("/awards/{}/reverse", award_id(1)), json!({"reason": "认错了户"})).await.expect(200);
        assert_eq!(cadre.post(&format!("/awards/{}/notice", award_id(1)), told).await.code(), "wrong_state");
        verified(&app).await;
    }

    async fn what_no_warning_is_and_whom_nobody_reaches_is_refused(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let (heap, dumping) = (id_of(&worker, "占道堆放").await, id_of(&worker, "乱倒垃圾").await);
        let good = warning(&app, 1, 0, &heap);
        for (wrong, said) in [
            ("due_on", json!("2026-11-25")),
            ("due_on", json!("2027-11-24")),
            ("said_on", json!("2026-11-24")),
            ("said_on", json!("2026-10-22")),
            ("note", json!("　")),
            ("note", json!("好".repeat(201))),
            ("rule_id", json!(app.town.rule("参加清扫"))),
            ("rule_id", json!(Uuid::nil())),
            ("id", json!("01939f7e-0000-4000-8000-000000000001")),
        ] {
            let refused = worker.post("/warnings", with(good.clone(), wrong, said)).await;
            assert_eq!((refused.status.as_u16(), field(&refused)), (422, json!(wrong)));
        }
        let elsewhere = with(good.clone(), "household_id", json!(app.town.households[5]));
        assert_eq!(worker.post("/warnings", elsewhere).await.code(), "not_found");
        let (panel, far) = (app.signed_in(&app.town.panel).await, app.signed_in(&app.town.far_cadre).await);
        assert_eq!(panel.post("/warnings", good.clone()).await.code(), "forbidden");
        // Before the rule was in force.
        let before = with(with(good.clone(), "said_on", json!("2026-10-31")), "due_on", json!("2026-11-23"));
        assert_eq!(worker.post("/warnings", before).await.code(), "rule_not_in_force");
        let close = json!({"status": "closed"});
        let home = format!("/households/{}", app.town.households[1]);
        cadre.json(axum::http::Method::PATCH, &home, close).await.expect(200);
        assert_eq!(worker.post("/warnings", warning(&app, 2, 1, &heap)).await.code(), "household_closed");
        // A rule that does not say so may be warned of as well; who was away is warned like everybody.
        let away = format!("/households/{}", app.town.households[2]);
        cadre.json(axum::http::Method::PATCH, &away, json!({"status": "away"})).await.expect(200);
        assert_eq!(warn(&worker, warning(&app, 3, 2, &dumping)).await["due_on"], "2026-11-26");
        warn(&worker, with(good, "due_on", json!("2026-12-01"))).await;
        assert_eq!(far.get(&format!("/warnings/{}", warning_id(1))).await.code(), "not_found");
        assert_eq!(far.get("/warnings").await.expect(200)["items"], json!([]));
        assert_eq!(put_right(&far, 1).await.code(), "not_found");
    }

    /// Mutation: order by when they were said, or count what is not due.
    async fn lists_begin_with_what_is_due_and_go_on_page_by_page(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let (heap, fire) = (id_of(&worker, "占道堆放").await, id_of(&worker, "野外用火").await);
        for (number, household, rule, due_on) in [
            (1, 0, &heap, "2026-11-30"), (2, 1, &heap, "2026-11-26"), (3, 2, &fire, "2026-11-23"), (4, 5, &heap, "2026-11-27"),
        ] {
            warn(&cadre, with(warning(&app, number, household, rule), "due_on", json!(due_on))).await;
        }
        let read = async |who: &Client, path: &str| {
            let mut numbers = Vec::new();
            let mut cursor = String::new();
            loop {
                let page = who.get(&format!("/warnings?limit=1{path}{cursor}")).await.expect(200);
                numbers.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].clone()));
                let Some(next) = page["next_cursor"].as_str() else { break numbers };
                cursor = format!("&cursor={next}");
            }
        };
        let of = |numbers: &[u32]| numbers.iter().map(|number| json!(warning_id(*number))).collect::<Vec<_>>();
        assert_eq!(read(&cadre, "").await, of(&[3, 2, 4, 1]));
        assert_eq!(read(&worker, "").await, of(&[3, 2, 1]), "of his grid");
        assert_eq!(read(&cadre, &format!("&area_id={}", app.town.grids[1].id)).await, of(&[4]));
        assert_eq!(read(&cadre, &format!("&household_id={}", app.town.households[1])).await, of(&[2]));
        let town = app.signed_in(&app.town.town_admin).await;
        assert_eq!(read(&town, "").await, of(&[3, 2, 4, 1]));
        put_right(&worker, 2).await.expect(200);
        app.pass(1000);
        put_right(&worker, 1).await.expect(200);
        assert_eq!(read(&cadre, "").await, of(&[3, 4]));
        assert_eq!(read(&cadre, "&open=false").await, of(&[1, 2]));
        let other = cadre.get("/warnings?limit=1").await.expect(200);
        let wrong = format!("/warnings?open=false&cursor={}", other["next_cursor"].as_str().unwrap());
        assert_eq!(field(&cadre.get(&wrong).await), "cursor");
        let due = async |day: &str, most| {
            let may = town::may(&app.app, &app.town.village, app.town.cadre.id, Role::VillageCadre);
            hujifen::awards::warnings::due(app.app.db.read(), &may, day.parse().unwrap(), most).await.unwrap()
        };
        assert_eq!((due("2026-11-22", 9).await, due("2026-11-23", 9).await, due("2026-11-27", 9).await, due("2026-11-27", 1).await), (0, 1, 2, 1));
    }

    /// Mutation: update the row whatever it stands at; believe what was read before the lock.
    async fn putting_right_and_two_proposals_at_once_settle_it_once(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let fire = id_of(&worker, "野外用火").await;
        for round in 0..6 {
            warn(&worker, warning(&app, round, 0, &fire)).await;
            let (right, one, same, other) = tokio::join!(
                put_right(&cadre, round),
                propose(&worker, round, proposal(2 * round, "2026-11-23")),
                propose(&worker, round, proposal(2 * round, "2026-11-23")),
                propose(&cadre, round, proposal(2 * round + 1, "2026-11-23")),
            );
            let won = [&right, &one, &same, &other].map(|answer| answer.status.as_u16());
            let decided = usize::from(won[0] == 200) + usize::from(won[1..3].contains(&201)) + usize::from(won[3] == 201);
            assert_eq!(decided, 1, "{won:?}");
            let row = Warnings::find_by_id(WarningId(warning_id(round))).one(app.app.db.read()).await.unwrap().unwrap();
            let found = hujifen::awards::entity::Entity::find()
                .filter(hujifen::awards::entity::Column::Id.is_in([award_id(2 * round), award_id(2 * round + 1)]))
                .count(app.app.db.read()).await.unwrap();
            assert_eq!(found, u64::from(row.outcome == Some(Outcome::Proposed)), "{won:?}");
        }
        verified(&app).await;
    }

    /// Mutation: look for an open one before the row is written.
    async fn two_warnings_of_one_thing_at_once_leave_one_open(app) {
        warning_first(&app).await;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        let heap = id_of(&worker, "占道堆放").await;
        for household in 0..4_u32 {
            let body = |number| warning(&app, number, household as usize, &heap);
            let (one, same, other) = tokio::join!(
                worker.post("/warnings", body(10 + household)),
                worker.post("/warnings", body(10 + household)),
                cadre.post("/warnings", body(20 + household)),
            );
            let mut won = [&one, &same, &other].map(|answer| answer.status.as_u16());
            won.sort_unstable();
            assert!(won == [200, 201, 409] || won == [201, 409, 409], "{won:?}");
            let open = cadre.get(&format!("/warnings?household_id={}", app.town.households[household as usize])).await;
            assert_eq!(open.expect(200)["items"].as_array().unwrap().len(), 1);
        }
    }
}
