use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::rules::terms::{Band, Cap, Degree, POINTS_MAX, PointsCap, QUANTITY_MAX, Shape, Step, Veto};

mod order;

const RULE: RuleId = RuleId(Uuid::from_u128(7));

/// A household's counters, as the book keeps them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Had(HashMap<Counter, Hundredths>);

impl Had {
    /// Judges a deed and counts it.
    fn post(&mut self, terms: &Terms, deed: &Deed<'_>) -> Worth {
        self.post_as(RULE, terms, deed)
    }

    fn post_as(&mut self, rule: RuleId, terms: &Terms, deed: &Deed<'_>) -> Worth {
        let counters = Counters::of(rule, "公益", terms, deed.occurred_on);
        let worth = terms.worth(deed, &counters, |counter| self.0.get(counter).copied().unwrap_or_default());
        self.count(&counters, worth, 1);
        worth
    }

    fn count(&mut self, counters: &Counters, worth: Worth, sign: i64) {
        for (counter, by) in counters.moved_by(worth.units, worth.points) {
            self.0.entry(counter.clone()).or_default().0 += sign * by.0;
        }
        self.0.retain(|_, had| had.0 != 0);
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn deed(quantity: i64) -> Deed<'static> {
    Deed { quantity: Hundredths(quantity), degree: None, people: 4, occurred_on: day("2026-11-03") }
}

fn of(shape: Shape) -> Terms {
    Terms { shape, ..Terms::default() }
}

const ADD_FIVE: Shape = Shape::Addition { points: Hundredths(500) };
const OFF_TWO: Shape = Shape::Deduction { points: Hundredths(200) };
const TEN_LESS_TWO: Shape = Shape::Inspection { full_marks: Hundredths(1000), points_per_spot: Hundredths(200) };

fn capped(shape: Shape, units: i64) -> Terms {
    Terms { cap: Some(Cap { units: Hundredths(units), window: Window::Month }), ..of(shape) }
}

fn ladder() -> Terms {
    let step = |units, points| Step { units: Hundredths::whole(units), points: Hundredths::whole(points) };
    of(Shape::Ladder { steps: vec![step(4, 1), step(10, 2), step(300, 50)], window: Window::Year })
}

fn bands() -> Terms {
    let band = |from, to: Option<i64>, per| Band {
        from: Hundredths::whole(from),
        to: to.map(Hundredths::whole),
        points: Hundredths::ONE,
        per: Hundredths::whole(per),
    };
    of(Shape::Bands { bands: vec![band(100, Some(1000), 100), band(1001, None, 1000)] })
}

fn degrees() -> Vec<Degree> {
    [("村", 3), ("县", 20)].map(|(name, points)| Degree { name: name.into(), points: Hundredths::whole(points) }).into()
}

/// Judges deeds of one household one after the other: quantity, degree, day -> points, clipped.
#[track_caller]
fn judged(terms: &Terms, deeds: &[(i64, Option<&str>, &str)]) -> Vec<(i64, i64)> {
    let mut had = Had::default();
    let judge = |(quantity, degree, on): &(i64, Option<&str>, &str)| {
        let deed = Deed { quantity: Hundredths(*quantity), degree: *degree, people: 4, occurred_on: day(on) };
        let worth = had.post(terms, &deed);
        (worth.points.0, worth.clipped.0)
    };
    deeds.iter().map(judge).collect()
}

#[test]
fn additions_deductions_and_inspections_within_their_caps() {
    // quantity, used before -> points, clipped, units (all hundredths)
    let examples = [
        (of(ADD_FIVE), 100, 0, 500, 0, 100),
        (of(ADD_FIVE), 50, 0, 250, 0, 50),
        (of(ADD_FIVE), 1, 0, 5, 0, 1),
        (capped(ADD_FIVE, 400), 300, 200, 1000, 500, 200),
        (capped(ADD_FIVE, 400), 100, 400, 0, 500, 0),
        (capped(ADD_FIVE, 400), 100, 900, 0, 500, 0),
        (of(Shape::Addition { points: Hundredths(33) }), 50, 0, 16, 0, 50),
        (of(OFF_TWO), 300, 0, -600, 0, 300),
        (capped(OFF_TWO, 100), 300, 0, -200, 400, 100),
        (capped(TEN_LESS_TWO, 100), 0, 0, 1000, 0, 100),
        (capped(TEN_LESS_TWO, 100), 200, 0, 600, 0, 100),
        (capped(TEN_LESS_TWO, 100), 900, 0, 0, 0, 100),
        (capped(TEN_LESS_TWO, 100), 0, 100, 0, 1000, 0),
        (of(TEN_LESS_TWO), 200, 0, 600, 0, 100),
    ];
    for (terms, quantity, used, points, clipped, units) in examples {
        let counters = Counters::of(RULE, "公益", &terms, day("2026-11-03"));
        let worth = terms.worth(&deed(quantity), &counters, |_| Hundredths(used));
        let [points, clipped, units] = [points, clipped, units].map(Hundredths);
        assert_eq!(worth, Worth { points, clipped, units, doubled: false }, "{terms:?} {quantity} after {used}");
    }
}

#[test]
fn a_ladder_gives_the_highest_step_that_all_units_of_the_window_reach() {
    let deeds = [(300, None, "2026-01-02"), (100, None, "2026-05-02"), (500, None, "2026-06-02")];
    assert_eq!(judged(&ladder(), &deeds), [(0, 0), (100, 0), (0, 0)]);
    assert_eq!(judged(&ladder(), &[(1000, None, "2026-01-02"), (29_000, None, "2026-02-02")]), [(200, 0), (4800, 0)]);
    // A new year begins anew.
    assert_eq!(judged(&ladder(), &[(400, None, "2026-12-31"), (400, None, "2027-01-01")]), [(100, 0), (100, 0)]);
    let narrow = Terms { cap: Some(Cap { units: Hundredths::whole(9), window: Window::Year }), ..ladder() };
    assert_eq!(judged(&narrow, &[(1000, None, "2026-01-02")]), [(100, 100)]);
}

#[test]
fn an_amount_earns_band_by_band() {
    for (amount, points) in
        [(99, 0), (100, 1), (199, 1), (1000, 10), (1001, 10), (1999, 10), (2000, 11), (5500, 14), (1_000_000, 1009)]
    {
        assert_eq!(judged(&bands(), &[(amount * 100, None, "2026-11-03")]), [(points * 100, 0)], "{amount}");
    }
    let capped =
        Terms { points_cap: Some(PointsCap { points: Hundredths::whole(12), window: Window::Year }), ..bands() };
    let deeds = [(100_000, None, "2026-02-03"), (100_000, None, "2026-11-03"), (100_000, None, "2027-01-03")];
    assert_eq!(judged(&capped, &deeds), [(1000, 0), (200, 800), (1000, 0)]);
}

#[test]
fn degrees_are_worth_what_stands_beside_them() {
    let honour = of(Shape::Degrees { degrees: degrees() });
    let deeds = [(100, Some("村"), "2026-11-03"), (100, Some("县"), "2026-11-03"), (200, Some("县"), "2026-11-03")];
    assert_eq!(judged(&honour, &deeds), [(300, 0), (2000, 0), (4000, 0)]);
    assert_eq!(judged(&honour, &[(100, Some("省"), "2026-11-03"), (100, None, "2026-11-03")]), [(0, 0), (0, 0)]);
    let offence = of(Shape::DegreesOff { degrees: degrees() });
    assert_eq!(judged(&offence, &[(100, Some("县"), "2026-11-03")]), [(-2000, 0)]);
}

#[test]
fn caps_in_points_and_of_the_whole_category() {
    let cap = |points| Some(PointsCap { points: Hundredths::whole(points), window: Window::Month });
    let terms = Terms { points_cap: cap(8), category_points_cap: cap(11), ..of(ADD_FIVE) };
    let deeds = [(100, None, "2026-11-03"), (100, None, "2026-11-04"), (100, None, "2026-11-05")];
    assert_eq!(judged(&terms, &deeds), [(500, 0), (300, 200), (0, 500)]);
    // Another item of the category finds what this one left.
    let other = Terms { category_points_cap: cap(11), ..of(ADD_FIVE) };
    let mut had = Had::default();
    had.post(&terms, &deed(200));
    let counters = Counters::of(RuleId(Uuid::from_u128(8)), "公益", &other, day("2026-11-09"));
    let worth = other.worth(&deed(100), &counters, |counter| had.0.get(counter).copied().unwrap_or_default());
    assert_eq!((worth.points.0, worth.clipped.0), (300, 200));
    let units = Some(Cap { units: Hundredths::whole(2), window: Window::Month });
    let terms = Terms { category_cap: units, ..of(OFF_TWO) };
    assert_eq!(judged(&terms, &[(300, None, "2026-11-03"), (100, None, "2026-11-04")]), [(-400, 200), (0, 200)]);
}

#[test]
fn a_repeat_inside_the_window_doubles_and_a_reversed_one_does_not_count() {
    let terms = Terms { repeat_doubles: Some(Window::Quarter), ..of(OFF_TWO) };
    let deeds = [(100, None, "2026-11-03"), (100, None, "2026-12-03"), (100, None, "2027-01-03")];
    assert_eq!(judged(&terms, &deeds), [(-200, 0), (-400, 0), (-200, 0)]);
    let mut had = Had::default();
    let first = had.post(&terms, &deed(100));
    let counters = Counters::of(RULE, "公益", &terms, deed(100).occurred_on);
    had.count(&counters, first, -1);
    assert!(!had.post(&terms, &deed(100)).doubled);
    assert!(had.post(&terms, &deed(100)).doubled);
}

#[test]
fn of_several_items_of_one_day_only_the_highest_counts_in_any_order() {
    let item = |points| Terms {
        highest_of: Some("救灾".into()),
        ..of(Shape::Addition { points: Hundredths::whole(points) })
    };
    for order in [[3, 10, 5], [10, 5, 3], [5, 3, 10]] {
        let mut had = Had::default();
        let sum: i64 = order.iter().map(|points| had.post(&item(*points), &deed(100)).points.0).sum();
        assert_eq!(sum, 1000, "{order:?}");
    }
    let deeds = [(100, None, "2026-11-03"), (100, None, "2026-11-04")];
    assert_eq!(judged(&item(5), &deeds), [(500, 0), (500, 0)], "another day is another event");
}

#[test]
fn per_person_multiplies_and_what_never_comes_from_a_deed_is_worth_nothing() {
    let terms = Terms { per_person: true, ..of(ADD_FIVE) };
    assert_eq!(judged(&terms, &[(100, None, "2026-11-03")]), [(2000, 0)]);
    let veto = Veto { zeroes: Some(Window::Year), ..Veto::default() };
    for shape in [
        Shape::Base { points: Hundredths::whole(100), window: Window::Year },
        Shape::TopShare { percent: 10, points: Hundredths::whole(5), window: Window::Month },
        Shape::Veto(veto),
    ] {
        assert_eq!(judged(&of(shape), &[(100, None, "2026-11-03")]), [(0, 0)]);
    }
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let points = 1..=POINTS_MAX.0;
    prop_oneof![
        points.clone().prop_map(|points| Shape::Addition { points: Hundredths(points) }),
        points.clone().prop_map(|points| Shape::Deduction { points: Hundredths(points) }),
        (points.clone(), points.clone()).prop_map(|(full, spot)| Shape::Inspection {
            full_marks: Hundredths(full),
            points_per_spot: Hundredths(spot)
        }),
        Just(ladder().shape),
        Just(bands().shape),
        Just(Shape::Degrees { degrees: degrees() }),
        Just(Shape::DegreesOff { degrees: degrees() }),
        Just(Shape::Veto(Veto::default())),
    ]
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let units =
        prop::option::of((1i64..=3_000).prop_map(|units| Cap { units: Hundredths(units), window: Window::Month }));
    let points = || {
        prop::option::of(
            (1i64..=50_000).prop_map(|points| PointsCap { points: Hundredths(points), window: Window::Year }),
        )
    };
    let modifiers = (any::<bool>(), any::<bool>(), any::<bool>());
    (any_shape(), units.clone(), points(), units, points(), modifiers).prop_map(
        |(shape, cap, points_cap, category_cap, category_points_cap, (doubles, highest, per_person))| Terms {
            shape,
            cap,
            points_cap,
            category_cap,
            category_points_cap,
            repeat_doubles: doubles.then_some(Window::Month),
            highest_of: highest.then(|| "一次".to_owned()),
            per_person,
            ..Terms::default()
        },
    )
}

fn any_deeds() -> impl Strategy<Value = Vec<(i64, u32, u8)>> {
    prop::collection::vec((1..=QUANTITY_MAX.0, 1u32..=99, 1u8..=28), 1..12)
}

fn drawn((quantity, people, on): (i64, u32, u8)) -> Deed<'static> {
    let occurred_on = NaiveDate::from_ymd_opt(2026, 11, u32::from(on)).unwrap();
    Deed { quantity: Hundredths(quantity), degree: Some("县"), people, occurred_on }
}

proptest! {
    /// Mutation: leave one cap out of `Terms::worth`.
    #[test]
    fn no_cap_is_ever_exceeded_and_nothing_is_paid_twice(terms in any_terms(), deeds in any_deeds()) {
        let mut had = Had::default();
        let (mut units, mut points) = (0, 0);
        for deed in deeds.into_iter().map(drawn) {
            let worth = had.post(&terms, &deed);
            units += worth.units.0;
            points += worth.points.0.abs();
            prop_assert!(worth.clipped.0 >= 0 && worth.units.0 >= 0);
            prop_assert!(worth.points.0 == 0 || (worth.points.0 < 0) == terms.shape.deducts());
        }
        for cap in [terms.cap, terms.category_cap].into_iter().flatten() {
            prop_assert!(units <= cap.units.0);
        }
        for cap in [terms.points_cap, terms.category_points_cap].into_iter().flatten() {
            prop_assert!(points <= cap.points.0);
        }
    }

    /// Mutation: forget a counter in `Counters::moved_by`.
    #[test]
    fn a_reversal_restores_exactly_what_was_there(terms in any_terms(), deeds in any_deeds()) {
        let mut had = Had::default();
        for deed in deeds.into_iter().map(drawn) {
            let before = had.clone();
            let worth = had.post(&terms, &deed);
            let mut after = had.clone();
            after.count(&Counters::of(RULE, "公益", &terms, deed.occurred_on), worth, -1);
            prop_assert_eq!(&after, &before);
            prop_assert_eq!(after.post(&terms, &deed), worth);
        }
    }

    /// Mutation: leave a cap out of the warnings.
    #[test]
    fn no_class_of_a_grade_table_is_out_of_reach_without_a_warning(
        steps in prop::collection::btree_map(1i64..=400, 1i64..=60, 1..5),
        graded in any::<bool>(),
        cap in prop::option::of(1i64..=400),
        points_cap in prop::option::of(1i64..=60),
        category_cap in prop::option::of(1i64..=400),
    ) {
        let whole = Hundredths::whole;
        let mut sum = 0;
        let rising = steps.iter().map(|(units, more)| {
            sum += more;
            Step { units: whole(*units), points: whole(sum) }
        });
        let steps: Vec<Step> = rising.collect();
        let degrees = steps.iter().map(|step| Degree { name: step.units.to_string(), points: step.points }).collect();
        let shape = if graded { Shape::Degrees { degrees } } else { Shape::Ladder { steps: steps.clone(), window: Window::Year } };
        let cap_of = |units: Option<i64>| units.map(|units| Cap { units: whole(units), window: Window::Year });
        let terms = Terms {
            cap: cap_of(cap),
            category_cap: cap_of(category_cap),
            points_cap: points_cap.map(|points| PointsCap { points: whole(points), window: Window::Year }),
            ..of(shape)
        };
        let missed = steps.iter().any(|step| {
            let name = step.units.to_string();
            let quantity = if graded { 100 } else { step.units.0 };
            Had::default().post(&terms, &Deed { degree: Some(&name), ..deed(quantity) }).points < step.points
        });
        let rule = crate::rules::Rule { id: RULE, position: 1, category: "公益".into(), name: "工时".into(), terms };
        prop_assert!(!missed || !crate::rules::reach::warnings(&[rule], &crate::rules::decisions::Decisions::default()).is_empty());
    }

    /// Mutation: compare a band's beginning with the cap, and not what it can still bring.
    #[test]
    fn no_band_is_out_of_reach_without_a_warning_and_none_is_warned_of_in_vain(
        parts in prop::collection::vec((50i64..=400, 1i64..=60, 20i64..=300), 1..5),
        open in any::<bool>(),
        cap in prop::option::of(1i64..=1_500),
        points_cap in prop::option::of(1i64..=200),
    ) {
        let whole = Hundredths::whole;
        let (mut from, last) = (100, parts.len() - 1);
        let band = |(at, (wide, points, per)): (usize, &(i64, i64, i64))| {
            let (begins, to) = (from, from + wide);
            from = to + 1;
            Band { from: whole(begins), to: (at < last || !open).then_some(whole(to)), points: whole(*points), per: whole(*per) }
        };
        let bands: Vec<Band> = parts.iter().enumerate().map(band).collect();
        let terms = Terms {
            cap: cap.map(|units| Cap { units: whole(units), window: Window::Year }),
            points_cap: points_cap.map(|points| PointsCap { points: whole(points), window: Window::Year }),
            ..of(Shape::Bands { bands: bands.clone() })
        };
        let given = |amount: Hundredths| Had::default().post(&terms, &deed(amount.0)).points;
        let rule = crate::rules::Rule { id: RULE, position: 1, category: "公益".into(), name: "捐款".into(), terms: terms.clone() };
        let warned = crate::rules::reach::warnings(&[rule], &crate::rules::decisions::Decisions::default());
        let mut floor = Hundredths::ZERO;
        for band in &bands {
            let top = band.to.unwrap_or(Hundredths(band.from.0 + band.per.0));
            let missed = given(top) <= given(floor);
            let said = warned.iter().any(|one| one.contains(&format!("」{} 起的一段", band.from)));
            prop_assert_eq!(missed, said, "{:?} {:?}", band, warned);
            floor = top;
        }
    }
}
