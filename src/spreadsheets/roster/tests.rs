//! The rosters that villages keep: the two of the demonstration, and some made here.

use encoding_rs::GBK;
use rust_xlsxwriter::Workbook;

use super::{RosterRow, roster};
use crate::households::Status;
use crate::spreadsheets::report::{Level, Parsed};
use crate::spreadsheets::sheet;

const CLEAN: &[u8] = include_bytes!("../../../tests/data/linjiapai.xlsx");
const AS_KEPT: &[u8] = include_bytes!("../../../tests/data/mantang-as-kept.xlsx");
const ID_NUMBER: &str = "431022196708172836";

fn parsed(bytes: &[u8]) -> Parsed<RosterRow> {
    roster(&sheet::read(bytes, "台账.xlsx").unwrap()).finish()
}

/// A roster of the required columns, and the lines below them.
fn lines(lines: &[&str]) -> Parsed<RosterRow> {
    parsed(format!("网格,户编号,户主姓名,人口,电话,住址,备注\n{}", lines.join("\n")).as_bytes())
}

/// Each problem as level, cell and code.
fn said<T>(parsed: &Parsed<T>) -> Vec<(Level, String, &'static str)> {
    let cell = |problem: &crate::spreadsheets::report::Problem| format!("{}{}", problem.column, problem.row);
    parsed.problems.iter().map(|problem| (problem.level, cell(problem), problem.code)).collect()
}

fn says(parsed: &Parsed<RosterRow>, expected: &[(Level, &str, &'static str)]) {
    let expected: Vec<_> = expected.iter().map(|(level, cell, code)| (*level, (*cell).to_owned(), *code)).collect();
    assert_eq!(said(parsed), expected);
}

#[test]
fn a_clean_roster_comes_in_whole_and_without_a_word() {
    let parsed = parsed(CLEAN);
    assert_eq!((parsed.rows_total, parsed.rows.len()), (312, 312));
    assert_eq!((parsed.problems, parsed.dropped_columns), (vec![], vec![]));
    let first = RosterRow {
        row: 2,
        grid: "一组".to_owned(),
        code: "LJP0001".to_owned(),
        name: "罗祥满".to_owned(),
        size: 4,
        phone: Some("13274429896".to_owned()),
        address: Some("一组19号".to_owned()),
        alias: None,
        door: Some("19号".to_owned()),
        status: None,
        tags: vec!["低保户".to_owned()],
        more_tags: vec![],
    };
    assert_eq!(parsed.rows[0], first);
    let grids: std::collections::BTreeSet<_> = parsed.rows.iter().map(|row| &row.grid).collect();
    assert_eq!(grids.len(), 6);
}

#[test]
fn a_roster_as_a_clerk_keeps_it_has_each_defect_named_once() {
    let parsed = parsed(AS_KEPT);
    assert_eq!((parsed.rows_total, parsed.rows.len()), (268, 262));
    says(
        &parsed,
        &[
            (Level::Note, "1", "rows_above_header"),
            (Level::Note, "B3", "heading_cleaned"),
            (Level::Note, "C3", "heading_cleaned"),
            (Level::Note, "B5", "carried_down"),
            (Level::Note, "G6", "phone_as_number"),
            (Level::Error, "C42", "code_repeated"),
            (Level::Error, "C43", "code_repeated"),
            (Level::Note, "C80", "code_normalised"),
            (Level::Note, "C93", "code_normalised"),
            (Level::Error, "D123", "missing"),
            (Level::Note, "D124", "name_normalised"),
            (Level::Note, "138", "blank_row"),
            (Level::Error, "G154", "phone_invalid"),
            (Level::Error, "F164", "size_not_a_number"),
            (Level::Error, "F165", "size_out_of_range"),
            (Level::Note, "I204", "formula"),
            (Level::Note, "273", "total_row"),
        ],
    );
    let message = &parsed.problems.iter().find(|problem| problem.row == 43).unwrap().message;
    assert_eq!(message, "第 43 行 C 列(户编号)：MT0039 和第 42 行重复，两行都没有导入，请改成不同的编号。");
    let dropped: Vec<_> = parsed.dropped_columns.iter().map(|column| &*column.column).collect();
    assert_eq!(dropped, ["序号", "身份证号码"]);
}

#[test]
fn what_was_mended_in_the_clerks_roster_is_right() {
    let parsed = parsed(AS_KEPT);
    let row = |number| parsed.rows.iter().find(|row| row.row == number).unwrap();
    assert_eq!((&*row(80).code, &*row(93).code, &*row(124).name), ("MT0077", "MT0090", "陈小正"));
    assert_eq!((&*row(70).grid, &*row(71).grid, &*row(272).grid), ("第1网格", "第2网格", "第4网格"));
    assert_eq!(row(6).phone.as_deref(), Some("17258132135"));
    assert_eq!((row(204).more_tags.len(), row(205).size), (0, 1));
}

#[test]
fn no_id_number_of_the_clerks_roster_leaves_the_room() {
    let parsed = parsed(AS_KEPT);
    let all = format!("{:?}", (parsed.rows, parsed.problems, parsed.dropped_columns));
    assert!(!all.contains("431022"));
}

#[test]
fn an_id_number_is_found_in_whatever_cell_it_hides() {
    let parsed = lines(&[
        &format!("一组,A1,罗祥满,4,,一组1号,低保户{ID_NUMBER}"),
        &format!("一组,A2,罗国祥,4,{ID_NUMBER},一组2号,"),
        &format!("一组,{ID_NUMBER},黄金,4,,一组3号,"),
        "一组,A4,段华英,6,13274429896,一组4号,党员",
    ]);
    let code = "id_number_in_cell";
    says(
        &parsed,
        &[
            (Level::Error, "G2", code),
            (Level::Note, "G2", "remark_not_kept"),
            (Level::Error, "E3", code),
            (Level::Error, "B4", code),
        ],
    );
    assert_eq!(parsed.rows.len(), 1);
    assert!(!format!("{parsed:?}").contains("4310"));
}

#[test]
fn a_column_of_id_numbers_is_dropped_under_any_heading() {
    let line = |code: &str| format!("一组,{code},罗祥满,4,{ID_NUMBER},6222 0212 3456 7890 123");
    let text = format!("网格,户编号,户主,人口,备注,其他\n{}\n{}", line("A1"), line("A2"));
    let parsed = parsed(text.as_bytes());
    assert_eq!(parsed.rows.len(), 2);
    assert_eq!(parsed.problems, []);
    let dropped: Vec<_> = parsed.dropped_columns.iter().map(|column| &*column.column).collect();
    assert_eq!(dropped, ["备注", "其他"]);
}

#[test]
fn the_same_roster_reads_alike_from_gbk_and_from_xlsx() {
    let text = "网格\t户号\t户主\t人数\n一组\tA1\t罗祥满\t4\n\tA2\t黄金\t3\n";
    let from_text = parsed(&GBK.encode(text).0);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(text.lines()) {
        for (column, cell) in (0..).zip(line.split('\t')) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row, column, number).unwrap(),
                Err(_) => sheet.write(row, column, cell).unwrap(),
            };
        }
    }
    assert_eq!(from_text, parsed(&book.save_to_buffer().unwrap()));
    assert_eq!((from_text.rows.len(), &*from_text.rows[1].grid), (2, "一组"));
    says(&from_text, &[(Level::Note, "A3", "carried_down")]);
}

#[test]
fn all_rows_of_a_repeated_code_are_refused_even_when_it_is_written_differently() {
    let parsed = lines(&["一组,A1,罗祥满,4", "一组,Ａ1,罗国祥,3", "一组,A 1,黄金,三", "一组,A2,段华英,6"]);
    assert_eq!(parsed.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [5]);
    let repeated: Vec<_> = parsed.problems.iter().filter(|problem| problem.code == "code_repeated").collect();
    assert_eq!(repeated.len(), 3);
    assert!(repeated[1].message.contains("和第 2、4 行重复，这些行都没有导入"));
}

#[test]
fn one_row_may_have_several_errors_and_each_names_its_cell() {
    let parsed = lines(&[",A1?,123,十二,12345,一组1号,常年在外、低保"]);
    says(
        &parsed,
        &[
            (Level::Error, "A2", "missing"),
            (Level::Error, "B2", "code_invalid"),
            (Level::Error, "C2", "name_invalid"),
            (Level::Error, "D2", "size_not_a_number"),
            (Level::Error, "E2", "phone_invalid"),
            (Level::Note, "G2", "remark_not_kept"),
        ],
    );
    assert!(parsed.problems[3].message.contains("请改成 12。"));
    assert_eq!((parsed.rows_total, parsed.rows.len()), (1, 0));
}

#[test]
fn totals_repeated_headers_signatures_and_blank_runs_are_no_households() {
    let parsed = lines(&[
        "一组,A1,罗祥满,4",
        "小 计,,,4",
        "网格,户编号,户主姓名,人口",
        "",
        ",,,,,,",
        "二组,A2,黄金,3",
        "填表人：张三,,,,,审核：李四",
    ]);
    says(
        &parsed,
        &[
            (Level::Note, "3", "total_row"),
            (Level::Note, "4", "header_repeated"),
            (Level::Note, "5", "blank_row"),
            (Level::Error, "8", "not_a_household"),
        ],
    );
    assert!(parsed.problems[2].message.starts_with("第 5 到 6 行是空行"));
    assert_eq!((parsed.rows_total, parsed.rows.len()), (3, 2));
}

#[test]
fn door_alias_status_and_tags_are_read_from_their_columns() {
    let text = "网格,户编号,户主,人口,门牌,小名,状态,标签,备注\n一组,A1,罗祥满,4,7,满满,外出务工,党员、低保户,低保\n\
                一组,A2,黄金,3,大樟树下,,注销,,";
    let parsed = parsed(text.as_bytes());
    let row = &parsed.rows[0];
    assert_eq!((row.door.as_deref(), row.alias.as_deref()), (Some("7号"), Some("满满")));
    assert_eq!((row.status, &row.tags), (Some(Status::Away), &vec!["党员户".to_owned(), "低保户".to_owned()]));
    assert_eq!(row.more_tags, ["低保户"]);
    says(&parsed, &[(Level::Error, "G3", "status_unknown")]);
}

#[test]
fn a_formula_in_a_needed_cell_leaves_its_row_out() {
    let parsed = lines(&["一组,A1,罗祥满,=1+1"]);
    says(&parsed, &[(Level::Note, "D2", "formula"), (Level::Error, "D2", "missing")]);
    assert!(!format!("{parsed:?}").contains("=1"));
}

#[test]
fn without_a_header_or_a_needed_column_nothing_comes_in_and_it_is_said() {
    let none = parsed("一组,A1,罗祥满,4\n一组,A2,黄金,3".as_bytes());
    says(&none, &[(Level::Error, "1", "header_missing")]);
    let some = parsed("网格,户主,人口\n一组,罗祥满,4".as_bytes());
    says(&some, &[(Level::Error, "1", "column_missing")]);
    assert!(some.problems[0].message.contains("「户编号」"));
}
