//! A text as its reader takes it in: letters only, in one spelling, each knowing where it was written.
//!
//! Blanks, marks and invisible signs between letters vanish, so that `罚 款`, `罚.款` and a word broken by
//! the cell's edge read as one word. Stops and commas vanish too, but are counted: words that belong
//! together only by nearness must not be pulled together across a sentence.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::visible::is_invisible;

/// Pieces between stops that are this short are no clauses: the stops were strewn in.
const CRUMB: usize = 2;
/// Letters that may lie between two words with a comma between them.
const OVER_COMMA: usize = 4;

/// One letter or digit of a folded text.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// Simplified, half-width, lower case.
    pub sign: char,
    /// The character of the text as written, from 0.
    pub at: usize,
    /// Stops before it.
    stops: usize,
    /// Commas before it.
    commas: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Separator {
    None,
    Comma,
    Stop,
}

/// Folds a text; `simple` gives the simplified form of a traditional character.
pub fn fold(text: &str, simple: &HashMap<char, char>) -> Vec<Letter> {
    let mut pieces: Vec<(Separator, Vec<Letter>)> = vec![(Separator::None, Vec::new())];
    let mut pending = Separator::None;
    for (at, written) in text.chars().enumerate().filter(|(_, written)| !is_invisible(*written)) {
        for sign in std::iter::once(written).nfkc().flat_map(char::to_lowercase) {
            if !sign.is_alphanumeric() || is_mark(sign) {
                pending = heavier(pending, separator(sign));
                continue;
            }
            let sign = simple.get(&sign).copied().unwrap_or(sign);
            let letter = Letter { sign, at, stops: 0, commas: 0 };
            match pieces.last_mut().filter(|(_, piece)| pending == Separator::None || piece.is_empty()) {
                Some((_, piece)) => piece.push(letter),
                None => pieces.push((pending, vec![letter])),
            }
            pending = Separator::None;
        }
    }
    counted(pieces)
}

/// Whether a word that ends with letter `last` and one that begins with letter `first` belong together:
/// at most `within` letters apart, fewer over a comma, none over a stop.
pub fn reaches(letters: &[Letter], last: usize, first: usize, within: usize) -> bool {
    let Some(gap) = first.checked_sub(last + 1) else { return false };
    let (before, after) = (&letters[last], &letters[first]);
    gap <= within && (before.stops == after.stops || gap == 0) && (before.commas == after.commas || gap <= OVER_COMMA)
}

/// Signs that count as letters and say nothing between Chinese ones: marks that lengthen, repeat or lean
/// on the letter before, and strokes that are no words.
fn is_mark(sign: char) -> bool {
    matches!(sign,
        '\u{2b0}'..='\u{2ff}' | '\u{300}'..='\u{36f}' | '\u{93e}'..='\u{94d}' | '\u{e31}'..='\u{e3a}' | '\u{1cd0}'..='\u{1cff}'
        | '々' | '〇' | '〻' | 'ー' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ' | '丨' | '丶' | '丿' | '亅' | '\u{3100}'..='\u{312f}')
}

fn separator(sign: char) -> Separator {
    match sign {
        '。' | '!' | '?' | ';' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Separator::Stop,
        ',' | '、' | ':' => Separator::Comma,
        _ => Separator::None,
    }
}

fn heavier(one: Separator, other: Separator) -> Separator {
    match (one, other) {
        (Separator::Stop, _) | (_, Separator::Stop) => Separator::Stop,
        (Separator::Comma, _) | (_, Separator::Comma) => Separator::Comma,
        _ => Separator::None,
    }
}

fn counted(pieces: Vec<(Separator, Vec<Letter>)>) -> Vec<Letter> {
    let crumbs: Vec<bool> = pieces.iter().map(|(_, piece)| is_crumb(piece)).collect();
    let (mut stops, mut commas) = (0, 0);
    let mut letters = Vec::new();
    for (index, (separator, piece)) in pieces.into_iter().enumerate() {
        let is_strewn = crumbs[index] || (index > 0 && crumbs[index - 1]);
        if !is_strewn {
            stops += usize::from(separator == Separator::Stop);
            commas += usize::from(separator == Separator::Comma);
        }
        letters.extend(piece.into_iter().map(|letter| Letter { stops, commas, ..letter }));
    }
    letters
}

/// `罚。款`, but not the number of an item: `1、`, `二、`.
fn is_crumb(piece: &[Letter]) -> bool {
    let is_number = |letter: &Letter| letter.sign.is_numeric() || "一二三四五六七八九十".contains(letter.sign);
    piece.len() <= CRUMB && !piece.iter().all(is_number)
}
