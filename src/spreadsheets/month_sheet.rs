//! An empty grid for a month, to be printed or filled in: households down, deeds across, in exactly the form
//! in which it is read again.
//!
//! No cell is a formula: words are strings, which nothing evaluates.

use chrono::{Months, NaiveDate};
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, RowNum, Workbook, Worksheet, XlsxError,
};

use sea_orm::ConnectionTrait;

use super::deeds::{Found, KnownRule, find};
use super::exports::guarded;
use super::recording::known_rule;
use crate::areas::{self, Level};
use crate::clock::{Clock, Millis};
use crate::error::{Error, NOT_FOUND, Result};
use crate::households::{self, Household, Status};
use crate::ids::AreaId;
use crate::periods::month_of;
use crate::rules::{Rule, Shelf, favourites};
use crate::scope::{AddPoints, May};

/// Deeds across: what A4 across holds in letters that a hand can write beneath.
const DEEDS_MAX: usize = 8;
/// Households down: a large village.
const HOUSEHOLDS_MAX: u64 = 2_000;

/// Rows above the households: title, 单号 and 经手人, header, 日期, 单位.
const HEADER: RowNum = 2;
const FIRST_HOUSEHOLD: RowNum = 5;
/// Columns of a household: 户编号, 户主, 门牌.
const FIRST_DEED: ColNum = 3;
const WIDTHS: [u8; FIRST_DEED as usize] = [11, 10, 7];
const WIDTH_OF_DEED: u8 = 11;
const A4: u8 = 9;

/// What is written on it.
#[derive(Clone, Debug)]
pub struct MonthSheet {
    /// `林家排村一组 2026年11月`
    pub title: String,
    /// When it is made.
    pub made_at: Millis,
    /// In the order of their doors.
    pub households: Vec<Household>,
    /// From left to right, with the name by which the reader knows each.
    pub deeds: Vec<(String, Rule)>,
}

impl MonthSheet {
    /// That of a village or grid in reach: its households but those that are closed, the month's favourites and
    /// after them the first good deeds of the table in force.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for every other area; a field problem for what is no month, or one without rules.
    pub async fn of(
        db: &impl ConnectionTrait,
        (clock, shelf): (&Clock, &Shelf),
        may: &May<AddPoints>,
        area_id: AreaId,
        month: &str,
    ) -> Result<Self> {
        let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok();
        // The parser takes blanks for digits; months are compared as they are spelled.
        let first = first.filter(|first| month_of(*first) == month);
        let first = first.ok_or_else(|| Error::field("month", "wrong_month", "月份要写成 2026-11 这样。"))?;
        let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first);
        let area = areas::find(db, may, area_id).await?;
        let near = matches!(area.level, Level::Village | Level::Grid);
        let village = if near { areas::village_of(db, &area).await? } else { None };
        let village = village.ok_or(NOT_FOUND)?;
        let in_force = shelf.in_force(db, [village.id]).await?;
        let none = || Error::field("month", "no_rules", "那个月村里没有生效的细则，做不了表。");
        let adopted = in_force.on(village.id, last).ok_or_else(none)?;
        let good = |rule: &&Rule| {
            let shape = &rule.terms.shape;
            shape.is_recorded() && !shape.takes()
        };
        let front = favourites::of(db, village.id, month).await?;
        let front = front.iter().filter_map(|id| adopted.rule(*id)).filter(good);
        let rest = adopted.rules.iter().filter(good);
        let mut deeds: Vec<&Rule> = Vec::new();
        for rule in front.chain(rest) {
            if deeds.len() < DEEDS_MAX && !deeds.iter().any(|other| other.id == rule.id) {
                deeds.push(rule);
            }
        }
        let known: Vec<KnownRule> = adopted.rules.iter().map(known_rule).collect();
        let heading = |rule: &Rule| match find(&known, &rule.name) {
            Found::One(at) if known.get(at).is_some_and(|one| one.category == rule.category) => rule.name.clone(),
            _ => format!("{}/{}", rule.category, rule.name),
        };
        let mut households = households::list(db, may, Some(area.id), None, HOUSEHOLDS_MAX).await?;
        households.retain(|household| household.status != Status::Closed);
        let place = if area.id == village.id { area.name } else { format!("{}{}", village.name, area.name) };
        Ok(Self {
            title: format!("{place} {}", first.format("%Y年%-m月")),
            made_at: clock.now(),
            households,
            deeds: deeds.into_iter().map(|rule| (heading(rule), rule.clone())).collect(),
        })
    }

    /// The workbook's bytes.
    ///
    /// # Errors
    /// Internal, when it cannot be written.
    pub fn write(&self) -> Result<Vec<u8>> {
        self.xlsx().map_err(|error| Error::Internal(format!("writing a sheet: {error}")))
    }

    fn xlsx(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // The library would ask the machine what time it is.
        let made = ExcelDateTime::from_timestamp(self.made_at / 1000)?;
        book.set_properties(&DocProperties::new().set_title(self.title.as_str()).set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        let heading =
            cell.clone().set_bold().set_background_color(0xf0_ead6).set_text_wrap().set_align(FormatAlign::Center);
        let small = cell.clone().set_align(FormatAlign::Center).set_font_size(9);
        let day = small.clone().set_num_format("m\"月\"d\"日\"");
        let mark = cell.clone().set_align(FormatAlign::Center);
        let title = Format::new().set_bold().set_font_size(14);
        sheet.set_name("积分月表")?.set_freeze_panes(FIRST_HOUSEHOLD, FIRST_DEED)?;
        sheet.write_string_with_format(0, 0, format!("{}积分月表", self.title), &title)?;
        // Two words in one row: each holds for the whole sheet, and its value stands to its right.
        sheet.write_string(1, 0, "单号：")?.write_string(1, 2, "经手人：")?;
        for ((column, name), width) in (0..).zip(["户编号", "户主", "门牌"]).zip(WIDTHS) {
            sheet.set_column_width(column, width)?.write_string_with_format(HEADER, column, name, &heading)?;
        }
        for (row, word) in [(HEADER + 1, "日期"), (HEADER + 2, "单位")] {
            sheet.write_string_with_format(row, 0, word, &heading)?;
            for column in 1..FIRST_DEED {
                sheet.write_blank(row, column, &heading)?;
            }
        }
        for (column, (name, rule)) in (FIRST_DEED..).zip(&self.deeds) {
            let unit = if rule.terms.per_person { "几人" } else { rule.terms.counted() };
            sheet.set_column_width(column, WIDTH_OF_DEED)?;
            sheet.write_string_with_format(HEADER, column, guarded(name, &['=']), &heading)?;
            sheet.write_blank(HEADER + 1, column, &day)?;
            sheet.write_string_with_format(HEADER + 2, column, unit, &small)?;
        }
        for (row, household) in (FIRST_HOUSEHOLD..).zip(&self.households) {
            let door = household.door.as_deref().unwrap_or_default();
            for (column, words) in (0..).zip([household.code.as_str(), household.name.as_str(), door]) {
                sheet.write_string_with_format(row, column, guarded(words, &['=']), &cell)?;
            }
            for (column, _) in (FIRST_DEED..).zip(&self.deeds) {
                sheet.write_blank(row, column, &mark)?;
            }
        }
        paper(sheet)?;
        book.save_to_buffer()
    }
}

/// A4 across, as wide as the page, the header on each.
fn paper(sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, FIRST_HOUSEHOLD - 1)?;
    Ok(())
}
