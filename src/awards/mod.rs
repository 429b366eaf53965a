//! Awards: a deed is recorded, reviewed where the rule asks for it, posted once, and undone by an
//! opposite entry if it was wrong; the later ones are then judged as if it had never been.
//!
//! Invariants: the phone's id is the award's identity for ever, the same request from the same
//! account answers the award as it stands; a deduction, a proof still missing and the recorder's own
//! household always wait for somebody else; nobody approves what he recorded or what his own
//! household gets; caps are folded in the order of the items under the village's lock; what two people
//! recorded of one deed is looked at together; what waits says why; every step leaves a row that is never changed.

pub mod alike;
pub mod applications;
pub mod assembly;
pub mod budget;
mod cooldown;
pub mod entity;
mod inward;
mod judging;
pub mod listing;
pub mod outward;
pub mod proof;
mod refold;
mod resubmission;
pub mod review;
pub mod routes;
pub mod statement;
pub mod submission;
pub mod verify;
pub mod view;
pub mod why;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use self::judging::{Judged, Judging};
use crate::audit::{self, Act};
use crate::db::{Touch, Tx};
use crate::error::{Error, Refusal, Result};
use crate::evidence::{self, UsedFor};
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AwardId, EvidenceId, HouseholdId};
use crate::ledger::{self, Account, CapKey, CauseKind, Pen, Posting};
use crate::rules::worth::{Counter, Counters, Deed};
use crate::rules::{Rule, Shelf};

pub use entity::{Model as Award, Status, StepKind};
pub use submission::{Raw, Said, Submission};
pub use view::View;

/// The id belongs to another request.
pub const ID_TAKEN: Refusal = Refusal::new(409, "id_taken", "这个编号已经记过别的事，没有重复记。请回到首页重新记。");
/// The day lies ahead.
pub const IN_FUTURE: Refusal = Refusal::new(422, "occurred_in_future", "日期不能在今天以后。");
/// No table judged that day, or it did not have the rule.
pub const RULE_NOT_IN_FORCE: Refusal = Refusal::new(422, "rule_not_in_force", "那一天的细则里没有这一项，请重新选。");
/// The rule cannot judge that quantity.
pub const QUANTITY_OUT_OF_RANGE: Refusal = Refusal::new(
    422,
    "quantity_out_of_range",
    "数量不对：要大于 0，最多 10000（评比可以是 0 处，按金额算的最多一百万）。",
);
/// It comes when a window begins or is closed.
pub const RULE_NOT_RECORDED: Refusal = Refusal::new(422, "rule_not_recorded", "这一项到期自动算，不用人记。");
/// Workers warn, they never deduct.
pub const WORKER_CANNOT_DEDUCT: Refusal =
    Refusal::new(403, "worker_cannot_deduct", "扣分要由村干部提出、评议后才算，网格员先当面劝导。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[
    ID_TAKEN,
    IN_FUTURE,
    RULE_NOT_IN_FORCE,
    QUANTITY_OUT_OF_RANGE,
    RULE_NOT_RECORDED,
    WORKER_CANNOT_DEDUCT,
    review::WRONG_STATE,
    review::OWN_AWARD,
    review::OWN_HOUSEHOLD,
    review::OTHERS_CAN_REVIEW,
    review::SECOND_PERSON,
    review::NOT_YOURS_TO_REVERSE,
    assembly::MEETING_TAKEN,
    assembly::NO_QUORUM,
    applications::APPLICATIONS_OFF,
    applications::TOO_MANY_TODAY,
    applications::RULE_NOT_TOLD,
    budget::BUDGET_USED,
    budget::NO_BUDGET,
    budget::ASK_WAITS,
    budget::ASK_TAKEN,
    budget::ASK_ANSWERED,
];

/// What a submission came to.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// As it stands, for its recorder.
    pub award: View,
    /// It was known already.
    pub replayed: bool,
}

/// Submits awards in their order, one answer each; an item that fails does not touch the others.
///
/// # Errors
/// Only when the database fails; then nothing was written.
pub async fn submit_many(tx: &Tx, pen: &Pen, shelf: &Shelf, items: &[Submission]) -> Result<Vec<Result<Submitted>>> {
    // A household never leaves its village: so the books are locked before anything is believed that
    // another copy of the server may just be changing.
    let homes = households::of_awards(tx, items.iter().map(|item| item.household_id)).await?;
    let mut book = ledger::open(tx, pen, homes.values().map(|home| home.village_id)).await?;
    let mut judging = Judging::read(tx, pen, shelf, items).await?;
    let mut fold = judging.fold(tx, &book, items).await?;
    let before = fold.used.clone();
    let mut fresh: HashMap<AwardId, usize> = HashMap::new();
    let mut judged: Vec<Judged> = Vec::new();
    let mut shown: HashSet<EvidenceId> = HashSet::new();
    let mut outcomes: Vec<Result<(Award, bool)>> = Vec::with_capacity(items.len());
    for item in items {
        let photos = judging.photos(item).iter().map(|photo| hex::encode(&photo.sha256)).collect();
        let digest = item.said(photos).digest()?;
        let earlier = fresh.get(&item.id).and_then(|at| judged.get(*at)).map(|judged| &judged.award);
        if let Some(award) = judging.known(item.id).or(earlier) {
            let same = award.digest == digest || award.first_digest.as_ref() == Some(&digest);
            // Whether an id is taken is told only to somebody who may record there at all.
            let refusal = || judging.household(item).err().unwrap_or_else(|| ID_TAKEN.into());
            outcomes.push(if same { Ok((award.clone(), true)) } else { Err(refusal()) });
            continue;
        }
        if item.evidence.iter().any(|photo| shown.contains(photo)) {
            outcomes.push(Err(evidence::USED.into()));
            continue;
        }
        if let Err(refused) = judging.refuse_application(item, &fold) {
            outcomes.push(Err(refused));
            continue;
        }
        outcomes.push(judging.judge(item, digest, &mut fold).map(|one| {
            shown.extend(&item.evidence);
            let award = one.award.clone();
            fresh.insert(item.id, judged.len());
            judged.push(one);
            (award, false)
        }));
    }
    write(tx, pen, &judging, &judged).await?;
    let changes = fold.used.into_iter().map(|(key, units)| {
        let gone = before.get(&key).copied().unwrap_or_default();
        (key, Hundredths(units.0 - gone.0))
    });
    book.use_caps(&changes.collect()).await?;
    book.post_many(judged.iter().filter_map(|judged| posting(&judged.award, &judged.rule)).collect()).await?;

    let alike = outcomes.iter().flatten().filter_map(|(award, _)| award.alike_to);
    judging.background.read_alike(tx, alike.collect()).await?;
    let taken_steps = view::steps(tx, judging.known_ids()).await?;
    let answer = |(item, outcome): (&Submission, Result<(Award, bool)>)| {
        let (award, replayed) = outcome?;
        let steps = taken_steps.get(&award.id).cloned().unwrap_or_default();
        let photos = judging.photos(item);
        let reaches = judging
            .background
            .household(award.household_id)
            .is_some_and(|household| item.recorder.reaches(&household.grid_path));
        let award = judging.background.view(award, (steps, photos), &item.recorder.identity, pen.clock.today())?;
        let award = if reaches { award } else { award.from_afar() };
        Ok(Submitted { award, replayed })
    };
    Ok(items.iter().zip(outcomes).map(answer).collect())
}

async fn write(tx: &Tx, pen: &Pen, judging: &Judging, judged: &[Judged]) -> Result<()> {
    if judged.is_empty() {
        return Ok(());
    }
    for one in judged {
        // Also one that came to zero points: it may have used a cap, which the household's page shows.
        tx.touch(Touch::Household(one.award.household_id));
    }
    let rows = judged.iter().map(|judged| entity::ActiveModel::from(judged.award.clone()));
    let written = entity::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(entity::Column::Id).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    if written != judged.len() as u64 {
        return Err(Error::Internal("an award appeared while it was being written".to_owned()));
    }
    let shown = judged.iter().map(|one| (one.award.id.0, one.evidence.clone()));
    evidence::use_for(tx, UsedFor::Award, shown, 0).await?;
    let act = |judged: &Judged| Act {
        by: Some(judged.award.recorded_by),
        action: "submit_award",
        target: Some(("award", judged.award.id.0)),
        area_path: judging.background.area_path(&judged.award),
    };
    let acts: Vec<Act<'_>> = judged.iter().map(act).collect();
    let requests = judged.iter().map(|judged| judged.request_id.as_str());
    audit::append_of_many(tx, &pen.clock, acts.iter().zip(requests)).await
}

/// The entry of a posted award, also of one that came to nothing; none while it waits.
fn posting(award: &Award, rule: &Rule) -> Option<Posting> {
    (award.status == Status::Posted).then(|| moving(award, rule, award.points))
}

/// The entry that moves so many points because of an award, in the award's own month.
fn moving(award: &Award, rule: &Rule, points: Hundredths) -> Posting {
    let holder = if rule.terms.redeemable { Account::Pending } else { Account::Base };
    let (from, to) = if points.0 < 0 { (holder, Account::Issued) } else { (Account::Issued, holder) };
    Posting {
        village_id: award.village_id,
        household_id: award.household_id,
        from,
        to,
        points: Hundredths(points.0.abs()),
        cause_kind: CauseKind::Award,
        cause_id: award.id.0,
        leg: 0,
        cause_digest: award.digest.clone(),
        period: award.period.clone().unwrap_or_default(),
        late: award.late,
        occurred_on: award.occurred_on,
        rule_set_id: Some(award.rule_set_id),
        rule_id: Some(award.rule_id),
        recorder_id: award.recorded_by,
        is_given: !rule.terms.shape.deducts(),
        reverses_seq: None,
    }
}

/// What is counted of a household under a rule in the windows of a day.
fn counters(rule: &Rule, occurred_on: NaiveDate) -> Counters {
    Counters::of(rule.id, &rule.category, &rule.terms, occurred_on)
}

/// A counter of a household, as the book keeps it.
fn cap_key(household_id: HouseholdId, counter: &Counter) -> CapKey {
    CapKey { household_id, counter_id: counter.id, window: counter.window.clone() }
}

/// Where the book keeps what an award counts.
fn cap_keys(award: &Award, rule: &Rule) -> BTreeSet<CapKey> {
    counters(rule, award.occurred_on).iter().map(|counter| cap_key(award.household_id, counter)).collect()
}

/// What a posted award has added to each of its counters.
fn counted(award: &Award, rule: &Rule) -> BTreeMap<CapKey, Hundredths> {
    let counters = counters(rule, award.occurred_on);
    let moved = counters.moved_by(award.units, award.points);
    moved.map(|(counter, by)| (cap_key(award.household_id, counter), by)).collect()
}

/// Points, cut-off points, doubling and units of an award; when it is posted now, advances `used`.
fn settle(award: &mut Award, rule: &Rule, used: &mut HashMap<CapKey, Hundredths>) {
    let had = |counter: &Counter| used.get(&cap_key(award.household_id, counter)).copied().unwrap_or_default();
    let deed = Deed {
        quantity: award.quantity,
        degree: award.judged_degree.as_deref().or(award.degree.as_deref()),
        people: award.people.map_or(1, i32::unsigned_abs),
        occurred_on: award.occurred_on,
    };
    let worth = rule.terms.worth(&deed, &counters(rule, award.occurred_on), had);
    award.points = worth.points;
    award.clipped = worth.clipped;
    award.doubled = worth.doubled;
    if award.status == Status::Posted {
        award.units = worth.units;
        for (key, by) in counted(award, rule) {
            used.entry(key).or_default().0 += by.0;
        }
    }
}

/// Adds a step to an award.
async fn add_step(
    tx: &Tx,
    pen: &Pen,
    award: AwardId,
    kind: StepKind,
    by: AccountId,
    reason: Option<String>,
) -> Result<()> {
    let before = entity::step::Entity::find().filter(entity::step::Column::AwardId.eq(award)).count(tx).await?;
    let row = entity::step::ActiveModel {
        award_id: Set(award),
        position: Set(i32::try_from(before).unwrap_or(i32::MAX - 1) + 1),
        step: Set(kind),
        by: Set(by),
        at: Set(pen.clock.now()),
        reason: Set(reason),
    };
    entity::step::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
