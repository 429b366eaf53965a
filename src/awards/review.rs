//! What people do with an award after it was recorded.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::refold::Correction;
use super::view::{self, View, revision, since_said};
use super::{Award, Status, StepKind, add_step, budget, cap_keys, counted, entity, moving, posting, settle};
use crate::audit::{self, Act};
use crate::db::{Touch, Tx};
use crate::error::{Error, FORBIDDEN, NOT_FOUND, Refusal, Result};
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::AwardId;
use crate::ledger::{self, CauseKind, OpenBook, Pen, Posting};
use crate::periods;
use crate::rules::terms::Review as Asked;
use crate::rules::{Rule, Shelf};
use crate::scope::{May, ReadBook, Reverse, Review, Verb};

/// It does not stand where this step begins.
pub const WRONG_STATE: Refusal = Refusal::new(409, "wrong_state", "这条已经有人处理过了，请刷新看看。");
/// Nobody reviews what he recorded.
pub const OWN_AWARD: Refusal = Refusal::new(403, "own_award", "自己记的不能自己审，请让别人来审。");
/// Nobody decides for his own household.
pub const OWN_HOUSEHOLD: Refusal = Refusal::new(403, "own_household", "这是您自己家的，请让别人来办。");
/// The town steps in only when nobody else can.
pub const OTHERS_CAN_REVIEW: Refusal = Refusal::new(403, "others_can_review", "村里还有人可以审，请由村里来审。");
/// The second look must be another person's.
pub const SECOND_PERSON: Refusal = Refusal::new(403, "second_person", "这一项要两个人审，您已经审过，请等另一位。");
/// It was approved by others: only a cadre may undo it.
pub const NOT_YOURS_TO_REVERSE: Refusal =
    Refusal::new(403, "not_yours_to_reverse", "这条已经评议通过，要改请找村干部。");

/// What surrounds one award for a step on it.
pub(super) struct Found {
    pub(super) view: View,
    rule: Rule,
    grid_path: String,
    /// The household is.
    is_closed: bool,
}

/// The steps on an award, each taken by the person who shows that he may.
pub struct Steps<'a> {
    /// Time and the chain.
    pub pen: &'a Pen,
    /// Tables of rules.
    pub shelf: &'a Shelf,
    /// The revision that the person looked at, where he says so: nobody decides what he has not seen.
    pub seen: Option<i32>,
}

impl<'a> Steps<'a> {
    /// Approves; the award posts unless the rule asks for a second person first.
    ///
    /// # Errors
    /// [`NOT_FOUND`], [`WRONG_STATE`], [`households::HOUSEHOLD_CLOSED`], [`budget::BUDGET_USED`], and the reasons why this person may not.
    pub async fn approve(&self, tx: &Tx, may: &May<Review>, id: AwardId, reason: Option<String>) -> Result<View> {
        let mut book = self.open(tx, id).await?;
        let found = self.reviewable(tx, may, id).await?;
        // It may have been closed while the award waited; what stands in its book can still be reversed.
        if found.is_closed {
            return Err(households::HOUSEHOLD_CLOSED.into());
        }
        if found.view.award.proof_pending && reason.is_none() {
            return Err(Error::field("reason", "missing", "这一项要看证明，请写明看过什么。"));
        }
        let approved_before = since_said(&found.view.steps).iter().any(|step| step.kind == StepKind::Approve);
        if found.rule.terms.review != Asked::Double || approved_before {
            self.post(tx, &mut book, &found).await?;
        } else {
            let waits = entity::ActiveModel { status: Set(Status::Submitted), ..Default::default() };
            self.change(tx, &found.view.award, waits).await?;
        }
        add_step(tx, self.pen, id, StepKind::Approve, may.account_id(), reason).await?;
        self.done(tx, may, found, "approve_award").await
    }

    /// Sends an award back to its recorder.
    ///
    /// # Errors
    /// [`NOT_FOUND`], [`WRONG_STATE`], and the reasons why this person may not.
    pub async fn return_(&self, tx: &Tx, may: &May<Review>, id: AwardId, reason: String) -> Result<View> {
        let found = self.reviewable(tx, may, id).await?;
        self.turn(tx, may, found, (StepKind::Return, Status::Returned), Some(reason), "return_award").await
    }

    /// Decides that an award shall not count.
    ///
    /// # Errors
    /// As [`Steps::return_`].
    pub async fn reject(&self, tx: &Tx, may: &May<Review>, id: AwardId, reason: String) -> Result<View> {
        let found = self.reviewable(tx, may, id).await?;
        self.turn(tx, may, found, (StepKind::Reject, Status::Rejected), Some(reason), "reject_award").await
    }

    /// Takes one's own award back before it counts.
    ///
    /// # Errors
    /// [`NOT_FOUND`], [`FORBIDDEN`] for another's, [`WRONG_STATE`].
    pub async fn withdraw(&self, tx: &Tx, may: &May<ReadBook>, id: AwardId, reason: Option<String>) -> Result<View> {
        let found = self.find(tx, may, id).await?;
        if found.view.award.recorded_by != may.account_id() {
            return Err(FORBIDDEN.into());
        }
        if !found.view.can.withdraw {
            return Err(WRONG_STATE.into());
        }
        self.turn(tx, may, found, (StepKind::Withdraw, Status::Withdrawn), reason, "withdraw_award").await
    }

    /// Undoes a posted award by an opposite entry, and frees what it used for those that came after it.
    ///
    /// # Errors
    /// [`NOT_FOUND`], [`WRONG_STATE`], and the reasons why this person may not.
    pub async fn reverse(&self, tx: &Tx, may: &May<Reverse>, id: AwardId, reason: String) -> Result<View> {
        let mut book = self.open(tx, id).await?;
        let found = self.find(tx, may, id).await?;
        if found.view.award.status != Status::Posted {
            return Err(WRONG_STATE.into());
        }
        if may.identity.household_id == Some(found.view.award.household_id) {
            return Err(OWN_HOUSEHOLD.into());
        }
        if !found.view.can.reverse {
            let own = found.view.award.recorded_by == may.account_id();
            return Err(if own { NOT_YOURS_TO_REVERSE } else { FORBIDDEN }.into());
        }
        let award = &found.view.award;
        let posted = ledger::entry_of(tx, CauseKind::Award, id.0, award.household_id).await?;
        let seq = posted.ok_or_else(|| Error::Internal("a posted award without its entry".to_owned()))?.seq;
        let noticed = award.period.as_deref().unwrap_or_default();
        let (period, late) = periods::closed(tx, [award.village_id]).await?.following(award.village_id, noticed);
        let undone = Posting {
            cause_kind: CauseKind::Reversal,
            period,
            late,
            recorder_id: may.account_id(),
            reverses_seq: Some(seq),
            ..moving(award, &found.rule, Hundredths(-award.points.0))
        };
        book.post_many(vec![undone]).await?;
        let Self { pen, shelf, .. } = *self;
        let correction = Correction { pen, shelf, award, rule: &found.rule, seq, by: may.account_id() };
        correction.carry(tx, &mut book).await?;
        self.turn(tx, may, found, (StepKind::Reverse, Status::Reversed), Some(reason), "reverse_award").await
    }

    /// Locks the book that the award lies in, before anything is believed of it: what another copy of the
    /// server does with it, or with an award that counts together with it, is done by then.
    pub(super) async fn open<'t>(&self, tx: &'t Tx, id: AwardId) -> Result<OpenBook<'t>>
    where
        'a: 't,
    {
        let award = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
        ledger::open(tx, self.pen, [award.village_id]).await
    }

    pub(super) async fn find<V: Verb>(&self, tx: &Tx, may: &May<V>, id: AwardId) -> Result<Found> {
        let award = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
        let household = households::find(tx, may, award.household_id).await?;
        let set = self.shelf.in_force(tx, [award.village_id]).await?;
        let rule = set.set(award.rule_set_id).and_then(|set| set.rule(award.rule_id)).cloned();
        let rule = rule.ok_or_else(|| Error::Internal("an award without its rule".to_owned()))?;
        let today = self.pen.clock.today();
        let view = view::views(tx, self.shelf, &may.identity, today, vec![award]).await?.pop().ok_or(NOT_FOUND)?;
        let is_closed = household.status == households::Status::Closed;
        Ok(Found { view, rule, grid_path: household.grid_path, is_closed })
    }

    async fn reviewable(&self, tx: &Tx, may: &May<Review>, id: AwardId) -> Result<Found> {
        let found = self.find(tx, may, id).await?;
        let View { award, steps, can, .. } = &found.view;
        let is_seen = self.seen.is_none_or(|seen| seen == revision(steps));
        if award.status != Status::Submitted || !is_seen {
            return Err(WRONG_STATE.into());
        }
        if award.recorded_by == may.account_id() {
            return Err(OWN_AWARD.into());
        }
        if may.identity.household_id == Some(award.household_id) {
            return Err(OWN_HOUSEHOLD.into());
        }
        let mine = |step: &view::Step| step.kind == StepKind::Approve && step.by == may.account_id();
        if since_said(steps).iter().any(mine) {
            return Err(SECOND_PERSON.into());
        }
        if !can.review {
            return Err(OTHERS_CAN_REVIEW.into());
        }
        Ok(found)
    }

    async fn post(&self, tx: &Tx, book: &mut OpenBook<'_>, found: &Found) -> Result<()> {
        let mut award = found.view.award.clone();
        let (period, late) = periods::closed(tx, [award.village_id]).await?.period(award.village_id, award.occurred_on);
        award.status = Status::Posted;
        award.period = Some(period);
        award.late = late;
        award.proof_pending = false;
        let mut used: HashMap<_, _> = book.cap_uses(&cap_keys(&award, &found.rule)).await?;
        settle(&mut award, &found.rule, &mut used);
        budget::refuse_beyond(tx, self.shelf, self.pen.clock.today(), &award).await?;
        book.use_caps(&counted(&award, &found.rule)).await?;
        book.post_many(posting(&award, &found.rule).into_iter().collect()).await?;
        let changed = entity::ActiveModel {
            status: Set(award.status),
            period: Set(award.period),
            late: Set(award.late),
            proof_pending: Set(false),
            points: Set(award.points),
            clipped: Set(award.clipped),
            units: Set(award.units),
            doubled: Set(award.doubled),
            ..Default::default()
        };
        self.change(tx, &found.view.award, changed).await
    }

    async fn turn<V: Verb>(
        &self,
        tx: &Tx,
        may: &May<V>,
        found: Found,
        (kind, status): (StepKind, Status),
        reason: Option<String>,
        action: &'static str,
    ) -> Result<View> {
        let changed = entity::ActiveModel { status: Set(status), ..Default::default() };
        self.change(tx, &found.view.award, changed).await?;
        add_step(tx, self.pen, found.view.award.id, kind, may.account_id(), reason).await?;
        self.done(tx, may, found, action).await
    }

    /// Changes the row only if it still stands as it was read.
    pub(super) async fn change(&self, tx: &Tx, before: &Award, changed: entity::ActiveModel) -> Result<()> {
        tx.touch(Touch::Household(before.household_id));
        let done = entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(before.id))
            .filter(entity::Column::Status.eq(before.status))
            .filter(entity::Column::Digest.eq(before.digest.clone()))
            .exec(tx)
            .await?;
        if done.rows_affected == 1 { Ok(()) } else { Err(WRONG_STATE.into()) }
    }

    pub(super) async fn done<V: Verb>(
        &self,
        tx: &Tx,
        may: &May<V>,
        found: Found,
        action: &'static str,
    ) -> Result<View> {
        let act = Act {
            by: Some(may.account_id()),
            action,
            target: Some(("award", found.view.award.id.0)),
            area_path: &found.grid_path,
        };
        audit::append(tx, &self.pen.clock, &[act]).await?;
        Ok(self.find(tx, may, found.view.award.id).await?.view)
    }
}
