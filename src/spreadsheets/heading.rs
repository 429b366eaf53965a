//! Which row is the header, and which column is which.

use super::forbidden;
use super::report::{DroppedColumn, Place, Report, letters, shown};
use super::sheet::{Cell, Row, Sheet};
use super::text::{compact, folded};

/// Titles, the name of the village and the date stand above the header; never more than a few rows.
pub(super) const HEADER_ROW_MAX: u32 = 20;
/// Headings that make a row the header: fewer may stand in a title by chance.
const HEADINGS_MIN: usize = 3;

/// A column that a kind of table knows.
#[derive(Debug)]
pub struct Known<F: 'static> {
    /// What it means.
    pub field: F,
    /// What people call it; the first is how messages call it, earlier ones win over later ones.
    pub headings: &'static [&'static str],
    /// Without it no row can be read.
    pub required: bool,
}

/// A column that is kept.
#[derive(Debug)]
pub struct Column<F> {
    /// What it means.
    pub field: F,
    /// From 0.
    pub index: u16,
    /// Its heading, cleaned.
    pub heading: String,
}

/// A sheet whose header was found.
#[derive(Debug)]
pub struct Table<'a, F> {
    /// From left to right, each field at most once.
    pub columns: Vec<Column<F>>,
    /// Below the header.
    pub rows: &'a [Row],
    /// Row of the header, from 1.
    pub header: u32,
}

/// Finds the header and says what becomes of each column. `None` when no row can be read; the report
/// then says why.
pub fn find<'a, F: Copy + PartialEq>(
    sheet: &'a Sheet,
    known: &'static [Known<F>],
    report: &mut Report,
) -> Option<Table<'a, F>> {
    for name in &sheet.unread {
        report.row_note(1, "sheet_not_read", format!("工作表「{}」没有导入，一次只读一张。", shown(name)));
    }
    let above = |row: &Row| row.number <= HEADER_ROW_MAX && recognised(row, known) < HEADINGS_MIN;
    let at = sheet.rows.iter().take_while(|row| above(row)).count();
    let header = sheet.rows.get(at).filter(|row| row.number <= HEADER_ROW_MAX);
    let required = || known.iter().filter(|known| known.required).map(|known| known.headings[0]);
    let Some(header) = header else {
        let names: Vec<_> = required().collect();
        let message = format!("前 {HEADER_ROW_MAX} 行里没有找到表头，请写一行列名：{}。", names.join("、"));
        report.row_error(1, "header_missing", message);
        return None;
    };
    tell_rows_above(&sheet.rows[..at], report);
    let rows = &sheet.rows[at + 1..];
    let columns = columns(header, rows, known, report);
    let has = |name: &&str| {
        known.iter().any(|known| known.headings[0] == *name && columns.iter().any(|column| column.field == known.field))
    };
    let missing: Vec<_> = required().filter(|name| !has(name)).collect();
    for name in &missing {
        report.row_error(
            header.number,
            "column_missing",
            format!("第 {} 行的表头里没有「{name}」这一列，请补上。", header.number),
        );
    }
    missing.is_empty().then_some(Table { columns, rows, header: header.number })
}

/// A heading without the spaces, line breaks, full-width forms, units and marks that people add.
pub fn cleaned(heading: &str) -> String {
    let mut depth = 0_u32;
    let mut outside = String::new();
    for c in compact(&folded(heading)).chars() {
        match c {
            '(' | '[' | '【' | '<' => depth += 1,
            ')' | ']' | '】' | '>' => depth = depth.saturating_sub(1),
            '*' | ':' | '#' => {}
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

fn rank<F>(known: &Known<F>, heading: &str) -> Option<usize> {
    known.headings.iter().position(|name| *name == heading)
}

fn recognised<F>(row: &Row, known: &[Known<F>]) -> usize {
    let headings: Vec<String> = row.cells.iter().map(|cell| cleaned(&cell.text)).collect();
    known.iter().filter(|known| headings.iter().any(|heading| rank(known, heading).is_some())).count()
}

fn tell_rows_above(rows: &[Row], report: &mut Report) {
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        let message = format!("{}在表头上面，没有导入。", span(first.number, last.number));
        report.row_note(first.number, "rows_above_header", message);
    }
}

/// Rows from one to another, as a message names them.
pub fn span(first: u32, last: u32) -> String {
    if first == last { format!("第 {first} 行") } else { format!("第 {first} 到 {last} 行") }
}

/// What becomes of a column.
enum Fate<F> {
    Kept(F, usize),
    Dropped(String, String),
    Absent,
}

fn columns<F: Copy + PartialEq>(
    header: &Row,
    rows: &[Row],
    known: &'static [Known<F>],
    report: &mut Report,
) -> Vec<Column<F>> {
    let mut filled: Vec<Vec<&Cell>> = Vec::new();
    for cell in header.cells.iter().chain(rows.iter().flat_map(|row| &row.cells)) {
        filled.resize_with(filled.len().max(usize::from(cell.column) + 1), Vec::new);
        filled[usize::from(cell.column)].push(cell);
    }
    let heading = |index: u16| header.cells.iter().find(|cell| cell.column == index).map_or("", |cell| &cell.text);
    let mut kept: Vec<(Column<F>, usize)> = Vec::new();
    let mut dropped: Vec<(u16, String, String)> = Vec::new();
    for (index, cells) in (0..).zip(filled) {
        let below = if heading(index).is_empty() { &cells[..] } else { &cells[1..] };
        match fate(heading(index), index, below, known) {
            Fate::Kept(field, rank) => kept.push((Column { field, index, heading: cleaned(heading(index)) }, rank)),
            Fate::Dropped(name, reason) => dropped.push((index, name, reason)),
            Fate::Absent => {}
        }
    }
    let best = best_of_each(kept, &mut dropped);
    for column in &best {
        let raw = heading(column.index);
        if raw != compact(raw) {
            let at = Place { row: header.number, column: column.index, heading: &column.heading };
            report.note(at, raw, "heading_cleaned", format!("表头里有空格或换行，按「{}」导入。", column.heading));
        }
    }
    dropped.sort_by_key(|(index, ..)| *index);
    report.dropped_columns = dropped.into_iter().map(|(_, column, reason)| DroppedColumn { column, reason }).collect();
    best
}

fn fate<F: Copy>(heading: &str, index: u16, cells: &[&Cell], known: &[Known<F>]) -> Fate<F> {
    let name = cleaned(heading);
    let shown_name = if name.is_empty() { format!("{} 列", letters(index)) } else { shown(&name) };
    let content = || forbidden::content(cells.iter().map(|cell| &*cell.text));
    if let Some(reason) = forbidden::heading(&compact(&folded(heading))).or_else(content) {
        return Fate::Dropped(shown_name, reason.to_owned());
    }
    let found = known.iter().find_map(|known| rank(known, &name).map(|rank| (known.field, rank)));
    match found {
        Some((field, rank)) => Fate::Kept(field, rank),
        None if ["序号", "序", "序列", "NO", "No", "No."].contains(&&*name) => {
            Fate::Dropped(shown_name, "序号不用导入。".to_owned())
        }
        None if name.is_empty() && cells.is_empty() => Fate::Absent,
        None if name.is_empty() => Fate::Dropped(shown_name, "这一列没有表头，没有导入。".to_owned()),
        None => Fate::Dropped(shown_name, "系统里没有这一项，没有导入。".to_owned()),
    }
}

/// Of several columns with one meaning, the one whose heading says it best.
fn best_of_each<F: Copy + PartialEq>(
    mut kept: Vec<(Column<F>, usize)>,
    dropped: &mut Vec<(u16, String, String)>,
) -> Vec<Column<F>> {
    kept.sort_by_key(|(column, rank)| (*rank, column.index));
    let mut best: Vec<Column<F>> = Vec::new();
    for (column, _) in kept {
        match best.iter().find(|other| other.field == column.field) {
            None => best.push(column),
            Some(other) => {
                let reason = format!("和 {} 列「{}」是同一项，只导入那一列。", letters(other.index), other.heading);
                dropped.push((column.index, column.heading, reason));
            }
        }
    }
    best.sort_by_key(|column| column.index);
    best
}

#[cfg(test)]
mod tests {
    use super::{Known, cleaned, find};
    use crate::spreadsheets::report::Report;
    use crate::spreadsheets::sheet;

    const KNOWN: [Known<char>; 3] = [
        Known { field: 'g', headings: &["网格", "组"], required: true },
        Known { field: 'c', headings: &["户编号", "编号"], required: true },
        Known { field: 'n', headings: &["户主"], required: false },
    ];

    /// Row of the header, fields with their columns, and dropped columns.
    fn found(text: &str) -> (u32, Vec<(char, u16)>, Vec<String>) {
        let sheet = sheet::read(text.as_bytes(), "").unwrap();
        let mut report = Report::default();
        let table = find(&sheet, &KNOWN, &mut report).unwrap();
        let columns = table.columns.iter().map(|column| (column.field, column.index)).collect();
        let dropped = report.dropped_columns.iter().map(|column| format!("{} {}", column.column, column.reason));
        (table.header, columns, dropped.collect())
    }

    #[test]
    fn headings_are_cleaned_of_what_people_add() {
        for (heading, name) in [
            ("所属网格\n(组)", "所属网格"),
            ("户 编 号", "户编号"),
            ("家庭人口（人）", "家庭人口"),
            ("＊户主：", "户主"),
            ("电话【必填】", "电话"),
        ] {
            assert_eq!(cleaned(heading), name);
        }
    }

    #[test]
    fn the_header_lies_beneath_titles_and_filler() {
        let text = "满塘村台账\n填报单位:满塘村,户主,\n\n户主,网格,编号\n曹春,一组,A1";
        assert_eq!(found(text), (4, vec![('n', 0), ('g', 1), ('c', 2)], vec![]));
    }

    #[test]
    fn of_two_columns_with_one_meaning_the_better_heading_is_kept() {
        let (_, columns, dropped) = found("组,户编号,户主,网格\n一组,A1,曹春,东片");
        assert_eq!(columns, [('c', 1), ('n', 2), ('g', 3)]);
        assert_eq!(dropped, ["组 和 D 列「网格」是同一项，只导入那一列。"]);
    }

    #[test]
    fn every_column_that_is_not_kept_is_named_with_its_reason() {
        let (_, _, dropped) = found("序号,网格,户编号,户主,面积,银行账号,,\n1,一组,A1,曹春,3,1,有字");
        assert_eq!(
            dropped,
            [
                "序号 序号不用导入。",
                "面积 系统里没有这一项，没有导入。",
                "银行账号 银行账号不能保存，这一列没有导入。",
                "G 列 这一列没有表头，没有导入。",
            ]
        );
    }

    #[test]
    fn a_header_below_the_twentieth_row_is_not_looked_for() {
        let text = format!("{}网格,户编号,户主\n", "x\n".repeat(20));
        let sheet = sheet::read(text.as_bytes(), "").unwrap();
        assert!(find(&sheet, &KNOWN, &mut Report::default()).is_none());
    }
}
