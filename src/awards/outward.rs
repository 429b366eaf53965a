//! Awards as they go out: JSON, nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::proof::Shown;
use super::statement::{CapUse, Line};
use super::view::{self, Alike, View};
use super::why::Why;
use super::{Status, StepKind};
use crate::clock::instant;
use crate::error::Problem;
use crate::evidence::routes::EvidenceOut;
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AwardId, HouseholdId, RuleId};

/// One answer a deed, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardBatchResults)]
pub struct BatchOut {
    /// As many as awards were sent.
    pub results: Vec<BatchResult>,
}

/// What one deed of a batch came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardBatchResult)]
pub struct BatchResult {
    /// The id that was sent; null when it could not be read.
    pub id: Option<AwardId>,
    /// The status it would have had alone: 201, 200, 404, 409, 422 …
    #[schema(example = 201)]
    pub status: u16,
    /// As it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub award: Option<AwardOut>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<Problem>,
}

/// A person by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonOut {
    /// Account.
    pub id: AccountId,
    /// Name.
    #[schema(example = "李某")]
    pub name: String,
}

/// The award of somebody else that one is like.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardLike)]
pub struct LikeOut {
    /// Which.
    pub id: AwardId,
    /// Who recorded it.
    #[schema(example = "赵某")]
    pub recorded_by: String,
    /// Day of the deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// So many of the rule's unit.
    #[schema(example = 1)]
    pub quantity: Hundredths,
    /// What it gave, or would give.
    #[schema(example = 5)]
    pub points: Hundredths,
    /// Where it stands.
    pub status: Status,
}

impl From<Alike> for LikeOut {
    fn from(alike: Alike) -> Self {
        let Alike { award, recorder_name } = alike;
        Self {
            id: award.id,
            recorded_by: recorder_name,
            occurred_on: award.occurred_on,
            quantity: award.quantity,
            points: award.points,
            status: award.status,
        }
    }
}

/// What was done with an award.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardStep)]
pub struct StepOut {
    /// What.
    pub step: StepKind,
    /// By whom.
    #[schema(example = "王某")]
    pub by_name: String,
    /// When.
    #[schema(example = "2026-11-23T02:05:00Z")]
    pub at: DateTime<Utc>,
    /// Why.
    #[schema(example = "看过签到表")]
    pub reason: Option<String>,
}

/// What the caller may do with an award.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwardCan)]
pub struct CanOut {
    /// 通过
    #[schema(example = false)]
    pub approve: bool,
    /// 退回
    #[serde(rename = "return")]
    #[schema(example = false)]
    pub return_: bool,
    /// 不同意
    #[schema(example = false)]
    pub reject: bool,
    /// 再交, after it was returned
    #[schema(example = false)]
    pub resubmit: bool,
    /// 撤回, before it counts
    #[schema(example = false)]
    pub withdraw: bool,
    /// 改正, after it counted
    #[schema(example = true)]
    pub reverse: bool,
}

/// An award as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Award, example = json!({
    "quantity": 1, "degree": null, "people": null, "clipped": 0, "status": "posted", "proof": null,
    "alike": null,
}))]
pub struct AwardOut {
    /// Made on the phone.
    pub id: AwardId,
    /// Whose deed.
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
    /// The rule that judged.
    pub rule_id: RuleId,
    /// Its name.
    #[schema(example = "参加村组环境卫生整治")]
    pub rule_name: String,
    /// What the quantity counts: the rule's unit; `处` (spots found) of an inspection.
    #[schema(example = "人次")]
    pub unit: String,
    /// The version of the table that judged.
    #[schema(example = 1)]
    pub rule_set_version: i32,
    /// Signed: what it gave, or would give if it were approved now.
    pub points: Hundredths,
    /// So many of `unit`.
    pub quantity: Hundredths,
    /// Which degree, where the rule has degrees.
    #[schema(example = "县")]
    pub degree: Option<String>,
    /// How many people it was multiplied by, where the rule counts by person.
    #[schema(example = 2)]
    pub people: Option<i32>,
    /// Where it stands.
    pub status: Status,
    /// The rule demands a proof that was not given: a reviewer says what he saw.
    #[schema(example = false)]
    pub proof_pending: bool,
    /// Why it waits, or waited, for others; none when it counted at once.
    #[schema(example = json!([]))]
    pub waits_because: Vec<Why>,
    /// The award of somebody else that it is like.
    #[schema(example = json!(null))]
    pub alike: Option<LikeOut>,
    /// Points that a cap, or a better item of the same event, cut off.
    pub clipped: Hundredths,
    /// Day of the deed.
    #[schema(example = "2026-11-22")]
    pub occurred_on: NaiveDate,
    /// The month it counts in; absent until posted.
    #[schema(example = "2026-11")]
    pub period: Option<String>,
    /// The month of the deed was closed already.
    #[schema(example = false)]
    pub late: bool,
    /// Server time.
    #[schema(example = "2026-11-23T02:05:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// Who recorded it.
    pub recorded_by: PersonOut,
    /// Who of the household told of it; then it is an application.
    #[schema(example = json!(null))]
    pub told_by: Option<String>,
    /// Who of the household did it.
    #[schema(example = "陈家二儿子")]
    pub done_by: Option<String>,
    /// Who brought it in.
    #[schema(example = "王某")]
    pub handled_by: Option<String>,
    /// The sheet of paper it was typed from.
    #[schema(example = "12")]
    pub sheet: Option<String>,
    /// What the recorder wrote beside it.
    #[schema(example = "清扫村道")]
    pub note: Option<String>,
    /// Another proof than a photo, as its recorder named it.
    pub proof: Option<Shown>,
    /// The recorder's own household.
    #[schema(example = false)]
    pub own_household: bool,
    /// Its photos; their files are for the recorder and for those who review.
    #[schema(example = json!([]))]
    pub evidence: Vec<EvidenceOut>,
    /// What was done with it since.
    #[schema(example = json!([]))]
    pub steps: Vec<StepOut>,
    /// How often it was submitted anew; a review names the one it is about.
    #[schema(example = 0)]
    pub revision: i32,
    /// What the caller may do with it.
    pub can: CanOut,
}

impl From<View> for AwardOut {
    fn from(view: View) -> Self {
        let View { award, steps, photos, alike, can, .. } = view;
        let proof = Shown::of(&award);
        let step = |step: view::Step| StepOut {
            step: step.kind,
            by_name: step.by_name,
            at: instant(step.at),
            reason: step.reason,
        };
        Self {
            id: award.id,
            household_id: award.household_id,
            household_name: view.household_name,
            household_code: view.household_code,
            door: view.door,
            grid_name: view.grid_name,
            rule_id: award.rule_id,
            rule_name: view.rule_name,
            unit: view.unit,
            rule_set_version: view.rule_set_version,
            points: award.points,
            quantity: award.quantity,
            degree: award.judged_degree.or(award.degree),
            people: award.people,
            status: award.status,
            proof_pending: award.proof_pending,
            waits_because: award.waits_because.0,
            alike: alike.map(LikeOut::from),
            clipped: award.clipped,
            occurred_on: award.occurred_on,
            period: award.period,
            late: award.late,
            recorded_at: instant(award.recorded_at),
            recorded_by: PersonOut { id: award.recorded_by, name: view.recorder_name },
            told_by: award.told_by,
            done_by: award.done_by,
            handled_by: award.handled_by,
            sheet: award.sheet,
            note: award.note,
            proof,
            own_household: award.own_household,
            evidence: photos.into_iter().map(EvidenceOut::from).collect(),
            revision: view::revision(&steps),
            steps: steps.into_iter().map(step).collect(),
            can: CanOut {
                approve: can.approve,
                return_: can.review,
                reject: can.review,
                resubmit: can.resubmit,
                withdraw: can.withdraw,
                reverse: can.reverse,
            },
        }
    }
}

/// How the example of an award differs after a step. One that waited was for the recorder's own household.
pub fn example_after(step: StepKind, status: Status) -> Value {
    let reason = if step == StepKind::Approve { "看过签到表" } else { "日期记错了" };
    json!({
        "status": status,
        "period": matches!(status, Status::Posted | Status::Reversed).then_some("2026-11"),
        "own_household": step != StepKind::Reverse,
        "revision": 0,
        "steps": [{ "step": step, "by_name": "王某", "at": "2026-11-23T11:40:00Z", "reason": reason }],
        "can": {
            "approve": false, "return": false, "reject": false, "resubmit": false,
            "withdraw": matches!(status, Status::Submitted | Status::Returned), "reverse": status == Status::Posted,
        },
    })
}

/// A household with its newest entries: everything its screen shows, in one answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementOut {
    /// The household and its balances.
    pub household: households::outward::HouseholdOut,
    /// Newest first.
    pub items: Vec<Line>,
    /// Ask with this for older ones.
    pub next_cursor: Option<String>,
    /// Uses of rules' caps in the windows of today; a rule that is absent was not used.
    pub caps: Vec<CapUse>,
}
