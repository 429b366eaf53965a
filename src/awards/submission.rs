//! An award as it comes from a phone, parsed.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::proof::Shown;
use crate::audit;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AwardId, EvidenceId, HouseholdId, RuleId};
use crate::scope::{AddPoints, May};
use crate::words;

/// Longest note, in characters: two lines on the household's page.
pub const NOTE_CHARS_MAX: usize = 200;
/// Longest name of who did it, or who brought it in.
pub const NAME_CHARS_MAX: usize = 30;
/// Longest number of a sheet of paper: `12`, `11-3 二组`.
pub const SHEET_CHARS_MAX: usize = 20;
/// Longest reason of a step.
pub const REASON_CHARS_MAX: usize = 200;

/// Most photos of one award: before, after, and the people.
pub const PHOTOS_MAX: usize = 3;

/// One award to be submitted, and by whom.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Made on the phone.
    pub id: AwardId,
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Which rule.
    pub rule_id: RuleId,
    /// In the rule's unit; the rule's default when absent.
    pub quantity: Option<Hundredths>,
    /// Which degree, where the rule has degrees.
    pub degree: Option<String>,
    /// How many came, where the rule counts 按人; the household's size when absent.
    pub people: Option<u32>,
    /// Day of the deed.
    pub occurred_on: NaiveDate,
    /// Plain words.
    pub note: Option<String>,
    /// Plain words.
    pub done_by: Option<String>,
    /// Plain words.
    pub handled_by: Option<String>,
    /// Another proof than a photo.
    pub proof: Option<Shown>,
    /// The sheet of paper it stood on.
    pub sheet: Option<String>,
    /// Photos of it, sent before.
    pub evidence: Vec<EvidenceId>,
    /// Who of the household told of it: then it is an application.
    pub told_by: Option<String>,
    /// Who, and where he may.
    pub recorder: Arc<May<AddPoints>>,
    /// The request it came with, for the audit: the writer answers many at once.
    pub request_id: String,
}

/// Fields of a submission before they are checked.
#[derive(Clone, Debug)]
pub struct Raw {
    /// See [`Submission`].
    pub id: AwardId,
    /// See [`Submission`].
    pub household_id: HouseholdId,
    /// See [`Submission`].
    pub rule_id: RuleId,
    /// See [`Submission`].
    pub quantity: Option<Hundredths>,
    /// See [`Submission`].
    pub degree: Option<String>,
    /// See [`Submission`].
    pub people: Option<u32>,
    /// See [`Submission`].
    pub occurred_on: NaiveDate,
    /// See [`Submission`].
    pub note: Option<String>,
    /// See [`Submission`].
    pub done_by: Option<String>,
    /// See [`Submission`].
    pub handled_by: Option<String>,
    /// See [`Submission`].
    pub proof: Option<Shown>,
    /// See [`Submission`].
    pub sheet: Option<String>,
    /// See [`Submission`].
    pub evidence: Vec<EvidenceId>,
}

/// Everything that was said, and who said it.
#[derive(Clone, Debug, Serialize)]
pub struct Said<'a> {
    /// Who.
    pub account: AccountId,
    /// Whose deed.
    pub household: HouseholdId,
    /// Which rule.
    pub rule: RuleId,
    /// As it was sent.
    pub quantity: Option<Hundredths>,
    /// As it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<&'a str>,
    /// As it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// Day of the deed.
    pub occurred_on: NaiveDate,
    /// Plain words.
    pub note: Option<&'a str>,
    /// Plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_by: Option<&'a str>,
    /// Plain words.
    pub handled_by: Option<&'a str>,
    /// Another proof than a photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<&'a Shown>,
    /// Plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<&'a str>,
    /// Plain words, of an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_by: Option<&'a str>,
    /// SHA-256 of its photos as they are kept, in hexadecimal digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
}

impl Said<'_> {
    /// SHA-256 over its JSON, under which an award is replayed and which its entries carry.
    ///
    /// # Errors
    /// Internal, when it has no JSON form.
    pub fn digest(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(self).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Sha256::digest(json).to_vec())
    }
}

impl Submission {
    /// Checks what can be checked without the book.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(raw: Raw, recorder: Arc<May<AddPoints>>) -> Result<Self> {
        let mut problems = Vec::new();
        if raw.id.0.get_version_num() != 7 {
            problems.push(FieldProblem::new("id", "not_uuid_v7", "这条记录的编号不对，请更新页面再记。"));
        }
        let note = words::optional("note", raw.note.as_deref(), NOTE_CHARS_MAX, &mut problems);
        let mut name = |field: &str, text: Option<&str>| words::optional(field, text, NAME_CHARS_MAX, &mut problems);
        let done_by = name("done_by", raw.done_by.as_deref());
        let handled_by = name("handled_by", raw.handled_by.as_deref());
        let proof = raw.proof.map(|shown| shown.parsed(&mut problems));
        let sheet = words::optional("sheet", raw.sheet.as_deref(), SHEET_CHARS_MAX, &mut problems);
        if raw.evidence.len() > PHOTOS_MAX {
            problems.push(FieldProblem::new("evidence", "too_many", "一条最多附 3 张照片。"));
        }
        if raw.evidence.iter().enumerate().any(|(at, photo)| raw.evidence[..at].contains(photo)) {
            problems.push(FieldProblem::new("evidence", "repeated", "同一张照片只附一次。"));
        }
        if !problems.is_empty() {
            return Err(Error::Refused(INVALID, problems));
        }
        let request_id = audit::request_id();
        let Raw { id, household_id, rule_id, quantity, degree, people, occurred_on, evidence, .. } = raw;
        Ok(Self {
            id,
            household_id,
            rule_id,
            quantity,
            degree,
            people,
            occurred_on,
            note,
            done_by,
            handled_by,
            proof,
            sheet,
            evidence,
            told_by: None,
            recorder,
            request_id,
        })
    }

    /// What was said, without the id, with the hashes of its photos.
    pub fn said(&self, photos: Vec<String>) -> Said<'_> {
        Said {
            account: self.recorder.account_id(),
            household: self.household_id,
            rule: self.rule_id,
            quantity: self.quantity,
            degree: self.degree.as_deref(),
            people: self.people,
            occurred_on: self.occurred_on,
            note: self.note.as_deref(),
            done_by: self.done_by.as_deref(),
            handled_by: self.handled_by.as_deref(),
            proof: self.proof.as_ref(),
            sheet: self.sheet.as_deref(),
            told_by: self.told_by.as_deref(),
            photos,
        }
    }
}

/// A reason for a step: trimmed, absent when blank.
///
/// # Errors
/// When it is too long, or when it is `demanded` and absent.
pub fn reason(text_given: Option<String>, demanded: bool) -> Result<Option<String>> {
    let mut problems = Vec::new();
    let reason = words::optional("reason", text_given.as_deref(), REASON_CHARS_MAX, &mut problems);
    if reason.is_none() && demanded && problems.is_empty() {
        problems.push(FieldProblem::new("reason", "missing", "请写一句原因。"));
    }
    if problems.is_empty() { Ok(reason) } else { Err(Error::Refused(INVALID, problems)) }
}
