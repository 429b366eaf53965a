//! What a deed is worth: one pure function over the rule's terms, the deed, and what the household
//! has already. It is the only place where a deed becomes points.

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::terms::{DEED_POINTS_MAX, Terms, Window};
use crate::hundredths::Hundredths;
use crate::ids::RuleId;

/// A deed as it is to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed<'a> {
    /// How much: units, spots or an amount.
    pub quantity: Hundredths,
    /// Which degree, where the shape has degrees.
    pub degree: Option<&'a str>,
    /// The household's size, or how many of it came. Used only 按人.
    pub people: u32,
    /// The day it happened.
    pub occurred_on: NaiveDate,
}

/// What a deed is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Points to post; negative for a deduction.
    pub points: Hundredths,
    /// Points that a cap, or a better item of the same event, cut off; zero or more.
    pub clipped: Hundredths,
    /// Units that count.
    pub units: Hundredths,
    /// The points were doubled: it happened before in the window.
    pub doubled: bool,
}

/// What is counted of a household in a window.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counter {
    /// What is counted. A rule's units have the rule's own id; the rest have ids derived from names.
    pub id: Uuid,
    /// The window's name, as [`Window::of`] gives it.
    pub window: String,
}

/// The counters of a rule for one day; `None` where its terms do not need one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    units: Option<Counter>,
    points: Option<Counter>,
    times: Option<Counter>,
    best: Option<Counter>,
    category_units: Option<Counter>,
    category_points: Option<Counter>,
}

impl Counters {
    /// Those of a rule of a category for a day.
    pub fn of(rule: RuleId, category: &str, terms: &Terms, day: NaiveDate) -> Self {
        let at = |id: Uuid, window: Window| Counter { id, window: window.of(day) };
        let derived = |what: &str, name: &[u8], window: Window| at(derive(what, name), window);
        let own = rule.0.as_bytes();
        // What gives and what takes is counted apart, and so is what has another unit.
        let side = if terms.shape.deducts() { "off" } else { "on" };
        let (whole, in_unit) =
            (format!("{category}\0{side}"), format!("{category}\0{side}\0{}", terms.unit_in_category()));
        Self {
            units: terms.units_window().map(|window| at(rule.0, window)),
            points: terms.points_cap.map(|cap| derived("points", own, cap.window)),
            times: terms.repeat_doubles.map(|window| derived("times", own, window)),
            best: terms.highest_of.as_ref().map(|group| derived("best", group.as_bytes(), Window::Day)),
            category_units: terms.category_cap.map(|cap| derived("category", in_unit.as_bytes(), cap.window)),
            category_points: terms
                .category_points_cap
                .map(|cap| derived("category points", whole.as_bytes(), cap.window)),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Counter> {
        [&self.units, &self.points, &self.times, &self.best, &self.category_units, &self.category_points]
            .into_iter()
            .flatten()
    }

    /// What posting adds to each, and a reversal takes away again.
    pub fn moved_by(&self, units: Hundredths, points: Hundredths) -> impl Iterator<Item = (&Counter, Hundredths)> {
        let size = Hundredths(points.0.abs());
        [
            (&self.units, units),
            (&self.points, size),
            (&self.times, Hundredths::ONE),
            (&self.best, size),
            (&self.category_units, units),
            (&self.category_points, size),
        ]
        .into_iter()
        .filter_map(|(counter, by)| Some((counter.as_ref()?, by)))
    }
}

/// A name's identity among the counters (RFC 9562, version 8, over SHA-256).
fn derive(what: &str, name: &[u8]) -> Uuid {
    let digest = Sha256::new().chain_update(what).chain_update([0]).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Terms {
    /// What a deed is worth to a household that `had` so much already.
    ///
    /// Total over all quantities that [`Terms::accepts`]. In this order: units beyond the caps do not
    /// count; the shape turns the rest into points; 按人 multiplies; a repeat doubles; nothing gives more
    /// than [`DEED_POINTS_MAX`]; points beyond the item's own cap are cut off; of a group of items only what
    /// exceeds the best so far remains; points beyond the category's cap are cut off. Parts of a unit are
    /// turned into points deed by deed, so their order may move a hundredth.
    pub fn worth(&self, deed: &Deed<'_>, counters: &Counters, had: impl Fn(&Counter) -> Hundredths) -> Worth {
        let so_far = |counter: &Option<Counter>| counter.as_ref().map_or(Hundredths::ZERO, &had);
        let left = |cap: Option<Hundredths>, counter| cap.map_or(i64::MAX, |cap| (cap.0 - so_far(counter).0).max(0));
        let inspects = self.shape.inspects();
        let wanted = if inspects { Hundredths::ONE } else { deed.quantity };
        let room = left(self.cap.map(|cap| cap.units), &counters.units)
            .min(left(self.category_cap.map(|cap| cap.units), &counters.category_units));
        // A round's item counts whole or not at all.
        let units = Hundredths(if inspects && room < wanted.0 { 0 } else { wanted.0.min(room) });

        let doubled = so_far(&counters.times).0 > 0;
        let factor = if self.per_person { i64::from(deed.people) } else { 1 } * if doubled { 2 } else { 1 };
        let used = so_far(&counters.units);
        let points_of = |units: Hundredths| {
            let given = match (inspects, units) {
                (true, Hundredths::ZERO) => 0,
                (true, _) => self.shape.points_of(deed.quantity, deed.degree, used).0,
                (false, units) => self.shape.points_of(units, deed.degree, used).0,
            };
            given.saturating_mul(factor).clamp(-DEED_POINTS_MAX.0, DEED_POINTS_MAX.0)
        };
        let (full, counted) = (points_of(wanted), points_of(units));
        // Its own cap says what the item can be worth at all; only that may be the best of its group.
        let own = counted.abs().min(left(self.points_cap.map(|cap| cap.points), &counters.points));
        let mut size = (own - so_far(&counters.best).0).max(0);
        size = size.min(left(self.category_points_cap.map(|cap| cap.points), &counters.category_points));
        Worth {
            points: Hundredths(size * counted.signum()),
            clipped: Hundredths(full.abs() - size),
            units,
            doubled: doubled && counted != 0,
        }
    }
}

#[cfg(test)]
mod tests;
