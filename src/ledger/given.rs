//! What a village gives in a month: one row, moved by the entries that move it and by what its town grants.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ConnectionTrait, QueryOrder as _};

use super::entity::village_month;
use super::posting::{OpenBook, plus};
use crate::db::Tx;
use crate::error::Result;
use crate::hundredths::Hundredths;
use crate::ids::AreaId;

/// A month of a village: `2026-11`.
pub type VillageMonth = (AreaId, String);

/// What was given and granted in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Points of good deeds that stand, less what was corrected.
    pub given: Hundredths,
    /// Points that the town let it give beyond its own limit.
    pub granted: Hundredths,
}

/// What some months of villages gave; one without a row is absent and gave nothing.
///
/// # Errors
/// When the database fails.
pub async fn given(db: &impl ConnectionTrait, months: &BTreeSet<VillageMonth>) -> Result<HashMap<VillageMonth, Given>> {
    use village_month::Column::{Month, VillageId};
    if months.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = months.iter().map(|(village, month)| (village.0, month.clone()));
    let keys = Expr::tuple([Expr::col(VillageId), Expr::col(Month)]).in_tuples(wanted);
    let rows = village_month::Entity::find().filter(keys).all(db).await?;
    let read =
        |row: village_month::Model| ((row.village_id, row.month), Given { given: row.given, granted: row.granted });
    Ok(rows.into_iter().map(read).collect())
}

/// Every month of every village that has a row, in order: for the comparison with the book.
///
/// # Errors
/// When the database fails.
pub async fn all_given(db: &impl ConnectionTrait) -> Result<Vec<village_month::Model>> {
    use village_month::Column::{Month, VillageId};
    Ok(village_month::Entity::find().order_by_asc(VillageId).order_by_asc(Month).all(db).await?)
}

impl OpenBook<'_> {
    /// Lets a village give so much more in a month.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant(&self, month: VillageMonth, points: Hundredths) -> Result<()> {
        carry(self.tx, [(month, Given { given: Hundredths::ZERO, granted: points })]).await
    }
}

/// Adds what was given: a row a month.
pub(super) async fn add_given(tx: &Tx, moved: BTreeMap<VillageMonth, i64>) -> Result<()> {
    let moved = moved.into_iter().filter(|(_, points)| *points != 0);
    carry(tx, moved.map(|(month, points)| (month, Given { given: Hundredths(points), ..Given::default() }))).await
}

async fn carry(tx: &Tx, moved: impl IntoIterator<Item = (VillageMonth, Given)>) -> Result<()> {
    use village_month::Column::{Given as GivenColumn, Granted, Month, VillageId};
    let rows = moved.into_iter().map(|((village_id, month), moved)| village_month::ActiveModel {
        village_id: Set(village_id),
        month: Set(month),
        given: Set(moved.given),
        granted: Set(moved.granted),
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut conflict = OnConflict::columns([VillageId, Month]);
    for column in [GivenColumn, Granted] {
        conflict.value(column, plus(village_month::Entity, column));
    }
    village_month::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx).await?;
    Ok(())
}
