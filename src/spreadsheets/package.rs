//! What must be true of an xlsx file before the spreadsheet reader may open it. The reader inflates
//! whatever it is given, believes the counts it finds and keeps the small parts in memory.

use std::io::{self, Cursor, Read as _};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::sheet::Unreadable;

/// Files in the package; a workbook with pictures has some dozens. Each costs memory to list.
const PARTS_MAX: usize = 1_000;
/// All parts unpacked: a full roster of [`super::sheet::ROWS_MAX`] rows takes some 15 MB.
const INFLATED_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The reader holds the shared strings at up to four times their bytes.
const STRINGS_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// The reader holds the workbook, its relationships and its styles at many times their bytes.
const SMALL_PART_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// What the styles may take: each has a copy of its font's name and of its number format.
const STYLES_COST_MAX: usize = 24 * 1024 * 1024;
/// What one style takes beside those.
const STYLE_BYTES: usize = 512;

/// What the reader takes a part for.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Root,
    Small,
    Styles,
    Strings,
    Other,
}

/// A compound file: xls, or a package behind a password.
pub(super) fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// Whether a compound file holds an encrypted package: the name stands in its directory.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

/// Refuses what is not xlsx and what would take more memory or time than a table may: first by what
/// the package declares, then by unpacking it into nothing, because a declaration may lie.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > PARTS_MAX {
        return Err(Unreadable::Swollen);
    }
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    check_declared(&mut package)?;
    let mut left = INFLATED_BYTES_MAX;
    for index in 0..package.len() {
        let part = package.by_index(index).map_err(|_| Unreadable::Damaged)?;
        left -= inflate(part, left)?;
    }
    Ok(())
}

fn check_declared(package: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Unreadable> {
    let (mut declared, mut kind) = (0_u64, Err(Unreadable::NotATable));
    for index in 0..package.len() {
        let part = package.by_index_raw(index).map_err(|_| Unreadable::Damaged)?;
        declared = declared.saturating_add(part.size());
        let name = name(&part)?;
        match name.as_str() {
            "_rels/.rels" if kind == Err(Unreadable::NotATable) => kind = Ok(()),
            "xl/workbook.bin" | "mimetype" | "content.xml" => kind = Err(Unreadable::OldFormat),
            "word/document.xml" | "ppt/presentation.xml" => return Err(Unreadable::NotATable),
            // A name that leads out of the package is never honest.
            _ if name.split('/').any(|step| step == "..") || name.starts_with('/') => {
                return Err(Unreadable::Damaged);
            }
            _ => {}
        }
    }
    if declared > INFLATED_BYTES_MAX { Err(Unreadable::Swollen) } else { kind }
}

/// Unpacks at most `left` bytes of a part and returns how many it has.
fn inflate(part: ZipFile<'_, Cursor<&[u8]>>, left: u64) -> Result<u64, Unreadable> {
    let kind = kind(&name(&part)?);
    let limit = match kind {
        Part::Other => left,
        Part::Strings => left.min(STRINGS_BYTES_MAX),
        Part::Root | Part::Small | Part::Styles => left.min(SMALL_PART_BYTES_MAX),
    };
    let (mut part, mut held) = (part.take(limit + 1), Vec::new());
    let size = match kind {
        Part::Other | Part::Small => io::copy(&mut part, &mut io::sink()),
        Part::Root | Part::Styles | Part::Strings => part.read_to_end(&mut held).map(|size| size as u64),
    };
    let size = size.map_err(|_| Unreadable::Damaged)?;
    match kind {
        _ if size > limit => Err(Unreadable::Swollen),
        Part::Strings if promises_too_much(&held) => Err(Unreadable::Swollen),
        Part::Styles if styles_cost(&held) > STYLES_COST_MAX => Err(Unreadable::Swollen),
        Part::Root if !leads_to_a_workbook(&held) => Err(Unreadable::Damaged),
        _ => Ok(size),
    }
}

/// As the reader looks parts up: without regard to case and to the direction of slashes.
fn name(part: &ZipFile<'_, Cursor<&[u8]>>) -> Result<String, Unreadable> {
    Ok(part.name().map_err(|_| Unreadable::Damaged)?.replace('\\', "/").to_ascii_lowercase())
}

fn kind(name: &str) -> Part {
    match name.rsplit('/').next().unwrap_or(name) {
        _ if name == "_rels/.rels" => Part::Root,
        "sharedstrings.xml" => Part::Strings,
        "styles.xml" => Part::Styles,
        file if file.ends_with(".rels") || file.contains("workbook") || file.starts_with("theme") => Part::Small,
        _ => Part::Other,
    }
}

/// The reader makes room for as many strings as the part promises: each takes at least 8 bytes of it.
fn promises_too_much(strings: &[u8]) -> bool {
    let text = String::from_utf8_lossy(strings);
    text.split("uniqueCount").skip(1).any(|after| {
        let number = after.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'', '+']);
        let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        digits > 0 && !number[..digits].parse::<usize>().is_ok_and(|count| count / 1_000 <= strings.len() / 8 / 1_000)
    })
}

/// At most what the reader will hold: no name is longer than the longest stretch between quotes, and
/// no style is without a tag.
fn styles_cost(styles: &[u8]) -> usize {
    let longest = styles.split(|byte| matches!(byte, b'"' | b'\'')).map(<[u8]>::len).max().unwrap_or(0);
    let tags = styles.iter().filter(|byte| **byte == b'<').count();
    tags.saturating_mul(STYLE_BYTES + 2 * longest)
}

/// The reader takes any part for the workbook that the root names so; only one that is called so was
/// measured as one.
fn leads_to_a_workbook(root: &[u8]) -> bool {
    let text = String::from_utf8_lossy(root);
    text.split('<').skip(1).all(|tag| {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        let targets: Vec<&str> = tag.split("Target").skip(1).collect();
        let file = |target: &str| {
            target.split(['"', '\'']).nth(1).and_then(|path| path.rsplit('/').next().map(str::to_ascii_lowercase))
        };
        match targets.as_slice() {
            [] => !tag.contains("/relationships/officeDocument"),
            [target] if tag.contains("/relationships/officeDocument") => {
                name.ends_with("Relationship") && file(target).is_some_and(|file| file.contains("workbook"))
            }
            [_] => name.ends_with("Relationship"),
            _ => false,
        }
    })
}

/// Packages made by hand, honest and otherwise.
#[cfg(test)]
pub(super) mod testing {
    use std::io::{Cursor, Write as _};

    use zip::write::{SimpleFileOptions, ZipWriter};

    const ROOT: &str = r#"<Relationships><Relationship Id="r" Type="http://x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const RELATIONSHIPS: &str = r#"<Relationships><Relationship Id="s" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    const WORKBOOK: &str = r#"<workbook><sheets><sheet name="一" sheetId="1" r:id="s"/></sheets></workbook>"#;

    /// A package of a minimal workbook in which `parts` replace or join the others.
    pub(in crate::spreadsheets) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let usual =
            [("_rels/.rels", ROOT), ("xl/_rels/workbook.xml.rels", RELATIONSHIPS), ("xl/workbook.xml", WORKBOOK)];
        let replaced = |name: &str| parts.iter().any(|(other, _)| *other == name);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let usual = usual.iter().filter(|(name, _)| !replaced(name));
        for (name, text) in usual.chain(parts) {
            writer.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// A workbook whose sheet is this many MiB of nothing.
    pub(in crate::spreadsheets) fn bomb(mebibytes: usize) -> Vec<u8> {
        let spaces = vec![b' '; 1024 * 1024];
        let mut writer = ZipWriter::new_append(Cursor::new(package(&[]))).unwrap();
        writer.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        (0..mebibytes).for_each(|_| writer.write_all(&spaces).unwrap());
        writer.finish().unwrap().into_inner()
    }

    /// A workbook with one sheet of this XML.
    pub(in crate::spreadsheets) fn with_sheet(sheet: &str) -> Vec<u8> {
        package(&[("xl/worksheets/sheet1.xml", &format!("<worksheet>{sheet}</worksheet>"))])
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{bomb, package};
    use super::{Unreadable, check, leads_to_a_workbook};
    use crate::spreadsheets::sheet::read;

    /// Overwrites the sizes that the package declares for its largest part, in both places.
    fn lie(mut bytes: Vec<u8>, size: u32, says: u32) -> Vec<u8> {
        let (size, says) = (size.to_le_bytes(), says.to_le_bytes());
        let places: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, w)| *w == size).map(|(at, _)| at).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            bytes[at..at + 4].copy_from_slice(&says);
        }
        bytes
    }

    /// Mutation: without `package::check` in `workbook::read` the reader unpacks it all.
    #[test]
    fn a_small_file_that_unpacks_into_a_thousand_times_its_size_is_refused() {
        let bomb = bomb(64);
        assert!(bomb.len() < 70 * 1024);
        assert_eq!(read(&bomb, "").unwrap_err(), Unreadable::Swollen);
    }

    /// Mutation: without `declared > INFLATED_BYTES_MAX` the part is unpacked and found small.
    #[test]
    fn what_a_file_declares_is_enough_to_refuse_it() {
        let boasting = lie(bomb(1), 1024 * 1024, 256 * 1024 * 1024);
        assert_eq!(check(&boasting), Err(Unreadable::Swollen));
    }

    #[test]
    fn a_file_that_lies_about_its_sizes_is_refused_while_it_unpacks() {
        let lying = lie(bomb(40), 40 * 1024 * 1024, 1_000);
        assert!(matches!(read(&lying, ""), Err(Unreadable::Swollen | Unreadable::Damaged)));
    }

    /// Mutation: without `size > limit` each of these is let pass.
    #[test]
    fn parts_that_the_reader_keeps_in_memory_have_limits_of_their_own() {
        let spaces = " ".repeat(9 * 1024 * 1024);
        for name in
            ["xl/sharedStrings.xml", "xl\\SHAREDSTRINGS.xml", "xl/styles.xml", "xl/workbook.xml", "xl/theme/theme1.xml"]
        {
            assert_eq!(check(&package(&[(name, &spaces)])), Err(Unreadable::Swollen), "{name}");
        }
        assert_eq!(check(&package(&[("xl/media/image1.png", &spaces)])), Ok(()));
    }

    #[test]
    fn counts_that_promise_more_than_the_part_can_hold_are_refused() {
        for count in ["99999999999", "18446744073709551615", "99999999999999999999999999", "+1000000"] {
            let strings = format!("<sst uniqueCount = '{count}'><si><t>a</t></si></sst>");
            assert_eq!(check(&package(&[("xl/sharedStrings.xml", &strings)])), Err(Unreadable::Swollen), "{count}");
        }
        let honest = r#"<sst count="9" uniqueCount="1"><si><t>a</t></si></sst>"#;
        assert_eq!(check(&package(&[("xl/sharedStrings.xml", honest)])), Ok(()));
    }

    #[test]
    fn styles_that_copy_a_long_name_many_times_are_refused() {
        let styles = format!(r#"<numFmt formatCode="{}"/>{}"#, "0".repeat(100_000), "<xf/>".repeat(10_000));
        assert_eq!(check(&package(&[("xl/styles.xml", &styles)])), Err(Unreadable::Swollen));
        let styles = r#"<xf numFmtId="14" fontId="0"/>"#.repeat(5_000);
        assert_eq!(check(&package(&[("xl/styles.xml", &styles)])), Ok(()));
    }

    #[test]
    fn names_that_lead_out_of_the_package_and_crowds_of_parts_are_refused() {
        for name in ["../evil.xml", "xl/../../evil.xml", "xl\\..\\..\\evil.xml", "/etc/evil"] {
            assert_eq!(check(&package(&[(name, "x")])), Err(Unreadable::Damaged), "{name}");
        }
        let names: Vec<String> = (0..1_001).map(|part| format!("xl/media/{part}")).collect();
        let parts: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "")).collect();
        assert_eq!(check(&package(&parts)), Err(Unreadable::Swollen));
    }

    #[test]
    fn other_kinds_of_package_are_told_apart() {
        assert_eq!(check(&package(&[("xl/workbook.bin", "x")])), Err(Unreadable::OldFormat));
        assert_eq!(
            check(&package(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")])),
            Err(Unreadable::OldFormat)
        );
        assert_eq!(check(&package(&[("word/document.xml", "x")])), Err(Unreadable::NotATable));
    }

    #[test]
    fn the_root_leads_only_to_a_part_that_was_measured_as_a_workbook() {
        let root = |tags: &str| leads_to_a_workbook(format!("<Relationships>{tags}</Relationships>").as_bytes());
        let office = r#"Type="http://x/relationships/officeDocument""#;
        assert!(root(&format!(r#"<Relationship {office} Target="/xl/workbook22.xml"/>"#)));
        assert!(root(&format!(
            r#"<Relationship Type="core" Target="docProps/core.xml"/><r:Relationship Target='xl/workbook.xml' {office}/>"#
        )));
        for tags in [
            format!(r#"<Relationship {office} Target="xl/media/image1.png"/>"#),
            format!(r#"<Relationship {office} Target="xl/workbook.xml" Target="xl/media/image1.png"/>"#),
            format!(r#"<Relationship {office} Target="xl/workbook.xml" a="<" Target="evil"/>"#),
            format!("<Relationship {office}/>"),
        ] {
            assert!(!root(&tags), "{tags}");
        }
    }
}
