//! A returned award, mended by its recorder and submitted again.
//!
//! Invariants: it keeps its identity, its household, its rule and the photos it has; what was approved
//! before counts for nothing; it always waits, for somebody had doubts; the same words again answer the
//! award as it stands.

use std::slice;

use sea_orm::ActiveValue::Set;

use super::judging::Judging;
use super::review::{Steps, WRONG_STATE};
use super::submission::PHOTOS_MAX;
use super::view::View;
use super::why::Why;
use super::{Status, StepKind, Submission, add_step, entity};
use crate::db::Tx;
use crate::error::{Error, FORBIDDEN, Result};
use crate::evidence::{self, UsedFor};
use crate::rules::terms::Proof;

impl Steps<'_> {
    /// Says a returned award anew; `said` names its household and rule, and the photos to be added.
    ///
    /// # Errors
    /// [`NOT_FOUND`](crate::error::NOT_FOUND), [`FORBIDDEN`] for another's, [`WRONG_STATE`], and whatever
    /// keeps a new award from being recorded.
    pub async fn resubmit(&self, tx: &Tx, said: &Submission) -> Result<View> {
        let may = said.recorder.as_ref();
        let book = self.open(tx, said.id).await?;
        let found = self.find(tx, may, said.id).await?;
        let before = &found.view.award;
        if before.recorded_by != may.account_id() {
            return Err(FORBIDDEN.into());
        }
        let said = &Submission { told_by: before.told_by.clone(), ..said.clone() };
        let judging = Judging::read(tx, self.pen, self.shelf, slice::from_ref(said)).await?;
        // Sent again after a lost answer, its photos are among those that it has.
        let had = &found.view.photos;
        let more = judging.photos(said).into_iter().filter(|photo| had.iter().all(|one| one.id != photo.id));
        let photos: Vec<_> = had.iter().cloned().chain(more).collect();
        let digest = said.said(photos.iter().map(|photo| hex::encode(&photo.sha256)).collect()).digest()?;
        if before.status == Status::Submitted && before.digest == digest {
            return Ok(found.view);
        }
        if before.status != Status::Returned {
            return Err(WRONG_STATE.into());
        }
        if found.view.photos.len() + said.evidence.len() > PHOTOS_MAX {
            return Err(Error::field("evidence", "too_many", "一条最多附 3 张照片。"));
        }
        let mut fold = judging.fold(tx, &book, slice::from_ref(said)).await?;
        let judged = judging.judge(said, digest, &mut fold)?;
        let has_photo = !photos.is_empty() && judged.rule.terms.proofs.contains(&Proof::Photo);
        let mut award = judged.award;
        award.waits_because.0.retain(|why| *why != Why::Proof || !has_photo);
        award.waits_because.0.push(Why::Mended);
        let row = entity::ActiveModel {
            rule_set_id: Set(award.rule_set_id),
            quantity: Set(award.quantity),
            degree: Set(award.degree),
            judged_degree: Set(None),
            people: Set(award.people),
            points: Set(award.points),
            clipped: Set(award.clipped),
            doubled: Set(award.doubled),
            status: Set(Status::Submitted),
            proof_pending: Set(award.proof_pending && !has_photo),
            proof_kind: Set(award.proof_kind),
            proof_words: Set(award.proof_words),
            waits_because: Set(award.waits_because),
            alike_to: Set(award.alike_to),
            occurred_on: Set(award.occurred_on),
            late: Set(award.late),
            note: Set(award.note),
            done_by: Set(award.done_by),
            handled_by: Set(award.handled_by),
            sheet: Set(award.sheet),
            own_household: Set(award.own_household),
            digest: Set(award.digest),
            first_digest: Set(Some(before.first_digest.clone().unwrap_or_else(|| before.digest.clone()))),
            ..Default::default()
        };
        self.change(tx, before, row).await?;
        let behind = i32::try_from(found.view.photos.len()).unwrap_or(i32::MAX);
        let added = std::iter::once((said.id.0, said.evidence.clone()));
        evidence::use_for(tx, UsedFor::Award, added, behind).await?;
        add_step(tx, self.pen, said.id, StepKind::Resubmit, may.account_id(), None).await?;
        self.done(tx, may, found, "resubmit_award").await
    }
}
