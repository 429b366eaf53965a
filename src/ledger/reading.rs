//! What others ask of the book: materialised sums only, never a sum over entries.
//!
//! The book knows no areas, so no scope is asked here: a household or village is named by whoever has
//! found it within a scope.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::{CauseKind, balance, cap_use, entry, month_total};
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::{AreaId, HouseholdId};

/// A household's points, by what may be done with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({ "honour": 86, "spendable": 46, "pending": 25 }))]
pub struct Balances {
    /// 累计分: all that was ever earned, net of corrections and of what lapsed.
    pub honour: Hundredths,
    /// 能换东西的分
    pub spendable: Hundredths,
    /// 还没公示的分; may be below zero.
    pub pending: Hundredths,
}

impl From<&balance::Model> for Balances {
    fn from(row: &balance::Model) -> Self {
        Self { honour: Hundredths(-row.issued.0 - row.lapsed.0), spendable: row.spendable, pending: row.pending }
    }
}

/// Balances of households; one without an entry is absent and stands at zero.
///
/// # Errors
/// When the database fails.
pub async fn balances(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = HouseholdId>,
) -> Result<HashMap<HouseholdId, Balances>> {
    let rows = balance::Entity::find().filter(balance::Column::HouseholdId.is_in(ids)).all(db).await?;
    Ok(rows.iter().map(|row| (row.household_id, row.into())).collect())
}

/// What households earned in one month (`2026-11`); one without an entry is absent.
///
/// # Errors
/// When the database fails.
pub async fn month_points(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = HouseholdId>,
    month: &str,
) -> Result<HashMap<HouseholdId, Hundredths>> {
    let rows = month_total::Entity::find()
        .filter(month_total::Column::HouseholdId.is_in(ids))
        .filter(month_total::Column::Month.eq(month))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.household_id, row.points)).collect())
}

/// The newest months in which a household earned, newest first.
///
/// # Errors
/// When the database fails.
pub async fn months(db: &impl ConnectionTrait, id: HouseholdId, most: u64) -> Result<Vec<month_total::Model>> {
    let query = month_total::Entity::find().filter(month_total::Column::HouseholdId.eq(id));
    Ok(query.order_by_desc(month_total::Column::Month).limit(most).all(db).await?)
}

/// Units of one household that counted against caps, in any of some windows.
///
/// # Errors
/// When the database fails.
pub async fn cap_uses(db: &impl ConnectionTrait, id: HouseholdId, windows: &[String]) -> Result<Vec<cap_use::Model>> {
    let query = cap_use::Entity::find().filter(cap_use::Column::HouseholdId.eq(id));
    Ok(query.filter(cap_use::Column::CapWindow.is_in(windows)).all(db).await?)
}

/// The entry that a cause made for a household, if it made one.
///
/// # Errors
/// When the database fails.
pub async fn entry_of(
    db: &impl ConnectionTrait,
    kind: CauseKind,
    cause: Uuid,
    household: HouseholdId,
) -> Result<Option<entry::Model>> {
    let query = entry::Entity::find()
        .filter(entry::Column::CauseKind.eq(kind))
        .filter(entry::Column::CauseId.eq(cause))
        .filter(entry::Column::HouseholdId.eq(household));
    Ok(query.one(db).await?)
}

/// Numbers of a household's entries of one kind behind one of its numbers, by their causes.
///
/// # Errors
/// When the database fails.
pub async fn numbers_after(
    db: &impl ConnectionTrait,
    household: HouseholdId,
    kind: CauseKind,
    after: i64,
) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::CauseId, entry::Column::Seq])
        .filter(entry::Column::HouseholdId.eq(household))
        .filter(entry::Column::Seq.gt(after))
        .filter(entry::Column::CauseKind.eq(kind))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Entries of a household, newest first, before one of its numbers.
///
/// # Errors
/// When the database fails.
pub async fn entries(
    db: &impl ConnectionTrait,
    household: HouseholdId,
    before: Option<i64>,
    most: u64,
) -> Result<Vec<entry::Model>> {
    let mut query = entry::Entity::find().filter(entry::Column::HouseholdId.eq(household));
    if let Some(before) = before {
        query = query.filter(entry::Column::Seq.lt(before));
    }
    Ok(query.order_by_desc(entry::Column::Seq).limit(most).all(db).await?)
}

/// What the households of some villages earned from one month through another, net. Those without an
/// entry are absent. At most twelve month totals a household are added.
///
/// # Errors
/// When the database fails.
pub async fn earned(
    db: &impl ConnectionTrait,
    villages: impl IntoIterator<Item = AreaId>,
    first: &str,
    last: &str,
) -> Result<HashMap<HouseholdId, Hundredths>> {
    let rows: Vec<(HouseholdId, i64)> = month_total::Entity::find()
        .select_only()
        .column(month_total::Column::HouseholdId)
        .column_as(month_total::Column::Points.sum().cast_as("bigint"), "points")
        .filter(month_total::Column::VillageId.is_in(villages))
        .filter(month_total::Column::Month.between(first, last))
        .group_by(month_total::Column::HouseholdId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, points)| (id, Hundredths(points))).collect())
}
