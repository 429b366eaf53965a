//! Households over HTTP: found, walked past, written down, and what of them stays hidden from whom.

use axum::http::Method;
use hujifen::audit;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::awards::award_id;
use crate::support::{Client, TestApp, both_engines};

const PHONE: &str = "13274429896";

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn found(client: &Client, q: &str) -> Vec<String> {
    names(&client.get(&format!("/households?q={q}")).await.expect(200))
}

/// All pages of a list, two rows at a time.
async fn walked(client: &Client, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut page = client.get(&format!("/households?limit=2{query}")).await.expect(200);
    loop {
        assert!(page["items"].as_array().unwrap().len() <= 2);
        all.extend(names(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break all };
        page = client.get(&format!("/households?limit=2{query}&cursor={cursor}")).await.expect(200);
    }
}

async fn audited(app: &TestApp, action: &str) -> u64 {
    audit::Entity::find().filter(audit::Column::Action.eq(action)).count(app.app.db.read()).await.unwrap()
}

fn new(app: &TestApp, code: &str) -> Value {
    json!({
        "grid_id": app.town.grids[0].id, "code": code, "name": "罗祥满", "alias": "满叔", "size": 5, "door": "3",
        "address": "一组3号", "phone": PHONE, "tags": ["低保户", "党员户"],
    })
}

both_engines! {
    /// Mutation: search without `rows_query`'s reach.
    async fn a_household_is_found_by_code_door_name_and_initials_within_reach(app) {
        let worker = app.signed_in(&app.town.worker).await;
        for q in ["ljp0001", "LJP 0001".replace(' ', "%20").as_str(), "0001", "1%E5%8F%B7", "%E5%BB%BA%E6%A1%82", "cjg", "CJG", "jg", "chenjiangui"] {
            assert_eq!(found(&worker, q).await, ["陈建桂"], "{q}");
        }
        let (cadre, town) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.town_admin).await);
        // 曾 is read both ways; 彭友 lives in the sibling village.
        for (q, by_worker, by_cadre, by_town) in [
            ("zmc", "", "曾满春", "曾满春"),
            ("cmc", "", "曾满春", "曾满春"),
            ("py", "", "", "彭友"),
            ("jc", "", "", ""),
        ] {
            assert_eq!(found(&worker, q).await.concat(), by_worker, "{q}");
            assert_eq!(found(&cadre, q).await.concat(), by_cadre, "{q}");
            assert_eq!(found(&town, q).await.concat(), by_town, "{q}");
        }
        let beside = format!("/households?q=zmc&area_id={}", app.town.grids[1].id);
        assert_eq!(worker.get(&beside).await.code(), "not_found");
        assert_eq!(worker.get(&format!("/households?q={}", "x".repeat(21))).await.code(), "invalid");
    }

    /// Mutation: begin a page at its cursor instead of behind it.
    async fn pages_go_past_every_door_once(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let doors = ["陈建桂", "李木生", "王凤云", "邝德福", "欧阳秀英", "曾满春", "谭正军", "罗小红"];
        assert_eq!(walked(&cadre, "").await, doors);
        assert_eq!(walked(&cadre, &format!("&area_id={}", app.town.grids[1].id)).await, doors[5..]);
        let mut sought = walked(&cadre, "&q=0").await;
        sought.sort();
        let mut all = doors.map(str::to_owned).to_vec();
        all.sort();
        assert_eq!(sought, all, "each once, although each has many terms");
        let town = app.signed_in(&app.town.town_admin).await;
        let elsewhere = cadre.get("/households?limit=2&q=0").await.expect(200)["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(town.get(&format!("/households?q=1&cursor={elsewhere}")).await.code(), "invalid");
    }

    /// Mutation: let a grid worker hold `RevealHousehold`, or answer without the audit's row.
    async fn what_is_hidden_is_read_by_cadre_and_town_and_leaves_a_trace(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let made = cadre.post("/households", new(&app, "X1")).await.expect(201);
        assert_eq!(made["tags"], json!(["党员户"]));
        let path = format!("/households/{}", made["id"].as_str().unwrap());
        let town = &app.town;
        for (person, may) in [
            (&town.worker, false), (&town.panel, false), (&town.supervisor, false), (&town.county_admin, false),
            (&town.cadre, true), (&town.town_admin, true),
        ] {
            let client = app.signed_in(person).await;
            let page = client.get(&path).await.expect(200);
            assert_eq!((&page["phone_masked"], &page["tags"]), (&json!("132****9896"), &json!(["党员户"])));
            assert_eq!(page["has_hidden_tags"], may, "{}", person.username);
            for read in [path.clone(), format!("{path}/statement"), "/households?q=lxm".to_owned()] {
                let text = client.get(&read).await.expect(200).to_string();
                assert!(!text.contains("低保") && !text.contains(PHONE), "{} reads {text}", person.username);
            }
            let answer = client.json(Method::POST, &format!("{path}/reveal"), Value::Null).await;
            if may {
                assert_eq!(answer.expect(200), json!({"phone": PHONE, "tags": ["低保户", "党员户"]}));
            } else {
                assert_eq!(answer.code(), "forbidden", "{}", person.username);
            }
        }
        assert_eq!(audited(&app, "reveal_household").await, 2);
        let row = hujifen::households::entity::Entity::find().filter(hujifen::households::entity::Column::Code.eq("X1"));
        let row = row.one(app.app.db.read()).await.unwrap().unwrap();
        let stored = row.phone_cipher.unwrap();
        assert!(!stored.windows(PHONE.len()).any(|part| part == PHONE.as_bytes()), "sealed at rest");
    }

    async fn a_household_is_written_down_changed_and_closed_for_ever(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let made = cadre.post("/households", new(&app, "ljp 0900")).await.expect(201);
        assert_eq!((&made["code"], &made["door"], &made["alias"]), (&json!("LJP0900"), &json!("3号"), &json!("满叔")));
        let path = format!("/households/{}", made["id"].as_str().unwrap());
        let change = async |body: Value| cadre.json(Method::PATCH, &path, body).await;
        let changed = change(json!({"grid_id": app.town.grids[1].id, "name": "罗小满", "alias": null, "phone": ""})).await.expect(200);
        assert_eq!((&changed["grid_name"], &changed["alias"]), (&json!("二组"), &Value::Null));
        assert_eq!(cadre.get(&path).await.expect(200)["phone_masked"], Value::Null);
        assert_eq!(found(&cadre, "lxm").await, ["罗小满"]);
        change(json!({})).await.expect(200);
        change(json!({"name": "罗小满"})).await.expect(200);
        assert_eq!(audited(&app, "update_household").await, 1, "what is equal changes nothing");
        change(json!({"status": "closed"})).await.expect(200);
        let closed = change(json!({"status": "resident"})).await;
        assert_eq!((closed.status.as_u16(), closed.code().as_str()), (422, "household_closed"));
        let again = cadre.post("/households", new(&app, "LJP0900")).await;
        assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "code_taken"));
    }

    /// Mutation: ask in `Steps::approve` for nothing but the state and the person.
    async fn a_household_that_was_closed_meanwhile_earns_nothing_more_but_is_put_right(app) {
        let (cadre, panel) = (app.signed_in(&app.town.cadre).await, app.signed_in(&app.town.panel).await);
        let worker = app.signed_in(&app.town.worker).await;
        let home = app.town.households[0];
        for (number, rule) in ["参加清扫", "提出建议", "见义勇为", "维修水渠", "提出建议"].into_iter().enumerate() {
            let award = json!({
                "id": award_id(number as u32), "household_id": home, "rule_id": app.town.rule(rule), "occurred_on": "2026-11-20",
            });
            worker.post("/awards", award).await.expect(201);
        }
        let at = |number: u32, verb: &str| format!("/awards/{}{verb}", award_id(number));
        panel.post(&at(2, "/approve"), json!({})).await.expect(200);
        let path = format!("/households/{home}");
        let before = cadre.get(&path).await.expect(200)["balances"].clone();
        cadre.json(Method::PATCH, &path, json!({"status": "closed"})).await.expect(200);

        // One that waits, one that was approved once already, and one whose proof is still asked for.
        for (number, by) in [(1, &panel), (1, &cadre), (2, &cadre), (3, &panel)] {
            let waiting = by.get(&at(number, "")).await.expect(200);
            assert_eq!((&waiting["can"]["approve"], &waiting["can"]["reject"]), (&json!(false), &json!(true)));
            let answer = by.post(&at(number, "/approve"), json!({})).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "household_closed"));
            assert_eq!(by.get(&at(number, "")).await.expect(200), waiting);
        }
        assert_eq!(cadre.get(&path).await.expect(200)["balances"], before);
        let reviewable = panel.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(reviewable["items"].as_array().unwrap().len(), 3, "they wait for another answer");

        panel.post(&at(1, "/reject"), json!({"reason": "户已注销"})).await.expect(200);
        cadre.post(&at(2, "/return"), json!({"reason": "户已注销"})).await.expect(200);
        worker.post(&at(4, "/withdraw"), json!({})).await.expect(200);
        cadre.post(&at(0, "/reverse"), json!({"reason": "记错户了"})).await.expect(200);
        let after = cadre.get(&path).await.expect(200)["balances"].clone();
        assert_eq!(after, json!({"honour": 0, "spendable": 0, "pending": 0}));
        hujifen::ledger::verify::verify(app.app.db.read(), &app.app.pen.chain).await.unwrap().unwrap();
        hujifen::awards::verify::verify(app.app.db.read()).await.unwrap().unwrap();
    }

    async fn bad_households_are_refused_field_by_field(app) {
        let cadre = app.signed_in(&app.town.cadre).await;
        let with = |field: &str, value: Value| {
            let mut body = new(&app, "X1");
            body[field] = value;
            body
        };
        for (field, value) in [
            ("code", json!("")), ("code", json!("X/1")), ("name", json!(" ")), ("name", json!("字".repeat(21))),
            ("size", json!(0)), ("size", json!(100)), ("size", json!(1.5)), ("size", Value::Null), ("phone", json!("1234")),
            ("door", json!("1234567")), ("address", json!("字".repeat(101))), ("status", json!("gone")), ("tags", json!(["一".repeat(11)])),
            ("grid_id", json!(app.town.village.id)), ("village_id", json!("x")), ("id", json!(app.town.households[0])), ("balances", json!({})),
        ] {
            let answer = cadre.post("/households", with(field, value.clone())).await.expect(422);
            assert_eq!(answer["errors"][0]["field"], field, "{field} {value}: {answer}");
        }
        assert_eq!(cadre.post("/households", with("grid_id", json!(app.town.sibling.id))).await.code(), "not_found");
        assert_eq!(walked(&cadre, "").await.len(), 8);
        let path = format!("/households/{}", app.town.households[0]);
        for body in [json!({"code": "X2"}), json!({"village_id": app.town.sibling.id}), json!({"balances": {"honour": 5}})] {
            assert_eq!(cadre.json(Method::PATCH, &path, body).await.expect(422)["errors"][0]["code"], "unknown_field");
        }
    }
}
