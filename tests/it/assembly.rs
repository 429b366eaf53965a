//! The panel's meeting: what waits is decided together, once, by those who may.

use hujifen::ids::AreaId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::awards::{award, award_id, balances, with};
use crate::shapes::{harder, id_of, verified};
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines};

pub fn meeting_id(number: u8) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs(), &[number; 10]).into_uuid()
}

fn meeting(app: &TestApp, number: u8, present: &[Uuid], lines: &Value) -> Value {
    json!({
        "id": meeting_id(number), "area_id": app.town.village.id, "held_on": "2026-11-22", "present": present,
        "others": "三组组长", "lines": lines,
    })
}

fn approve(number: u32) -> Value {
    json!({"award_id": award_id(number), "decision": "approve"})
}

fn outcomes(minutes: &Value) -> Vec<Value> {
    minutes["lines"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect()
}

async fn wait(app: &TestApp, worker: &Client, deeds: &[(u32, usize, &str)]) {
    for (number, household, rule) in deeds {
        let given = worker.post("/awards", award(app, *number, *household, rule)).await.expect(201);
        assert_eq!(given["status"], "submitted", "{rule}");
    }
}

async fn hold(client: &Client, body: Value) -> Answer {
    client.post("/assemblies", body).await
}

both_engines! {
    /// Mutations: let a struck line count; post before the lines are judged in their order; forget the minutes.
    async fn a_meeting_decides_what_waits_once_and_its_minutes_say_so(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        wait(&app, &worker, &[(1, 0, "提出建议"), (2, 1, "提出建议"), (3, 2, "维修水渠"), (4, 3, "提出建议")]).await;
        let people = panel.get(&format!("/assemblies/people?area_id={}", app.town.village.id)).await.expect(200);
        assert!(people["items"].as_array().unwrap().len() >= 3 && people["quorum"] == 1, "{people}");
        let lines = json!([
            approve(1),
            {"award_id": award_id(2), "decision": "strike", "reason": "没有这回事"},
            {"award_id": award_id(3), "decision": "approve", "reason": "到现场看过"},
        ]);
        let body = meeting(&app, 1, &[app.town.other_panel.id.0], &lines);
        let minutes = hold(&panel, body.clone()).await.expect(201);
        assert_eq!(outcomes(&minutes), ["posted", "rejected", "posted"]);
        assert_eq!((minutes["present"].as_array().unwrap().len(), &minutes["others"]), (2, &json!("三组组长")));
        assert_eq!(minutes["lines"][1]["award"]["steps"][0]["reason"], "没有这回事");
        assert_eq!(balances(&worker, &app, 0).await["pending"], 5);
        assert_eq!(balances(&worker, &app, 1).await["pending"], 0);
        assert_eq!(worker.get(&format!("/awards/{}", award_id(4))).await.expect(200)["status"], "submitted");
        // The same again decides nothing twice; another under its number is refused.
        assert_eq!(outcomes(&hold(&panel, body.clone()).await.expect(200)), ["posted", "rejected", "posted"]);
        let mut other = body;
        other["lines"] = json!([approve(4)]);
        assert_eq!(hold(&panel, other).await.code(), "meeting_taken");
        let read = worker.get(&format!("/assemblies/{}", meeting_id(1))).await;
        assert_eq!(read.code(), "not_found", "a worker sees no minutes of the whole village");
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(outcomes(&cadre.get(&format!("/assemblies/{}", meeting_id(1))).await.expect(200)), ["posted", "rejected", "posted"]);
        let list = cadre.get(&format!("/assemblies?area_id={}", app.town.village.id)).await.expect(200);
        assert_eq!(list["items"][0]["id"], json!(meeting_id(1)));
        verified(&app).await;
    }

    /// Mutation: let whoever writes the minutes decide everything.
    async fn nobody_decides_what_he_recorded_or_what_his_own_household_gets(app) {
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        cadre.post("/awards", award(&app, 1, 0, "提出建议")).await.expect(201);
        // The household of the panel member.
        cadre.post("/awards", award(&app, 2, 6, "提出建议")).await.expect(201);
        // Each from his own account: nobody is decided for by being named.
        let alone = hold(&panel, meeting(&app, 1, &[], &json!([approve(1), approve(2)]))).await.expect(201);
        assert_eq!(outcomes(&alone), ["posted", "left"]);
        let by: Vec<Value> = alone["lines"][0]["award"]["steps"].as_array().unwrap().iter().map(|step| step["by_name"].clone()).collect();
        assert_eq!(by, [panel.get("/me").await.expect(200)["name"].clone()]);
        // His own, written down by the recorder: they wait until another who was there confirms from his account.
        let (other, worker) = (app.signed_in(&app.town.other_panel).await, app.signed_in(&app.town.worker).await);
        cadre.post("/awards", award(&app, 3, 1, "提出建议")).await.expect(201);
        worker.post("/awards", award(&app, 4, 1, "提出建议")).await.expect(201);
        let struck = json!({"award_id": award_id(3), "decision": "strike", "reason": "没有这回事"});
        let lines = json!([approve(2), struck, approve(4)]);
        let there = [app.town.other_panel.id.0, app.town.panel.id.0];
        let both = hold(&cadre, meeting(&app, 2, &there, &lines)).await.expect(201);
        assert_eq!((outcomes(&both), &both["confirmable"]), (vec![json!("left"), json!("left"), json!("posted")], &Value::Null));
        let confirm = format!("/assemblies/{}/confirm", meeting_id(2));
        assert_eq!(worker.post(&confirm, json!({})).await.code(), "forbidden", "a worker decides nothing");
        let awaits = async |client: &Client| {
            let list = client.get(&format!("/assemblies?area_id={}", app.town.village.id)).await.expect(200);
            list["items"].as_array().unwrap().iter().filter(|one| one["awaits_me"] == true).count()
        };
        assert_eq!((awaits(&cadre).await, awaits(&other).await), (0, 1));
        // The member whose household it is decides the other line, and not his own.
        for again in 0..2 {
            panel.post(&confirm, json!({})).await.expect(200);
            let minutes = other.get(&format!("/assemblies/{}", meeting_id(2))).await.expect(200);
            let stands: Vec<_> = minutes["lines"].as_array().unwrap().iter().map(|line| line["award"]["status"].clone()).collect();
            assert_eq!((stands, &minutes["confirmable"]), (vec![json!("submitted"), json!("rejected"), json!("posted")], &json!(1)), "{again}");
        }
        let minutes = other.post(&confirm, json!({})).await.expect(200);
        assert_eq!((awaits(&other).await, &minutes["confirmable"]), (0, &Value::Null));
        assert!(minutes["present"].as_array().unwrap().iter().all(|one| one["confirmed"] == true), "{minutes}");
        let step = &minutes["lines"][0]["award"]["steps"][0];
        assert_eq!((&step["step"], &step["by_name"]), (&json!("approve"), &other.get("/me").await.expect(200)["name"]));
        // What the minutes said first stays.
        assert_eq!(outcomes(&minutes), ["left", "left", "posted"]);
        let third = app.signed_in(&app.town.town_admin).await;
        assert_eq!(third.post(&confirm, json!({})).await.code(), "forbidden", "was not there");
        verified(&app).await;
    }

    async fn what_wants_two_people_has_them_in_a_meeting_of_two(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        wait(&app, &worker, &[(1, 0, "见义勇为"), (2, 1, "见义勇为")]).await;
        assert_eq!(outcomes(&hold(&panel, meeting(&app, 1, &[], &json!([approve(1)]))).await.expect(201)), ["second"]);
        let two = meeting(&app, 2, &[app.town.other_panel.id.0], &json!([approve(1), approve(2)]));
        assert_eq!(outcomes(&hold(&panel, two).await.expect(201)), ["left", "second"]);
        assert_eq!(balances(&worker, &app, 0).await["pending"], 0);
        let other = app.signed_in(&app.town.other_panel).await;
        other.post(&format!("/assemblies/{}/confirm", meeting_id(2)), json!({})).await.expect(200);
        assert_eq!(balances(&worker, &app, 1).await["pending"], 50);
        assert_eq!(balances(&worker, &app, 0).await["pending"], 50);
        verified(&app).await;
    }

    /// Mutation: judge by what the recorder said, or change his words.
    async fn a_degree_is_changed_with_a_reason_and_the_recorders_words_stay(app) {
        harder(&app).await;
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        // The worker's own household: it waits.
        let mut body = with(award(&app, 1, 4, "参加清扫"), "degree", json!("县"));
        body["rule_id"] = id_of(&cadre, "受表彰").await;
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.post("/awards", body).await.expect(201)["points"], 20);
        let line = |degree: &str, reason: Value| json!([{"award_id": award_id(1), "decision": "approve", "degree": degree, "reason": reason}]);
        let there = [app.town.other_panel.id.0];
        for (wrong, field) in [(line("省", json!("高了")), "lines[0].degree"), (line("村", Value::Null), "lines[0].reason")] {
            let refused = hold(&panel, meeting(&app, 1, &there, &wrong)).await;
            assert_eq!(refused.json()["errors"][0]["field"], field);
        }
        let minutes = hold(&panel, meeting(&app, 1, &there, &line("村", json!("奖状是村里发的")))).await.expect(201);
        let after = &minutes["lines"][0]["award"];
        assert_eq!((&after["degree"], &after["points"]), (&json!("村"), &json!(3)));
        assert_eq!(after["steps"][0]["reason"], "改为村：奖状是村里发的");
        verified(&app).await;
    }

    /// Mutation: confirm what was said anew since the meeting.
    async fn what_was_mended_after_the_meeting_is_not_confirmed(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        let other = app.signed_in(&app.town.other_panel).await;
        wait(&app, &worker, &[(1, 0, "见义勇为")]).await;
        let body = meeting(&app, 1, &[app.town.other_panel.id.0], &json!([approve(1)]));
        assert_eq!(outcomes(&hold(&panel, body).await.expect(201)), ["second"]);
        other.post(&format!("/awards/{}/return", award_id(1)), json!({"reason": "哪天的事？"})).await.expect(200);
        worker.post(&format!("/awards/{}/resubmit", award_id(1)), json!({"occurred_on": "2026-11-22", "quantity": 2})).await.expect(200);
        let minutes = other.post(&format!("/assemblies/{}/confirm", meeting_id(1)), json!({})).await.expect(200);
        assert_eq!(minutes["lines"][0]["award"]["status"], "submitted");
        verified(&app).await;
    }

    async fn a_meeting_needs_the_people_that_the_village_decided(app) {
        let (cadre, town) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.town_admin).await);
        let begun = json!({"area_id": app.town.village.id, "begin_with": "newest"});
        let draft = cadre.post("/rule-sets", begun).await.expect(201);
        let path = format!("/rule-sets/{}", draft["id"].as_str().unwrap());
        let mut decisions = draft["decisions"].clone();
        decisions["quorum"] = json!(3);
        let items: Vec<Value> = draft["items"].as_array().unwrap().iter().map(|item| {
            let mut item = item.clone();
            item.as_object_mut().unwrap().remove("position");
            item
        }).collect();
        let written = json!({"revision": 1, "title": "细则", "items": items, "decisions": decisions});
        cadre.put(&path, written).await.expect(200);
        let mut resolution = crate::support::town::resolution("2026-11-20", "2026-11-23");
        resolution["revision"] = json!(2);
        cadre.post(&format!("{path}/adopt"), resolution).await.expect(200);
        town.post(&format!("{path}/file"), json!({})).await.expect(200);
        let worker = app.signed_in(&app.town.worker).await;
        wait(&app, &worker, &[(1, 0, "提出建议")]).await;
        let two = [app.town.other_panel.id.0];
        assert_eq!(hold(&cadre, meeting(&app, 1, &two, &json!([approve(1)]))).await.code(), "no_quorum");
        let three = [app.town.panel.id.0, app.town.other_panel.id.0];
        assert_eq!(outcomes(&hold(&cadre, meeting(&app, 1, &three, &json!([approve(1)]))).await.expect(201)), ["posted"]);
    }

    async fn what_is_not_on_the_table_and_who_does_not_sit_there_is_refused(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        wait(&app, &worker, &[(1, 0, "提出建议")]).await;
        let town = app.signed_in(&app.town.town_admin).await;
        assert_eq!(hold(&worker, meeting(&app, 1, &[], &json!([approve(1)]))).await.code(), "forbidden");
        assert_eq!(hold(&town, meeting(&app, 1, &[], &json!([approve(1)]))).await.code(), "forbidden");
        let far = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(hold(&far, meeting(&app, 1, &[], &json!([approve(1)]))).await.code(), "not_found");
        for (change, field) in [
            (json!({"present": [app.town.worker.id]}), "present"),
            (json!({"held_on": "2026-11-24"}), "held_on"),
            (json!({"present": vec![app.town.panel.id; 51]}), "present"),
            (json!({"lines": []}), "lines"),
            (json!({"lines": [approve(1), approve(1)]}), "lines[1].award_id"),
            (json!({"lines": [approve(9)]}), "lines[0].award_id"),
            (json!({"lines": [{"award_id": award_id(1), "decision": "strike"}]}), "lines[0].reason"),
        ] {
            let mut body = meeting(&app, 1, &[], &json!([approve(1)]));
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_eq!(hold(&panel, body).await.json()["errors"][0]["field"], field, "{change}");
        }
        // About another grid: it lies elsewhere.
        let mut elsewhere = meeting(&app, 1, &[], &json!([approve(1)]));
        let grid: AreaId = app.town.grids[1].id;
        elsewhere["area_id"] = json!(grid);
        assert_eq!(hold(&panel, elsewhere).await.json()["errors"][0]["field"], "lines[0].award_id");
    }

    /// Mutation: change the row whatever it stands at.
    async fn two_meetings_a_card_and_a_withdrawal_at_once_decide_an_award_once(app) {
        let worker = app.signed_in(&app.town.worker).await;
        let (panel, other) = (app.signed_in(&app.town.panel).await, app.signed_in(&app.town.other_panel).await);
        for round in 0..6_u8 {
            let number = u32::from(round) + 1;
            wait(&app, &worker, &[(number, 0, "提出建议")]).await;
            let lines = json!([approve(number)]);
            let (approve_path, withdraw_path) =
                (format!("/awards/{}/approve", award_id(number)), format!("/awards/{}/withdraw", award_id(number)));
            let (one, two, card, back) = tokio::join!(
                hold(&panel, meeting(&app, 2 * round + 1, &[], &lines)),
                hold(&other, meeting(&app, 2 * round + 2, &[], &lines)),
                other.post(&approve_path, json!({})),
                worker.post(&withdraw_path, json!({})),
            );
            let said: Vec<String> = [&one, &two].map(|answer| if answer.status == 201 {
                outcomes(&answer.json())[0].as_str().unwrap().to_owned()
            } else {
                answer.code()
            }).to_vec();
            let won = said.iter().filter(|one| *one == "posted").count()
                + usize::from(card.status == 200) + usize::from(back.status == 200);
            assert_eq!(won, 1, "{said:?} {} {}", card.status, back.status);
            assert!(said.iter().all(|one| ["posted", "moved", "wrong_state"].contains(&one.as_str())), "{said:?}");
        }
        verified(&app).await;
    }

    /// Two items of one household at its cap, in one meeting: folded in the order of the lines.
    async fn two_lines_of_one_household_at_its_cap_share_what_is_left(app) {
        harder(&app).await;
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        let rule = id_of(&cadre, "再犯").await;
        for number in [1, 2] {
            let mut body = with(award(&app, number, 0, "参加清扫"), "note", json!("又倒了"));
            body["rule_id"] = rule.clone();
            body["quantity"] = json!(6);
            cadre.post("/awards", body).await.expect(201);
        }
        let minutes = hold(&panel, meeting(&app, 1, &[], &json!([approve(2), approve(1)]))).await.expect(201);
        let points: Vec<Value> = minutes["lines"].as_array().unwrap().iter().map(|line| line["award"]["points"].clone()).collect();
        assert_eq!(points, [json!(-6), json!(-6)], "six, then the three that are left, twice");
        verified(&app).await;
    }
}
