//! What a correction changes for the deeds that were judged after it.
//!
//! Invariant: what a household has in the book equals a fresh fold of its standing awards in the order
//! of their posting. So when an award is taken out, the room it had used (of a cap, on a ladder, as the
//! best of a day, as the first of two) goes to those after it: each that shares a counter which stands
//! differently now is judged again by the version that judged it, and an entry carries the difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Datelike as _;
use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;

use super::{Award, Status, StepKind, cap_keys, counted, entity, moving, settle, view};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AwardId};
use crate::ledger::{self, CapKey, CauseKind, OpenBook, Pen, Posting};
use crate::periods;
use crate::rules::{Rule, Shelf};

/// Rows of steps written at once: SQLite binds at most 32,766 values, a step takes 6.
const STEPS_AT_ONCE: usize = 1_000;

type Used = HashMap<CapKey, Hundredths>;

/// An award that is being taken out.
pub(super) struct Correction<'a> {
    /// Time and the chain.
    pub pen: &'a Pen,
    /// Tables of rules.
    pub shelf: &'a Shelf,
    /// As it stands.
    pub award: &'a Award,
    /// The rule that judged it.
    pub rule: &'a Rule,
    /// The number of its entry.
    pub seq: i64,
    /// Who corrects.
    pub by: AccountId,
}

impl Correction<'_> {
    /// Frees what the award used, and posts what that changes for the later ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carry(&self, tx: &Tx, book: &mut OpenBook<'_>) -> Result<()> {
        let own = counted(self.award, self.rule);
        if own.values().all(|by| by.0 == 0) {
            return Ok(());
        }
        let later = self.later(tx).await?;
        let mut keys: BTreeSet<CapKey> = own.keys().cloned().collect();
        keys.extend(later.iter().flat_map(|(award, rule)| cap_keys(award, rule)));
        let mut was = book.cap_uses(&keys).await?;
        let taken: Vec<BTreeMap<CapKey, Hundredths>> = later.iter().map(|(award, rule)| counted(award, rule)).collect();
        for moves in std::iter::once(&own).chain(&taken) {
            add(&mut was, moves, -1);
        }
        let mut used = was.clone();
        add(&mut was, &own, 1);
        let mut changed = Vec::new();
        for ((before, rule), moves) in later.into_iter().zip(&taken) {
            let differs = |key: &CapKey| was.get(key).map_or(0, |by| by.0) != used.get(key).map_or(0, |by| by.0);
            if cap_keys(&before, &rule).iter().any(differs) {
                let mut award = before.clone();
                settle(&mut award, &rule, &mut used);
                if award != before {
                    changed.push((before, award, rule));
                }
            } else {
                add(&mut used, moves, 1);
            }
            add(&mut was, moves, 1);
        }
        let now = |key: CapKey| {
            let by = used.get(&key).map_or(0, |by| by.0) - was.get(&key).map_or(0, |by| by.0);
            (key, Hundredths(by))
        };
        book.use_caps(&keys.into_iter().map(now).collect()).await?;
        self.write(tx, book, changed).await
    }

    /// Awards of the household that stand in the book behind this one, in its order, with their rules.
    async fn later(&self, tx: &Tx) -> Result<Vec<(Award, Rule)>> {
        let numbers = ledger::numbers_after(tx, self.award.household_id, CauseKind::Award, self.seq).await?;
        let awards = entity::Entity::find()
            .filter(entity::Column::HouseholdId.eq(self.award.household_id))
            .filter(entity::Column::Status.eq(Status::Posted))
            .order_by_asc(entity::Column::Id)
            .all(tx)
            .await?;
        let sets = self.shelf.in_force(tx, [self.award.village_id]).await?;
        let mut later: Vec<(i64, Award, Rule)> = Vec::new();
        for award in awards {
            let Some(seq) = numbers.get(&award.id.0).copied() else { continue };
            let rule = sets.set(award.rule_set_id).and_then(|set| set.rule(award.rule_id)).cloned();
            later.push((seq, award, rule.ok_or_else(|| Error::Internal("an award without its rule".to_owned()))?));
        }
        later.sort_by_key(|(seq, ..)| *seq);
        Ok(later.into_iter().map(|(_, award, rule)| (award, rule)).collect())
    }

    async fn write(&self, tx: &Tx, book: &mut OpenBook<'_>, changed: Vec<(Award, Award, Rule)>) -> Result<()> {
        let closed = periods::closed(tx, [self.award.village_id]).await?;
        let mut taken = view::steps(tx, changed.iter().map(|(_, award, _)| award.id).collect()).await?;
        let mut postings = Vec::new();
        let mut steps = Vec::new();
        for (before, award, rule) in changed {
            let more = Hundredths(award.points.0 - before.points.0);
            if more.0 != 0 {
                let earlier = taken.remove(&award.id).unwrap_or_default();
                let leg = earlier.iter().filter(|step| step.kind == StepKind::Refold).count();
                let (period, late) = closed.following(award.village_id, award.period.as_deref().unwrap_or_default());
                postings.push(Posting {
                    cause_kind: CauseKind::Refold,
                    leg: i16::try_from(leg).map_err(|_| Error::Internal("too many corrections".to_owned()))?,
                    period,
                    late,
                    recorder_id: self.by,
                    ..moving(&award, &rule, more)
                });
                steps.push(self.step(award.id, earlier.len()));
            }
            let row = entity::ActiveModel {
                points: Set(award.points),
                clipped: Set(award.clipped),
                units: Set(award.units),
                doubled: Set(award.doubled),
                ..Default::default()
            };
            let rows = entity::Entity::update_many().set(row).filter(entity::Column::Id.eq(award.id));
            rows.exec(tx).await?;
        }
        book.post_many(postings).await?;
        for rows in steps.chunks(STEPS_AT_ONCE) {
            entity::step::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
        }
        Ok(())
    }

    fn step(&self, award_id: AwardId, before: usize) -> entity::step::ActiveModel {
        let day = self.award.occurred_on;
        entity::step::ActiveModel {
            award_id: Set(award_id),
            position: Set(i32::try_from(before).unwrap_or(i32::MAX - 1) + 1),
            step: Set(StepKind::Refold),
            by: Set(self.by),
            at: Set(self.pen.clock.now()),
            reason: Set(Some(format!("{}月{}日的“{}”改正了，这条跟着重算", day.month(), day.day(), self.rule.name))),
        }
    }
}

fn add(used: &mut Used, moves: &BTreeMap<CapKey, Hundredths>, sign: i64) {
    for (key, by) in moves {
        used.entry(key.clone()).or_default().0 += sign * by.0;
    }
}
