use uuid::Uuid;

use super::*;
use crate::rules::terms::{Shape, Terms, Window};

fn rule(number: u128, category: &str, name: &str, shape: Shape) -> Rule {
    let position = i32::try_from(number).unwrap();
    let terms = Terms { shape, unit: "人次".into(), ..Terms::default() };
    Rule { id: RuleId(Uuid::from_u128(number)), position, category: category.into(), name: name.into(), terms }
}

fn addition() -> Shape {
    Shape::Addition { points: Hundredths::ONE }
}

fn usage(rule: u128, points: i64) -> Usage {
    Usage { rule_id: RuleId(Uuid::from_u128(rule)), facts: 1, points: Hundredths::whole(points), cut: Cut::default() }
}

fn examined(table: &[Rule], usage: &[Usage]) -> TableHealth {
    let stretch = Stretch::of("2026-11-23".parse().unwrap(), MONTHS);
    // The last of them was only just written.
    let judged = table.iter().filter(|rule| rule.name != "新写的").map(|rule| rule.id).collect();
    let seen = Seen { usage: usage.to_vec(), judged };
    examine(RuleSetId(Uuid::nil()), Some(AreaId(Uuid::nil())), &stretch, table, Some(&seen))
}

#[test]
fn the_core_is_the_fewest_rules_that_carry_four_fifths() {
    let table: Vec<_> = (1..=4).map(|number| rule(number, "公益", &format!("事{number}"), addition())).collect();
    let core = |usage: &[Usage]| {
        let core = examined(&table, usage).core;
        core.into_iter().map(|one| (one.rule.name, one.percent)).collect::<Vec<_>>()
    };
    let named =
        |names: &[(&str, i64)]| names.iter().map(|(name, percent)| ((*name).to_owned(), *percent)).collect::<Vec<_>>();
    let even = [usage(1, 10), usage(2, 50), usage(3, 30), usage(4, 10)];
    assert_eq!(core(&even), named(&[("事2", 50), ("事3", 30)]));
    assert_eq!(core(&[usage(1, 79), usage(2, 21)]), named(&[("事1", 79), ("事2", 21)]));
    assert_eq!(core(&[usage(1, 0)]), named(&[]));
    assert_eq!(core(&[usage(9, 100)]), named(&[]), "a rule that is no longer in the table");
}

#[test]
fn what_nobody_used_what_counts_twice_and_what_is_too_long_is_said() {
    let inspection = Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::ONE };
    let base = Shape::Base { points: Hundredths::whole(100), window: Window::Year };
    let mut table = vec![
        rule(1, "庭院评比", "门前屋后整洁", inspection),
        rule(2, "公益活动", "门前整洁", addition()),
        rule(3, "公益活动", "参加志愿服务", addition()),
        rule(4, "公益活动", "年初基础分", base),
        rule(50, "公益活动", "新写的", addition()),
    ];
    let health = examined(&table, &[usage(1, 10), usage(3, 5)]);
    assert_eq!(health.unused.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["门前整洁"]);
    assert_eq!(health.overlaps.len(), 1);
    assert_eq!((health.overlaps[0].percent, health.too_many), (50, false));
    assert_eq!(health.sentences[0], "有 1 项近一年没人用过：「门前整洁」，可以考虑删去。");
    table.extend((5..=30).map(|number| rule(number, "其他", &format!("甲{number}"), addition())));
    let long = examined(&table, &[usage(1, 10)]);
    assert_eq!((long.too_many, long.unused.len()), (true, 28));
    assert_eq!(long.sentences[0], "细则有 31 项，超过 30 项就不好记，建议精简。");
    assert!(long.sentences[1].ends_with("「甲7」等，可以考虑删去。"), "{}", long.sentences[1]);
}

#[test]
fn a_table_without_anything_to_mend_or_without_use_says_so() {
    let table = [rule(1, "公益", "参加清扫", addition())];
    assert_eq!(examined(&table, &[usage(1, 5)]).sentences, ["没有发现要改的地方。"]);
    assert_eq!(examined(&table, &[]).sentences, ["近一年还没有按这份细则记过分，先用一段时间再看。"]);
}
