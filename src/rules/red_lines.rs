//! 红线: the words of a rule that no village may rule, found as it is written, with the reason.
//!
//! No rule may take away a right or a benefit or make it depend on points, punish relatives, judge petitions,
//! complaints or speech, or fine. Honouring is allowed: a child admitted to university, a son enlisted.
//! What is looked for stands in data files (see [`lists`]), each with examples that must be stopped and
//! examples that must not.
//!
//! Invariants: pure, total and linear in the text; offsets are characters of the field as it was written;
//! a word is found however it is spaced, widened, dotted or spelled in traditional characters.
//!
//! It reads words, not intentions. It cannot see homophones, pinyin, pictures, a sense that is spread over
//! several fields or rules, or what is done outside the table; and a harmless sentence may use the same
//! words. So an alarm names its words and its reason, and the town can clear a false one.

mod folding;
pub mod lists;
#[cfg(test)]
mod tests;

use super::terms::{Shape, Terms};
use folding::{Letter, fold, reaches};
pub use lists::Line;
use lists::{Applies, Lists, Phrase, Row};

/// A part of a rule that a person writes freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// 类别
    Category,
    /// 事项
    Name,
    /// 说明
    Remark,
    /// 单位
    Unit,
    /// The name of a degree, by its place from 0.
    Degree(usize),
    /// 只取最高
    HighestOf,
    /// The grade that a veto lowers to.
    LowersTo,
}

/// Words that cross a red line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Which line, and why.
    pub line: &'static Line,
    /// Where.
    pub field: Field,
    /// The first character, from 0, counted in the field as written.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// What stands there.
    pub words: String,
}

/// The letters `from..to` of a folded text.
type Span = (usize, usize);

/// Everything in a rule that crosses a red line, field by field, line by line; alarms of one line that overlap
/// are one.
pub fn alarms(category: &str, name: &str, terms: &Terms) -> Vec<Alarm> {
    let taking = terms.shape.takes();
    let fields = fields(category, name, terms);
    fields.into_iter().flat_map(|(field, text)| in_field(field, text, taking)).collect()
}

/// What crosses a line in a heading over rules that also take.
pub fn in_text(text: &str) -> Vec<Alarm> {
    in_field(Field::Name, text, true)
}

fn in_field(field: Field, text: &str, taking: bool) -> Vec<Alarm> {
    let lists = lists::lists();
    let written: Vec<char> = text.chars().collect();
    let letters = fold(text, &lists.simple);
    let found = crossings(lists, &letters, taking).into_iter().map(|(line, (from, to))| {
        let (start, end) = (letters[from].at, letters[to - 1].at + 1);
        let words = written[start..end].iter().collect();
        Alarm { line: &lists.lines[line], field, start, end, words }
    });
    found.collect()
}

fn fields<'a>(category: &'a str, name: &'a str, terms: &'a Terms) -> Vec<(Field, &'a str)> {
    let mut fields = vec![(Field::Category, category), (Field::Name, name), (Field::Unit, &terms.unit)];
    fields.extend(terms.remark.as_deref().map(|remark| (Field::Remark, remark)));
    fields.extend(terms.highest_of.as_deref().map(|group| (Field::HighestOf, group)));
    let degrees = terms.shape.degrees().iter().enumerate();
    fields.extend(degrees.map(|(index, degree)| (Field::Degree(index), degree.name.as_str())));
    if let Shape::Veto(veto) = &terms.shape {
        fields.extend(veto.lowers_to.as_deref().map(|grade| (Field::LowersTo, grade)));
    }
    fields
}

/// The lines crossed in a folded text, and by which letters.
fn crossings(lists: &Lists, letters: &[Letter], taking: bool) -> Vec<(usize, Span)> {
    let places = places(lists, letters);
    let reader = Reader { lists, letters, places };
    let mut hits: Vec<(usize, Span)> = Vec::new();
    for row in lists.rows.iter().filter(|row| taking || row.applies == Applies::Any) {
        hits.extend(reader.hits(row).into_iter().map(|span| (row.line, span)));
    }
    hits.sort_unstable();
    hits.dedup_by(|next, kept| {
        let joins = next.0 == kept.0 && next.1.0 < kept.1.1;
        if joins {
            kept.1.1 = kept.1.1.max(next.1.1);
        }
        joins
    });
    hits
}

/// Where each word of the lists begins.
fn places(lists: &Lists, letters: &[Letter]) -> Vec<Vec<usize>> {
    let mut places = vec![Vec::new(); lists.words.len()];
    for (at, letter) in letters.iter().enumerate() {
        for word in lists.by_first.get(&letter.sign).into_iter().flatten() {
            let signs = &lists.words[*word];
            let stands = letters.len() - at >= signs.len()
                && letters[at..].iter().zip(signs).all(|(letter, sign)| letter.sign == *sign);
            if stands {
                places[*word].push(at);
            }
        }
    }
    places
}

struct Reader<'a> {
    lists: &'a Lists,
    letters: &'a [Letter],
    places: Vec<Vec<usize>>,
}

impl Reader<'_> {
    fn hits(&self, row: &Row) -> Vec<Span> {
        let words = self.sightings(&row.words, row.within);
        if words.is_empty() {
            return Vec::new();
        }
        let mut excused = vec![false; self.letters.len()];
        for (from, to) in self.sightings(&row.unless, row.within).into_iter().flatten() {
            excused[from..to].fill(true);
        }
        let stands = |sighting: &&Vec<Span>| sighting.iter().all(|(from, to)| !excused[*from..*to].contains(&true));
        let words = words.iter().filter(stands).map(|sighting| whole(sighting));
        if row.near.is_empty() {
            return words.collect();
        }
        let near = self.sightings(&row.near, row.within);
        let mut near: Vec<Span> = near.iter().filter(stands).map(|sighting| whole(sighting)).collect();
        near.sort_unstable();
        let longest = near.iter().map(|(from, to)| to - from).max().unwrap_or(0);
        words.filter_map(|word| self.beside(word, &near, longest, row.within)).collect()
    }

    /// The word together with the closest neighbour that belongs to it, or stands in its gap; no neighbour has more than `longest` letters.
    fn beside(&self, word: Span, near: &[Span], longest: usize, within: usize) -> Option<Span> {
        let first = near.partition_point(|one| one.0 + longest + within < word.0);
        let around = near[first..].iter().take_while(|one| one.0 <= word.1 + within);
        let joined = around.filter_map(|&other| {
            let (before, after) = if other < word { (other, word) } else { (word, other) };
            let inside = after.1 <= before.1;
            (inside || reaches(self.letters, before.1 - 1, after.0, within))
                .then_some((before.0, before.1.max(after.1)))
        });
        joined.min_by_key(|(from, to)| to - from)
    }

    /// Where phrases stand, each by the letters of its words.
    fn sightings(&self, phrases: &[Phrase], within: usize) -> Vec<Vec<Span>> {
        let of_phrase = |phrase: &Phrase| {
            let (first, rest) = phrase.split_first()?;
            let starts = &self.places[*first];
            Some(starts.iter().filter_map(|start| self.follow(self.span(*first, *start), rest, within)).collect())
        };
        phrases.iter().filter_map(of_phrase).flat_map(|found: Vec<Vec<Span>>| found).collect()
    }

    /// The rest of a phrase behind its first word, each word where it stands next.
    fn follow(&self, first: Span, rest: &[usize], within: usize) -> Option<Vec<Span>> {
        let mut spans = vec![first];
        let mut end = first.1;
        for word in rest {
            let places = &self.places[*word];
            let next = *places.get(places.partition_point(|place| *place < end))?;
            if !reaches(self.letters, end - 1, next, within) {
                return None;
            }
            let span = self.span(*word, next);
            end = span.1;
            spans.push(span);
        }
        Some(spans)
    }

    fn span(&self, word: usize, start: usize) -> Span {
        (start, start + self.lists.words[word].len())
    }
}

fn whole(sighting: &[Span]) -> Span {
    let from = sighting.first().map_or(0, |span| span.0);
    (from, sighting.last().map_or(from, |span| span.1))
}
