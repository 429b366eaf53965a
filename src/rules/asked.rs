//! What is asked of the room, and its lists, as JSON and in queries.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::decisions::Decisions;
use super::inward::RuleIn;
use super::outward::RuleOut;
use super::outward::said::{EditOut, RemarkOut};
use super::outward::set::RuleSetOut;
use super::template::Limits;
use crate::ids::{AreaId, RuleId};

/// The rules in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RulesInForce)]
pub struct RulesOut {
    /// The version they stand in; absent before the first filing.
    pub rule_set: Option<RuleSetOut>,
    /// In the table's order.
    pub items: Vec<RuleOut>,
    /// The good deeds that the village put in front this month.
    pub favourites: Vec<RuleId>,
    /// Deeds that a household may tell of on a day; null where the village has not switched it on.
    #[schema(example = json!(null))]
    pub applications_a_day: Option<u8>,
    /// Always null: a table is shown whole.
    pub next_cursor: Option<String>,
}

/// Versions of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSets)]
pub struct RuleSetsOut {
    /// Newest first; of several villages, what waits longest first.
    pub items: Vec<RuleSetOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// Whose rules, on which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RulesQuery {
    /// A village, or an area in one; one's own village when absent.
    pub area_id: Option<AreaId>,
    /// The day of the deed; today when absent.
    pub on: Option<NaiveDate>,
}

/// Whose versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RuleSetsQuery {
    /// A town, a village, or an area in one; one's own village when absent.
    pub area_id: Option<AreaId>,
}

/// What a new draft begins with.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BeginWith {
    /// Nothing.
    Empty,
    /// The newest version.
    Newest,
    /// The town's template.
    Template,
}

/// A draft to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRules {
    /// A village, or for its template a town.
    pub area_id: AreaId,
    /// What it begins with.
    pub begin_with: BeginWith,
}

/// A draft, written anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "limits": null }))]
pub struct RewriteRules {
    /// The revision that was read.
    #[schema(example = 4)]
    pub revision: i32,
    /// What the notice calls it.
    #[schema(example = "林家排村积分细则（第 2 版）")]
    pub title: String,
    /// All rules in their order.
    pub items: Vec<RuleIn>,
    /// What the village decides about itself.
    pub decisions: Decisions,
    /// How far villages may go beyond a template.
    pub limits: Option<Limits>,
}

/// A town's receipt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRuleSet {
    /// A number, a sentence.
    #[schema(example = "凉镇备〔2026〕3号")]
    pub note: Option<String>,
}

/// A template to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRuleSet {
    /// The revision that was read.
    #[schema(example = 4)]
    pub revision: i32,
}

/// A remark to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteRemark {
    /// What was said.
    #[schema(example = "大扫除五分少了，老人弯腰一天不容易。")]
    pub text: String,
    /// Who said it, when it was not the writer.
    #[schema(example = "陈家二婶")]
    pub said_by: Option<String>,
}

/// What was said about a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleRemarks)]
pub struct RemarksOut {
    /// Newest first.
    pub items: Vec<RemarkOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// Who wrote which revision of a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSetEdits)]
pub struct EditsOut {
    /// Newest first.
    pub items: Vec<EditOut>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// A false alarm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearAlarm {
    /// In which rule.
    pub rule_id: RuleId,
    /// Which line rang.
    #[schema(example = "rights")]
    pub line: String,
    /// Why it is false.
    #[schema(example = "这是帮助办低保的好事，不是限制。")]
    pub reason: String,
}

/// Against what a version is held.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The version before it.
    Before,
    /// The town's template.
    Template,
}

/// Against what a version is held.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The version before when absent.
    #[param(inline)]
    pub against: Option<Against>,
}

/// The favourites of a month.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Favourites {
    /// Whose.
    pub area_id: AreaId,
    /// From this month on, until another choice.
    #[schema(example = "2026-11")]
    pub month: String,
    /// Five to eight good deeds, in their order.
    pub rule_ids: Vec<RuleId>,
}
