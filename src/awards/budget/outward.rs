//! What a village gives in a month, as it comes in and goes out: JSON, nothing else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::Answer;
use super::{Asked, Budget, NewAsk};
use crate::awards::submission::REASON_CHARS_MAX;
use crate::clock::instant;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, BudgetAskId};
use crate::words;

/// Most points that are asked for at once: as many as a month's limit may be.
const ASKED_MAX: Hundredths = Hundredths::whole(1_000_000);

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BudgetsQuery {
    /// A village, or a town for its villages.
    pub area_id: AreaId,
    /// `2026-11`; this month when absent.
    pub month: Option<String>,
}

/// A question to the town.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewBudgetAsk)]
#[serde(deny_unknown_fields)]
pub struct AskIn {
    /// UUIDv7 made on the device; sending the same again asks nothing twice.
    id: BudgetAskId,
    /// Which village.
    village_id: AreaId,
    /// A month that is still open.
    #[schema(example = "2026-11")]
    month: String,
    /// So many more.
    #[schema(example = 500)]
    points: Hundredths,
    /// Why, up to 200 characters.
    #[schema(example = "抗旱出工的人多")]
    reason: String,
}

impl AskIn {
    /// Parses it.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(self) -> Result<NewAsk> {
        let Self { id, village_id, month, points, reason } = self;
        let mut problems = Vec::new();
        if id.0.get_version_num() != 7 {
            problems.push(FieldProblem::new("id", "not_uuid_v7", "这条的编号不对，请更新页面再问。"));
        }
        if !(1..=ASKED_MAX.0).contains(&points.0) {
            problems.push(FieldProblem::new("points", "out_of_range", "分数要比 0 大，最多 1000000 分。"));
        }
        let missing = "请写一句为什么要多给。";
        let reason = words::required("reason", Some(&reason), REASON_CHARS_MAX, missing, &mut problems);
        if !problems.is_empty() {
            return Err(Error::Refused(INVALID, problems));
        }
        Ok(NewAsk { id, village_id, month, points, reason })
    }
}

/// A question of a village, and what the town said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BudgetAsk, example = json!({ "answer": null, "answer_reason": null, "answered_at": null, "answered_by": null }))]
pub struct AskOut {
    id: BudgetAskId,
    /// So many more.
    #[schema(example = 500)]
    points: Hundredths,
    /// Why.
    #[schema(example = "抗旱出工的人多")]
    reason: String,
    /// Who asked.
    #[schema(example = "李某")]
    asked_by: String,
    #[schema(example = "2026-11-23T02:05:00Z")]
    asked_at: DateTime<Utc>,
    /// Null while it waits.
    answer: Option<Answer>,
    /// Why.
    answer_reason: Option<String>,
    /// Who answered.
    answered_by: Option<String>,
    answered_at: Option<DateTime<Utc>>,
}

impl From<Asked> for AskOut {
    fn from(Asked { ask, asked_by, answered_by }: Asked) -> Self {
        Self {
            id: ask.id,
            points: ask.points,
            reason: ask.reason,
            asked_by,
            asked_at: instant(ask.asked_at),
            answer: ask.answer,
            answer_reason: ask.answer_reason,
            answered_by,
            answered_at: ask.answered_at.map(instant),
        }
    }
}

/// What a village may give in a month, and what it gave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budget, example = json!({ "village_id": crate::ids::EXAMPLE_VILLAGE }))]
pub struct BudgetOut {
    village_id: AreaId,
    #[schema(example = "林家排村")]
    village_name: String,
    #[schema(example = "2026-11")]
    month: String,
    /// What the village decided; null when it decided no limit.
    #[schema(example = 10000)]
    limit: Option<Hundredths>,
    /// What the town let it give beyond that.
    #[schema(example = 0)]
    granted: Hundredths,
    /// Points of good deeds that count in the month, less what was corrected.
    #[schema(example = 8420)]
    used: Hundredths,
    /// What was asked of the town, newest first.
    asks: Vec<AskOut>,
}

impl From<Budget> for BudgetOut {
    fn from(budget: Budget) -> Self {
        Self {
            village_id: budget.village.id,
            village_name: budget.village.name,
            month: budget.month,
            limit: budget.limit,
            granted: budget.given.granted,
            used: budget.given.given,
            asks: budget.asks.into_iter().map(AskOut::from).collect(),
        }
    }
}

/// Months of villages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budgets)]
pub struct BudgetsOut {
    /// One a village.
    pub items: Vec<BudgetOut>,
    /// Always null.
    #[schema(example = json!(null))]
    pub next_cursor: Option<String>,
}
