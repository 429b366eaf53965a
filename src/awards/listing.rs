//! Lists of awards: mine, a household's, what waits.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{Condition, ConnectionTrait, JoinType, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use super::{Award, Status, entity};
use crate::clock::Millis;
use crate::error::{NOT_FOUND, Result};
use crate::households;
use crate::ids::{AccountId, AwardId, HouseholdId};
use crate::rules::Shelf;
use crate::scope::{AddPoints, May, ReadBook, Review, Verb, subtree};

const GRID_PATH: (households::entity::Entity, households::entity::Column) =
    (households::entity::Entity, households::entity::Column::GridPath);

/// Awards looked at together for somebody who may decide few of them.
const ROUND_AWARDS: u64 = 200;
/// Rounds of one request: the town looks through 3,200 that wait before it answers a short page.
const ROUNDS_MAX: usize = 16;

/// Which awards.
#[derive(Clone, Debug)]
pub enum Which {
    /// Recorded by this person, as far as still in reach, newest first.
    RecordedBy(AccountId),
    /// For a household, as far as in reach, newest first.
    Of(HouseholdId),
    /// Submitted or returned in reach, oldest first.
    Waiting {
        /// Only at or below this path.
        below: Option<String>,
    },
    /// What households in reach told of, whatever became of it, newest first.
    Told {
        /// Only at or below this path.
        below: Option<String>,
    },
}

/// What of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Only {
    /// Only in this state.
    pub status: Option<Status>,
    /// Only what a household told of.
    pub told: bool,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Key(pub Millis, pub AwardId);

impl Key {
    /// The key of a row.
    pub fn of(award: &Award) -> Self {
        Self(award.recorded_at, award.id)
    }
}

/// Awards of a kind, up to `limit + 1`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    may: &May<ReadBook>,
    which: Which,
    only: Only,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Award>> {
    use entity::Column::{HouseholdId, Id, RecordedAt, RecordedBy};
    let within = may.within(GRID_PATH);
    let mut query = match &which {
        Which::RecordedBy(account) => in_reach(within).filter(RecordedBy.eq(*account)),
        Which::Of(household) => in_reach(within).filter(HouseholdId.eq(*household)),
        Which::Waiting { below } => waiting(within, below),
        Which::Told { below } => at_or_below(in_reach(within), below),
    };
    if only.told {
        query = query.filter(entity::Column::ToldBy.is_not_null());
    }
    if let Some(status) = only.status {
        query = query.filter(entity::Column::Status.eq(status));
    }
    let row = Expr::tuple([Expr::col((entity::Entity, RecordedAt)), Expr::col((entity::Entity, Id))]);
    let key = after.map(|Key(at, id)| Expr::tuple([Expr::value(at), Expr::value(id)]));
    query = if matches!(which, Which::Waiting { .. }) {
        let query = query.order_by_asc(RecordedAt).order_by_asc(Id);
        if let Some(key) = key { query.filter(row.gt(key)) } else { query }
    } else {
        let query = query.order_by_desc(RecordedAt).order_by_desc(Id);
        if let Some(key) = key { query.filter(row.lt(key)) } else { query }
    };
    Ok(query.limit(limit + 1).all(db).await?)
}

/// What this person can decide now, oldest first, and where to go on; a page may be short and still
/// have a next one. What others must decide, or what this person has approved once already, is left out.
///
/// # Errors
/// When the database fails.
pub async fn decidable(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<Review>,
    today: NaiveDate,
    below: Option<String>,
    after: Option<Key>,
    limit: usize,
) -> Result<(Vec<View>, Option<Key>)> {
    let (mut place, mut shown) = (after, Vec::new());
    for _ in 0..ROUNDS_MAX {
        let mut awards = reviewable(db, may, below.clone(), place, ROUND_AWARDS).await?;
        let more = awards.len() > ROUND_AWARDS as usize;
        awards.truncate(ROUND_AWARDS as usize);
        place = awards.last().map(Key::of).filter(|_| more);
        let views = view::views(db, shelf, &may.identity, today, awards).await?;
        shown.extend(views.into_iter().filter(|view| view.can.review));
        if shown.len() > limit {
            shown.truncate(limit);
            place = shown.last().map(|view| Key::of(&view.award));
            break;
        }
        if place.is_none() {
            break;
        }
    }
    Ok((shown, place))
}

/// How many awards this person recorded, of those in reach, came back to be mended; counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn returned(db: &impl ConnectionTrait, may: &May<AddPoints>, most: u64) -> Result<u64> {
    let query = in_reach(may.within(GRID_PATH))
        .filter(entity::Column::RecordedBy.eq(may.account_id()))
        .filter(entity::Column::Status.eq(Status::Returned));
    let ids: Vec<AwardId> = query.select_only().column(entity::Column::Id).limit(most).into_tuple().all(db).await?;
    Ok(ids.len() as u64)
}

/// What waits for somebody like this person: submitted, not his own, not for his own household.
async fn reviewable(
    db: &impl ConnectionTrait,
    may: &May<Review>,
    below: Option<String>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Award>> {
    use entity::Column::{HouseholdId, Id, RecordedAt, RecordedBy};
    let mut query = waiting(may.within(GRID_PATH), &below)
        .filter(entity::Column::Status.eq(Status::Submitted))
        .filter(RecordedBy.ne(may.account_id()));
    if let Some(own) = may.identity.household_id {
        query = query.filter(HouseholdId.ne(own));
    }
    if let Some(Key(at, id)) = after {
        let row = Expr::tuple([Expr::col((entity::Entity, RecordedAt)), Expr::col((entity::Entity, Id))]);
        query = query.filter(row.gt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    Ok(query.order_by_asc(RecordedAt).order_by_asc(Id).limit(limit + 1).all(db).await?)
}

fn waiting(within: Condition, below: &Option<String>) -> Select<entity::Entity> {
    at_or_below(in_reach(within).filter(entity::Column::Status.is_in([Status::Submitted, Status::Returned])), below)
}

fn at_or_below(query: Select<entity::Entity>, below: &Option<String>) -> Select<entity::Entity> {
    match below {
        Some(top) => query.filter(subtree(GRID_PATH, top)),
        None => query,
    }
}

/// Awards by where their households stand now.
fn in_reach(within: Condition) -> Select<entity::Entity> {
    let to_household = entity::Entity::belongs_to(households::entity::Entity)
        .from(entity::Column::HouseholdId)
        .to(households::entity::Column::Id)
        .into();
    entity::Entity::find().join(JoinType::InnerJoin, to_household).filter(within)
}

/// One award in reach, as the caller sees it.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    today: NaiveDate,
    id: AwardId,
) -> Result<View> {
    let award = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    households::find(db, may, award.household_id).await?;
    view::views(db, shelf, &may.identity, today, vec![award]).await?.pop().ok_or_else(|| NOT_FOUND.into())
}
