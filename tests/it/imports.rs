//! Rosters and tables of rules as villages keep them, through the API.

mod deeds;
mod forms;
mod harder;
mod sheets;

use std::fmt::Write as _;

use hujifen::areas::Area;
use hujifen::{audit, households};
use sea_orm::prelude::*;
use sea_orm::{QueryOrder as _, Statement};
use serde_json::{Value, json};

use crate::awards::award_id;
use crate::support::{Client, TestApp, both_engines, town};

pub const CLEAN: &[u8] = include_bytes!("../data/linjiapai.xlsx");
const AS_KEPT: &[u8] = include_bytes!("../data/mantang-as-kept.xlsx");
const LUOYU: &[u8] = include_bytes!("../data/luoyu.csv");
const TOWN: &[u8] = include_bytes!("../data/town-template.csv");

/// Sends a roster or a table of rules for a village, with some flags set.
pub async fn import(client: &Client, what: &str, village: &Area, file: &[u8], flags: &[&str]) -> Value {
    let id = village.id.to_string();
    let mut fields: Vec<(&str, &[u8])> = vec![("area_id", id.as_bytes())];
    fields.extend(flags.iter().map(|flag| (*flag, &b"true"[..])));
    fields.push(("file", file));
    client.upload(&format!("/imports/{what}"), &fields).await.expect(200)
}

/// Rows, created, updated, unchanged, skipped.
pub fn counts(report: &Value) -> [u64; 5] {
    ["rows", "created", "updated", "unchanged", "skipped"].map(|count| report[count].as_u64().unwrap())
}

/// Each error as cell and code.
pub fn errors(report: &Value) -> Vec<(String, String)> {
    let problems = report["problems"].as_array().unwrap().iter();
    let cell = |problem: &Value| format!("{}{}", problem["column"].as_str().unwrap(), problem["row"]);
    let said = |problem: &Value| (cell(problem), problem["code"].as_str().unwrap().to_owned());
    problems.filter(|problem| problem["level"] == "error").map(said).collect()
}

async fn stored(app: &TestApp, village: &Area) -> Vec<households::Household> {
    let query = households::entity::Entity::find().filter(households::entity::Column::VillageId.eq(village.id));
    query.order_by_asc(households::entity::Column::Code).all(app.app.db.read()).await.unwrap()
}

pub async fn audited(app: &TestApp, action: &str) -> Vec<audit::Model> {
    audit::Entity::find().filter(audit::Column::Action.eq(action)).all(app.app.db.read()).await.unwrap()
}

/// A roster of the required columns and some more, and the lines below them.
fn lines(lines: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut text = "网格,户编号,户主姓名,人口,电话,住址,备注".to_owned();
    for line in lines {
        write!(text, "\n{line}").unwrap();
    }
    text.into_bytes()
}

both_engines! {
    /// Mutation: write in a dry run; seal a phone anew although it is the same.
    async fn a_clean_roster_comes_in_after_a_dry_run_and_the_same_again_changes_nothing(app) {
        let (far, cadre) = (&app.town.far, app.signed_in(&app.town.far_cadre).await);
        let tried = import(&cadre, "households", far, CLEAN, &["dry_run", "create_grids"]).await;
        assert_eq!(counts(&tried), [312, 312, 0, 0, 0]);
        assert_eq!((&tried["dry_run"], &tried["problems"], &tried["dropped_columns"]), (&json!(true), &json!([]), &json!([])));
        assert_eq!((stored(&app, far).await.len(), audited(&app, "import_households").await.len()), (1, 0));
        assert_eq!(audited(&app, "compare_households").await.len(), 1, "a dry run tells what is stored");

        let done = import(&cadre, "households", far, CLEAN, &["create_grids"]).await;
        assert_eq!(counts(&done), [312, 312, 0, 0, 0]);
        let grids = cadre.get(&format!("/areas?parent_id={}", far.id)).await.expect(200);
        let names: Vec<&str> = grids["items"].as_array().unwrap().iter().map(|grid| grid["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["一组", "二组", "三组", "四组", "五组", "六组"]);
        let found = cadre.get(&format!("/households?area_id={}&q=LJP0001", far.id)).await.expect(200);
        assert_eq!((&found["items"][0]["name"], &found["items"][0]["door"]), (&json!("罗祥满"), &json!("19号")));
        assert_eq!(found["items"][0]["grid_name"], "一组");

        let before = stored(&app, far).await;
        assert_eq!(before.len(), 313);
        app.pass(60_000);
        for flags in [&["dry_run"][..], &[]] {
            assert_eq!(counts(&import(&cadre, "households", far, CLEAN, flags).await), [312, 0, 0, 312, 0]);
        }
        assert_eq!(stored(&app, far).await, before);
        let acts = audited(&app, "import_households").await;
        assert_eq!((acts.len(), acts[0].account_id, acts[0].target_id), (1, Some(app.town.far_cadre.id), Some(far.id.0)));
    }

    /// Mutation: create the grids without being asked.
    async fn a_grid_that_the_village_does_not_have_is_an_error_of_its_first_cell(app) {
        let (far, cadre) = (&app.town.far, app.signed_in(&app.town.far_cadre).await);
        let refused = import(&cadre, "households", far, CLEAN, &[]).await;
        assert_eq!(counts(&refused), [312, 0, 0, 0, 312]);
        assert!(errors(&refused).iter().all(|(cell, code)| cell.starts_with('A') && code == "grid_unknown"), "{refused}");
        assert_eq!(errors(&refused).len(), 5);
        let message = refused["problems"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("第 54 行 A 列(网格)：村里没有这个组"), "{message}");
        assert_eq!(refused["problems"][0]["value"], "二组");
        let some = import(&cadre, "households", far, CLEAN, &["skip_invalid"]).await;
        assert_eq!(counts(&some), [312, 52, 0, 0, 260]);
        assert_eq!(app.app.db.read().query_all_raw(Statement::from_string(app.app.db.backend(), "SELECT 1 FROM areas WHERE level = 'grid'")).await.unwrap().len(), 4);
    }

    async fn a_roster_as_a_clerk_keeps_it_is_refused_as_a_whole_or_comes_in_without_its_errors(app) {
        let (far, cadre) = (&app.town.far, app.signed_in(&app.town.far_cadre).await);
        let defects = [
            ("C42", "code_repeated"), ("C43", "code_repeated"), ("D123", "missing"),
            ("G154", "phone_invalid"), ("F164", "size_not_a_number"), ("F165", "size_out_of_range"),
        ].map(|(cell, code)| (cell.to_owned(), code.to_owned()));
        for flags in [&["create_grids", "dry_run"][..], &["create_grids"]] {
            let refused = import(&cadre, "households", far, AS_KEPT, flags).await;
            assert_eq!(counts(&refused), [268, 0, 0, 0, 268]);
            assert_eq!(errors(&refused), defects);
        }
        assert_eq!(stored(&app, far).await.len(), 1);

        let flags = ["create_grids", "skip_invalid"];
        let done = import(&cadre, "households", far, AS_KEPT, &flags).await;
        assert_eq!(counts(&done), [268, 262, 0, 0, 6]);
        assert_eq!(errors(&done), defects);
        let notes = done["problems"].as_array().unwrap().iter().filter(|problem| problem["level"] == "note");
        let notes: Vec<&str> = notes.map(|problem| problem["code"].as_str().unwrap()).collect();
        assert_eq!(notes, [
            "rows_above_header", "heading_cleaned", "heading_cleaned", "carried_down", "phone_as_number",
            "code_normalised", "code_normalised", "name_normalised", "blank_row", "formula", "total_row",
        ]);
        let dropped: Vec<_> = done["dropped_columns"].as_array().unwrap().iter().map(|dropped| dropped["column"].clone()).collect();
        assert_eq!(dropped, ["序号", "身份证号码"]);
        assert!(!done.to_string().contains("431022"), "an ID number in the answer");
        assert!(!format!("{:?}", stored(&app, far).await).contains("431022"), "an ID number in the book");
        assert_eq!(counts(&import(&cadre, "households", far, AS_KEPT, &flags).await), [268, 0, 0, 262, 6]);
    }

    /// Mutation: let a blank cell clear what is stored.
    async fn a_roster_changes_the_households_it_knows_and_keeps_what_it_does_not_say(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let first = lines([
            "1组,ljp 0001,陈建桂,4,132 7442 9896,一组19号,低保".to_owned(),
            "一 组,LJP0900,罗金,3,,,".to_owned(),
        ]);
        let refused = import(&cadre, "households", village, &first, &[]).await;
        assert_eq!(errors(&refused), [("A2".to_owned(), "grid_unknown".to_owned())]);
        let text = String::from_utf8(first).unwrap().replace("1组", "二组");
        assert_eq!(counts(&import(&cadre, "households", village, text.as_bytes(), &[]).await), [2, 1, 1, 0, 0]);
        let moved = stored(&app, village).await.into_iter().find(|household| household.code == "LJP0001").unwrap();
        assert_eq!((moved.id, moved.grid_id), (app.town.households[0], app.town.grids[1].id));
        assert_eq!((moved.door.as_deref(), moved.tags.0), (Some("19号"), vec!["低保户".to_owned()]));
        let bare = lines(["二组,LJP0001,陈建桂,5,,,".to_owned()]);
        assert_eq!(counts(&import(&cadre, "households", village, &bare, &[]).await), [1, 0, 1, 0, 0]);
        let kept = stored(&app, village).await.into_iter().find(|household| household.code == "LJP0001").unwrap();
        assert_eq!((kept.size, kept.phone_cipher, kept.address), (5, moved.phone_cipher, moved.address));
    }

    /// Mutation: let a remark replace the tags, or let tags go without a word.
    async fn a_remark_adds_tags_and_a_cell_of_tags_tells_how_many_go(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let tags = async || {
            let found = stored(&app, village).await.into_iter().find(|household| household.code == "LJP0001").unwrap();
            found.tags.0
        };
        let notes = |report: &Value| {
            let problems = report["problems"].as_array().unwrap().iter();
            let of_tags = problems.filter(|problem| problem["code"].as_str().unwrap().starts_with("tags_"));
            of_tags.map(|problem| problem["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let household = format!("/households/{}", app.town.households[0]);
        let set = json!({"tags": ["低保户", "残疾户"]});
        cadre.json(axum::http::Method::PATCH, &household, set).await.expect(200);
        let remark = lines(["一组,LJP0001,陈建桂,4,,,党员 常年在外".to_owned()]);
        let done = import(&cadre, "households", village, &remark, &[]).await;
        assert_eq!((counts(&done), notes(&done)), ([1, 0, 1, 0, 0], vec![]));
        assert_eq!(tags().await, ["低保户", "残疾户", "党员户"]);
        assert_eq!(counts(&import(&cadre, "households", village, &remark, &[]).await), [1, 0, 0, 1, 0]);

        let table = |cell: &str| format!("网格,户编号,户主姓名,人口,标签,备注\n一组,LJP0001,陈建桂,4,{cell},军属");
        let blank = import(&cadre, "households", village, table("").as_bytes(), &[]).await;
        assert_eq!((notes(&blank), tags().await.len()), (vec![], 4));
        for flags in [&["dry_run"][..], &[]] {
            let fewer = import(&cadre, "households", village, table("党员户").as_bytes(), flags).await;
            assert_eq!(counts(&fewer), [1, 0, 1, 0, 0]);
            assert_eq!(notes(&fewer), ["第 2 行：这一户的标签少了 2 个，还要的请写进标签这一列。"]);
            assert!(!fewer.to_string().contains("低保") && !fewer.to_string().contains("残疾"), "{fewer}");
        }
        assert_eq!(tags().await, ["党员户", "军属"]);

        let full = json!({"tags": ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]});
        cadre.json(axum::http::Method::PATCH, &household, full).await.expect(200);
        let over = import(&cadre, "households", village, &remark, &[]).await;
        assert_eq!((counts(&over), notes(&over)), ([1, 0, 0, 1, 0], vec!["第 2 行：这一户的标签已经满 10 个，备注里的没有全部加上。".to_owned()]));
    }

    async fn what_the_households_room_refuses_names_its_cell_and_a_closed_household_is_an_error(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let close = format!("/households/{}", app.town.households[1]);
        cadre.json(axum::http::Method::PATCH, &close, json!({"status": "closed"})).await.expect(200);
        let roster = lines([
            "一组,LJP0002,李木生,4,,,".to_owned(),
            "一组,LJP0901,罗金,4,0735772212,一组2号,".to_owned(),
            "一组,LJP0902,罗银,4,,431022670817283,".to_owned(),
            "一组,LJP0903,罗铜,4,,一组3号,".to_owned(),
        ]);
        let refused = import(&cadre, "households", village, &roster, &[]).await;
        let expected = [("B2", "household_closed"), ("E3", "wrong_format"), ("F4", "id_number_in_cell")];
        assert_eq!(errors(&refused), expected.map(|(cell, code)| (cell.to_owned(), code.to_owned())));
        assert!(!refused.to_string().contains("4310226708"), "{refused}");
        assert_eq!((counts(&refused), stored(&app, village).await.len()), ([4, 0, 0, 0, 4], 8));
        assert_eq!(counts(&import(&cadre, "households", village, &roster, &["skip_invalid"]).await), [4, 1, 0, 0, 3]);
    }

    /// Mutation: check each chunk only when it is written; begin again with every chunk.
    async fn a_roster_of_many_chunks_is_checked_before_the_first_and_taken_up_where_it_was_cut_off(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let line = |number: usize| format!("二组,C{number:04},罗金,4,,,");
        let spoilt = lines((0..1_199).map(line).chain(["二组,C9999,罗金,4,0735772212,,".to_owned()]));
        assert_eq!(counts(&import(&cadre, "households", village, &spoilt, &[]).await), [1_200, 0, 0, 0, 1_200]);
        assert_eq!(stored(&app, village).await.len(), 8);
        assert_eq!(counts(&import(&cadre, "households", village, &lines((0..700).map(line)), &[]).await), [700, 700, 0, 0, 0]);
        assert_eq!(counts(&import(&cadre, "households", village, &lines((0..1_200).map(line)), &[]).await), [1_200, 500, 0, 700, 0]);
        assert_eq!((stored(&app, village).await.len(), audited(&app, "import_households").await.len()), (1_208, 2));
    }

    /// Mutation: keep what a dry run brought in.
    async fn both_tables_of_rules_come_in_and_judge_once_they_are_adopted(app) {
        let (far, cadre) = (&app.town.far, app.signed_in(&app.town.far_cadre).await);
        let sets = format!("/rule-sets?area_id={}", far.id);
        let versions = async || cadre.get(&sets).await.expect(200)["items"].as_array().unwrap().len();
        let tried = import(&cadre, "rules", far, LUOYU, &["dry_run"]).await;
        assert_eq!((counts(&tried), &tried["rule_set_id"], versions().await), ([28, 28, 0, 0, 0], &Value::Null, 1));
        let done = import(&cadre, "rules", far, LUOYU, &[]).await;
        assert_eq!((counts(&done), &done["problems"], versions().await), ([28, 28, 0, 0, 0], &json!([]), 2));
        let set = done["rule_set_id"].as_str().unwrap();
        let again = import(&cadre, "rules", far, LUOYU, &[]).await;
        assert_eq!((counts(&again), &again["rule_set_id"]), ([28, 0, 0, 28, 0], &json!(set)));
        assert_eq!(audited(&app, "import_rules").await.iter().filter(|act| act.account_id == Some(app.town.far_cadre.id)).count(), 1);

        let resolution = town::resolution("2026-11-20", "2026-11-21");
        cadre.post(&format!("/rule-sets/{set}/adopt"), resolution.clone()).await.expect(200);
        let far_town = app.signed_in(&app.town.far_town_admin).await;
        far_town.post(&format!("/rule-sets/{set}/file"), json!({})).await.expect(200);
        let rules = cadre.get(&format!("/rules?area_id={}", far.id)).await.expect(200);
        let sport = rules["items"].as_array().unwrap().iter().find(|rule| rule["name"] == "参加体育活动").unwrap();
        let award = json!({"id": award_id(1), "household_id": app.town.far_household, "rule_id": sport["id"], "occurred_on": "2026-11-23"});
        let given = cadre.post("/awards", award).await.expect(201);
        assert_eq!((&given["rule_set_version"], &given["rule_name"]), (&json!(2), &json!("参加体育活动")));

        let (sibling, town) = (&app.town.sibling, app.signed_in(&app.town.town_admin).await);
        let template = import(&town, "rules", sibling, TOWN, &[]).await;
        assert_eq!((counts(&template), &template["problems"]), ([16, 16, 0, 0, 0], &json!([])));
        let adopt = format!("/rule-sets/{}/adopt", template["rule_set_id"].as_str().unwrap());
        assert_eq!(town.post(&adopt, resolution).await.code(), "forbidden");
    }

    async fn every_shape_comes_in_and_what_cannot_be_meant_is_refused_and_not_mangled(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let text = "类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明\n\
                    公益,巡河,加分,2,小时,,,无,免审,是,,\n\
                    公益,志愿,阶梯,4:1 10:2,小时,,,无,免审,是,,\n\
                    公益,捐款,分段,100-1000:1/100,元,,,票据,评议,是,,\n\
                    公益,吵架,扣分,2,次,,,无,评议,是,再犯加倍=月,\n\
                    公益,失信,否决,无,次,,,无,双审,否,,\n";
        let refused = import(&cadre, "rules", village, text.as_bytes(), &[]).await;
        let expected = [("C3", "window_missing"), ("D6", "veto_without_effect")];
        assert_eq!(errors(&refused), expected.map(|(cell, code)| (cell.to_owned(), code.to_owned())));
        assert_eq!((counts(&refused), &refused["rule_set_id"]), ([5, 0, 0, 0, 5], &Value::Null));
        let some = import(&cadre, "rules", village, text.as_bytes(), &["skip_invalid"]).await;
        assert_eq!(counts(&some), [5, 3, 0, 0, 2]);
        // Nothing left is not an empty table.
        let none = import(&cadre, "rules", village, "类别,事项,方式\n公益,志愿,阶梯".as_bytes(), &["skip_invalid"]).await;
        assert_eq!(none["rule_set_id"], Value::Null);
        let sets = cadre.get(&format!("/rule-sets/{}", some["rule_set_id"].as_str().unwrap())).await.expect(200);
        let kinds: Vec<&Value> = sets["items"].as_array().unwrap().iter().map(|rule| &rule["kind"]).collect();
        assert_eq!(kinds, [&json!("addition"), &json!("bands"), &json!("deduction")]);
        assert_eq!(sets["items"][2]["repeat_doubles"], "month");
        let many: String = (0..201).map(|number| format!("\n公益,巡河{number},加分,2,小时,,,无,免审,是,,")).collect();
        let header = text.lines().next().unwrap();
        let fields = [("area_id", village.id.to_string().into_bytes()), ("file", format!("{header}{many}").into_bytes())];
        let fields: Vec<(&str, &[u8])> = fields.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        assert_eq!(cadre.upload("/imports/rules", &fields).await.code(), "too_many_rules");
    }

    async fn a_roster_in_gbk_says_the_same(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let text = String::from_utf8(lines(["二组,G0001,欧阳秀,4,,二组7号,党员".to_owned(), ",G0002,罗金,2,,,".to_owned()])).unwrap();
        let gbk = encoding_rs::GBK.encode(&text).0;
        assert!(std::str::from_utf8(&gbk).is_err());
        assert_eq!(counts(&import(&cadre, "households", village, &gbk, &[]).await), [2, 2, 0, 0, 0]);
        assert_eq!(counts(&import(&cadre, "households", village, text.as_bytes(), &[]).await), [2, 0, 0, 2, 0]);
        assert!(stored(&app, village).await.iter().any(|household| household.name == "欧阳秀"));
    }

    /// Mutation: imagine grids without a limit.
    async fn a_wrong_column_does_not_make_a_grid_for_every_household(app) {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let roster = lines((0..102).map(|number| format!("{number}号院,LJP1{number:03},罗金,4,,,")));
        let refused = import(&cadre, "households", village, &roster, &["create_grids"]).await;
        assert_eq!(errors(&refused)[0], ("A102".to_owned(), "too_many_grids".to_owned()));
        assert_eq!(counts(&refused), [102, 0, 0, 0, 102]);
    }

    /// Mutation: keep the revision of a draft that is written anew.
    async fn a_resolution_adopts_the_table_that_was_voted_on_and_in_the_order_of_time(app) {
        let (far, cadre) = (&app.town.far, app.signed_in(&app.town.far_cadre).await);
        let table = |points: i32| {
            format!("类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明\n公益,扫地,加分,{points},次,,,无,免审,是,,\n")
        };
        let read = import(&cadre, "rules", far, table(5).as_bytes(), &[]).await["rule_set_id"].clone();
        let changed = import(&cadre, "rules", far, table(5000).as_bytes(), &[]).await["rule_set_id"].clone();
        assert_eq!(read, changed);
        let adopt = |id: &serde_json::Value| format!("/rule-sets/{}/adopt", id.as_str().unwrap());
        let resolution = |from: &str, revision: i32| {
            let mut resolution = town::resolution("2026-01-02", from);
            resolution["revision"] = json!(revision);
            resolution
        };
        assert_eq!(cadre.post(&adopt(&read), resolution("2026-11-01", 1)).await.code(), "changed_meanwhile");
        let done = cadre.post(&adopt(&changed), resolution("2026-11-01", 2)).await.expect(200);
        assert_eq!((&done["status"], &done["version"]), (&json!("adopted"), &json!(2)));
        let town = app.signed_in(&app.town.far_town_admin).await;
        town.post(&format!("/rule-sets/{}/file", changed.as_str().unwrap()), json!({})).await.expect(200);
        let later = import(&cadre, "rules", far, table(6).as_bytes(), &[]).await["rule_set_id"].clone();
        let refused = cadre.post(&adopt(&later), resolution("2026-10-01", 1)).await;
        assert_eq!((refused.code().as_str(), &refused.json()["errors"][0]["code"]), ("invalid", &json!("out_of_order")));
    }
}
