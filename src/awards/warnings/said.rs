//! What is said in a warning, checked as far as it can be without the book.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::awards::IN_FUTURE;
use crate::awards::submission::NOTE_CHARS_MAX;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::ids::{AccountId, HouseholdId, RuleId, WarningId};
use crate::rules::terms::WarnFirst;
use crate::words;

/// A warning is written down within a month: later nobody remembers what was said.
const BACK_DAYS_MAX: u64 = 31;
/// Longest time to put something right, in days: what a rule itself may give.
const DUE_DAYS_MAX: u64 = 365;
/// Days to put something right where the rule names none: what a heap of sand takes.
const DUE_DAYS_DEFAULT: u64 = 3;

/// A warning as it is sent.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// Made on the phone.
    #[serde(skip)]
    pub id: WarningId,
    /// Who was warned.
    pub household_id: HouseholdId,
    /// What it would be deducted by.
    pub rule_id: RuleId,
    /// Day of the warning.
    pub said_on: NaiveDate,
    /// Last day to put it right; as the rule says when absent.
    pub due_on: Option<NaiveDate>,
    /// What was seen.
    pub note: String,
}

impl Said {
    /// Checks it.
    ///
    /// # Errors
    /// One problem a field; [`IN_FUTURE`].
    pub fn parse(mut self, today: NaiveDate) -> Result<Self> {
        let mut problems = Vec::new();
        if self.id.0.get_version_num() != 7 {
            problems.push(FieldProblem::new("id", "not_uuid_v7", "这次劝导的编号不对，请更新页面再记。"));
        }
        if self.said_on > today {
            return Err(Error::Refused(IN_FUTURE, vec![FieldProblem::new("said_on", "refused", IN_FUTURE.title)]));
        }
        if self.said_on < today.checked_sub_days(Days::new(BACK_DAYS_MAX)).unwrap_or(NaiveDate::MIN) {
            problems.push(FieldProblem::new("said_on", "out_of_range", "劝导的日期要在最近一个月里。"));
        }
        self.note = words::required("note", Some(&self.note), NOTE_CHARS_MAX, "请写一句看到了什么。", &mut problems);
        if problems.is_empty() { Ok(self) } else { Err(Error::Refused(INVALID, problems)) }
    }

    /// The last day to put it right: as the rule says, or later.
    ///
    /// # Errors
    /// A field problem for a day before that, or too far away.
    pub fn due_on(&self, warn_first: Option<WarnFirst>) -> Result<NaiveDate> {
        let (least, default) = match warn_first {
            None => (0, DUE_DAYS_DEFAULT),
            Some(WarnFirst::OnTheSpot) => (0, 0),
            Some(WarnFirst::Days(days)) => (u64::from(days), u64::from(days)),
        };
        let after = |days| self.said_on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let due_on = self.due_on.unwrap_or_else(|| after(default));
        if due_on < after(least) {
            let message = if least == 0 {
                "改正的日期不能在劝导以前。".to_owned()
            } else {
                format!("细则说至少给 {least} 天，请选晚一点的日期。")
            };
            return Err(Error::field("due_on", "too_early", message));
        }
        if due_on > after(DUE_DAYS_MAX) {
            return Err(Error::field("due_on", "out_of_range", "改正的日期最晚在一年以内。"));
        }
        Ok(due_on)
    }

    /// SHA-256 over what was said and by whom, under which a warning is replayed.
    ///
    /// # Errors
    /// Internal, when it has no JSON form.
    pub fn digest(&self, by: AccountId) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(&(by, self)).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Sha256::digest(json).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn said(due_on: Option<&str>) -> Said {
        Said {
            id: WarningId(Uuid::nil()),
            household_id: HouseholdId(Uuid::nil()),
            rule_id: RuleId(Uuid::nil()),
            said_on: "2026-11-23".parse().unwrap(),
            due_on: due_on.map(|day| day.parse().unwrap()),
            note: "柴堆占了半边路".to_owned(),
        }
    }

    #[test]
    fn a_household_has_the_days_that_the_rule_gives_or_more() {
        let due = |day, rule| said(day).due_on(rule).ok().map(|day| day.to_string());
        let (spot, three) = (Some(WarnFirst::OnTheSpot), Some(WarnFirst::Days(3)));
        for (day, rule, expected) in [
            (None, None, Some("2026-11-26")),
            (None, spot, Some("2026-11-23")),
            (None, three, Some("2026-11-26")),
            (Some("2026-11-23"), None, Some("2026-11-23")),
            (Some("2026-11-22"), spot, None),
            (Some("2026-11-25"), three, None),
            (Some("2026-11-27"), three, Some("2026-11-27")),
            (Some("2027-11-23"), three, Some("2027-11-23")),
            (Some("2027-11-24"), three, None),
        ] {
            assert_eq!(due(day, rule).as_deref(), expected, "{day:?} {rule:?}");
        }
    }
}
