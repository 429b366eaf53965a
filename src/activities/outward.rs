//! Activities as they go out: JSON, nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Came, Counting, Detail, Listed, State};
use crate::awards::{Award, Status};
use crate::clock::instant;
use crate::error::Problem;
use crate::hundredths::Hundredths;
use crate::ids::{ActivityId, AreaId, AwardId, HouseholdId, RuleId};

/// An activity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity, example = json!({
    "quantity": 1, "degree": null, "ended_at": null, "ended_by_name": null, "reason": null, "state": "open",
    "counting": "units",
}))]
pub struct ActivityOut {
    id: ActivityId,
    /// Of which grid, or the whole village.
    area_id: AreaId,
    /// That area's name.
    #[schema(example = "一组")]
    area_name: String,
    rule_id: RuleId,
    /// What people are awarded for.
    #[schema(example = "参加清扫")]
    rule_name: String,
    /// What quantity counts.
    #[schema(example = "人次")]
    unit: String,
    /// Which degree.
    #[schema(example = "县")]
    degree: Option<String>,
    /// What the village calls it.
    #[schema(example = "清扫村道")]
    name: String,
    /// Where.
    #[schema(example = "村部门口")]
    place: Option<String>,
    /// On which day.
    #[schema(example = "2026-11-22")]
    held_on: NaiveDate,
    /// In the rule's unit, for each household, or each person where those are counted.
    quantity: Hundredths,
    /// What the number who came does.
    counting: Counting,
    /// Where it stands.
    state: State,
    /// Who opened it.
    #[schema(example = "王某")]
    opened_by_name: String,
    /// When.
    #[schema(example = "2026-11-20T02:05:00Z")]
    opened_at: DateTime<Utc>,
    /// Who closed or cancelled it.
    #[schema(example = "李某")]
    ended_by_name: Option<String>,
    /// When.
    #[schema(example = "2026-11-22T10:00:00Z")]
    ended_at: Option<DateTime<Utc>>,
    /// Why it was cancelled.
    #[schema(example = "下雨没办成")]
    reason: Option<String>,
    /// Households that came, also those out of the caller's reach.
    #[schema(example = 23)]
    households: i64,
    /// People who came.
    #[schema(example = 31)]
    people: i64,
    /// What the caller may do with it now.
    can: CanOut,
}

/// What the caller may do with an activity now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityCan)]
pub struct CanOut {
    /// Tick his households.
    #[schema(example = true)]
    take: bool,
    /// 结束
    #[schema(example = true)]
    close: bool,
    /// 取消
    #[schema(example = true)]
    cancel: bool,
}

impl From<Listed> for ActivityOut {
    fn from(one: Listed) -> Self {
        let Listed { activity, rule, .. } = one;
        Self {
            id: activity.id,
            area_id: activity.area_id,
            area_name: one.area_name,
            rule_id: activity.rule_id,
            rule_name: rule.name,
            unit: rule.terms.counted().to_owned(),
            degree: activity.degree,
            name: activity.name,
            place: activity.place,
            held_on: activity.held_on,
            quantity: activity.quantity,
            counting: one.counting,
            state: activity.state,
            opened_by_name: one.opened_by,
            opened_at: instant(activity.opened_at),
            ended_by_name: one.ended_by,
            ended_at: activity.ended_at.map(instant),
            reason: activity.reason,
            households: one.households,
            people: one.people,
            can: CanOut { take: one.takes, close: one.closes, cancel: one.cancels },
        }
    }
}

/// An activity with those who came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityPage)]
pub struct DetailOut {
    /// The activity.
    #[serde(flatten)]
    activity: ActivityOut,
    /// Households in the caller's reach that were ticked, in door order; those struck out again too.
    attendance: Vec<CameOut>,
}

impl From<Detail> for DetailOut {
    fn from(Detail { listed, came }: Detail) -> Self {
        Self { activity: listed.into(), attendance: came.into_iter().map(CameOut::from).collect() }
    }
}

/// A household that was ticked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceRow, example = json!({ "award": null, "failure": null }))]
pub struct CameOut {
    household_id: HouseholdId,
    /// The household's head.
    #[schema(example = "陈建桂")]
    household_name: String,
    /// The household's code.
    #[schema(example = "LJP0012")]
    household_code: String,
    /// Its door.
    #[schema(example = "19号")]
    door: Option<String>,
    /// The grid it lies in.
    #[schema(example = "一组")]
    grid_name: String,
    /// How many came; 0 when it was struck out again.
    #[schema(example = 2)]
    people: i32,
    /// The highest so far.
    #[schema(example = 1)]
    revision: i32,
    /// Who ticked it last.
    #[schema(example = "王某")]
    written_by_name: String,
    /// What it was awarded when the activity was closed.
    award: Option<AwardedOut>,
    /// Why it was not.
    #[schema(example = "这一户已经注销，不能再改动。")]
    failure: Option<String>,
}

impl From<Came> for CameOut {
    fn from(one: Came) -> Self {
        Self {
            household_id: one.household.id,
            household_name: one.household.name,
            household_code: one.household.code,
            door: one.household.door,
            grid_name: one.grid_name,
            people: one.row.people,
            revision: one.row.revision,
            written_by_name: one.written_by,
            award: one.award.map(AwardedOut::from),
            failure: one.row.failure,
        }
    }
}

/// What a household was awarded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityAward, example = json!({ "points": 10, "clipped": 0, "status": "posted" }))]
pub struct AwardedOut {
    id: AwardId,
    /// What it gave, or would give if it were approved now.
    points: Hundredths,
    /// Points that a cap cut off.
    clipped: Hundredths,
    /// Where the award stands.
    status: Status,
}

impl From<Award> for AwardedOut {
    fn from(award: Award) -> Self {
        Self { id: award.id, points: award.points, clipped: award.clipped, status: award.status }
    }
}

/// One answer a household, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceResults)]
pub struct TakenOut {
    /// As many as changes were sent.
    pub results: Vec<TakenResult>,
}

/// What came of one household's tick.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttendanceResult)]
pub struct TakenResult {
    /// The status it would have had alone: 200, 404, 422 …
    #[schema(example = 200)]
    pub status: u16,
    /// As it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attendance: Option<CameOut>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<Problem>,
}
