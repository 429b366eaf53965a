//! Trials of tables over a real book, and the health of a table.

use std::collections::HashMap;
use std::time::Instant;

use hujifen::hundredths::Hundredths;
use hujifen::ids::{HouseholdId, RuleId, RuleSetId};
use hujifen::reports::trial::{Fact, Question, Stretch, fold};
use hujifen::reports::{facts, health};
use hujifen::rules::terms::{Cap, Shape, Terms, Window};
use hujifen::rules::{self, NewRule, Rule};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, EntityTrait as _, PaginatorTrait as _, QueryTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::awards::{award, award_id, with};
use crate::shapes;
use crate::support::{Client, TestApp, both_engines, town};

/// Looks at a trial until it is done: far more looks than the slowest machine needs.
const LOOKS_MAX: usize = 200_000;

/// Begins a trial and looks until it has an end; the progress never falls.
pub async fn tried(client: &Client, set: RuleSetId, body: Value) -> Value {
    let begun = client.post(&format!("/rule-sets/{set}/trials"), body).await.expect(202);
    let path = format!("/trials/{}", begun["id"].as_str().unwrap());
    let (mut before, mut steps) = (0, Vec::new());
    for _ in 0..LOOKS_MAX {
        let seen = client.get(&path).await.expect(200);
        let (done, total) = (seen["facts_done"].as_u64().unwrap(), seen["facts_total"].as_u64().unwrap());
        assert!(before <= done && done <= total, "{before} {seen}");
        if seen["status"] != "running" {
            assert_eq!(done, total);
            println!("{total} facts, seen on the way: {steps:?}");
            return seen;
        }
        assert_eq!(seen["result"], Value::Null);
        if steps.last() != Some(&done) {
            steps.push(done);
        }
        before = done;
        tokio::task::yield_now().await;
    }
    panic!("the trial never came to an end");
}

/// A draft of the village that says this.
async fn draft(app: &TestApp, table: Vec<NewRule>) -> RuleSetId {
    let (village, by) = (&app.town.village, app.town.cadre.id);
    let brought = app.app.write(async |tx| rules::bring_in(tx, &app.app.clock, by, village, table).await).await;
    brought.unwrap().rule_set_id
}

async fn in_force(app: &TestApp) -> RuleSetId {
    rules::sets(app.app.db.read(), app.town.village.id).await.unwrap()[0].id
}

async fn rank(client: &Client, set: RuleSetId) -> HashMap<String, (f64, f64, u64, u64)> {
    let done = tried(client, set, json!({"months": 1})).await;
    let row = |one: &Value| {
        let number = |field: &str| one[field].as_f64().unwrap();
        let rank = |field: &str| one[field].as_u64().unwrap();
        let row = (number("before"), number("after"), rank("rank_before"), rank("rank_after"));
        (one["code"].as_str().unwrap().to_owned(), row)
    };
    done["result"]["households"].as_array().unwrap().iter().map(row).collect()
}

both_engines! {
    /// Mutation: rank by what is posted on both sides, or count a fact of another village.
    async fn a_changed_table_moves_households_as_computed_by_hand(app) {
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        for (number, household, rule, quantity) in
            [(1, 0, "参加清扫", 4), (2, 1, "志愿服务", 10), (3, 2, "积极参选", 1), (4, 2, "参加清扫", 1), (5, 3, "门前整洁", 0)]
        {
            let body = with(award(&app, number, household, rule), "quantity", json!(quantity));
            assert_eq!(worker.post("/awards", body).await.expect(201)["status"], "posted");
        }
        let undone = award(&app, 6, 3, "积极参选");
        worker.post("/awards", undone).await.expect(201);
        worker.post(&format!("/awards/{}/reverse", award_id(6)), json!({"reason": "记错"})).await.expect(200);
        let mut table = town::table();
        table[0].terms.shape = Shape::Addition { points: Hundredths::whole(2) };
        table[1].terms.cap = Some(Cap { units: Hundredths::whole(4), window: Window::Month });
        table.retain(|rule| rule.name != "积极参选");
        let set = draft(&app, table).await;

        let done = tried(&cadre, set, json!({"months": 1})).await;
        assert_eq!((&done["status"], &done["from"], &done["until"]), (&json!("done"), &json!("2026-10-01"), &json!("2026-11-23")));
        assert_eq!((&done["facts_done"], &done["facts_total"]), (&json!(5), &json!(5)));
        let result = &done["result"];
        assert_eq!((&result["facts"], &result["points"]), (&json!(5), &json!({"before": 52, "after": 26})));
        assert_eq!(result["categories"], json!([{"category": "公益活动", "before": 52, "after": 26}]));
        let moved: Vec<_> = result["households"].as_array().unwrap().iter().map(|one| {
            json!([one["code"], one["before"], one["after"], one["rank_before"], one["rank_after"]])
        }).collect();
        assert_eq!(moved[..4], [
            json!(["LJP0004", 10, 10, 3, 1]),
            json!(["LJP0001", 20, 8, 1, 2]),
            json!(["LJP0002", 15, 6, 2, 3]),
            json!(["LJP0003", 7, 2, 4, 4]),
        ]);
        assert!(moved[4..].iter().all(|row| row[3] == 5 && row[4] == 5), "{moved:?}");
        assert_eq!((&result["up"], &result["down"], &result["same"], &result["households_total"]), (&json!(1), &json!(2), &json!(5), &json!(8)));
        assert_eq!(result["uncounted"], json!([{
            "rule_id": app.town.rule("积极参选"), "category": "公益活动", "name": "积极参选",
            "why": "not_in_table", "facts": 1, "points_before": 2,
        }]));
        let hurt: Vec<_> = result["clipped"].as_array().unwrap().iter().map(|one| one["sentence"].clone()).collect();
        assert_eq!(hurt, ["「志愿服务」（每月最多 4 小时）会让 1 户一共 1 次少得 9 分。最多的：李木生（9 分）。"]);
        let without: Vec<_> = result["without_facts"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(without, ["提出建议", "见义勇为", "乱倒垃圾", "维修水渠"]);
    }

    /// Mutation: judge in the order of the days, or of the ids, instead of that of the posting.
    async fn the_table_in_force_changes_nothing_whatever_caps_ladders_and_reviews_did(app) {
        shapes::harder(&app).await;
        let (worker, cadre, panel) =
            (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        let mut posted = 0.0;
        for (number, rule, fields) in [
            (1, "提出建议", json!({})),
            (2, "参加清扫", json!({"quantity": 3, "occurred_on": "2026-11-20"})),
            (3, "参加清扫", json!({"quantity": 3, "occurred_on": "2026-11-05"})),
            (4, "巡河", json!({"quantity": 3})),
            (5, "巡河", json!({"quantity": 2})),
            (6, "巡河", json!({"quantity": 5})),
            (7, "受表彰", json!({"degree": "县"})),
            (8, "全家出工", json!({"people": 3, "occurred_on": "2026-11-19"})),
            (9, "全家出工", json!({"people": 3, "occurred_on": "2026-11-18"})),
            (10, "送水", json!({})),
            (11, "救火", json!({})),
            (12, "门前整洁", json!({"quantity": 9, "occurred_on": "2026-11-20"})),
            (13, "门前整洁", json!({"quantity": 0, "occurred_on": "2026-11-10"})),
        ] {
            let mut body = award(&app, number, 0, "参加清扫");
            body["rule_id"] = shapes::id_of(&worker, rule).await;
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let given = worker.post("/awards", body).await.expect(201);
            if given["status"] == "posted" {
                posted += given["points"].as_f64().unwrap();
            }
            app.pass(1_000);
        }
        // Two of one instant: the first counts, although its id is the higher.
        let found = |number, spots: Value| with(award(&app, number, 1, "门前整洁"), "quantity", spots);
        worker.post("/awards/batch", json!({"awards": [found(31, json!(0)), found(30, json!(9))]})).await.expect(200);
        for number in [20, 21] {
            let mut body = with(award(&app, number, 0, "参加清扫"), "note", json!("又倒了"));
            body["rule_id"] = shapes::id_of(&worker, "再犯").await;
            cadre.post("/awards", body).await.expect(201);
        }
        // What was recorded later is approved first.
        for number in [21, 20, 1] {
            let approved = panel.post(&format!("/awards/{}/approve", award_id(number)), json!({})).await.expect(200);
            posted += approved["points"].as_f64().unwrap();
        }
        let done = rank(&cadre, in_force(&app).await).await;
        assert_eq!(done["LJP0001"], (posted, posted, 1, 1));
        assert_eq!(done["LJP0002"], (10.0, 10.0, 2, 2));
        // What was corrected is gone from both sides: the book was folded anew as well.
        for number in [2, 4, 8, 10] {
            cadre.post(&format!("/awards/{}/reverse", award_id(number)), json!({"reason": "记错"})).await.expect(200);
        }
        let done = rank(&cadre, in_force(&app).await).await;
        let honour = cadre.get(&format!("/households/{}", app.town.households[0])).await.expect(200)["balances"]["honour"].as_f64().unwrap();
        assert_eq!((done["LJP0001"].0, done["LJP0001"].1), (honour, honour));
        assert!(done.values().all(|(before, after, rank_before, rank_after)| before == after && rank_before == rank_after));
    }

    /// Mutation: let `find_to_try` take any village, or `Trials::find` anybody.
    async fn a_town_tries_its_template_on_one_village_and_others_do_not_see_it(app) {
        let (town, cadre) = (app.signed_in(&app.town.town_admin).await, app.signed_in(&app.town.cadre).await);
        let begun = town.post("/rule-sets", json!({"area_id": app.town.town.id, "begin_with": "empty"})).await.expect(201);
        let set = begun["id"].as_str().unwrap().to_owned();
        let path = format!("/rule-sets/{set}/trials");
        for (village, code) in [(json!(null), "missing"), (json!(app.town.village.id), "")] {
            let answer = town.post(&path, json!({"months": 3, "village_id": village})).await;
            if code.is_empty() { answer.expect(202); } else { assert_eq!(answer.expect(422)["errors"][0]["code"], code) }
        }
        let far = town.post(&path, json!({"months": 3, "village_id": app.town.far.id})).await;
        assert_eq!(far.code(), "not_found");
        assert_eq!(cadre.post(&path, json!({"months": 3, "village_id": app.town.village.id})).await.code(), "not_found");
        let own = in_force(&app).await;
        let other = town.post(&format!("/rule-sets/{own}/trials"), json!({"months": 3, "village_id": app.town.sibling.id})).await;
        assert_eq!(other.expect(422)["errors"][0]["code"], "another_village");
        for months in [0, 25] {
            let answer = cadre.post(&format!("/rule-sets/{own}/trials"), json!({"months": months})).await;
            assert_eq!(answer.expect(422)["errors"][0]["field"], "months");
        }
        let set = RuleSetId(set.parse().unwrap());
        let done = tried(&town, set, json!({"months": 3, "village_id": app.town.village.id})).await;
        let trial = format!("/trials/{}", done["id"].as_str().unwrap());
        assert_eq!(cadre.get(&trial).await.code(), "not_found");
        let of_village = tried(&town, own, json!({"months": 3})).await;
        cadre.get(&format!("/trials/{}", of_village["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(app.signed_in(&app.town.far_cadre).await.get(&trial).await.code(), "not_found");
        assert_eq!(app.signed_in(&app.town.worker).await.get(&trial).await.code(), "forbidden");
    }

    /// Mutation: keep results for ever.
    async fn a_trial_is_forgotten_after_an_hour(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let done = tried(&cadre, in_force(&app).await, json!({"months": 24})).await;
        app.pass(60 * 60 * 1000);
        let path = format!("/trials/{}", done["id"].as_str().unwrap());
        assert_eq!(app.signed_in(&app.town.cadre).await.get(&path).await.code(), "not_found");
    }

    /// Mutation: begin a page behind the day of the last one instead of behind its row.
    async fn a_book_of_many_pages_is_read_whole_and_the_way_is_shown(app) {
        const COPIES: u64 = 3 * facts::PAGE + 500;
        let (worker, cadre) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.cadre).await);
        worker.post("/awards", award(&app, 1, 0, "积极参选")).await.expect(201);
        copy_award(&app, COPIES).await;
        let begun = Instant::now();
        let done = tried(&cadre, in_force(&app).await, json!({"months": 1})).await;
        println!("trial of {} from the database: {:?}", COPIES + 1, begun.elapsed());
        let points = 2 * (COPIES + 1);
        assert_eq!((&done["facts_total"], &done["result"]["facts"]), (&json!(COPIES + 1), &json!(COPIES + 1)));
        assert_eq!(done["result"]["points"], json!({"before": points, "after": points}));
    }

    async fn the_health_of_a_table_counts_what_the_book_says(app) {
        let worker = app.signed_in(&app.town.worker).await;
        for (number, household, rule, quantity) in
            [(1, 0, "参加清扫", 4), (2, 0, "参加清扫", 2), (3, 1, "参加清扫", 5), (4, 2, "积极参选", 1), (5, 3, "门前整洁", 0)]
        {
            let body = with(award(&app, number, household, rule), "quantity", json!(quantity));
            worker.post("/awards", body).await.expect(201);
        }
        let mut table = town::table();
        table.push(NewRule { category: "公益活动".into(), name: "门前屋后整洁".into(), terms: Terms::default() });
        let set = draft(&app, table).await;
        let health = worker.get(&format!("/rule-sets/{set}/health")).await.expect(200);
        assert_eq!((&health["from"], &health["until"], &health["village_id"]), (&json!("2025-11-01"), &json!("2026-11-23"), &json!(app.town.village.id)));
        assert_eq!((&health["rules"], &health["too_many"], &health["facts"], &health["points"]), (&json!(9), &json!(false), &json!(5), &json!(52)));
        let names = |list: &str| health[list].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names("unused"), ["志愿服务", "提出建议", "见义勇为", "乱倒垃圾", "维修水渠"]);
        assert_eq!(names("core"), ["参加清扫", "门前整洁"]);
        assert_eq!(health["core"][0]["percent"], 76);
        let overlap = &health["overlaps"][0];
        assert_eq!((&overlap["inspection"]["name"], &overlap["recorded"]["name"], &overlap["percent"]), (&json!("门前整洁"), &json!("门前屋后整洁"), &json!(65)));
        let clipped = &health["clipped"][0];
        assert_eq!((&clipped["households"], &clipped["times"], &clipped["clipped"]), (&json!(2), &json!(2), &json!(15)));
        assert_eq!(clipped["sentence"], "近一年「参加清扫」到了上限，让 2 户一共 2 次少得了 15 分。");
        assert_eq!(health["sentences"].as_array().unwrap().len(), 4);
        let stranger = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(stranger.get(&format!("/rule-sets/{set}/health")).await.code(), "not_found");
    }

    /// Mutation: bind the status as a parameter, or leave `m17_awards_in_book` out.
    async fn facts_are_walked_along_their_index(app) {
        let worker = app.signed_in(&app.town.worker).await;
        for number in 1..4 {
            worker.post("/awards", award(&app, number, 0, "积极参选")).await.expect(201);
        }
        let village = app.town.village.id;
        let stretch = Stretch::of(app.app.clock.today(), 12);
        let last = ("2026-03-01".parse().unwrap(), hujifen::ids::AwardId(award_id(1)));
        for query in [
            facts::page(village, &stretch, None),
            facts::page(village, &stretch, Some(last)),
            health::usage_query(village, &stretch),
        ] {
            let plan = plan(&app, &query).await;
            assert!(plan.contains("awards_in_book"), "{plan}");
            assert!(!plan.contains("SCAN awards") && !plan.contains("Seq Scan"), "{plan}");
        }
        let entries = plan(&app, &facts::entries((1..4).map(|number| hujifen::ids::AwardId(award_id(number))))).await;
        assert!(entries.contains("cause_id") && !entries.contains("SCAN") && !entries.contains("Seq Scan"), "{entries}");
        // A page is read in its order, without sorting.
        let page = plan(&app, &facts::page(village, &stretch, Some(last))).await;
        assert!(!page.contains("TEMP B-TREE") && !page.contains("Sort"), "{page}");
        assert_eq!(facts::count(app.app.db.read(), village, &stretch, 2).await.unwrap(), 3);
        assert_eq!(hujifen::awards::entity::Entity::find().count(app.app.db.read()).await.unwrap(), 3);
    }
}

/// Copies the only award and its entry beside themselves, all on one day.
async fn copy_award(app: &TestApp, copies: u64) {
    let sqlite = app.app.db.backend() == DatabaseBackend::Sqlite;
    let id = if sqlite { "unhex(printf('%032x', n))" } else { "CAST(lpad(to_hex(n), 32, '0') AS uuid)" };
    let columns = "village_id, household_id, rule_set_id, rule_id, quantity, points, units, clipped, status, \
                   proof_pending, occurred_on, period, late, recorded_by, own_household, digest, recorded_at";
    let sql = format!(
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies}) \
         INSERT INTO awards (id, {columns}) SELECT {id}, {columns} FROM awards, copies"
    );
    let columns = "household_id, from_account, to_account, points, cause_kind, leg, cause_digest, period, late, \
                   occurred_on, rule_set_id, rule_id, recorder_id, recorded_at, alg, mac";
    let entries = format!(
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {copies}) \
         INSERT INTO entries (village_id, seq, cause_id, {columns}) SELECT village_id, seq + n, {id}, {columns} \
         FROM entries, copies"
    );
    let tx = app.app.db.begin().await.unwrap();
    tx.execute_unprepared(&sql).await.unwrap();
    tx.execute_unprepared(&entries).await.unwrap();
    tx.commit().await.unwrap();
}

/// The engine's plan. PostgreSQL, which would read so small a table whole, is told not to.
async fn plan(app: &TestApp, query: &impl QueryTrait) -> String {
    let backend = app.app.db.backend();
    let statement = query.build(backend);
    let word = if backend == DatabaseBackend::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let sql = format!("{word} {}", statement.sql);
    let tx = app.app.db.snapshot().await.unwrap();
    if backend != DatabaseBackend::Sqlite {
        tx.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").await.unwrap();
    }
    let explain = Statement::from_sql_and_values(backend, sql, statement.values.unwrap());
    let rows = tx.query_all_raw(explain).await.unwrap();
    let column = if backend == DatabaseBackend::Sqlite { "detail" } else { "QUERY PLAN" };
    rows.iter().map(|row| row.try_get::<String>("", column).unwrap()).collect::<Vec<_>>().join("; ")
}

/// Prints how long it took; what it asserts is the work, not the time.
#[test]
fn two_hundred_thousand_facts_are_folded() {
    const FACTS: u128 = 200_000;
    let table: Vec<Rule> = (1..=40)
        .map(|number| Rule {
            id: RuleId(Uuid::from_u128(number)),
            position: 1,
            category: format!("类{}", number % 5),
            name: format!("事{number}"),
            terms: Terms {
                shape: Shape::Addition { points: Hundredths::whole(5) },
                cap: Some(Cap { units: Hundredths::whole(4), window: Window::Month }),
                ..Terms::default()
            },
        })
        .collect();
    let first: chrono::NaiveDate = "2025-01-01".parse().unwrap();
    let fact = |number: u128| Fact {
        household_id: HouseholdId(Uuid::from_u128(number * 7 % 1_000)),
        rule_set_id: RuleSetId(Uuid::nil()),
        rule_id: RuleId(Uuid::from_u128(number % 40 + 1)),
        quantity: Hundredths::ONE,
        degree: None,
        people: None,
        occurred_on: first + chrono::Days::new(u64::try_from(number * 690 / FACTS).unwrap()),
        points: Hundredths::whole(5),
    };
    let facts: Vec<Fact> = (0..FACTS).map(fact).collect();
    let (judged_by, sizes) = (HashMap::new(), HashMap::new());
    let question =
        Question { from: "2025-11-01".parse().unwrap(), table: &table, judged_by: &judged_by, sizes: &sizes };
    let told = std::cell::Cell::new(0);
    let begun = Instant::now();
    let outcome = fold(&question, &facts, |_| told.set(told.get() + 1));
    println!("{FACTS} facts folded in {:?}, {} counted, {:?}", begun.elapsed(), outcome.facts, outcome.points);
    assert_eq!(told.get(), 201);
    assert_eq!(outcome.points.before.0, i64::try_from(outcome.facts).unwrap() * 500);
    assert!(outcome.points.after <= outcome.points.before && outcome.households.len() == 1_000);
}
