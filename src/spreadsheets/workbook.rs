//! Tables as xlsx.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::package;
use super::sheet::{COLUMNS_MAX, Cells, Kind, ROWS_MAX, Row, Unreadable};

/// Cells looked at, filled or not: formatting alone fills rows with empty ones.
const CELLS_SEEN_MAX: usize = ROWS_MAX as usize * COLUMNS_MAX as usize;
/// Sheets looked into; several names may stand for one large part, so each costs anew.
const SHEETS_SEEN_MAX: usize = 3;

/// The rows of the first visible sheet that holds anything, and the names of the other visible sheets
/// that do, or that were not looked into.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Row>, Vec<String>), Unreadable> {
    package::check(bytes)?;
    // The reader's arithmetic on cell references overflows on some that no program writes.
    catch_unwind(AssertUnwindSafe(|| read_checked(bytes))).unwrap_or(Err(Unreadable::Damaged))
}

fn read_checked(bytes: &[u8]) -> Result<(Vec<Row>, Vec<String>), Unreadable> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let visible =
        |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> = book.sheets_metadata().iter().filter(visible).map(|sheet| sheet.name.clone()).collect();
    let (mut table, mut unread, mut seen) = (Cells::default(), Vec::new(), 0);
    for (index, name) in names.into_iter().enumerate() {
        if table.is_empty() {
            if index < SHEETS_SEEN_MAX {
                table = cells(&mut book, &name, &mut seen, false)?;
            }
        } else if index >= SHEETS_SEEN_MAX || !cells(&mut book, &name, &mut seen, true)?.is_empty() {
            unread.push(name);
        }
    }
    Ok((table.into_rows(), unread))
}

/// The cells of a sheet; with `one`, the first is enough.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, seen: &mut usize, one: bool) -> Result<Cells, Unreadable> {
    let mut reader = book.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut cells = Cells::default();
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(unreadable)? {
        *seen += 1;
        if *seen > CELLS_SEEN_MAX {
            return Err(Unreadable::TooManyCells);
        }
        let number = matches!(cell.value, DataRef::Int(_) | DataRef::Float(_));
        let kind = match cell.formula {
            Some(_) => Kind::Formula,
            None if number => Kind::Number,
            None => Kind::Text,
        };
        match cell.value {
            DataRef::SharedString(text) => cells.push(cell.pos.0, cell.pos.1, text, kind)?,
            value => cells.push(cell.pos.0, cell.pos.1, &text(value), kind)?,
        }
        if one && !cells.is_empty() {
            break;
        }
    }
    Ok(cells)
}

/// What a person sees in the cell.
fn text(value: DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text,
        DataRef::SharedString(text) => text.to_owned(),
        DataRef::Bool(truth) => if truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) if date.is_duration() => decimal(date.as_f64()),
        DataRef::DateTime(date) => iso(date),
        DataRef::Error(error) => error.to_string(),
    }
}

/// To the 15 significant digits that spreadsheets keep, without exponent or needless zeros.
fn decimal(number: f64) -> String {
    let kept = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{kept}")
}

fn iso(date: ExcelDateTime) -> String {
    match date.to_ymd_hms_milli() {
        (year, month, day, 0, 0, 0, _) => format!("{year:04}-{month:02}-{day:02}"),
        (year, month, day, hour, minute, ..) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}

fn unreadable(error: XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Encrypted,
        _ => Unreadable::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::{decimal, read};
    use crate::spreadsheets::package::testing::{package, with_sheet};
    use crate::spreadsheets::sheet::{Kind, Row, Unreadable};

    fn first_row(rows: &[Row]) -> Vec<(&str, Kind)> {
        rows[0].cells.iter().map(|cell| (&*cell.text, cell.kind)).collect()
    }

    #[test]
    fn cells_read_as_a_clerk_sees_them() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "  陈  小正 ").unwrap();
        sheet.write(0, 1, 4).unwrap();
        sheet.write(0, 2, 13_274_429_896_f64).unwrap();
        sheet.write(0, 3, 0.1 + 0.2).unwrap();
        sheet.write(0, 4, true).unwrap();
        let date = Format::new().set_num_format("yyyy年m月d日");
        sheet.write_with_format(0, 5, ExcelDateTime::from_ymd(2026, 3, 1).unwrap(), &date).unwrap();
        sheet.write(0, 6, Formula::new("=1+4").set_result("5")).unwrap();
        sheet.write_string(0, 7, "=1+1").unwrap();
        sheet.write_string(0, 8, "-2").unwrap();
        let (rows, unread) = read(&book.save_to_buffer().unwrap()).unwrap();
        let expected = [
            ("  陈  小正 ", Kind::Text),
            ("4", Kind::Number),
            ("13274429896", Kind::Number),
            ("0.3", Kind::Number),
            ("TRUE", Kind::Text),
            ("2026-03-01", Kind::Text),
            ("5", Kind::Formula),
            ("", Kind::Formula),
            ("-2", Kind::Text),
        ];
        assert_eq!(first_row(&rows), expected);
        assert!(unread.is_empty());
    }

    #[test]
    fn a_formula_without_a_value_is_a_formula_of_nothing() {
        let link = r#"<f>HYPERLINK("http://example.invalid","点我")</f><v />"#;
        let shown = r#"<f>"="&amp;1</f><v>=1</v>"#;
        let sheet = format!(r#"<sheetData><row><c>{link}</c><c t="str">{shown}</c></row></sheetData>"#);
        assert_eq!(first_row(&read(&with_sheet(&sheet)).unwrap().0), [("", Kind::Formula), ("", Kind::Formula)]);
    }

    #[test]
    fn card_numbers_kept_as_numbers_keep_their_length_so_that_they_are_recognised() {
        assert_eq!(decimal(431_022_196_708_172_836_f64).len(), 18);
        assert_eq!((decimal(4.0), decimal(-2.0), decimal(0.5)), ("4".into(), "-2".into(), "0.5".into()));
    }

    #[test]
    fn the_first_visible_sheet_that_holds_anything_is_read_and_others_are_named() {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("空").unwrap();
        book.add_worksheet().set_name("隐藏").unwrap().set_hidden(true).write(0, 0, "秘密").unwrap();
        book.add_worksheet().set_name("台账").unwrap().write(2, 1, "甲").unwrap();
        book.add_worksheet().set_name("也空").unwrap();
        book.add_worksheet().set_name("另一张").unwrap().write(0, 0, "乙").unwrap();
        let (rows, unread) = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((rows.len(), rows[0].number, &*rows[0].cells[0].text), (1, 3, "甲"));
        assert_eq!(unread, ["另一张"]);
    }

    #[test]
    fn a_declared_dimension_is_not_believed() {
        let sheet = r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>4</v></c></row></sheetData>"#;
        assert_eq!(first_row(&read(&with_sheet(sheet)).unwrap().0), [("4", Kind::Number)]);
    }

    #[test]
    fn many_rows_wide_rows_and_far_cells_are_refused_and_empty_ones_are_not() {
        let sheet = |rows: &str| read(&with_sheet(&format!("<sheetData>{rows}</sheetData>")));
        let cell = |at: &str| format!(r#"<row><c r="{at}"><v>1</v></c></row>"#);
        assert_eq!(sheet(&"<row><c><v>1</v></c></row>".repeat(20_001)), Err(Unreadable::TooManyRows));
        assert_eq!(sheet(&cell("A1048576")), Err(Unreadable::TooManyRows));
        assert_eq!(sheet(&cell("BM1")), Err(Unreadable::TooManyColumns));
        assert!(sheet(&format!("{}{}", cell("A1"), r#"<row r="1048576"><c r="XFD1048576" s="0"/></row>"#)).is_ok());
        assert_eq!(sheet(&"<c/>".repeat(1_280_001)), Err(Unreadable::TooManyCells));
    }

    /// Mutation: without `catch_unwind` in `read` the first reference ends the test.
    #[test]
    fn references_beyond_all_numbers_are_at_worst_damaged() {
        for at in ["A99999999999999999999", "ZZZZZZZZZZZZZZ1", "A0", "A", "1", "", "Ａ1"] {
            let read = read(&with_sheet(&format!(r#"<sheetData><row><c r="{at}"><v>1</v></c></row></sheetData>"#)));
            let fair =
                |error| matches!(error, Unreadable::Damaged | Unreadable::TooManyRows | Unreadable::TooManyColumns);
            assert!(read.is_ok() || read.is_err_and(fair), "{at}");
        }
    }

    #[test]
    fn a_shared_formula_with_a_huge_index_or_a_reversed_range_costs_nothing() {
        for attributes in [r#"si="4000000000" ref="A1:A2""#, r#"si="0" ref="B2:A1""#] {
            let sheet =
                format!(r#"<sheetData><row><c><f t="shared" {attributes}>1+1</f><v>2</v></c></row></sheetData>"#);
            if let Ok((rows, _)) = read(&with_sheet(&sheet)) {
                assert_eq!(first_row(&rows), [("2", Kind::Formula)]);
            }
        }
    }

    #[test]
    fn one_long_shared_string_used_by_many_cells_is_refused() {
        let strings = format!(r#"<sst uniqueCount="1"><si><t>{}</t></si></sst>"#, "长".repeat(1_001));
        let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
        let parts = [("xl/sharedStrings.xml", &*strings), ("xl/worksheets/sheet1.xml", sheet)];
        assert_eq!(read(&package(&parts)), Err(Unreadable::CellTooLong("A1".to_owned())));
    }

    #[test]
    fn a_workbook_that_makes_no_sense_is_damaged() {
        for sheet in ["<sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData>", "<sheetData><row>", "", "\u{0}"] {
            assert_eq!(read(&with_sheet(sheet)), Err(Unreadable::Damaged), "{sheet}");
        }
        assert_eq!(read(&package(&[("_rels/.rels", "<Relationships></Relationships>")])), Err(Unreadable::Damaged));
    }
}
