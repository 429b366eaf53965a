//! The tables of the demonstration, and each way in which a row can be wrong.

use super::{RuleRow, rules_table};
use crate::hundredths::Hundredths;
use crate::rules::terms::{
    Band, Cap, Degree, DegreeYears, PointsCap, Proof, Review, Shape, Step, Terms, Validity, Veto, WarnFirst, Window,
};
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
fn every_shape_and_option_of_the_grammar_is_read() {
    let line = |name: &str, rest: &str| format!("公益,{name},{rest}");
    let text = [
        HEADER.to_owned(),
        line("阶梯项", "阶梯,4:1 10:2 300:50,小时,,年,签到,免审,是,补录期限=30天,"),
        line("分段项", "分段,100-1000:1/100 1001-:1/1000,元,,,票据,评议,是,上限分=30/年,"),
        line("分级项", "分级,村:3 县:20,次,,,证书,评议,是,有效期=村:1年 县:3年;只取最高=表彰,"),
        line("分级扣分项", "分级扣分,轻:3 重:10,次,,,集体决定,双审,否,先劝导=3天;再犯加倍=季度,"),
        line("基础项", "基础,100,户,,年,无,免审,否,,"),
        line("否决项", "否决,不合格,次,,,处罚决定,双审,否,清零=年;停兑=2年,"),
        line("带头项", "加分,5,户,,月,无,免审,是,前百分比奖励=10%,"),
        line("出工项", "加分,2,次,4,月,签到,免审,是,按人=是;上限分=9;类上限次=8/月;类上限分=20/季度,"),
    ]
    .join("\n");
    let parsed = parsed(&text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let whole = Hundredths::whole;
    let terms: Vec<&Terms> = parsed.rows.iter().map(|row| &row.rule.terms).collect();
    let step = |units, points| Step { units: whole(units), points: whole(points) };
    let ladder = Shape::Ladder { steps: vec![step(4, 1), step(10, 2), step(300, 50)], window: Window::Year };
    assert_eq!((&terms[0].shape, terms[0].late_days, terms[0].cap), (&ladder, Some(30), None));
    let band = |from, to: Option<i64>, per| Band {
        from: whole(from),
        to: to.map(whole),
        points: Hundredths::ONE,
        per: whole(per),
    };
    let bands = Shape::Bands { bands: vec![band(100, Some(1000), 100), band(1001, None, 1000)] };
    let year = |points| Some(PointsCap { points: whole(points), window: Window::Year });
    assert_eq!((&terms[1].shape, terms[1].points_cap), (&bands, year(30)));
    let degree = |name: &str, points| Degree { name: name.to_owned(), points: whole(points) };
    assert_eq!(terms[2].shape, Shape::Degrees { degrees: vec![degree("村", 3), degree("县", 20)] });
    let years = |degree: &str, years| DegreeYears { degree: degree.to_owned(), years };
    let validity = Validity { years: None, by_degree: vec![years("村", 1), years("县", 3)] };
    assert_eq!((&terms[2].validity, terms[2].highest_of.as_deref()), (&Some(validity), Some("表彰")));
    assert_eq!(terms[3].shape, Shape::DegreesOff { degrees: vec![degree("轻", 3), degree("重", 10)] });
    assert_eq!((terms[3].warn_first, terms[3].repeat_doubles), (Some(WarnFirst::Days(3)), Some(Window::Quarter)));
    assert_eq!(terms[4].shape, Shape::Base { points: whole(100), window: Window::Year });
    let veto = Veto { lowers_to: Some("不合格".to_owned()), zeroes: Some(Window::Year), blocks_years: Some(2) };
    assert_eq!(terms[5].shape, Shape::Veto(veto));
    assert_eq!(terms[6].shape, Shape::TopShare { percent: 10, points: whole(5), window: Window::Month });
    let month = |points| Some(PointsCap { points: whole(points), window: Window::Month });
    assert_eq!((terms[7].per_person, terms[7].points_cap), (true, month(9)));
    assert_eq!(terms[7].category_cap, Some(Cap { units: whole(8), window: Window::Month }));
    let quarter = Some(PointsCap { points: whole(20), window: Window::Quarter });
    assert_eq!(terms[7].category_points_cap, quarter);
}

#[test]
fn shapes_and_options_that_cannot_be_meant_are_refused_and_not_mangled() {
    for (rest, column, code) in [
        ("阶梯,4:1 10:2,小时,,,无,免审,是,,", "C", "window_missing"),
        ("阶梯,10:2 4:1,小时,,年,无,免审,是,,", "D", "steps_not_rising"),
        ("阶梯,4:1 10:1,小时,,年,无,免审,是,,", "D", "steps_not_rising"),
        ("阶梯,4小时1分,小时,,年,无,免审,是,,", "D", "points_unreadable"),
        ("阶梯,0:1,小时,,年,无,免审,是,,", "D", "steps_not_rising"),
        ("分段,100-1000:1,元,,,无,免审,是,,", "D", "points_unreadable"),
        ("分段,100-1000:1/0,元,,,无,免审,是,,", "D", "bands_not_adjoining"),
        ("分段,100-1000:1/100 900-:1/1000,元,,,无,免审,是,,", "D", "bands_not_adjoining"),
        ("分段,100-1000:1/100 2000-:1/1000,元,,,无,免审,是,,", "D", "bands_not_adjoining"),
        ("分段,100-:1/100 1001-:1/1000,元,,,无,免审,是,,", "D", "bands_not_adjoining"),
        ("分级,村:3 村:5,次,,,无,免审,是,,", "D", "degrees_unfair"),
        ("分级,村:3 特别特别特别特别特严重:5,次,,,无,免审,是,,", "D", "degrees_unfair"),
        ("分级,村:3 县:20,次,,,无,免审,是,有效期=镇:1年,", "K", "validity_of_no_degree"),
        ("分级,村:3 县:20,次,,,无,免审,是,有效期=村:1年 村:2年,", "K", "validity_of_no_degree"),
        ("分级,村:3 县:20,次,,,无,免审,是,有效期=1年 2年,", "K", "option_invalid"),
        ("分级,村,次,,,无,免审,是,,", "D", "points_unreadable"),
        ("基础,100,户,,,无,免审,否,,", "C", "window_missing"),
        ("基础,100,户,,年,无,免审,是,,", "J", "base_redeemable"),
        ("否决,无,次,,,无,免审,否,,", "D", "veto_without_effect"),
        ("加分,5,户,,,无,免审,是,前百分比奖励=10,", "C", "window_missing"),
        ("加分,5,次,,,无,免审,是,前百分比奖励=0,", "K", "option_invalid"),
        ("扣分,5,次,,,无,评议,是,前百分比奖励=10,", "K", "option_misplaced"),
        ("加分,5,次,,,无,免审,是,清零=年,", "K", "option_misplaced"),
        ("加分,5,次,,,无,免审,是,有效期=村:1年,", "K", "option_misplaced"),
        ("加分,5,次,,,无,免审,是,有效期=三年,", "K", "option_invalid"),
        ("加分,5,次,,,无,免审,是,只取最高=救灾 抢险,", "K", "option_invalid"),
        ("否决,不 合格！且很长很长很长很长,次,,,无,免审,否,,", "D", "veto_out_of_range"),
        ("加分,5,次,,,无,免审,是,上限分=20,", "K", "points_cap_without_window"),
        ("加分,5,次,,,无,免审,是,上限分=20/旬,", "K", "option_invalid"),
        ("加分,5,次,,,无,免审,是,类上限分=20,", "K", "option_invalid"),
        ("加分,5,次,,,无,免审,是,再犯加倍=两次,", "K", "option_invalid"),
        ("加分,5,次,,,无,免审,是,补录期限=7,", "K", "option_invalid"),
        ("加分,5,次,,,无,免审,是,按人=4,", "K", "option_invalid"),
    ] {
        refused(&format!("公益,巡河,{rest}"), column, code);
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
        ("0", "points_out_of_range"),
        ("-5", "points_out_of_range"),
        ("10000.01", "points_out_of_range"),
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
        ("公益,巡河,加分,5,次,,,无|照片,免审,是,,", "H", "proof_contradicts"),
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
fn lists_may_stand_on_lines_of_their_own_and_large_amounts_are_no_card_numbers() {
    let text = "公益,捐款,分段,\"100-1000:1/100\n1000.01-100000：1／1000、100001-1000000:1/10000\",元,,,票据,评议,是,,";
    let parsed = parsed(&format!("{HEADER}\n{text}"));
    assert_eq!(parsed.problems, []);
    let Shape::Bands { bands } = &parsed.rows[0].rule.terms.shape else { panic!() };
    assert_eq!((bands.len(), bands[2].from), (3, Hundredths::whole(100_001)));
    assert_eq!(said("公益,捐款,分段,431022196708172836:1/1,元,,,票据,评议,是,,").len(), 1);
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
