use std::collections::BTreeSet;

use proptest::prelude::*;

use super::lists::{Lists, parse, read};
use super::*;
use crate::hundredths::Hundredths;
use crate::rules::shape::{Degree, Veto};

const MUST_STOP: &str = include_str!("must_stop.csv");
const MUST_NOT_STOP: &str = include_str!("must_not_stop.csv");
/// Tables that villages keep, as they are imported.
const TABLES: [&str; 3] = [
    include_str!("../../demo/town-template.csv"),
    include_str!("../../../tests/data/town-template.csv"),
    include_str!("../../../tests/data/luoyu.csv"),
];

fn rows(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).collect()
}

fn terms(way: &str) -> Terms {
    let points = Hundredths::whole(5);
    let shape = match way {
        "扣分" => Shape::Deduction { points },
        "否决" => Shape::Veto(Veto { blocks_years: Some(1), ..Veto::default() }),
        "评比" => Shape::Inspection { full_marks: points, points_per_spot: Hundredths::ONE },
        "加分" => Shape::Addition { points },
        other => panic!("{other}"),
    };
    Terms { shape, ..Terms::default() }
}

fn codes(alarms: &[Alarm]) -> BTreeSet<&str> {
    alarms.iter().map(|alarm| alarm.line.code.as_str()).collect()
}

fn lines_of(way: &str, sentence: &str) -> String {
    let found = alarms("村务", sentence, &terms(way));
    codes(&found).into_iter().collect::<Vec<_>>().join("|")
}

#[test]
fn the_lists_can_be_read_and_every_line_has_words_and_an_example() {
    let lists = read().unwrap();
    let examples = rows(MUST_STOP);
    for (index, line) in lists.lines.iter().enumerate() {
        assert!(lists.rows.iter().any(|row| row.line == index), "{} has no words", line.code);
        let is_shown = examples.iter().any(|row| row[2].split('|').any(|code| code == line.code));
        assert!(is_shown, "{} has no example", line.code);
        assert!(line.why.contains("请改成") && line.source.contains('《'), "{}", line.code);
    }
    assert!(examples.len() >= 80 && rows(MUST_NOT_STOP).len() >= 120);
}

#[test]
fn what_must_be_stopped_is_stopped_for_its_reason() {
    let examples = rows(MUST_STOP);
    let missed: Vec<String> = examples
        .iter()
        .filter_map(|row| {
            let found = alarms("村务", &row[1], &terms(&row[0]));
            let right = row[2].split('|').all(|code| codes(&found).contains(code));
            (!right).then(|| format!("{}：{}：{} but {:?}", &row[0], &row[1], &row[2], codes(&found)))
        })
        .collect();
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), examples.len(), missed.join("\n"));
}

#[test]
fn what_must_not_be_stopped_is_let_through() {
    let examples = rows(MUST_NOT_STOP);
    let stopped: Vec<String> = examples
        .iter()
        .filter_map(|row| {
            let found = alarms("村务", &row[1], &Terms { remark: Some(row[1].to_owned()), ..terms(&row[0]) });
            found.first().map(|first| format!("{}：{}：{} {}", &row[0], &row[1], first.line.code, first.words))
        })
        .collect();
    assert!(stopped.is_empty(), "{} of {} stopped:\n{}", stopped.len(), examples.len(), stopped.join("\n"));
}

#[test]
fn the_tables_that_villages_keep_raise_no_alarm() {
    let mut seen = 0;
    for row in TABLES.iter().flat_map(|table| rows(table)) {
        let terms = Terms { unit: row[4].to_owned(), remark: Some(row[11].to_owned()), ..terms(&row[2]) };
        assert_eq!(alarms(&row[0], &row[1], &terms), [], "{}", &row[1]);
        seen += 1;
    }
    assert_eq!(seen, 60);
}

#[test]
fn spacing_widening_marks_and_other_spelling_hide_nothing() {
    for written in [
        "罚款200元",
        "罚 款 200 元",
        "罚.款２００元",
        "罚\u{200b}款",
        "罰款",
        "罚、款",
        "罚。款",
        "罚\n款",
        "罚*款",
        "罚\u{336}款",
        "【罚】【款】",
        "取消，低，保",
        "取。消。低。保",
        "取消低保",
        "取消。低保",
        "取消其低\u{2060}保資格",
        "停發養老金",
        "信 訪",
        "１２３４５热线",
    ] {
        assert_ne!(lines_of("扣分", written), "", "{written:?}");
    }
}

#[test]
fn words_of_different_sentences_do_not_belong_together() {
    for written in [
        "高价彩礼一律取消。帮助低保户",
        "取消大操大办，协助老人办低保",
        "1、取消收费；2、养老服务",
        "一、停办酒席。二、送补贴到户",
    ] {
        assert_eq!(lines_of("加分", written), "", "{written:?}");
    }
}

#[test]
fn an_excuse_holds_only_for_the_words_it_covers() {
    assert_eq!(lines_of("加分", "子女考上大学"), "");
    assert_eq!(lines_of("扣分", "子女考上大学的户取消低保"), "rights");
    assert_eq!(lines_of("扣分", "骗取低保的，取消评优"), "");
    assert_eq!(lines_of("扣分", "骗取低保的，取消低保"), "rights");
    assert_eq!(lines_of("扣分", "被公安机关处罚的"), "");
    assert_eq!(lines_of("扣分", "被公安机关处罚的，村里再罚款500元"), "fines");
}

#[test]
fn the_editor_is_told_the_field_and_the_characters_as_written() {
    let degrees = vec![
        Degree { name: "一般".into(), points: Hundredths::ONE },
        Degree { name: "严重：罚 款".into(), points: Hundredths::ONE },
    ];
    let terms = Terms {
        shape: Shape::DegreesOff { degrees },
        remark: Some("😀不改的，停發養老金。".into()),
        unit: "次上访".into(),
        highest_of: Some("信访".into()),
        ..Terms::default()
    };
    let found = alarms("信访", "非\u{200b}访", &terms);
    let seen: Vec<_> = found.iter().map(|one| (one.field, one.start, one.end, one.words.as_str())).collect();
    assert_eq!(
        seen,
        [
            (Field::Category, 0, 2, "信访"),
            (Field::Name, 0, 3, "非\u{200b}访"),
            (Field::Unit, 1, 3, "上访"),
            (Field::Remark, 5, 10, "停發養老金"),
            (Field::HighestOf, 0, 2, "信访"),
            (Field::Degree(1), 3, 6, "罚 款"),
        ]
    );
    let veto = Veto { lowers_to: Some("黑名单".into()), ..Veto::default() };
    let found = alarms("", "", &Terms { shape: Shape::Veto(veto), ..Terms::default() });
    assert_eq!(found.iter().map(|one| one.field).collect::<Vec<_>>(), [Field::LowersTo]);
}

#[test]
fn a_list_with_a_mistake_is_refused() {
    let (lines, words) = ("code,why,source\nfines,不,《》\n", "line,applies,words,near,within,unless\n");
    let read = |row: &str| parse(lines, &format!("{words}{row}\n"), "name,words\n", "traditional,simple\n罰,罚\n");
    let ok: Result<Lists, String> = read("fines,any,罚款,元,3,");
    assert!(ok.is_ok());
    let shared =
        |groups: &str| parse(lines, &format!("{words}fines,any,@fine~元,,3,\n"), groups, "traditional,simple\n");
    assert_eq!(shared("name,words\nfine,罚|@more\nmore,扣|交\n").unwrap().rows[0].words.len(), 3);
    assert!(shared("name,words\nfine,罚|@fine\n").is_err());
    for wrong in [
        "fine,any,罚款,,0,",
        "fines,all,罚款,,0,",
        "fines,any,,,0,",
        "fines,any,罚款,元,0,",
        "fines,any,@money,,0,",
        "fines,any,罚 款,,0,",
        "fines,any,罰款,,0,",
        "fines,any,罚款||元,,0,",
        "fines,any,罚款,,many,",
        "fines,any,罚款",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_what_is_pointed_at_stands_there(
        name in "(罚|款|取消|低保|信访|上|。|，|\n|\u{200b}|１|元|\\PC){0,40}",
        remark in ".{0,60}",
    ) {
        let terms = Terms { remark: Some(remark.clone()), ..terms("扣分") };
        for alarm in alarms("", &name, &terms) {
            let text = if alarm.field == Field::Name { &name } else { &remark };
            prop_assert!(alarm.start < alarm.end);
            let words: String = text.chars().skip(alarm.start).take(alarm.end - alarm.start).collect();
            prop_assert_eq!(words, alarm.words);
        }
    }
}
