//! A correction leaves a household's book as if the wrong deed had never been written.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::awards::{award_id, balances};
use crate::shapes::{harder, id_of, verified};
use crate::support::{TestApp, both_engines};

/// A deed that a test gives: rule, quantity, degree, people.
type Given = (&'static str, u32, u32);

const RULES: [&str; 7] = ["巡河", "受表彰", "全家出工", "救火", "送水", "再犯", "参加清扫"];
/// Each takes two households.
const HISTORIES: usize = 2;

fn body(
    app: &TestApp,
    (rule, rule_id): (&str, &Value),
    number: u32,
    household: usize,
    (amount, people): (u32, u32),
) -> Value {
    let mut body = json!({
        "id": award_id(number), "household_id": app.town.households[household], "rule_id": rule_id,
        "occurred_on": "2026-11-23", "note": "看见的",
    });
    match rule {
        "巡河" => body["quantity"] = json!(amount),
        "受表彰" => body["degree"] = json!(if amount % 2 == 0 { "村" } else { "县" }),
        "全家出工" => body["people"] = json!(1 + people % 3),
        _ => {}
    }
    body
}

/// What the statement's lines of each award add to, and the balances.
async fn book(app: &TestApp, household: usize) -> (Vec<(Value, f64)>, Value) {
    let cadre = app.signed_in(&app.town.cadre).await;
    let path = format!("/households/{}/statement?limit=200", app.town.households[household]);
    let statement = cadre.get(&path).await.expect(200);
    let mut sums: Vec<(Value, f64)> = Vec::new();
    for line in statement["items"].as_array().unwrap().iter().rev() {
        let points = line["points"].as_f64().unwrap();
        match sums.iter_mut().find(|(id, _)| *id == line["award_id"]) {
            Some((_, sum)) => *sum += points,
            None => sums.push((line["award_id"].clone(), points)),
        }
    }
    (sums, balances(&cadre, app, household).await)
}

both_engines! {
    /// The oracle is another household that is given only what stands, in the same order.
    /// Mutation: leave the later awards as they are; or forget one counter; or fold by day.
    async fn after_corrections_a_book_equals_a_fresh_fold_of_what_stands(app) {
        harder(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        let mut ids = Vec::new();
        for rule in RULES {
            ids.push(id_of(&worker, rule).await);
        }
        let mut number = 0;
        let mut give = async |(rule, amount, people): Given, household: usize| {
            number += 1;
            let at = RULES.iter().position(|name| *name == rule).unwrap();
            let deed = body(&app, (rule, &ids[at]), number, household, (amount, people));
            if rule == "再犯" {
                cadre.post("/awards", deed).await.expect(201);
                panel.post(&format!("/awards/{}/approve", award_id(number)), json!({})).await.expect(200);
            } else {
                assert_eq!(worker.post("/awards", deed).await.expect(201)["status"], "posted", "{rule}");
            }
            number
        };
        let deeds = prop::collection::vec((prop::sample::select(&RULES[..]), 1u32..=9, 0u32..=2), 20..=24);
        let histories = (deeds, prop::collection::vec(any::<prop::sample::Index>(), 1..=6));
        let mut runner = TestRunner::new_with_rng(Config::default(), proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ));
        for history in 0..HISTORIES {
            let (deeds, wrong) = histories.new_tree(&mut runner).unwrap().current();
            let (mended, fresh) = (history * 2, history * 2 + 1);
            let mut standing = Vec::new();
            for deed in deeds {
                standing.push((deed, give(deed, mended).await));
            }
            for index in wrong {
                let at = index.index(standing.len());
                let (_, number) = standing.remove(at);
                let path = format!("/awards/{}/reverse", award_id(number));
                cadre.post(&path, json!({"reason": "记错"})).await.expect(200);
                verified(&app).await;
            }
            let mut expected = Vec::new();
            for (deed, before) in &standing {
                expected.push((*before, give(*deed, fresh).await));
            }
            let ((sums, balances), (fresh_sums, fresh_balances)) = (book(&app, mended).await, book(&app, fresh).await);
            assert_eq!(balances, fresh_balances, "{standing:?}");
            let of = |sums: &[(Value, f64)], number: u32| {
                sums.iter().find(|(id, _)| *id == json!(award_id(number))).map(|(_, sum)| *sum)
            };
            for (before, after) in expected {
                let points = of(&sums, before);
                assert!(points.is_some(), "every deed has a line");
                assert_eq!(points, of(&fresh_sums, after), "{standing:?}");
            }
        }
    }

    async fn the_statement_says_why_a_later_deed_is_worth_something_else(app) {
        harder(&app).await;
        let worker = app.signed_in(&app.town.worker).await;
        let rule = id_of(&worker, "全家出工").await;
        for number in 1..=3 {
            worker.post("/awards", body(&app, ("全家出工", &rule), number, 0, (1, 1 + number % 2))).await.expect(201);
        }
        worker.post(&format!("/awards/{}/reverse", award_id(1)), json!({"reason": "没有来"})).await.expect(200);
        let path = format!("/households/{}/statement", app.town.households[0]);
        let statement = worker.get(&path).await.expect(200);
        let lines: Vec<Value> = statement["items"].as_array().unwrap().iter().rev().map(|line| {
            json!([line["award_id"], line["kind"], line["points"], line["people"], line["clipped"], line["reason"]])
        }).collect();
        let again = "11月23日的“全家出工”改正了，这条跟着重算";
        assert_eq!(lines, [
            json!([award_id(1), "award", 6, 3, 0, null]),
            json!([award_id(2), "award", 3, null, 0, null]),
            json!([award_id(3), "award", 0, null, 0, null]),
            json!([award_id(1), "reversal", -6, null, 0, "没有来"]),
            json!([award_id(2), "refold", 1, null, 0, again]),
            json!([award_id(3), "refold", 5, null, 0, again]),
        ]);
        verified(&app).await;
        worker.post(&format!("/awards/{}/reverse", award_id(2)), json!({"reason": "没有来"})).await.expect(200);
        worker.post(&format!("/awards/{}/reverse", award_id(3)), json!({"reason": "没有来"})).await.expect(200);
        assert_eq!(balances(&worker, &app, 0).await["pending"], 0);
        verified(&app).await;
    }
}
