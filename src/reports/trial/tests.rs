use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::AreaId;
use crate::rules::terms::{Band, Cap, Degree, PointsCap, Shape, Step, Terms, Window};

const SET: RuleSetId = RuleSetId(Uuid::nil());

fn whole(units: i64) -> Hundredths {
    Hundredths::whole(units)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rule(number: u128, category: &str, name: &str, terms: Terms) -> Rule {
    let position = i32::try_from(number).unwrap();
    Rule { id: RuleId(Uuid::from_u128(number)), position, category: category.into(), name: name.into(), terms }
}

fn adds(points: i64) -> Terms {
    Terms { shape: Shape::Addition { points: whole(points) }, ..Terms::default() }
}

fn fact(household: u128, rule: u128, on: &str, points: i64) -> Fact {
    Fact {
        household_id: HouseholdId(Uuid::from_u128(household)),
        rule_set_id: SET,
        rule_id: RuleId(Uuid::from_u128(rule)),
        quantity: Hundredths::ONE,
        degree: None,
        people: None,
        occurred_on: day(on),
        points: whole(points),
    }
}

fn folded(from: &str, judged: &[Rule], table: &[Rule], facts: &[Fact]) -> Outcome {
    let name = |rule: &Rule| ((SET, rule.id), (rule.category.clone(), rule.name.clone()));
    let judged_by = judged.iter().map(name).collect();
    let sizes = HashMap::from([(HouseholdId(Uuid::from_u128(1)), 4)]);
    fold(&Question { from: day(from), table, judged_by: &judged_by, sizes: &sizes }, facts, |_| ())
}

fn of(outcome: &Outcome, household: u128) -> (Hundredths, Hundredths) {
    let points = outcome.households[&HouseholdId(Uuid::from_u128(household))];
    (points.before, points.after)
}

#[test]
fn a_trial_begins_with_whole_months_and_its_counters_with_the_week_of_the_year() {
    for (today, months, expected) in [
        ("2026-11-23", 1, ("2025-12-29", "2026-10-01")),
        ("2026-11-23", 12, ("2024-12-30", "2025-11-01")),
        ("2026-03-31", 1, ("2025-12-29", "2026-02-01")),
        ("2026-01-01", 12, ("2024-12-30", "2025-01-01")),
    ] {
        let stretch = Stretch::of(day(today), months);
        let found = (stretch.counters_from.to_string(), stretch.from.to_string());
        assert_eq!((found.0.as_str(), found.1.as_str()), expected, "{today} {months}");
        assert_eq!(stretch.until, day(today));
        for window in Window::ALL {
            let before = stretch.counters_from.pred_opt().unwrap();
            assert_ne!(window.of(before), window.of(stretch.from), "{window:?}");
        }
    }
}

#[test]
fn earlier_facts_of_the_year_fill_caps_and_give_nothing() {
    let cap = Some(Cap { units: whole(2), window: Window::Year });
    let table = [rule(1, "公益", "清扫", Terms { cap, ..adds(5) })];
    let facts = [
        fact(1, 1, "2026-02-01", 5),
        fact(1, 1, "2026-10-03", 5),
        fact(1, 1, "2026-10-04", 5),
        fact(1, 1, "2027-01-01", 5),
    ];
    let outcome = folded("2026-10-01", &table, &table, &facts);
    assert_eq!((outcome.facts, of(&outcome, 1)), (3, (whole(15), whole(10))));
    assert_eq!(folded("2026-02-01", &table, &table, &facts).facts, 4);
}

#[test]
fn a_rule_of_another_identity_is_known_by_its_category_and_name_and_the_rest_counts_nothing() {
    let judged = [rule(1, "公益", "清扫", adds(5)), rule(2, "公益", "调解", adds(3)), rule(3, "公益", "守夜", adds(9))];
    let base = Terms { shape: Shape::Base { points: whole(100), window: Window::Year }, ..Terms::default() };
    let table = [
        rule(7, "公益", "清扫", adds(2)),
        rule(2, "支持村务", "化解纠纷", adds(4)),
        rule(8, "其他", "守夜", adds(9)),
        rule(9, "其他", "年初", base),
    ];
    let facts = [
        fact(1, 1, "2026-10-03", 5),
        fact(1, 2, "2026-10-03", 3),
        fact(2, 3, "2026-10-03", 9),
        fact(2, 3, "2026-10-04", 9),
    ];
    let outcome = folded("2026-10-01", &judged, &table, &facts);
    assert_eq!((of(&outcome, 1), of(&outcome, 2)), ((whole(8), whole(6)), (whole(18), whole(0))));
    let categories: Vec<_> =
        outcome.categories.iter().map(|(name, points)| (name.as_str(), points.before, points.after)).collect();
    assert_eq!(categories, [("公益", whole(26), whole(2)), ("支持村务", whole(0), whole(4))]);
    let uncounted: Vec<_> =
        outcome.uncounted.iter().map(|one| (one.name.as_str(), one.why, one.facts, one.points_before)).collect();
    assert_eq!(uncounted, [("守夜", Why::NotInTable, 2, whole(18))]);
    assert_eq!(outcome.without_facts, [2], "a base is never recorded");
}

#[test]
fn a_fact_that_the_new_shape_cannot_judge_counts_nothing_and_people_come_from_the_household() {
    let judged = [rule(1, "公益", "表彰", adds(5)), rule(2, "公益", "出工", adds(2)), rule(3, "评比", "整洁", adds(1))];
    let degrees = Shape::Degrees { degrees: vec![Degree { name: "县".into(), points: whole(20) }] };
    let table = [
        rule(1, "公益", "表彰", Terms { shape: degrees, ..Terms::default() }),
        rule(2, "公益", "出工", Terms { per_person: true, ..adds(2) }),
        rule(3, "评比", "整洁", adds(1)),
    ];
    let mut spotless = fact(1, 3, "2026-10-03", 10);
    spotless.quantity = Hundredths::ZERO;
    let mut came = fact(1, 2, "2026-10-04", 2);
    came.people = Some(3);
    let facts = [fact(1, 1, "2026-10-03", 5), fact(1, 2, "2026-10-03", 2), came, fact(2, 2, "2026-10-03", 2), spotless];
    let outcome = folded("2026-10-01", &judged, &table, &facts);
    assert_eq!((of(&outcome, 1), of(&outcome, 2)), ((whole(19), whole(14)), (whole(2), whole(2))));
    let why: Vec<_> = outcome.uncounted.iter().map(|one| (one.name.as_str(), one.why)).collect();
    assert_eq!(why, [("整洁", Why::NotJudged), ("表彰", Why::NotJudged)]);
}

#[test]
fn who_moves_furthest_stands_first_and_ties_share_a_rank() {
    let participant = |number: u128| Participant {
        id: HouseholdId(Uuid::from_u128(number)),
        code: format!("LJP{number:04}"),
        name: "陈建桂".into(),
        grid_id: AreaId(Uuid::nil()),
    };
    let points = [(1, 9, 1), (2, 8, 8), (3, 7, 7), (4, 7, 7), (9, 100, 0)];
    let points = points.map(|(number, before, after)| {
        (HouseholdId(Uuid::from_u128(number)), Points { before: whole(before), after: whole(after) })
    });
    let moved = places((1..=5).map(participant).collect(), &HashMap::from(points));
    let ranks: Vec<_> =
        moved.iter().map(|one| (one.household.code.as_str(), one.rank_before, one.rank_after)).collect();
    assert_eq!(ranks, [("LJP0001", 1, 4), ("LJP0002", 2, 1), ("LJP0003", 3, 2), ("LJP0004", 3, 2), ("LJP0005", 5, 5)]);
}

#[test]
fn the_progress_is_told_on_the_way_and_ends_at_all() {
    let table = [rule(1, "公益", "清扫", adds(5))];
    let facts = vec![fact(1, 1, "2026-10-03", 5); 2_500];
    let told = std::cell::RefCell::new(Vec::new());
    let (judged_by, sizes) = (HashMap::new(), HashMap::new());
    let question = Question { from: day("2026-10-01"), table: &table, judged_by: &judged_by, sizes: &sizes };
    fold(&question, &facts, |done| told.borrow_mut().push(done));
    assert_eq!(told.into_inner(), [0, 1_000, 2_000, 2_500]);
}

/// A table with every kind of condition.
fn hard_table() -> Vec<Rule> {
    let step = |units, points| Step { units: whole(units), points: whole(points) };
    let degree = |name: &str, points| Degree { name: name.into(), points: whole(points) };
    let points_cap = |points, window| Some(PointsCap { points: whole(points), window });
    let category = |terms: Terms| Terms {
        category_cap: Some(Cap { units: whole(12), window: Window::Week }),
        category_points_cap: points_cap(30, Window::Quarter),
        ..terms
    };
    let shaped = |shape| Terms { shape, ..Terms::default() };
    vec![
        rule(
            1,
            "公益",
            "清扫",
            category(Terms { cap: Some(Cap { units: whole(4), window: Window::Month }), ..adds(5) }),
        ),
        rule(2, "公益", "志愿", category(Terms { points_cap: points_cap(9, Window::Week), ..adds(2) })),
        rule(3, "巡查", "巡河", shaped(Shape::Ladder { steps: vec![step(4, 1), step(10, 3)], window: Window::Year })),
        rule(
            4,
            "巡查",
            "捐款",
            shaped(Shape::Bands { bands: vec![Band { from: whole(1), to: None, points: whole(1), per: whole(2) }] }),
        ),
        rule(5, "表彰", "表彰", shaped(Shape::Degrees { degrees: vec![degree("村", 3), degree("县", 20)] })),
        rule(6, "救灾", "救火", Terms { highest_of: Some("救灾".into()), ..adds(10) }),
        rule(7, "救灾", "送水", Terms { highest_of: Some("救灾".into()), per_person: true, ..adds(4) }),
        rule(
            8,
            "违规",
            "再犯",
            Terms {
                shape: Shape::Deduction { points: whole(1) },
                repeat_doubles: Some(Window::Year),
                ..Terms::default()
            },
        ),
        rule(
            9,
            "评比",
            "整洁",
            Terms {
                shape: Shape::Inspection { full_marks: whole(10), points_per_spot: whole(4) },
                cap: Some(Cap { units: whole(1), window: Window::Month }),
                ..Terms::default()
            },
        ),
    ]
}

/// As the book does it: the counters stand in one ledger by household, identity and window.
fn post(table: &[Rule], drawn: &[(u128, usize, i64, u64, u32)]) -> Vec<Fact> {
    let mut book: HashMap<(HouseholdId, Uuid, String), i64> = HashMap::new();
    let mut facts = Vec::new();
    for (household, place, quantity, after, people) in drawn {
        let rule = &table[place % table.len()];
        let household_id = HouseholdId(Uuid::from_u128(*household));
        let occurred_on = day("2025-12-29").checked_add_days(Days::new(*after)).unwrap();
        let degree = rule.terms.shape.degrees().get(place % 2).map(|degree| degree.name.clone());
        let quantity = Hundredths(if rule.terms.shape.inspects() { quantity % 300 } else { quantity + 1 });
        let people = rule.terms.per_person.then_some(*people);
        let deed = Deed { quantity, degree: degree.as_deref(), people: people.unwrap_or(1), occurred_on };
        let counters = Counters::of(rule.id, &rule.category, &rule.terms, occurred_on);
        let key = |counter: &Counter| (household_id, counter.id, counter.window.clone());
        let worth =
            rule.terms.worth(&deed, &counters, |counter| Hundredths(book.get(&key(counter)).copied().unwrap_or(0)));
        for (counter, by) in counters.moved_by(worth.units, worth.points) {
            *book.entry(key(counter)).or_default() += by.0;
        }
        facts.push(Fact {
            household_id,
            rule_set_id: SET,
            rule_id: rule.id,
            quantity,
            degree,
            people,
            occurred_on,
            points: worth.points,
        });
    }
    facts
}

proptest! {
    /// Mutation: forget a counter in the fold, or skip the facts before the first counted day.
    #[test]
    fn the_table_that_judged_gives_back_exactly_what_was_posted(
        drawn in prop::collection::vec((1_u128..5, 0_usize..9, 0_i64..700, 0_u64..330, 1_u32..6), 0..200),
        from in 0_u64..330,
    ) {
        let table = hard_table();
        let facts = post(&table, &drawn);
        let from = day("2025-12-29").checked_add_days(Days::new(from)).unwrap();
        let outcome = folded(&from.to_string(), &table, &table, &facts);
        prop_assert_eq!(outcome.points.before, outcome.points.after);
        prop_assert!(outcome.households.values().chain(outcome.categories.values()).all(|points| points.before == points.after));
        prop_assert!(outcome.uncounted.is_empty());
        let counted = facts.iter().filter(|fact| fact.occurred_on >= from);
        prop_assert_eq!(outcome.points.after.0, counted.map(|fact| fact.points.0).sum::<i64>());
    }
}
