//! Where the points of a village go: which households, which rules, and how much goes to the households of
//! those who hold an office there.
//!
//! It is about awards, never about who recorded them; who approved is said by role, never by person. What
//! stands in the book of some months is grouped in one statement along an index, and kept until the village
//! changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ConnectionTrait, QuerySelect as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::facts::in_book;
use crate::accounts;
use crate::areas::Area;
use crate::awards::StepKind;
use crate::awards::entity::{Column, step};
use crate::error::Result;
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, AreaId, AwardId, HouseholdId, RuleId, RuleSetId};
use crate::rules::Shelf;
use crate::scope::Role;

/// Households and rules that are named.
const NAMED: usize = 10;
/// Awards whose steps are read at once: SQLite binds at most 32,766 values.
const AWARDS_AT_ONCE: usize = 10_000;

/// Where a village's points went.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Concentration, example = json!({ "area_id": crate::ids::EXAMPLE_VILLAGE }))]
pub struct Concentration {
    area_id: AreaId,
    /// First day of the deeds.
    #[schema(example = "2026-08-01")]
    since: NaiveDate,
    /// Last day.
    #[schema(example = "2026-11-23")]
    until: NaiveDate,
    /// All points given by awards that stand; deductions are not among them.
    #[schema(example = 8420)]
    points: Hundredths,
    /// So many awards.
    #[schema(example = 1210)]
    awards: i64,
    /// Households of the village that are not closed.
    #[schema(example = 300)]
    households: u64,
    /// So many of them were given something.
    #[schema(example = 262)]
    receiving: usize,
    /// Those that were given most, at most ten.
    top_households: Vec<HouseholdShare>,
    /// What they were given together, in percent of all points.
    #[schema(example = 18)]
    top_households_percent: Hundredths,
    /// The rules that gave most, at most ten.
    top_rules: Vec<RuleShare>,
    /// The households of those who hold an office in the village.
    office: OfficeShare,
}

/// What a household was given.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HouseholdShare {
    household_id: HouseholdId,
    #[schema(example = "LJP0012")]
    code: String,
    #[schema(example = "陈建桂")]
    name: String,
    #[schema(example = 160)]
    points: Hundredths,
    /// Of all points, in percent.
    #[schema(example = 1.9)]
    percent: Hundredths,
}

/// What a rule gave.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RuleShare {
    rule_id: RuleId,
    #[schema(example = "参加村组环境卫生整治")]
    name: String,
    /// So many times.
    #[schema(example = 310)]
    awards: i64,
    #[schema(example = 1550)]
    points: Hundredths,
    /// Of all points, in percent.
    #[schema(example = 18.41)]
    percent: Hundredths,
}

/// What the households of those who hold an office were given.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OfficeShare {
    /// So many.
    #[schema(example = 14)]
    households: usize,
    /// Of the village's households, in percent.
    #[schema(example = 4.67)]
    households_percent: Hundredths,
    #[schema(example = 420)]
    points: Hundredths,
    /// Of all points, in percent.
    #[schema(example = 4.99)]
    percent: Hundredths,
    /// By whom it was approved last.
    approved: Vec<ApprovedShare>,
}

/// What was approved by those of a role.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ApprovedShare {
    /// The reviewer's role; null for what counted at once.
    role: Option<Role>,
    #[schema(example = 300)]
    points: Hundredths,
    /// Of the points of these households, in percent.
    #[schema(example = 71.43)]
    percent: Hundredths,
}

/// A share in percent, rounded down to hundredths.
fn percent(part: i64, whole: i64) -> Hundredths {
    let share = if whole > 0 { i128::from(part) * 10_000 / i128::from(whole) } else { 0 };
    Hundredths(i64::try_from(share).unwrap_or(i64::MAX))
}

/// Where the points of a village went in so many whole months and the days of this one; `office` are the
/// households of those who hold an office.
///
/// # Errors
/// When the database fails.
pub async fn of(
    db: &impl ConnectionTrait,
    shelf: &Shelf,
    village: &Area,
    (months, today): (u32, NaiveDate),
    office: &BTreeSet<HouseholdId>,
) -> Result<Concentration> {
    let this_month = today.with_day(1).unwrap_or(today);
    let since = this_month.checked_sub_months(Months::new(months)).unwrap_or(this_month);
    type Row = (HouseholdId, RuleSetId, RuleId, i64, i64);
    let rows: Vec<Row> = in_book(village.id, since, today)
        .filter(Column::Points.gt(0))
        .select_only()
        .columns([Column::HouseholdId, Column::RuleSetId, Column::RuleId])
        .column_as(Column::Id.count(), "times")
        .column_as(Column::Points.sum().cast_as("bigint"), "given")
        .group_by(Column::HouseholdId)
        .group_by(Column::RuleSetId)
        .group_by(Column::RuleId)
        .into_tuple()
        .all(db)
        .await?;
    let sets = shelf.in_force(db, [village.id]).await?;
    let mut by_household: HashMap<HouseholdId, i64> = HashMap::new();
    let mut by_rule: HashMap<RuleId, (i64, i64, String)> = HashMap::new();
    let (mut all, mut awards) = (0, 0);
    for (household, set, rule, times, points) in rows {
        all += points;
        awards += times;
        *by_household.entry(household).or_default() += points;
        let name = || sets.set(set).and_then(|set| set.rule(rule)).map(|rule| rule.name.clone()).unwrap_or_default();
        let sums = by_rule.entry(rule).or_insert_with(|| (0, 0, name()));
        (sums.0, sums.1) = (sums.0 + times, sums.1 + points);
    }
    let receiving = by_household.len();
    let own = by_household.iter().filter(|(id, _)| office.contains(id)).map(|(_, points)| points).sum();
    let top: Vec<(HouseholdId, i64)> = most(by_household, |points| *points);
    let homes = households::of_awards(db, top.iter().map(|(id, _)| *id).chain(office.iter().copied())).await?;
    let named = |(household_id, points): (HouseholdId, i64)| HouseholdShare {
        household_id,
        code: homes.get(&household_id).map(|home| home.code.clone()).unwrap_or_default(),
        name: homes.get(&household_id).map(|home| home.name.clone()).unwrap_or_default(),
        points: Hundredths(points),
        percent: percent(points, all),
    };
    let rule = |(rule_id, (times, points, name)): (RuleId, (i64, i64, String))| RuleShare {
        rule_id,
        name,
        awards: times,
        points: Hundredths(points),
        percent: percent(points, all),
    };
    let living = households::count_of_village(db, village.id).await?;
    let in_village = |id: &&HouseholdId| homes.get(id).is_some_and(|home| home.village_id == village.id);
    let office: BTreeSet<HouseholdId> = office.iter().filter(in_village).copied().collect();
    Ok(Concentration {
        area_id: village.id,
        since,
        until: today,
        points: Hundredths(all),
        awards,
        households: living,
        receiving,
        top_households_percent: percent(top.iter().map(|(_, points)| points).sum(), all),
        top_households: top.into_iter().map(named).collect(),
        top_rules: most(by_rule, |(_, points, _)| *points).into_iter().map(rule).collect(),
        office: OfficeShare {
            households: office.len(),
            households_percent: percent(office.len() as i64, i64::try_from(living).unwrap_or(i64::MAX)),
            points: Hundredths(own),
            percent: percent(own, all),
            approved: approved(db, village, (since, today), &office).await?,
        },
    })
}

/// The ten with most points, most first; the same order every time.
fn most<K: Ord + Copy, V>(sums: HashMap<K, V>, points: impl Fn(&V) -> i64) -> Vec<(K, V)> {
    let mut sums: Vec<(K, V)> = sums.into_iter().collect();
    sums.sort_by(|a, b| points(&b.1).cmp(&points(&a.1)).then(a.0.cmp(&b.0)));
    sums.truncate(NAMED);
    sums
}

/// What some households were given, by the role of whoever approved it last.
async fn approved(
    db: &impl ConnectionTrait,
    village: &Area,
    (since, until): (NaiveDate, NaiveDate),
    office: &BTreeSet<HouseholdId>,
) -> Result<Vec<ApprovedShare>> {
    let awards: Vec<(AwardId, Hundredths)> = in_book(village.id, since, until)
        .filter(Column::HouseholdId.is_in(office.iter().copied()))
        .filter(Column::Points.gt(0))
        .select_only()
        .columns([Column::Id, Column::Points])
        .into_tuple()
        .all(db)
        .await?;
    let mut last: HashMap<AwardId, (i32, AccountId)> = HashMap::new();
    for some in awards.chunks(AWARDS_AT_ONCE) {
        let steps: Vec<(AwardId, i32, AccountId)> = step::Entity::find()
            .filter(step::Column::AwardId.is_in(some.iter().map(|(id, _)| *id)))
            .filter(step::Column::Step.eq(StepKind::Approve))
            .select_only()
            .columns([step::Column::AwardId, step::Column::Position, step::Column::By])
            .into_tuple()
            .all(db)
            .await?;
        for (award, position, by) in steps {
            let newest = last.entry(award).or_insert((position, by));
            if newest.0 < position {
                *newest = (position, by);
            }
        }
    }
    let people: BTreeSet<AccountId> = last.values().map(|(_, by)| *by).collect();
    let roles = accounts::reviewing_roles(db, people, village).await?;
    let mut sums: BTreeMap<u8, (Option<Role>, i64)> = BTreeMap::new();
    for (award, points) in &awards {
        let role = last.get(award).and_then(|(_, by)| roles.get(by)).copied();
        let place = role.map_or(u8::MAX, |role| role as u8);
        sums.entry(place).or_insert((role, 0)).1 += points.0;
    }
    let all = sums.values().map(|(_, points)| points).sum();
    let share = |(role, points)| ApprovedShare { role, points: Hundredths(points), percent: percent(points, all) };
    Ok(sums.into_values().map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_whole_and_of_nothing_they_are_nothing() {
        assert_eq!(percent(1, 3), Hundredths(3333));
        assert_eq!(percent(5, 5), Hundredths(10_000));
        assert_eq!(percent(5, 0), Hundredths::ZERO);
        let sums = (0..12).map(|number: i32| (number, i64::from(number % 6))).collect();
        let top = most(sums, |points| *points);
        assert_eq!((top.len(), top[0], top[1]), (10, (5, 5), (11, 5)));
    }
}
