//! A meeting carried out line by line, under the village's lock.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::ROWS_AT_ONCE;
use super::entity::{Decision, Outcome};
use super::meeting::Line;
use crate::accounts::Reviewer;
use crate::areas::Area;
use crate::awards::budget::Rooms;
use crate::awards::entity::{Column, Entity, step};
use crate::awards::review::WRONG_STATE;
use crate::awards::view::{self, Step, since_said};
use crate::awards::{Award, Status, StepKind, cap_keys, entity, posting, settle};
use crate::db::{Touch, Tx};
use crate::error::{Error, Result};
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId};
use crate::ledger::{CapKey, OpenBook, Pen};
use crate::periods;
use crate::rules::terms::Review as Asked;
use crate::rules::{Rule, Shelf};
use crate::scope::{May, Review};

/// A meeting on its way through its lines.
pub(super) struct Sitting<'a> {
    pub tx: &'a Tx,
    /// Time and the chain.
    pub pen: &'a Pen,
    /// Tables of rules.
    pub shelf: &'a Shelf,
    /// Of whoever decides.
    pub may: &'a May<Review>,
    /// About which grid or village.
    pub area: &'a Area,
    /// Whose account decides.
    pub by: &'a Reviewer,
}

/// An award on the table.
pub(super) struct OnTable {
    award: Award,
    pub steps: Vec<Step>,
    rule: Rule,
    is_closed: bool,
}

/// What a meeting came to.
pub(super) struct Decided {
    /// One a line, in their order.
    pub outcomes: Vec<Outcome>,
    /// Lines that are left because the month's limit has no room for them.
    pub beyond: Vec<usize>,
}

/// What the lines are about, as far as it lies in the area.
pub(super) type Table = HashMap<AwardId, OnTable>;

impl Sitting<'_> {
    /// Decides, and posts what is approved; all lines are on the table.
    ///
    /// # Errors
    /// A problem of a line; [`WRONG_STATE`] when somebody was faster.
    pub async fn decide(&self, book: &mut OpenBook<'_>, table: &mut Table, lines: &[Line]) -> Result<Decided> {
        let villages: BTreeSet<AreaId> = table.values().map(|one| one.award.village_id).collect();
        let closed = periods::closed(self.tx, villages.iter().copied()).await?;
        let period = |award: &Award| closed.period(award.village_id, award.occurred_on);
        let months = table.values().map(|one| (one.award.village_id, period(&one.award).0)).collect();
        let rules = self.shelf.in_force(self.tx, villages).await?;
        let mut rooms = Rooms::read(self.tx, &rules, self.pen.clock.today(), months).await?;
        let mut beyond = Vec::new();
        let keys: BTreeSet<CapKey> = table.values().flat_map(|one| cap_keys(&one.award, &one.rule)).collect();
        let mut used = book.cap_uses(&keys).await?;
        let before = used.clone();
        let (mut outcomes, mut postings, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        for (at, said) in lines.iter().enumerate() {
            let field = |name: &str| format!("lines[{at}].{name}");
            let OnTable { award, steps: taken, rule, is_closed } =
                table.get_mut(&said.award_id).ok_or_else(|| Error::Internal("a line about nothing".to_owned()))?;
            let is_seen = said.revision.is_none_or(|seen| seen == view::revision(taken));
            if award.status != Status::Submitted || !is_seen {
                outcomes.push(Outcome::Moved);
                continue;
            }
            let known = |degree: &String| rule.terms.shape.degrees().iter().any(|one| one.name == *degree);
            if said.degree.as_ref().is_some_and(|degree| !known(degree)) {
                return Err(Error::field(field("degree"), "unknown", "这一项没有这一档。"));
            }
            let approves = said.decision == Decision::Approve;
            if approves && award.proof_pending && said.reason.is_none() {
                return Err(Error::field(field("reason"), "missing", "这一项要看证明，请写明看过什么。"));
            }
            let approved: Vec<AccountId> =
                since_said(taken).iter().filter(|step| step.kind == StepKind::Approve).map(|step| step.by).collect();
            let is_free = self.by.account_id != award.recorded_by
                && self.by.household_id != Some(award.household_id)
                && !approved.contains(&self.by.account_id);
            if !is_free || approves && *is_closed {
                outcomes.push(Outcome::Left);
                continue;
            }
            let posts = approves && (rule.terms.review != Asked::Double || !approved.is_empty());
            let mut worth = award.clone();
            worth.judged_degree = said.degree.clone().or(worth.judged_degree);
            settle(&mut worth, rule, &mut used);
            if posts && !rooms.fits(&worth, &period(award).0) {
                beyond.push(at);
                outcomes.push(Outcome::Left);
                continue;
            }
            let kind = if approves { StepKind::Approve } else { StepKind::Reject };
            let reason = match &said.degree {
                Some(degree) => Some(format!("改为{degree}：{}", said.reason.as_deref().unwrap_or_default())),
                None => said.reason.clone(),
            };
            steps.push(self.step(award.id, taken.len(), kind, reason));
            if approves && said.degree.is_some() {
                award.judged_degree.clone_from(&said.degree);
            }
            outcomes.push(if !approves {
                award.status = Status::Rejected;
                Outcome::Rejected
            } else if !posts {
                Outcome::Second
            } else {
                let (month, late) = period(award);
                (award.status, award.period, award.late) = (Status::Posted, Some(month), late);
                award.proof_pending = false;
                Outcome::Posted
            });
            settle(award, rule, &mut used);
            rooms.take(award);
            postings.extend(posting(award, rule));
            self.change(award).await?;
        }
        for rows in steps.chunks(ROWS_AT_ONCE) {
            step::Entity::insert_many(rows.to_vec()).exec_without_returning(self.tx).await?;
        }
        let more = used.into_iter().map(|(key, units)| {
            let was = before.get(&key).copied().unwrap_or_default();
            (key, Hundredths(units.0 - was.0))
        });
        book.use_caps(&more.collect()).await?;
        book.post_many(postings).await?;
        Ok(Decided { outcomes, beyond })
    }

    /// Reads what the lines are about, as far as it lies in the area.
    pub async fn lay(&self, village: &Area, lines: &[Line]) -> Result<Table> {
        let ids: Vec<AwardId> = lines.iter().map(|line| line.award_id).collect();
        let awards = Entity::find()
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::VillageId.eq(village.id))
            .all(self.tx)
            .await?;
        let homes: BTreeSet<HouseholdId> = awards.iter().map(|award| award.household_id).collect();
        let homes = households::of_awards(self.tx, homes).await?;
        let mut taken = view::steps(self.tx, ids).await?;
        let sets = self.shelf.in_force(self.tx, [village.id]).await?;
        let mut table = HashMap::new();
        for award in awards {
            let home = homes
                .get(&award.household_id)
                .filter(|home| home.grid_path.starts_with(&self.area.path) && self.may.reaches(&home.grid_path));
            let Some(home) = home else { continue };
            let rule = sets.set(award.rule_set_id).and_then(|set| set.rule(award.rule_id)).cloned();
            let rule = rule.ok_or_else(|| Error::Internal("an award without its rule".to_owned()))?;
            let is_closed = home.status == households::Status::Closed;
            let steps = taken.remove(&award.id).unwrap_or_default();
            table.insert(award.id, OnTable { award, steps, rule, is_closed });
        }
        Ok(table)
    }

    fn step(&self, award: AwardId, before: usize, kind: StepKind, reason: Option<String>) -> step::ActiveModel {
        step::ActiveModel {
            award_id: Set(award),
            position: Set(i32::try_from(before).unwrap_or(i32::MAX - 1) + 1),
            step: Set(kind),
            by: Set(self.by.account_id),
            at: Set(self.pen.clock.now()),
            reason: Set(reason),
        }
    }

    async fn change(&self, award: &Award) -> Result<()> {
        self.tx.touch(Touch::Household(award.household_id));
        let row = entity::ActiveModel {
            status: Set(award.status),
            judged_degree: Set(award.judged_degree.clone()),
            period: Set(award.period.clone()),
            late: Set(award.late),
            proof_pending: Set(award.proof_pending),
            points: Set(award.points),
            clipped: Set(award.clipped),
            doubled: Set(award.doubled),
            units: Set(award.units),
            ..Default::default()
        };
        let rows = Entity::update_many().set(row);
        let rows = rows.filter(Column::Id.eq(award.id)).filter(Column::Status.eq(Status::Submitted));
        let done = rows.exec(self.tx).await?;
        // The village's book is locked, but a step that posts nothing does not lock it.
        if done.rows_affected == 1 { Ok(()) } else { Err(WRONG_STATE.into()) }
    }
}
