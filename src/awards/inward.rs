//! Awards as they come in: JSON and queries, parsed.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::proof::Shown;
use super::{Raw, Status, Submission};
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, AwardId, EvidenceId, HouseholdId, RuleId};
use crate::scope::{AddPoints, May};

/// A deed to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAward, example = json!({ "quantity": 1, "degree": null, "people": null, "proof": null }))]
#[serde(deny_unknown_fields)]
pub struct AwardIn {
    /// UUIDv7 made on the phone; sending the same again records nothing twice.
    pub id: AwardId,
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Which rule of the table in force on the day of the deed.
    pub rule_id: RuleId,
    /// In the rule's unit, more than 0; 1 when absent. For an inspection: spots found, 0 or more.
    pub quantity: Option<Hundredths>,
    /// Which degree, where the rule has degrees.
    #[schema(example = "县")]
    pub degree: Option<String>,
    /// How many of the household came, where the rule counts by person; its size when absent.
    #[schema(example = 2, minimum = 1, maximum = 99)]
    pub people: Option<u32>,
    /// Day of the deed, not in the future.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// Up to 200 characters.
    #[schema(example = "清扫村道")]
    pub note: Option<String>,
    /// Who of the household did it, up to 30 characters.
    #[schema(example = "陈家二儿子")]
    pub done_by: Option<String>,
    /// Who brought it in when another types it, up to 30 characters.
    #[schema(example = "王某")]
    pub handled_by: Option<String>,
    /// Another proof than a photo, where the rule asks for one.
    pub proof: Option<Shown>,
    /// Number of the sheet of paper it stood on, up to 20 characters.
    #[schema(example = "12")]
    pub sheet: Option<String>,
    /// Photos of it that were sent before, at most 3; each shows one award.
    #[serde(default)]
    #[schema(max_items = 3, example = json!([]))]
    pub evidence: Vec<EvidenceId>,
}

impl AwardIn {
    /// Parses it for whoever records it.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(self, recorder: &Arc<May<AddPoints>>) -> Result<Submission> {
        let Self { id, household_id, rule_id, quantity, degree, people, occurred_on, .. } = self;
        let Self { note, done_by, handled_by, proof, sheet, evidence, .. } = self;
        let raw = Raw {
            id,
            household_id,
            rule_id,
            quantity,
            degree,
            people,
            occurred_on,
            note,
            done_by,
            handled_by,
            proof,
            sheet,
            evidence,
        };
        Submission::parse(raw, Arc::clone(recorder))
    }
}

/// A returned deed as its recorder says it now. What is left out is said no more.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MendedAward, example = json!({ "quantity": 1, "degree": null, "people": null, "proof": null }))]
#[serde(deny_unknown_fields)]
pub struct MendedIn {
    /// As for a new deed.
    pub quantity: Option<Hundredths>,
    /// As for a new deed.
    #[schema(example = "县")]
    pub degree: Option<String>,
    /// As for a new deed.
    #[schema(example = 2, minimum = 1, maximum = 99)]
    pub people: Option<u32>,
    /// As for a new deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// Up to 200 characters.
    #[schema(example = "清扫村道，二组的")]
    pub note: Option<String>,
    /// Up to 30 characters.
    #[schema(example = "陈家二儿子")]
    pub done_by: Option<String>,
    /// Up to 30 characters.
    #[schema(example = "王某")]
    pub handled_by: Option<String>,
    /// As for a new deed.
    pub proof: Option<Shown>,
    /// Up to 20 characters.
    #[schema(example = "12")]
    pub sheet: Option<String>,
    /// Photos to be added to those it has; at most 3 in all.
    #[serde(default)]
    #[schema(max_items = 3, example = json!([]))]
    pub evidence: Vec<EvidenceId>,
}

impl MendedIn {
    /// Parses it, for an award whose identity, household and rule stay as they are.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(
        self,
        (id, household_id, rule_id): (AwardId, HouseholdId, RuleId),
        recorder: &Arc<May<AddPoints>>,
    ) -> Result<Submission> {
        let Self { quantity, degree, people, occurred_on, note, done_by, handled_by, proof, sheet, evidence } = self;
        let new = AwardIn {
            id,
            household_id,
            rule_id,
            quantity,
            degree,
            people,
            occurred_on,
            note,
            done_by,
            handled_by,
            proof,
            sheet,
            evidence,
        };
        new.parse(recorder)
    }
}

/// Several deeds.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AwardBatch)]
#[serde(deny_unknown_fields)]
pub struct BatchIn {
    /// 1 to 500, judged in this order. An element that is not an award is answered by itself.
    #[schema(value_type = Vec<AwardIn>, min_items = 1, max_items = 500)]
    pub awards: Vec<Value>,
}

/// Why, where a reason is not demanded.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = StepReason)]
#[serde(deny_unknown_fields)]
pub struct ReasonIn {
    /// Up to 200 characters.
    #[schema(example = "日期记错了")]
    pub reason: Option<String>,
}

/// What a reviewer decides about.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ReviewReason)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    /// Up to 200 characters.
    #[schema(example = "看过签到表")]
    pub reason: Option<String>,
    /// The award's `revision` that was looked at: another answers `wrong_state`.
    #[schema(example = 0)]
    pub revision: Option<i32>,
}

/// Which awards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AwardsQuery {
    /// Only those I recorded, newest first.
    #[serde(default)]
    pub mine: bool,
    /// Only those I could review now, oldest first.
    #[serde(default)]
    pub reviewable: bool,
    /// Only of this household, newest first.
    pub household_id: Option<HouseholdId>,
    /// Only at or below this area (with `reviewable`, or alone: everything that waits there).
    pub area_id: Option<AreaId>,
    /// Only what households told of; alone or with an area also what was decided, newest first.
    #[serde(default)]
    pub applications: bool,
    /// Only in this state.
    pub status: Option<Status>,
    /// Most rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
