//! A household is told about a deduction that counts, and that it was told is written down, once.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::NOTICED;
use super::entity::{How, notice};
use crate::accounts;
use crate::audit::{self, Act};
use crate::awards::review::{OWN_HOUSEHOLD, WRONG_STATE};
use crate::awards::submission::NAME_CHARS_MAX;
use crate::awards::view::View;
use crate::awards::{Award, Status, entity, listing};
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Result};
use crate::households;
use crate::ids::AwardId;
use crate::ledger::{self, Pen};
use crate::rules::Shelf;
use crate::scope::{AddPoints, May};
use crate::words;

/// How a household was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// How.
    pub how: How,
    /// When.
    pub delivered_on: NaiveDate,
    /// Who took it, in plain words.
    pub to_whom: String,
}

/// What an award shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How.
    pub how: How,
    /// When.
    pub delivered_on: NaiveDate,
    /// Who took it.
    pub to_whom: String,
    /// Who wrote it down.
    pub by_name: String,
}

impl Told {
    /// Checks it.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(mut self, today: NaiveDate) -> Result<Self> {
        let mut problems = Vec::new();
        if self.delivered_on > today {
            problems.push(FieldProblem::new("delivered_on", "out_of_range", "告知的日期不能在今天以后。"));
        }
        let missing = "请写告知了谁。";
        self.to_whom = words::required("to_whom", Some(&self.to_whom), NAME_CHARS_MAX, missing, &mut problems);
        if problems.is_empty() { Ok(self) } else { Err(Error::Refused(INVALID, problems)) }
    }
}

/// Writes down that a household was told about a deduction. The same again answers the award as it stands.
///
/// # Errors
/// [`NOT_FOUND`]; [`OWN_HOUSEHOLD`]; [`WRONG_STATE`] for what is no deduction that counts; [`NOTICED`]; a
/// day before the deed.
pub async fn tell(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<AddPoints>, id: AwardId, told: Told) -> Result<View> {
    let before = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
    let household = households::find(tx, may, before.household_id).await?;
    // Under the lock nobody reverses it meanwhile.
    ledger::open(tx, pen, [before.village_id]).await?;
    let award = entity::Entity::find_by_id(id).one(tx).await?.ok_or(NOT_FOUND)?;
    if may.identity.household_id == Some(household.id) {
        return Err(OWN_HOUSEHOLD.into());
    }
    if let Some(known) = notice::Entity::find_by_id(id).one(tx).await? {
        let same = known.recorded_by == may.account_id()
            && (known.how, known.delivered_on, &known.to_whom) == (told.how, told.delivered_on, &told.to_whom);
        if !same {
            return Err(NOTICED.into());
        }
        return listing::find(tx, shelf, may, pen.clock.today(), id).await;
    }
    if !counts(&award) {
        return Err(WRONG_STATE.into());
    }
    if told.delivered_on < award.occurred_on {
        return Err(Error::field("delivered_on", "out_of_range", "告知的日期不能在扣分那件事以前。"));
    }
    let row = notice::ActiveModel {
        award_id: Set(id),
        how: Set(told.how),
        delivered_on: Set(told.delivered_on),
        to_whom: Set(told.to_whom),
        recorded_by: Set(may.account_id()),
        recorded_at: Set(pen.clock.now()),
    };
    row.insert(tx).await?;
    let target = Some(("award", id.0));
    let act = Act { by: Some(may.account_id()), action: "notice_deduction", target, area_path: &household.grid_path };
    audit::append(tx, &pen.clock, &[act]).await?;
    listing::find(tx, shelf, may, pen.clock.today(), id).await
}

/// Whether an award takes points off now.
fn counts(award: &Award) -> bool {
    award.status == Status::Posted && award.points.0 < 0
}

/// What the households of some awards at hand were told, by the award.
///
/// # Errors
/// When the database fails.
pub async fn of_awards(db: &impl ConnectionTrait, awards: Vec<AwardId>) -> Result<HashMap<AwardId, Notice>> {
    if awards.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = notice::Entity::find().filter(notice::Column::AwardId.is_in(awards)).all(db).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let names = accounts::names_of_found_rows(db, rows.iter().map(|row| row.recorded_by)).await?;
    let told = |row: notice::Model| {
        let by_name = names.get(&row.recorded_by).cloned().unwrap_or_default();
        let notice::Model { award_id, how, delivered_on, to_whom, .. } = row;
        (award_id, Notice { how, delivered_on, to_whom, by_name })
    };
    Ok(rows.into_iter().map(told).collect())
}
