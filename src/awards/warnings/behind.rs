//! What stands behind a deduction: the warning that was not heeded.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::entity;
use crate::accounts;
use crate::error::Result;
use crate::ids::{AccountId, AwardId};

/// A warning as those read it who decide about the deduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Day of the warning.
    pub said_on: NaiveDate,
    /// Last day to put it right.
    pub due_on: NaiveDate,
    /// What was seen.
    pub note: String,
    /// Who warned.
    pub by: AccountId,
    /// His name.
    pub by_name: String,
}

/// The warnings behind some awards at hand, by the award.
///
/// # Errors
/// When the database fails.
pub async fn behind(db: &impl ConnectionTrait, awards: Vec<AwardId>) -> Result<HashMap<AwardId, Behind>> {
    if awards.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entity::Entity::find().filter(entity::Column::AwardId.is_in(awards)).all(db).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.recorded_by)).await?;
    let behind = |row: entity::Model| {
        let by_name = names.get(&row.recorded_by).cloned().unwrap_or_default();
        let entity::Model { said_on, due_on, note, recorded_by: by, .. } = row;
        Some((row.award_id?, Behind { said_on, due_on, note, by, by_name }))
    };
    Ok(rows.into_iter().filter_map(behind).collect())
}
