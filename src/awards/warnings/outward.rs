//! Warnings and notices as they come in and go out: JSON, nothing else.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::{How, Outcome};
use super::notice::{Notice, Told};
use super::{Behind, Said, View};
use crate::awards::proof::Shown;
use crate::awards::{Raw, Status, Submission};
use crate::clock::instant;
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, AwardId, EvidenceId, HouseholdId, RuleId, WarningId};
use crate::scope::{AddPoints, May};

/// What was said to a household.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewWarning)]
#[serde(deny_unknown_fields)]
pub struct WarningIn {
    /// UUIDv7 made on the phone; sending the same again records nothing twice.
    id: WarningId,
    /// Who was warned.
    household_id: HouseholdId,
    /// What it would be deducted by: a rule that takes points off, in force on that day.
    rule_id: RuleId,
    /// Day of the warning, within the last month.
    #[schema(example = "2026-11-22")]
    said_on: NaiveDate,
    /// Last day to put it right; as the rule says when absent, never earlier, within a year.
    #[schema(example = "2026-11-25")]
    due_on: Option<NaiveDate>,
    /// What was seen, up to 200 characters.
    #[schema(example = "柴堆占了半边路")]
    note: String,
}

impl WarningIn {
    /// As the room takes it.
    pub fn said(self) -> Said {
        let Self { id, household_id, rule_id, said_on, due_on, note } = self;
        Said { id, household_id, rule_id, said_on, due_on, note }
    }
}

/// What was seen when it was put right.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PutRight)]
#[serde(deny_unknown_fields)]
pub struct PutRightIn {
    /// Up to 200 characters.
    #[schema(example = "柴堆搬进院子了")]
    pub note: Option<String>,
}

/// The deduction that the panel shall decide about; its household and its rule are the warning's.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewProposal, example = json!({ "quantity": 1, "degree": null, "people": null, "proof": null }))]
#[serde(deny_unknown_fields)]
pub struct ProposalIn {
    /// UUIDv7 of the deduction, made on the phone.
    award_id: AwardId,
    /// As for an award.
    quantity: Option<Hundredths>,
    /// As for an award.
    #[schema(example = "县")]
    degree: Option<String>,
    /// As for an award.
    #[schema(example = 2, minimum = 1, maximum = 99)]
    people: Option<u32>,
    /// Day of the deed: the day of the warning or later, not in the future.
    #[schema(example = "2026-11-26")]
    occurred_on: NaiveDate,
    /// Why, up to 200 characters.
    #[schema(example = "过了三天还没清")]
    note: String,
    /// As for an award.
    proof: Option<Shown>,
    /// Photos of it that were sent before, at most 3.
    #[serde(default)]
    #[schema(max_items = 3, example = json!([]))]
    evidence: Vec<EvidenceId>,
}

impl ProposalIn {
    /// Parses it for whoever proposes it.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(self, warning: &super::Warning, proposer: &Arc<May<AddPoints>>) -> Result<Submission> {
        let Self { award_id: id, quantity, degree, people, occurred_on, note, proof, evidence } = self;
        let (household_id, rule_id) = (warning.household_id, warning.rule_id);
        let raw = Raw {
            id,
            household_id,
            rule_id,
            quantity,
            degree,
            people,
            occurred_on,
            note: Some(note),
            done_by: None,
            handled_by: None,
            sheet: None,
            proof,
            evidence,
        };
        Submission::parse(raw, Arc::clone(proposer))
    }
}

/// Which warnings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WarningsQuery {
    /// Only at or below this area.
    pub area_id: Option<AreaId>,
    /// Only of this household.
    pub household_id: Option<HouseholdId>,
    /// Those that are open, the first day first; with `false` those that were settled, the last one first.
    #[serde(default = "open")]
    #[param(default = true)]
    pub open: bool,
    /// Most rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

const fn open() -> bool {
    true
}

/// A warning as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning, example = json!({
    "outcome": null, "settled_at": null, "settled_by_name": null, "settled_note": null, "award": null,
}))]
pub struct WarningOut {
    /// Made on the phone.
    pub id: WarningId,
    /// Who was warned.
    pub household_id: HouseholdId,
    /// The household's head.
    #[schema(example = "陈建桂")]
    pub household_name: String,
    /// The household's code.
    #[schema(example = "LJP0012")]
    pub household_code: String,
    /// Its door.
    #[schema(example = "19号")]
    pub door: Option<String>,
    /// The grid it lies in.
    #[schema(example = "一组")]
    pub grid_name: String,
    /// What it would be deducted by.
    pub rule_id: RuleId,
    /// Its name.
    #[schema(example = "占道堆放不清理")]
    pub rule_name: String,
    /// Day of the warning.
    #[schema(example = "2026-11-22")]
    pub said_on: NaiveDate,
    /// Last day to put it right.
    #[schema(example = "2026-11-25")]
    pub due_on: NaiveDate,
    /// First day on which a deduction may be proposed.
    #[schema(example = "2026-11-26")]
    pub proposed_from: NaiveDate,
    /// What was seen.
    #[schema(example = "柴堆占了半边路")]
    pub note: String,
    /// Who warned.
    #[schema(example = "李某")]
    pub by_name: String,
    /// Server time.
    #[schema(example = "2026-11-22T02:05:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// What became of it; null while it is open.
    pub outcome: Option<Outcome>,
    /// When it was settled.
    #[schema(example = "2026-11-26T02:05:00Z")]
    pub settled_at: Option<DateTime<Utc>>,
    /// Who settled it.
    #[schema(example = "李某")]
    pub settled_by_name: Option<String>,
    /// What was said then.
    #[schema(example = "柴堆搬进院子了")]
    pub settled_note: Option<String>,
    /// The deduction that was proposed.
    pub award: Option<ProposedOut>,
    /// What the caller may do with it.
    pub can: WarningCanOut,
}

/// A proposed deduction as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProposedDeduction)]
pub struct ProposedOut {
    /// The award.
    id: AwardId,
    /// Where it stands.
    status: Status,
    /// Below zero.
    #[schema(example = -2)]
    points: Hundredths,
}

/// What the caller may do with a warning.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WarningCan)]
pub struct WarningCanOut {
    /// 改好了
    #[schema(example = true)]
    put_right: bool,
    /// 没改，交评议
    #[schema(example = false)]
    propose: bool,
}

impl From<View> for WarningOut {
    fn from(view: View) -> Self {
        let warning = view.warning;
        let proposed =
            |award: crate::awards::Award| ProposedOut { id: award.id, status: award.status, points: award.points };
        Self {
            id: warning.id,
            household_id: warning.household_id,
            household_name: view.household_name,
            household_code: view.household_code,
            door: view.door,
            grid_name: view.grid_name,
            rule_id: warning.rule_id,
            rule_name: view.rule_name,
            said_on: warning.said_on,
            due_on: warning.due_on,
            proposed_from: warning.proposed_from(),
            note: warning.note,
            by_name: view.by_name,
            recorded_at: instant(warning.recorded_at),
            outcome: warning.outcome,
            settled_at: warning.settled_at.map(instant),
            settled_by_name: view.settled_by_name,
            settled_note: warning.settled_note,
            award: view.award.map(proposed),
            can: WarningCanOut { put_right: view.can_put_right, propose: view.can_propose },
        }
    }
}

/// The warning behind a proposed deduction.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardWarning)]
pub struct BehindOut {
    /// Day of the warning.
    #[schema(example = "2026-11-19")]
    said_on: NaiveDate,
    /// Last day to put it right.
    #[schema(example = "2026-11-22")]
    due_on: NaiveDate,
    /// What was seen.
    #[schema(example = "柴堆占了半边路")]
    note: String,
    /// Who warned.
    #[schema(example = "李某")]
    by_name: String,
}

impl From<Behind> for BehindOut {
    fn from(Behind { said_on, due_on, note, by_name, .. }: Behind) -> Self {
        Self { said_on, due_on, note, by_name }
    }
}

/// How a household was told about a deduction that counts.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewNotice)]
#[serde(deny_unknown_fields)]
pub struct NoticeIn {
    /// How.
    how: How,
    /// When, not before the deed and not in the future.
    #[schema(example = "2026-11-22")]
    delivered_on: NaiveDate,
    /// Who took it, in plain words, up to 30 characters.
    #[schema(example = "陈建桂本人")]
    to_whom: String,
}

impl NoticeIn {
    /// As the room takes it.
    pub fn told(self) -> Told {
        let Self { how, delivered_on, to_whom } = self;
        Told { how, delivered_on, to_whom }
    }
}

/// That the household was told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardNotice)]
pub struct NoticeOut {
    /// How.
    how: How,
    /// When.
    #[schema(example = "2026-11-23")]
    delivered_on: NaiveDate,
    /// Who took it.
    #[schema(example = "陈建桂本人")]
    to_whom: String,
    /// Who wrote it down.
    #[schema(example = "李某")]
    by_name: String,
}

impl From<Notice> for NoticeOut {
    fn from(Notice { how, delivered_on, to_whom, by_name }: Notice) -> Self {
        Self { how, delivered_on, to_whom, by_name }
    }
}
