//! A roster of households: who lives where.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::heading::{self, Column, Known, Table};
use super::particulars::{self, SIZE_MAX, SIZE_MIN, WrongSize};
use super::reading::{At, Carried, refuse_repeated};
use super::report::{Parsed, Place, Report, shown};
use super::sheet::{Kind, Row, Sheet};
use crate::households::{Status, TAGS_MAX, Tagged};

/// Names of groups are a few characters.
const GRID_CHARS_MAX: usize = 30;
/// A code is read out and typed.
const CODE_CHARS_MAX: usize = 20;
/// The longest names of persons that a card has room for.
const NAME_CHARS_MAX: usize = 20;
/// What stands on a plate.
const DOOR_CHARS_MAX: usize = 12;
/// One line on a card.
const ADDRESS_CHARS_MAX: usize = 100;

/// A household as a roster has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// Row of the sheet, from 1.
    pub row: u32,
    /// Name of its grid.
    pub grid: String,
    /// Its code, unique in the file.
    pub code: String,
    /// Its head.
    pub name: String,
    /// People, 1 to 99.
    pub size: i32,
    /// Digits only.
    pub phone: Option<String>,
    /// As written.
    pub address: Option<String>,
    /// The name people use.
    pub alias: Option<String>,
    /// Like `19号`: its own column, else the tail of the address.
    pub door: Option<String>,
    /// Not closed.
    pub status: Option<Status>,
    /// Known tags of their own column, each once: with those of the remark, all there are. None: nothing is said.
    pub tags: Vec<String>,
    /// Known tags of the remark, which takes none away.
    pub more_tags: Vec<String>,
}

/// A roster that was read. Its report is still open: the village's grids and households have a say as well.
#[derive(Debug)]
pub struct Roster {
    /// Rows that carry data, refused ones included.
    pub rows_total: u32,
    /// Rows without an error so far.
    pub rows: Vec<RosterRow>,
    report: Report,
    columns: Vec<Column<Field>>,
}

/// What a column of a roster means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Grid,
    Code,
    Name,
    Size,
    Phone,
    Address,
    Door,
    Alias,
    Status,
    Tags,
    Remark,
}

const KNOWN: [Known<Field>; 11] = [
    Known {
        field: Field::Grid,
        headings: &[
            "网格",
            "所属网格",
            "所在网格",
            "网格名称",
            "组",
            "村民小组",
            "所属组",
            "所在组",
            "小组",
            "组别",
            "组名",
            "村组",
        ],
        required: true,
    },
    Known {
        field: Field::Code,
        headings: &["户编号", "户号", "户编码", "家庭编号", "农户编号", "编号", "编码"],
        required: true,
    },
    Known {
        field: Field::Name, headings: &["户主姓名", "户主", "户主名", "户主名字", "姓名", "名字"], required: true
    },
    Known {
        field: Field::Size,
        headings: &["人口", "家庭人口", "家庭人口数", "人口数", "家庭人数", "人数", "户人口"],
        required: true,
    },
    Known {
        field: Field::Phone,
        headings: &["联系电话", "电话", "手机号", "手机号码", "手机", "电话号码", "联系方式"],
        required: false,
    },
    Known {
        field: Field::Address,
        headings: &["门牌地址", "住址", "地址", "家庭住址", "家庭地址", "居住地址", "详细地址"],
        required: false,
    },
    Known { field: Field::Door, headings: &["门牌", "门牌号", "门牌号码"], required: false },
    Known { field: Field::Alias, headings: &["俗称", "小名", "别名", "外号", "常用名"], required: false },
    Known { field: Field::Status, headings: &["状态", "户状态", "居住状态", "居住情况"], required: false },
    Known { field: Field::Tags, headings: &["标签", "户类型", "农户类型", "类型"], required: false },
    Known { field: Field::Remark, headings: &["备注", "说明"], required: false },
];

impl Roster {
    /// Refuses a row for what stands in the first of some fields that the roster has a column for.
    pub(super) fn refuse(&mut self, row: u32, fields: &[Field], value: &str, code: &'static str, what: impl Display) {
        let column = |field| self.columns.iter().find(|column| column.field == field);
        match fields.iter().find_map(|field| column(*field)) {
            Some(Column { index, heading, .. }) => {
                self.report.error(Place { row, column: *index, heading }, value, code, what);
            }
            None => self.report.row_error(row, code, format!("第 {row} 行：{what}")),
        }
    }

    /// Notes what a row does to the tags that are stored; which they are, not everybody may read.
    pub(super) fn tell_tagged(&mut self, row: u32, tagged: Tagged) {
        let (code, what) = match tagged {
            Tagged::Fewer(gone) => ("tags_fewer", format!("这一户的标签少了 {gone} 个，还要的请写进标签这一列。")),
            Tagged::Full => ("tags_full", format!("这一户的标签已经满 {TAGS_MAX} 个，备注里的没有全部加上。")),
        };
        self.report.row_note(row, code, format!("第 {row} 行：{what}"));
    }

    /// Whether anything has an error.
    pub fn has_errors(&self) -> bool {
        self.report.has_errors()
    }

    /// Closes the report.
    pub fn finish(self) -> Parsed<RosterRow> {
        self.report.finish(self.rows_total, self.rows)
    }
}

/// Reads a roster. Grids may be filled only where they change. A code that stands twice refuses all
/// its rows.
pub fn roster(sheet: &Sheet) -> Roster {
    let mut report = Report::default();
    let Some(table) = heading::find(sheet, &KNOWN, &mut report) else {
        return Roster { rows_total: 0, rows: Vec::new(), report, columns: Vec::new() };
    };
    let data = table.data_rows(Field::Code, &[], &mut report);
    let (mut rows, mut codes, mut grids) = (Vec::new(), BTreeMap::new(), Carried::default());
    for row in &data {
        rows.extend(household(&table, row, &mut grids, &mut codes, &mut report));
    }
    grids.tell(data.first().and_then(|row| table.at(row, Field::Grid)), &mut report);
    tell_numeric_phones(&table, &data, &mut report);
    for (code, places) in &codes {
        refuse_repeated(places, code, "code_repeated", "请改成不同的编号。", &mut report);
    }
    rows.retain(|household| !report.refuses(household.row));
    Roster { rows_total: data.len() as u32, rows, report, columns: table.columns }
}

/// Where each code stands, in the order of the sheet.
type Codes<'a> = BTreeMap<String, Vec<Place<'a>>>;

fn household<'t>(
    table: &'t Table<'_, Field>,
    row: &'t Row,
    grids: &mut Carried,
    codes: &mut Codes<'t>,
    report: &mut Report,
) -> Option<RosterRow> {
    let at = |field| table.at(row, field);
    let grid = at(Field::Grid)?;
    let (code_at, name, size) = (at(Field::Code)?, at(Field::Name)?, at(Field::Size)?);
    let grid = grids.next(&grid, GRID_CHARS_MAX, report);
    if code_at.is_blank() && name.is_blank() && size.is_blank() {
        let message = format!("第 {} 行没有户编号、户主和人口，没有导入；不是农户就删掉这一行。", row.number);
        report.row_error(row.number, "not_a_household", message);
        return None;
    }
    let code = code(&code_at, report);
    if let Some(code) = &code {
        codes.entry(code.clone()).or_default().push(code_at.place);
    }
    let (name, size) = (person(&name, report), self::size(&size, report));
    let phone = at(Field::Phone).and_then(|at| phone(&at, report));
    let address = at(Field::Address).and_then(|at| at.optional(report, ADDRESS_CHARS_MAX));
    let door = door(at(Field::Door), address.as_deref(), report);
    let alias = at(Field::Alias).and_then(|at| at.optional(report, NAME_CHARS_MAX));
    let status = at(Field::Status).and_then(|at| status(&at, report));
    let (tags, more_tags) = (tags(at(Field::Tags), report), tags(at(Field::Remark), report));
    let (grid, code, name, size) = (grid?, code?, name?, size?);
    Some(RosterRow { row: row.number, grid, code, name, size, phone, address, alias, door, status, tags, more_tags })
}

fn code(at: &At<'_>, report: &mut Report) -> Option<String> {
    let text = at.required(report, CODE_CHARS_MAX)?;
    let Some(code) = particulars::code(&text) else {
        at.error(report, "code_invalid", "编号只能用字母、数字和短横线，还要有数字，请改正。");
        return None;
    };
    if code != at.raw {
        at.note(report, "code_normalised", format!("有全角字符、空格或小写字母，已按 {} 导入。", shown(&code)));
    }
    Some(code)
}

fn person(at: &At<'_>, report: &mut Report) -> Option<String> {
    let text = at.required(report, NAME_CHARS_MAX)?;
    let Some(name) = particulars::person(&text) else {
        at.error(report, "name_invalid", "不像人名，请改成户主的姓名。");
        return None;
    };
    if name != at.raw {
        at.note(report, "name_normalised", format!("姓名里有空格，已按「{name}」导入。"));
    }
    Some(name)
}

fn size(at: &At<'_>, report: &mut Report) -> Option<i32> {
    let text = at.required(report, ADDRESS_CHARS_MAX)?;
    match particulars::size(&text) {
        Ok(size) => Some(size),
        Err(WrongSize::NotANumber(Some(meant))) => {
            at.error(
                report,
                "size_not_a_number",
                format!("「{}」不是数字，如果是 {meant} 人，请改成 {meant}。", shown(&text)),
            );
            None
        }
        Err(WrongSize::NotANumber(None)) => {
            at.error(report, "size_not_a_number", format!("「{}」不是数字，请填家里几口人。", shown(&text)));
            None
        }
        Err(WrongSize::OutOfRange) => {
            at.error(report, "size_out_of_range", format!("人口要在 {SIZE_MIN} 到 {SIZE_MAX} 之间，请改正。"));
            None
        }
    }
}

fn phone(at: &At<'_>, report: &mut Report) -> Option<String> {
    if at.text.is_empty() || at.text == "无" {
        return None;
    }
    let phone = particulars::phone(at.text);
    if phone.is_none() {
        at.error(report, "phone_invalid", "不是电话号码，请改成一个手机号或带区号的座机号，没有就留空。");
    }
    phone
}

/// A door of its own column may be anything short; of the address, only a number.
fn door(at: Option<At<'_>>, address: Option<&str>, report: &mut Report) -> Option<String> {
    let Some(door) = at.and_then(|at| at.optional(report, DOOR_CHARS_MAX)) else {
        return address.and_then(particulars::door);
    };
    let numbered = particulars::door(&door).or_else(|| particulars::door(&format!("{door}号")));
    Some(numbered.unwrap_or(door))
}

fn status(at: &At<'_>, report: &mut Report) -> Option<Status> {
    if at.text.is_empty() {
        return None;
    }
    let status = particulars::status(at.text);
    if status.is_none() {
        at.error(report, "status_unknown", "状态只能写常住、外出或集中供养；注销的户请删掉这一行。");
    }
    status
}

fn tags(at: Option<At<'_>>, report: &mut Report) -> Vec<String> {
    let Some(at) = at else { return Vec::new() };
    let (known, unknown) = particulars::tags(at.text);
    if !unknown.is_empty() {
        let what = format!("「{}」不是系统里的标签，没有导入。", shown(&unknown.join("、")));
        at.note(report, "remark_not_kept", what);
    }
    known
}

/// One note for the column: nothing was lost, but a leading zero may have been before.
fn tell_numeric_phones(table: &Table<'_, Field>, data: &[&Row], report: &mut Report) {
    let mut numbers = data.iter().filter_map(|row| table.at(row, Field::Phone)).filter(|at| at.kind == Kind::Number);
    if let Some(first) = numbers.next() {
        let what = format!("从这一格起有 {} 个电话是按数字存的，已按号码导入，请核对。", 1 + numbers.count());
        report.note(first.place, "", "phone_as_number", what);
    }
}

#[cfg(test)]
mod tests;
