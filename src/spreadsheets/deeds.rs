//! Deeds as a clerk keeps them: a month's grid with households down and deeds across, or a long list with a
//! deed on each row. Which one it is, its header says.
//!
//! Reading knows the names of the village's rules, so that a column of deeds is told from a column of
//! something else; whose deed it is and what a cell is worth is found out later, against the village.

pub(super) mod amount;
pub(super) mod day;
mod list;
mod month;
mod names;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use chrono::NaiveDate;

use self::day::Calendar;
pub use self::names::{Found, KnownRule, find};
use super::heading::{self, HEADER_ROW_MAX};
use super::report::{DroppedColumn, Parsed, Place, Report, shown};
use super::sheet::{Row, Sheet};

/// Deeds of one file: twelve a month for each household of a large village, and some. They are written in one
/// transaction, which others wait for.
pub const DEEDS_MAX: usize = 5_000;

/// What people call the column of a household's code.
pub(super) const CODES: &[&str] = &["户编号", "户号", "户编码", "家庭编号", "农户编号", "编号", "编码"];
/// … of its head.
pub(super) const NAMES: &[&str] = &["户主姓名", "户主", "户主名", "户主名字", "姓名", "名字", "农户"];
/// … of its door.
pub(super) const DOORS: &[&str] = &["门牌", "门牌号", "门牌号码"];
/// … of who brought the paper.
pub(super) const HANDLERS: &[&str] = &["经手人", "谁报来的", "报来人", "报送人", "登记人", "记录人"];
/// … of the sheet's number.
pub(super) const SHEETS: &[&str] = &["纸单号", "单号", "纸单", "表号"];
/// … of who of the household did it.
pub(super) const DOERS: &[&str] = &["谁做的", "做事人", "参加人"];
/// … of what was written beside it.
pub(super) const NOTES: &[&str] = &["说明", "备注", "事由"];
/// … of the day.
pub(super) const DAYS: &[&str] = &["日期", "时间", "发生日期", "哪天"];
/// … of the deed.
pub(super) const DEEDS: &[&str] = &["事项", "积分事项", "加分事项", "项目"];

/// A cell, by its row from 1 and its column from 0.
pub(super) type Spot = (u32, u16);

/// Whom a row names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// As written.
    pub code: Option<String>,
    /// As written.
    pub name: Option<String>,
    /// As written.
    pub door: Option<String>,
}

/// A deed as it stands in the sheet.
#[derive(Clone, Debug)]
pub struct DeedRow {
    /// Row of the sheet, from 1.
    pub row: u32,
    /// Whose.
    pub household: Named,
    /// Which rule, as written.
    pub rule: String,
    /// What stands in its cell, or in the columns of a list.
    pub amount: amount::Written,
    /// On which day.
    pub day: NaiveDate,
    /// Who brought it in.
    pub handled_by: Option<String>,
    /// Who did it.
    pub done_by: Option<String>,
    /// On which sheet of paper.
    pub sheet: Option<String>,
    /// Plain words.
    pub note: Option<String>,
    /// Where each of these stands.
    pub(super) at: Spots,
}

/// Where the parts of a deed stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spots {
    pub(super) household: Spot,
    pub(super) rule: Spot,
    pub(super) amount: Spot,
    pub(super) day: Spot,
    pub(super) note: Spot,
}

/// A sheet of deeds that was read. Its report is still open: the village has a say as well.
#[derive(Debug, Default)]
pub struct Deeds {
    /// Deeds in it, refused ones included.
    pub rows_total: u32,
    /// Those without an error so far.
    pub rows: Vec<DeedRow>,
    report: Report,
    headings: Vec<(u16, String)>,
}

impl Deeds {
    /// An error of a cell.
    pub(super) fn error(&mut self, at: Spot, value: &str, code: &'static str, what: impl Display) {
        self.report.error(place(&self.headings, at), value, code, what);
    }

    /// A note about a cell.
    pub(super) fn note(&mut self, at: Spot, value: &str, code: &'static str, what: impl Display) {
        self.report.note(place(&self.headings, at), value, code, what);
    }

    /// Whether anything has an error.
    pub fn has_errors(&self) -> bool {
        self.report.has_errors()
    }

    /// Closes the report.
    pub fn finish(self) -> Parsed<DeedRow> {
        self.report.finish(self.rows_total, self.rows)
    }
}

fn place(headings: &[(u16, String)], (row, column): Spot) -> Place<'_> {
    let heading = headings.iter().find(|(known, _)| *known == column).map_or("", |(_, heading)| heading.as_str());
    Place { row, column, heading }
}

/// Reads deeds under the rules that the village has or had, on a day of its.
pub fn deeds(sheet: &Sheet, rules: &[KnownRule], today: NaiveDate) -> Deeds {
    let mut report = Report::default();
    let mut calendar = Calendar { today, month: None };
    let near = |row: &&Row| row.number <= HEADER_ROW_MAX;
    let has = |row: &Row, names: &[&str]| row.cells.iter().any(|cell| names.contains(&&*heading::cleaned(&cell.text)));
    let named = |row: &Row| has(row, CODES) || has(row, NAMES);
    let of_list = |row: &Row| named(row) && has(row, DEEDS) && has(row, DAYS);
    if sheet.rows.iter().take_while(near).any(of_list) {
        calendar.month = sheet.rows.iter().take_while(|row| !of_list(row)).find_map(|row| calendar.month_of(row));
        calendar.month = calendar.month.or_else(|| calendar.month_in(&sheet.title));
        return limited(list::read(sheet, calendar, report));
    }
    let deeds_in = |row: &Row| row.cells.iter().filter(|cell| matches!(find(rules, &cell.text), Found::One(_))).count();
    let with_deeds = |row: &Row| named(row) && deeds_in(row) > 0;
    let rows = || sheet.rows.iter().take_while(near);
    let header = rows().position(with_deeds).or_else(|| rows().position(|row| named(row) && row.cells.len() > 1));
    if let Some(header) = header {
        return limited(month::read(sheet, header, rules, calendar, report));
    }
    for name in &sheet.unread {
        report.row_note(1, "sheet_not_read", format!("工作表「{}」没有导入，一次只读一张。", shown(name)));
    }
    let message = format!(
        "前 {HEADER_ROW_MAX} 行里没有找到表头。月表要有一行写户编号（或户主）和各项好事的名字；清单要有户编号（或户主）、事项、日期几列。"
    );
    report.row_error(1, "header_missing", message);
    Deeds { report, ..Deeds::default() }
}

/// Refuses what is more than one transaction takes.
fn limited(mut deeds: Deeds) -> Deeds {
    if let Some(first) = deeds.rows.get(DEEDS_MAX) {
        let message = format!("一次最多导入 {DEEDS_MAX} 条，从第 {} 行起请分成另一个文件。", first.row);
        deeds.report.row_error(first.row, "too_many_deeds", message);
        deeds.rows.truncate(DEEDS_MAX);
    }
    deeds
}

/// A column that is left out, and why.
fn dropped(column: impl Into<String>, reason: impl Into<String>) -> DroppedColumn {
    DroppedColumn { column: column.into(), reason: reason.into() }
}
