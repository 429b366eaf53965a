//! A table of rules: what a deed is worth.

use std::collections::BTreeMap;

use super::heading::{self, Known, Table};
use super::options::{Options, options, yes_or_no};
use super::reading::{At, Carried, refuse_repeated};
use super::report::{Parsed, Place, Report, shown};
use super::shapes::{self, Cells, number};
use super::sheet::{Row, Sheet};
use super::text::{compact, folded};
use crate::hundredths::Hundredths;
use crate::rules::soundness;
use crate::rules::terms::{
    CATEGORY_CHARS_MAX, Cap, NAME_CHARS_MAX, NewRule, PointsCap, Proof, QUANTITY_MAX, REMARK_CHARS_MAX, Review, Shape,
    Terms, UNIT_CHARS_MAX, Window,
};

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

/// 上限周期, as people write it.
pub(super) const WINDOWS: [(&str, Window); 5] =
    [("日", Window::Day), ("周", Window::Week), ("月", Window::Month), ("季度", Window::Quarter), ("年", Window::Year)];

pub(super) const PROOFS: [(&str, Proof); 9] = [
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

pub(super) const REVIEWS: [(&str, Review); 3] =
    [("免审", Review::None), ("评议", Review::Assembly), ("双审", Review::Double)];

/// The twelve columns, as a sheet of ours calls them.
pub(super) fn headings() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.headings[0])
}

/// Whether a cell with this text makes its row look like another header.
pub(super) fn is_heading(text: &str) -> bool {
    headings().any(|heading| heading::cleaned(text) == heading)
}

/// Reads a table of rules. What cannot be carried out as written is refused with its row. Categories may be filled only where they change.
pub fn rules_table(sheet: &Sheet) -> Parsed<RuleRow> {
    let mut report = Report::default();
    let Some(table) = heading::find(sheet, &KNOWN, &mut report) else {
        return report.finish(0, Vec::new());
    };
    let data = table.data_rows(Field::Name, &[Field::Points], &mut report);
    let (mut rows, mut items, mut categories) = (Vec::new(), Items::new(), Carried::default());
    for row in &data {
        rows.extend(rule(&table, row, &mut categories, &mut items, &mut report));
    }
    categories.tell(data.first().and_then(|row| table.at(row, Field::Category)), &mut report);
    for ((_, name), places) in &items {
        refuse_repeated(places, name, "item_repeated", "同一类别里请只留一条。", &mut report);
    }
    let numbers: Vec<u32> = rows.iter().map(|rule| rule.row).collect();
    let mut whole: Vec<&mut NewRule> = rows.iter_mut().map(|rule| &mut rule.rule).collect();
    for flaw in soundness::settle(&mut whole) {
        report.row_error(numbers.get(flaw.at).copied().unwrap_or_default(), flaw.code, flaw.message);
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
    let (units_at, window_at) = (at(Field::CapUnits), at(Field::CapWindow));
    let (units, window) = cap_cells(units_at.as_ref(), window_at.as_ref(), report);
    let cells = Cells { method: at(Field::Method)?, points: at(Field::Points)?, options: options_at, window };
    let shape = shapes::shape(&cells, &options, report);
    let unit = at(Field::Unit)?.required(report, UNIT_CHARS_MAX);
    let points_cap = options.points_cap.and_then(|(points, own)| {
        let window = own.or(window);
        if let (None, Some(at)) = (window, &cells.options) {
            at.error(report, "points_cap_without_window", "写了上限分，还要写上限周期，或者写成 上限分=30/年。");
        }
        window.map(|window| PointsCap { points, window })
    });
    let windowed = shape.as_ref().is_some_and(|shape| shape.window().is_some());
    match (units, window, &units_at, &window_at) {
        (Some(_), None, Some(at), Some(window_at)) if window_at.is_blank() => {
            at.error(report, "cap_without_window", "写了上限次数，还要写上限周期：日、周、月、季度或年。");
        }
        (Some(_), None, Some(at), None) => {
            at.error(report, "cap_without_window", "写了上限次数，还要写上限周期：日、周、月、季度或年。");
        }
        (None, Some(_), units_at, Some(at))
            if shape.is_some()
                && !windowed
                && options.points_cap.is_none()
                && units_at.as_ref().is_none_or(At::is_blank) =>
        {
            at.error(report, "window_without_cap", "写了上限周期，还要写上限次数。");
        }
        _ => {}
    }
    let proofs = proofs(&at(Field::Proofs)?, report);
    let review = one_of(&at(Field::Review)?, &REVIEWS, "review_unknown", report);
    let redeemable = redeemable(&at(Field::Redeemable)?, report);
    let remark = at(Field::Remark).and_then(|at| at.paragraph(report, REMARK_CHARS_MAX));
    if let (Some(shape), Some(validity), Some(at)) = (&shape, &options.validity, &cells.options)
        && !validity.is_sound(shape.degrees())
    {
        at.error(report, "validity_of_no_degree", "有效期里的级别要和分值里的一样，每级一次。");
    }
    if let (Some(Shape::Base { .. }), Some(true), Some(at)) = (&shape, redeemable, at(Field::Redeemable)) {
        at.error(report, "base_redeemable", "基础分只计荣誉，不能兑换，请写否。");
    }
    let terms = Terms {
        shape: shape?,
        unit: unit?,
        cap: units.zip(window).map(|(units, window)| Cap { units, window }),
        points_cap,
        category_cap: options.category_cap,
        category_points_cap: options.category_points_cap,
        repeat_doubles: options.repeat_doubles,
        highest_of: options.highest_of,
        validity: options.validity,
        per_person: options.per_person.unwrap_or(false),
        late_days: options.late_days,
        proofs,
        review: review?,
        redeemable: redeemable?,
        warn_first: options.warn_first,
        indoor_may_be_skipped: options.indoor_may_be_skipped.unwrap_or(false),
        remark,
    };
    Some(RuleRow { row: row.number, rule: NewRule { category: category?, name: name?, terms } })
}

/// 上限次数 and 上限周期 as they stand, each when it is written and can be read.
fn cap_cells(
    units: Option<&At<'_>>,
    window: Option<&At<'_>>,
    report: &mut Report,
) -> (Option<Hundredths>, Option<Window>) {
    let window = window.filter(|at| !at.is_blank());
    let window = window.and_then(|at| one_of(at, &WINDOWS, "window_unknown", report));
    let units = units.filter(|at| !at.is_blank()).and_then(|at| {
        let number = number(at, report)?;
        if number.0 <= 0 || number > QUANTITY_MAX {
            at.error(report, "cap_out_of_range", format!("上限次数要比 0 大，不能超过 {QUANTITY_MAX}。"));
        }
        Some(number)
    });
    (units, window)
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
    if proofs.len() > 1 && proofs.contains(&Proof::None) {
        at.error(report, "proof_contradicts", "写了无，就不能再要别的佐证。");
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
