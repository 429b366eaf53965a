//! Rounds as they go out: JSON, nothing else.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::Finding;
use super::{Door, Listed, Mark, Previous, Sheet, State};
use crate::awards::{Award, Status};
use crate::clock::instant;
use crate::error::Problem;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, AwardId, EvidenceId, HouseholdId, InspectionId, RuleId, RuleSetId};
use crate::rules::Rule;
use crate::rules::terms::{Proof, Shape};
use crate::scope::Identity;

/// A round.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inspection, example = json!({ "closed_at": null, "closed_by": null }))]
pub struct InspectionOut {
    id: InspectionId,
    /// Its grid.
    area_id: AreaId,
    /// That grid's name.
    #[schema(example = "一组")]
    area_name: String,
    /// Its month.
    #[schema(example = "2026-11")]
    month: String,
    /// The version whose items are looked at.
    rule_set_id: RuleSetId,
    /// How many people judge a household; their average counts.
    #[schema(example = 1)]
    judges: i32,
    /// When it was begun.
    #[schema(example = "2026-11-23T02:05:00Z")]
    opened_at: DateTime<Utc>,
    /// By whom.
    #[schema(example = "王某")]
    opened_by: String,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// By whom.
    closed_by: Option<String>,
    /// Residents on its list.
    #[schema(example = 52)]
    listed: usize,
    /// Those of them that were judged by as many as are wanted.
    #[schema(example = 32)]
    judged: usize,
}

impl From<Listed> for InspectionOut {
    fn from(listed: Listed) -> Self {
        let Listed { inspection, area_name, opened_by, closed_by, listed, judged } = listed;
        Self {
            id: inspection.id,
            area_id: inspection.area_id,
            area_name,
            month: inspection.month,
            rule_set_id: inspection.rule_set_id,
            judges: inspection.judges,
            opened_at: instant(inspection.opened_at),
            opened_by,
            closed_at: inspection.closed_at.map(instant),
            closed_by,
            listed,
            judged,
        }
    }
}

/// Rounds, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inspections)]
pub struct InspectionsOut {
    /// Up to a year back.
    pub items: Vec<InspectionOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// A round as it is walked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionSheet)]
pub struct SheetOut {
    #[serde(flatten)]
    inspection: InspectionOut,
    /// What is looked at, in the order of the table.
    rules: Vec<ItemOut>,
    /// Residents in door order, and whoever was judged before he left.
    households: Vec<DoorOut>,
}

/// What is looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionItem)]
struct ItemOut {
    rule_id: RuleId,
    /// What it is called.
    #[schema(example = "门前屋后整洁")]
    name: String,
    /// With no spot found.
    full_marks: Hundredths,
    /// Off for each spot.
    points_per_spot: Hundredths,
    /// It may be left blank by somebody who was not let in.
    #[schema(example = false)]
    indoor: bool,
    /// A spot is to be shown on a photo.
    #[schema(example = false)]
    photo: bool,
}

impl From<Rule> for ItemOut {
    fn from(rule: Rule) -> Self {
        let (full_marks, points_per_spot) = match rule.terms.shape {
            Shape::Inspection { full_marks, points_per_spot } => (full_marks, points_per_spot),
            _ => (Hundredths::ZERO, Hundredths::ZERO),
        };
        Self {
            rule_id: rule.id,
            photo: rule.terms.demands_proof() && rule.terms.proofs.contains(&Proof::Photo),
            indoor: rule.terms.indoor_may_be_skipped,
            name: rule.name,
            full_marks,
            points_per_spot,
        }
    }
}

/// A household on a round.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionDoor)]
struct DoorOut {
    household_id: HouseholdId,
    /// Unique in the village.
    #[schema(example = "LJP0012")]
    code: String,
    /// The registered head's name.
    #[schema(example = "陈建桂")]
    name: String,
    /// The name people use.
    #[schema(example = "老陈")]
    alias: Option<String>,
    /// Door plate.
    #[schema(example = "19号")]
    door: Option<String>,
    /// The reader's own: somebody else judges it.
    #[schema(example = false)]
    own: bool,
    /// What was said of it so far.
    marks: Vec<MarkOut>,
    /// What the last closed round found.
    previous: Option<PreviousOut>,
    /// What came of it; empty while the round is walked.
    #[schema(example = json!([]))]
    awards: Vec<GivenOut>,
}

/// What a judge says of a household.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mark)]
pub struct MarkOut {
    household_id: HouseholdId,
    judge_id: AccountId,
    /// The judge's name.
    #[schema(example = "王某")]
    judge: String,
    /// What he says.
    state: State,
    /// Of everything he said, the highest.
    #[schema(example = 1_795_399_200_000_i64)]
    revision: i64,
    /// What he found, item by item; null while another is to judge without knowing.
    findings: Option<Vec<FindingOut>>,
}

/// What was found of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
struct FindingOut {
    rule_id: RuleId,
    /// Spots found; null where nobody went in.
    #[schema(example = 2)]
    spots: Option<u16>,
    /// Photos of the spots.
    #[schema(example = json!([]))]
    evidence: Vec<EvidenceId>,
}

impl From<Finding> for FindingOut {
    fn from(Finding { rule_id, spots, evidence }: Finding) -> Self {
        Self { rule_id, spots, evidence }
    }
}

/// What the last closed round found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviousMark)]
struct PreviousOut {
    /// What it was worth.
    points: Hundredths,
    /// What was found, item by item.
    findings: Vec<FindingOut>,
}

/// What came of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionAward)]
struct GivenOut {
    award_id: AwardId,
    rule_id: RuleId,
    /// Points, as the award stands.
    points: Hundredths,
    /// How it stands.
    status: Status,
}

impl MarkOut {
    /// One's own.
    pub fn own(mark: Mark, identity: &Identity) -> Self {
        Self::of(mark, identity.name.clone(), true)
    }

    fn of(mark: Mark, judge: String, is_open: bool) -> Self {
        let Mark { household_id, judge_id, state, revision, findings, .. } = mark;
        let findings = is_open.then(|| findings.0.into_iter().map(FindingOut::from).collect());
        Self { household_id, judge_id, judge, state, revision, findings }
    }
}

impl SheetOut {
    /// For somebody: of several judges none reads what another found before the round is closed.
    pub fn of(sheet: Sheet, reader: &Identity) -> Self {
        let Sheet { listed, items, doors, names } = sheet;
        let is_open = listed.inspection.judges == 1 || listed.inspection.closed_at.is_some();
        let mark = |mark: Mark| {
            let judge = names.get(&mark.judge_id).cloned().unwrap_or_default();
            let is_open = is_open || mark.judge_id == reader.account_id;
            MarkOut::of(mark, judge, is_open)
        };
        let previous = |Previous { mark, points }: Previous| PreviousOut {
            points,
            // A photo shows what it was taken of.
            findings: mark
                .findings
                .0
                .into_iter()
                .map(|found| FindingOut::from(Finding { evidence: Vec::new(), ..found }))
                .collect(),
        };
        let given = |award: Award| GivenOut {
            award_id: award.id,
            rule_id: award.rule_id,
            points: award.points,
            status: award.status,
        };
        let door = |Door { household, marks, previous: last, awards }: Door| DoorOut {
            own: reader.household_id == Some(household.id),
            household_id: household.id,
            code: household.code,
            name: household.name,
            alias: household.alias,
            door: household.door,
            marks: marks.into_iter().map(mark).collect(),
            previous: last.map(previous),
            awards: awards.into_iter().map(given).collect(),
        };
        Self {
            inspection: listed.into(),
            rules: items.into_iter().map(ItemOut::from).collect(),
            households: doors.into_iter().map(door).collect(),
        }
    }
}

/// The answers to marks, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionMarksAnswer)]
pub struct MarksOut {
    /// One a mark.
    pub results: Vec<MarkResult>,
}

/// The answer to one mark.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarkResult, example = json!({ "status": 200 }))]
pub struct MarkResult {
    /// As HTTP has it: 200 when it was taken, or a higher revision stands.
    #[schema(example = 200)]
    pub status: u16,
    /// The judge's mark as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkOut>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}
