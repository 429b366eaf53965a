//! A table of rules: what a deed is worth.

use std::collections::BTreeMap;

use super::heading::{self, Known, Table};
use super::options::{Options, options, yes_or_no};
use super::reading::{At, Carried, refuse_repeated};
use super::report::{Parsed, Place, Report, shown};
use super::sheet::{Row, Sheet};
use super::text::{compact, folded};
use crate::hundredths::Hundredths;
use crate::rules::terms::{Cap, NewRule, POINTS_MAX, Proof, QUANTITY_MAX, Review, Shape, Terms, Window};

/// A family of conduct: a few characters on a chip.
const CATEGORY_CHARS_MAX: usize = 20;
/// One or two lines on a phone.
const NAME_CHARS_MAX: usize = 60;
/// 次, 人次, 小时…
const UNIT_CHARS_MAX: usize = 8;
/// A paragraph for people.
const REMARK_CHARS_MAX: usize = 300;

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Row of the sheet, from 1.
    pub row: u32,
    /// What it says.
    pub rule: NewRule,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    Category,
    Name,
    Method,
    Points,
    Unit,
    CapUnits,
    CapWindow,
    Proofs,
    Review,
    Redeemable,
    Options,
    Remark,
}

const KNOWN: [Known<Field>; 12] = [
    Known { field: Field::Category, headings: &["类别", "分类", "积分类别", "类型"], required: true },
    Known {
        field: Field::Name, headings: &["事项", "积分事项", "项目", "积分项目", "内容"], required: true
    },
    Known { field: Field::Method, headings: &["方式", "计分方式", "积分方式"], required: true },
    Known { field: Field::Points, headings: &["分值", "分数", "积分", "标准分"], required: true },
    Known { field: Field::Unit, headings: &["单位", "计量单位"], required: true },
    Known { field: Field::CapUnits, headings: &["上限次数", "次数上限"], required: false },
    Known { field: Field::CapWindow, headings: &["上限周期", "周期"], required: false },
    Known { field: Field::Proofs, headings: &["佐证", "佐证材料"], required: true },
    Known { field: Field::Review, headings: &["审核", "审核方式"], required: true },
    Known { field: Field::Redeemable, headings: &["可兑换", "是否可兑换", "能否兑换"], required: true },
    Known { field: Field::Options, headings: &["选项"], required: false },
    Known { field: Field::Remark, headings: &["说明", "备注"], required: false },
];

/// 方式 of the grammar that are not carried out yet.
const NOT_YET: [&str; 6] = ["阶梯", "分段", "分级", "分级扣分", "基础", "否决"];

const WINDOWS: [(&str, Window); 5] =
    [("日", Window::Day), ("周", Window::Week), ("月", Window::Month), ("季度", Window::Quarter), ("年", Window::Year)];

const PROOFS: [(&str, Proof); 9] = [
    ("无", Proof::None),
    ("签到", Proof::SignIn),
    ("照片", Proof::Photo),
    ("证书", Proof::Certificate),
    ("票据", Proof::Receipt),
    ("调解书", Proof::Mediation),
    ("双方确认", Proof::BothSides),
    ("集体决定", Proof::Collective),
    ("处罚决定", Proof::Penalty),
];

const REVIEWS: [(&str, Review); 3] = [("免审", Review::None), ("评议", Review::Assembly), ("双审", Review::Double)];

/// Reads a table of rules in the shapes 加分, 扣分 and 评比. What cannot be carried out as written is
/// refused with its row. Categories may be filled only where they change.
pub fn rules_table(sheet: &Sheet) -> Parsed<RuleRow> {
    let mut report = Report::default();
    let Some(table) = heading::find(sheet, &KNOWN, &mut report) else {
        return report.finish(0, Vec::new());
    };
    let data = table.data_rows(Field::Name, &mut report);
    let (mut rows, mut items, mut categories) = (Vec::new(), Items::new(), Carried::default());
    for row in &data {
        rows.extend(rule(&table, row, &mut categories, &mut items, &mut report));
    }
    categories.tell(data.first().and_then(|row| table.at(row, Field::Category)), &mut report);
    for ((_, name), places) in &items {
        refuse_repeated(places, name, "item_repeated", "同一类别里请只留一条。", &mut report);
    }
    rows.retain(|rule| !report.refuses(rule.row));
    report.finish(data.len() as u32, rows)
}

/// Where each item of a category stands.
type Items<'a> = BTreeMap<(String, String), Vec<Place<'a>>>;

fn rule<'t>(
    table: &'t Table<'_, Field>,
    row: &'t Row,
    categories: &mut Carried,
    items: &mut Items<'t>,
    report: &mut Report,
) -> Option<RuleRow> {
    let at = |field| table.at(row, field);
    let category = categories.next(&at(Field::Category)?, CATEGORY_CHARS_MAX, report);
    let name_at = at(Field::Name)?;
    let name = name_at.required(report, NAME_CHARS_MAX);
    if let (Some(category), Some(name)) = (&category, &name) {
        items.entry((category.clone(), name.clone())).or_default().push(name_at.place);
    }
    let options_at = at(Field::Options);
    let options = options_at.map_or_else(Options::default, |at| options(&at, report));
    let shape = shape(&at(Field::Method)?, &at(Field::Points)?, options_at.as_ref(), options, report);
    let unit = at(Field::Unit)?.required(report, UNIT_CHARS_MAX);
    let cap = cap(at(Field::CapUnits), at(Field::CapWindow), report);
    let proofs = proofs(&at(Field::Proofs)?, report);
    let review = one_of(&at(Field::Review)?, &REVIEWS, "review_unknown", report);
    let redeemable = redeemable(&at(Field::Redeemable)?, report);
    let remark = at(Field::Remark).and_then(|at| at.optional(report, REMARK_CHARS_MAX));
    let terms = Terms {
        shape: shape?,
        unit: unit?,
        cap,
        proofs,
        review: review?,
        redeemable: redeemable?,
        warn_first: options.warn_first,
        indoor_may_be_skipped: options.indoor_may_be_skipped.unwrap_or(false),
        remark,
        ..Terms::default()
    };
    Some(RuleRow { row: row.number, rule: NewRule { category: category?, name: name?, terms } })
}

fn shape(
    method: &At<'_>,
    points: &At<'_>,
    options_at: Option<&At<'_>>,
    options: Options,
    report: &mut Report,
) -> Option<Shape> {
    method.required(report, CATEGORY_CHARS_MAX)?;
    let name = compact(&folded(method.text));
    if NOT_YET.contains(&&*name) {
        let what = format!("现在还不支持「{name}」，这一条没有导入，请改成加分、扣分或评比。");
        method.error(report, "shape_not_supported", what);
        return None;
    }
    if !["加分", "扣分", "评比"].contains(&&*name) {
        method.error(report, "shape_unknown", "方式只能写加分、扣分或评比。");
        return None;
    }
    let inspects = name == "评比";
    for (misplaced, option, where_it_belongs) in [
        (!inspects && options.points_per_spot.is_some(), "每处扣", "评比"),
        (!inspects && options.indoor_may_be_skipped.is_some(), "可没进屋", "评比"),
        (name != "扣分" && options.warn_first.is_some(), "先劝导", "扣分"),
    ] {
        if let (true, Some(at)) = (misplaced, options_at) {
            let what = format!("「{option}」只用在{where_it_belongs}里，请删掉或者改方式。");
            at.error(report, "option_misplaced", what);
        }
    }
    let number = self::points(points, report)?;
    match name.as_str() {
        "加分" => Some(Shape::Addition { points: number }),
        "扣分" => Some(Shape::Deduction { points: number }),
        _ => inspection(number, points, options_at, options, report),
    }
}

fn inspection(
    full_marks: Hundredths,
    points: &At<'_>,
    options_at: Option<&At<'_>>,
    options: Options,
    report: &mut Report,
) -> Option<Shape> {
    match options.points_per_spot {
        Some(points_per_spot) if points_per_spot <= full_marks => {
            Some(Shape::Inspection { full_marks, points_per_spot })
        }
        Some(_) => {
            options_at.unwrap_or(points).error(report, "spot_above_full_marks", "每处扣的分不能比满分多，请改正。");
            None
        }
        None => {
            options_at.unwrap_or(points).error(report, "spot_missing", "评比要在选项里写每处扣几分，如 每处扣=2。");
            None
        }
    }
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

fn number(at: &At<'_>, report: &mut Report) -> Option<Hundredths> {
    let text = at.required(report, CATEGORY_CHARS_MAX)?;
    let number = Hundredths::parse(&compact(&folded(&text)));
    if number.is_none() {
        at.error(report, "not_a_number", format!("「{}」不是数字，请只写数字，最多两位小数。", shown(&text)));
    }
    number
}

fn cap(units: Option<At<'_>>, window: Option<At<'_>>, report: &mut Report) -> Option<Cap> {
    let blank = |at: &Option<At<'_>>| at.as_ref().is_none_or(At::is_blank);
    match (blank(&units), blank(&window)) {
        (true, true) => return None,
        (false, true) => {
            units?.error(report, "cap_without_window", "写了上限次数，还要写上限周期：日、周、月、季度或年。")
        }
        (true, false) => window?.error(report, "window_without_cap", "写了上限周期，还要写上限次数。"),
        (false, false) => {
            let (units, window) = (units?, window?);
            let window = one_of(&window, &WINDOWS, "window_unknown", report);
            let number = number(&units, report)?;
            if number.0 <= 0 || number > QUANTITY_MAX {
                units.error(report, "cap_out_of_range", format!("上限次数要比 0 大，不能超过 {QUANTITY_MAX}。"));
            }
            return window.map(|window| Cap { units: number, window });
        }
    }
    None
}

fn proofs(at: &At<'_>, report: &mut Report) -> Vec<Proof> {
    let mut proofs = Vec::new();
    if at.required(report, NAME_CHARS_MAX).is_none() {
        return proofs;
    }
    for word in compact(&folded(at.text)).split('|') {
        match PROOFS.iter().find(|(name, _)| *name == word) {
            Some((_, proof)) if proofs.contains(proof) => {
                at.error(report, "proof_repeated", format!("「{word}」写了两次，请只留一个。"));
            }
            Some((_, proof)) => proofs.push(*proof),
            None => unknown(at, &PROOFS, "proof_unknown", report),
        }
    }
    proofs
}

fn redeemable(at: &At<'_>, report: &mut Report) -> Option<bool> {
    at.required(report, CATEGORY_CHARS_MAX)?;
    let redeemable = yes_or_no(&compact(at.text));
    if redeemable.is_none() {
        at.error(report, "redeemable_unknown", "只能写是或否。");
    }
    redeemable
}

fn one_of<T: Copy>(at: &At<'_>, table: &[(&str, T)], code: &'static str, report: &mut Report) -> Option<T> {
    at.required(report, CATEGORY_CHARS_MAX)?;
    let text = compact(&folded(at.text));
    let found = table.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        unknown(at, table, code, report);
    }
    found
}

fn unknown<T>(at: &At<'_>, table: &[(&str, T)], code: &'static str, report: &mut Report) {
    let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
    at.error(report, code, format!("「{}」不认识，只能写：{}。", shown(at.text), names.join("、")));
}

#[cfg(test)]
mod tests;
