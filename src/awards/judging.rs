//! What a group of submissions is judged by, read in a handful of statements, and the judging itself,
//! which asks nothing more of the database.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use super::applications::Told;
use super::budget::Rooms;
use super::cooldown::{Seen, Sought};
use super::proof::Shown;
use super::view::Background;
use super::why::{Reasons, Why};
use super::{
    Award, IN_FUTURE, QUANTITY_OUT_OF_RANGE, RULE_NOT_IN_FORCE, RULE_NOT_RECORDED, Status, Submission,
    WORKER_CANNOT_DEDUCT, cap_key, counters, entity, settle,
};
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, NOT_FOUND, Refusal, Result};
use crate::evidence::{self, Evidence, Named};
use crate::households::{self, Household};
use crate::hundredths::Hundredths;
use crate::ids::{AwardId, EvidenceId};
use crate::ledger::{CapKey, OpenBook, Pen, VillageMonth};
use crate::periods::{self, Closed};
use crate::rules::terms::{PEOPLE_MAX, Proof, Review};
use crate::rules::{Adopted, Rule, Shelf};
use crate::scope::Deduct;

/// A judged award, ready to be written.
pub struct Judged {
    /// The row.
    pub award: Award,
    /// The rule that judged it.
    pub rule: Rule,
    /// The request it came with.
    pub request_id: String,
    /// What it shows.
    pub evidence: Vec<EvidenceId>,
}

/// What each judged item of a group leaves for those after it.
pub struct Fold {
    /// Units and points that count against caps.
    pub used: HashMap<CapKey, Hundredths>,
    /// The same deeds recorded before.
    pub(super) seen: Seen,
    /// What households told of today.
    told: Told,
    /// What is left of the months' limits.
    rooms: Rooms,
}

/// Everything a group is judged by.
pub struct Judging {
    now: Millis,
    today: NaiveDate,
    known: HashMap<AwardId, Award>,
    closed: Closed,
    photos: HashMap<EvidenceId, Named>,
    /// The households and tables of the group, and the names a view needs.
    pub background: Background,
}

impl Judging {
    /// Reads it.
    pub async fn read(tx: &Tx, pen: &Pen, shelf: &Shelf, items: &[Submission]) -> Result<Self> {
        let ids: HashSet<AwardId> = items.iter().map(|item| item.id).collect();
        let known = entity::Entity::find().filter(entity::Column::Id.is_in(ids)).all(tx).await?;
        let households = items.iter().map(|item| item.household_id).chain(known.iter().map(|award| award.household_id));
        let names = items.iter().map(|item| (item.recorder.account_id(), item.recorder.identity.name.clone()));
        let background = Background::read(tx, shelf, households.collect(), names.collect()).await?;
        Ok(Self {
            now: pen.clock.now(),
            today: pen.clock.today(),
            known: known.into_iter().map(|award| (award.id, award)).collect(),
            closed: periods::closed(tx, background.villages()).await?,
            photos: evidence::named(tx, items.iter().flat_map(|item| item.evidence.iter().copied()).collect()).await?,
            background,
        })
    }

    /// An award that was known before this group.
    pub fn known(&self, id: AwardId) -> Option<&Award> {
        self.known.get(&id)
    }

    /// The awards that were known before this group.
    pub fn known_ids(&self) -> Vec<AwardId> {
        self.known.keys().copied().collect()
    }

    /// The photos that a submission names, as far as they were sent.
    pub fn photos(&self, item: &Submission) -> Vec<Evidence> {
        item.evidence.iter().filter_map(|id| Some(self.photos.get(id)?.evidence.clone())).collect()
    }

    /// The caps that the items may count against.
    pub fn cap_keys(&self, items: &[Submission]) -> BTreeSet<CapKey> {
        let mut keys = BTreeSet::new();
        for item in items {
            if let Ok((_, rule)) = self.rule(item) {
                let counters = counters(rule, item.occurred_on);
                keys.extend(counters.iter().map(|counter| cap_key(item.household_id, counter)));
            }
        }
        keys
    }

    /// What the items begin with; under the locks of the books.
    pub async fn fold(&self, tx: &Tx, book: &OpenBook<'_>, items: &[Submission]) -> Result<Fold> {
        let sought: Vec<Sought> = items.iter().filter_map(|item| self.sought(item)).collect();
        Ok(Fold {
            used: book.cap_uses(&self.cap_keys(items)).await?,
            seen: Seen::read(tx, &sought).await?,
            told: Told::read(tx, items, self.today).await?,
            rooms: Rooms::read(tx, &self.background.rules, self.today, self.months(items)).await?,
        })
    }

    /// The months that the items may count in.
    fn months(&self, items: &[Submission]) -> BTreeSet<VillageMonth> {
        let month = |item: &Submission| {
            let village = self.background.household(item.household_id)?.village_id;
            Some((village, self.closed.period(village, item.occurred_on).0))
        };
        items.iter().filter_map(month).collect()
    }

    /// Refuses what a household tells of where the village does not take it, or no more of it today.
    pub fn refuse_application(&self, item: &Submission, fold: &Fold) -> Result<()> {
        if item.told_by.is_none() {
            return Ok(());
        }
        let household = self.household(item)?;
        let today = self.background.rules.on(household.village_id, self.today);
        let most = today.and_then(|adopted| adopted.decisions.applications_a_day);
        fold.told.refuse(household.id, self.rule(item)?.1, most)
    }

    /// What may have been recorded before; a round is marked once as its cap says.
    fn sought(&self, item: &Submission) -> Option<Sought> {
        let (adopted, rule) = self.rule(item).ok()?;
        (!rule.terms.shape.inspects()).then(|| Sought {
            id: item.id,
            household_id: item.household_id,
            rule_id: rule.id,
            occurred_on: item.occurred_on,
            by: item.recorder.account_id(),
            within_days: adopted.decisions.cool_down_days.unwrap_or(0),
        })
    }

    /// Judges one submission; what it leaves for those after it is added to `fold`.
    pub fn judge(&self, item: &Submission, digest: Vec<u8>, fold: &mut Fold) -> Result<Judged> {
        let household = self.household(item)?;
        if item.occurred_on > self.today {
            return Err(Error::Refused(IN_FUTURE, vec![field("occurred_on", IN_FUTURE.title)]));
        }
        let (adopted, rule) = self.rule(item)?;
        if !rule.terms.shape.is_recorded() {
            return Err(RULE_NOT_RECORDED.into());
        }
        let deducts = rule.terms.shape.deducts();
        if deducts {
            let may = item.recorder.also::<Deduct>(self.today).map_err(|_| WORKER_CANNOT_DEDUCT)?;
            if !may.reaches(&household.grid_path) {
                return Err(WORKER_CANNOT_DEDUCT.into());
            }
            if item.note.is_none() {
                return Err(Error::field("note", "missing", "扣分要写清为什么，请写一句。"));
            }
        }
        let quantity = quantity(item, rule)?;
        let degree = degree(item, rule)?;
        let people = people(item, rule, household)?;
        let own_household = item.recorder.identity.household_id == Some(household.id);
        self.refuse_photos(item, household)?;
        let shown = !item.evidence.is_empty() && rule.terms.proofs.contains(&Proof::Photo);
        Shown::fits(item.proof.as_ref(), rule)?;
        let proof_pending = rule.terms.demands_proof_of(quantity) && !shown && item.proof.is_none();
        let overdue = rule.terms.is_overdue(item.occurred_on, self.today);
        // Neighbours may come along; that more came than live there is for others to believe.
        let crowd = people.is_some_and(|came| came > household.size);
        let alike_to = self.sought(item).and_then(|sought| fold.seen.other(&sought));
        let (period, late) = self.closed.period(household.village_id, item.occurred_on);
        let mut award = Award {
            id: item.id,
            village_id: household.village_id,
            household_id: household.id,
            rule_set_id: adopted.set.id,
            rule_id: rule.id,
            quantity,
            degree,
            judged_degree: None,
            people,
            points: Hundredths::ZERO,
            clipped: Hundredths::ZERO,
            units: Hundredths::ZERO,
            doubled: false,
            status: Status::Submitted,
            proof_pending,
            waits_because: Reasons::default(),
            alike_to,
            occurred_on: item.occurred_on,
            period: None,
            late,
            note: item.note.clone(),
            done_by: item.done_by.clone(),
            handled_by: item.handled_by.clone(),
            proof_kind: item.proof.as_ref().map(|shown| shown.kind),
            proof_words: item.proof.as_ref().map(|shown| shown.words.clone()),
            sheet: item.sheet.clone(),
            told_by: item.told_by.clone(),
            recorded_by: item.recorder.account_id(),
            own_household,
            digest,
            first_digest: None,
            recorded_at: self.now,
        };
        settle(&mut award, rule, &mut fold.used);
        // What a cap cuts off today comes back when a correction frees it: the deed is as large as it is.
        let from = adopted.decisions.assembly_from;
        let large = from.is_some_and(|from| award.points.0.abs() + award.clipped.0.abs() >= from.0);
        award.waits_because = Reasons::of([
            (rule.terms.review != Review::None, Why::Rule),
            (deducts, Why::Deduction),
            (own_household, Why::OwnHousehold),
            (proof_pending, Why::Proof),
            (overdue, Why::Overdue),
            (crowd, Why::Crowd),
            (large, Why::Large),
            (alike_to.is_some(), Why::Alike),
            (!fold.rooms.fits(&award, &period), Why::Budget),
            (award.told_by.is_some(), Why::Application),
        ]);
        if award.waits_because.is_empty() {
            (award.status, award.period) = (Status::Posted, Some(period));
            settle(&mut award, rule, &mut fold.used);
        }
        fold.rooms.take(&award);
        fold.seen.add(&award);
        fold.told.add(&award);
        Ok(Judged { award, rule: rule.clone(), request_id: item.request_id.clone(), evidence: item.evidence.clone() })
    }

    /// A photo shows one award of the village in which its recorder took it.
    fn refuse_photos(&self, item: &Submission, household: &Household) -> Result<()> {
        for (at, id) in item.evidence.iter().enumerate() {
            let place = |refusal: Refusal| {
                let field = FieldProblem::new(format!("evidence[{at}]"), refusal.code, refusal.title);
                Err(Error::Refused(refusal, vec![field]))
            };
            let own = |photo: &&Named| {
                let photo = &photo.evidence;
                photo.village_id == household.village_id
                    && photo.uploaded_by == item.recorder.account_id()
                    && photo.removed_at.is_none()
            };
            match self.photos.get(id).filter(own) {
                None => return place(evidence::NOT_USABLE),
                Some(photo) if photo.used => return place(evidence::USED),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The household of a submission, if its recorder reaches it and it is not closed.
    pub fn household(&self, item: &Submission) -> Result<&Household> {
        let household = self.background.household(item.household_id);
        let household = household
            .filter(|household| item.recorder.reaches(&household.grid_path))
            .ok_or_else(|| Error::Refused(NOT_FOUND, vec![field("household_id", "没有这一户，或不归您管。")]))?;
        if household.status == households::Status::Closed {
            return Err(households::HOUSEHOLD_CLOSED.into());
        }
        Ok(household)
    }

    fn rule(&self, item: &Submission) -> Result<(&Adopted, &Rule)> {
        let refused = || Error::Refused(RULE_NOT_IN_FORCE, vec![field("rule_id", RULE_NOT_IN_FORCE.title)]);
        let household = self.background.household(item.household_id).ok_or_else(refused)?;
        let adopted = self.background.rules.on(household.village_id, item.occurred_on).ok_or_else(refused)?;
        Ok((adopted, adopted.rule(item.rule_id).ok_or_else(refused)?))
    }
}

fn quantity(item: &Submission, rule: &Rule) -> Result<Hundredths> {
    match item.quantity {
        None if rule.terms.shape.inspects() => {
            Err(Error::field("quantity", "missing", "评比要填几处不合格，没有就填 0。"))
        }
        None => Ok(Hundredths::ONE),
        Some(quantity) if rule.terms.accepts(quantity) => Ok(quantity),
        Some(_) => Err(Error::Refused(QUANTITY_OUT_OF_RANGE, vec![field("quantity", QUANTITY_OUT_OF_RANGE.title)])),
    }
}

fn degree(item: &Submission, rule: &Rule) -> Result<Option<String>> {
    let degrees = rule.terms.shape.degrees();
    let wrong = |code, message: String| Err(Error::field("degree", code, message));
    let names = || degrees.iter().map(|degree| degree.name.as_str()).collect::<Vec<_>>().join("、");
    match &item.degree {
        None if degrees.is_empty() => Ok(None),
        None => wrong("missing", format!("请选一档：{}。", names())),
        Some(_) if degrees.is_empty() => wrong("unknown", "这一项不分档。".to_owned()),
        Some(named) if degrees.iter().any(|degree| degree.name == *named) => Ok(Some(named.clone())),
        Some(_) => wrong("unknown", format!("没有这一档，只有：{}。", names())),
    }
}

fn people(item: &Submission, rule: &Rule, household: &Household) -> Result<Option<i32>> {
    match item.people {
        None => Ok(rule.terms.per_person.then_some(household.size)),
        Some(_) if !rule.terms.per_person => Err(Error::field("people", "unknown", "这一项不按人数算。")),
        Some(came @ 1..=PEOPLE_MAX) => Ok(i32::try_from(came).ok()),
        Some(_) => Err(Error::field("people", "out_of_range", format!("人数要在 1 到 {PEOPLE_MAX} 之间。"))),
    }
}

fn field(name: &str, message: &'static str) -> FieldProblem {
    FieldProblem::new(name, "refused", message)
}
