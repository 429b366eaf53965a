//! Bringing a draft into force by the resolution that the villagers took.

use chrono::{Days, NaiveDate};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _, entity::prelude::*};

use super::{RuleSet, entity};
use crate::areas;
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Refusal, Result};
use crate::ids::RuleSetId;
use crate::scope::{AdoptRules, May};

/// It stands already and never changes.
pub const ALREADY_ADOPTED: Refusal =
    Refusal::new(409, "already_adopted", "这一版细则已经生效，不能再改。要改请另起一版。");
/// A table without a rule.
pub const NO_RULES: Refusal = Refusal::new(422, "no_rules", "这张细则里还没有事项，不能生效。");

/// A first day this far back is a slip of the finger: it would judge deeds that nobody remembers.
const BACK_DAYS_MAX: u64 = 400;
/// How far ahead a table may be resolved: half a year, and the notice before it.
const AHEAD_DAYS_MAX: u64 = 200;
/// A village has fewer grown-ups than this.
const PEOPLE_MAX: i32 = 20_000;

/// What the villagers resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Day of the meeting.
    pub resolved_on: NaiveDate,
    /// First day the table judges.
    pub in_force_from: NaiveDate,
    /// People present.
    pub attendance: i32,
    /// Votes for.
    pub votes_for: i32,
    /// Votes against.
    pub votes_against: i32,
    /// Abstentions.
    pub votes_abstained: i32,
}

impl Resolution {
    /// Checks that it can have happened and that it carries: held already, no more votes than
    /// people, more than half of those present in favour (Organic Law of the Villagers' Committees,
    /// art. 22 and 26).
    ///
    /// # Errors
    /// One problem a field.
    pub fn check(&self, today: NaiveDate) -> Result<()> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, wrong: bool, message: &'static str| {
            if wrong {
                problems.push(FieldProblem::new(field, "out_of_range", message));
            }
        };
        let earliest = today.checked_sub_days(Days::new(BACK_DAYS_MAX)).unwrap_or(NaiveDate::MIN);
        let latest = today.checked_add_days(Days::new(AHEAD_DAYS_MAX)).unwrap_or(NaiveDate::MAX);
        let votes = [self.votes_for, self.votes_against, self.votes_abstained];
        refuse("resolved_on", self.resolved_on > today, "开会日期不能在今天以后。");
        refuse("resolved_on", self.resolved_on < earliest, "开会日期太早，请核对。");
        refuse("in_force_from", self.in_force_from < self.resolved_on, "生效日期不能早于开会日期。");
        refuse("in_force_from", self.in_force_from > latest, "生效日期太远，请核对。");
        refuse("attendance", !(1..=PEOPLE_MAX).contains(&self.attendance), "到会人数要在 1 到 20000 之间。");
        refuse(
            "votes_for",
            votes.iter().any(|count| !(0..=PEOPLE_MAX).contains(count)),
            "票数不能是负数，也不能超过到会人数。",
        );
        let cast: i64 = votes.iter().map(|count| i64::from(*count)).sum();
        refuse("votes_for", cast > i64::from(self.attendance), "票数加起来比到会人数还多，请核对。");
        refuse(
            "votes_for",
            i64::from(self.votes_for) * 2 <= i64::from(self.attendance),
            "赞成票要超过到会人数的一半才算通过。",
        );
        if problems.is_empty() { Ok(()) } else { Err(Error::Refused(INVALID, problems)) }
    }
}

/// Records the resolution and brings the draft into force from its first day.
///
/// # Errors
/// [`NOT_FOUND`], [`ALREADY_ADOPTED`], [`NO_RULES`], or the resolution's problems.
pub async fn adopt(
    tx: &Tx,
    clock: &Clock,
    may: &May<AdoptRules>,
    id: RuleSetId,
    resolution: Resolution,
) -> Result<RuleSet> {
    let set = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
    let area = areas::find_village(tx, may, set.area_id).await?;
    if set.adopted_at.is_some() {
        return Err(ALREADY_ADOPTED.into());
    }
    resolution.check(clock.today())?;
    let later = super::sets(tx, area.id).await?.into_iter().filter_map(|set| set.in_force_from).max();
    if later.is_some_and(|first| resolution.in_force_from < first) {
        return Err(Error::field("in_force_from", "out_of_order", "生效日期不能早于上一版的生效日期。"));
    }
    if super::rules_of(tx, id).await?.is_empty() {
        return Err(NO_RULES.into());
    }
    let mut row = set.into_active_model();
    row.adopted_at = Set(Some(clock.now()));
    row.adopted_by = Set(Some(may.account_id()));
    row.in_force_from = Set(Some(resolution.in_force_from));
    row.resolved_on = Set(Some(resolution.resolved_on));
    row.attendance = Set(Some(resolution.attendance));
    row.votes_for = Set(Some(resolution.votes_for));
    row.votes_against = Set(Some(resolution.votes_against));
    row.votes_abstained = Set(Some(resolution.votes_abstained));
    let set = row.update(tx).await?;
    let act = Act {
        by: Some(may.account_id()),
        action: "adopt_rule_set",
        target: Some(("rule_set", id.0)),
        area_path: &area.path,
    };
    audit::append(tx, clock, &[act]).await?;
    Ok(set)
}
