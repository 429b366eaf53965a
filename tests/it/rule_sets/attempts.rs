//! What people try with a table: numbers without end, names that change places, words where nobody
//! looks, limits walked around, a slip that would lock the village.

use serde_json::{Value, json};

use super::{deed, draft, resolution, template, written};
use crate::awards::award_id;
use crate::imports::import;
use crate::support::{Client, TestApp, both_engines};

/// Changes the fields of an item.
fn with(mut item: Value, fields: Value) -> Value {
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    item
}

/// Adopts a draft and has it filed.
async fn in_force(app: &TestApp, cadre: &Client, id: &str, revision: i32) {
    cadre.post(&format!("/rule-sets/{id}/adopt"), resolution(revision, "2026-11-23")).await.expect(200);
    let town = app.signed_in(&app.town.town_admin).await;
    town.post(&format!("/rule-sets/{id}/file"), json!({})).await.expect(200);
}

async fn items(client: &Client, id: &str) -> Vec<Value> {
    client.get(&format!("/rule-sets/{id}")).await.expect(200)["items"].as_array().unwrap().clone()
}

fn sheet(rows: &[(&str, u32)]) -> Vec<u8> {
    let mut text = "类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明\n".to_owned();
    for (name, points) in rows {
        text.push_str(&format!("公益活动,{name},加分,{points},次,,,无,免审,是,,\n"));
    }
    text.into_bytes()
}

both_engines! {
    /// Mutation: let a shape give what it likes.
    async fn no_deed_gives_more_than_a_book_can_add_up(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let endless = json!({"kind": "bands", "points": null, "unit": "元", "per_person": true,
            "bands": [{"from": 0.01, "to": null, "per": 0.01, "points": 10_000}]});
        let id = draft(&cadre, &app, &[with(deed("捐款", 1), endless)]).await;
        in_force(&app, &cadre, &id, 2).await;
        let rule = items(&cadre, &id).await[0]["id"].clone();
        let household = app.town.households[0];
        for number in 1..=3 {
            let award = json!({"id": award_id(number), "household_id": household, "rule_id": rule,
                "quantity": 1_000_000, "people": 1, "occurred_on": "2026-11-23"});
            let given = cadre.post("/awards", award).await.expect(201);
            assert_eq!(given["points"], 1_000_000);
        }
        let statement = cadre.get(&format!("/households/{household}/statement")).await.expect(200);
        assert_eq!(statement["household"]["balances"]["pending"], 3_000_000);
        let db = app.app.db.read();
        hujifen::ledger::verify::verify(db, &app.app.pen.chain).await.unwrap().unwrap();
    }

    /// Mutation: let an old name of a rule lead to it although it has a new one.
    async fn a_name_that_moved_to_another_rule_makes_no_second_rule_of_one_identity(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let admin = app.signed_in(&app.town.town_admin).await;
        let limits = json!({"own_items_max": 10, "own_points_max": 100, "keep_items": false});
        template(&admin, &app, &[deed("甲事", 5), deed("乙事", 5)], limits).await;
        let begun = json!({"area_id": app.town.village.id, "begin_with": "template"});
        let first = cadre.post("/rule-sets", begun.clone()).await.expect(201);
        let (id, one) = (first["id"].as_str().unwrap(), first["items"][0]["id"].clone());
        let renamed = with(deed("丙事", 5), json!({"id": one}));
        cadre.put(&format!("/rule-sets/{id}"), written(1, &[renamed])).await.expect(200);
        in_force(&app, &cadre, id, 2).await;

        let again = cadre.post("/rule-sets", begun).await.expect(201);
        let names: Vec<&Value> = again["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
        assert_eq!(names, ["甲事", "乙事"]);
        assert!(again["items"].as_array().unwrap().iter().all(|item| item["id"] != one));

        let rows = sheet(&[("丙事", 5), ("甲事", 6)]);
        import(&cadre, "rules", &app.town.village, &rows, &[]).await;
        let came = items(&cadre, again["id"].as_str().unwrap()).await;
        assert_eq!((came.len(), &came[0]["id"]), (2, &one));
        assert_ne!(came[1]["id"], one);
    }

    /// Mutation: ask whoever stands above only whether the village lies in reach.
    async fn whoever_stands_above_brings_no_table_over_a_draft_of_the_village(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let id = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        for above in [&app.town.town_admin, &app.town.county_admin] {
            let person = app.signed_in(above).await;
            let (area, rows) = (app.town.village.id.to_string().into_bytes(), sheet(&[("塞进来的", 99)]));
            let fields: [(&str, &[u8]); 2] = [("area_id", &area), ("file", &rows)];
            assert_eq!(person.upload("/imports/rules", &fields).await.code(), "draft_waits");
        }
        assert_eq!(items(&cadre, &id).await[0]["name"], "扫地");
        in_force(&app, &cadre, &id, 2).await;
        let town = app.signed_in(&app.town.town_admin).await;
        import(&town, "rules", &app.town.village, &sheet(&[("帮着起头", 5)]), &[]).await;
    }

    /// Mutation: look at the village's own clearances alone.
    async fn what_the_town_cleared_in_its_template_is_clear_in_the_villages_that_begin_with_it(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let begun = json!({"area_id": app.town.town.id, "begin_with": "empty"});
        let id = town.post("/rule-sets", begun).await.expect(201)["id"].as_str().unwrap().to_owned();
        let path = format!("/rule-sets/{id}");
        let draft = town.put(&path, written(1, &[deed("上访户帮扶", 5)])).await.expect(200);
        assert_eq!(town.post(&format!("{path}/issue"), json!({"revision": 2})).await.code(), "red_line");
        let reason = json!({"rule_id": draft["alarms"][0]["rule_id"], "line": draft["alarms"][0]["line"], "reason": "是帮扶"});
        town.post(&format!("{path}/clear-alarm"), reason).await.expect(200);
        town.post(&format!("{path}/issue"), json!({"revision": 2})).await.expect(200);
        let begun = json!({"area_id": app.town.village.id, "begin_with": "template"});
        let own = cadre.post("/rule-sets", begun).await.expect(201);
        assert_eq!(own["alarms"][0]["cleared"]["reason"], "是帮扶");
        let adopt = format!("/rule-sets/{}/adopt", own["id"].as_str().unwrap());
        cadre.post(&adopt, resolution(1, "2026-11-23")).await.expect(200);
    }

    /// Mutations: clear a text whatever rule it stands in; read only the rules.
    async fn a_clearance_holds_for_its_sense_and_headings_are_read_too(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let id = draft(&cadre, &app, &[deed("上访户帮扶", 5)]).await;
        let path = format!("/rule-sets/{id}");
        let rings = async || cadre.get(&path).await.expect(200)["alarms"].clone();
        let alarm = rings().await[0].clone();
        let reason = json!({"rule_id": alarm["rule_id"], "line": alarm["line"], "reason": "是帮扶，加分"});
        town.post(&format!("{path}/clear-alarm"), reason).await.expect(200);
        assert_ne!(rings().await[0]["cleared"], Value::Null);
        let taking = with(deed("上访户帮扶", 5), json!({"kind": "deduction", "review": "assembly"}));
        cadre.put(&path, written(2, &[taking])).await.expect(200);
        assert_eq!(rings().await[0]["cleared"], Value::Null);
        assert_eq!(cadre.post(&format!("{path}/adopt"), resolution(3, "2026-11-23")).await.code(), "red_line");

        for (field, change) in [
            ("title", json!({"title": "上访罚款一览"})),
            ("decisions.stars", json!({"decisions": {"stars": {"by": "points", "grades": [{"name": "黑名单户", "from": 10}]}}})),
        ] {
            let refused = cadre.put(&path, with(written(3, &[deed("扫地", 5)]), change)).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!(field)));
        }
        for grades in [
            json!([{"name": "a\u{0}", "from": 5}]),
            json!([{"name": "\u{200b}", "from": 5}]),
            json!([{"name": "一星", "from": -5}]),
        ] {
            let change = json!({"decisions": {"stars": {"by": "points", "grades": grades}}});
            let refused = cadre.put(&path, with(written(3, &[deed("扫地", 5)]), change)).await;
            assert_eq!(refused.json()["errors"][0]["field"], "decisions.stars");
        }
    }

    /// Mutations: look only at the step of a band; forget what a repeat doubles or a day gives.
    async fn the_towns_limit_on_points_is_not_walked_around_by_another_shape(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let admin = app.signed_in(&app.town.town_admin).await;
        let limits = json!({"own_items_max": 2, "own_points_max": 20, "keep_items": false});
        template(&admin, &app, &[deed("甲事", 5), deed("大事", 50)], limits).await;
        let bands = json!({"kind": "bands", "points": null, "bands": [{"from": 1, "to": null, "per": 0.01, "points": 20}]});
        let daily = json!({"kind": "base", "points": 20, "window": "day", "unit": "户", "redeemable": false});
        let doubled = json!({"kind": "deduction", "points": 20, "review": "assembly", "repeat_doubles": "year"});
        let id = draft(&cadre, &app, &[deed("甲事", 5)]).await;
        let tries = [
            (with(deed("捐款", 1), bands), 1),
            (with(deed("天天", 1), daily), 1),
            (with(deed("乱倒", 1), doubled), 1),
            (deed("甲事", 10_000), 1),
            (deed("大事", 40), 0),
            (deed("植树", 20), 0),
        ];
        for (revision, (item, beyond)) in (2..).zip(tries) {
            let said = item.to_string();
            let saved = cadre.put(&format!("/rule-sets/{id}"), written(revision, &[item])).await.expect(200);
            assert_eq!(saved["beyond_template"].as_array().unwrap().len(), beyond, "{said}");
        }
        let begun = json!({"area_id": app.town.town.id, "begin_with": "empty"});
        let next = admin.post("/rule-sets", begun).await.expect(201)["id"].as_str().unwrap().to_owned();
        let wrong = with(written(1, &[deed("甲事", 5)]), json!({"limits": {"own_points_max": -5}}));
        let refused = admin.put(&format!("/rule-sets/{next}"), wrong).await;
        assert_eq!(refused.json()["errors"][0]["field"], "limits.own_points_max");
    }

    /// Mutations: let what was never filed hold the village; keep it in the town's list.
    async fn what_was_resolved_and_never_filed_gives_way_to_what_is_resolved_next(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let town = app.signed_in(&app.town.town_admin).await;
        let slip = draft(&cadre, &app, &[deed("扫地", 5)]).await;
        cadre.post(&format!("/rule-sets/{slip}/adopt"), resolution(2, "2027-06-10")).await.expect(200);
        let mended = draft(&cadre, &app, &[deed("扫地", 6)]).await;
        cadre.post(&format!("/rule-sets/{mended}/adopt"), resolution(2, "2026-11-23")).await.expect(200);
        let waiting = town.get("/rule-sets/to-file").await.expect(200)["items"].clone();
        assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["id"]), (1, &json!(mended)));
        assert_eq!(town.post(&format!("/rule-sets/{slip}/file"), json!({})).await.code(), "later_resolved");
        town.post(&format!("/rule-sets/{mended}/file"), json!({})).await.expect(200);
        assert_eq!(cadre.get("/rules").await.expect(200)["items"][0]["points"], 6);

        let late = with(resolution(2, "2026-11-23"), json!({"noticed_until": "2026-12-30"}));
        let next = draft(&cadre, &app, &[deed("扫地", 7)]).await;
        let refused = cadre.post(&format!("/rule-sets/{next}/adopt"), late).await;
        assert_eq!(refused.json()["errors"][0]["field"], "noticed_until");
    }

    /// Mutations: show favourites of a table that is gone; post whatever crowd is claimed.
    async fn favourites_leave_with_their_table_and_a_claimed_crowd_is_looked_at(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let names = ["一", "二", "三", "四", "五"].map(|name| deed(name, 5));
        let id = draft(&cadre, &app, &names).await;
        in_force(&app, &cadre, &id, 2).await;
        let chosen: Vec<Value> = items(&cadre, &id).await.iter().map(|item| item["id"].clone()).collect();
        let village = app.town.village.id;
        let choice = |month: &str| json!({"area_id": village, "month": month, "rule_ids": chosen});
        assert_eq!(cadre.put("/favourites", choice("2027- 1")).await.code(), "invalid");
        cadre.put("/favourites", choice("2026-11")).await.expect(200);
        let with_people = with(deed("修路", 2), json!({"per_person": true}));
        let next = draft(&cadre, &app, &[deed("一", 5), with_people]).await;
        in_force(&app, &cadre, &next, 2).await;
        let rules = cadre.get("/rules").await.expect(200);
        assert_eq!(rules["favourites"], json!([chosen[0]]));
        let rule = rules["items"][1]["id"].clone();
        for (number, people, status) in [(1, 1, "posted"), (2, 99, "submitted")] {
            let award = json!({"id": award_id(number), "household_id": app.town.households[0], "rule_id": rule,
                "people": people, "occurred_on": "2026-11-23"});
            assert_eq!(cadre.post("/awards", award).await.expect(201)["status"], status, "{people} people");
        }
    }
}
