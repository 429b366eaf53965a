//! Walking over the rows of a table whose header was found.

use super::heading::{Table, cleaned, span};
use super::report::{Place, Report, shown};
use super::sheet::{Kind, Row};
use super::text::{compact, unguarded};
use crate::card_numbers;

/// Words that make a row a total.
const TOTALS: [&str; 5] = ["合计", "小计", "总计", "共计", "累计"];

/// Whether a cell with this text makes its row a total.
pub(super) fn is_total(text: &str) -> bool {
    TOTALS.contains(&&*without_colon(text))
}

fn without_colon(text: &str) -> String {
    compact(text).trim_end_matches([':', '：']).to_owned()
}

/// Rows that a message about a repetition names.
const REPEATS_NAMED_MAX: usize = 5;

/// A cell of a kept column, filled or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// Where it is.
    pub(super) place: Place<'a>,
    /// As the file has it.
    pub(super) raw: &'a str,
    /// Without white space around it.
    pub(super) text: &'a str,
    /// What it was in the file.
    pub(super) kind: Kind,
}

impl At<'_> {
    /// Nothing stands in it; a formula without a value is something.
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty() && self.kind != Kind::Formula
    }

    /// Reports an error of this cell.
    pub(super) fn error(&self, report: &mut Report, code: &'static str, what: impl std::fmt::Display) {
        report.error(self.place, self.raw, code, what);
    }

    /// Reports a note about this cell.
    pub(super) fn note(&self, report: &mut Report, code: &'static str, what: impl std::fmt::Display) {
        report.note(self.place, self.raw, code, what);
    }

    /// The text, if it is there and not longer than `chars_max`; else an error and `None`.
    pub(super) fn required(&self, report: &mut Report, chars_max: usize) -> Option<String> {
        if self.text.is_empty() {
            self.error(report, "missing", "没有填，请补上。");
        }
        self.optional(report, chars_max)
    }

    /// The text on one line, if there is any, not longer than `chars_max`.
    pub(super) fn optional(&self, report: &mut Report, chars_max: usize) -> Option<String> {
        let text = self.paragraph(report, chars_max).unwrap_or_default();
        let line: String = text.chars().filter(|c| *c != '\n').collect();
        (!line.is_empty()).then_some(line)
    }

    /// The text with its lines, if there is any, not longer than `chars_max`.
    pub(super) fn paragraph(&self, report: &mut Report, chars_max: usize) -> Option<String> {
        let text = unguarded(self.text);
        if text.chars().nth(chars_max).is_some() {
            self.error(report, "too_long", format!("字太多，不能超过 {chars_max} 个，请改短。"));
        }
        (!text.is_empty()).then(|| text.replace('\t', " "))
    }
}

impl<'a, F: Copy + PartialEq> Table<'a, F> {
    /// The cell of a row in the column of a field; `None` when the table has no such column.
    pub(super) fn at<'t>(&'t self, row: &'t Row, field: F) -> Option<At<'t>> {
        let column = self.columns.iter().find(|column| column.field == field)?;
        let place = Place { row: row.number, column: column.index, heading: &column.heading };
        let cell = row.cells.iter().find(|cell| cell.column == column.index);
        let (raw, kind) = cell.map_or(("", Kind::Text), |cell| (&*cell.text, cell.kind));
        Some(At { place, raw, text: raw.trim(), kind })
    }

    /// The rows that carry data. Blank rows, totals and repeated headers are reported and left out,
    /// and so are formulas and forbidden numbers in the cells of the others. `key` is the column
    /// that every row with data has. Cells of `worded` are held to a grammar in which no card's number has
    /// a place, though a list of amounts may look like one.
    pub(super) fn data_rows(&self, key: F, worded: &[F], report: &mut Report) -> Vec<&'a Row> {
        let (mut data, mut blank, mut next) = (Vec::new(), None, self.header + 1);
        for row in self.rows {
            if row.number > next {
                blank.get_or_insert(next);
            }
            next = row.number + 1;
            if self.is_blank(row) {
                blank.get_or_insert(row.number);
                continue;
            }
            tell_blank(&mut blank, row.number, report);
            if self.is_total(row, key) {
                report.row_note(row.number, "total_row", format!("第 {} 行是合计行，没有导入。", row.number));
            } else if self.is_header(row, key) {
                report.row_note(row.number, "header_repeated", format!("第 {} 行又是一行表头，没有导入。", row.number));
            } else {
                self.check_cells(row, worded, report);
                data.push(row);
            }
        }
        tell_blank(&mut blank, next, report);
        data
    }

    fn is_blank(&self, row: &Row) -> bool {
        !row.cells.iter().any(|cell| self.columns.iter().any(|column| column.index == cell.column))
    }

    fn is_total(&self, row: &Row, key: F) -> bool {
        let text = |cell: &super::sheet::Cell| without_colon(&cell.text);
        let keyed = self.at(row, key).is_some_and(|at| !at.text.is_empty());
        let ends = row.cells.first().map(text).is_some_and(|text| TOTALS.iter().any(|total| text.ends_with(total)));
        ends && !keyed || row.cells.iter().any(|cell| is_total(&cell.text))
    }

    fn is_header(&self, row: &Row, key: F) -> bool {
        self.at(row, key).is_some_and(|at| !at.text.is_empty() && cleaned(at.text) == at.place.heading)
    }

    fn check_cells(&self, row: &Row, worded: &[F], report: &mut Report) {
        for (field, at) in self.columns.iter().filter_map(|column| Some((column.field, self.at(row, column.field)?))) {
            if !worded.contains(&field) && card_numbers::stand_in(at.text) {
                at.error(report, "id_number_in_cell", "像身份证号或银行卡号，不能保存，请删掉这个号码。");
            } else if at.kind == Kind::Formula && at.text.is_empty() {
                at.note(report, "formula", "是公式，没有导入，请改成文字或数字。");
            } else if at.kind == Kind::Formula {
                at.note(report, "formula", "是公式，只导入了算好的结果，请核对。");
            }
        }
    }
}

/// Reports the blank rows from `first` up to the row before `end`.
fn tell_blank(first: &mut Option<u32>, end: u32, report: &mut Report) {
    if let Some(first) = first.take() {
        report.row_note(first, "blank_row", format!("{}是空行，已经跳过。", span(first, end - 1)));
    }
}

/// A column that is filled only where it changes, as if its cells were merged.
#[derive(Debug, Default)]
pub(super) struct Carried {
    value: Option<String>,
    /// Where it was first filled in from above, and how often.
    filled: Option<(u32, u32)>,
}

impl Carried {
    /// What holds for this row: the cell, else the last one above that was filled.
    pub(super) fn next(&mut self, at: &At<'_>, chars_max: usize, report: &mut Report) -> Option<String> {
        if at.is_blank() && self.value.is_some() {
            let (first, count) = self.filled.unwrap_or((at.place.row, 0));
            self.filled = Some((first, count + 1));
        } else {
            self.value = at.required(report, chars_max);
        }
        self.value.clone()
    }

    /// Says so, once for the table.
    pub(super) fn tell(self, at: Option<At<'_>>, report: &mut Report) {
        if let (Some((row, count)), Some(at)) = (self.filled, at) {
            let what = format!("空着的格子照上面一行补上，一共 {count} 行，请核对。");
            report.note(Place { row, ..at.place }, "", "carried_down", what);
        }
    }
}

/// Refuses all rows in which the same thing stands, when there are several.
pub(super) fn refuse_repeated(places: &[Place<'_>], what: &str, code: &'static str, advice: &str, report: &mut Report) {
    for at in places.iter().filter(|_| places.len() > 1) {
        let others = places.iter().filter(|other| other.row != at.row).map(|other| other.row.to_string());
        let others: Vec<_> = others.take(REPEATS_NAMED_MAX).collect();
        let rows = if places.len() == 2 { "两行" } else { "这些行" };
        let message = format!("{} 和第 {} 行重复，{rows}都没有导入，{advice}", shown(what), others.join("、"));
        report.error(*at, what, code, message);
    }
}
