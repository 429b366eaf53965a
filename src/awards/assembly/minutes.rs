//! Reading the minutes.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::Assembly;
use super::entity::{self, Decision, Outcome, confirmation, line, present};
use crate::accounts;
use crate::areas;
use crate::awards::view::{self, View};
use crate::awards::{Status, entity as award};
use crate::error::{NOT_FOUND, Result};
use crate::households;
use crate::ids::{AccountId, AreaId, AssemblyId, AwardId};
use crate::rules::Shelf;
use crate::scope::{May, ReadBook, Review, Verb, subtree};

/// Meetings shown of an area.
const SHOWN_MAX: u64 = 50;

/// The minutes.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// The meeting.
    pub assembly: Assembly,
    /// Those present, by name.
    pub present: Vec<Present>,
    /// Who wrote it down.
    pub recorded_by: String,
    /// Line by line, with the award as it stands.
    pub lines: Vec<(line::Model, View)>,
    /// Lines that still wait and that the reader decides by confirming; absent when he was not there, or has.
    pub confirmable: Option<usize>,
}

/// A meeting in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The meeting.
    pub assembly: Assembly,
    /// Who wrote it down.
    pub recorded_by: String,
    /// The reader was there and has not confirmed it.
    pub awaits_me: bool,
}

/// Somebody who was there.
#[derive(Clone, Debug)]
pub struct Present {
    /// Who.
    pub account_id: AccountId,
    /// His name.
    pub name: String,
    /// Whether he wrote the minutes, or confirmed them from his own account.
    pub confirmed: bool,
}

/// The minutes of a meeting in reach.
///
/// # Errors
/// [`NOT_FOUND`] when it lies outside.
pub async fn find(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<ReadBook>,
    today: NaiveDate,
    id: AssemblyId,
) -> Result<Minutes> {
    let assembly = in_reach(db, may, id).await?;
    minutes(db, shelf, may, today, assembly).await
}

/// A meeting about an area in reach.
pub(super) async fn in_reach<V: Verb>(db: &impl ConnectionTrait, may: &May<V>, id: AssemblyId) -> Result<Assembly> {
    let found = entity::Entity::find_by_id(id).filter(may.within((entity::Entity, entity::Column::AreaPath)));
    found.one(db).await?.ok_or_else(|| NOT_FOUND.into())
}

/// How many meetings this person was in, wrote no minutes of and has not confirmed; counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn awaiting(db: &impl ConnectionTrait, may: &May<Review>, most: u64) -> Result<u64> {
    let me = may.account_id();
    let confirmed = Query::select()
        .column(confirmation::Column::AssemblyId)
        .from(confirmation::Entity)
        .and_where(Expr::col(confirmation::Column::AccountId).eq(me))
        .to_owned();
    let there = Query::select()
        .column(present::Column::AssemblyId)
        .from(present::Entity)
        .and_where(Expr::col(present::Column::AccountId).eq(me))
        .to_owned();
    let ids: Vec<AssemblyId> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(may.within((entity::Entity, entity::Column::AreaPath)))
        .filter(entity::Column::Id.in_subquery(there))
        .filter(entity::Column::Id.not_in_subquery(confirmed))
        .filter(entity::Column::RecordedBy.ne(me))
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.len() as u64)
}

/// The newest meetings about an area in reach and what lies below it, with who wrote them down.
///
/// # Errors
/// [`NOT_FOUND`] when the area lies outside.
pub async fn list(db: &impl ConnectionTrait, may: &May<ReadBook>, area_id: AreaId) -> Result<Vec<Listed>> {
    let area = areas::find(db, may, area_id).await?;
    let rows = entity::Entity::find()
        .filter(may.within((entity::Entity, entity::Column::AreaPath)))
        .filter(subtree(entity::Column::AreaPath, &area.path))
        .order_by_desc(entity::Column::RecordedAt)
        .limit(SHOWN_MAX)
        .all(db)
        .await?;
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.recorded_by)).await?;
    let me = may.account_id();
    let ids = || rows.iter().map(|row| row.id);
    let there = present::Entity::find()
        .filter(present::Column::AccountId.eq(me))
        .filter(present::Column::AssemblyId.is_in(ids()))
        .all(db)
        .await?;
    let confirmed = confirmation::Entity::find()
        .filter(confirmation::Column::AccountId.eq(me))
        .filter(confirmation::Column::AssemblyId.is_in(ids()))
        .all(db)
        .await?;
    let mut awaits: HashSet<AssemblyId> = there.into_iter().map(|row| row.assembly_id).collect();
    for row in confirmed {
        awaits.remove(&row.assembly_id);
    }
    let listed = |assembly: Assembly| {
        let recorded_by = names.get(&assembly.recorded_by).cloned().unwrap_or_default();
        let awaits_me = assembly.recorded_by != me && awaits.contains(&assembly.id);
        Listed { assembly, recorded_by, awaits_me }
    };
    Ok(rows.into_iter().map(listed).collect())
}

pub(super) async fn minutes<V: Verb>(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<V>,
    today: NaiveDate,
    assembly: Assembly,
) -> Result<Minutes> {
    let there = present::Entity::find().filter(present::Column::AssemblyId.eq(assembly.id)).all(db).await?;
    let people = there.iter().map(|row| row.account_id).chain([assembly.recorded_by]);
    let names = accounts::names_of_found_rows(db, people).await?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
    let confirmed = confirmation::Entity::find().filter(confirmation::Column::AssemblyId.eq(assembly.id));
    let mut confirmed: HashSet<AccountId> = confirmed.all(db).await?.into_iter().map(|row| row.account_id).collect();
    confirmed.insert(assembly.recorded_by);
    let query = line::Entity::find().filter(line::Column::AssemblyId.eq(assembly.id));
    let lines = query.order_by_asc(line::Column::Position).all(db).await?;
    let ids = lines.iter().map(|line| line.award_id);
    let awards = award::Entity::find().filter(award::Column::Id.is_in(ids)).all(db).await?;
    let homes = households::of_awards(db, awards.iter().map(|award| award.household_id)).await?;
    let views = view::views(db, shelf, &may.identity, today, awards).await?;
    let reach = |view: View| {
        let home = homes.get(&view.award.household_id);
        if home.is_some_and(|home| may.reaches(&home.grid_path)) { view } else { view.from_afar() }
    };
    let mut views: HashMap<AwardId, View> = views.into_iter().map(|view| (view.award.id, reach(view))).collect();
    let found = |line: line::Model| views.remove(&line.award_id).map(|view| (line, view));
    let lines: Vec<(line::Model, View)> = lines.into_iter().filter_map(found).collect();
    let me = may.account_id();
    let is_asked = there.iter().any(|row| row.account_id == me) && !confirmed.contains(&me);
    let confirmable = is_asked.then(|| lines.iter().filter(|(line, view)| may_decide(line, view)).count());
    let mut present: Vec<Present> = there
        .iter()
        .map(|row| Present {
            account_id: row.account_id,
            name: name(row.account_id),
            confirmed: confirmed.contains(&row.account_id),
        })
        .collect();
    present.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(Minutes { recorded_by: name(assembly.recorded_by), present, lines, confirmable, assembly })
}

/// Whether a line still waits as it was on the table, and its reader is free to decide it.
fn may_decide(line: &line::Model, view: &View) -> bool {
    let waits = matches!(line.outcome, Outcome::Left | Outcome::Second) && view.award.status == Status::Submitted;
    let is_seen = line.revision.is_none_or(|seen| seen == view::revision(&view.steps));
    let can = if line.decision == Decision::Approve { view.can.approve } else { view.can.review };
    waits && is_seen && can
}
