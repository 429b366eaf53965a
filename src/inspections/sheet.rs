//! Reading rounds: what is to be looked at, at which doors, and what was said so far.

use std::collections::{HashMap, HashSet};

use chrono::{Months, NaiveDate};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _, Select};

use super::entity::{self, State, given, mark};
use super::marking::{counts, of_round};
use super::{Inspection, Mark, find, is_called_on, items, neighbours, table_of};
use crate::accounts;
use crate::areas::{self, Area, Level};
use crate::awards::{Award, entity as award};
use crate::error::{NOT_FOUND, Result};
use crate::households::{self, Household};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId, InspectionId, RuleId};
use crate::rules::{Adopted, Rule, Shelf};
use crate::scope::{May, ReadBook};

/// Months of rounds that are listed: this year's and the same one of last year.
const MONTHS_SHOWN: u32 = 12;

/// A round in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The round.
    pub inspection: Inspection,
    /// Its grid's name.
    pub area_name: String,
    /// Who began it.
    pub opened_by: String,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// Households on the list.
    pub listed: usize,
    /// Those that as many as are wanted have judged.
    pub judged: usize,
}

/// A round as it is walked.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The round.
    pub listed: Listed,
    /// What is looked at.
    pub items: Vec<Rule>,
    /// Door by door.
    pub doors: Vec<Door>,
    /// The names of those who marked.
    pub names: HashMap<AccountId, String>,
}

/// A household on a round.
#[derive(Clone, Debug)]
pub struct Door {
    /// Who lives there.
    pub household: Household,
    /// What was said of it, those that count first.
    pub marks: Vec<Mark>,
    /// What the last closed round found.
    pub previous: Option<Previous>,
    /// What came of it; empty while the round is walked.
    pub awards: Vec<Award>,
}

/// What the last closed round of the grid found at a door.
#[derive(Clone, Debug)]
pub struct Previous {
    /// What was found.
    pub mark: Mark,
    /// What that was worth.
    pub points: Hundredths,
}

/// The rounds of an area in reach and of the grids in it, newest first, as far back as a year.
///
/// # Errors
/// [`NOT_FOUND`] for an area out of reach, or above a village.
pub async fn list(
    db: &impl ConnectionTrait,
    may: &May<ReadBook>,
    area_id: AreaId,
    today: NaiveDate,
) -> Result<Vec<Listed>> {
    let area = areas::find(db, may, area_id).await?;
    if !matches!(area.level, Level::Village | Level::Grid) {
        return Err(NOT_FOUND.into());
    }
    let grids: HashMap<AreaId, Area> = areas::below(db, &area).await?.into_iter().map(|one| (one.id, one)).collect();
    let since = today.checked_sub_months(Months::new(MONTHS_SHOWN)).unwrap_or(today).format("%Y-%m").to_string();
    let mut rounds = list_query(grids.keys().copied(), &since).all(db).await?;
    rounds.sort_unstable_by(|a, b| b.month.cmp(&a.month).then_with(|| a.area_path.cmp(&b.area_path)));
    let open: Vec<InspectionId> = rounds.iter().filter(|one| one.closed_at.is_none()).map(|one| one.id).collect();
    let mut marked: HashMap<InspectionId, Vec<HouseholdId>> = HashMap::new();
    if !open.is_empty() {
        let rows: Vec<(InspectionId, HouseholdId)> = marked_query(open).into_tuple().all(db).await?;
        for (round, household) in rows {
            marked.entry(round).or_default().push(household);
        }
    }
    let people = rounds.iter().flat_map(|one| [Some(one.opened_by), one.closed_by]).flatten();
    let names = accounts::names_of_found_rows(db, people.collect::<HashSet<_>>()).await?;
    let mut listed = Vec::with_capacity(rounds.len());
    for inspection in rounds {
        let Some(grid) = grids.get(&inspection.area_id) else { continue };
        let counted = match counted_at_close(&inspection) {
            Some(counted) => counted,
            None => {
                let residents = households::participants(db, grid).await?;
                let said = marked.remove(&inspection.id).unwrap_or_default();
                let judged = |id: HouseholdId| is_judged(&inspection, said.iter().filter(|one| **one == id).count());
                (residents.len(), residents.iter().filter(|home| judged(home.id)).count())
            }
        };
        listed.push(in_words(inspection, grid, &names, counted));
    }
    Ok(listed)
}

pub(super) fn list_query(grids: impl Iterator<Item = AreaId>, since: &str) -> Select<entity::Entity> {
    entity::Entity::find().filter(entity::Column::AreaId.is_in(grids)).filter(entity::Column::Month.gte(since))
}

pub(super) fn marked_query(rounds: Vec<InspectionId>) -> Select<mark::Entity> {
    mark::Entity::find()
        .select_only()
        .columns([mark::Column::InspectionId, mark::Column::HouseholdId])
        .filter(mark::Column::InspectionId.is_in(rounds))
        .filter(mark::Column::State.eq(State::Marked))
}

fn is_judged(inspection: &Inspection, marks: usize) -> bool {
    usize::try_from(inspection.judges).is_ok_and(|wanted| marks >= wanted)
}

/// Households on the list, and those that were judged, as they were when the round was closed.
fn counted_at_close(inspection: &Inspection) -> Option<(usize, usize)> {
    Some((usize::try_from(inspection.listed?).ok()?, usize::try_from(inspection.judged?).ok()?))
}

fn in_words(
    inspection: Inspection,
    grid: &Area,
    names: &HashMap<AccountId, String>,
    (listed, judged): (usize, usize),
) -> Listed {
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_default();
    Listed {
        area_name: grid.name.clone(),
        opened_by: name(inspection.opened_by),
        closed_by: inspection.closed_by.map(name),
        listed,
        judged,
        inspection,
    }
}

/// A round in reach as it is walked.
///
/// # Errors
/// [`NOT_FOUND`] when it lies outside.
pub async fn look(db: &impl ConnectionTrait, shelf: &Shelf, may: &May<ReadBook>, id: InspectionId) -> Result<Sheet> {
    let inspection = find(db, may, id).await?;
    let grid = areas::find(db, may, inspection.area_id).await?;
    let table = table_of(db, shelf, &inspection).await?;
    let mut marks = of_round(db, id).await?;
    let items: Vec<Rule> = items(&table).cloned().collect();
    let mut awards = awards_of(db, id, &items).await?;
    let mut previous = previous(db, shelf, may, &inspection).await?;
    let people = marks.values().flatten().map(|mark| mark.judge_id);
    let people = people.chain([inspection.opened_by]).chain(inspection.closed_by);
    let names = accounts::names_of_found_rows(db, people.collect::<HashSet<_>>()).await?;
    let mut doors = Vec::new();
    for household in neighbours(db, may, &inspection).await? {
        let said = marks.remove(&household.id).unwrap_or_default();
        let given = awards.remove(&household.id).unwrap_or_default();
        if is_called_on(&household) || said.iter().any(counts) || !given.is_empty() {
            let previous = previous.remove(&household.id);
            doors.push(Door { household, marks: said, previous, awards: given });
        }
    }
    let judged =
        doors.iter().filter(|door| is_judged(&inspection, door.marks.iter().filter(|one| counts(one)).count()));
    let count = counted_at_close(&inspection).unwrap_or((doors.len(), judged.count()));
    Ok(Sheet { listed: in_words(inspection, &grid, &names, count), items, doors, names })
}

/// The awards of a closed round by household, in the order of its items.
async fn awards_of(
    db: &impl ConnectionTrait,
    id: InspectionId,
    items: &[Rule],
) -> Result<HashMap<HouseholdId, Vec<Award>>> {
    let rows: Vec<AwardId> = given::Entity::find()
        .select_only()
        .column(given::Column::AwardId)
        .filter(given::Column::InspectionId.eq(id))
        .into_tuple()
        .all(db)
        .await?;
    let mut awards: HashMap<HouseholdId, Vec<Award>> = HashMap::new();
    if rows.is_empty() {
        return Ok(awards);
    }
    for award in award::Entity::find().filter(award::Column::Id.is_in(rows)).all(db).await? {
        awards.entry(award.household_id).or_default().push(award);
    }
    for of_household in awards.values_mut() {
        of_household.sort_by_key(|award| items.iter().position(|rule| rule.id == award.rule_id));
    }
    Ok(awards)
}

/// What the last closed round of the grid before this one found, by household: what the reader found
/// himself, else the first judge.
async fn previous(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    may: &May<ReadBook>,
    inspection: &Inspection,
) -> Result<HashMap<HouseholdId, Previous>> {
    let Some(last) = previous_query(inspection).one(db).await? else {
        return Ok(HashMap::new());
    };
    let table = table_of(db, shelf, &last).await?;
    let own = may.account_id();
    let pick = |(household, marks): (HouseholdId, Vec<Mark>)| {
        let mut counting = marks.into_iter().filter(counts).collect::<Vec<_>>();
        let at = counting.iter().position(|mark| mark.judge_id == own).unwrap_or(0);
        let mark = (at < counting.len()).then(|| counting.swap_remove(at))?;
        Some((household, Previous { points: points(&table, &mark), mark }))
    };
    Ok(of_round(db, last.id).await?.into_iter().filter_map(pick).collect())
}

pub(super) fn previous_query(inspection: &Inspection) -> Select<entity::Entity> {
    entity::Entity::find()
        .filter(entity::Column::AreaId.eq(inspection.area_id))
        .filter(entity::Column::Month.lt(inspection.month.as_str()))
        .filter(entity::Column::ClosedAt.is_not_null())
        .order_by_desc(entity::Column::Month)
}

/// What a judge's findings are worth before any cap.
pub(super) fn points(table: &Adopted, mark: &Mark) -> Hundredths {
    let worth = |(rule, spots): (RuleId, Option<u16>)| {
        let spots = Hundredths::whole(i64::from(spots?));
        Some(table.rule(rule)?.terms.shape.points_of(spots, None, Hundredths::ZERO).0)
    };
    Hundredths(mark.findings.0.iter().filter_map(|found| worth((found.rule_id, found.spots))).sum())
}
