//! The terms a household is found by, and the text that is looked for among them.
//!
//! Every term is stored, and a search is the range of terms that begin with the text: any part of a
//! name is found because every suffix of it is a term. What stands here must agree with what is
//! stored; whoever changes it rewrites `household_terms` in a migration.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;
use unicode_normalization::UnicodeNormalization as _;

use super::entity::Model;
use crate::error::{Error, Result};

/// Longest text to look for, in characters: the longest name or code.
const SOUGHT_CHARS_MAX: usize = 20;
/// Readings of one name that are kept; a name of three characters rarely has more than four.
const READINGS_MAX: usize = 8;
/// Sorts behind every character.
const LAST: char = char::MAX;

/// The text of a search, folded as terms are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought(String);

impl Sought {
    /// Folds what was typed; a blank text looks for nothing.
    ///
    /// # Errors
    /// A field problem when it is longer than any term can usefully be.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let mut folded = fold(text);
        // A door is kept as its number.
        if let Some(number) = folded.strip_suffix('号').filter(|number| number.ends_with(|c: char| c.is_ascii_digit()))
        {
            folded.truncate(number.len());
        }
        if folded.chars().count() > SOUGHT_CHARS_MAX {
            return Err(Error::field("q", "too_long", format!("查找的内容最多 {SOUGHT_CHARS_MAX} 个字。")));
        }
        Ok((!folded.is_empty()).then_some(Self(folded)))
    }

    /// First of the terms that begin with it.
    pub fn first(&self) -> &str {
        &self.0
    }

    /// Behind the last of them.
    pub fn end(&self) -> String {
        format!("{}{LAST}", self.0)
    }

    /// Whether a term begins with it.
    pub fn matches(&self, term: &str) -> bool {
        term.starts_with(&self.0)
    }

    /// The smallest of a household's terms that begins with it: the one at which it is shown.
    pub fn smallest_match(&self, household: &Model) -> Option<String> {
        terms_of(household).into_iter().find(|term| self.matches(term))
    }
}

/// Everything a household is found by.
pub fn terms_of(household: &Model) -> BTreeSet<String> {
    let code = fold(&household.code);
    let mut terms = BTreeSet::new();
    if let Some(digits) = last_digits(&code) {
        terms.insert(digits.to_owned());
        terms.insert(digits.trim_start_matches('0').to_owned());
    }
    if let Some(digits) = household.door.as_deref().and_then(first_digits) {
        terms.insert(digits.to_owned());
    }
    terms.insert(code);
    for name in [Some(&household.name), household.alias.as_ref()].into_iter().flatten() {
        add_name(&mut terms, &fold(name));
    }
    terms.remove("");
    terms
}

fn add_name(terms: &mut BTreeSet<String>, name: &str) {
    terms.extend(name.char_indices().map(|(at, _)| name[at..].to_owned()));
    let readings: Vec<Vec<String>> = name.chars().map(readings).filter(|readings| !readings.is_empty()).collect();
    let initials: Vec<Vec<String>> =
        readings.iter().map(|all| distinct(all.iter().filter_map(|one| initial(one)))).collect();
    for start in 0..initials.len() {
        terms.extend(spellings(&initials[start..]));
    }
    terms.extend(spellings(&readings));
}

/// How a character is read, without tones; letters and digits read as themselves, the rest not at all.
fn readings(c: char) -> Vec<String> {
    match c.to_pinyin_multi() {
        Some(multi) => distinct(multi.into_iter().flat_map(|reading| {
            let plain = reading.plain();
            // Keyboards have no ü: people type lv, and some lu.
            if plain.contains('ü') {
                vec![plain.replace('ü', "v"), plain.replace('ü', "u")]
            } else {
                vec![plain.to_owned()]
            }
        })),
        None if c.is_ascii_alphanumeric() => vec![c.to_string()],
        None => Vec::new(),
    }
}

fn initial(reading: &str) -> Option<String> {
    reading.chars().next().map(String::from)
}

fn distinct(all: impl IntoIterator<Item = String>) -> Vec<String> {
    all.into_iter().fold(Vec::new(), |mut kept, one| {
        if !kept.contains(&one) {
            kept.push(one);
        }
        kept
    })
}

/// The first [`READINGS_MAX`] ways to spell a name; surnames vary first, so theirs are never lost.
fn spellings(readings: &[Vec<String>]) -> Vec<String> {
    readings.iter().fold(vec![String::new()], |spelt, next| {
        let longer = next.iter().flat_map(|reading| spelt.iter().map(move |front| format!("{front}{reading}")));
        longer.take(READINGS_MAX).collect()
    })
}

/// Full-width forms folded, blanks and signs for machines removed, lower case.
fn fold(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_lowercase).collect()
}

fn first_digits(text: &str) -> Option<&str> {
    let from = text.find(|c: char| c.is_ascii_digit())?;
    let digits = &text[from..];
    digits.split(|c: char| !c.is_ascii_digit()).next()
}

fn last_digits(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit()).rfind(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_terms(name: &str) -> BTreeSet<String> {
        let mut terms = BTreeSet::new();
        add_name(&mut terms, &fold(name));
        terms
    }

    fn holds(terms: &BTreeSet<String>, wanted: &[&str]) {
        for term in wanted {
            assert!(terms.contains(*term), "{term} is not among {terms:?}");
        }
    }

    #[test]
    fn a_name_is_found_by_every_part_its_initials_and_its_pinyin() {
        let terms = name_terms("罗祥满");
        holds(&terms, &["罗祥满", "祥满", "满", "lxm", "xm", "m", "luoxiangman"]);
        assert_eq!(terms.len(), 7);
    }

    #[test]
    fn every_reading_of_a_surname_is_kept() {
        holds(&name_terms("曾国正"), &["cgz", "zgz", "cengguozheng", "zengguozheng"]);
        holds(&name_terms("吕春"), &["lc", "lvchun", "luchun"]);
        holds(&name_terms("单和长重行朝乐"), &["shanhezhangzhongxingchaole", "danhezhangzhongxingchaole"]);
        assert_eq!(spellings(&vec![vec!["a".to_owned(), "b".to_owned()]; 20]).len(), READINGS_MAX);
    }

    #[test]
    fn letters_read_as_themselves_and_signs_are_passed_over() {
        holds(&name_terms("阿·买Ａ"), &["ama", "amaia", "买a", "·买a"]);
    }

    #[test]
    fn what_is_typed_is_folded_as_terms_are() {
        let sought = |text| Sought::parse(text).unwrap().map(|sought| sought.0);
        assert_eq!(sought(" ＬＪＰ 0012 ").as_deref(), Some("ljp0012"));
        assert_eq!(sought("19号").as_deref(), Some("19"));
        assert_eq!(sought("号").as_deref(), Some("号"));
        assert_eq!(sought(" 　"), None);
        assert!(Sought::parse(&"一".repeat(21)).is_err());
        assert_eq!(sought(&"一".repeat(20)).unwrap().chars().count(), 20);
    }

    #[test]
    fn numbers_are_found_with_and_without_their_zeros() {
        assert_eq!(last_digits("ljp0012"), Some("0012"));
        assert_eq!(last_digits("a-1-b"), Some("1"));
        assert_eq!(last_digits("ljp"), None);
        assert_eq!(first_digits("19-2号"), Some("19"));
    }
}
