//! What is written reads back: every table of sound rules, in both kinds of file.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{RulesSheet, SheetFormat};
use crate::card_numbers;
use crate::hundredths::Hundredths;
use crate::rules::soundness;
use crate::rules::terms::{
    Band, Cap, Degree, DegreeYears, NewRule, PointsCap, Proof, Review, Shape, Step, Terms, Validity, Veto, WarnFirst,
    Window,
};
use crate::spreadsheets::rules_table::{PROOFS, rules_table};
use crate::spreadsheets::sheet;

const BOTH: [SheetFormat; 2] = [SheetFormat::Xlsx, SheetFormat::Csv];
const TABLES: [&str; 3] = [
    include_str!("../../../tests/data/luoyu.csv"),
    include_str!("../../../tests/data/town-template.csv"),
    include_str!("../../../tests/data/harder-table.csv"),
];

fn sheet_of(rules: &[NewRule]) -> RulesSheet {
    RulesSheet {
        title: "满塘村积分细则（第 2 版）".into(), created_at: 1_795_399_200_000, rules: rules.to_vec()
    }
}

/// Brings a file in that must have no problem.
fn brought_in(bytes: &[u8]) -> Vec<NewRule> {
    let parsed = rules_table(&sheet::read(bytes, "细则").unwrap());
    assert_eq!((&parsed.problems, &parsed.dropped_columns), (&vec![], &vec![]));
    assert_eq!(parsed.rows_total as usize, parsed.rows.len());
    parsed.rows.into_iter().map(|row| row.rule).collect()
}

#[track_caller]
fn reads_back(rules: &[NewRule]) {
    for format in BOTH {
        let bytes = sheet_of(rules).write(format).unwrap();
        assert_eq!(brought_in(&bytes), rules, "{format:?}");
    }
}

fn rule(name: &str, terms: Terms) -> NewRule {
    NewRule { category: "公益活动".into(), name: name.into(), terms }
}

#[test]
fn the_tables_at_hand_go_out_and_come_in_as_they_were() {
    for text in TABLES {
        let rules = brought_in(text.as_bytes());
        assert!(rules.len() >= 16);
        reads_back(&rules);
    }
    reads_back(&[]);
}

/// Mutation: leave `guarded` out of either writer, or `unguarded` out of the reader.
#[test]
fn words_that_look_like_something_else_stay_words() {
    let words = [
        "=HYPERLINK(\"http://example.invalid\")",
        "+1",
        "-5 分",
        "@村",
        "＝1+1",
        "'引号",
        "''",
        "'",
        "合计",
        "累计：",
        "事项",
        "事项（一）",
        "说明",
        "a,b;c\td",
        "他说\"好\"",
        "_x0041_",
        "<b>&amp;",
        "TRUE",
        "2026-11-23",
        "1e3",
    ];
    let rules = words.map(|word| {
        let word = word.replace('\t', " ");
        let remark = Some(format!("{word}\n  第二行\n\n{word}"));
        rule(&word, Terms { remark, unit: word.chars().take(8).collect::<String>().trim().into(), ..Terms::default() })
    });
    reads_back(&rules);
    let shape = |name: &str| Shape::Degrees { degrees: vec![Degree { name: name.into(), points: Hundredths(50) }] };
    let degrees = ["=1", "-级", "@", "（县）", "１级", "'", "合计", "1"];
    reads_back(&degrees.map(|name| rule(name, Terms { shape: shape(name), ..Terms::default() })));
    let veto = |grade: &str| Shape::Veto(Veto { lowers_to: Some(grade.into()), ..Veto::default() });
    reads_back(
        &["不合格", "=", "合计", "'无"].map(|grade| rule(grade, Terms { shape: veto(grade), ..Terms::default() })),
    );
}

/// Mutation: guard no words in csv.
#[test]
fn no_cell_begins_as_a_formula() {
    let terms = |word: &str| Terms { remark: Some(word.into()), ..Terms::default() };
    let rules = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"].map(|word| rule(word, terms(word)));
    let csv = String::from_utf8(sheet_of(&rules).write(SheetFormat::Csv).unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains(",'=1+1,") && csv.ends_with("\r\n"), "{csv}");
    let cells = csv.lines().flat_map(|line| line.split(','));
    assert!(!cells.into_iter().any(|cell| cell.starts_with(super::FORMULA_SIGNS)), "{csv}");
    let xlsx = sheet_of(&rules).write(SheetFormat::Xlsx).unwrap();
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(&xlsx)).unwrap();
    let part = std::io::read_to_string(package.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!part.contains("<f>") && part.contains("ySplit=\"1\"") && part.contains("state=\"frozen\""), "{part}");
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    let rules = brought_in(TABLES[0].as_bytes());
    for format in BOTH {
        assert_eq!(sheet_of(&rules).write(format).unwrap(), sheet_of(&rules).write(format).unwrap());
    }
}

#[test]
fn the_largest_lists_fit_into_their_cell() {
    let whole = Hundredths::whole;
    let steps = (1..=20).map(|n| Step { units: Hundredths(999_000 + n), points: Hundredths(998_000 + n) }).collect();
    let bands = (1..=20).map(|n| Band {
        from: Hundredths(99_000_001 + 20 * n),
        to: Some(Hundredths(99_000_019 + 20 * n)),
        points: Hundredths(999_999),
        per: Hundredths(99_999_999),
    });
    let name = |n: usize| format!("特别特别特别特别{n:02}");
    let degrees: Vec<_> = (1..=20).map(|n| Degree { name: name(n), points: Hundredths(999_999) }).collect();
    let by_degree = (1..=20).map(|n| DegreeYears { degree: name(n), years: 50 }).collect();
    let validity = Some(Validity { years: Some(50), by_degree });
    let cap = Some(PointsCap { points: whole(10_000), window: Window::Quarter });
    reads_back(&[
        rule("阶梯", Terms { shape: Shape::Ladder { steps, window: Window::Year }, ..Terms::default() }),
        rule("分段", Terms { shape: Shape::Bands { bands: bands.collect() }, ..Terms::default() }),
        rule("分级", Terms { shape: Shape::Degrees { degrees }, validity, points_cap: cap, ..Terms::default() }),
    ]);
}

fn number(most: i64) -> impl Strategy<Value = Hundredths> {
    prop_oneof![(1..=most).prop_map(Hundredths::whole), (1..=most * 100).prop_map(Hundredths)]
}

fn window() -> impl Strategy<Value = Window> {
    select(Window::ALL.to_vec())
}

/// Words as an editor keeps them: without blanks around them, of bounded length, no card's number.
fn words(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let kept = |text: &String| !text.is_empty() && !card_numbers::stand_in(text);
    proptest::string::string_regex(pattern).unwrap().prop_map(|text| text.trim().to_owned()).prop_filter("kept", kept)
}

fn word() -> impl Strategy<Value = String> {
    words("[村县镇一二三（）()a-zA-Z0-9１=+'@/|.＝·-]{1,8}")
}

fn degrees() -> impl Strategy<Value = Vec<Degree>> {
    vec((word(), number(10_000)), 1..=20).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered.map(|(at, (name, points))| Degree { name: format!("{name}{at}"), points }).collect()
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let steps = vec((1_i64..50_000, 1_i64..50_000), 1..=20).prop_map(|rises| {
        let mut at = (0, 0);
        let step = |(units, points)| {
            at = (at.0 + units, at.1 + points);
            Step { units: Hundredths(at.0), points: Hundredths(at.1) }
        };
        rises.into_iter().map(step).collect::<Vec<_>>()
    });
    let bands = (vec((1_i64..4_000_000, 1_i64..=100, number(10_000), number(1_000_000)), 1..=20), any::<bool>());
    let bands = bands.prop_map(|(parts, open)| {
        let (mut from, last) = (100, parts.len() - 1);
        let band = |(at, (wide, gap, points, per))| {
            let (begins, to) = (from, from + wide);
            from = to + gap;
            Band { from: Hundredths(begins), to: (at < last || !open).then_some(Hundredths(to)), points, per }
        };
        parts.into_iter().enumerate().map(band).collect::<Vec<_>>()
    });
    let veto = (of(word()), of(window()), of(1_u8..=50));
    prop_oneof![
        number(10_000).prop_map(|points| Shape::Addition { points }),
        number(10_000).prop_map(|points| Shape::Deduction { points }),
        (number(5_000), number(5_000))
            .prop_map(|(one, other)| Shape::Inspection { full_marks: one.max(other), points_per_spot: one.min(other) }),
        (steps, window()).prop_map(|(steps, window)| Shape::Ladder { steps, window }),
        bands.prop_map(|bands| Shape::Bands { bands }),
        degrees().prop_map(|degrees| Shape::Degrees { degrees }),
        degrees().prop_map(|degrees| Shape::DegreesOff { degrees }),
        (number(10_000), window()).prop_map(|(points, window)| Shape::Base { points, window }),
        (1_u8..=100, number(10_000), window()).prop_map(|(percent, points, window)| Shape::TopShare {
            percent,
            points,
            window
        }),
        veto.prop_map(|(lowers_to, zeroes, blocks_years)| Shape::Veto(Veto { lowers_to, zeroes, blocks_years })),
    ]
    .prop_filter("sound", |shape| shape.unsound().is_none())
}

fn terms() -> impl Strategy<Value = Terms> {
    let units = || of((number(10_000), window()).prop_map(|(units, window)| Cap { units, window }));
    let points = || of((number(10_000), window()).prop_map(|(points, window)| PointsCap { points, window }));
    let every: Vec<Proof> = PROOFS.iter().map(|(_, proof)| *proof).filter(|proof| *proof != Proof::None).collect();
    let proofs = subsequence(every.clone(), 0..=every.len()).prop_shuffle();
    let proofs = proofs.prop_map(|some| if some.is_empty() { vec![Proof::None] } else { some });
    let review = select(vec![Review::None, Review::Assembly, Review::Double]);
    let warn = prop_oneof![Just(WarnFirst::OnTheSpot), (1_u16..=365).prop_map(WarnFirst::Days)];
    let remark = of(words("[ 一-龥a-z=+'\"“，,;；\n-]{1,120}"));
    let unit = words("[次人小时处元班=+'%-]{1,8}");
    let caps = (units(), points(), units(), points());
    let counted = (of(window()), of(word()), of(1_u8..=50), vec(1_u8..=50, 0..20), any::<[bool; 3]>());
    (shape(), unit, proofs, review, caps, counted, (of(warn), of(1_u16..=365), remark)).prop_map(
        |(shape, unit, proofs, review, caps, (repeat_doubles, highest_of, years, some, flags), rest)| {
            let by_degree = shape.degrees().iter().zip(some);
            let by_degree = by_degree.map(|(one, years)| DegreeYears { degree: one.name.clone(), years }).collect();
            let validity = Some(Validity { years, by_degree }).filter(|validity| validity.is_sound(shape.degrees()));
            let taken = matches!(shape, Shape::Deduction { .. } | Shape::DegreesOff { .. });
            let veto = matches!(shape, Shape::Veto(_));
            let open = shape.is_recorded() && !veto;
            Terms {
                unit,
                cap: caps.0.filter(|_| open).map(|cap| Cap { window: shape.window().unwrap_or(cap.window), ..cap }),
                proofs,
                review,
                redeemable: flags[0] && !matches!(shape, Shape::Base { .. }),
                warn_first: rest.0.filter(|_| taken),
                indoor_may_be_skipped: flags[1] && shape.inspects(),
                points_cap: caps.1.filter(|_| open),
                category_cap: caps.2.filter(|_| open),
                category_points_cap: caps.3.filter(|_| open),
                repeat_doubles: repeat_doubles.filter(|_| open),
                highest_of: highest_of.filter(|_| open),
                validity: validity.filter(|_| !veto),
                per_person: flags[2] && !veto,
                late_days: rest.1.filter(|_| open || veto),
                remark: rest.2,
                shape,
            }
        },
    )
}

fn table() -> impl Strategy<Value = Vec<NewRule>> {
    let words = || words("[ 一-龥a-z0-9=+'@，,;；（）()\"事项合计-]{1,16}");
    let rules = vec((words(), words(), terms()), 0..8).prop_map(|rules| {
        let numbered = rules.into_iter().enumerate();
        let rule = |(at, (category, name, terms))| NewRule { category, name: format!("{name}{at}"), terms };
        numbered.map(rule).collect::<Vec<_>>()
    });
    rules.prop_filter("settled", |rules| {
        let mut settled = rules.clone();
        let flaws = soundness::settle(&mut settled.iter_mut().collect::<Vec<_>>());
        flaws.is_empty() && settled == *rules
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Mutation: write the window of a cap on points as that of the row; drop any option from `wording`.
    #[test]
    fn any_table_of_sound_rules_reads_back_as_it_was(rules in table()) {
        reads_back(&rules);
    }
}
