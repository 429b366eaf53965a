//! Writing in the book. [`open`] locks the heads of the villages at hand (in the order of their
//! identities, so that two writers cannot wait for each other); what is posted through the open book
//! is numbered, chained and summed in a handful of multi-row statements. The head of a book without an
//! entry stands at zero, or is not there yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, DatabaseBackend, QueryOrder as _, QuerySelect as _};

use super::chain::{ALG_HMAC_SHA256, Chain, GENESIS};
use super::entity::{Account, CauseKind, balance, cap_use, entry, head, month_total};
use super::given::{VillageMonth, add_given};
use crate::clock::{Clock, Millis};
use crate::db::{Touch, Tx};
use crate::error::{Error, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, HouseholdId, RuleId, RuleSetId};

/// Rows of one multi-row statement: SQLite binds at most 32,766 values, an entry takes 20.
const ROWS_MAX: usize = 1000;

/// What writes in the book: the time and the chain's key.
#[derive(Clone)]
pub struct Pen {
    /// Time and chance.
    pub clock: Clock,
    /// The chain.
    pub chain: Chain,
}

/// Points to move between two accounts of a household.
#[derive(Clone, Debug)]
pub struct Posting {
    /// In which book.
    pub village_id: AreaId,
    /// Whose.
    pub household_id: HouseholdId,
    /// From here.
    pub from: Account,
    /// To there.
    pub to: Account,
    /// So many, zero or more.
    pub points: Hundredths,
    /// What made it.
    pub cause_kind: CauseKind,
    /// Which one.
    pub cause_id: Uuid,
    /// Which entry of that cause for the household, from 0: the book takes each once.
    pub leg: i16,
    /// SHA-256 over what the cause said.
    pub cause_digest: Vec<u8>,
    /// The month it counts in.
    pub period: String,
    /// The month of the deed was closed.
    pub late: bool,
    /// The day of the deed.
    pub occurred_on: NaiveDate,
    /// The version that judged it.
    pub rule_set_id: Option<RuleSetId>,
    /// The rule that judged it.
    pub rule_id: Option<RuleId>,
    /// Who wrote it.
    pub recorder_id: AccountId,
    /// It is about a good deed: what it moves counts towards what the village gives in that month.
    pub is_given: bool,
    /// The entry that it undoes.
    pub reverses_seq: Option<i64>,
}

/// What is counted of one household in one window.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CapKey {
    /// Whose.
    pub household_id: HouseholdId,
    /// What is counted.
    pub counter_id: Uuid,
    /// The window's name.
    pub window: String,
}

/// The books of some villages, locked for this transaction.
pub struct OpenBook<'t> {
    pub(super) tx: &'t Tx,
    pen: &'t Pen,
    heads: BTreeMap<AreaId, head::Model>,
}

/// Locks the books of some villages.
///
/// # Errors
/// When the database fails.
pub async fn open<'t>(tx: &'t Tx, pen: &'t Pen, villages: impl IntoIterator<Item = AreaId>) -> Result<OpenBook<'t>> {
    let villages: BTreeSet<AreaId> = villages.into_iter().collect();
    let genesis = |village_id| head::Model { village_id, seq: 0, mac: GENESIS.to_vec(), recorded_at: Millis::MIN };
    // A row that is not there cannot be locked, and two first postings would both begin the book. On
    // SQLite a transaction that writes is the only one as it is.
    if tx.get_database_backend() != DatabaseBackend::Sqlite && !villages.is_empty() {
        let heads = villages.iter().map(|village_id| head::ActiveModel::from(genesis(*village_id)));
        let conflict = OnConflict::column(head::Column::VillageId).do_nothing().to_owned();
        head::Entity::insert_many(heads).on_conflict(conflict).exec_without_returning(tx).await?;
    }
    let rows = head::Entity::find()
        .filter(head::Column::VillageId.is_in(villages.iter().copied()))
        .order_by_asc(head::Column::VillageId)
        .lock_exclusive()
        .all(tx)
        .await?;
    let mut heads: BTreeMap<AreaId, head::Model> = rows.into_iter().map(|head| (head.village_id, head)).collect();
    for village_id in villages {
        heads.entry(village_id).or_insert_with(|| genesis(village_id));
    }
    Ok(OpenBook { tx, pen, heads })
}

impl OpenBook<'_> {
    /// How much of some caps is used; what is absent is unused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cap_uses(&self, keys: &BTreeSet<CapKey>) -> Result<HashMap<CapKey, Hundredths>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let columns = Expr::tuple([
            Expr::col(cap_use::Column::HouseholdId),
            Expr::col(cap_use::Column::CounterId),
            Expr::col(cap_use::Column::CapWindow),
        ]);
        let mut rows = Vec::new();
        for keys in chunks(keys.iter().collect()) {
            let wanted = keys.iter().map(|key| (key.household_id.0, key.counter_id, key.window.clone()));
            rows.extend(cap_use::Entity::find().filter(columns.clone().in_tuples(wanted)).all(self.tx).await?);
        }
        let used = |row: cap_use::Model| {
            let key = CapKey { household_id: row.household_id, counter_id: row.counter_id, window: row.cap_window };
            (key, row.units)
        };
        Ok(rows.into_iter().map(used).collect())
    }

    /// Changes how much of some caps is used, by so many units (freed when below zero).
    ///
    /// # Errors
    /// When more is freed than was used, or the database fails.
    pub async fn use_caps(&self, changes: &BTreeMap<CapKey, Hundredths>) -> Result<()> {
        let rows = changes.iter().filter(|(_, units)| units.0 != 0).map(|(key, units)| cap_use::ActiveModel {
            household_id: Set(key.household_id),
            counter_id: Set(key.counter_id),
            cap_window: Set(key.window.clone()),
            units: Set(*units),
        });
        let rows: Vec<_> = rows.collect();
        // A deed may use up a cap although it came to no points.
        rows.iter().for_each(|row| self.tx.touch(Touch::Household(*row.household_id.as_ref())));
        // A row that frees cannot be inserted first (units >= 0 is checked before the conflict is
        // met), so what frees is updated by itself; it is little, from a correction.
        let (freeing, using): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.units.as_ref().0 < 0);
        for row in freeing {
            let freed = cap_use::Entity::update_many()
                .col_expr(cap_use::Column::Units, Expr::col(cap_use::Column::Units).add(*row.units.as_ref()))
                .filter(cap_use::Column::HouseholdId.eq(*row.household_id.as_ref()))
                .filter(cap_use::Column::CounterId.eq(*row.counter_id.as_ref()))
                .filter(cap_use::Column::CapWindow.eq(row.cap_window.as_ref().clone()))
                .exec(self.tx)
                .await?;
            if freed.rows_affected != 1 {
                return Err(Error::Internal("a cap is freed that was never used".to_owned()));
            }
        }
        for rows in chunks(using) {
            let conflict = OnConflict::columns([
                cap_use::Column::HouseholdId,
                cap_use::Column::CounterId,
                cap_use::Column::CapWindow,
            ])
            .value(cap_use::Column::Units, plus(cap_use::Entity, cap_use::Column::Units))
            .to_owned();
            cap_use::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(self.tx).await?;
        }
        Ok(())
    }

    /// Posts in the given order: numbers and chains the entries, and carries the sums along.
    ///
    /// # Errors
    /// When a cause was posted before, or the database fails.
    pub async fn post_many(&mut self, postings: Vec<Posting>) -> Result<()> {
        if postings.is_empty() {
            return Ok(());
        }
        let mut entries = Vec::with_capacity(postings.len());
        let mut sums = Sums::default();
        let now = self.pen.clock.now();
        for posting in postings {
            let is_given = posting.is_given;
            let entry = self.link(posting, now)?;
            self.tx.touch(Touch::Village(entry.village_id));
            self.tx.touch(Touch::Household(entry.household_id));
            sums.add(&entry, is_given);
            entries.push(entry);
        }
        for rows in chunks(entries) {
            let rows = rows.into_iter().map(entry::ActiveModel::from);
            entry::Entity::insert_many(rows).exec_without_returning(self.tx).await?;
        }
        sums.write(self.tx).await?;
        self.write_heads().await
    }

    fn link(&mut self, posting: Posting, now: Millis) -> Result<entry::Model> {
        let head = self
            .heads
            .get_mut(&posting.village_id)
            .ok_or_else(|| Error::Internal("posting into a book that was not opened".to_owned()))?;
        let mut entry = entry::Model {
            village_id: posting.village_id,
            seq: head.seq + 1,
            household_id: posting.household_id,
            from_account: posting.from,
            to_account: posting.to,
            points: posting.points,
            cause_kind: posting.cause_kind,
            cause_id: posting.cause_id,
            leg: posting.leg,
            cause_digest: posting.cause_digest,
            period: posting.period,
            late: posting.late,
            occurred_on: posting.occurred_on,
            rule_set_id: posting.rule_set_id,
            rule_id: posting.rule_id,
            recorder_id: posting.recorder_id,
            recorded_at: Ord::max(now, head.recorded_at),
            reverses_seq: posting.reverses_seq,
            alg: ALG_HMAC_SHA256,
            mac: Vec::new(),
        };
        entry.mac = self.pen.chain.link(&head.mac, &entry).to_vec();
        head.seq = entry.seq;
        head.mac.clone_from(&entry.mac);
        head.recorded_at = entry.recorded_at;
        Ok(entry)
    }

    async fn write_heads(&self) -> Result<()> {
        let moved = self.heads.values().filter(|head| head.seq > 0).cloned().map(head::ActiveModel::from);
        let conflict = OnConflict::column(head::Column::VillageId)
            .update_columns([head::Column::Seq, head::Column::Mac, head::Column::RecordedAt])
            .to_owned();
        head::Entity::insert_many(moved).on_conflict(conflict).exec_without_returning(self.tx).await?;
        Ok(())
    }
}

#[derive(Default)]
struct Sums {
    accounts: BTreeMap<(HouseholdId, AreaId), BTreeMap<u8, (Account, i64)>>,
    months: BTreeMap<(AreaId, String, HouseholdId), i64>,
    given: BTreeMap<VillageMonth, i64>,
}

impl Sums {
    fn add(&mut self, entry: &entry::Model, is_given: bool) {
        let accounts = self.accounts.entry((entry.household_id, entry.village_id)).or_default();
        accounts.entry(entry.from_account as u8).or_insert((entry.from_account, 0)).1 -= entry.points.0;
        accounts.entry(entry.to_account as u8).or_insert((entry.to_account, 0)).1 += entry.points.0;
        let earned = match (entry.from_account, entry.to_account) {
            (Account::Issued, _) => entry.points.0,
            (_, Account::Issued) => -entry.points.0,
            _ => return,
        };
        *self.months.entry((entry.village_id, entry.period.clone(), entry.household_id)).or_default() += earned;
        if is_given {
            *self.given.entry((entry.village_id, entry.period.clone())).or_default() += earned;
        }
    }

    async fn write(self, tx: &Tx) -> Result<()> {
        let balances = self.accounts.iter().map(|((household_id, village_id), accounts)| {
            let sum = |account: Account| Hundredths(accounts.get(&(account as u8)).map_or(0, |(_, sum)| *sum));
            balance::ActiveModel {
                household_id: Set(*household_id),
                village_id: Set(*village_id),
                issued: Set(sum(Account::Issued)),
                pending: Set(sum(Account::Pending)),
                base: Set(sum(Account::Base)),
                spendable: Set(sum(Account::Spendable)),
                redeemed: Set(sum(Account::Redeemed)),
                expired: Set(sum(Account::Expired)),
                lapsed: Set(sum(Account::Lapsed)),
                moved: Set(sum(Account::Moved)),
            }
        });
        for rows in chunks(balances.collect()) {
            let mut conflict = OnConflict::column(balance::Column::HouseholdId);
            use balance::Column::{Base, Expired, Issued, Lapsed, Moved, Pending, Redeemed, Spendable};
            for column in [Issued, Pending, Base, Spendable, Redeemed, Expired, Lapsed, Moved] {
                conflict.value(column, plus(balance::Entity, column));
            }
            balance::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx).await?;
        }
        let months =
            self.months.into_iter().map(|((village_id, month, household_id), points)| month_total::ActiveModel {
                village_id: Set(village_id),
                month: Set(month),
                household_id: Set(household_id),
                points: Set(Hundredths(points)),
            });
        for rows in chunks(months.collect()) {
            use month_total::Column::{HouseholdId, Month, Points, VillageId};
            let conflict = OnConflict::columns([VillageId, Month, HouseholdId])
                .value(Points, plus(month_total::Entity, Points))
                .to_owned();
            month_total::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx).await?;
        }
        add_given(tx, self.given).await
    }
}

/// `column = table.column + excluded.column`
pub(super) fn plus<E: EntityTrait, C: ColumnTrait>(table: E, column: C) -> Expr {
    Expr::col((table, column)).add(Expr::col(("excluded", column)))
}

fn chunks<T>(rows: Vec<T>) -> Vec<Vec<T>> {
    let mut rows = rows.into_iter();
    let next = || {
        let chunk: Vec<T> = rows.by_ref().take(ROWS_MAX).collect();
        (!chunk.is_empty()).then_some(chunk)
    };
    std::iter::from_fn(next).collect()
}
