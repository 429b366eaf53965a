//! Days as clerks write them.

use chrono::{Datelike as _, Days, NaiveDate};

use crate::spreadsheets::sheet::{Kind, Row};
use crate::spreadsheets::text::{chinese_numeral, folded};

/// Day 0 of a spreadsheet's count of days.
const COUNT_BEGINS: (i32, u32, u32) = (1899, 12, 30);
/// Counts of days that are taken for dates: 2009 to 2064.
const COUNTS: std::ops::RangeInclusive<u32> = 40_000..=60_000;
/// Years back in which a month and day without a year may lie: more is another 29 February.
const YEARS_BACK_MAX: i32 = 4;

/// What is known of the days in a sheet.
#[derive(Clone, Copy, Debug)]
pub(in crate::spreadsheets) struct Calendar {
    /// Today in the villages.
    pub(in crate::spreadsheets) today: NaiveDate,
    /// Year and month that the sheet names for itself.
    pub(in crate::spreadsheets) month: Option<(i32, u32)>,
}

/// Why a day cannot be read: code and sentence.
pub(in crate::spreadsheets) type Wrong = (&'static str, &'static str);

const UNREADABLE: Wrong = ("day_unreadable", "看不出是哪一天，请写成 11月3日 或 2026-11-03。");
const TENTHS: Wrong = ("day_unclear", "是按小数存的，分不清是几号（11.3 和 11.30 一样），请写成 11月3日。");
const NO_MONTH: Wrong = ("day_without_month", "只写了几号，不知道是几月，请写成 11月3日，或者在表头上面写明年月。");

impl Calendar {
    /// The day that a cell means.
    pub(in crate::spreadsheets) fn day(&self, text: &str, kind: Kind) -> Result<NaiveDate, Wrong> {
        let text = folded(text);
        // What stands behind a blank is a time, and what stands in brackets a day of the week.
        let first = if text.contains(':') { text.split_whitespace().next().unwrap_or_default() } else { &text };
        let plain: String = first.split(['(', '（']).next().unwrap_or_default().split_whitespace().collect();
        if kind == Kind::Number && plain.contains('.') {
            return Err(TENTHS);
        }
        let parts = plain.replace(['年', '月', '.', '/', '。'], "-");
        let parts = parts.trim_end_matches(['日', '号', '-']);
        let numbers: Option<Vec<u32>> = parts.split('-').map(number).collect();
        let day = match numbers.as_deref() {
            Some([year, month, day]) => {
                let year = if *year < 100 { year + 2_000 } else { *year };
                NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(0), *month, *day)
            }
            Some([month, day]) => self.in_some_year(*month, *day),
            Some([one]) if COUNTS.contains(one) => {
                let (year, month, day) = COUNT_BEGINS;
                NaiveDate::from_ymd_opt(year, month, day)
                    .and_then(|begin| begin.checked_add_days(Days::new(u64::from(*one))))
            }
            Some([one]) if *one > 10_000_000 => {
                NaiveDate::from_ymd_opt(i32::try_from(one / 10_000).unwrap_or(0), one / 100 % 100, one % 100)
            }
            Some([day @ 1..=31]) => {
                let (year, month) = self.month.ok_or(NO_MONTH)?;
                NaiveDate::from_ymd_opt(year, month, *day)
            }
            _ => None,
        };
        day.filter(|day| (1970..=9999).contains(&day.year())).ok_or(UNREADABLE)
    }

    /// The sheet's own year, else the last one in which that day is not still to come.
    fn in_some_year(&self, month: u32, day: u32) -> Option<NaiveDate> {
        if let Some((year, _)) = self.month {
            return NaiveDate::from_ymd_opt(year, month, day);
        }
        let years = (0..=YEARS_BACK_MAX).map(|back| self.today.year() - back);
        years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|day| *day <= self.today)
    }

    /// The month that a row above the header names.
    pub(in crate::spreadsheets) fn month_of(&self, row: &Row) -> Option<(i32, u32)> {
        row.cells.iter().find_map(|cell| self.month_in(&cell.text))
    }

    /// The month that a title names: `2026年11月`, `2026-11`, `11月份`, `十一月`.
    pub(in crate::spreadsheets) fn month_in(&self, title: &str) -> Option<(i32, u32)> {
        let text: String = folded(title).split_whitespace().collect();
        let month = |text: &str| {
            let month = number(text).or_else(|| chinese_numeral(text))?;
            (1..=12).contains(&month).then_some(month)
        };
        let tail = |text: &str, most: usize| {
            let fits = |c: &char| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c);
            let last: Vec<char> = text.chars().rev().take_while(fits).take(most).collect();
            last.into_iter().rev().collect::<String>()
        };
        if let Some((before, _)) = text.split_once('月') {
            let named = tail(before, 2);
            let month = month(&named)?;
            let year = before.strip_suffix(&named)?.strip_suffix('年').and_then(|before| number(&tail(before, 4)));
            return match year {
                Some(year) => Some((i32::try_from(year).ok()?, month)),
                None => self.in_some_year(month, 1).map(|day| (day.year(), month)),
            };
        }
        let (before, after) = text.split_once('-')?;
        let year = number(&tail(before, 4)).filter(|year| (2_000..3_000).contains(year))?;
        let digits: String = after.chars().take_while(char::is_ascii_digit).take(2).collect();
        Some((i32::try_from(year).ok()?, month(&digits)?))
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Calendar, Kind};

    fn calendar(month: Option<(i32, u32)>) -> Calendar {
        Calendar { today: "2026-11-23".parse().unwrap(), month }
    }

    #[test]
    fn a_day_is_read_in_whatever_form_it_is_written() {
        let read = |text: &str, kind| calendar(Some((2026, 11))).day(text, kind).map(|day| day.to_string());
        for text in [
            "2026-11-03",
            "2026/11/3",
            "2026.11.3",
            "２０２６年１１月３日",
            "20261103",
            "26-11-3",
            "11月3日",
            "11-3",
            "11.3",
            "3日",
            "3号",
            "3",
            "11月3日（周二）",
            "2026-11-03 08:30",
            " 11 月 3 日 ",
        ] {
            assert_eq!(read(text, Kind::Text).as_deref(), Ok("2026-11-03"), "{text}");
        }
        assert_eq!(read("46329", Kind::Number).as_deref(), Ok("2026-11-03"));
        assert_eq!(read("11.3", Kind::Number).unwrap_err().0, "day_unclear");
        for text in ["", "星期二", "11月31日", "3-5日-7日-9", "32", "0", "2026-13-01", "√"] {
            assert_eq!(read(text, Kind::Text).unwrap_err().0, "day_unreadable", "{text}");
        }
    }

    #[test]
    fn a_year_that_is_not_written_is_the_last_one_in_which_the_day_has_come() {
        let read = |text: &str| calendar(None).day(text, Kind::Text).map(|day| day.to_string());
        assert_eq!(read("11月23日").as_deref(), Ok("2026-11-23"));
        assert_eq!(read("12月3日").as_deref(), Ok("2025-12-03"));
        assert_eq!(read("2月29日").as_deref(), Ok("2024-02-29"));
        assert_eq!(read("3日").unwrap_err().0, "day_without_month");
    }

    #[test]
    fn a_title_names_a_month() {
        let read = |text: &str| calendar(None).month_in(text);
        for text in ["林家排村2026年11月积分月表", "2026 年 11 月", "积分表 2026-11", "11月份", "十一月登记表"]
        {
            assert_eq!(read(text), Some((2026, 11)), "{text}");
        }
        assert_eq!(read("12月"), Some((2025, 12)));
        assert_eq!((read("一组"), read("13月"), read("LJP-0012")), (None, None, None));
    }
}
