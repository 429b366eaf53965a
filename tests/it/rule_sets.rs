//! The life of a table: template, draft, remarks, resolution, filing, in force, superseded; and what
//! stops it on the way.

use hujifen::audit;
use sea_orm::prelude::*;
use serde_json::{Value, json};

use crate::awards::award_id;
use crate::support::{Client, TestApp, both_engines, town};

mod attempts;
mod edits;

/// A good deed as an editor sends it.
fn deed(name: &str, points: i32) -> Value {
    json!({
        "category": "公益活动", "name": name, "kind": "addition", "points": points, "unit": "次",
        "proofs": ["none"], "review": "none", "redeemable": true,
    })
}

/// A draft as an editor sends it.
fn written(revision: i32, items: &[Value]) -> Value {
    json!({
        "revision": revision, "title": "试行细则", "items": items,
        "decisions": {"board_columns": ["month"], "objection_days": 7, "negative_pending": true, "judges": 1},
    })
}

/// Begins a draft of the village and writes these items into it.
async fn draft(client: &Client, app: &TestApp, items: &[Value]) -> String {
    let begun = json!({"area_id": app.town.village.id, "begin_with": "empty"});
    let id = client.post("/rule-sets", begun).await.expect(201)["id"].as_str().unwrap().to_owned();
    client.put(&format!("/rule-sets/{id}"), written(1, items)).await.expect(200);
    id
}

/// A resolution on a revision.
fn resolution(revision: i32, in_force_from: &str) -> Value {
    let mut resolution = town::resolution("2026-11-20", in_force_from);
    resolution["revision"] = json!(revision);
    resolution
}

/// Issues a template of the town with these limits.
async fn template(admin: &Client, app: &TestApp, items: &[Value], limits: Value) -> Value {
    let begun = json!({"area_id": app.town.town.id, "begin_with": "empty"});
    let id = admin.post("/rule-sets", begun).await.expect(201)["id"].as_str().unwrap().to_owned();
    let mut body = written(1, items);
    body["limits"] = limits;
    admin.put(&format!("/rule-sets/{id}"), body).await.expect(200);
    admin.post(&format!("/rule-sets/{id}/issue"), json!({"revision": 2})).await.expect(200)
}

both_engines! {
    /// Mutations: let an adopted set judge before it is filed; judge by the newest set whatever the day.
    async fn a_table_judges_once_it_is_filed_and_each_deed_by_the_table_of_its_day(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let worker = app.signed_in(&app.town.worker).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let id = draft(&cadre, &app, &[deed("参加清扫", 9)]).await;
        let remark = json!({"text": "九分太多了。", "said_by": "陈家二婶"});
        worker.post(&format!("/rule-sets/{id}/remarks"), remark).await.expect(201);
        let adopted = cadre.post(&format!("/rule-sets/{id}/adopt"), resolution(2, "2026-11-21")).await.expect(200);
        assert_eq!(adopted["status"], "adopted");
        let in_force = async || worker.get("/rules").await.expect(200)["rule_set"]["version"].clone();
        assert_eq!(in_force().await, 1);
        let waiting = town.get("/rule-sets/to-file").await.expect(200);
        assert_eq!((waiting["items"].as_array().unwrap().len(), &waiting["items"][0]["id"]), (1, &json!(id)));
        let filed = town.post(&format!("/rule-sets/{id}/file"), json!({"note": "凉镇备〔2026〕3号"})).await.expect(200);
        // Another table judged until today.
        assert_eq!((&filed["status"], &filed["filing"]["judges_from"]), (&json!("in_force"), &json!("2026-11-23")));
        assert_eq!(in_force().await, 2);
        let again = town.post(&format!("/rule-sets/{id}/file"), json!({})).await;
        assert_eq!(again.code(), "already_filed");

        let rule = app.town.rule("参加清扫");
        for (number, day, version) in [(1, "2026-11-22", 1), (2, "2026-11-23", 2)] {
            let household = app.town.households[0];
            let award = json!({"id": award_id(number), "household_id": household, "rule_id": rule, "occurred_on": day});
            assert_eq!(worker.post("/awards", award).await.json()["rule_set_version"], version, "{day}");
        }
        let sets = cadre.get("/rule-sets").await.expect(200);
        let statuses: Vec<&Value> = sets["items"].as_array().unwrap().iter().map(|set| &set["status"]).collect();
        assert_eq!(statuses, [&json!("in_force"), &json!("superseded")]);
        let remarks = cadre.get(&format!("/rule-sets/{id}/remarks")).await.expect(200);
        let (said, by) = (&remarks["items"][0]["text"], &remarks["items"][0]["said_by"]);
        assert_eq!((said, by), (&json!("九分太多了。"), &json!("陈家二婶")));
        let late = worker.post(&format!("/rule-sets/{id}/remarks"), json!({"text": "晚了"})).await;
        assert_eq!(late.code(), "already_adopted");
        let acts = audit::Entity::find().all(app.app.db.read()).await.unwrap();
        for action in ["begin_rules", "rewrite_rules", "remark_rules", "adopt_rule_set", "file_rule_set"] {
            assert!(acts.iter().any(|act| act.action == action && act.target_id == Some(id.parse().unwrap())), "{action}");
        }
    }

    /// Mutations: forget to compare revisions; let an adopted set be written.
    async fn nobody_slips_a_rule_in_between_reading_and_voting(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        let path = format!("/rule-sets/{id}");
        let waits = json!({"area_id": app.town.village.id, "begin_with": "newest"});
        assert_eq!(cadre.post("/rule-sets", waits).await.code(), "draft_waits");
        cadre.put(&path, written(2, &[deed("扫地", 500)])).await.expect(200);
        assert_eq!(cadre.put(&path, written(2, &[deed("扫地", 1)])).await.code(), "changed_meanwhile");
        let adopt = format!("{path}/adopt");
        assert_eq!(cadre.post(&adopt, resolution(2, "2026-11-23")).await.code(), "changed_meanwhile");
        cadre.post(&adopt, resolution(3, "2026-11-23")).await.expect(200);
        assert_eq!(cadre.put(&path, written(3, &[])).await.code(), "already_adopted");
        assert_eq!(cadre.post(&adopt, resolution(3, "2026-11-23")).await.code(), "already_adopted");
        let items = cadre.get(&path).await.expect(200)["items"].clone();
        assert_eq!((items.as_array().unwrap().len(), &items[0]["points"]), (1, &json!(500)));
    }

    async fn a_resolution_without_minutes_notice_or_votes_is_refused_field_by_field(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        for (field, value) in [
            ("minutes", json!("  ")),
            ("noticed_until", json!("2026-11-01")),
            ("noticed_from", json!("2026-01-01")),
            ("votes_for", json!(20)),
            ("in_force_from", json!("2026-11-01")),
        ] {
            let mut wrong = resolution(2, "2026-11-23");
            wrong[field] = value;
            let refused = cadre.post(&format!("/rule-sets/{id}/adopt"), wrong).await;
            let fields: Vec<Value> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
            assert!(refused.code() == "invalid" && fields.contains(&json!(field)), "{field}: {fields:?}");
        }
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.post(&format!("/rule-sets/{id}/adopt"), resolution(2, "2026-11-23")).await.code(), "forbidden");
    }

    /// Mutations: clear by line alone; forget who cleared.
    async fn words_that_cross_a_red_line_stop_the_table_until_they_are_changed_or_the_town_clears_them(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let mut cruel = deed("不参加大扫除的，取消低保资格", 5);
        cruel["kind"] = json!("deduction");
        let id = draft(&cadre, &app, &[deed("扫地", 5), cruel]).await;
        let path = format!("/rule-sets/{id}");
        let alarms = cadre.get(&path).await.expect(200)["alarms"].clone();
        let alarm = &alarms[0];
        let name: Vec<char> = "不参加大扫除的，取消低保资格".chars().collect();
        let at = |key: &str| usize::try_from(alarm[key].as_u64().unwrap()).unwrap();
        let marked: String = name[at("start")..at("end")].iter().collect();
        assert!(marked.contains("取消低保") && alarm["words"] == json!(marked), "{alarms}");
        assert!(alarm["field"] == "name" && alarm["position"] == 2 && !alarm["why"].as_str().unwrap().is_empty());
        let refused = cadre.post(&format!("{path}/adopt"), resolution(2, "2026-11-23")).await;
        assert_eq!((refused.code().as_str(), &refused.json()["errors"][0]["field"]), ("red_line", &json!("items[1].name")));

        let clear = json!({"rule_id": alarm["rule_id"], "line": alarm["line"], "reason": "镇里核实过，不是限制待遇。"});
        let path_clear = format!("{path}/clear-alarm");
        assert_eq!(cadre.post(&path_clear, clear.clone()).await.code(), "forbidden");
        let mut wordless = clear.clone();
        wordless["reason"] = json!(" ");
        assert_eq!(town.post(&path_clear, wordless).await.code(), "invalid");
        let cleared = town.post(&path_clear, clear).await.expect(200);
        for alarm in cleared["alarms"].as_array().unwrap() {
            if alarm["line"] == alarms[0]["line"] {
                assert_eq!(alarm["cleared"]["reason"], "镇里核实过，不是限制待遇。");
                assert_eq!(alarm["cleared"]["by"], "town某");
            }
        }
        // What is harmless beside one deed is not beside another.
        let mut beside = deed("不参加集体劳动", 5);
        beside["kind"] = json!("deduction");
        let remark = "取消低保资格的情形另行核实";
        beside["remark"] = json!(remark);
        let mut named = beside.clone();
        named["name"] = json!("不打扫门前");
        let two = cadre.put(&path, written(2, &[beside.clone()])).await.expect(200);
        let clear = json!({"rule_id": two["items"][0]["id"], "line": two["alarms"][0]["line"], "reason": "说的是另一回事。"});
        assert_ne!(town.post(&path_clear, clear).await.expect(200)["alarms"][0]["cleared"], Value::Null);
        let two = cadre.put(&path, written(3, &[beside, named])).await.expect(200)["alarms"].clone();
        let rings: Vec<(bool, &Value)> = two.as_array().unwrap().iter().map(|one| (one["cleared"].is_null(), &one["position"])).collect();
        assert_eq!(rings, [(false, &json!(1)), (true, &json!(2))], "{two}");
        // The same line in other words rings again.
        let mut crueller = deed("不参加大扫除的，一律取消低保资格", 5);
        crueller["kind"] = json!("deduction");
        let changed = cadre.put(&path, written(4, &[deed("扫地", 5), crueller])).await.expect(200);
        assert_eq!(changed["alarms"][0]["cleared"], Value::Null);
        cadre.put(&path, written(5, &[deed("扫地", 5)])).await.expect(200);
        cadre.post(&format!("{path}/adopt"), resolution(6, "2026-11-23")).await.expect(200);
    }

    /// Mutation: call unused what has judged for a day.
    async fn a_new_item_is_not_called_unused(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let id = draft(&cadre, &app, &[deed("提出建议", 5), deed("巡河", 2)]).await;
        cadre.post(&format!("/rule-sets/{id}/adopt"), resolution(2, "2026-11-23")).await.expect(200);
        town.post(&format!("/rule-sets/{id}/file"), json!({})).await.expect(200);
        let unused = cadre.get(&format!("/rule-sets/{id}/health")).await.expect(200)["unused"].clone();
        assert_eq!(unused.as_array().unwrap().iter().map(|one| &one["name"]).collect::<Vec<_>>(), ["提出建议"]);
    }

    /// Mutations: compare with a template that was not issued; let a village's cadre write the template.
    async fn a_village_inherits_the_template_and_adds_within_its_limits(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let admin = app.signed_in(&app.town.town_admin).await;
        let limits = json!({"own_items_max": 1, "own_points_max": 10, "keep_items": true});
        let issued = template(&admin, &app, &[deed("参加清扫", 5), deed("调解纠纷", 4)], limits).await;
        assert_eq!(issued["status"], "issued");
        let begun = json!({"area_id": app.town.village.id, "begin_with": "template"});
        let begun = cadre.post("/rule-sets", begun).await.expect(201);
        let names: Vec<&Value> = begun["items"].as_array().unwrap().iter().map(|rule| &rule["name"]).collect();
        assert_eq!(names, [&json!("参加清扫"), &json!("调解纠纷")]);
        let id = begun["id"].as_str().unwrap();
        let path = format!("/rule-sets/{id}");
        let too_much = [deed("参加清扫", 6), deed("植树", 11), deed("守夜", 3)];
        let over = cadre.put(&path, written(1, &too_much)).await.expect(200);
        assert_eq!(over["beyond_template"].as_array().unwrap().len(), 4);
        let refused = cadre.post(&format!("{path}/adopt"), resolution(2, "2026-11-23")).await;
        assert_eq!((refused.code().as_str(), refused.json()["errors"].as_array().unwrap().len()), ("beyond_template", 4));
        let fair = [deed("参加清扫", 5), deed("调解纠纷", 4), deed("植树", 10)];
        assert_eq!(cadre.put(&path, written(2, &fair)).await.expect(200)["beyond_template"], json!([]));
        cadre.post(&format!("{path}/adopt"), resolution(3, "2026-11-23")).await.expect(200);
        let changes = admin.get(&format!("{path}/changes?against=template")).await.expect(200);
        assert_eq!((&changes["kept"], &changes["added"][0]["name"]), (&json!(2), &json!("植树")));
        assert_eq!(admin.get(&path).await.expect(200)["drafted_by"], "cadre某");

        let template = issued["id"].as_str().unwrap();
        let read = cadre.get(&format!("/rule-sets/{template}")).await.expect(200);
        assert_eq!(read["limits"]["own_items_max"], 1);
        assert_eq!(cadre.put(&format!("/rule-sets/{template}"), written(2, &fair)).await.code(), "not_found");
        let whole_town = json!({"area_id": app.town.town.id, "begin_with": "empty"});
        assert_eq!(cadre.post("/rule-sets", whole_town).await.code(), "not_found");
        let village = json!({"area_id": app.town.sibling.id, "begin_with": "empty"});
        assert_eq!(admin.post("/rule-sets", village).await.code(), "not_found");
    }

    /// Mutation: judge before the points are known.
    async fn what_the_village_calls_much_goes_to_the_assembly_whatever_its_rule_says(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let worker = app.signed_in(&app.town.worker).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let id = draft(&cadre, &app, &[]).await;
        let mut capped = deed("提出建议", 5);
        capped["cap"] = json!({"units": 2, "window": "month"});
        let mut body = written(2, &[deed("参加清扫", 5), capped]);
        body["decisions"]["assembly_from"] = json!(15);
        cadre.put(&format!("/rule-sets/{id}"), body).await.expect(200);
        cadre.post(&format!("/rule-sets/{id}/adopt"), resolution(3, "2026-11-21")).await.expect(200);
        town.post(&format!("/rule-sets/{id}/file"), json!({})).await.expect(200);
        // Also what a cap cuts down: a correction may give it back.
        let deeds = [(1, "参加清扫", 2, "posted"), (2, "参加清扫", 3, "submitted"), (3, "提出建议", 3, "submitted")];
        for (number, rule, quantity, status) in deeds {
            let award = json!({
                "id": award_id(number), "household_id": app.town.households[0], "rule_id": app.town.rule(rule),
                "occurred_on": "2026-11-23", "quantity": quantity,
            });
            assert_eq!(worker.post("/awards", award).await.expect(201)["status"], status);
        }
    }

    async fn what_a_shape_cannot_use_or_carry_out_is_refused_at_its_field(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[]).await;
        let with = |changes: Value| {
            let mut rule = deed("扫地", 5);
            rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            rule
        };
        for (rule, field) in [
            (with(json!({"points": 0})), "points"),
            (with(json!({"points": null})), "kind"),
            (with(json!({"name": "  "})), "name"),
            (with(json!({"name": "身份证 110101199003074477"})), "name"),
            (with(json!({"percent": 10})), "percent"),
            (with(json!({"warn_first": "3_days"})), "warn_first"),
            (with(json!({"late_days": 0})), "late_days"),
            (with(json!({"proofs": ["none", "photo"]})), "proofs"),
            (with(json!({"cap": {"units": 0, "window": "month"}})), "cap"),
            (with(json!({"kind": "ladder", "window": "year", "steps": [{"units": 4, "points": 2}, {"units": 3, "points": 3}]})), "steps"),
            (with(json!({"kind": "ladder", "window": "year", "steps": [{"units": 4, "points": 2}], "cap": {"units": 9, "window": "month"}})), "cap"),
            (with(json!({"kind": "bands", "bands": [{"from": 100, "to": 50, "points": 1, "per": 100}]})), "bands"),
            (with(json!({"kind": "degrees", "degrees": [{"name": "县", "points": 3}, {"name": "县", "points": 5}]})), "degrees"),
            (with(json!({"kind": "inspection", "points_per_spot": 6})), "points_per_spot"),
            (with(json!({"kind": "veto", "points": null, "veto": {"lowers_to": null, "zeroes": null, "blocks_years": null}})), "veto"),
            (with(json!({"kind": "veto", "points": null, "per_person": true, "veto": {"lowers_to": null, "zeroes": "year", "blocks_years": null}})), "per_person"),
            (with(json!({"kind": "base", "window": "year", "redeemable": false, "points_cap": {"points": 3, "window": "year"}})), "points_cap"),
            (with(json!({"validity": {"years": 51, "by_degree": []}})), "validity"),
        ] {
            let refused = cadre.put(&format!("/rule-sets/{id}"), written(2, std::slice::from_ref(&rule))).await;
            let fields = refused.json()["errors"].clone();
            assert_eq!((refused.code().as_str(), &fields[0]["field"]), ("invalid", &json!(format!("items[0].{field}"))), "{rule}");
        }
        let twice = cadre.put(&format!("/rule-sets/{id}"), written(2, &[deed("扫地", 5), deed("扫地", 6)])).await;
        assert_eq!(twice.json()["errors"][0]["field"], "items[1].name");
    }

    async fn a_renamed_rule_keeps_its_identity_and_no_stranger_lends_his(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let known = app.town.rule("参加清扫");
        let mut renamed = deed("清扫村道", 5);
        renamed["id"] = json!(known);
        let id = draft(&cadre, &app, &[renamed.clone()]).await;
        let path = format!("/rule-sets/{id}");
        assert_eq!(cadre.get(&path).await.expect(200)["items"][0]["id"], json!(known));
        let mut invented = deed("种树", 2);
        invented["id"] = json!(award_id(7));
        let refused = cadre.put(&path, written(2, &[renamed, invented])).await;
        assert_eq!(refused.json()["errors"][0]["field"], "items[1].id");
    }

    /// Mutation: forget the months before.
    async fn the_favourites_of_the_month_are_good_deeds_of_the_table_and_stay_until_the_next_choice(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let worker = app.signed_in(&app.town.worker).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let items: Vec<Value> = (1..=9).map(|number| deed(&format!("好事{number}"), number)).collect();
        let id = draft(&cadre, &app, &items).await;
        cadre.post(&format!("/rule-sets/{id}/adopt"), resolution(2, "2026-11-21")).await.expect(200);
        town.post(&format!("/rule-sets/{id}/file"), json!({})).await.expect(200);
        let rules = worker.get("/rules").await.expect(200);
        let ids: Vec<Value> = rules["items"].as_array().unwrap().iter().map(|rule| rule["id"].clone()).collect();
        let chosen = |ids: &[Value], month: &str| json!({"area_id": app.town.village.id, "month": month, "rule_ids": ids});
        for (wrong, field) in [
            (chosen(&ids[..4], "2026-11"), "rule_ids"),
            (chosen(&ids, "2026-11"), "rule_ids"),
            (chosen(&ids[..5], "2026-10"), "month"),
            (chosen(&ids[..5], "2026-1"), "month"),
            (chosen(&[&ids[..4], &ids[..1]].concat(), "2026-11"), "rule_ids[4]"),
            (chosen(&[&ids[..4], &[json!(app.town.rule("参加清扫"))]].concat(), "2026-11"), "rule_ids[4]"),
        ] {
            assert_eq!(cadre.put("/favourites", wrong.clone()).await.json()["errors"][0]["field"], field, "{wrong}");
        }
        cadre.put("/favourites", chosen(&ids[..5], "2026-11")).await.expect(200);
        let fewer: Vec<Value> = ids[3..8].iter().rev().cloned().collect();
        cadre.put("/favourites", chosen(&fewer, "2026-11")).await.expect(200);
        assert_eq!(worker.get("/rules").await.expect(200)["favourites"], json!(fewer));
        assert_eq!(worker.put("/favourites", chosen(&fewer, "2026-11")).await.code(), "forbidden");
    }
}
