//! The tables of the demonstration, and each way in which a row can be wrong.

use super::{RuleRow, rules_table};
use crate::hundredths::Hundredths;
use crate::rules::terms::{Cap, Proof, Review, Shape, Terms, WarnFirst, Window};
use crate::spreadsheets::report::{Level, Parsed};
use crate::spreadsheets::sheet;

const LUOYU: &str = include_str!("../../../tests/data/luoyu.csv");
const TOWN: &str = include_str!("../../../tests/data/town-template.csv");
const HEADER: &str = "类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明";

fn parsed(text: &str) -> Parsed<RuleRow> {
    rules_table(&sheet::read(text.as_bytes(), "细则.csv").unwrap())
}

/// The problems of one row, as level, letters of the column and code.
fn said(line: &str) -> Vec<(Level, String, &'static str)> {
    let parsed = parsed(&format!("{HEADER}\n{line}"));
    let refused = parsed.problems.iter().any(|problem| problem.level == Level::Error);
    assert_eq!((parsed.rows_total, parsed.rows.is_empty()), (1, refused), "{line}");
    parsed.problems.into_iter().map(|problem| (problem.level, problem.column, problem.code)).collect()
}

fn refused(line: &str, column: &str, code: &'static str) {
    assert_eq!(said(line), [(Level::Error, column.to_owned(), code)], "{line}");
}

#[test]
fn both_tables_of_the_demonstration_come_in_whole_and_without_a_word() {
    for (text, rules) in [(LUOYU, 28), (TOWN, 16)] {
        let parsed = parsed(text);
        assert_eq!((parsed.rows_total, parsed.rows.len()), (rules, rules as usize));
        assert_eq!((parsed.problems, parsed.dropped_columns), (vec![], vec![]));
    }
}

#[test]
fn a_row_means_what_it_says() {
    let rows = parsed(TOWN).rows;
    let rule = |name: &str| &rows.iter().find(|row| row.rule.name == name).unwrap().rule;
    let blocking = rule("占道堆放不清理");
    let terms = Terms {
        shape: Shape::Deduction { points: Hundredths::whole(2) },
        unit: "处".to_owned(),
        cap: None,
        proofs: vec![Proof::Photo],
        review: Review::Assembly,
        redeemable: true,
        warn_first: Some(WarnFirst::Days(3)),
        indoor_may_be_skipped: false,
        remark: None,
        ..Terms::default()
    };
    assert_eq!((&*blocking.category, &blocking.terms), ("支持村务", &terms));
    let kitchen = &rule("厨房厕所干净").terms;
    let marks = Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::whole(2) };
    assert_eq!((&kitchen.shape, kitchen.redeemable, kitchen.indoor_may_be_skipped), (&marks, false, true));
    assert_eq!(kitchen.cap, Some(Cap { units: Hundredths::ONE, window: Window::Month }));
    let service = &rule("参加志愿服务").terms;
    assert_eq!((&*service.unit, service.remark.as_deref()), ("小时", Some("按小时累计")));
    let rows = parsed(LUOYU).rows;
    let help = rows.iter().find(|row| row.rule.name == "邻里互助").unwrap();
    assert_eq!((help.row, &help.rule.terms.proofs), (14, &vec![Proof::Photo, Proof::BothSides]));
    let dumping = rows.iter().find(|row| row.rule.name == "经教育仍乱倒垃圾").unwrap();
    assert_eq!(dumping.rule.terms.warn_first, Some(WarnFirst::OnTheSpot));
}

#[test]
fn halves_of_points_and_full_width_writing_are_understood() {
    let parsed = parsed(&format!("{HEADER}\n公益,巡河,加分,０．５,小时,2.5,周,照片｜签到,双审,是,,"));
    assert_eq!(parsed.problems, []);
    let terms = &parsed.rows[0].rule.terms;
    assert_eq!(terms.shape, Shape::Addition { points: Hundredths(50) });
    assert_eq!(terms.cap, Some(Cap { units: Hundredths(250), window: Window::Week }));
    assert_eq!((&terms.proofs, terms.review), (&vec![Proof::Photo, Proof::SignIn], Review::Double));
}

#[test]
fn shapes_and_options_that_are_not_carried_out_yet_are_refused_and_not_mangled() {
    for (method, points) in [
        ("阶梯", "4:1 10:2"),
        ("分段", "100-1000:1/100"),
        ("分级", "村:3 县:20"),
        ("分级扣分", "轻:3"),
        ("基础", "100"),
        ("否决", "差"),
    ] {
        refused(&format!("公益,巡河,{method},{points},次,,,无,免审,是,,"), "C", "shape_not_supported");
    }
    for option in
        ["再犯加倍=年", "只取最高=甲", "有效期=2年", "上限分=20", "按人=是", "补录期限=7天", "前百分比奖励=10:5"]
    {
        refused(&format!("公益,巡河,加分,5,次,,,无,免审,是,{option},"), "K", "option_not_supported");
    }
}

#[test]
fn numbers_that_are_no_points_are_refused() {
    for (points, code) in [
        ("", "missing"),
        ("五", "not_a_number"),
        ("5分", "not_a_number"),
        ("0.125", "not_a_number"),
        ("1e3", "not_a_number"),
        ("0", "points_not_positive"),
        ("-5", "points_not_positive"),
        ("10000.01", "points_too_large"),
    ] {
        refused(&format!("公益,巡河,加分,{points},次,,,无,免审,是,,"), "D", code);
    }
}

#[test]
fn a_cap_needs_its_window_and_a_window_its_cap() {
    for (cap, column, code) in [
        ("4,", "F", "cap_without_window"),
        (",月", "G", "window_without_cap"),
        ("0,月", "F", "cap_out_of_range"),
        ("10001,月", "F", "cap_out_of_range"),
        ("四,月", "F", "not_a_number"),
        ("4,旬", "G", "window_unknown"),
    ] {
        refused(&format!("公益,巡河,加分,5,次,{cap},无,免审,是,,"), column, code);
    }
}

#[test]
fn every_other_cell_is_held_to_the_grammar() {
    for (line, column, code) in [
        (",巡河,加分,5,次,,,无,免审,是,,", "A", "missing"),
        ("公益,,加分,5,次,,,无,免审,是,,", "B", "missing"),
        ("公益,巡河,,5,次,,,无,免审,是,,", "C", "missing"),
        ("公益,巡河,奖励,5,次,,,无,免审,是,,", "C", "shape_unknown"),
        ("公益,巡河,加分,5,,,,无,免审,是,,", "E", "missing"),
        ("公益,巡河,加分,5,次,,,,免审,是,,", "H", "missing"),
        ("公益,巡河,加分,5,次,,,录像,免审,是,,", "H", "proof_unknown"),
        ("公益,巡河,加分,5,次,,,照片|照片,免审,是,,", "H", "proof_repeated"),
        ("公益,巡河,加分,5,次,,,照片|,免审,是,,", "H", "proof_unknown"),
        ("公益,巡河,加分,5,次,,,无,,是,,", "I", "missing"),
        ("公益,巡河,加分,5,次,,,无,三审,是,,", "I", "review_unknown"),
        ("公益,巡河,加分,5,次,,,无,免审,,,", "J", "missing"),
        ("公益,巡河,加分,5,次,,,无,免审,可以,,", "J", "redeemable_unknown"),
        ("公益,巡河,加分,5,次,,,无,免审,是,打折=5,", "K", "option_unknown"),
        ("公益,巡河,加分,5,次,,,无,免审,是,每处扣=2,", "K", "option_misplaced"),
        ("公益,巡河,加分,5,次,,,无,免审,是,先劝导=当场,", "K", "option_misplaced"),
        ("公益,巡河,扣分,5,次,,,无,评议,是,可没进屋=是,", "K", "option_misplaced"),
        ("公益,巡河,扣分,5,次,,,无,评议,是,先劝导,", "K", "option_invalid"),
        ("公益,巡河,扣分,5,次,,,无,评议,是,先劝导=0天,", "K", "option_invalid"),
        ("公益,巡河,扣分,5,次,,,无,评议,是,先劝导=+3天,", "K", "option_invalid"),
        ("公益,巡河,扣分,5,次,,,无,评议,是,先劝导=当场;先劝导=3天,", "K", "option_repeated"),
        ("庭院,门前,评比,10,月,,,无,免审,否,,", "K", "spot_missing"),
        ("庭院,门前,评比,10,月,,,无,免审,否,每处扣=11,", "K", "spot_above_full_marks"),
        ("庭院,门前,评比,10,月,,,无,免审,否,每处扣=0,", "K", "option_invalid"),
        ("庭院,门前,评比,10,月,,,无,免审,否,每处扣=2;可没进屋=也许,", "K", "option_invalid"),
        ("公益,巡河,加分,5,次,,,无,免审,是,,问431022196708172836", "L", "id_number_in_cell"),
    ] {
        refused(line, column, code);
    }
}

#[test]
fn an_item_that_stands_twice_in_its_category_is_refused_both_times() {
    let line = |category: &str| format!("{category},巡河,加分,5,次,,,无,免审,是,,");
    let parsed = parsed(&format!("{HEADER}\n{}\n{}\n{}", line("公益"), line("互助"), line("公益")));
    let rows: Vec<u32> = parsed.rows.iter().map(|row| row.row).collect();
    let repeated: Vec<u32> =
        parsed.problems.iter().filter(|problem| problem.code == "item_repeated").map(|problem| problem.row).collect();
    assert_eq!((rows, repeated), (vec![3], vec![2, 4]));
}

#[test]
fn a_category_filled_only_where_it_changes_is_carried_down() {
    let parsed = parsed(&format!("{HEADER}\n公益,巡河,加分,5,次,,,无,免审,是,,\n,清渠,加分,5,次,,,无,免审,是,,"));
    assert_eq!(parsed.rows[1].rule.category, "公益");
    assert_eq!(parsed.problems[0].code, "carried_down");
}
