//! 方式 and 分值 of a row: which shape a rule has.

use super::options::Options;
use super::reading::At;
use super::report::{Report, shown};
use super::text::{compact, folded};
use crate::hundredths::Hundredths;
use crate::rules::terms::{AMOUNT_MAX, Band, Degree, POINTS_MAX, QUANTITY_MAX, Shape, Step, Veto, Window};

/// What 方式 may say.
const METHODS: [&str; 9] = ["加分", "扣分", "评比", "阶梯", "分段", "分级", "分级扣分", "基础", "否决"];
/// A method, or a plain number.
const WORD_CHARS_MAX: usize = 20;
/// A ladder of twenty steps.
const LIST_CHARS_MAX: usize = 200;
/// 国家, 一般, 特别严重 …
const DEGREE_CHARS_MAX: usize = 10;
/// What stands in 分值 of a veto that lowers no grade.
const NO_GRADE: &str = "无";

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
    match method.as_str() {
        "加分" => {
            let points = points(&cells.points, report)?;
            match options.top_percent {
                Some(percent) => Some(Shape::TopShare { percent, points, window: window(cells, &method, report)? }),
                None => Some(Shape::Addition { points }),
            }
        }
        "扣分" => Some(Shape::Deduction { points: points(&cells.points, report)? }),
        "评比" => inspection(points(&cells.points, report)?, cells, options, report),
        "阶梯" => {
            let steps = list(&cells.points, "4:1 10:2", report, step)?;
            let rises = steps.windows(2).all(|two| two[0].units < two[1].units && two[0].points < two[1].points);
            let steps = Some(steps).filter(|_| rises);
            if steps.is_none() {
                cells.points.error(report, "steps_not_rising", "阶梯要从低到高写，次数和分值都要越来越大。");
            }
            Some(Shape::Ladder { window: window(cells, &method, report)?, steps: steps? })
        }
        "分段" => bands(cells, report),
        "分级" => Some(Shape::Degrees { degrees: degrees(cells, report)? }),
        "分级扣分" => Some(Shape::DegreesOff { degrees: degrees(cells, report)? }),
        "基础" => {
            let points = points(&cells.points, report)?;
            Some(Shape::Base { points, window: window(cells, &method, report)? })
        }
        _ => veto(cells, options, report),
    }
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

fn inspection(full_marks: Hundredths, cells: &Cells<'_>, options: &Options, report: &mut Report) -> Option<Shape> {
    let at = cells.options.as_ref().unwrap_or(&cells.points);
    match options.points_per_spot {
        Some(points_per_spot) if points_per_spot <= full_marks => {
            Some(Shape::Inspection { full_marks, points_per_spot })
        }
        Some(_) => {
            at.error(report, "spot_above_full_marks", "每处扣的分不能比满分多，请改正。");
            None
        }
        None => {
            at.error(report, "spot_missing", "评比要在选项里写每处扣几分，如 每处扣=2。");
            None
        }
    }
}

fn veto(cells: &Cells<'_>, options: &Options, report: &mut Report) -> Option<Shape> {
    let grade = cells.points.required(report, WORD_CHARS_MAX)?;
    let lowers_to = Some(compact(&grade)).filter(|grade| grade != NO_GRADE);
    let veto = Veto { lowers_to, zeroes: options.zeroes, blocks_years: options.blocks_years };
    if veto == Veto::default() {
        let what = "否决要写明后果：分值里写降到哪一档，或者在选项里写 清零=年、停兑=2年。";
        cells.points.error(report, "veto_without_effect", what);
        return None;
    }
    Some(Shape::Veto(veto))
}

/// 上限周期 where a shape cannot do without it.
fn window(cells: &Cells<'_>, method: &str, report: &mut Report) -> Option<Window> {
    if cells.window.is_none() {
        let what = format!("「{method}」要在上限周期里写按什么算：日、周、月、季度或年。");
        cells.method.error(report, "window_missing", what);
    }
    cells.window
}

fn points(at: &At<'_>, report: &mut Report) -> Option<Hundredths> {
    let points = number(at, report)?;
    if points.0 <= 0 {
        at.error(report, "points_not_positive", "分值要比 0 大；扣分也写正数，方式写扣分就行。");
    } else if points > POINTS_MAX {
        at.error(report, "points_too_large", format!("分值不能超过 {POINTS_MAX}，请改正。"));
    }
    Some(points)
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
    let text = folded(&at.required(report, LIST_CHARS_MAX)?);
    let mut read = Vec::new();
    for part in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | ';')).filter(|part| !part.is_empty())
    {
        match one(part) {
            Some(part) => read.push(part),
            None => {
                let what = format!("「{}」看不懂，应写成 {like} 这样。", shown(part));
                at.error(report, "points_unreadable", what);
                return None;
            }
        }
    }
    Some(read).filter(|read| !read.is_empty())
}

fn above_zero(text: &str, most: Hundredths) -> Option<Hundredths> {
    Hundredths::parse(text).filter(|number| number.0 > 0 && *number <= most)
}

fn step(part: &str) -> Option<Step> {
    let (units, points) = part.split_once(':')?;
    Some(Step { units: above_zero(units, QUANTITY_MAX)?, points: above_zero(points, POINTS_MAX)? })
}

fn degrees(cells: &Cells<'_>, report: &mut Report) -> Option<Vec<Degree>> {
    let one = |part: &str| {
        let (name, points) = part.split_once(':')?;
        let name = Some(name).filter(|name| (1..=DEGREE_CHARS_MAX).contains(&name.chars().count()))?;
        Some(Degree { name: name.to_owned(), points: above_zero(points, POINTS_MAX)? })
    };
    let degrees = list(&cells.points, "村:3 县:20", report, one)?;
    let twice = degrees.iter().enumerate().find(|(at, one)| degrees[..*at].iter().any(|other| other.name == one.name));
    if let Some((_, twice)) = twice {
        cells.points.error(report, "degree_repeated", format!("「{}」写了两次，请只留一个。", twice.name));
        return None;
    }
    Some(degrees)
}

fn bands(cells: &Cells<'_>, report: &mut Report) -> Option<Shape> {
    let one = |part: &str| {
        let (range, worth) = part.split_once(':')?;
        let ((from, to), (points, per)) = (range.split_once('-')?, worth.split_once('/')?);
        let to = if to.is_empty() { None } else { Some(above_zero(to, AMOUNT_MAX)?) };
        Some(Band {
            from: above_zero(from, AMOUNT_MAX)?,
            to,
            points: above_zero(points, POINTS_MAX)?,
            per: above_zero(per, AMOUNT_MAX)?,
        })
    };
    let bands: Vec<Band> = list(&cells.points, "100-1000:1/100 1001-:1/1000", report, one)?;
    let follows = |two: &[Band]| two[0].to.is_some_and(|end| end < two[1].from && two[1].from.0 - end.0 <= 100);
    let sound = bands.iter().all(|band| band.to.is_none_or(|to| band.from < to)) && bands.windows(2).all(follows);
    if !sound {
        let what = "分段要一段接一段，从小到大，如 100-1000:1/100 1001-:1/1000。";
        cells.points.error(report, "bands_not_adjoining", what);
        return None;
    }
    Some(Shape::Bands { bands })
}
