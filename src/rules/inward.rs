//! Rules as an editor sends them, parsed. Numbers that a shape does not use are refused, so that
//! nothing is silently dropped.

use serde::Deserialize;
use utoipa::ToSchema;

use super::drafting::Written;
use super::outward::Kind;
use super::shape::{GROUP_CHARS_MAX, is_word};
use super::terms::{
    Band, CATEGORY_CHARS_MAX, Cap, Degree, NAME_CHARS_MAX, NewRule, POINTS_MAX, PointsCap, Proof, QUANTITY_MAX,
    REMARK_CHARS_MAX, Review, Shape, Step, Terms, UNIT_CHARS_MAX, Validity, Veto, WarnFirst, Window,
};
use crate::error::FieldProblem;
use crate::hundredths::Hundredths;
use crate::ids::RuleId;
use crate::words;

/// A year, for days after a deed or a warning.
const DAYS_MAX: u16 = 365;

/// A rule as an editor sends it: the fields of `Rule`, those of its shape filled in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleIn, example = json!({
    "id": null, "category": "公益活动", "name": "参加村组环境卫生整治", "kind": "addition", "points": 5, "unit": "人次",
    "proofs": ["sign_in"], "review": "none", "redeemable": true, "cap": { "units": 4, "window": "month" },
    "points_per_spot": null, "steps": [], "bands": [], "degrees": [], "percent": null, "window": null, "veto": null,
    "points_cap": null, "category_cap": null, "category_points_cap": null, "repeat_doubles": null, "highest_of": null,
    "validity": null, "late_days": null, "warn_first": null, "per_person": false, "indoor_may_be_skipped": false,
    "remark": null,
}))]
pub struct RuleIn {
    /// The rule it was; a new one when absent.
    id: Option<RuleId>,
    category: String,
    name: String,
    kind: Kind,
    points: Option<Hundredths>,
    points_per_spot: Option<Hundredths>,
    #[serde(default)]
    steps: Vec<Step>,
    #[serde(default)]
    bands: Vec<Band>,
    #[serde(default)]
    degrees: Vec<Degree>,
    percent: Option<u8>,
    window: Option<Window>,
    veto: Option<Veto>,
    unit: String,
    cap: Option<Cap>,
    points_cap: Option<PointsCap>,
    category_cap: Option<Cap>,
    category_points_cap: Option<PointsCap>,
    repeat_doubles: Option<Window>,
    highest_of: Option<String>,
    validity: Option<Validity>,
    #[serde(default)]
    per_person: bool,
    late_days: Option<u16>,
    proofs: Vec<Proof>,
    review: Review,
    redeemable: bool,
    /// `on_the_spot` or `3_days`.
    warn_first: Option<String>,
    #[serde(default)]
    indoor_may_be_skipped: bool,
    remark: Option<String>,
}

impl RuleIn {
    /// The rule, or its problems under `items[at]`.
    pub(super) fn parse(self, at: usize, problems: &mut Vec<FieldProblem>) -> Option<Written> {
        let before = problems.len();
        let field = |name: &str| format!("items[{at}].{name}");
        let category =
            words::required(&field("category"), Some(&self.category), CATEGORY_CHARS_MAX, "请写类别。", problems);
        let name = words::required(&field("name"), Some(&self.name), NAME_CHARS_MAX, "请写事项。", problems);
        let unit = words::required(&field("unit"), Some(&self.unit), UNIT_CHARS_MAX, "请写单位，如 次。", problems);
        let remark = words::optional(&field("remark"), self.remark.as_deref(), REMARK_CHARS_MAX, problems);
        let highest_of = words::optional(&field("highest_of"), self.highest_of.as_deref(), GROUP_CHARS_MAX, problems);
        let mut refuse = |wrong: bool, name: &str, code: &'static str, message: &'static str| {
            if wrong {
                problems.push(FieldProblem::new(field(name), code, message));
            }
        };
        let shape = self.shape();
        refuse(shape.is_none(), "kind", "shape_incomplete", "这种算法要填的数还没有填全。");
        if let Some((name, code, message)) = shape.as_ref().and_then(Shape::unsound) {
            refuse(true, name, code, message);
        }
        // Each stands on one line of a wall, and in one line of a sheet's cell.
        for (name, text) in [("category", &category), ("name", &name), ("unit", &unit)] {
            refuse(text.contains('\n'), name, "line_break", "这里不能换行，请写成一行。");
        }
        let group = highest_of.as_deref().is_none_or(|group| is_word(group, GROUP_CHARS_MAX));
        refuse(!group, "highest_of", "not_a_word", "请写一个词，不带空格和标点。");
        let base = matches!(shape, Some(Shape::Base { .. }));
        refuse(base && self.redeemable, "redeemable", "base_redeemable", "基础分只计荣誉，不能兑换。");
        // One counter holds the units: that of a ladder cannot be cut off by another window's.
        let counted = shape.as_ref().and_then(Shape::window).zip(self.cap).is_none_or(|(own, cap)| own == cap.window);
        refuse(!counted, "cap", "cap_in_other_window", "上限的周期要和这种算法的周期一样。");
        for (name, filled) in self.misplaced() {
            refuse(filled, name, "misplaced", "这一格在这种算法里用不上，请清空。");
        }
        let units = |cap: Option<Cap>| cap.is_some_and(|cap| !(Hundredths(1)..=QUANTITY_MAX).contains(&cap.units));
        let points =
            |cap: Option<PointsCap>| cap.is_some_and(|cap| !(Hundredths(1)..=POINTS_MAX).contains(&cap.points));
        let fair_cap = "上限要比 0 大，最多 10000。";
        refuse(units(self.cap), "cap", "out_of_range", fair_cap);
        refuse(points(self.points_cap), "points_cap", "out_of_range", fair_cap);
        refuse(units(self.category_cap), "category_cap", "out_of_range", fair_cap);
        refuse(points(self.category_points_cap), "category_points_cap", "out_of_range", fair_cap);
        let days = |days: u16| (1..=DAYS_MAX).contains(&days);
        refuse(self.late_days.is_some_and(|late| !days(late)), "late_days", "out_of_range", "天数要在 1 到 365 之间。");
        let warn_first = self.warn_first.as_deref().map(warning);
        refuse(warn_first == Some(None), "warn_first", "out_of_range", "劝导要写当场，或者 1 到 365 天。");
        refuse(
            self.validity.as_ref().is_some_and(|validity| !validity.is_sound(&self.degrees)),
            "validity",
            "out_of_range",
            "有效期要在 1 到 50 年之间，级别要和分级里的一样，每级一次。",
        );
        let none_with_others = self.proofs.len() > 1 && self.proofs.contains(&Proof::None);
        let repeated = self.proofs.iter().enumerate().any(|(at, one)| self.proofs[..at].contains(one));
        refuse(
            self.proofs.is_empty() || none_with_others || repeated,
            "proofs",
            "out_of_range",
            "佐证要么选无，要么选要的那几样，每样一次。",
        );
        let shape = shape.filter(|_| problems.len() == before)?;
        let terms = Terms {
            shape,
            unit,
            cap: self.cap,
            proofs: self.proofs,
            review: self.review,
            redeemable: self.redeemable,
            warn_first: warn_first.flatten(),
            indoor_may_be_skipped: self.indoor_may_be_skipped,
            points_cap: self.points_cap,
            category_cap: self.category_cap,
            category_points_cap: self.category_points_cap,
            repeat_doubles: self.repeat_doubles,
            highest_of,
            validity: self.validity,
            per_person: self.per_person,
            late_days: self.late_days,
            remark,
        };
        Some(Written { id: self.id, rule: NewRule { category, name, terms } })
    }

    fn shape(&self) -> Option<Shape> {
        Some(match self.kind {
            Kind::Addition => Shape::Addition { points: self.points? },
            Kind::Deduction => Shape::Deduction { points: self.points? },
            Kind::Inspection => Shape::Inspection { full_marks: self.points?, points_per_spot: self.points_per_spot? },
            Kind::Ladder => Shape::Ladder { steps: self.steps.clone(), window: self.window? },
            Kind::Bands => Shape::Bands { bands: self.bands.clone() },
            Kind::Degrees => Shape::Degrees { degrees: self.degrees.clone() },
            Kind::DegreesOff => Shape::DegreesOff { degrees: self.degrees.clone() },
            Kind::Base => Shape::Base { points: self.points?, window: self.window? },
            Kind::TopShare => Shape::TopShare { percent: self.percent?, points: self.points?, window: self.window? },
            Kind::Veto => Shape::Veto(self.veto.clone()?),
        })
    }

    /// Fields that are filled although the shape has no use for them. `points` of a ladder, of bands and
    /// of degrees is what `Rule` shows as their most, so it may come back.
    fn misplaced(&self) -> [(&'static str, bool); 9] {
        use Kind::{Bands, Base, Deduction, Degrees, DegreesOff, Inspection, Ladder, TopShare, Veto};
        let not = |kinds: &[Kind]| !kinds.contains(&self.kind);
        [
            ("points_per_spot", not(&[Inspection]) && self.points_per_spot.is_some()),
            ("indoor_may_be_skipped", not(&[Inspection]) && self.indoor_may_be_skipped),
            ("steps", not(&[Ladder]) && !self.steps.is_empty()),
            ("bands", not(&[Bands]) && !self.bands.is_empty()),
            ("degrees", not(&[Degrees, DegreesOff]) && !self.degrees.is_empty()),
            ("percent", not(&[TopShare]) && self.percent.is_some()),
            ("window", not(&[Ladder, Base, TopShare]) && self.window.is_some()),
            ("veto", not(&[Veto]) && self.veto.is_some()),
            ("warn_first", not(&[Deduction, DegreesOff]) && self.warn_first.is_some()),
        ]
    }
}

/// `on_the_spot` or `3_days`, as [`WarnFirst`] is shown.
fn warning(text: &str) -> Option<WarnFirst> {
    if text == WarnFirst::OnTheSpot.to_string() {
        return Some(WarnFirst::OnTheSpot);
    }
    let days = text.strip_suffix("_days")?.parse().ok()?;
    (1..=DAYS_MAX).contains(&days).then_some(WarnFirst::Days(days))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::RuleIn;

    /// The problems of a rule, as field and code, that is fine but for these fields.
    fn said(fields: Value) -> Vec<(String, String)> {
        let mut rule = json!({
            "category": "公益活动", "name": "巡河", "kind": "addition", "points": 5, "unit": "次", "proofs": ["none"],
            "review": "none", "redeemable": true,
        });
        rule.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (rule, mut problems) = (serde_json::from_value::<RuleIn>(rule).unwrap(), Vec::new());
        assert_eq!(rule.parse(0, &mut problems).is_none(), !problems.is_empty());
        let field = |field: &str| field.trim_start_matches("items[0].").to_owned();
        problems.into_iter().map(|problem| (field(&problem.field), problem.code.into_owned())).collect()
    }

    /// Mutation: leave any of these checks to the importer.
    #[test]
    fn an_editor_is_refused_what_a_sheet_could_not_say() {
        let degrees = |name: &str| json!({"kind": "degrees", "points": null, "degrees": [{"name": name, "points": 3}]});
        let veto = |veto: Value| json!({"kind": "veto", "points": null, "veto": veto});
        let grade = |name: &str| veto(json!({"lowers_to": name, "zeroes": null, "blocks_years": null}));
        let base = |redeemable: bool| json!({"kind": "base", "window": "year", "redeemable": redeemable});
        let ladder = |window: &str| {
            json!({"kind": "ladder", "points": null, "window": "year", "steps": [{"units": 4, "points": 1}],
                "cap": {"units": 9, "window": window}})
        };
        let validity = |names: &[&str]| {
            let by_degree: Vec<Value> = names.iter().map(|name| json!({"degree": name, "years": 3})).collect();
            let mut rule = degrees("县");
            rule["validity"] = json!({"years": 1, "by_degree": by_degree});
            rule
        };
        for fine in [json!({}), degrees("县（区）"), grade("不合格"), base(false), ladder("year"), validity(&["县"])]
        {
            assert_eq!(said(fine.clone()), [], "{fine}");
        }
        for (fields, field, code) in [
            (degrees("县 区"), "degrees", "degrees_unfair"),
            (degrees("县、区"), "degrees", "degrees_unfair"),
            (degrees("县:区"), "degrees", "degrees_unfair"),
            (degrees("县\u{200b}"), "degrees", "degrees_unfair"),
            (grade("无"), "veto", "veto_out_of_range"),
            (grade("不 合格"), "veto", "veto_out_of_range"),
            (grade("431022196708172836"), "veto", "veto_out_of_range"),
            (veto(json!({"lowers_to": null, "zeroes": "year", "blocks_years": 51})), "veto", "veto_out_of_range"),
            (base(true), "redeemable", "base_redeemable"),
            (ladder("month"), "cap", "cap_in_other_window"),
            (validity(&["市"]), "validity", "out_of_range"),
            (validity(&["县", "县"]), "validity", "out_of_range"),
            (json!({"highest_of": "救灾;抢险"}), "highest_of", "not_a_word"),
            (json!({"name": "巡河\n清渠"}), "name", "line_break"),
        ] {
            assert_eq!(said(fields.clone()), [(field.to_owned(), code.to_owned())], "{fields}");
        }
    }
}
