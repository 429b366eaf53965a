//! What does not depend on the order in which deeds are posted.

use super::*;

proptest! {
    /// Promised by additions and deductions of whole points, by ladders, and within a day by items of which
    /// only the highest counts (below); not by inspections, bands and degrees under a cap in units, by
    /// doubling, nor by parts of a point, which every deed rounds for itself.
    #[test]
    fn the_order_within_a_window_does_not_change_the_sum(
        shape in prop_oneof![
            (1i64..=100).prop_map(|points| Shape::Addition { points: Hundredths::whole(points) }),
            (1i64..=100).prop_map(|points| Shape::Deduction { points: Hundredths::whole(points) }),
            Just(ladder().shape),
        ],
        cap in prop::option::of(1i64..=5_000),
        points_cap in prop::option::of(1i64..=50_000),
        mut quantities in prop::collection::vec(1i64..=3_000, 1..12),
    ) {
        let terms = Terms {
            cap: cap.map(|units| Cap { units: Hundredths(units), window: Window::Year }),
            points_cap: points_cap.map(|points| PointsCap { points: Hundredths(points), window: Window::Year }),
            ..of(shape)
        };
        let sum = |quantities: &[i64]| {
            let mut had = Had::default();
            let sum: i64 = quantities.iter().map(|quantity| had.post(&terms, &deed(*quantity)).points.0).sum();
            (sum, had)
        };
        let before = sum(&quantities);
        quantities.reverse();
        prop_assert_eq!(sum(&quantities), before);
    }

    /// Mutation: take the best of the group away before the item's own cap cuts.
    #[test]
    fn of_two_items_of_one_event_a_household_has_what_the_better_one_is_worth(
        worth in prop::array::uniform2(1i64..=100),
        caps in prop::array::uniform2(prop::option::of(1i64..=100)),
    ) {
        let terms = [0, 1].map(|at: usize| Terms {
            highest_of: Some("救灾".into()),
            points_cap: caps[at].map(|points| PointsCap { points: Hundredths::whole(points), window: Window::Year }),
            ..of(Shape::Addition { points: Hundredths::whole(worth[at]) })
        });
        let best = [0, 1].map(|at: usize| caps[at].map_or(worth[at], |cap| cap.min(worth[at]))).into_iter().max();
        for order in [[0, 1], [1, 0]] {
            let mut had = Had::default();
            let ids = [1, 2].map(|id| RuleId(Uuid::from_u128(id)));
            let sum: i64 = order.map(|at: usize| had.post_as(ids[at], &terms[at], &deed(100)).points.0).iter().sum();
            prop_assert_eq!(Some(Hundredths(sum)), best.map(Hundredths::whole));
        }
    }
}
