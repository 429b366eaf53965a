//! What is written once for a column of deeds or for the whole sheet: 日期, 经手人, 单号.
//!
//! A row with one such word says it of the columns below or above which its cells stand; a row with
//! several, or a word and its value in one cell, says it of the whole sheet.

use std::collections::BTreeMap;

use super::Value;
use crate::spreadsheets::deeds::{DAYS, HANDLERS, SHEETS};
use crate::spreadsheets::heading::cleaned;
use crate::spreadsheets::sheet::{Cell, Kind, Row};
use crate::spreadsheets::text::folded;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Day,
    HandledBy,
    Sheet,
    /// The sheet's own month, which is looked for everywhere above the header.
    Month,
}

const WORDS: [(Label, &[&str]); 4] =
    [(Label::Day, DAYS), (Label::HandledBy, HANDLERS), (Label::Sheet, SHEETS), (Label::Month, &["月份", "年月"])];

/// Everything that was said.
#[derive(Debug, Default)]
pub(super) struct Labels {
    columns: BTreeMap<(Label, u16), Value>,
    all: BTreeMap<Label, Value>,
}

fn label(text: &str) -> Option<Label> {
    let word = cleaned(text);
    WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(label, _)| *label)
}

/// `经手人：王某 单号：12` in one cell.
fn inline(cell: &Cell, row: u32) -> Vec<(Label, Value)> {
    let text = folded(&cell.text);
    let mut parts = text.split(':');
    let mut word = parts.next().unwrap_or_default().trim().to_owned();
    let mut found = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        // The last word before the next colon is the next label, if it is one.
        let next = (at + 1 < parts.len()).then(|| part.trim().rsplit(char::is_whitespace).next().unwrap_or_default());
        let next = next.filter(|next| label(next).is_some());
        let value = part.trim();
        let value = next.map_or(value, |next| value.strip_suffix(next).unwrap_or(value)).trim();
        if let Some(label) = label(&word).filter(|_| !value.is_empty()) {
            found.push((label, ((row, cell.column), value.to_owned(), Kind::Text)));
        }
        word = next.unwrap_or_default().to_owned();
    }
    found
}

/// Whether a row below the header is such a row, and no household.
pub(super) fn is_label(row: &Row, is_deed: &impl Fn(u16) -> bool) -> bool {
    let first = row.cells.iter().find(|cell| !is_deed(cell.column));
    first.is_some_and(|cell| label(&cell.text).is_some())
}

impl Labels {
    /// Reads a row; answers whether it says anything of the kind.
    pub(super) fn read(&mut self, row: &Row, is_deed: &impl Fn(u16) -> bool) -> bool {
        let spoken: Vec<_> = row.cells.iter().flat_map(|cell| inline(cell, row.number)).collect();
        let bare: Vec<(usize, Label)> =
            row.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, label(&cell.text)?))).collect();
        if spoken.is_empty() && bare.is_empty() {
            return false;
        }
        self.all.extend(spoken);
        let value = |cell: &Cell| ((row.number, cell.column), cell.text.trim().to_owned(), cell.kind);
        if let [(at, word)] = bare.as_slice() {
            let values = || row.cells.iter().skip(at + 1).filter(|cell| !cell.text.trim().is_empty());
            let of_columns: Vec<&Cell> = values().filter(|cell| is_deed(cell.column)).collect();
            // One name or number is that of the sheet, wherever it stands; one day is that of its column.
            if of_columns.is_empty() || *word != Label::Day && values().count() == 1 {
                self.all.extend(values().next().map(|cell| (*word, value(cell))));
                return true;
            }
            self.columns.extend(of_columns.into_iter().map(|cell| ((*word, cell.column), value(cell))));
            return true;
        }
        for (at, word) in &bare {
            let next = row.cells.get(at + 1).filter(|cell| label(&cell.text).is_none());
            self.all.extend(next.map(|cell| (*word, value(cell))));
        }
        true
    }

    /// What stands at a column.
    pub(super) fn of_column(&self, label: Label, column: u16) -> Option<Value> {
        self.columns.get(&(label, column)).cloned()
    }

    /// What holds for the whole sheet.
    pub(super) fn of_all(&self, label: Label) -> Option<Value> {
        self.all.get(&label).cloned()
    }
}
