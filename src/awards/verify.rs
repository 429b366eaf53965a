//! Comparing the awards with the book: what an award says must be what was posted for it, what a household
//! has must be what its standing awards come to when they are judged anew in the order of the book, and
//! what is used of the caps, and what each village gave in a month, must be what the posted awards say.

use std::collections::{BTreeMap, HashMap};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::proof::Shown;
use super::{Award, Said, Status, budget, counted, entity, settle};
use crate::error::Result;
use crate::evidence::{self, Evidence, UsedFor};
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, AwardId, HouseholdId, RuleId, RuleSetId};
use crate::ledger::entity::{cap_use, entry};
use crate::ledger::verify::Lie;
use crate::ledger::{self, Account, CapKey, CauseKind};
use crate::rules::{self, Rule};

/// Awards read at a time.
const PAGE: u64 = 2_000;

/// Households whose awards are judged anew at a time: a village.
const HOUSEHOLDS_AT_ONCE: u64 = 200;

type Rules = HashMap<(RuleSetId, RuleId), Rule>;

/// What awards make entries of.
const KINDS: [CauseKind; 3] = [CauseKind::Award, CauseKind::Reversal, CauseKind::Refold];

/// Checks every award against its entries, and the caps against all of them; stops at the first that does not fit. Answers how many
/// awards were read.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &impl ConnectionTrait) -> Result<std::result::Result<u64, Lie>> {
    let (mut read, mut explained) = (0, 0);
    let mut given = BTreeMap::new();
    let mut caps = Caps::default();
    let mut after: Option<AwardId> = None;
    loop {
        let mut query = entity::Entity::find();
        if let Some(after) = after {
            query = query.filter(entity::Column::Id.gt(after));
        }
        let awards = query.order_by_asc(entity::Column::Id).limit(PAGE).all(db).await?;
        let Some(last) = awards.last() else { break };
        after = Some(last.id);
        read += awards.len() as u64;
        let ids: Vec<Uuid> = awards.iter().map(|award| award.id.0).collect();
        let entries = entry::Entity::find()
            .filter(entry::Column::CauseKind.is_in(KINDS))
            .filter(entry::Column::CauseId.is_in(ids))
            .all(db)
            .await?;
        explained += entries.len() as u64;
        let mut of_award: HashMap<AwardId, Vec<entry::Model>> = HashMap::new();
        for entry in entries {
            of_award.entry(AwardId(entry.cause_id)).or_default().push(entry);
        }
        let mut photos = evidence::of_causes(db, UsedFor::Award, awards.iter().map(|award| award.id.0)).await?;
        for award in &awards {
            let shown = photos.remove(&award.id.0).unwrap_or_default();
            if let Some(what) = wrong(award, of_award.get(&award.id).map_or(&[], Vec::as_slice)) {
                return Ok(Err(lie(award, what)));
            }
            if !still_says_it(award, &shown)? {
                return Ok(Err(lie(award, "原话和当时的校验码对不上，被改过。")));
            }
            let Some(rule) = caps.add(db, award).await? else {
                return Ok(Err(lie(award, "当时的细则里没有这一项。")));
            };
            if !rule.terms.shape.deducts() {
                for entry in of_award.get(&award.id).into_iter().flatten() {
                    *given.entry((entry.village_id, entry.period.clone())).or_default() += signed(entry);
                }
            }
        }
    }
    let unexplained = entry::Entity::find().filter(entry::Column::CauseKind.is_in(KINDS));
    if unexplained.clone().count(db).await? != explained {
        let village = unexplained.one(db).await?.map_or(AreaId(Uuid::nil()), |entry| entry.village_id);
        let what = "账上有的条目找不到对应的记录，记录被删过。".to_owned();
        return Ok(Err(Lie { village, seq: None, what }));
    }
    if let Some(lie) = caps.compare(db).await? {
        return Ok(Err(lie));
    }
    if let Some(lie) = budget::compare(db, given).await? {
        return Ok(Err(lie));
    }
    Ok(fold_anew(db, &caps.rules).await?.map_or(Ok(read), Err))
}

/// Judges what stands of each household once more, in the order of the book; answers the first award that
/// comes to something else than it says.
async fn fold_anew(db: &impl ConnectionTrait, rules: &Rules) -> Result<Option<Lie>> {
    let posted = entity::Entity::find().filter(entity::Column::Status.eq(Status::Posted));
    let mut after: Option<HouseholdId> = None;
    loop {
        let mut households = posted.clone().select_only().column(entity::Column::HouseholdId).distinct();
        if let Some(after) = after {
            households = households.filter(entity::Column::HouseholdId.gt(after));
        }
        let households = households.order_by_asc(entity::Column::HouseholdId).limit(HOUSEHOLDS_AT_ONCE);
        let households: Vec<HouseholdId> = households.into_tuple().all(db).await?;
        let Some(last) = households.last() else { return Ok(None) };
        after = Some(*last);
        let awards = posted.clone().filter(entity::Column::HouseholdId.is_in(households)).all(db).await?;
        let mut of_household: BTreeMap<HouseholdId, Vec<Award>> = BTreeMap::new();
        for award in awards {
            of_household.entry(award.household_id).or_default().push(award);
        }
        for (household, mut awards) in of_household {
            let numbers = ledger::numbers_after(db, household, CauseKind::Award, 0).await?;
            awards.sort_by_key(|award| numbers.get(&award.id.0).copied());
            let mut used = HashMap::new();
            for award in awards {
                let Some(rule) = rules.get(&(award.rule_set_id, award.rule_id)) else { continue };
                let mut anew = award.clone();
                settle(&mut anew, rule, &mut used);
                if anew != award {
                    return Ok(Some(lie(&award, "按当时的细则重算一遍，结果和记下的不一样。")));
                }
            }
        }
    }
}

/// What the posted awards used of the caps: one number for each household, rule and window.
#[derive(Default)]
struct Caps {
    rules: Rules,
    used: BTreeMap<CapKey, (i64, AreaId)>,
}

impl Caps {
    /// Adds what an award used; answers the rule that its version has for it.
    async fn add(&mut self, db: &impl ConnectionTrait, award: &Award) -> Result<Option<&Rule>> {
        let key = (award.rule_set_id, award.rule_id);
        if !self.rules.contains_key(&key) {
            let read = rules::rules_of(db, award.rule_set_id).await?;
            self.rules.extend(read.into_iter().map(|rule| ((award.rule_set_id, rule.id), rule)));
        }
        let Some(rule) = self.rules.get(&key) else { return Ok(None) };
        if award.status == Status::Posted {
            for (key, by) in counted(award, rule) {
                self.used.entry(key).or_insert((0, award.village_id)).0 += by.0;
            }
        }
        Ok(Some(rule))
    }

    /// The first difference to what is kept. A cap whose use was all freed stays as a row of zero.
    async fn compare(&mut self, db: &impl ConnectionTrait) -> Result<Option<Lie>> {
        use cap_use::Column::{CapWindow, CounterId, HouseholdId};
        let what =
            |key: &CapKey| format!("户 {} 在 {} 里用掉的次数和逐条相加的结果对不上。", key.household_id, key.window);
        let mut after: Option<CapKey> = None;
        loop {
            let mut query = cap_use::Entity::find();
            if let Some(CapKey { household_id, counter_id, window }) = after {
                let columns = [HouseholdId, CounterId, CapWindow].map(Expr::col);
                let last = [Expr::val(household_id), Expr::val(counter_id), Expr::val(window)];
                query = query.filter(Expr::tuple(columns).gt(Expr::tuple(last)));
            }
            let query = query.order_by_asc(HouseholdId).order_by_asc(CounterId).order_by_asc(CapWindow);
            let rows = query.limit(PAGE).all(db).await?;
            for row in &rows {
                let window = row.cap_window.clone();
                let key = CapKey { household_id: row.household_id, counter_id: row.counter_id, window };
                let (used, village) = self.used.remove(&key).unwrap_or((0, AreaId(Uuid::nil())));
                if used != row.units.0 {
                    return Ok(Some(Lie { village, seq: None, what: what(&key) }));
                }
            }
            let Some(row) = rows.into_iter().last() else { break };
            after = Some(CapKey { household_id: row.household_id, counter_id: row.counter_id, window: row.cap_window });
        }
        let missing = self.used.iter().find(|(_, (used, _))| *used != 0);
        Ok(missing.map(|(key, (_, village))| Lie { village: *village, seq: None, what: what(key) }))
    }
}

fn lie(award: &Award, what: &str) -> Lie {
    Lie { village: award.village_id, seq: None, what: format!("记录 {}：{what}", award.id) }
}

/// Whether the row still says what its digest was made of. A quantity that was left out
/// was stored as 1, a number of people as the household's size.
fn still_says_it(award: &Award, photos: &[Evidence]) -> Result<bool> {
    let proof = Shown::of(award);
    let said = |quantity, people: Option<i32>| Said {
        account: award.recorded_by,
        household: award.household_id,
        rule: award.rule_id,
        quantity,
        degree: award.degree.as_deref(),
        people: people.map(i32::unsigned_abs),
        occurred_on: award.occurred_on,
        note: award.note.as_deref(),
        done_by: award.done_by.as_deref(),
        handled_by: award.handled_by.as_deref(),
        proof: proof.as_ref(),
        sheet: award.sheet.as_deref(),
        told_by: award.told_by.as_deref(),
        photos: photos.iter().map(|photo| hex::encode(&photo.sha256)).collect(),
    };
    for people in [None, award.people] {
        let left_out = award.quantity == Hundredths::ONE && said(None, people).digest()? == award.digest;
        if left_out || said(Some(award.quantity), people).digest()? == award.digest {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an entry gives, below zero when it takes.
fn signed(entry: &entry::Model) -> i64 {
    if entry.from_account == Account::Issued { entry.points.0 } else { -entry.points.0 }
}

fn wrong(award: &Award, entries: &[entry::Model]) -> Option<&'static str> {
    let of = |kind| entries.iter().filter(move |entry| entry.cause_kind == kind);
    let counts = [CauseKind::Award, CauseKind::Reversal].map(|kind| of(kind).count());
    let undone: i64 = of(CauseKind::Reversal).map(signed).sum();
    let given: i64 = entries.iter().map(signed).sum::<i64>() - undone;
    let expected = match award.status {
        Status::Posted => ([1, 0], award.points.0, 0),
        Status::Reversed => ([1, 1], award.points.0, -award.points.0),
        Status::Submitted | Status::Returned | Status::Rejected | Status::Withdrawn => ([0, 0], 0, 0),
    };
    if (counts, given, undone) != expected {
        return Some("分数和账上的对不上。");
    }
    let same = |entry: &entry::Model| {
        entry.household_id == award.household_id
            && entry.village_id == award.village_id
            && entry.cause_digest == award.digest
            && entry.rule_id == Some(award.rule_id)
            && entry.rule_set_id == Some(award.rule_set_id)
            && entry.occurred_on == award.occurred_on
            && (entry.cause_kind != CauseKind::Award
                || Some(&entry.period) == award.period.as_ref() && entry.late == award.late)
    };
    (!entries.iter().all(same)).then_some("户、细则、日期或原话和账上的对不上。")
}
