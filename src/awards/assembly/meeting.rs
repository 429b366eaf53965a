//! A meeting as it is sent, checked as far as it can be without the book.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::entity::{Decision, line};
use crate::awards::submission::REASON_CHARS_MAX;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::ids::{AccountId, AreaId, AssemblyId, AwardId};
use crate::words;

/// Lines of one meeting: a month of a large grid.
pub const LINES_MAX: usize = 500;
/// A panel and all cadres.
const PRESENT_MAX: usize = 50;
/// Names in plain words.
const OTHERS_CHARS_MAX: usize = 200;
/// A meeting is written down within a month.
const BACK_DAYS_MAX: u64 = 31;

/// What a meeting came to, as it is sent.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// Made on the device.
    pub id: AssemblyId,
    /// About which grid, or the whole village.
    pub area_id: AreaId,
    /// Day of the meeting.
    pub held_on: NaiveDate,
    /// Cadres and panel members who were there.
    pub present: Vec<AccountId>,
    /// Who else, in plain words.
    pub others: Option<String>,
    /// Award by award.
    pub lines: Vec<Line>,
}

/// What was decided about one award.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Which.
    pub award_id: AwardId,
    /// What.
    pub decision: Decision,
    /// The degree it counts as, where the people present found another than the recorder.
    pub degree: Option<String>,
    /// Why, or what was looked at.
    pub reason: Option<String>,
    /// The award's revision that was on the table, where the minutes say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i32>,
}

impl From<line::Model> for Line {
    /// As the minutes say it.
    fn from(row: line::Model) -> Self {
        let line::Model { award_id, decision, degree, reason, revision, .. } = row;
        Self { award_id, decision, degree, reason, revision }
    }
}

#[derive(Serialize)]
struct Said<'a> {
    account: AccountId,
    area: AreaId,
    held_on: NaiveDate,
    present: &'a [AccountId],
    others: Option<&'a str>,
    lines: &'a [Line],
}

impl Meeting {
    /// Checks what can be checked without the book; the writer of the minutes was there.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(mut self, writer: AccountId, today: NaiveDate) -> Result<Self> {
        let mut problems = Vec::new();
        let earliest = today.checked_sub_days(Days::new(BACK_DAYS_MAX)).unwrap_or(NaiveDate::MIN);
        if self.id.0.get_version_num() != 7 {
            problems.push(FieldProblem::new("id", "not_uuid_v7", "这次评议会的编号不对，请更新页面再记。"));
        }
        if self.held_on > today || self.held_on < earliest {
            problems.push(FieldProblem::new("held_on", "out_of_range", "开会日期要在今天以前的一个月里。"));
        }
        if self.present.len() > PRESENT_MAX {
            problems.push(FieldProblem::new("present", "too_many", "到会的最多写 50 人。"));
        }
        if !(1..=LINES_MAX).contains(&self.lines.len()) {
            let message = format!("一次评议 1 到 {LINES_MAX} 条。");
            problems.push(FieldProblem::new("lines", "out_of_range", message));
        }
        self.others = words::optional("others", self.others.as_deref(), OTHERS_CHARS_MAX, &mut problems);
        let mut met = BTreeSet::new();
        for (at, one) in self.lines.iter_mut().enumerate() {
            let field = format!("lines[{at}].reason");
            one.reason = words::optional(&field, one.reason.as_deref(), REASON_CHARS_MAX, &mut problems);
            if one.reason.is_none() && (one.decision == Decision::Strike || one.degree.is_some()) {
                problems.push(FieldProblem::new(field, "missing", "划掉或改档要写一句为什么。"));
            }
            if !met.insert(one.award_id) {
                let field = format!("lines[{at}].award_id");
                problems.push(FieldProblem::new(field, "repeated", "同一条写了两次。"));
            }
        }
        self.present.push(writer);
        self.present.sort_unstable();
        self.present.dedup();
        if problems.is_empty() { Ok(self) } else { Err(Error::Refused(INVALID, problems)) }
    }

    /// SHA-256 over what was decided and who wrote it down, under which a meeting is replayed.
    ///
    /// # Errors
    /// Internal, when it has no JSON form.
    pub fn digest(&self, writer: AccountId) -> Result<Vec<u8>> {
        let Self { area_id, held_on, present, others, lines, .. } = self;
        let others = others.as_deref();
        let said = Said { account: writer, area: *area_id, held_on: *held_on, present, others, lines };
        let json = serde_json::to_vec(&said).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Sha256::digest(json).to_vec())
    }
}
