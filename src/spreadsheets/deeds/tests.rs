//! Sheets of deeds as clerks keep them.

use super::{Deeds, KnownRule, deeds};
use crate::spreadsheets::report::{Parsed, Problem};
use crate::spreadsheets::sheet;

fn read(text: &str) -> Deeds {
    let rule = |name: &str, inspects| KnownRule { category: "公益".to_owned(), name: name.to_owned(), inspects };
    let rules = [rule("参加清扫", false), rule("志愿服务", false), rule("提出建议", false), rule("门前整洁", true)];
    deeds(&sheet::read(text.as_bytes(), "一组.csv").unwrap(), &rules, "2026-11-23".parse().unwrap())
}

/// Row, household, rule, cell, day, who brought it, sheet.
fn rows(deeds: &Deeds) -> Vec<String> {
    let line = |row: &super::DeedRow| {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let whose = or_dash(&row.household.code.clone().or(row.household.name.clone()));
        let (by, sheet) = (or_dash(&row.handled_by), or_dash(&row.sheet));
        format!("{} {whose} {} {} {} {by} {sheet}", row.row, row.rule, row.amount.cell, row.day.format("%m-%d"))
    };
    deeds.rows.iter().map(line).collect()
}

fn codes<T>(report: &Parsed<T>) -> Vec<String> {
    let said = |problem: &Problem| format!("{}{} {}", problem.column, problem.row, problem.code);
    report.problems.iter().map(said).collect()
}

#[test]
fn a_grid_has_households_down_and_deeds_across_each_with_its_day() {
    let read = read(
        "林家排村一组2026年11月积分月表,,,,\n单号：,12,经手人：,王某,\n户编号,户主,参加清扫,志愿服务,备注\n日期,,11月3日,5,\n单位,,人次,小时,\n\
         LJP0001,陈建桂,√,2.5,\nLJP0002,李木生,,-,没来\n\n合计,,1,2.5,\nLJP0003,王凤云,０,1,",
    );
    assert_eq!(
        rows(&read),
        [
            "6 LJP0001 参加清扫 √ 11-03 王某 12",
            "6 LJP0001 志愿服务 2.5 11-05 王某 12",
            "10 LJP0003 志愿服务 1 11-05 王某 12",
        ]
    );
    assert_eq!(read.rows_total, 3);
    assert_eq!(codes(&read.finish()), ["8 blank_row", "9 total_row"]);
}

#[test]
fn a_deed_may_stand_there_on_two_days_and_what_is_merged_holds_to_the_right() {
    let read = read("填表：村委会,,,\n日期,11月3日,,11月9日\n户主,参加清扫,志愿,参加清扫\n陈建桂,1,2,1\n");
    let expected = ["4 陈建桂 参加清扫 1 11-03 - -", "4 陈建桂 志愿 2 11-03 - -", "4 陈建桂 参加清扫 1 11-09 - -"];
    assert_eq!(rows(&read), expected);
    assert_eq!(codes(&read.finish()), ["1 rows_above_header", "C3 carried_right"]);
}

#[test]
fn one_day_and_one_name_above_hold_for_the_whole_sheet_and_a_rows_own_go_before() {
    let read = read("日期：2026-11-03 经手人：王某 单号：7,,,\n户编号,参加清扫,提出建议,经手人\nA1,1,,\nA2,1,√,罗某\n");
    let expected = ["3 A1 参加清扫 1 11-03 王某 7", "4 A2 参加清扫 1 11-03 罗某 7", "4 A2 提出建议 √ 11-03 罗某 7"];
    assert_eq!(rows(&read), expected);
    assert_eq!(codes(&read.finish()), Vec::<String>::new());
}

#[test]
fn what_a_column_may_not_be_or_is_not_is_said_and_a_column_of_ticks_is_never_left_out() {
    let read = read(
        "日期,11-3,,,,,\n户编号,参加清扫,身份证号,扫雪,住址,合计,门前整洁\nA1,1,431022196708172836,√,村口,1,0\nA2,,431022196708172836,,村尾,1,2\n",
    );
    assert_eq!(rows(&read), ["3 A1 参加清扫 1 11-03 - -", "3 A1 门前整洁 0 11-03 - -", "4 A2 门前整洁 2 11-03 - -"]);
    let report = read.finish();
    assert_eq!(codes(&report), ["D2 rule_unknown", "G2 carried_right"]);
    let dropped: Vec<_> = report.dropped_columns.iter().map(|dropped| dropped.column.as_str()).collect();
    assert_eq!(dropped, ["身份证号", "住址", "合计"]);
    assert!(!format!("{report:?}").contains("4310"));
}

#[test]
fn a_day_that_is_missing_or_unreadable_is_an_error_once_and_keeps_its_column_out() {
    let none = read("户编号,参加清扫\nA1,1\nA2,1\n");
    assert_eq!((rows(&none).len(), none.rows_total), (0, 2));
    assert_eq!(codes(&none.finish()), ["B1 day_missing"]);
    let odd = read("户编号,参加清扫,志愿服务\n日期,月底,11月3日\nA1,1,1\n,,1\n");
    assert_eq!(rows(&odd), ["3 A1 志愿服务 1 11-03 - -"]);
    assert_eq!(codes(&odd.finish()), ["B2 day_unreadable", "A4 household_missing"]);
}

#[test]
fn a_list_has_a_deed_on_each_row_and_is_filled_only_where_it_changes() {
    let read = read(
        "登记表\n户编号,户主,事项,数量,日期,经手人,谁做的,纸单号,说明\nA1,陈建桂,参加清扫,,11月3日,王某,大儿子,12,扫村口\n\
         A2,李木生,,2,,,,12,\n,,志愿服务,3,11月5日,,,,\n合计,,,5,,,,,\n",
    );
    let expected = ["3 A1 参加清扫  11-03 王某 12", "4 A2 参加清扫 2 11-03 - 12", "5 A2 志愿服务 3 11-05 - -"];
    assert_eq!(rows(&read), expected);
    assert_eq!(read.rows[0].done_by.as_deref(), Some("大儿子"));
    let report = read.finish();
    assert_eq!(
        codes(&report),
        ["1 rows_above_header", "C4 carried_down", "E4 carried_down", "A5 carried_down", "6 total_row"]
    );
    assert_eq!(report.rows_total, 3);
}

#[test]
fn a_sheet_that_is_neither_says_what_is_missing() {
    let read = read("姓,名\n陈,建桂\n");
    let report = read.finish();
    assert_eq!(codes(&report), ["1 header_missing"]);
    assert!(report.problems[0].message.contains("月表") && report.problems[0].message.contains("清单"));
}
