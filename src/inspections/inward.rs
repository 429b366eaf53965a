//! Rounds and marks as they come in: JSON and queries, parsed.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::entity::{Finding, Findings};
use super::{NewMark, State};
use crate::ids::{AreaId, EvidenceId, HouseholdId, InspectionId, RuleId};

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfArea {
    /// A grid, or a village with all its grids.
    pub area_id: AreaId,
}

/// A round to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInspection)]
#[serde(deny_unknown_fields)]
pub struct InspectionIn {
    /// UUIDv7 made on the phone; sending the same again begins nothing twice.
    pub id: InspectionId,
    /// Over which grid.
    pub area_id: AreaId,
    /// Its month: not in the future, not a year ago.
    #[schema(example = "2026-11")]
    pub month: String,
}

/// What a judge says of some households.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = InspectionMarks)]
#[serde(deny_unknown_fields)]
pub struct MarksIn {
    /// 1 to 100; what is said is said whole, and of two with one household the higher revision stands.
    #[schema(min_items = 1, max_items = 100)]
    pub marks: Vec<MarkIn>,
}

/// What a judge says of a household.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewMark)]
#[serde(deny_unknown_fields)]
pub struct MarkIn {
    household_id: HouseholdId,
    /// Rises with everything that is said of the household from this account: milliseconds since 1970 will do.
    #[schema(example = 1_795_399_200_000_i64, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    revision: i64,
    /// What is said.
    state: State,
    /// Every item once when it is `marked`, nothing otherwise.
    #[serde(default)]
    findings: Vec<FindingIn>,
}

/// What was found of an item.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewFinding, example = json!({ "evidence": [] }))]
#[serde(deny_unknown_fields)]
pub struct FindingIn {
    /// Which item.
    rule_id: RuleId,
    /// Spots found, 0 when all is well; null where nobody went in and the item allows it.
    #[schema(example = 2, minimum = 0, maximum = 99)]
    spots: Option<u16>,
    /// Photos of the spots that were sent before, at most 3.
    #[serde(default)]
    #[schema(max_items = 3)]
    evidence: Vec<EvidenceId>,
}

impl From<MarkIn> for NewMark {
    fn from(MarkIn { household_id, revision, state, findings }: MarkIn) -> Self {
        let finding = |FindingIn { rule_id, spots, evidence }| Finding { rule_id, spots, evidence };
        let findings = Findings(findings.into_iter().map(finding).collect());
        Self { household_id, revision, state, findings }
    }
}

/// How a round is closed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = InspectionClosing)]
#[serde(deny_unknown_fields)]
pub struct ClosingIn {
    /// Households that were not judged may stay blank.
    #[serde(default)]
    #[schema(example = true)]
    pub blank_ok: bool,
}
