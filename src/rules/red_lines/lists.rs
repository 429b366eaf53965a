//! The lists as the files beside this one keep them, parsed once.
//!
//! `lines.csv`: what may not be ruled, why, and by which source. `words.csv`: the words that show it.
//! `groups.csv`: words that several rows share, called there by `@name`, also inside a phrase. `traditional.csv`: the other
//! spelling of their characters. In every cell `|` stands between alternatives; `~` inside a phrase
//! stands for up to `within` letters.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A red line: one thing that no rule may do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// Stable, English.
    pub code: String,
    /// For the village: what is wrong with it, and what to write instead.
    pub why: String,
    /// Where it is laid down.
    pub source: String,
}

/// Whom a row of words concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// Every rule.
    Any,
    /// Rules that deduct or veto.
    Taking,
}

/// Groups within groups; more is a circle.
const GROUPS_DEEP_MAX: usize = 3;

/// Words in their order, as indices into [`Lists::words`]; between them up to `within` letters.
pub type Phrase = Vec<usize>;

/// Words that show that a line is crossed.
#[derive(Debug)]
pub struct Row {
    /// Index into [`Lists::lines`].
    pub line: usize,
    /// Whom it concerns.
    pub applies: Applies,
    /// One of these …
    pub words: Vec<Phrase>,
    /// … with one of these beside it, before or after; alone when there are none …
    pub near: Vec<Phrase>,
    /// … at most so many letters away …
    pub within: usize,
    /// … unless one of these covers part of it: then it means something else.
    pub unless: Vec<Phrase>,
}

/// Everything the reader looks for.
#[derive(Debug, Default)]
pub struct Lists {
    /// What may not be ruled.
    pub lines: Vec<Line>,
    /// What shows it.
    pub rows: Vec<Row>,
    /// Every word of every phrase.
    pub words: Vec<Vec<char>>,
    /// The words that begin with a character.
    pub by_first: HashMap<char, Vec<usize>>,
    /// The simplified form of traditional characters.
    pub simple: HashMap<char, char>,
}

#[derive(Deserialize)]
struct RowIn {
    line: String,
    applies: Applies,
    words: String,
    near: String,
    within: usize,
    unless: String,
}

#[derive(Deserialize)]
struct GroupIn {
    name: String,
    words: String,
}

#[derive(Deserialize)]
struct SpellingIn {
    traditional: char,
    simple: char,
}

// A file that cannot be read is found by a test, never by a request: without lists nothing is found.
static LISTS: LazyLock<Lists> = LazyLock::new(|| read().unwrap_or_default());

/// The lists of this build.
pub fn lists() -> &'static Lists {
    &LISTS
}

/// Reads the files that were built in.
///
/// # Errors
/// The sentence says what is wrong with which file.
pub fn read() -> Result<Lists, String> {
    let [lines, words, groups, spelling] = [
        include_str!("lines.csv"),
        include_str!("words.csv"),
        include_str!("groups.csv"),
        include_str!("traditional.csv"),
    ];
    parse(lines, words, groups, spelling)
}

/// Reads lists from their four texts.
///
/// # Errors
/// The sentence says what is wrong with which file.
pub fn parse(lines: &str, words: &str, groups: &str, spelling: &str) -> Result<Lists, String> {
    let mut lists = Lists { lines: table("lines", lines)?, ..Lists::default() };
    lists.simple =
        table("traditional", spelling)?.into_iter().map(|one: SpellingIn| (one.traditional, one.simple)).collect();
    let groups: HashMap<String, String> =
        table("groups", groups)?.into_iter().map(|one: GroupIn| (one.name, one.words)).collect();
    let mut known = HashMap::new();
    for (index, row) in table::<RowIn>("words", words)?.into_iter().enumerate() {
        let wrong = |what: &str| format!("words.csv, row {}: {what}", index + 2);
        let line = lists.lines.iter().position(|line| line.code == row.line).ok_or_else(|| wrong("no such line"))?;
        let mut phrases = |cell: &str| phrases(&mut lists, &mut known, &groups, cell).map_err(|error| wrong(&error));
        let (words, near, unless) = (phrases(&row.words)?, phrases(&row.near)?, phrases(&row.unless)?);
        if words.is_empty() || (!near.is_empty() && row.within == 0) {
            return Err(wrong("no words, or a neighbour at no distance"));
        }
        lists.rows.push(Row { line, applies: row.applies, words, near, within: row.within, unless });
    }
    Ok(lists)
}

fn table<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, String> {
    let rows: Result<Vec<T>, _> = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect();
    rows.map_err(|error| format!("{name}.csv: {error}"))
}

fn phrases(
    lists: &mut Lists,
    known: &mut HashMap<String, usize>,
    groups: &HashMap<String, String>,
    cell: &str,
) -> Result<Vec<Phrase>, String> {
    let mut found = Vec::new();
    for item in spelled_out(cell, groups, GROUPS_DEEP_MAX)? {
        let mut begun: Vec<Phrase> = vec![Vec::new()];
        for place in item.split('~') {
            let mut longer = Vec::new();
            for word in spelled_out(place, groups, GROUPS_DEEP_MAX)? {
                let word = number(lists, known, word)?;
                longer.extend(begun.iter().map(|phrase| phrase.iter().copied().chain([word]).collect::<Phrase>()));
            }
            begun = longer;
        }
        if begun.is_empty() {
            return Err(format!("{item:?} has an empty place"));
        }
        found.extend(begun);
    }
    Ok(found)
}

/// The alternatives of a cell, with each `@group` replaced by its own.
fn spelled_out<'a>(cell: &'a str, groups: &'a HashMap<String, String>, deep: usize) -> Result<Vec<&'a str>, String> {
    let mut found = Vec::new();
    for item in cell.split('|').filter(|_| !cell.is_empty()) {
        let group = item.strip_prefix('@').filter(|group| !group.contains('~'));
        match group {
            Some(_) if deep == 0 => return Err(format!("{item} contains itself")),
            Some(name) => {
                let words = groups.get(name).ok_or_else(|| format!("no group {name}"))?;
                found.extend(spelled_out(words, groups, deep - 1)?);
            }
            None => found.push(item),
        }
    }
    Ok(found)
}

/// A word must be spelled as texts are after folding, or it would never be found.
fn number(lists: &mut Lists, known: &mut HashMap<String, usize>, word: &str) -> Result<usize, String> {
    if let Some(index) = known.get(word) {
        return Ok(*index);
    }
    let signs: Vec<char> = super::folding::fold(word, &lists.simple).iter().map(|letter| letter.sign).collect();
    let Some(first) = signs.first().copied().filter(|_| signs.iter().copied().eq(word.chars())) else {
        return Err(format!("{word:?} is not plain"));
    };
    let index = lists.words.len();
    lists.by_first.entry(first).or_default().push(index);
    lists.words.push(signs);
    known.insert(word.to_owned(), index);
    Ok(index)
}
