//! Deeds from paper: a month's grid and a list come in once, whatever is sent again.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use hujifen::audit;
use hujifen::awards::entity::{Column as AwardColumn, Entity as Awards, Model as Award};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sea_orm::prelude::*;
use serde_json::{Value, json};

use super::{audited, counts, errors};
use crate::awards::{award, balances, with};
use crate::periods::close;
use crate::shapes::{harder, verified};
use crate::support::{Client, TestApp, both_engines};

async fn bring(client: &Client, area: Uuid, file: &[u8], flags: &[&str]) -> Value {
    let id = area.to_string();
    let mut fields: Vec<(&str, &[u8])> = vec![("area_id", id.as_bytes())];
    fields.extend(flags.iter().map(|flag| (*flag, &b"true"[..])));
    fields.push(("file", file));
    client.upload("/imports/awards", &fields).await.expect(200)
}

async fn recorded(app: &TestApp) -> Vec<Award> {
    Awards::find().all(app.app.db.read()).await.unwrap()
}

/// Codes of the notes, with the cell.
fn notes(report: &Value) -> Vec<(String, String)> {
    let problems = report["problems"].as_array().unwrap().iter().filter(|problem| problem["level"] == "note");
    let said = |problem: &Value| {
        let cell = format!("{}{}", problem["column"].as_str().unwrap(), problem["row"]);
        (cell, problem["code"].as_str().unwrap().to_owned())
    };
    problems.map(said).collect()
}

fn cells<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected.map(|(cell, code)| (cell.to_owned(), code.to_owned())).to_vec()
}

fn message<'r>(report: &'r Value, code: &str) -> &'r str {
    let problems = report["problems"].as_array().unwrap();
    let found = problems.iter().find(|problem| problem["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {report}"))["message"].as_str().unwrap()
}

/// A grid as a village keeps it: a title, a merged heading, days as Excel knows them, ticks and numbers.
fn grid(hours: f64) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("m\"月\"d\"日\"");
    sheet.merge_range(0, 0, 0, 5, "林家排村一组积分月表", &Format::new()).unwrap();
    for (column, word) in [(0, "单号："), (1, "12"), (2, "经手人："), (3, "罗组长")] {
        sheet.write_string(1, column, word).unwrap();
    }
    for (column, word) in (0..).zip(["户编号", "户主", "门牌", "参加清扫", "志愿服务（小时）", "合计"])
    {
        sheet.write_string(2, column, word).unwrap();
    }
    sheet.write_string(3, 2, "日期").unwrap();
    sheet.write_with_format(3, 3, ExcelDateTime::from_ymd(2026, 11, 3).unwrap(), &day).unwrap();
    sheet.write_string(3, 4, "11月5日").unwrap();
    for (row, (code, name)) in (4..).zip([("ljp0001", "陈建桂"), ("LJP0002", "李木生"), ("ＬＪＰ0003", "王 凤云")])
    {
        sheet.write_string(row, 0, code).unwrap();
        sheet.write_string(row, 1, name).unwrap();
    }
    sheet.write_string(4, 3, "√").unwrap();
    sheet.write_string(5, 3, "２").unwrap();
    sheet.write_number(4, 4, hours).unwrap();
    sheet.write_string(6, 4, "-").unwrap();
    sheet.write_string(8, 0, "合计").unwrap();
    sheet.write_number(8, 3, 3).unwrap();
    book.save_to_buffer().unwrap()
}

both_engines! {
    /// Mutations: keep what a dry run brought in; make the identities by chance; leave the day out of them.
    async fn a_grid_comes_in_after_a_dry_run_and_the_same_again_records_nothing(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let tried = bring(&cadre, village, &grid(2.5), &["dry_run"]).await;
        assert_eq!((counts(&tried), &tried["waiting"], errors(&tried)), ([3, 3, 0, 0, 0], &json!(0), vec![]));
        assert_eq!(notes(&tried), cells([("1", "rows_above_header"), ("8", "blank_row"), ("9", "total_row")]));
        assert_eq!((recorded(&app).await.len(), audit_rows(&app).await), (0, 0));

        let done = bring(&cadre, village, &grid(2.5), &[]).await;
        assert_eq!(counts(&done), [3, 3, 0, 0, 0]);
        let mut awards = recorded(&app).await;
        awards.sort_by_key(|award| (award.household_id, award.occurred_on));
        let said: Vec<_> = awards.iter().map(|award| {
            let by = award.handled_by.clone().unwrap();
            (award.household_id, award.occurred_on.to_string(), award.quantity.to_string(), by, award.sheet.clone().unwrap())
        }).collect();
        let line = |household: usize, day: &str, quantity: &str| {
            (app.town.households[household], day.to_owned(), quantity.to_owned(), "罗组长".to_owned(), "12".to_owned())
        };
        assert_eq!(said, [line(0, "2026-11-03", "1"), line(0, "2026-11-05", "2.5"), line(1, "2026-11-03", "2")]);
        assert!(awards.iter().all(|award| award.recorded_by == app.town.cadre.id && award.id.0.get_version_num() == 7));
        assert_eq!(balances(&cadre, &app, 0).await["pending"], 8.75);
        let acts = audited(&app, "import_awards").await;
        assert_eq!((acts.len(), acts[0].target_id, audited(&app, "submit_award").await.len()), (1, Some(village), 3));

        for flags in [&["dry_run"][..], &[], &["skip_alike"]] {
            assert_eq!(counts(&bring(&cadre, village, &grid(2.5), flags).await), [3, 0, 0, 3, 0]);
        }
        assert_eq!((recorded(&app).await.len(), audited(&app, "import_awards").await.len()), (3, 1));
        verified(&app).await;
    }

    /// Mutation: let a changed number be another award, or say nothing of who recorded the first.
    async fn a_changed_number_is_no_other_award_but_says_who_recorded_the_first(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        bring(&cadre, village, &grid(2.5), &[]).await;
        app.pass(60_000);
        let changed = bring(&cadre, village, &grid(3.0), &[]).await;
        assert_eq!((counts(&changed), errors(&changed)), ([3, 0, 0, 0, 3], cells([("E5", "already_recorded")])));
        let said = message(&changed, "already_recorded");
        assert!(said.contains("cadre某 11月23日已经记过（纸单 12 号）") && said.contains("2.5"), "{said}");
        let other = crate::support::town::person(&app.app, "clerk", None, &[(hujifen::scope::Role::VillageCadre, &app.town.village)]).await;
        let other = app.signed_in(&other).await;
        let again = bring(&other, village, &grid(2.5), &["skip_invalid"]).await;
        assert_eq!(counts(&again), [3, 0, 0, 0, 3], "another account cannot say it a second time: {again}");
        assert_eq!(recorded(&app).await.len(), 3);

        let five = recorded(&app).await.into_iter().find(|award| award.quantity.0 == 250).unwrap();
        cadre.post(&format!("/awards/{}/reverse", five.id), json!({"reason": "记错"})).await.expect(200);
        let back = bring(&cadre, village, &grid(2.5), &[]).await;
        assert_eq!(counts(&back), [3, 0, 0, 3, 0]);
        assert!(message(&back, "taken_back_before").contains("改正"), "{back}");
        verified(&app).await;
    }

    /// Mutations: write the fair rows although others are wrong; write nothing with `skip_invalid`.
    async fn one_error_keeps_all_out_unless_the_others_are_wanted(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let list = "户编号,户主,事项,数量,日期,说明\n\
            LJP0001,陈建桂,参加清扫,1,11月3日,\n\
            LJP0002,陈建桂,参加清扫,1,11月3日,\n\
            LJP0999,,参加清扫,1,11月3日,\n\
            ,李木生,扫雪,1,11月3日,\n\
            ,李木生,参加清扫,很多,11月3日,\n\
            ,李木生,参加清扫,1,2026-12-01,\n\
            ,李木生,参加清扫,99999,11月3日,\n\
            ,李木生,乱倒垃圾,1,11月3日,\n\
            ,王凤云,参加清扫,,11-4,清扫村道\n";
        let refused = bring(&cadre, village, list.as_bytes(), &[]).await;
        let expected = cells([
            ("A3", "household_mismatch"), ("A4", "household_unknown"), ("C5", "rule_unknown"), ("D6", "quantity_unclear"),
            ("E7", "occurred_in_future"), ("D8", "quantity_out_of_range"), ("F9", "deed_invalid"),
        ]);
        assert_eq!((counts(&refused), errors(&refused)), ([9, 0, 0, 0, 9], expected.clone()));
        assert!(message(&refused, "household_mismatch").contains("户编号 LJP0002 是李木生家"));
        assert_eq!(recorded(&app).await.len(), 0);
        let some = bring(&cadre, village, list.as_bytes(), &["skip_invalid"]).await;
        assert_eq!((counts(&some), errors(&some)), ([9, 2, 0, 0, 7], expected));
        assert_eq!(counts(&bring(&cadre, village, list.as_bytes(), &["skip_invalid"]).await), [9, 0, 0, 2, 7]);
        let kept = recorded(&app).await;
        assert_eq!((kept.len(), kept.iter().filter(|award| award.note.as_deref() == Some("清扫村道")).count()), (2, 1));
        verified(&app).await;
    }

    /// Mutations: post what must wait; drop what is late.
    async fn what_waits_and_what_is_late_is_recorded_counted_and_said(app) {
        harder(&app).await;
        close(&app, "2026-10").await;
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let list = "户编号,事项,数量,档次,人数,日期,说明\n\
            LJP0001,参加清扫,1,,,2026-10-20,\n\
            LJP0001,补记的事,1,,,2026-11-10,\n\
            LJP0001,乱倒垃圾,1,,,11月20日,倒在渠里\n\
            LJP0001,维修水渠,1,,,11月20日,\n\
            LJP0001,受表彰,,县级,,11月20日,\n\
            LJP0001,全家出工,1,,2,11月20日,\n\
            LJP0008,参加清扫,1,,,11月20日,\n\
            LJP0002,提出建议,1,,,11月20日,\n\
            LJP0003,参加清扫,6,,,11月20日,\n";
        let done = bring(&cadre, village, list.as_bytes(), &[]).await;
        assert_eq!((counts(&done), &done["waiting"], errors(&done)), ([9, 9, 0, 0, 0], &json!(5), vec![]), "{done}");
        let expected = cells([
            ("C2", "counts_late"), ("C3", "waits_overdue"), ("C4", "waits_deduction"), ("C5", "waits_proof"),
            ("C8", "waits_own_household"), ("C9", "waits_review"), ("C10", "clipped"),
        ]);
        assert_eq!(notes(&done), expected);
        assert!(message(&done, "counts_late").contains("有 1 条那个月已经结了"), "{done}");
        let of = async |rule: &str, day: &str| {
            let day: chrono::NaiveDate = day.parse().unwrap();
            let found = recorded(&app).await.into_iter().filter(|award| award.occurred_on == day);
            let id = crate::shapes::id_of(&cadre, rule).await;
            found.filter(|award| json!(award.rule_id) == id).map(|award| (award.period, award.late, award.points.to_string())).collect::<Vec<_>>()
        };
        assert_eq!(of("参加清扫", "2026-10-20").await, [(Some("2026-11".to_owned()), true, "5".to_owned())]);
        assert_eq!(of("补记的事", "2026-11-10").await, [(None, false, "1".to_owned())]);
        assert_eq!(of("受表彰", "2026-11-20").await[0].2, "20");
        assert_eq!(of("全家出工", "2026-11-20").await[0].2, "4");
        // Whoever typed it never approves it.
        let waiting = cadre.get("/awards?reviewable=true").await.expect(200);
        assert_eq!(waiting["items"], json!([]));
        let panel = app.signed_in(&app.town.panel).await;
        assert_eq!(panel.get("/awards?reviewable=true").await.expect(200)["items"].as_array().unwrap().len(), 5);
        verified(&app).await;
    }

    /// Mutations: say nothing of what a phone recorded; skip the file's own awards as their likes.
    async fn what_was_recorded_otherwise_for_the_same_household_rule_and_day_is_said_and_left_out_if_wanted(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let worker = app.signed_in(&app.town.worker).await;
        worker.post("/awards", with(award(&app, 1, 0, "参加清扫"), "occurred_on", json!("2026-11-03"))).await.expect(201);
        let skipped = bring(&cadre, village, &grid(2.5), &["skip_alike"]).await;
        assert_eq!((counts(&skipped), errors(&skipped)), ([3, 2, 0, 0, 1], vec![]));
        let said = message(&skipped, "recorded_alike");
        assert!(said.contains("D5") || said.contains("第 5 行 D 列"), "{said}");
        assert!(said.contains("worker某 11月23日已经记过，这一格没有再记"), "{said}");
        let all_the_same = bring(&cadre, village, &grid(2.5), &[]).await;
        assert_eq!(counts(&all_the_same), [3, 1, 0, 2, 0]);
        assert!(message(&all_the_same, "recorded_alike").contains("请核对"));

        let twice = "户编号,事项,日期,谁做的\nLJP0002,志愿服务,11-9,大儿子\nLJP0002,志愿服务,11-9,二儿子\n";
        let told = bring(&cadre, village, twice.as_bytes(), &["dry_run", "skip_alike"]).await;
        assert_eq!((counts(&told), notes(&told)), ([2, 1, 0, 0, 1], cells([("B3", "alike_in_file")])));
        assert_eq!(counts(&bring(&cadre, village, twice.as_bytes(), &[]).await), [2, 2, 0, 0, 0]);
        assert_eq!(counts(&bring(&cadre, village, twice.as_bytes(), &[]).await), [2, 0, 0, 2, 0]);
        verified(&app).await;
    }

    /// Mutation: let two imports decide by what they read before they wrote.
    async fn the_same_file_sent_twice_at_once_is_recorded_once(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let file = grid(2.5);
        let (one, other) = tokio::join!(bring(&cadre, village, &file, &[]), bring(&cadre, village, &file, &[]));
        let mut came = [counts(&one), counts(&other)];
        came.sort_unstable();
        assert_eq!(came, [[3, 0, 0, 3, 0], [3, 3, 0, 0, 0]]);
        assert_eq!(recorded(&app).await.len(), 3);
        verified(&app).await;
    }

    /// Mutation: name the columns otherwise than they are read, or leave the day's row out.
    async fn an_empty_sheet_goes_out_is_filled_in_and_comes_in_again(app) {
        let (grid, worker) = (app.town.grids[0].id.0, app.signed_in(&app.town.worker).await);
        let answer = worker.get(&format!("/imports/awards/sheet?area_id={grid}&month=2026-11")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let named = answer.headers["content-disposition"].to_str().unwrap();
        assert!(named.starts_with("attachment; filename=\"month.xlsx\"; filename*=UTF-8''%E6%9E%97"), "{named}");
        let rows = hujifen::spreadsheets::sheet::read(&answer.bytes, "").unwrap().rows;
        let text = |row: usize| rows[row].cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        assert_eq!(text(0), ["林家排村一组 2026年11月积分月表"]);
        assert_eq!(text(1), ["单号：", "经手人："]);
        assert_eq!(text(2)[..5], ["户编号", "户主", "门牌", "参加清扫", "志愿服务"]);
        assert_eq!(text(4)[..3], ["单位", "人次", "小时"]);
        assert_eq!(text(5), ["LJP0001", "陈建桂", "1号"]);
        assert_eq!(rows.len(), 10);

        let filled = filled(&rows, &[((1, 1), "12"), ((1, 3), "罗组长"), ((3, 3), "3日"), ((3, 4), "11-05"), ((5, 3), "√"), ((7, 3), "2"), ((9, 4), "1.5")]);
        let cadre = app.signed_in(&app.town.cadre).await;
        let done = bring(&cadre, grid, &filled, &[]).await;
        assert_eq!((counts(&done), &done["problems"], &done["dropped_columns"]), ([3, 3, 0, 0, 0], &json!([]), &json!([])));
        let days: BTreeMap<String, usize> = recorded(&app).await.iter().fold(BTreeMap::new(), |mut days, award| {
            assert_eq!((award.sheet.as_deref(), award.handled_by.as_deref()), (Some("12"), Some("罗组长")));
            *days.entry(award.occurred_on.to_string()).or_default() += 1;
            days
        });
        assert_eq!(days, BTreeMap::from([("2026-11-03".to_owned(), 2), ("2026-11-05".to_owned(), 1)]));

        for (area, month, person, code) in [
            (grid, "2026-13", &app.town.worker, "invalid"),
            (grid, "2025-12", &app.town.worker, "invalid"),
            (app.town.grids[1].id.0, "2026-11", &app.town.worker, "not_found"),
            (app.town.town.id.0, "2026-11", &app.town.cadre, "not_found"),
            (grid, "2026-11", &app.town.panel, "forbidden"),
        ] {
            let path = format!("/imports/awards/sheet?area_id={area}&month={month}");
            assert_eq!(app.signed_in(person).await.get(&path).await.code(), code, "{month} {}", person.username);
        }
    }

    async fn a_grids_sheet_takes_no_household_of_another_grid_and_a_worker_imports_nothing(app) {
        let (grid, cadre) = (app.town.grids[0].id.0, app.signed_in(&app.town.cadre).await);
        let list = "户编号,事项,日期\nLJP0001,参加清扫,11-9\nLJP0006,参加清扫,11-9\n";
        let refused = bring(&cadre, grid, list.as_bytes(), &[]).await;
        assert_eq!(errors(&refused), cells([("A3", "household_unknown")]));
        assert!(message(&refused, "household_unknown").contains("这个组里没有"));
        let id = grid.to_string();
        let fields = [("area_id", id.as_bytes()), ("file", list.as_bytes())];
        let worker = app.signed_in(&app.town.worker).await;
        assert_eq!(worker.upload("/imports/awards", &fields).await.code(), "forbidden");
        let far = app.signed_in(&app.town.far_cadre).await;
        assert_eq!(far.upload("/imports/awards", &fields).await.code(), "not_found");
        assert_eq!(recorded(&app).await.len(), 0);
    }

    async fn a_list_in_the_letters_of_an_old_office_comes_in_too(app) {
        let (village, cadre) = (app.town.village.id.0, app.signed_in(&app.town.cadre).await);
        let list = "户主,门牌,事项,数量,日期,经手人\n陈建桂,1,参加清扫,1,11月3日,王某\n";
        let (bytes, _, unknown) = encoding_rs::GBK.encode(list);
        assert!(!unknown);
        assert_eq!(counts(&bring(&cadre, village, &bytes, &[]).await), [1, 1, 0, 0, 0]);
        let kept = Awards::find().filter(AwardColumn::HandledBy.eq("王某")).all(app.app.db.read()).await.unwrap();
        assert_eq!((kept.len(), kept[0].household_id), (1, app.town.households[0]));
    }
}

/// A workbook with the same words and some more, each at its row and column from 0.
fn filled(rows: &[hujifen::spreadsheets::sheet::Row], more: &[((u32, u16), &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in rows {
        for cell in &row.cells {
            sheet.write_string(row.number - 1, cell.column, &cell.text).unwrap();
        }
    }
    for ((row, column), text) in more {
        sheet.write_string(*row, *column, *text).unwrap();
    }
    book.save_to_buffer().unwrap()
}

async fn audit_rows(app: &TestApp) -> u64 {
    let of_awards = ["submit_award", "import_awards"];
    audit::Entity::find().filter(audit::Column::Action.is_in(of_awards)).count(app.app.db.read()).await.unwrap()
}
