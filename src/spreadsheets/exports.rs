//! A set's rules as a file that people change in a spreadsheet and bring in again.
//!
//! What a file says reads back as the very same rules. No cell is a formula: in xlsx words are strings,
//! which nothing evaluates; in csv, where a spreadsheet guesses what a cell is, words that it would take
//! for a formula begin with an apostrophe. That is the spreadsheets' own sign for text, so it needs no
//! explanation, and the reader here takes it off again; a blank or a tab in its place would be trimmed
//! away by other programs and leave the formula bare. The same sign guards words that the reader itself
//! would take for a formula, a total or a heading.

use std::borrow::Cow;

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reading;
use super::rules_table::{self, REVIEWS, WINDOWS};
use super::shapes::METHODS;
use super::wording::{self, COLUMNS, Written};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::rules::NewRule;

/// What a spreadsheet takes for the beginning of a formula, also as a Chinese keyboard writes it.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Widths of the columns in characters: 事项, 分值, 选项 and 说明 hold sentences, the others words.
const WIDTHS: [u8; COLUMNS] = [12, 30, 10, 26, 8, 10, 10, 16, 8, 8, 30, 40];
/// Rows with lists to choose from: a set holds at most so many rules.
const ROWS_CHOSEN: u32 = 200;
const A4: u8 = 9;

/// Which kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SheetFormat)]
pub enum SheetFormat {
    /// A workbook: the one to change by hand.
    #[default]
    Xlsx,
    /// UTF-8 with its mark, so that spreadsheets show Chinese.
    Csv,
}

/// The rules of a set.
#[derive(Clone, Debug)]
pub struct RulesSheet {
    /// What the notice calls the set.
    pub title: String,
    /// When it was drafted.
    pub created_at: Millis,
    /// In their order.
    pub rules: Vec<NewRule>,
}

impl SheetFormat {
    /// How the file's name ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl RulesSheet {
    /// The file's bytes; the same rules give the same bytes.
    ///
    /// # Errors
    /// Internal, when the workbook cannot be written.
    pub fn write(&self, format: SheetFormat) -> Result<Vec<u8>> {
        match format {
            SheetFormat::Xlsx => self.xlsx().map_err(|error| Error::Internal(format!("writing a sheet: {error}"))),
            SheetFormat::Csv => Ok(self.csv()),
        }
    }

    fn csv(&self) -> Vec<u8> {
        let mut text = String::from('\u{feff}');
        text += &rules_table::headings().collect::<Vec<_>>().join(",");
        for rule in &self.rules {
            let cells = wording::row(rule).map(|cell| match cell {
                Written::Number(number) => number.to_string(),
                Written::Words(words) => quoted(&guarded(&words, &FORMULA_SIGNS)).into_owned(),
            });
            text += "\r\n";
            text += &cells.join(",");
        }
        text += "\r\n";
        text.into_bytes()
    }

    fn xlsx(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // The library would ask the machine what time it is.
        let drafted = ExcelDateTime::from_timestamp(self.created_at / 1000)?;
        book.set_properties(&DocProperties::new().set_title(self.title.as_str()).set_creation_datetime(&drafted));
        let sheet = book.add_worksheet();
        let cell = Format::new().set_align(FormatAlign::Top).set_border(FormatBorder::Thin).set_text_wrap();
        let heading = cell.clone().set_bold().set_background_color(0xf0_ead6).set_align(FormatAlign::VerticalCenter);
        let words_format = cell.clone().set_quote_prefix();
        sheet.set_name("积分细则")?.set_freeze_panes(1, 0)?;
        for ((column, name), width) in (0..).zip(rules_table::headings()).zip(WIDTHS) {
            sheet.set_column_width(column, width)?.write_string_with_format(0, column, name, &heading)?;
        }
        for (row, rule) in (1..).zip(&self.rules) {
            for (column, written) in (0..).zip(wording::row(rule)) {
                match written {
                    Written::Number(number) => {
                        sheet.write_number_with_format(row, column, number.0 as f64 / 100.0, &cell)?
                    }
                    Written::Words(words) if words.is_empty() => sheet.write_blank(row, column, &cell)?,
                    Written::Words(words) => {
                        // The mark keeps a cell text also after somebody edits it.
                        let format = if words.starts_with(FORMULA_SIGNS) { &words_format } else { &cell };
                        sheet.write_string_with_format(row, column, guarded(&words, &['=']), format)?
                    }
                };
            }
        }
        choices(sheet)?;
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        book.save_to_buffer()
    }
}

/// Lists to choose from, in the columns that know only certain words.
fn choices(sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
    let (windows, reviews) = (WINDOWS.map(|(name, _)| name), REVIEWS.map(|(name, _)| name));
    for (column, words) in [(2, METHODS.to_vec()), (6, windows.to_vec()), (8, reviews.to_vec()), (9, vec!["是", "否"])]
    {
        let list = DataValidation::new().allow_list_strings(&words)?;
        sheet.add_data_validation(1, column, ROWS_CHOSEN, column, &list)?;
    }
    Ok(())
}

/// Words behind an apostrophe where they would be taken for something else.
pub(super) fn guarded<'a>(words: &'a str, signs: &[char]) -> Cow<'a, str> {
    let mistaken = words.starts_with('\'') || words.starts_with(signs);
    if mistaken || reading::is_total(words) || rules_table::is_heading(words) {
        format!("'{words}").into()
    } else {
        words.into()
    }
}

/// A csv cell in quotes where it holds what separates cells or rows, in our or another reader's eyes.
fn quoted(words: &str) -> Cow<'_, str> {
    if words.contains([',', ';', '\t', '"', '\n', '\r']) {
        format!("\"{}\"", words.replace('"', "\"\"")).into()
    } else {
        words.into()
    }
}

#[cfg(test)]
mod tests;
