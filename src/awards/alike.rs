//! The same deed recorded before: what stands or waits for a household under a rule on a day.
//!
//! It only warns. Two people may have done the same on one day, so nobody is kept from recording it; whoever
//! types a month from paper hears of it before he sends.

pub mod routes;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::{Award, Status, entity};
use crate::accounts;
use crate::error::Result;
use crate::households;
use crate::ids::{AwardId, HouseholdId, RuleId};
use crate::scope::{AddPoints, May};

/// Days and rules asked for in one statement: an engine's limit on the depth of a condition is not met.
const DEEDS_A_STATEMENT: usize = 100;
/// Awards of one answer: each of the most deeds that are asked about, recorded twice.
pub const ALIKE_MAX: usize = 1_000;

/// What may have been recorded before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Likeness {
    /// Whose deed.
    pub household_id: HouseholdId,
    /// Which rule.
    pub rule_id: RuleId,
    /// Day of the deed.
    pub occurred_on: NaiveDate,
}

impl Likeness {
    /// That of an award.
    pub fn of(award: &Award) -> Self {
        Self { household_id: award.household_id, rule_id: award.rule_id, occurred_on: award.occurred_on }
    }
}

/// An award and who recorded it.
#[derive(Clone, Debug)]
pub struct Alike {
    /// The row.
    pub award: Award,
    /// His name.
    pub recorder_name: String,
}

/// The awards that stand or wait and are like one of those asked about, first recorded first. Of households
/// out of reach there are none.
///
/// # Errors
/// When the database fails.
pub async fn alike(db: &impl ConnectionTrait, may: &May<AddPoints>, asked: &BTreeSet<Likeness>) -> Result<Vec<Alike>> {
    use entity::Column::{HouseholdId as Household, Id, OccurredOn, RecordedAt, RuleId as Rule, Status as State};
    let ids: BTreeSet<HouseholdId> = asked.iter().map(|one| one.household_id).collect();
    let near = households::of_awards(db, ids).await?;
    let near: HashSet<HouseholdId> =
        near.values().filter(|household| may.reaches(&household.grid_path)).map(|household| household.id).collect();
    let mut deeds: BTreeMap<(RuleId, NaiveDate), Vec<HouseholdId>> = BTreeMap::new();
    for one in asked.iter().filter(|one| near.contains(&one.household_id)) {
        deeds.entry((one.rule_id, one.occurred_on)).or_default().push(one.household_id);
    }
    let deeds: Vec<_> = deeds.into_iter().collect();
    let mut found: Vec<Award> = Vec::new();
    for some in deeds.chunks(DEEDS_A_STATEMENT) {
        let any = some.iter().fold(Condition::any(), |any, ((rule, day), households)| {
            let households = Household.is_in(households.iter().copied());
            any.add(Condition::all().add(households).add(Rule.eq(*rule)).add(OccurredOn.eq(*day)))
        });
        let query = entity::Entity::find()
            .filter(State.is_in([Status::Submitted, Status::Returned, Status::Posted]))
            .filter(any)
            .order_by_asc(RecordedAt)
            .order_by_asc(Id)
            .limit((ALIKE_MAX - found.len()) as u64);
        found.extend(query.all(db).await?);
        if found.len() >= ALIKE_MAX {
            break;
        }
    }
    with_names(db, found).await
}

/// Awards by their identity, as far as in reach, whatever has become of them.
///
/// # Errors
/// When the database fails.
pub async fn of_ids(
    db: &impl ConnectionTrait,
    may: &May<AddPoints>,
    ids: impl IntoIterator<Item = AwardId>,
) -> Result<Vec<Alike>> {
    let mut found = entity::Entity::find().filter(entity::Column::Id.is_in(ids)).all(db).await?;
    let near = households::of_awards(db, found.iter().map(|award| award.household_id)).await?;
    found.retain(|award| near.get(&award.household_id).is_some_and(|home| may.reaches(&home.grid_path)));
    with_names(db, found).await
}

async fn with_names(db: &impl ConnectionTrait, found: Vec<Award>) -> Result<Vec<Alike>> {
    let names = accounts::names_of_found_rows(db, found.iter().map(|award| award.recorded_by)).await?;
    let named = |award: Award| {
        let recorder_name = names.get(&award.recorded_by).cloned().unwrap_or_default();
        Alike { award, recorder_name }
    };
    Ok(found.into_iter().map(named).collect())
}
