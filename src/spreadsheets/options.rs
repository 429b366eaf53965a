//! 选项 of a rule: `key=value` separated by `;`.

use super::reading::At;
use super::report::{Report, shown};
use super::text::folded;
use crate::hundredths::Hundredths;
use crate::rules::terms::{POINTS_MAX, WarnFirst};

/// A year to put something right; more is a slip of the finger.
const WARN_DAYS_MAX: u16 = 365;
/// Options of the grammar that are not carried out yet.
const NOT_YET: [&str; 7] = ["再犯加倍", "只取最高", "有效期", "上限分", "按人", "补录期限", "前百分比奖励"];

/// What the options of a row say; each `None` when it is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// 每处扣
    pub(super) points_per_spot: Option<Hundredths>,
    /// 先劝导
    pub(super) warn_first: Option<WarnFirst>,
    /// 可没进屋
    pub(super) indoor_may_be_skipped: Option<bool>,
}

/// Reads the cell; every option that cannot be carried out as written is an error of it.
pub(super) fn options(at: &At<'_>, report: &mut Report) -> Options {
    let mut options = Options::default();
    let text = folded(at.text);
    for option in text.split(';').map(str::trim).filter(|option| !option.is_empty()) {
        if let Err((code, what)) = options.take(option) {
            at.error(report, code, what);
        }
    }
    options
}

type Wrong = (&'static str, String);

impl Options {
    fn take(&mut self, option: &str) -> Result<(), Wrong> {
        let (key, value) = option.split_once('=').map_or((option, ""), |(key, value)| (key.trim(), value.trim()));
        if NOT_YET.contains(&key) {
            let what = format!("现在还不支持「{key}」，这一条没有导入，请改成简单的写法。");
            return Err(("option_not_supported", what));
        }
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
    let days = text.strip_suffix('天').filter(|days| days.bytes().all(|byte| byte.is_ascii_digit()))?;
    days.parse().ok().filter(|days| (1..=WARN_DAYS_MAX).contains(days)).map(WarnFirst::Days)
}

/// 是 or 否.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "是" => Some(true),
        "否" => Some(false),
        _ => None,
    }
}
