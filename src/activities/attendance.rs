//! Ticking households.

use std::collections::{HashMap, HashSet};

use sea_orm::QueryFilter as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::entity::attendance;
use super::{ACTIVITY_ENDED, ACTIVITY_TO_COME, State, append_act, in_sight_locked};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, NOT_FOUND, Result};
use crate::households::{self, HOUSEHOLD_CLOSED};
use crate::ids::{ActivityId, HouseholdId};
use crate::rules::terms::PEOPLE_MAX;
use crate::scope::{AddPoints, May};

/// Households ticked by one request: a phone that was without signal for a whole day.
pub const CHANGES_MAX: usize = 500;
/// Households of one activity: those of a large village. All of them are awarded in one go.
pub const HOUSEHOLDS_MAX: usize = 1_000;
/// Changes of one tick by one phone: more is no finger.
const REVISION_MAX: u32 = 1_000_000;

/// How many of a household came.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Which household.
    pub household_id: HouseholdId,
    /// How many; none strikes it out.
    pub people: u32,
    /// Higher than all that the phone knows of this household.
    pub revision: u32,
}

impl Change {
    /// People and revision, checked.
    fn parsed(&self, at: usize) -> Result<(i32, i32)> {
        let wrong =
            |field: &str, message: String| Err(Error::field(format!("changes[{at}].{field}"), "out_of_range", message));
        match (self.people, self.revision) {
            (people, _) if people > PEOPLE_MAX => wrong("people", format!("人数最多 {PEOPLE_MAX}。")),
            (people, revision @ 1..=REVISION_MAX) => Ok((people.cast_signed(), revision.cast_signed())),
            _ => wrong("revision", format!("要在 1 到 {REVISION_MAX} 之间。")),
        }
    }
}

/// Writes down how many came, household by household; answers each as it stands, or why not.
///
/// # Errors
/// [`NOT_FOUND`] for an activity out of sight; [`ACTIVITY_ENDED`]; [`ACTIVITY_TO_COME`]; a field problem for too
/// many.
pub async fn take(
    tx: &Tx,
    clock: &Clock,
    may: &May<AddPoints>,
    id: ActivityId,
    changes: &[Change],
) -> Result<Vec<Result<attendance::Model>>> {
    if !(1..=CHANGES_MAX).contains(&changes.len()) {
        return Err(Error::field("changes", "out_of_range", format!("一次 1 到 {CHANGES_MAX} 户。")));
    }
    let activity = in_sight_locked(tx, may, id).await?;
    if activity.state != State::Open {
        return Err(ACTIVITY_ENDED.into());
    }
    if activity.held_on > clock.today() {
        return Err(ACTIVITY_TO_COME.into());
    }
    let households = households::of_awards(tx, changes.iter().map(|change| change.household_id)).await?;
    let rows = attendance::Entity::find().filter(attendance::Column::ActivityId.eq(id)).all(tx).await?;
    let mut rows: HashMap<HouseholdId, attendance::Model> =
        rows.into_iter().map(|row| (row.household_id, row)).collect();
    let mut changed = HashSet::new();
    let mut answers = Vec::with_capacity(changes.len());
    for (at, change) in changes.iter().enumerate() {
        let mut tick = || {
            let (people, revision) = change.parsed(at)?;
            let place = |refusal| {
                let field =
                    FieldProblem::new(format!("changes[{at}].household_id"), "refused", "没有这一户，或不归您管。");
                Error::Refused(refusal, vec![field])
            };
            let household = households.get(&change.household_id).filter(|household| {
                household.grid_path.starts_with(&activity.area_path) && may.reaches(&household.grid_path)
            });
            if household.ok_or_else(|| place(NOT_FOUND))?.status == households::Status::Closed {
                return Err(HOUSEHOLD_CLOSED.into());
            }
            if let Some(known) = rows.get(&change.household_id).filter(|known| known.revision >= revision) {
                return Ok(known.clone());
            }
            if !rows.contains_key(&change.household_id) && rows.len() >= HOUSEHOLDS_MAX {
                return Err(Error::field("changes", "too_many", format!("一次活动最多 {HOUSEHOLDS_MAX} 户。")));
            }
            let row = attendance::Model {
                activity_id: id,
                household_id: change.household_id,
                people,
                revision,
                written_by: may.account_id(),
                written_at: clock.now(),
                award_id: None,
                failure: None,
            };
            changed.insert(change.household_id);
            rows.insert(change.household_id, row.clone());
            Ok(row)
        };
        answers.push(tick());
    }
    if changed.is_empty() {
        return Ok(answers);
    }
    let written =
        rows.into_values().filter(|row| changed.contains(&row.household_id)).map(attendance::ActiveModel::from);
    let conflict = OnConflict::columns([attendance::Column::ActivityId, attendance::Column::HouseholdId])
        .update_columns([
            attendance::Column::People,
            attendance::Column::Revision,
            attendance::Column::WrittenBy,
            attendance::Column::WrittenAt,
        ])
        .to_owned();
    attendance::Entity::insert_many(written).on_conflict(conflict).exec_without_returning(tx).await?;
    append_act(tx, clock, may, "take_attendance", &activity).await?;
    Ok(answers)
}
