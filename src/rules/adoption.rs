//! Bringing a draft into force by the resolution that the villagers took.

use chrono::{Days, NaiveDate};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _, entity::prelude::*};

use super::drafting::{CHANGED_MEANWHILE, note};
use super::{RuleSet, alarms, filing};
use crate::areas::Level;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Refusal, Result};
use crate::ids::RuleSetId;
use crate::scope::{AdoptRules, May};
use crate::{visible, words};

/// It stands already and never changes.
pub const ALREADY_ADOPTED: Refusal =
    Refusal::new(409, "already_adopted", "这一版细则已经表决或下发，不能再改。要改请另起一版。");
/// Words in it cross a red line.
pub const RED_LINE: Refusal =
    Refusal::new(422, "red_line", "细则里有不能写的内容，请按提示改掉；确实是误报的，请镇里核实。");
/// It goes beyond what the town's template allows.
pub const BEYOND_TEMPLATE: Refusal = Refusal::new(422, "beyond_template", "细则超出了镇里模板的规定，请按提示改。");
/// A table without a rule.
pub const NO_RULES: Refusal = Refusal::new(422, "no_rules", "这张细则里还没有事项，不能生效。");

/// A first day this far back is a slip of the finger: it would judge deeds that nobody remembers.
const BACK_DAYS_MAX: u64 = 400;
/// How far ahead a table may be resolved: half a year, and the notice before it.
const AHEAD_DAYS_MAX: u64 = 200;
/// A village has fewer grown-ups than this.
const PEOPLE_MAX: i32 = 20_000;

/// How long before the meeting, at most, the notice began.
const NOTICE_BEFORE_DAYS_MAX: u64 = 60;
/// Twenty pages.
const MINUTES_CHARS_MAX: usize = 20_000;

/// What the villagers resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The revision of the draft that they voted on.
    pub revision: i32,
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
    /// What was said.
    pub minutes: String,
    /// First day of the notice.
    pub noticed_from: NaiveDate,
    /// Last day of the notice.
    pub noticed_until: NaiveDate,
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
        let notice_begins =
            self.resolved_on.checked_sub_days(Days::new(NOTICE_BEFORE_DAYS_MAX)).unwrap_or(NaiveDate::MIN);
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
        refuse("noticed_from", self.noticed_from < notice_begins, "公示开始得太早，请核对。");
        refuse("noticed_until", self.noticed_until < self.noticed_from, "公示结束不能早于开始。");
        refuse("noticed_until", self.noticed_until > self.in_force_from, "公示要在生效以前结束，请核对。");
        let advice = "请写会议记录：谁主持、怎么议的、结果怎样。";
        words::required("minutes", Some(&self.minutes), MINUTES_CHARS_MAX, advice, &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(Error::Refused(INVALID, problems)) }
    }
}

/// Records the resolution: the draft becomes immutable and goes to the town to be filed.
///
/// # Errors
/// [`NOT_FOUND`], [`ALREADY_ADOPTED`], [`CHANGED_MEANWHILE`] when another revision was voted on, the
/// resolution's problems, [`NO_RULES`], [`BEYOND_TEMPLATE`], [`RED_LINE`].
pub async fn adopt(
    tx: &Tx,
    clock: &Clock,
    may: &May<AdoptRules>,
    id: RuleSetId,
    resolution: Resolution,
) -> Result<RuleSet> {
    let (set, area) = super::find_locked(tx, may, id).await?;
    if area.level != Level::Village || !may.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    if !set.is_draft() {
        return Err(ALREADY_ADOPTED.into());
    }
    if set.revision != resolution.revision {
        return Err(CHANGED_MEANWHILE.into());
    }
    resolution.check(clock.today())?;
    // What was resolved and never filed gives way to what is resolved now.
    let filed = filing::filings(tx, area.id).await?.into_iter().map(|filing| filing.judges_from).max();
    if filed.is_some_and(|first| resolution.in_force_from < first) {
        return Err(Error::field("in_force_from", "out_of_order", "生效日期不能早于上一版的生效日期。"));
    }
    let rules = super::rules_of(tx, id).await?;
    if rules.is_empty() {
        return Err(NO_RULES.into());
    }
    if let Some(template) = filing::template_for(tx, &area).await? {
        let problems = template.limited()?.problems(&super::rules_of(tx, template.id).await?, &rules);
        if !problems.is_empty() {
            return Err(Error::Refused(BEYOND_TEMPLATE, problems));
        }
    }
    alarms::refuse_crossing(tx, &area, &rules).await?;
    let mut row = set.into_active_model();
    row.adopted_at = Set(Some(clock.now()));
    row.adopted_by = Set(Some(may.account_id()));
    row.in_force_from = Set(Some(resolution.in_force_from));
    row.resolved_on = Set(Some(resolution.resolved_on));
    row.attendance = Set(Some(resolution.attendance));
    row.votes_for = Set(Some(resolution.votes_for));
    row.votes_against = Set(Some(resolution.votes_against));
    row.votes_abstained = Set(Some(resolution.votes_abstained));
    row.minutes = Set(Some(visible::text(&resolution.minutes)));
    row.noticed_from = Set(Some(resolution.noticed_from));
    row.noticed_until = Set(Some(resolution.noticed_until));
    let set = row.update(tx).await?;
    note(tx, clock, may.account_id(), "adopt_rule_set", id, &area).await?;
    Ok(set)
}
