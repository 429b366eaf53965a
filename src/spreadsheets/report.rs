//! What is said about a table after reading it.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::Serialize;
use utoipa::ToSchema;

use crate::card_numbers;

/// A value is shown to be recognised, not to be copied back.
const VALUE_CHARS_MAX: usize = 40;
/// Errors, and notes: more than a person reads. Keeps the answer to a spoilt file small.
const PROBLEMS_MAX: usize = 2_000;

/// Whether a problem keeps its row out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportProblemLevel)]
pub enum Level {
    /// The row is not imported.
    Error,
    /// The row is imported; something was mended or left out.
    Note,
}

/// One thing that a person should know about one cell, row or table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportProblem)]
pub struct Problem {
    /// Whether the row is kept out.
    pub level: Level,
    /// Row of the sheet, from 1.
    #[schema(example = 43)]
    pub row: u32,
    /// Letters of the column; empty when the whole row or table is meant.
    #[schema(example = "C")]
    pub column: String,
    /// What stands in the cell, shortened; never the number of an ID or bank card.
    #[schema(example = "MT0039")]
    pub value: String,
    /// Stable code.
    #[schema(example = "code_repeated")]
    pub code: &'static str,
    /// Chinese sentence that names the cell and says what to do.
    #[schema(example = "第 43 行 C 列(户编号)：MT0039 和第 42 行重复，两行都没有导入，请改成不同的编号。")]
    pub message: String,
}

impl Problem {
    /// A problem of a whole row, or of the table when `row` is its first.
    pub fn of_row(level: Level, row: u32, code: &'static str, message: String) -> Self {
        Self { level, row, column: String::new(), value: String::new(), code, message }
    }
}

/// A column that was not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DroppedColumn {
    /// Its heading, or its letters when it has none.
    #[schema(example = "身份证号码")]
    pub column: String,
    /// Chinese sentence.
    #[schema(example = "身份证号码不能保存，这一列没有导入。")]
    pub reason: String,
}

/// A table after reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// Rows that carry data: not the titles, the header, blank rows and totals.
    pub rows_total: u32,
    /// Rows without an error.
    pub rows: Vec<T>,
    /// In the order of the sheet.
    pub problems: Vec<Problem>,
    /// From left to right.
    pub dropped_columns: Vec<DroppedColumn>,
}

impl<T> Parsed<T> {
    /// Whether anything has an error.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.level == Level::Error)
    }
}

/// A cell as a message names it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// From 1.
    pub row: u32,
    /// From 0.
    pub column: u16,
    /// The heading, cleaned.
    pub heading: &'a str,
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行 {} 列({})", self.row, letters(self.column), self.heading)
    }
}

/// Letters of a column counted from 0.
pub fn letters(column: u16) -> String {
    let mut rest = u32::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A value as it may be shown.
pub fn shown(value: &str) -> String {
    if card_numbers::stand_in(value) {
        return "(证件号码不显示)".to_owned();
    }
    let mut shown: String = value.chars().take(VALUE_CHARS_MAX).collect();
    if shown.len() < value.len() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Collects problems while a table is read.
#[derive(Debug, Default)]
pub struct Report {
    problems: Vec<Problem>,
    /// Columns left out so far.
    pub dropped_columns: Vec<DroppedColumn>,
    /// Cells with an error: row, column.
    refused: BTreeSet<(u32, u16)>,
    errors: usize,
    notes: usize,
}

/// Stands for the column of an error that means the whole row.
const WHOLE_ROW: u16 = u16::MAX;

impl Report {
    /// An error of a cell. One a cell is enough: the first says what to mend.
    pub fn error(&mut self, at: Place<'_>, value: &str, code: &'static str, what: impl Display) {
        if self.refused.insert((at.row, at.column)) {
            self.push(Level::Error, || of_cell(Level::Error, at, value, code, &what));
        }
    }

    /// A note about a cell.
    pub fn note(&mut self, at: Place<'_>, value: &str, code: &'static str, what: impl Display) {
        self.push(Level::Note, || of_cell(Level::Note, at, value, code, &what));
    }

    /// An error of a row or of the table.
    pub fn row_error(&mut self, row: u32, code: &'static str, message: impl Into<String>) {
        self.refused.insert((row, WHOLE_ROW));
        self.push(Level::Error, || Problem::of_row(Level::Error, row, code, message.into()));
    }

    /// A note about a row or the table.
    pub fn row_note(&mut self, row: u32, code: &'static str, message: impl Into<String>) {
        self.push(Level::Note, || Problem::of_row(Level::Note, row, code, message.into()));
    }

    /// Whether anything has an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether the row or any cell of it has an error.
    pub fn refuses(&self, row: u32) -> bool {
        self.refused.range((row, 0)..=(row, WHOLE_ROW)).next().is_some()
    }

    /// Whether one cell, or its whole row, has an error.
    pub fn refuses_cell(&self, (row, column): (u32, u16)) -> bool {
        self.refused.contains(&(row, column)) || self.refused.contains(&(row, WHOLE_ROW))
    }

    fn push(&mut self, level: Level, problem: impl FnOnce() -> Problem) {
        let count = if level == Level::Error { &mut self.errors } else { &mut self.notes };
        *count += 1;
        if *count <= PROBLEMS_MAX {
            self.problems.push(problem());
        }
    }

    /// The finished reading; `rows` must hold no row with an error.
    pub fn finish<T>(mut self, rows_total: u32, rows: Vec<T>) -> Parsed<T> {
        self.problems.sort_by(|a, b| (a.row, a.column.len(), &a.column).cmp(&(b.row, b.column.len(), &b.column)));
        let unsaid = self.errors + self.notes - self.problems.len();
        if unsaid > 0 {
            let message = format!("还有 {unsaid} 个问题没有列出来，请先改好上面的再导入一次。");
            let last = self.problems.last().map_or(1, |problem| problem.row);
            self.problems.push(Problem::of_row(Level::Note, last, "more_problems", message));
        }
        Parsed { rows_total, rows, problems: self.problems, dropped_columns: self.dropped_columns }
    }
}

fn of_cell(level: Level, at: Place<'_>, value: &str, code: &'static str, what: &impl Display) -> Problem {
    let message = format!("{at}：{what}");
    Problem { level, row: at.row, column: letters(at.column), value: shown(value), code, message }
}

#[cfg(test)]
mod tests {
    use super::{Place, Report, letters, shown};

    const AT: Place<'static> = Place { row: 43, column: 2, heading: "户编号" };

    #[test]
    fn columns_have_the_letters_a_spreadsheet_shows() {
        let named: Vec<String> = [0, 2, 25, 26, 51, 52, 701, 702].into_iter().map(letters).collect();
        assert_eq!(named, ["A", "C", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_message_names_its_cell() {
        let mut report = Report::default();
        report.error(AT, "MT0039", "code_repeated", "请改。");
        assert_eq!(report.finish::<()>(1, vec![]).problems[0].message, "第 43 行 C 列(户编号)：请改。");
    }

    #[test]
    fn a_cell_has_one_error_and_any_number_of_notes() {
        let mut report = Report::default();
        report.note(AT, "x", "first", "一");
        assert!(!report.refuses(43));
        report.error(AT, "x", "second", "二");
        report.error(AT, "x", "third", "三");
        report.note(AT, "x", "fourth", "四");
        assert!(report.refuses(43) && !report.refuses(42));
        let codes: Vec<_> = report.finish::<()>(1, vec![]).problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["first", "second", "fourth"]);
    }

    #[test]
    fn long_values_are_shortened_and_card_numbers_are_never_shown() {
        assert_eq!(shown("短"), "短");
        assert_eq!(shown(&"长".repeat(41)).chars().count(), 40);
        assert!(!shown("张三 431022196708172836").contains("4310"));
    }

    #[test]
    fn a_spoilt_file_does_not_make_an_endless_list_and_notes_do_not_crowd_out_errors() {
        let mut report = Report::default();
        for row in 1..=2_100 {
            report.row_note(row, "blank_row", "");
        }
        report.row_error(3_000, "missing_code", "");
        let problems = report.finish::<()>(0, vec![]).problems;
        let codes: Vec<_> = problems[1_999..].iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["blank_row", "missing_code", "more_problems"]);
        assert!(problems[2_001].message.contains("100"));
    }
}
