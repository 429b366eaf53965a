//! Tables as text: csv and its kin.

use csv::{ReaderBuilder, StringRecord, Terminator};
use encoding_rs::{Encoding, GB18030};

use super::sheet::{Cells, Kind, Row, Unreadable};

/// Lines that are looked at to find the delimiter.
const SAMPLE_LINES: usize = 50;

/// Reads text with commas, tabs or semicolons between cells, in UTF-8, UTF-16 with its mark, or GBK.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    let text = decoded(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    if !looks_like_a_table(&text) {
        return Err(Unreadable::NotATable);
    }
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .terminator(Terminator::Any(b'\n'))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut cells, mut record, mut row) = (Cells::default(), StringRecord::new(), 0);
    loop {
        let begin = reader.position().byte() as usize;
        if !reader.read_record(&mut record).map_err(|_| Unreadable::Damaged)? {
            return Ok(cells.into_rows());
        }
        // The reader skips blank lines; a spreadsheet counts them.
        row += text.as_bytes()[begin..].iter().take_while(|byte| **byte == b'\n').count() as u32;
        for (column, cell) in record.iter().enumerate() {
            cells.push(row, column as u32, cell, Kind::Text)?;
        }
        row += 1;
    }
}

fn decoded(bytes: &[u8]) -> Result<String, Unreadable> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned());
    }
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((GB18030, 0));
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    text.map(Into::into).ok_or_else(|| {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let has_cells = text.contains([',', '\t', ';', '\n']);
        if has_cells && looks_like_a_table(&text.replace('\r', "\n")) {
            Unreadable::WrongLetters
        } else {
            Unreadable::NotATable
        }
    })
}

/// Programs, pictures and documents hold control characters; web pages begin with a tag.
fn looks_like_a_table(text: &str) -> bool {
    let document = ["%PDF", "{\\rtf", "<"].iter().any(|start| text.trim_start().starts_with(start));
    !document && text.bytes().all(|byte| byte >= b' ' || matches!(byte, b'\n' | b'\t'))
}

/// The candidate that stands most often in the first lines, outside quotes; a comma when none does.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for byte in text.lines().take(SAMPLE_LINES).flat_map(str::bytes) {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == byte && !quoted) {
            *count += 1;
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(known, _)| known)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GB18030, GBK};

    use super::read;
    use crate::spreadsheets::sheet::{Kind, Unreadable};

    fn cells(bytes: &[u8]) -> Vec<(u32, u16, String)> {
        let rows = read(bytes).unwrap();
        let cells = rows.into_iter().flat_map(|row| row.cells.into_iter().map(move |cell| (row.number, cell)));
        cells.map(|(row, cell)| (row, cell.column, cell.text)).collect()
    }

    fn two(row: u32) -> Vec<(u32, u16, String)> {
        vec![(row, 0, "户主".to_owned()), (row, 1, "罗祥满".to_owned())]
    }

    #[test]
    fn utf_8_with_and_without_a_mark_gbk_gb18030_and_utf_16_read_alike() {
        let text = "户主,罗祥满\n";
        assert_eq!(cells(text.as_bytes()), two(1));
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), two(1));
        assert_eq!(cells(&GBK.encode(text).0), two(1));
        let utf_16: Vec<u8> = "\u{feff}户主\t罗祥满\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&utf_16), two(1));
        let (rare, _, _) = GB18030.encode("姓名,㵐𠀀");
        assert_eq!(cells(&rare)[1].2, "㵐𠀀");
    }

    #[test]
    fn the_delimiter_is_found() {
        for text in ["户主,罗祥满", "户主\t罗祥满", "户主;罗祥满"] {
            assert_eq!(cells(text.as_bytes()), two(1), "{text}");
        }
        let options = cells("a,每处扣=2;可没进屋=是,b\n\"x;y;z;w\",c,d".as_bytes());
        assert_eq!((options.len(), &*options[1].2), (6, "每处扣=2;可没进屋=是"));
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_shows_them() {
        let text = "\n甲,1\r\n\r\n\r\n乙,\"一行\n二行\"\r\n丙,3\r丁,4\n\n";
        let rows: Vec<(u32, String)> =
            cells(text.as_bytes()).into_iter().filter(|cell| cell.1 == 0).map(|cell| (cell.0, cell.2)).collect();
        let expected = [(2, "甲"), (5, "乙"), (6, "丙"), (7, "丁")];
        assert_eq!(rows, expected.map(|(row, text)| (row, text.to_owned())));
    }

    #[test]
    fn a_formula_in_text_is_marked_and_not_kept() {
        let rows = read("=HYPERLINK(\"http://example.invalid\"),\" =1+1\",1=1".as_bytes()).unwrap();
        let cells: Vec<_> = rows[0].cells.iter().map(|cell| (cell.kind, &*cell.text)).collect();
        assert_eq!(cells[0], (Kind::Formula, ""));
        assert_eq!(cells[1..], [(Kind::Formula, ""), (Kind::Text, "1=1")]);
    }

    #[test]
    fn what_is_not_text_is_no_table() {
        for bytes in [&b"\x7fELF\x02\x01\x01\0\0"[..], b"\xff\xd8\xff\xe0\0\x10JFIF", b"<html><table>", b"\x81"] {
            assert_eq!(read(bytes), Err(Unreadable::NotATable));
        }
    }

    #[test]
    fn a_table_with_letters_of_no_encoding_says_so() {
        let mut utf_8 = "户主,人口\n罗祥满,4\n".as_bytes().to_vec();
        utf_8.extend(b"\xff\xff,3\n");
        let mut gbk = GBK.encode("户主,人口\n罗祥满,4\n").0.into_owned();
        gbk.extend(b"\xff,3\n");
        let half = [b"\xff\xfea\0,\0".as_slice(), b"\x00\xd8,\0"].concat();
        for bytes in [utf_8, gbk, half] {
            assert_eq!(read(&bytes), Err(Unreadable::WrongLetters), "{bytes:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_a_cell_too_long_or_just_text() {
        let text = format!("a,b\n1,\"{}", "x\n".repeat(2_000));
        assert_eq!(read(text.as_bytes()), Err(Unreadable::CellTooLong("B2".to_owned())));
    }

    #[test]
    fn more_rows_or_columns_than_the_limit_are_refused() {
        assert_eq!(read("a,b\n".repeat(20_001).as_bytes()), Err(Unreadable::TooManyRows));
        assert_eq!(read("a,".repeat(65).as_bytes()), Err(Unreadable::TooManyColumns));
        assert!(read(("a,b\n".repeat(20_000) + &"\n".repeat(9_000) + &",,".repeat(90)).as_bytes()).is_ok());
    }
}
