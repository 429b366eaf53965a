//! 选项 of a rule: `key=value` separated by `;`.

use super::reading::At;
use super::report::{Report, shown};
use super::rules_table::WINDOWS;
use super::text::folded;
use crate::hundredths::Hundredths;
use crate::rules::shape::{GROUP_CHARS_MAX, YEARS_MAX, is_word};
use crate::rules::terms::{Cap, DegreeYears, POINTS_MAX, PointsCap, QUANTITY_MAX, Validity, WarnFirst, Window};

/// A year to put something right; more is a slip of the finger.
const WARN_DAYS_MAX: u16 = 365;

/// What the options of a row say; each `None` when it is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// 每处扣
    pub(super) points_per_spot: Option<Hundredths>,
    /// 先劝导
    pub(super) warn_first: Option<WarnFirst>,
    /// 可没进屋
    pub(super) indoor_may_be_skipped: Option<bool>,
    /// 再犯加倍
    pub(super) repeat_doubles: Option<Window>,
    /// 只取最高
    pub(super) highest_of: Option<String>,
    /// 有效期
    pub(super) validity: Option<Validity>,
    /// 上限分, with a window of its own or that of the row
    pub(super) points_cap: Option<(Hundredths, Option<Window>)>,
    /// 类上限次
    pub(super) category_cap: Option<Cap>,
    /// 类上限分
    pub(super) category_points_cap: Option<PointsCap>,
    /// 按人
    pub(super) per_person: Option<bool>,
    /// 补录期限
    pub(super) late_days: Option<u16>,
    /// 前百分比奖励
    pub(super) top_percent: Option<u8>,
    /// 清零
    pub(super) zeroes: Option<Window>,
    /// 停兑
    pub(super) blocks_years: Option<u8>,
}

/// Reads the cell; every option that cannot be carried out as written is an error of it.
pub(super) fn options(at: &At<'_>, report: &mut Report) -> Options {
    let mut options = Options::default();
    for option in at.text.split([';', '；']).map(str::trim).filter(|option| !option.is_empty()) {
        if let Err((code, what)) = options.take(option) {
            at.error(report, code, what);
        }
    }
    options
}

type Wrong = (&'static str, String);

impl Options {
    fn take(&mut self, option: &str) -> Result<(), Wrong> {
        let (key, words) = option.split_once(['=', '＝']).map_or((option, ""), |(key, value)| (key, value.trim()));
        // Names of degrees and groups are kept as they are written elsewhere; the rest is plain.
        let (key, value) = (folded(key), folded(words));
        let (key, value) = (key.trim(), value.trim());
        let invalid = |advice: &str| ("option_invalid", format!("「{}」写得不对，{advice}", shown(option)));
        match key {
            "每处扣" => {
                let points = Hundredths::parse(value).filter(|points| points.0 > 0 && *points <= POINTS_MAX);
                once(&mut self.points_per_spot, points.ok_or_else(|| invalid("应写成 每处扣=2 这样。"))?, key)
            }
            "先劝导" => {
                let warn = warn_first(value).ok_or_else(|| invalid("应写成 先劝导=当场 或 先劝导=3天。"))?;
                once(&mut self.warn_first, warn, key)
            }
            "可没进屋" => {
                let skipped = yes_or_no(value).ok_or_else(|| invalid("应写成 可没进屋=是 或 可没进屋=否。"))?;
                once(&mut self.indoor_may_be_skipped, skipped, key)
            }
            "再犯加倍" => {
                let window = window(value).ok_or_else(|| invalid("应写成 再犯加倍=季度 这样。"))?;
                once(&mut self.repeat_doubles, window, key)
            }
            "只取最高" => {
                let group = Some(words).filter(|word| is_word(word, GROUP_CHARS_MAX));
                let group = group.ok_or_else(|| invalid("应写成 只取最高=救灾 这样，几项写同一个词。"))?;
                once(&mut self.highest_of, group.to_owned(), key)
            }
            "有效期" => {
                let advice = "应写成 有效期=3年、有效期=村:1年 县:3年，或者 有效期=1年 县:3年。";
                let validity = validity(words).ok_or_else(|| invalid(advice))?;
                once(&mut self.validity, validity, key)
            }
            "上限分" => {
                let (points, own) = value.split_once('/').map_or((value, None), |(points, own)| (points, Some(own)));
                let points = points_in(points).ok_or_else(|| invalid("应写成 上限分=30 或 上限分=30/年。"))?;
                let own =
                    own.map(|own| window(own).ok_or_else(|| invalid("应写成 上限分=30/年 这样。"))).transpose()?;
                once(&mut self.points_cap, (points, own), key)
            }
            "类上限次" => {
                let cap = in_window(value, QUANTITY_MAX).ok_or_else(|| invalid("应写成 类上限次=4/月 这样。"))?;
                once(&mut self.category_cap, Cap { units: cap.0, window: cap.1 }, key)
            }
            "类上限分" => {
                let cap = in_window(value, POINTS_MAX).ok_or_else(|| invalid("应写成 类上限分=20/月 这样。"))?;
                once(&mut self.category_points_cap, PointsCap { points: cap.0, window: cap.1 }, key)
            }
            "按人" => {
                let counts = yes_or_no(value).ok_or_else(|| invalid("应写成 按人=是 或 按人=否。"))?;
                once(&mut self.per_person, counts, key)
            }
            "补录期限" => {
                let days = days(value).ok_or_else(|| invalid("应写成 补录期限=30天 这样。"))?;
                once(&mut self.late_days, days, key)
            }
            "前百分比奖励" => {
                let percent = value.trim_end_matches('%').parse().ok().filter(|percent| (1..=100).contains(percent));
                once(&mut self.top_percent, percent.ok_or_else(|| invalid("应写成 前百分比奖励=10 这样。"))?, key)
            }
            "清零" => {
                let window = window(value).ok_or_else(|| invalid("应写成 清零=年 这样。"))?;
                once(&mut self.zeroes, window, key)
            }
            "停兑" => {
                let years = years(value).ok_or_else(|| invalid("应写成 停兑=2年 这样。"))?;
                once(&mut self.blocks_years, years, key)
            }
            _ => Err(("option_unknown", format!("没有「{}」这个选项，请按模板改正。", shown(key)))),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T, key: &str) -> Result<(), Wrong> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(("option_repeated", format!("「{key}」写了两次，请只留一个。"))),
    }
}

fn warn_first(text: &str) -> Option<WarnFirst> {
    if text == "当场" {
        return Some(WarnFirst::OnTheSpot);
    }
    days(text).map(WarnFirst::Days)
}

fn days(text: &str) -> Option<u16> {
    let days = text.strip_suffix('天').filter(|days| days.bytes().all(|byte| byte.is_ascii_digit()))?;
    days.parse().ok().filter(|days| (1..=WARN_DAYS_MAX).contains(days))
}

fn years(text: &str) -> Option<u8> {
    let years = text.strip_suffix('年').filter(|years| years.bytes().all(|byte| byte.is_ascii_digit()))?;
    years.parse().ok().filter(|years| (1..=YEARS_MAX).contains(years))
}

/// `3年`, `村:1年 县:3年`, or `1年 县:3年`: the bare one is for the degrees that are not named.
fn validity(text: &str) -> Option<Validity> {
    let mut validity = Validity { years: None, by_degree: Vec::new() };
    for part in text.split_whitespace() {
        match part.split_once([':', '：']) {
            None if validity.years.is_none() => validity.years = Some(years(&folded(part))?),
            None => return None,
            Some((degree, text)) => {
                let degree = degree.to_owned();
                validity.by_degree.push(DegreeYears { degree, years: years(&folded(text))? });
            }
        }
    }
    (validity.years.is_some() || !validity.by_degree.is_empty()).then_some(validity)
}

fn points_in(text: &str) -> Option<Hundredths> {
    Hundredths::parse(text.trim()).filter(|points| points.0 > 0 && *points <= POINTS_MAX)
}

/// `4/月`.
fn in_window(text: &str, most: Hundredths) -> Option<(Hundredths, Window)> {
    let (number, name) = text.split_once('/')?;
    let number = Hundredths::parse(number.trim()).filter(|number| number.0 > 0 && *number <= most)?;
    Some((number, window(name)?))
}

fn window(text: &str) -> Option<Window> {
    WINDOWS.iter().find(|(name, _)| *name == text.trim()).map(|(_, window)| *window)
}

/// 是 or 否.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "是" => Some(true),
        "否" => Some(false),
        _ => None,
    }
}
