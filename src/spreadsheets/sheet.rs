//! A table as text cells, whatever file it came in.

use super::{delimited, package, text, workbook};
use crate::card_numbers;
use crate::error::Error;

/// A village's roster is a tenth of a megabyte; a year of paste-ups and pictures stays below this.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// A large town's households; one file is one village.
pub const ROWS_MAX: u32 = 20_000;
/// The widest ledgers seen have some thirty columns.
pub const COLUMNS_MAX: u16 = 64;
/// A long remark; more is a document pasted into a cell.
pub const CELL_CHARS_MAX: usize = 1_000;
/// Filled cells: what keeps a sheet in memory within some 20 MB.
pub const CELLS_MAX: usize = 300_000;
/// Text of all cells together, for the same reason.
pub const TEXT_BYTES_MAX: usize = 12 * 1024 * 1024;
/// A title is printed on a line.
const TITLE_CHARS_MAX: usize = 60;

/// The rows of one sheet that hold anything, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The file's name without its ending.
    pub title: String,
    /// Ascending by number.
    pub rows: Vec<Row>,
    /// Names of further visible sheets that were not read.
    pub unread: Vec<String>,
}

/// A row with at least one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet shows it, from 1.
    pub number: u32,
    /// Ascending by column; empty ones are left out.
    pub cells: Vec<Cell>,
}

/// A cell that holds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// From 0.
    pub column: u16,
    /// As it is shown; may begin or end with white space. Empty only for a formula without a value.
    pub text: String,
    /// What it was in the file.
    pub kind: Kind,
}

/// What a cell was in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Text, or a date as text.
    #[default]
    Text,
    /// A number.
    Number,
    /// A formula; the text is the value it had when the file was saved.
    Formula,
}

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing in it.
    #[error("这个文件是空的，请选有内容的表格。")]
    Empty,
    /// More bytes than [`FILE_BYTES_MAX`].
    #[error("文件太大，不能超过 10 MB，请删掉图片和用不着的工作表再试。")]
    TooLarge,
    /// A small file that becomes huge when it is unpacked.
    #[error("这个文件展开以后太大，没有导入，请把表格复制到一个新文件再试。")]
    Swollen,
    /// More rows than [`ROWS_MAX`].
    #[error("行数太多，不能超过 20000 行，请分成几个文件。")]
    TooManyRows,
    /// More columns than [`COLUMNS_MAX`].
    #[error("列数太多，不能超过 64 列，请删掉用不着的列。")]
    TooManyColumns,
    /// More cells or text than [`CELLS_MAX`] and [`TEXT_BYTES_MAX`].
    #[error("表格内容太多，请分成几个文件。")]
    TooManyCells,
    /// More than [`CELL_CHARS_MAX`].
    #[error("{0} 这一格的字太多，不能超过 1000 个，请改短。")]
    CellTooLong(String),
    /// Protected by a password.
    #[error("这个文件设了密码，请去掉密码另存一份再试。")]
    Encrypted,
    /// xls, xlsb, ods, et and the like.
    #[error("这是老格式或别的表格格式，请用表格软件打开，另存为 xlsx 再试。")]
    OldFormat,
    /// A picture, a document, a program…
    #[error("这不是表格文件，请选 xlsx 或 csv 文件。")]
    NotATable,
    /// Text, but some of its bytes are in no encoding that is read.
    #[error("有些字认不出来，请在 Excel 里另存为 xlsx 或 CSV UTF-8 再导入。")]
    WrongLetters,
    /// Looks like a table and cannot be understood.
    #[error("这个文件坏了，读不出来，请用表格软件打开，另存为 xlsx 再试。")]
    Damaged,
}

impl Unreadable {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge => "file_too_large",
            Self::Swollen => "file_swollen",
            Self::TooManyRows => "too_many_rows",
            Self::TooManyColumns => "too_many_columns",
            Self::TooManyCells => "too_many_cells",
            Self::CellTooLong(_) => "cell_too_long",
            Self::Encrypted => "file_encrypted",
            Self::OldFormat => "file_old_format",
            Self::NotATable => "file_not_a_table",
            Self::WrongLetters => "file_wrong_letters",
            Self::Damaged => "file_damaged",
        }
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::field("file", unreadable.code(), unreadable.to_string())
    }
}

/// Reads the first visible sheet that holds anything. What kind of file it is, its bytes decide; its
/// name only gives the title.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, Unreadable> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let (rows, unread) = if bytes.is_empty() {
        return Err(Unreadable::Empty);
    } else if bytes.starts_with(b"PK\x03\x04") {
        workbook::read(bytes)?
    } else if package::is_compound(bytes) {
        return Err(if package::is_encrypted(bytes) { Unreadable::Encrypted } else { Unreadable::OldFormat });
    } else {
        (delimited::read(bytes)?, Vec::new())
    };
    if rows.is_empty() { Err(Unreadable::Empty) } else { Ok(Sheet { title: title(file_name), rows, unread }) }
}

fn title(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let kept = if card_numbers::stand_in(stem) { "" } else { stem };
    kept.chars().filter(|c| text::is_visible(*c) && !c.is_control()).take(TITLE_CHARS_MAX).collect()
}

/// Gathers cells in any order, within the limits.
#[derive(Default)]
pub(super) struct Cells {
    cells: Vec<(u32, Cell)>,
    text_bytes: usize,
}

impl Cells {
    /// Adds a cell, both positions from 0. White space alone is nothing, wherever it stands.
    pub(super) fn push(&mut self, row: u32, column: u32, text: &str, kind: Kind) -> Result<(), Unreadable> {
        let (text, kind) = if text.trim_start().starts_with('=') { ("", Kind::Formula) } else { (text, kind) };
        if text.trim().is_empty() && kind != Kind::Formula {
            return Ok(());
        }
        if row >= ROWS_MAX {
            return Err(Unreadable::TooManyRows);
        }
        let column = u16::try_from(column).ok().filter(|column| *column < COLUMNS_MAX);
        let column = column.ok_or(Unreadable::TooManyColumns)?;
        if text.chars().nth(CELL_CHARS_MAX).is_some() {
            return Err(Unreadable::CellTooLong(format!("{}{}", super::report::letters(column), row + 1)));
        }
        let text: String = text.chars().filter(|c| text::is_visible(*c)).collect();
        self.text_bytes += text.len();
        if self.cells.len() >= CELLS_MAX || self.text_bytes > TEXT_BYTES_MAX {
            return Err(Unreadable::TooManyCells);
        }
        self.cells.push((row + 1, Cell { column, text, kind }));
        Ok(())
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows in order. A position that is filled twice keeps the first, as spreadsheets do.
    pub(super) fn into_rows(mut self) -> Vec<Row> {
        self.cells.sort_by_key(|(row, cell)| (*row, cell.column));
        self.cells.dedup_by_key(|(row, cell)| (*row, cell.column));
        let mut rows: Vec<Row> = Vec::new();
        for (number, cell) in self.cells {
            match rows.last_mut() {
                Some(row) if row.number == number => row.cells.push(cell),
                _ => rows.push(Row { number, cells: vec![cell] }),
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::{CELL_CHARS_MAX, Cells, FILE_BYTES_MAX, Kind, Unreadable, read};

    #[test]
    fn a_file_that_is_no_table_is_refused_with_its_reason() {
        let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        let mut encrypted = compound.to_vec();
        encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        let cases: [(&[u8], Unreadable); 8] = [
            (b"", Unreadable::Empty),
            (b"  \r\n , \n", Unreadable::Empty),
            (&vec![b'a'; FILE_BYTES_MAX + 1], Unreadable::TooLarge),
            (compound, Unreadable::OldFormat),
            (&encrypted, Unreadable::Encrypted),
            (b"%PDF-1.7 ...", Unreadable::NotATable),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Unreadable::NotATable),
            (b"PK\x03\x04 and then nothing", Unreadable::Damaged),
        ];
        for (bytes, reason) in cases {
            assert_eq!(read(bytes, "满塘.xlsx").unwrap_err(), reason);
        }
    }

    #[test]
    fn the_title_is_the_name_of_the_file_unless_that_is_a_card_number() {
        assert_eq!(read(b"a,b", "C:\\表格\\满塘村.台账.csv").unwrap().title, "满塘村.台账");
        assert_eq!(read(b"a,b", "").unwrap().title, "");
        assert_eq!(read(b"a,b", "431022196708172836.csv").unwrap().title, "");
    }

    #[test]
    fn a_cell_beyond_a_limit_is_refused_only_when_it_holds_something() {
        let mut cells = Cells::default();
        assert_eq!(cells.push(1_000_000, 16_000, " \n", Kind::Text), Ok(()));
        assert!(cells.is_empty());
        assert_eq!(cells.push(20_000, 0, "x", Kind::Text), Err(Unreadable::TooManyRows));
        assert_eq!(cells.push(0, 64, "x", Kind::Text), Err(Unreadable::TooManyColumns));
        assert_eq!(cells.push(0, 65_536, "x", Kind::Text), Err(Unreadable::TooManyColumns));
        let long = "长".repeat(CELL_CHARS_MAX + 1);
        assert_eq!(cells.push(42, 2, &long, Kind::Text), Err(Unreadable::CellTooLong("C43".to_owned())));
    }

    #[test]
    fn cells_in_any_order_become_rows_and_invisible_marks_vanish() {
        let mut cells = Cells::default();
        for (row, column, text) in [(2, 1, "c"), (0, 3, "b"), (0, 0, "\u{feff}a\0\u{202e}"), (0, 0, "second")] {
            cells.push(row, column, text, Kind::Text).unwrap();
        }
        let rows = cells.into_rows();
        let seen: Vec<_> =
            rows.iter().flat_map(|row| row.cells.iter().map(|cell| (row.number, cell.column, &*cell.text))).collect();
        assert_eq!(seen, [(1, 0, "a"), (1, 3, "b"), (3, 1, "c")]);
    }
}
