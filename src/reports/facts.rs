//! The deeds that stand in a village's book, read in pages along an index, in the order of their posting.
//!
//! What was reversed is as if it had never been, here as in the book. Pages are read one after the other, each in a statement of its own, so that no reader is
//! held for long; a deed that is posted meanwhile may be among them or not.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _, QueryTrait as _};

use super::trial::{Fact, Stretch};
use crate::areas::Area;
use crate::awards::entity::{Column, Entity};
use crate::error::{Error, Result};
use crate::households::entity as household;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, AwardId, HouseholdId, RuleId, RuleSetId};
use crate::ledger::CauseKind;
use crate::ledger::entity::entry;
use crate::rules;
use crate::scope::subtree;

/// Facts read at a time: a reader is lent for some milliseconds.
pub const PAGE: u64 = 2_000;

/// The rows of the partial index `awards_in_book`. A bound parameter would not do: the planner must see
/// the word to know that the index holds the rows.
const IN_BOOK: &str = "awards.status = 'posted'";

/// Category and name of the rules that judged.
pub type JudgedBy = HashMap<(RuleSetId, RuleId), (String, String)>;

type Columns = (
    AwardId,
    HouseholdId,
    RuleSetId,
    RuleId,
    Hundredths,
    Option<String>,
    Option<i32>,
    NaiveDate,
    Hundredths,
    Option<String>,
);

/// Posted awards of a village whose deeds happened in a stretch of days.
pub fn in_book(village: AreaId, from: NaiveDate, until: NaiveDate) -> Select<Entity> {
    Entity::find()
        .filter(Column::VillageId.eq(village))
        .filter(Expr::cust(IN_BOOK))
        .filter(Column::OccurredOn.gte(from))
        .filter(Column::OccurredOn.lte(until))
}

/// Counts facts, up to `most` and one more.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &impl ConnectionTrait, village: AreaId, stretch: &Stretch, most: u64) -> Result<u64> {
    let rows = in_book(village, stretch.counters_from, stretch.until);
    let rows = rows.select_only().column(Column::Id).limit(most + 1).into_query();
    let count = Query::select().expr(Expr::cust("COUNT(*)")).from_subquery(rows, "facts").to_owned();
    let row = db.query_one(&count).await?;
    let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
    Ok(count.unsigned_abs())
}

/// A page of facts by day and identity, behind the last one of the page before.
pub fn page(village: AreaId, stretch: &Stretch, after: Option<(NaiveDate, AwardId)>) -> Select<Entity> {
    let from = after.map_or(stretch.counters_from, |(day, _)| day);
    let mut query = in_book(village, from, stretch.until);
    if let Some((day, id)) = after {
        let row = Expr::tuple([Expr::col((Entity, Column::OccurredOn)), Expr::col((Entity, Column::Id))]);
        query = query.filter(row.gt(Expr::tuple([Expr::value(day), Expr::value(id)])));
    }
    query.order_by_asc(Column::OccurredOn).order_by_asc(Column::Id).limit(PAGE)
}

/// Facts as they come from the book.
#[derive(Default)]
pub struct Facts {
    /// By their numbers in the book.
    placed: Vec<(i64, Fact)>,
    last: Option<(NaiveDate, AwardId)>,
}

impl Facts {
    /// Reads the next page; how many facts are there now, or nothing when that was all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(
        &mut self,
        db: &impl ConnectionTrait,
        village: AreaId,
        stretch: &Stretch,
    ) -> Result<Option<usize>> {
        let rows: Vec<Columns> = page(village, stretch, self.last)
            .select_only()
            .columns([Column::Id, Column::HouseholdId, Column::RuleSetId, Column::RuleId, Column::Quantity])
            .columns([Column::Degree, Column::People, Column::OccurredOn, Column::Points, Column::JudgedDegree])
            .into_tuple()
            .all(db)
            .await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.last = Some((last.7, last.0));
        let numbers = numbers(db, rows.iter().map(|row| row.0)).await?;
        for row in rows {
            let (id, household_id, rule_set_id, rule_id, quantity, degree, people, occurred_on, points, judged) = row;
            let degree = judged.or(degree);
            let number = numbers.get(&id).copied();
            let number = number.ok_or_else(|| Error::Internal("a posted award without its entry".to_owned()))?;
            let people = people.map(i32::unsigned_abs);
            let fact = Fact { household_id, rule_set_id, rule_id, quantity, degree, people, occurred_on, points };
            self.placed.push((number, fact));
        }
        Ok(Some(self.placed.len()))
    }

    /// Versions that judged.
    pub fn versions(&self) -> BTreeSet<RuleSetId> {
        self.placed.iter().map(|(_, fact)| fact.rule_set_id).collect()
    }

    /// All of them in the order of their posting.
    pub fn in_order(mut self) -> Vec<Fact> {
        self.placed.sort_unstable_by_key(|(number, _)| *number);
        self.placed.into_iter().map(|(_, fact)| fact).collect()
    }
}

/// The entries of some awards: cause and number.
pub fn entries(ids: impl Iterator<Item = AwardId>) -> Select<entry::Entity> {
    entry::Entity::find()
        .select_only()
        .columns([entry::Column::CauseId, entry::Column::Seq])
        .filter(entry::Column::CauseKind.eq(CauseKind::Award))
        .filter(entry::Column::CauseId.is_in(ids.map(|id| id.0)))
}

/// Numbers of the entries of awards.
async fn numbers(db: &impl ConnectionTrait, ids: impl Iterator<Item = AwardId>) -> Result<HashMap<AwardId, i64>> {
    let rows: Vec<(Uuid, i64)> = entries(ids).into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, number)| (AwardId(id), number)).collect())
}

/// Category and name of every rule of some versions.
///
/// # Errors
/// When the database fails, or a stored rule cannot be read.
pub async fn judged_by(db: &impl ConnectionTrait, versions: BTreeSet<RuleSetId>) -> Result<JudgedBy> {
    let mut named = JudgedBy::new();
    for version in versions {
        let read = rules::rules_of(db, version).await?;
        named.extend(read.into_iter().map(|rule| ((version, rule.id), (rule.category, rule.name))));
    }
    Ok(named)
}

/// People of every household of a village, closed ones too.
///
/// # Errors
/// When the database fails.
pub async fn sizes(db: &impl ConnectionTrait, village: &Area) -> Result<HashMap<HouseholdId, u32>> {
    let rows: Vec<(HouseholdId, i32)> = household::Entity::find()
        .select_only()
        .columns([household::Column::Id, household::Column::Size])
        .filter(subtree(household::Column::GridPath, &village.path))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, size)| (id, size.unsigned_abs())).collect())
}
