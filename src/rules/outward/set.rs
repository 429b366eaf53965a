//! Sets of rules as they go out.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RuleOut;
use crate::accounts;
use crate::clock::instant;
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, EXAMPLE_VILLAGE, RuleId, RuleSetId};
use crate::rules::adoption::Resolution;
use crate::rules::alarms::{Ringing, name_of};
use crate::rules::decisions::Decisions;
use crate::rules::filing::{self, Filing};
use crate::rules::template::Limits;
use crate::rules::{RuleSet, Stage};

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleSetStatus)]
pub enum SetStatus {
    /// Nothing was resolved.
    Draft,
    /// Resolved; the town has not filed it yet.
    Adopted,
    /// Filed; its first day has not come.
    Filed,
    /// It judges the deeds of today.
    InForce,
    /// A later version judges instead.
    Superseded,
    /// A town's template.
    Issued,
}

/// The resolution behind a version.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = Resolution)]
#[serde(deny_unknown_fields)]
pub struct ResolutionJson {
    /// The revision of the draft that was voted on.
    #[schema(example = 4, minimum = 1)]
    revision: i32,
    /// Day of the meeting, not in the future.
    #[schema(example = "2026-08-28")]
    resolved_on: NaiveDate,
    /// First day the table judges, not before the meeting.
    #[schema(example = "2026-09-01")]
    in_force_from: NaiveDate,
    /// People present.
    #[schema(example = 46, minimum = 1)]
    attendance: i32,
    /// Votes for; more than half of those present.
    #[schema(example = 44, minimum = 0)]
    votes_for: i32,
    /// Votes against.
    #[schema(example = 1, minimum = 0)]
    votes_against: i32,
    /// Abstentions.
    #[schema(example = 1, minimum = 0)]
    votes_abstained: i32,
    /// What was said at the meeting.
    #[schema(example = "村支书主持，逐条念了细则，户代表举手表决。", max_length = 20000)]
    minutes: String,
    /// First day of the notice.
    #[schema(example = "2026-08-20")]
    noticed_from: NaiveDate,
    /// Last day of the notice.
    #[schema(example = "2026-08-27")]
    noticed_until: NaiveDate,
}

impl From<ResolutionJson> for Resolution {
    fn from(json: ResolutionJson) -> Self {
        Self {
            revision: json.revision,
            resolved_on: json.resolved_on,
            in_force_from: json.in_force_from,
            attendance: json.attendance,
            votes_for: json.votes_for,
            votes_against: json.votes_against,
            votes_abstained: json.votes_abstained,
            minutes: json.minutes,
            noticed_from: json.noticed_from,
            noticed_until: json.noticed_until,
        }
    }
}

/// The town's receipt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RuleSetFiling, example = json!({ "note": "凉镇备〔2026〕3号" }))]
pub struct FilingOut {
    /// First day it judges.
    #[schema(example = "2026-09-01")]
    judges_from: NaiveDate,
    /// When it was filed.
    #[schema(example = "2026-11-23T02:05:00Z")]
    filed_at: DateTime<Utc>,
    /// By whom.
    #[schema(example = "周敏")]
    filed_by: String,
    /// Plain words.
    note: Option<String>,
}

/// A version of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSet, example = json!({ "area_id": EXAMPLE_VILLAGE, "status": "in_force" }))]
pub struct RuleSetOut {
    /// Identity.
    id: RuleSetId,
    /// Whose.
    area_id: AreaId,
    /// 1, 2, 3 …
    #[schema(example = 1)]
    version: i32,
    /// What the notice calls it.
    #[schema(example = "林家排村积分细则（第 1 版）")]
    title: String,
    /// Where it stands.
    status: SetStatus,
    /// Goes up with every change of the draft.
    #[schema(example = 4)]
    revision: i32,
    /// When it was begun.
    #[schema(example = "2026-11-23T02:05:00Z")]
    drafted_at: DateTime<Utc>,
    /// By whom.
    #[schema(example = "陈建国")]
    drafted_by: String,
    /// Who recorded the resolution.
    #[schema(example = "陈建国")]
    adopted_by: Option<String>,
    /// The resolution; absent for a draft and a template.
    resolution: Option<ResolutionJson>,
    /// The town's receipt; absent until it is filed.
    filing: Option<FilingOut>,
    /// When the town issued it; only for a template.
    #[schema(example = "2026-11-23T02:05:00Z")]
    issued_at: Option<DateTime<Utc>>,
}

/// What is known about some sets when they are shown.
pub struct Known {
    filed: HashMap<RuleSetId, Filing>,
    newest: Option<RuleSetId>,
    names: HashMap<AccountId, String>,
    today: NaiveDate,
}

impl Known {
    /// About the sets of one area.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn about(db: &impl ConnectionTrait, area: AreaId, sets: &[RuleSet], today: NaiveDate) -> Result<Self> {
        let filed = filing::filings(db, area).await?;
        let newest = filing::in_force(&filed, today);
        let people = sets.iter().flat_map(|set| std::iter::once(set.created_by).chain(set.adopted_by));
        let people = people.chain(filed.iter().map(|filing| filing.filed_by));
        let names = accounts::names_of_found_rows(db, people).await?;
        let filed = filed.into_iter().map(|filing| (filing.rule_set_id, filing)).collect();
        Ok(Self { filed, newest, names, today })
    }

    fn name(&self, account: AccountId) -> String {
        self.names.get(&account).cloned().unwrap_or_default()
    }

    fn stage(&self, set: &RuleSet) -> Stage {
        match self.filed.get(&set.id) {
            _ if set.issued_at.is_some() => Stage::Issued,
            _ if set.is_draft() => Stage::Draft,
            None => Stage::Adopted,
            Some(filing) if filing.judges_from > self.today => Stage::Filed,
            Some(_) if self.newest == Some(set.id) => Stage::InForce,
            Some(_) => Stage::Superseded,
        }
    }
}

impl RuleSetOut {
    /// A set as it stands.
    pub fn new(set: RuleSet, known: &Known) -> Self {
        let status = match known.stage(&set) {
            Stage::Draft => SetStatus::Draft,
            Stage::Adopted => SetStatus::Adopted,
            Stage::Filed => SetStatus::Filed,
            Stage::InForce => SetStatus::InForce,
            Stage::Superseded => SetStatus::Superseded,
            Stage::Issued => SetStatus::Issued,
        };
        let resolution = || {
            Some(ResolutionJson {
                revision: set.revision,
                resolved_on: set.resolved_on?,
                in_force_from: set.in_force_from?,
                attendance: set.attendance?,
                votes_for: set.votes_for?,
                votes_against: set.votes_against?,
                votes_abstained: set.votes_abstained?,
                minutes: set.minutes.clone().unwrap_or_default(),
                noticed_from: set.noticed_from.or(set.resolved_on)?,
                noticed_until: set.noticed_until.or(set.resolved_on)?,
            })
        };
        let filing = known.filed.get(&set.id).map(|filing| FilingOut {
            judges_from: filing.judges_from,
            filed_at: instant(filing.filed_at),
            filed_by: known.name(filing.filed_by),
            note: filing.note.clone(),
        });
        Self {
            resolution: resolution(),
            filing,
            id: set.id,
            area_id: set.area_id,
            version: set.version,
            status,
            revision: set.revision,
            drafted_at: instant(set.created_at),
            drafted_by: known.name(set.created_by),
            adopted_by: set.adopted_by.map(|by| known.name(by)),
            issued_at: set.issued_at.map(instant),
            title: set.title,
        }
    }
}

/// Words that cross a red line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleAlarm, example = json!({ "cleared": null }))]
pub struct AlarmOut {
    /// In which rule.
    rule_id: RuleId,
    /// Its place in the table, from 1.
    #[schema(example = 3)]
    position: i32,
    /// In which field of it.
    #[schema(example = "name")]
    field: String,
    /// The first character, from 0.
    #[schema(example = 5)]
    start: usize,
    /// The character after the last.
    #[schema(example = 9)]
    end: usize,
    /// What stands there.
    #[schema(example = "取消低保")]
    words: String,
    /// Which line is crossed.
    #[schema(example = "rights")]
    line: String,
    /// Why, and what to do.
    #[schema(example = "积分不能用来取消或限制村民的待遇，请删掉。")]
    why: String,
    /// Where it is laid down.
    #[schema(example = "《村民委员会组织法》第二十七条")]
    source: String,
    /// Who called it false, and why; it no longer stops the table.
    cleared: Option<ClearedOut>,
}

/// Who called an alarm false.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClearedAlarm)]
pub struct ClearedOut {
    /// By whom.
    #[schema(example = "周敏")]
    by: String,
    /// When.
    #[schema(example = "2026-11-23T02:05:00Z")]
    at: DateTime<Utc>,
    /// Why.
    #[schema(example = "这是帮助办低保的好事，不是限制。")]
    reason: String,
}

impl AlarmOut {
    /// All alarms of a table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(db: &impl ConnectionTrait, ringing: Vec<Ringing>) -> Result<Vec<Self>> {
        let people = ringing.iter().filter_map(|one| Some(one.cleared.as_ref()?.cleared_by));
        let names = accounts::names_of_found_rows(db, people).await?;
        let out = ringing.into_iter().map(|one| Self {
            rule_id: one.rule_id,
            position: one.position,
            field: name_of(one.alarm.field),
            start: one.alarm.start,
            end: one.alarm.end,
            words: one.alarm.words,
            line: one.alarm.line.code.clone(),
            why: one.alarm.line.why.clone(),
            source: one.alarm.line.source.clone(),
            cleared: one.cleared.map(|cleared| ClearedOut {
                by: names.get(&cleared.cleared_by).cloned().unwrap_or_default(),
                at: instant(cleared.cleared_at),
                reason: cleared.reason,
            }),
        });
        Ok(out.collect())
    }
}

/// A version with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSetWithRules, example = json!({ "limits": null }))]
pub struct RuleSetDetail {
    /// The version.
    #[serde(flatten)]
    pub set: RuleSetOut,
    /// Its rules.
    pub items: Vec<RuleOut>,
    /// What the village decides about itself with it.
    pub decisions: Decisions,
    /// How far villages may go beyond it; only for a template.
    pub limits: Option<Limits>,
    /// Words that cross a red line, cleared ones too.
    pub alarms: Vec<AlarmOut>,
    /// What in it can never happen, in plain words.
    #[schema(example = json!(["「五星户」没有人评得上：全年最多也得不到 90 分。"]))]
    pub warnings: Vec<String>,
    /// What goes beyond the town's template, in plain words.
    #[schema(example = json!([]))]
    pub beyond_template: Vec<String>,
    /// Points a year of a household of three that does everything up to every cap, once each where there is none.
    pub full_marks_a_year: Hundredths,
}
