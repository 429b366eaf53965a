//! A rule in the words of the twelve columns: what `rules_table` reads, written.
//!
//! Invariant: what is written reads back as the very same rule, without a problem.

use super::rules_table::{PROOFS, REVIEWS, WINDOWS};
use crate::hundredths::Hundredths;
use crate::rules::shape::NO_GRADE;
use crate::rules::terms::{Band, Degree, NewRule, Shape, Terms, Validity, WarnFirst, Window};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Words; empty for an empty cell.
    Words(String),
    /// A plain number.
    Number(Hundredths),
}

/// Columns of a table of rules.
pub(super) const COLUMNS: usize = 12;

/// The cells of a rule, from 类别 to 说明.
pub(super) fn row(rule: &NewRule) -> [Written; COLUMNS] {
    let NewRule { category, name, terms } = rule;
    let words = |text: &str| Written::Words(text.to_owned());
    let (method, worth) = method_and_worth(&terms.shape);
    let window = terms.cap.map(|cap| cap.window).or_else(|| terms.shape.window());
    let proofs: Vec<&str> = terms.proofs.iter().map(|proof| name_of(&PROOFS, *proof)).collect();
    [
        words(category),
        words(name),
        words(method),
        worth,
        words(&terms.unit),
        terms.cap.map_or_else(|| words(""), |cap| Written::Number(cap.units)),
        words(window.map_or("", named)),
        words(&proofs.join("|")),
        words(name_of(&REVIEWS, terms.review)),
        words(if terms.redeemable { "是" } else { "否" }),
        Written::Words(options(terms).join(";")),
        words(terms.remark.as_deref().unwrap_or_default()),
    ]
}

/// 方式 and 分值.
fn method_and_worth(shape: &Shape) -> (&'static str, Written) {
    let list = |parts: Vec<String>| Written::Words(parts.join(" "));
    let by_degree =
        |degrees: &[Degree]| list(degrees.iter().map(|one| format!("{}:{}", one.name, one.points)).collect());
    match shape {
        Shape::Addition { points } | Shape::TopShare { points, .. } => ("加分", Written::Number(*points)),
        Shape::Deduction { points } => ("扣分", Written::Number(*points)),
        Shape::Inspection { full_marks, .. } => ("评比", Written::Number(*full_marks)),
        Shape::Ladder { steps, .. } => {
            ("阶梯", list(steps.iter().map(|step| format!("{}:{}", step.units, step.points)).collect()))
        }
        Shape::Bands { bands } => {
            let band = |band: &Band| {
                let to = band.to.map(|to| to.to_string()).unwrap_or_default();
                format!("{}-{to}:{}/{}", band.from, band.points, band.per)
            };
            ("分段", list(bands.iter().map(band).collect()))
        }
        Shape::Degrees { degrees } => ("分级", by_degree(degrees)),
        Shape::DegreesOff { degrees } => ("分级扣分", by_degree(degrees)),
        Shape::Base { points, .. } => ("基础", Written::Number(*points)),
        Shape::Veto(veto) => ("否决", Written::Words(veto.lowers_to.clone().unwrap_or_else(|| NO_GRADE.to_owned()))),
    }
}

/// 选项, one after the other.
fn options(terms: &Terms) -> Vec<String> {
    let mut options = Vec::new();
    let mut say = |key: &str, value: Option<String>| options.extend(value.map(|value| format!("{key}={value}")));
    let windowed = |number: Hundredths, window: Window| format!("{number}/{}", named(window));
    let yes = |yes: bool| yes.then(|| "是".to_owned());
    if let Shape::Inspection { points_per_spot, .. } = &terms.shape {
        say("每处扣", Some(points_per_spot.to_string()));
    }
    if let Shape::TopShare { percent, .. } = &terms.shape {
        say("前百分比奖励", Some(percent.to_string()));
    }
    if let Shape::Veto(veto) = &terms.shape {
        say("清零", veto.zeroes.map(|window| named(window).to_owned()));
        say("停兑", veto.blocks_years.map(|years| format!("{years}年")));
    }
    say(
        "先劝导",
        terms.warn_first.map(|warn| match warn {
            WarnFirst::OnTheSpot => "当场".to_owned(),
            WarnFirst::Days(days) => format!("{days}天"),
        }),
    );
    say("再犯加倍", terms.repeat_doubles.map(|window| named(window).to_owned()));
    say("只取最高", terms.highest_of.clone());
    say("有效期", terms.validity.as_ref().map(validity));
    say("上限分", terms.points_cap.map(|cap| windowed(cap.points, cap.window)));
    say("类上限次", terms.category_cap.map(|cap| windowed(cap.units, cap.window)));
    say("类上限分", terms.category_points_cap.map(|cap| windowed(cap.points, cap.window)));
    say("按人", yes(terms.per_person));
    say("可没进屋", yes(terms.indoor_may_be_skipped));
    say("补录期限", terms.late_days.map(|days| format!("{days}天")));
    options
}

fn validity(validity: &Validity) -> String {
    let bare = validity.years.map(|years| format!("{years}年"));
    let by_degree = validity.by_degree.iter().map(|one| format!("{}:{}年", one.degree, one.years));
    bare.into_iter().chain(by_degree).collect::<Vec<_>>().join(" ")
}

fn named(window: Window) -> &'static str {
    name_of(&WINDOWS, window)
}

/// Every value of these tables has a name: they are written beside the types, and each is read back in a test.
fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}
