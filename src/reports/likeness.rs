//! How alike two names are: the share of their pairs of neighbouring characters that both have.

use std::collections::BTreeSet;

/// From here two rules are likely about the same thing: half of a short name.
pub const ALIKE_PERCENT: u32 = 40;
/// What standing in the same category adds.
pub const SAME_CATEGORY_PERCENT: u32 = 15;

/// Percent, 0 to 100: twice the common pairs over all pairs. Signs and spaces do not count.
pub fn likeness(one: &str, other: &str) -> u32 {
    let (one, other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    let common = one.intersection(&other).count();
    let percent = (2 * common * 100).checked_div(all).unwrap_or(0);
    u32::try_from(percent).unwrap_or(100)
}

/// [`likeness`] of two names with what their categories add, at most 100; nothing in common stays nothing.
pub fn weighed(one: (&str, &str), other: (&str, &str)) -> u32 {
    let names = likeness(one.1, other.1);
    let added = if names > 0 && one.0 == other.0 { SAME_CATEGORY_PERCENT } else { 0 };
    (names + added).min(100)
}

fn pairs(name: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|two| (two[0], two[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_alike(one: (&str, &str), other: (&str, &str)) -> bool {
        weighed(one, other) >= ALIKE_PERCENT
    }

    #[test]
    fn names_of_the_same_thing_are_alike_also_across_categories() {
        for (one, other) in [
            ("门前屋后整洁", "门前整洁"),
            ("垃圾分类投放", "做好垃圾分类"),
            ("庭院干净、整齐", "庭院干净整齐"),
            ("厨房厕所干净", "厕所干净"),
        ] {
            assert!(is_alike(("庭院评比", one), ("公益活动", other)), "{one} {other} {}", likeness(one, other));
            assert_eq!(likeness(one, other), likeness(other, one));
        }
    }

    #[test]
    fn names_of_different_things_are_not_alike() {
        for (one, other) in [
            ("厨房厕所干净", "按期完成户厕改造"),
            ("门前屋后整洁", "参加村组环境卫生整治"),
            ("保持门前整洁", "保持通讯畅通"),
            ("", ""),
            ("净", "净"),
        ] {
            assert!(!is_alike(("庭院评比", one), ("庭院评比", other)), "{one} {other}");
        }
    }

    #[test]
    fn the_same_category_tips_the_scales() {
        assert_eq!(likeness("庭院卫生", "庭院打扫"), 33);
        assert!(is_alike(("庭院", "庭院卫生"), ("庭院", "庭院打扫")));
        assert!(!is_alike(("庭院", "庭院卫生"), ("公益", "庭院打扫")));
    }
}
