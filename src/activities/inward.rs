//! Activities as they come in: JSON and queries.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Change, NewActivity};
use crate::hundredths::Hundredths;
use crate::ids::{ActivityId, AreaId, HouseholdId, RuleId};

/// Which activities.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of a grid or a village, what lies below it, and what is held for the whole village around it.
    pub area_id: Option<AreaId>,
    /// Only those that are open, or only those that have ended.
    pub open: Option<bool>,
}

/// An activity to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewActivity, example = json!({ "quantity": 1, "degree": null }))]
#[serde(deny_unknown_fields)]
pub struct ActivityIn {
    /// UUIDv7 made on the device; sending the same again opens nothing twice.
    id: ActivityId,
    /// Of which grid, or the whole village.
    area_id: AreaId,
    /// What people are awarded for: an addition, a ladder or degrees of the table in force on its day.
    rule_id: RuleId,
    /// Which degree, where the rule has degrees.
    #[schema(example = "县")]
    degree: Option<String>,
    /// What the village calls it, up to 30 characters.
    #[schema(example = "清扫村道")]
    name: String,
    /// Where, up to 30 characters.
    #[schema(example = "村部门口")]
    place: Option<String>,
    /// On which day: up to three months ago, or up to two months ahead.
    #[schema(example = "2026-11-22")]
    held_on: NaiveDate,
    /// In the rule's unit, for each household, or each person where those are counted: hours of the day; 1 when
    /// absent, at most 100.
    quantity: Option<Hundredths>,
}

impl ActivityIn {
    /// As the room takes it.
    pub fn activity(self) -> NewActivity {
        let Self { id, area_id, rule_id, degree, name, place, held_on, quantity } = self;
        let quantity = quantity.unwrap_or(Hundredths::ONE);
        NewActivity { id, area_id, rule_id, degree, name, place, held_on, quantity }
    }
}

/// Who came.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Attendance)]
#[serde(deny_unknown_fields)]
pub struct AttendanceIn {
    /// Household by household, 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    changes: Vec<ChangeIn>,
}

impl AttendanceIn {
    /// As the room takes it.
    pub fn changes(self) -> Vec<Change> {
        let change = |ChangeIn { household_id, people, revision }| Change { household_id, people, revision };
        self.changes.into_iter().map(change).collect()
    }
}

/// How many of a household came.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AttendanceChange)]
#[serde(deny_unknown_fields)]
pub struct ChangeIn {
    /// Which household.
    household_id: HouseholdId,
    /// How many of it came in all; 0 strikes it out again.
    #[schema(example = 2, minimum = 0, maximum = 99)]
    people: u32,
    /// One more than the highest that the phone knows of this household: an older one changes nothing.
    #[schema(example = 1, minimum = 1, maximum = 1000000)]
    revision: u32,
}

/// Closing.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CloseActivity)]
#[serde(deny_unknown_fields)]
pub struct CloseIn {
    /// Only says what would come of it; nothing is kept.
    #[serde(default)]
    #[schema(example = false)]
    pub trial: bool,
}

/// Cancelling.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CancelActivity)]
#[serde(deny_unknown_fields)]
pub struct CancelIn {
    /// Why, up to 200 characters.
    #[schema(example = "下雨没办成")]
    pub reason: Option<String>,
}
