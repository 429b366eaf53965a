//! A rule by what a clerk writes for it.

use crate::spreadsheets::heading::cleaned;
use crate::spreadsheets::text::{compact, folded, unguarded};

/// Fewest characters that are taken for the beginning of a name: one alone is a slip.
const BEGINNING_CHARS_MIN: usize = 2;

/// A rule that the village has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRule {
    /// Its heading in the table.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Zero of it is something.
    pub inspects: bool,
}

/// What was found under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The one that is meant, by its place.
    One(usize),
    /// More than one could be.
    Several,
    /// None.
    None,
}

/// The rule that a text names: by its name, or `类别/名字` where two have one name; else by a beginning
/// that only one name has. Blanks, full-width forms and what stands in brackets do not count.
pub fn find<'r>(rules: impl IntoIterator<Item = &'r KnownRule>, written: &str) -> Found {
    let rules: Vec<&KnownRule> = rules.into_iter().collect();
    let written = unguarded(written.trim());
    let (whole, short) = (plain(written), cleaned(written));
    if whole.is_empty() {
        return Found::None;
    }
    let exact = only(&rules, |rule| plain(&rule.name) == whole);
    if exact != Found::None {
        let path = || only(&rules, |rule| plain(&format!("{}/{}", rule.category, rule.name)) == whole);
        return if exact == Found::Several { first_of(path(), exact) } else { exact };
    }
    let path = only(&rules, |rule| plain(&format!("{}/{}", rule.category, rule.name)) == whole);
    if path != Found::None || short.is_empty() {
        return path;
    }
    let bare = only(&rules, |rule| cleaned(&rule.name) == short);
    if bare != Found::None || short.chars().count() < BEGINNING_CHARS_MIN {
        return bare;
    }
    only(&rules, |rule| plain(&rule.name).starts_with(&short))
}

fn first_of(one: Found, otherwise: Found) -> Found {
    if one == Found::None { otherwise } else { one }
}

fn only(rules: &[&KnownRule], fits: impl Fn(&KnownRule) -> bool) -> Found {
    let mut fitting = rules.iter().enumerate().filter(|(_, rule)| fits(rule)).map(|(at, _)| at);
    match (fitting.next(), fitting.next()) {
        (None, _) => Found::None,
        (Some(at), None) => Found::One(at),
        (Some(_), Some(_)) => Found::Several,
    }
}

fn plain(text: &str) -> String {
    compact(&folded(text))
}

#[cfg(test)]
mod tests {
    use super::{Found, KnownRule, find};

    #[test]
    fn a_rule_is_found_by_its_name_or_by_a_beginning_that_no_other_has() {
        let rule = |category: &str, name: &str| KnownRule {
            category: category.to_owned(),
            name: name.to_owned(),
            inspects: false,
        };
        let rules = [
            rule("公益", "参加清扫"),
            rule("公益", "参加清扫水渠"),
            rule("公益", "志愿服务(小时)"),
            rule("和睦", "帮邻居"),
            rule("公益", "帮邻居"),
        ];
        for (written, found) in [
            ("参加清扫", Found::One(0)),
            (" 参加\n清扫（人次） ", Found::One(0)),
            ("参加清扫水", Found::One(1)),
            ("参加", Found::Several),
            ("志愿", Found::One(2)),
            ("志愿服务", Found::One(2)),
            ("志", Found::None),
            ("帮邻居", Found::Several),
            ("和睦/帮邻居", Found::One(3)),
            ("合计", Found::None),
            ("", Found::None),
        ] {
            assert_eq!(find(&rules, written), found, "{written}");
        }
    }
}
