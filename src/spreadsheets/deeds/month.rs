//! A month's grid: households down, deeds across, and rows that say on which day each deed was, who brought
//! the paper and which sheet it is.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::amount::{Written, is_mark, is_nothing};
use super::day::Calendar;
use super::names::{Found, KnownRule, find};
use super::{CODES, DOERS, DOORS, DeedRow, Deeds, HANDLERS, NAMES, NOTES, Named, SHEETS, Spots, dropped};
use crate::awards::submission::{NAME_CHARS_MAX, NOTE_CHARS_MAX, SHEET_CHARS_MAX};
use crate::spreadsheets::forbidden;
use crate::spreadsheets::heading::{Column, Table, cleaned, span};
use crate::spreadsheets::reading::At;
use crate::spreadsheets::report::{Place, Report, letters, shown};
use crate::spreadsheets::sheet::{Cell, Kind, Row, Sheet};
use crate::spreadsheets::text::{compact, folded, unguarded};

mod labels;

use labels::{Label, Labels};

/// A cell holds a name, a number or a word.
const CELL_CHARS_MAX: usize = 60;
/// Columns that such sheets have beside the deeds and that say nothing about them.
const BESIDE: [&str; 20] = [
    "序号",
    "序",
    "网格",
    "组",
    "组别",
    "小组",
    "人口",
    "家庭人口",
    "人数",
    "电话",
    "联系电话",
    "合计",
    "小计",
    "总计",
    "总分",
    "得分",
    "积分",
    "签字",
    "签名",
    "地址",
];
/// Rows below the header that explain the deeds.
const EXPLAINING: [&str; 6] = ["单位", "分值", "标准", "计分", "每次", "每单位"];

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Code,
    Name,
    Door,
    HandledBy,
    DoneBy,
    Sheet,
    Note,
    /// A deed; by its column, for a deed may stand there twice, on two days.
    Deed(u16),
}

const ASIDE: [(Field, &[&str]); 7] = [
    (Field::Code, CODES),
    (Field::Name, NAMES),
    (Field::Door, DOORS),
    (Field::HandledBy, HANDLERS),
    (Field::DoneBy, DOERS),
    (Field::Sheet, SHEETS),
    (Field::Note, NOTES),
];

/// A column of deeds.
struct Deed {
    column: u16,
    heading: String,
    inspects: bool,
}

/// Reads it; `header` is the place of the header among the rows.
pub(super) fn read(
    sheet: &Sheet,
    header: usize,
    rules: &[KnownRule],
    mut calendar: Calendar,
    mut report: Report,
) -> Deeds {
    for name in &sheet.unread {
        report.row_note(1, "sheet_not_read", format!("工作表「{}」没有导入，一次只读一张。", shown(name)));
    }
    let (above, rest) = sheet.rows.split_at(header);
    let Some((head, below)) = rest.split_first() else { return Deeds { report, ..Deeds::default() } };
    let (columns, deeds) = columns(head, below, rules, &mut report);
    let is_deed = |column: u16| deeds.iter().any(|deed| deed.column == column);
    let explains = |row: &Row| {
        let first = row.cells.iter().find(|cell| !is_deed(cell.column));
        first.is_some_and(|cell| EXPLAINING.contains(&&*cleaned(&cell.text)))
    };
    let labelled = |row: &&Row| labels::is_label(row, &is_deed) || explains(row);
    let lines = below.iter().take_while(labelled).count();
    let (lines, data) = below.split_at(lines);

    calendar.month = above.iter().find_map(|row| calendar.month_of(row)).or_else(|| calendar.month_in(&sheet.title));
    let mut labels = Labels::default();
    for row in above {
        if !labels.read(row, &is_deed) && calendar.month_of(row).is_none() {
            let message = format!("{}在表头上面，没有导入。", span(row.number, row.number));
            report.row_note(row.number, "rows_above_header", message);
        }
    }
    lines.iter().for_each(|row| {
        labels.read(row, &is_deed);
    });

    let last = lines.last().map_or(head.number, |row| row.number);
    let headings: Vec<(u16, String)> = columns.iter().map(|column| (column.index, column.heading.clone())).collect();
    let table = Table { columns, rows: data, header: last };
    let key = if table.columns.iter().any(|column| column.field == Field::Code) { Field::Code } else { Field::Name };
    let data = table.data_rows(key, &[], &mut report);
    let days = days(&deeds, &data, &labels, &calendar, head.number, &mut report);
    let grid = Grid { table: &table, deeds: &deeds, days, labels: &labels, header: head.number };
    let (mut rows, mut rows_total) = (Vec::new(), 0);
    for row in &data {
        rows_total += grid.deeds_of(row, &mut rows, &mut report);
    }
    rows.retain(|deed: &DeedRow| !report.refuses_cell(deed.at.amount));
    Deeds { rows_total, rows, report, headings }
}

/// What becomes of each column.
fn columns(head: &Row, below: &[Row], rules: &[KnownRule], report: &mut Report) -> (Vec<Column<Field>>, Vec<Deed>) {
    let mut filled: BTreeMap<u16, Vec<&Cell>> = BTreeMap::new();
    for cell in below.iter().flat_map(|row| &row.cells) {
        filled.entry(cell.column).or_default().push(cell);
    }
    for cell in &head.cells {
        filled.entry(cell.column).or_default();
    }
    let (mut columns, mut deeds): (Vec<Column<Field>>, Vec<Deed>) = (Vec::new(), Vec::new());
    for (index, cells) in filled {
        let raw = head.cells.iter().find(|cell| cell.column == index).map_or("", |cell| &cell.text);
        let heading = cleaned(unguarded(raw.trim()));
        let named = if heading.is_empty() { format!("{} 列", letters(index)) } else { shown(&heading) };
        let content = || forbidden::content(cells.iter().map(|cell| &*cell.text));
        if let Some(reason) = forbidden::heading(&compact(&folded(raw))).or_else(content) {
            report.dropped_columns.push(dropped(named, reason));
            continue;
        }
        let aside = ASIDE.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(field, _)| *field);
        if let Some(field) = aside {
            if columns.iter().any(|column| column.field == field) {
                report.dropped_columns.push(dropped(named, "前面有一列是同一项，这一列没有导入。"));
            } else {
                columns.push(Column { field, index, heading });
            }
            continue;
        }
        let at = Place { row: head.number, column: index, heading: &heading };
        match find(rules, raw) {
            Found::One(rule) => {
                let inspects = rules.get(rule).is_some_and(|rule| rule.inspects);
                deeds.push(Deed { column: index, heading: unguarded(raw.trim()).to_owned(), inspects });
                columns.push(Column { field: Field::Deed(index), index, heading });
            }
            Found::Several => report.error(at, raw, "rule_ambiguous", "有几项都是这样开头，请写全名。"),
            Found::None if heading.is_empty() && cells.is_empty() => {}
            Found::None if heading.is_empty() => {
                report.dropped_columns.push(dropped(named, "这一列没有表头，没有导入。"));
            }
            Found::None if BESIDE.contains(&heading.as_str()) => {
                report.dropped_columns.push(dropped(named, "这一列不用导入。"));
            }
            // Somebody has ticked deeds there: it is no column to be left out.
            Found::None if 2 * cells.iter().filter(|cell| is_mark(&cell.text)).count() > cells.len() => {
                report.error(
                    at,
                    raw,
                    "rule_unknown",
                    "细则里没有这一项，请写成细则里的名字；不是积分事项就删掉这一列。",
                );
            }
            Found::None => report.dropped_columns.push(dropped(named, "系统里没有这一项，没有导入。")),
        }
    }
    (columns, deeds)
}

/// The day of each column of deeds: its own, the one to its left, or the one of the whole sheet.
fn days(
    deeds: &[Deed],
    data: &[&Row],
    labels: &Labels,
    calendar: &Calendar,
    header: u32,
    report: &mut Report,
) -> BTreeMap<u16, ((u32, u16), NaiveDate)> {
    let mut days = BTreeMap::new();
    let (mut left, mut carried) = (None, None);
    for deed in deeds {
        let own = labels.of_column(Label::Day, deed.column);
        let used = data.iter().any(|row| row.cells.iter().any(|cell| cell.column == deed.column));
        if own.is_none() && left.is_some() && used {
            carried.get_or_insert(deed);
        }
        left = own.or(left);
        let said = left.clone().or_else(|| labels.of_all(Label::Day));
        let Some((at, text, kind)) = said else {
            if used {
                let place = Place { row: header, column: deed.column, heading: &deed.heading };
                report.error(place, "", "day_missing", "没有写是哪一天的事，请在「日期」那一行补上。");
            }
            continue;
        };
        match calendar.day(&text, kind) {
            Ok(day) => {
                days.insert(deed.column, (at, day));
            }
            Err((code, what)) => {
                report.error(Place { row: at.0, column: at.1, heading: &deed.heading }, &text, code, what)
            }
        }
    }
    if let Some(deed) = carried {
        let place = Place { row: header, column: deed.column, heading: &deed.heading };
        report.note(place, "", "carried_right", "没有写日期的列照左边一列补上，请核对。");
    }
    days
}

/// The table and what stands around it.
struct Grid<'t> {
    table: &'t Table<'t, Field>,
    deeds: &'t [Deed],
    days: BTreeMap<u16, ((u32, u16), NaiveDate)>,
    labels: &'t Labels,
    header: u32,
}

impl Grid<'_> {
    /// Adds the deeds of a household; answers how many its row holds, wrong ones included.
    fn deeds_of(&self, row: &Row, rows: &mut Vec<DeedRow>, report: &mut Report) -> u32 {
        let at = |field| self.table.at(row, field);
        let filled: Vec<(&Deed, At<'_>)> = self
            .deeds
            .iter()
            .filter_map(|deed| {
                let cell = at(Field::Deed(deed.column))?;
                (!is_nothing(cell.text, deed.inspects)).then_some((deed, cell))
            })
            .collect();
        let count = u32::try_from(filled.len()).unwrap_or(u32::MAX);
        if filled.is_empty() {
            return 0;
        }
        let words = |field, chars_max, report: &mut Report| at(field).and_then(|at| at.optional(report, chars_max));
        let household = Named {
            code: words(Field::Code, CELL_CHARS_MAX, report),
            name: words(Field::Name, CELL_CHARS_MAX, report),
            door: words(Field::Door, CELL_CHARS_MAX, report),
        };
        let Some(whose) =
            at(Field::Code).filter(|at| !at.is_blank()).or_else(|| at(Field::Name)).or_else(|| at(Field::Code))
        else {
            return count;
        };
        let (handled_by, done_by) =
            (words(Field::HandledBy, NAME_CHARS_MAX, report), words(Field::DoneBy, NAME_CHARS_MAX, report));
        let (sheet, note) = (words(Field::Sheet, SHEET_CHARS_MAX, report), words(Field::Note, NOTE_CHARS_MAX, report));
        if household.code.is_none() && household.name.is_none() {
            whose.error(report, "household_missing", "没有写是哪一户，请补上户编号或户主。");
        }
        let aside = self.table.columns.iter().filter(|column| !matches!(column.field, Field::Deed(_)));
        if aside.into_iter().any(|column| report.refuses_cell((row.number, column.index))) {
            return count;
        }
        for (deed, cell) in filled {
            let Some((day_at, day)) = self.days.get(&deed.column) else { continue };
            let of = |label| self.labels.of_column(label, deed.column).or_else(|| self.labels.of_all(label));
            let of = |label| of(label).map(|(_, text, _)| text);
            let amount = (row.number, cell.place.column);
            rows.push(DeedRow {
                row: row.number,
                household: household.clone(),
                rule: deed.heading.clone(),
                amount: Written { cell: cell.text.to_owned(), ..Written::default() },
                day: *day,
                handled_by: handled_by.clone().or_else(|| of(Label::HandledBy)),
                done_by: done_by.clone(),
                sheet: sheet.clone().or_else(|| of(Label::Sheet)),
                note: note.clone(),
                at: Spots {
                    household: (row.number, whose.place.column),
                    rule: (self.header, deed.column),
                    amount,
                    day: *day_at,
                    note: at(Field::Note).map_or(amount, |at| (row.number, at.place.column)),
                },
            });
        }
        count
    }
}

/// A cell's text and what it was in the file.
type Value = ((u32, u16), String, Kind);
