//! 待办: what waits for one person, kind by kind, with counts.
//!
//! Nothing is kept here: each room says how much of its own waits for this person now, by the same rules
//! by which it would let him act; what others must do is not counted. The page and the number in the
//! bottom bar are the same answer. Kinds stand in the order of how long a household waits for them.

pub mod routes;

use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::awards::{assembly, budget, listing};
use crate::error::Result;
use crate::rules::{Shelf, filing};
use crate::scope::{AddPoints, AnswerBudget, FileRules, Identity, Review};

/// Of each kind, counted so far: who has more to do than that begins at the top all the same.
pub const COUNTED_MAX: u64 = 50;

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TodoKind)]
pub enum Kind {
    /// Awards this person can decide now.
    Review,
    /// Minutes that wait for his confirmation.
    Confirm,
    /// Awards of his own that came back to be mended.
    Returned,
    /// Villages that ask to give more in a month.
    BudgetAsks,
    /// Tables of rules that villages resolved and nobody filed.
    FileRules,
}

/// So much of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// What.
    pub kind: Kind,
    /// How many, at most [`COUNTED_MAX`].
    pub count: u64,
    /// There are more than were counted.
    pub more: bool,
}

/// What waits for a person today; kinds of which nothing waits are left out.
///
/// # Errors
/// When the database fails.
pub async fn of(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    identity: &Arc<Identity>,
    today: NaiveDate,
) -> Result<Vec<Waits>> {
    let most = COUNTED_MAX + 1;
    let mut found = Vec::new();
    if let Ok(may) = identity.may::<Review>(today) {
        let (cards, next) = listing::decidable(db, shelf, &may, today, None, None, COUNTED_MAX as usize).await?;
        found.push((Kind::Review, cards.len() as u64 + u64::from(next.is_some())));
        found.push((Kind::Confirm, assembly::awaiting(db, &may, most).await?));
    }
    if let Ok(may) = identity.may::<AddPoints>(today) {
        found.push((Kind::Returned, listing::returned(db, &may, most).await?));
    }
    if let Ok(may) = identity.may::<AnswerBudget>(today) {
        found.push((Kind::BudgetAsks, budget::asked(db, &may, most).await?));
    }
    if let Ok(may) = identity.may::<FileRules>(today) {
        found.push((Kind::FileRules, filing::waiting(db, &may, most).await?.len() as u64));
    }
    let waits = |(kind, count): (Kind, u64)| Waits { kind, count: count.min(COUNTED_MAX), more: count > COUNTED_MAX };
    Ok(found.into_iter().filter(|(_, count)| *count > 0).map(waits).collect())
}
