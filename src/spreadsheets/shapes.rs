//! 方式 and 分值 of a row: which shape a rule has.

use super::options::Options;
use super::reading::At;
use super::report::{Report, shown};
use super::text::{compact, folded, unguarded};
use crate::hundredths::Hundredths;
use crate::rules::shape::NO_GRADE;
use crate::rules::terms::{Band, Degree, Shape, Step, Veto, Window};

/// What 方式 may say.
pub(super) const METHODS: [&str; 9] = ["加分", "扣分", "评比", "阶梯", "分段", "分级", "分级扣分", "基础", "否决"];
/// A method, or a plain number.
const WORD_CHARS_MAX: usize = 20;
/// Twenty bands with every number at its longest.
const LIST_CHARS_MAX: usize = 900;

/// The cells that a shape is read from.
pub(super) struct Cells<'a> {
    pub(super) method: At<'a>,
    pub(super) points: At<'a>,
    pub(super) options: Option<At<'a>>,
    /// 上限周期, read already.
    pub(super) window: Option<Window>,
}

/// Reads the shape; what cannot be carried out as written is an error of its cell.
pub(super) fn shape(cells: &Cells<'_>, options: &Options, report: &mut Report) -> Option<Shape> {
    cells.method.required(report, WORD_CHARS_MAX)?;
    let method = compact(&folded(cells.method.text));
    if !METHODS.contains(&&*method) {
        cells.method.error(report, "shape_unknown", format!("方式只能写：{}。", METHODS.join("、")));
        return None;
    }
    refuse_misplaced(cells, &method, options, report);
    let shape = worded(cells, &method, options, report)?;
    if let Some((field, code, what)) = shape.unsound() {
        let options = cells.options.as_ref().filter(|_| field == "points_per_spot");
        options.unwrap_or(&cells.points).error(report, code, what);
        return None;
    }
    Some(shape)
}

/// What the cells say; whether it makes sense is asked of the shape.
fn worded(cells: &Cells<'_>, method: &str, options: &Options, report: &mut Report) -> Option<Shape> {
    let points = &cells.points;
    Some(match method {
        "加分" => {
            let points = number(points, report)?;
            match options.top_percent {
                Some(percent) => Shape::TopShare { percent, points, window: window(cells, method, report)? },
                None => Shape::Addition { points },
            }
        }
        "扣分" => Shape::Deduction { points: number(points, report)? },
        "评比" => {
            let full_marks = number(points, report)?;
            if options.points_per_spot.is_none() {
                let at = cells.options.as_ref().unwrap_or(points);
                at.error(report, "spot_missing", "评比要在选项里写每处扣几分，如 每处扣=2。");
            }
            Shape::Inspection { full_marks, points_per_spot: options.points_per_spot? }
        }
        "阶梯" => {
            let steps = list(points, "4:1 10:2", report, step)?;
            Shape::Ladder { steps, window: window(cells, method, report)? }
        }
        "分段" => Shape::Bands { bands: list(points, "100-1000:1/100 1001-:1/1000", report, band)? },
        "分级" => Shape::Degrees { degrees: list(points, "村:3 县:20", report, degree)? },
        "分级扣分" => Shape::DegreesOff { degrees: list(points, "轻:3 重:10", report, degree)? },
        "基础" => Shape::Base { points: number(points, report)?, window: window(cells, method, report)? },
        _ => {
            let grade = compact(&points.required(report, WORD_CHARS_MAX)?);
            let lowers_to = Some(grade).filter(|grade| grade != NO_GRADE);
            Shape::Veto(Veto { lowers_to, zeroes: options.zeroes, blocks_years: options.blocks_years })
        }
    })
}

fn refuse_misplaced(cells: &Cells<'_>, method: &str, options: &Options, report: &mut Report) {
    let inspects = method == "评比";
    let deducts = matches!(method, "扣分" | "分级扣分");
    let graded = matches!(method, "分级" | "分级扣分");
    let by_degree = options.validity.as_ref().is_some_and(|validity| !validity.by_degree.is_empty());
    for (misplaced, option, where_it_belongs) in [
        (!inspects && options.points_per_spot.is_some(), "每处扣", "评比"),
        (!inspects && options.indoor_may_be_skipped.is_some(), "可没进屋", "评比"),
        (!deducts && options.warn_first.is_some(), "先劝导", "扣分"),
        (method != "加分" && options.top_percent.is_some(), "前百分比奖励", "加分"),
        (method != "否决" && options.zeroes.is_some(), "清零", "否决"),
        (method != "否决" && options.blocks_years.is_some(), "停兑", "否决"),
        (!graded && by_degree, "有效期=村:1年", "分级"),
    ] {
        if let (true, Some(at)) = (misplaced, &cells.options) {
            let what = format!("「{option}」只用在{where_it_belongs}里，请删掉或者改方式。");
            at.error(report, "option_misplaced", what);
        }
    }
}

/// 上限周期 where a shape cannot do without it.
fn window(cells: &Cells<'_>, method: &str, report: &mut Report) -> Option<Window> {
    if cells.window.is_none() {
        let what = format!("「{method}」要在上限周期里写按什么算：日、周、月、季度或年。");
        cells.method.error(report, "window_missing", what);
    }
    cells.window
}

/// A plain number in a cell.
pub(super) fn number(at: &At<'_>, report: &mut Report) -> Option<Hundredths> {
    let text = at.required(report, WORD_CHARS_MAX)?;
    let number = Hundredths::parse(&compact(&folded(&text)));
    if number.is_none() {
        at.error(report, "not_a_number", format!("「{}」不是数字，请只写数字，最多两位小数。", shown(&text)));
    }
    number
}

/// Reads a list of parts between blanks; one that cannot be read refuses the cell.
fn list<T>(at: &At<'_>, like: &str, report: &mut Report, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    at.required(report, LIST_CHARS_MAX)?;
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；');
    let mut read = Vec::new();
    for part in unguarded(at.text).split(separates).filter(|part| !part.is_empty()) {
        match one(part) {
            Some(part) => read.push(part),
            None => {
                let what = format!("「{}」看不懂，应写成 {like} 这样。", shown(part));
                at.error(report, "points_unreadable", what);
                return None;
            }
        }
    }
    Some(read)
}

fn step(part: &str) -> Option<Step> {
    let part = folded(part);
    let (units, points) = part.split_once(':')?;
    Some(Step { units: Hundredths::parse(units)?, points: Hundredths::parse(points)? })
}

/// The name stays as it is written; the number is plain.
fn degree(part: &str) -> Option<Degree> {
    let (name, points) = part.split_once([':', '：'])?;
    Some(Degree { name: name.to_owned(), points: Hundredths::parse(&folded(points))? })
}

fn band(part: &str) -> Option<Band> {
    let part = folded(part);
    let (range, worth) = part.split_once(':')?;
    let ((from, to), (points, per)) = (range.split_once('-')?, worth.split_once('/')?);
    let to = if to.is_empty() { None } else { Some(Hundredths::parse(to)?) };
    Some(Band { from: Hundredths::parse(from)?, to, points: Hundredths::parse(points)?, per: Hundredths::parse(per)? })
}
