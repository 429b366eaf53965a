//! Reading activities, and who came.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::entity::{self, attendance};
use super::{Activity, Counting, State, in_sight, readable};
use crate::accounts;
use crate::areas;
use crate::awards::{Award, entity as award};
use crate::error::{Error, Result};
use crate::households::{self, Household};
use crate::ids::{AccountId, ActivityId, AreaId};
use crate::rules::{Rule, Shelf};
use crate::scope::{AddPoints, Identity, May, ReadBook, Verb, subtree};

/// An activity in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The activity.
    pub activity: Activity,
    /// The grid's or village's name.
    pub area_name: String,
    /// The rule as it stood when the activity was opened.
    pub rule: Rule,
    /// What the number who came means under it.
    pub counting: Counting,
    /// Who opened it.
    pub opened_by: String,
    /// Who closed or cancelled it.
    pub ended_by: Option<String>,
    /// Households that came.
    pub households: i64,
    /// People who came.
    pub people: i64,
    /// The reader may tick households of his.
    pub takes: bool,
    /// The reader may close it.
    pub closes: bool,
    /// The reader may cancel it.
    pub cancels: bool,
}

/// An activity with those who came.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The activity.
    pub listed: Listed,
    /// Households in the reader's reach, in door order; those that were struck out again too.
    pub came: Vec<Came>,
}

/// A household that came.
#[derive(Clone, Debug)]
pub struct Came {
    /// How many, and what came of it.
    pub row: attendance::Model,
    /// Which household.
    pub household: Household,
    /// Its grid's name.
    pub grid_name: String,
    /// Who ticked it last.
    pub written_by: String,
    /// Its award.
    pub award: Option<Award>,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Key(pub NaiveDate, pub ActivityId);

/// Up to `limit + 1` activities that one may read, of one area or all, latest day first.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for an area out of reach.
pub async fn list(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<ReadBook>,
    today: NaiveDate,
    (area_id, open): (Option<AreaId>, Option<bool>),
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Listed>> {
    use entity::Column::{AreaPath, HeldOn, Id, State as Stands, VillageId};
    let mut query = entity::Entity::find().filter(readable(may));
    let mut tops = may.paths().to_vec();
    if let Some(id) = area_id {
        let area = areas::find_up_to_village(db, may, id).await?;
        let around = Condition::any().add(subtree(AreaPath, &area.path));
        query = query.filter(around.add(AreaPath.is_in(areas::paths_around(&area.path))));
        tops = vec![area.path];
    }
    // One village is a walk of its own index; whoever reads several walks that of all days.
    if let Some(first) = tops.first()
        && let Some(village) = areas::village_around(db, first).await?
        && tops.iter().all(|top| top.starts_with(&village.path))
    {
        query = query.filter(VillageId.eq(village.id));
    }
    if let Some(open) = open {
        query = query.filter(if open { Stands.eq(State::Open) } else { Stands.ne(State::Open) });
    }
    if let Some(Key(day, id)) = after {
        let row = Expr::tuple([Expr::col(HeldOn), Expr::col(Id)]);
        query = query.filter(row.lt(Expr::tuple([Expr::value(day), Expr::value(id)])));
    }
    let rows = query.order_by_desc(HeldOn).order_by_desc(Id).limit(limit + 1).all(db).await?;
    listed(db, shelf, &may.identity, today, rows).await
}

/// How many activities in reach wait for being closed: their day has come; counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn awaiting(db: &impl ConnectionTrait, may: &May<AddPoints>, today: NaiveDate, most: u64) -> Result<u64> {
    let ids: Vec<ActivityId> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(may.within(entity::Column::AreaPath))
        .filter(entity::Column::State.eq(State::Open))
        .filter(entity::Column::HeldOn.lte(today))
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.len() as u64)
}

/// One activity that one may read, with those of one's households that came.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] when it does not exist or lies elsewhere.
pub async fn find<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    today: NaiveDate,
    id: ActivityId,
) -> Result<Detail> {
    let activity = in_sight(db, may, id).await?;
    let listed = listed(db, shelf, &may.identity, today, vec![activity]).await?;
    let listed = listed.into_iter().next().ok_or_else(|| Error::Internal("an activity was lost".to_owned()))?;
    let rows = attendance::Entity::find().filter(attendance::Column::ActivityId.eq(id)).all(db).await?;
    Ok(Detail { listed, came: came(db, may, rows).await? })
}

/// Those of some rows whose households lie in reach, in door order.
pub(super) async fn came<V: Verb>(
    db: &impl ConnectionTrait,
    may: &May<V>,
    rows: Vec<attendance::Model>,
) -> Result<Vec<Came>> {
    let mut homes = households::of_awards(db, rows.iter().map(|row| row.household_id)).await?;
    homes.retain(|_, household| may.reaches(&household.grid_path));
    let grids = areas::of_found_rows(db, homes.values().map(|household| household.grid_id)).await?;
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.written_by)).await?;
    let ids = rows.iter().filter_map(|row| row.award_id);
    let awards = award::Entity::find().filter(award::Column::Id.is_in(ids)).all(db).await?;
    let mut awards: HashMap<_, Award> = awards.into_iter().map(|award| (award.id, award)).collect();
    let one = |row: attendance::Model| {
        let household = homes.remove(&row.household_id)?;
        Some(Came {
            grid_name: grids.get(&household.grid_id).map(|grid| grid.name.clone()).unwrap_or_default(),
            written_by: names.get(&row.written_by).cloned().unwrap_or_default(),
            award: row.award_id.and_then(|id| awards.remove(&id)),
            household,
            row,
        })
    };
    let mut came: Vec<Came> = rows.into_iter().filter_map(one).collect();
    let door = |one: &Came| (one.household.grid_path.clone(), one.household.door_order, one.household.code.clone());
    came.sort_by_cached_key(door);
    Ok(came)
}

async fn listed(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    viewer: &Arc<Identity>,
    today: NaiveDate,
    rows: Vec<Activity>,
) -> Result<Vec<Listed>> {
    let villages: BTreeSet<AreaId> = rows.iter().map(|row| row.village_id).collect();
    let rules = shelf.in_force(db, villages).await?;
    let areas = areas::of_found_rows(db, rows.iter().map(|row| row.area_id)).await?;
    let people = rows.iter().flat_map(|row| [Some(row.opened_by), row.ended_by]).flatten();
    let names = accounts::names_of_found_rows(db, people.collect::<BTreeSet<_>>()).await?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
    let came = counts(db, rows.iter().map(|row| row.id)).await?;
    let adds = viewer.may::<AddPoints>(today).ok();
    let one = |activity: Activity| {
        let rule = rules.set(activity.rule_set_id).and_then(|adopted| adopted.rule(activity.rule_id)).cloned();
        let rule = rule.ok_or_else(|| Error::Internal("an activity without its rule".to_owned()))?;
        let (households, people) = came.get(&activity.id).copied().unwrap_or_default();
        let (is_open, has_come) = (activity.state == State::Open, activity.held_on <= today);
        let reaches = adds.as_ref().is_some_and(|may| may.reaches(&activity.area_path));
        Ok(Listed {
            area_name: areas.get(&activity.area_id).map(|area| area.name.clone()).unwrap_or_default(),
            counting: Counting::of(&rule.terms),
            rule,
            opened_by: name(activity.opened_by),
            ended_by: activity.ended_by.map(name),
            households,
            people,
            takes: is_open && has_come && adds.as_ref().is_some_and(|may| may.touches(&activity.area_path)),
            closes: is_open && has_come && reaches,
            cancels: is_open && reaches,
            activity,
        })
    };
    rows.into_iter().map(one).collect()
}

/// How many households and people came to each.
async fn counts(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ActivityId>,
) -> Result<HashMap<ActivityId, (i64, i64)>> {
    use attendance::Column::{ActivityId as Of, HouseholdId, People};
    let counted: Vec<(ActivityId, i64, i64)> = attendance::Entity::find()
        .select_only()
        .column(Of)
        .column_as(HouseholdId.count(), "households")
        .column_as(Expr::col(People).sum().cast_as("bigint"), "people")
        .filter(Of.is_in(ids))
        .filter(People.gt(0))
        .group_by(Of)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().map(|(id, households, people)| (id, (households, people))).collect())
}
