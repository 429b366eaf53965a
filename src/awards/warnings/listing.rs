//! Lists of warnings: what is open and due first, what was settled, and how many are due.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ConnectionTrait, JoinType, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::Warning;
use super::entity::{Column, Entity};
use crate::accounts;
use crate::areas;
use crate::awards::{Award, entity as award};
use crate::clock::Millis;
use crate::error::{Error, NOT_FOUND, Result};
use crate::households;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId, WarningId};
use crate::rules::Shelf;
use crate::scope::{AddPoints, Identity, May, ReadBook, Verb, subtree};

const GRID_PATH: (households::entity::Entity, households::entity::Column) =
    (households::entity::Entity, households::entity::Column::GridPath);

/// A warning with the names around it.
#[derive(Clone, Debug)]
pub struct View {
    /// The row.
    pub warning: Warning,
    /// The household's head.
    pub household_name: String,
    /// The household's code.
    pub household_code: String,
    /// The household's door.
    pub door: Option<String>,
    /// The grid it lies in.
    pub grid_name: String,
    /// The rule's name in the version of that day.
    pub rule_name: String,
    /// Who warned.
    pub by_name: String,
    /// Who settled it.
    pub settled_by_name: Option<String>,
    /// The deduction that was proposed.
    pub award: Option<Award>,
    /// The viewer may say that it was put right.
    pub can_put_right: bool,
    /// The viewer may propose a deduction now.
    pub can_propose: bool,
}

/// Which warnings.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Only of this household.
    pub household_id: Option<HouseholdId>,
    /// Only at or below this path.
    pub below: Option<String>,
    /// Those that were settled, the last one first; else those that are open, the first day first.
    pub settled: bool,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Key {
    /// Among the open ones.
    Due(NaiveDate, WarningId),
    /// Among the settled ones.
    Settled(Millis, WarningId),
}

impl Key {
    /// The key of a row.
    pub fn of(warning: &Warning) -> Self {
        match warning.settled_at {
            Some(at) => Self::Settled(at, warning.id),
            None => Self::Due(warning.due_on, warning.id),
        }
    }
}

/// Warnings in reach, up to `limit + 1`.
///
/// # Errors
/// When the database fails; a cursor of the other list.
pub async fn list(
    db: &impl ConnectionTrait,
    may: &May<ReadBook>,
    which: &Which,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Warning>> {
    let mut query = in_reach(db, may, which.below.as_deref()).await?;
    if let Some(household) = which.household_id {
        query = query.filter(Column::HouseholdId.eq(household));
    }
    let ordered = if which.settled { Column::SettledAt } else { Column::DueOn };
    let row = Expr::tuple([Expr::col((Entity, ordered)), Expr::col((Entity, Column::Id))]);
    query = match (after, which.settled) {
        (None, _) => query,
        (Some(Key::Due(day, id)), false) => query.filter(row.gt(Expr::tuple([Expr::value(day), Expr::value(id)]))),
        (Some(Key::Settled(at, id)), true) => query.filter(row.lt(Expr::tuple([Expr::value(at), Expr::value(id)]))),
        _ => return Err(Error::field("cursor", "wrong_cursor", "翻页的位置不对，请从头再看。")),
    };
    let query = if which.settled {
        let query = query.filter(Column::SettledAt.is_not_null());
        query.order_by_desc(Column::SettledAt).order_by_desc(Column::Id)
    } else {
        let query = query.filter(Column::SettledAt.is_null());
        query.order_by_asc(Column::DueOn).order_by_asc(Column::Id)
    };
    Ok(query.limit(limit + 1).all(db).await?)
}

/// How many open warnings in reach have their day today or behind them; counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &impl ConnectionTrait, may: &May<AddPoints>, today: NaiveDate, most: u64) -> Result<u64> {
    let query = in_reach(db, may, None).await?.filter(Column::SettledAt.is_null()).filter(Column::DueOn.lte(today));
    let ids: Vec<WarningId> = query.select_only().column(Column::Id).limit(most).into_tuple().all(db).await?;
    Ok(ids.len() as u64)
}

/// Warnings by where their households stand now. Their villages are named as well, so that the index of each
/// is walked in its order; whoever stands above the villages reads all of his own.
async fn in_reach<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, below: Option<&str>) -> Result<Select<Entity>> {
    let to_household =
        Entity::belongs_to(households::entity::Entity).from(Column::HouseholdId).to(households::entity::Column::Id);
    let query = Entity::find().join(JoinType::InnerJoin, to_household.into()).filter(may.within(GRID_PATH));
    let query = if let Some(top) = below { query.filter(subtree(GRID_PATH, top)) } else { query };
    let tops = below.map_or_else(|| may.paths().to_vec(), |top| vec![top.to_owned()]);
    let mut villages: BTreeSet<AreaId> = BTreeSet::new();
    for top in tops {
        match areas::village_around(db, &top).await? {
            Some(village) => villages.insert(village.id),
            None => return Ok(query),
        };
    }
    Ok(query.filter(Column::VillageId.is_in(villages)))
}

/// One warning in reach.
///
/// # Errors
/// [`NOT_FOUND`] when it does not exist or lies outside.
pub async fn find<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    today: NaiveDate,
    id: WarningId,
) -> Result<View> {
    let warning = Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    households::find(db, may, warning.household_id).await?;
    view(db, shelf, &may.identity, today, warning).await
}

/// A warning at hand as `viewer` sees it.
pub(super) async fn view(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    viewer: &Arc<Identity>,
    today: NaiveDate,
    warning: Warning,
) -> Result<View> {
    views(db, shelf, viewer, today, vec![warning]).await?.pop().ok_or_else(|| NOT_FOUND.into())
}

/// Warnings at hand as `viewer` sees them, in the given order.
///
/// # Errors
/// When the database fails.
pub async fn views(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    viewer: &Arc<Identity>,
    today: NaiveDate,
    warnings: Vec<Warning>,
) -> Result<Vec<View>> {
    let homes = households::of_awards(db, warnings.iter().map(|warning| warning.household_id)).await?;
    let grids = areas::of_found_rows(db, homes.values().map(|home| home.grid_id)).await?;
    let tables = shelf.in_force(db, homes.values().map(|home| home.village_id).collect::<BTreeSet<_>>()).await?;
    let mut people: BTreeSet<AccountId> = warnings.iter().map(|one| one.recorded_by).collect();
    people.extend(warnings.iter().filter_map(|one| one.settled_by));
    let names = accounts::names_of_found_rows(db, people).await?;
    let proposed: Vec<AwardId> = warnings.iter().filter_map(|warning| warning.award_id).collect();
    let mut awards: HashMap<AwardId, Award> = HashMap::new();
    if !proposed.is_empty() {
        let rows = award::Entity::find().filter(award::Column::Id.is_in(proposed)).all(db).await?;
        awards.extend(rows.into_iter().map(|award| (award.id, award)));
    }
    let adds = viewer.may::<AddPoints>(today).ok();
    let missing = |what: &str| Error::Internal(format!("a warning without its {what}"));
    let view = |warning: Warning| {
        let home = homes.get(&warning.household_id).ok_or_else(|| missing("household"))?;
        let table = tables.set(warning.rule_set_id).ok_or_else(|| missing("rule set"))?;
        let rule = table.rule(warning.rule_id).ok_or_else(|| missing("rule"))?;
        let acts = warning.settled_at.is_none() && adds.as_ref().is_some_and(|may| may.reaches(&home.grid_path));
        let is_closed = home.status == households::Status::Closed;
        Ok(View {
            household_name: home.name.clone(),
            household_code: home.code.clone(),
            door: home.door.clone(),
            grid_name: grids.get(&home.grid_id).map(|grid| grid.name.clone()).unwrap_or_default(),
            rule_name: rule.name.clone(),
            by_name: names.get(&warning.recorded_by).cloned().unwrap_or_default(),
            settled_by_name: warning.settled_by.and_then(|by| names.get(&by).cloned()),
            award: warning.award_id.and_then(|id| awards.remove(&id)),
            can_put_right: acts && viewer.household_id != Some(home.id),
            can_propose: acts && !is_closed && warning.proposed_from() <= today,
            warning,
        })
    };
    warnings.into_iter().map(view).collect()
}
