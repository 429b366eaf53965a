//! Closing an activity, which awards everybody who came, once; or cancelling it.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use super::entity::{self, attendance};
use super::{ACTIVITY_ENDED, ACTIVITY_TO_COME, Activity, Counting, NOBODY_CAME, State, append_act, in_sight_locked};
use crate::accounts::sessions;
use crate::audit;
use crate::awards::{self, RULE_NOT_IN_FORCE, Submission};
use crate::db::Tx;
use crate::error::{Error, FORBIDDEN, Result};
use crate::households;
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, ActivityId, AwardId};
use crate::ledger::{self, Pen};
use crate::rules::terms::Terms;
use crate::rules::{Adopted, Shelf};
use crate::scope::{AddPoints, May};

/// Awards judged together: as many as one request may bring.
const AWARDS_AT_ONCE: usize = 500;

/// Closes an activity: an award for every household that came. Closing it again answers it as it stands.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for an activity out of sight; [`FORBIDDEN`] for one of an area that is not in
/// reach; [`ACTIVITY_ENDED`] when it was cancelled; [`ACTIVITY_TO_COME`]; [`NOBODY_CAME`]; what keeps all of
/// them from being awarded.
pub async fn close(tx: &Tx, pen: &Pen, shelf: &Shelf, may: &May<AddPoints>, id: ActivityId) -> Result<Activity> {
    let seen = super::in_sight(tx, may, id).await?;
    // The book first, as everybody does who posts: then nobody waits for the other.
    ledger::open(tx, pen, [seen.village_id]).await?;
    let activity = in_sight_locked(tx, may, id).await?;
    if !may.reaches(&activity.area_path) {
        return Err(FORBIDDEN.into());
    }
    match activity.state {
        State::Open => {}
        State::Closed => return Ok(activity),
        State::Cancelled => return Err(ACTIVITY_ENDED.into()),
    }
    if activity.held_on > pen.clock.today() {
        return Err(ACTIVITY_TO_COME.into());
    }
    let came = attendance::Entity::find()
        .filter(attendance::Column::ActivityId.eq(id))
        .filter(attendance::Column::People.gt(0))
        .order_by_asc(attendance::Column::HouseholdId)
        .all(tx)
        .await?;
    if came.is_empty() {
        return Err(NOBODY_CAME.into());
    }
    let in_force = shelf.in_force(tx, [activity.village_id]).await?;
    let adopted = in_force.on(activity.village_id, activity.held_on).ok_or(RULE_NOT_IN_FORCE)?;
    let items = submissions(tx, pen, may, (&activity, adopted), &came).await?;
    let mut outcomes = Vec::with_capacity(items.len());
    for items in items.chunks(AWARDS_AT_ONCE) {
        outcomes.extend(awards::submit_many(tx, pen, shelf, items).await?);
    }
    if outcomes.iter().all(Result::is_err) {
        return outcomes.into_iter().find_map(Result::err).map_or_else(|| Err(NOBODY_CAME.into()), Err);
    }
    let rows = came.into_iter().zip(outcomes).map(|(row, outcome)| {
        let (award_id, failure) = match outcome {
            Ok(submitted) => (Some(submitted.award.award.id), None),
            Err(error) => (None, Some(sentence(&error))),
        };
        attendance::ActiveModel::from(attendance::Model { award_id, failure, ..row })
    });
    let conflict = OnConflict::columns([attendance::Column::ActivityId, attendance::Column::HouseholdId])
        .update_columns([attendance::Column::AwardId, attendance::Column::Failure])
        .to_owned();
    attendance::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(tx).await?;
    end(tx, pen, may, activity, (State::Closed, None)).await
}

/// Cancels an activity that did not take place or was opened by mistake; nobody is awarded. The same again
/// answers it as it stands.
///
/// # Errors
/// As for [`close`]; [`ACTIVITY_ENDED`] when it was closed.
pub async fn cancel(tx: &Tx, pen: &Pen, may: &May<AddPoints>, id: ActivityId, reason: String) -> Result<Activity> {
    let activity = in_sight_locked(tx, may, id).await?;
    if !may.reaches(&activity.area_path) {
        return Err(FORBIDDEN.into());
    }
    match activity.state {
        State::Open => end(tx, pen, may, activity, (State::Cancelled, Some(reason))).await,
        State::Cancelled if activity.reason.as_ref() == Some(&reason) => Ok(activity),
        _ => Err(ACTIVITY_ENDED.into()),
    }
}

async fn end(
    tx: &Tx,
    pen: &Pen,
    may: &May<AddPoints>,
    activity: Activity,
    (state, reason): (State, Option<String>),
) -> Result<Activity> {
    let action = if state == State::Closed { "close_activity" } else { "cancel_activity" };
    append_act(tx, &pen.clock, may, action, &activity).await?;
    let row = entity::ActiveModel {
        id: Set(activity.id),
        state: Set(state),
        ended_at: Set(Some(pen.clock.now())),
        ended_by: Set(Some(may.account_id())),
        reason: Set(reason),
        ..Default::default()
    };
    Ok(row.update(tx).await?)
}

/// An award for every household that came, in the name of whoever ticked it; in the closer's where that person
/// may no longer record there.
async fn submissions(
    tx: &Tx,
    pen: &Pen,
    may: &May<AddPoints>,
    (activity, adopted): (&Activity, &Adopted),
    came: &[attendance::Model],
) -> Result<Vec<Submission>> {
    let terms = &adopted.rule(activity.rule_id).ok_or(RULE_NOT_IN_FORCE)?.terms;
    let homes = households::of_awards(tx, came.iter().map(|row| row.household_id)).await?;
    let closer = Arc::new(may.clone());
    let mut recorders: HashMap<AccountId, Arc<May<AddPoints>>> = HashMap::new();
    for (id, identity) in sessions::identities(tx, came.iter().map(|row| row.written_by)).await? {
        if let Ok(may) = identity.may::<AddPoints>(pen.clock.today()) {
            recorders.insert(id, Arc::new(may));
        }
    }
    let submission = |row: &attendance::Model| {
        let reaches = |may: &&Arc<May<AddPoints>>| {
            homes.get(&row.household_id).is_some_and(|household| may.reaches(&household.grid_path))
        };
        let recorder = recorders.get(&row.written_by).filter(reaches).unwrap_or(&closer);
        let (quantity, people) = counted(activity, terms, row.people);
        Submission {
            id: AwardId(pen.clock.new_id()),
            household_id: row.household_id,
            rule_id: activity.rule_id,
            quantity: Some(quantity),
            degree: activity.degree.clone(),
            people,
            occurred_on: activity.held_on,
            note: Some(note(activity, terms, row.people)),
            done_by: None,
            handled_by: None,
            sheet: None,
            evidence: Vec::new(),
            told_by: None,
            proof: None,
            recorder: Arc::clone(recorder),
            request_id: audit::request_id(),
        }
    };
    Ok(came.iter().map(submission).collect())
}

/// What an award says of the number who came: its quantity, and its people where the rule asks for them.
fn counted(activity: &Activity, terms: &Terms, people: i32) -> (Hundredths, Option<u32>) {
    match Counting::of(terms) {
        Counting::PerPerson => (activity.quantity, Some(people.unsigned_abs())),
        Counting::Units => (Hundredths(activity.quantity.0 * i64::from(people)), None),
        Counting::Noted => (activity.quantity, None),
    }
}

/// What the household reads beside its points.
fn note(activity: &Activity, terms: &Terms, people: i32) -> String {
    let noted = Counting::of(terms) == Counting::Noted && people > 1;
    if noted { format!("{}，来了 {people} 人", activity.name) } else { activity.name.clone() }
}

/// Why a household was not awarded, as people read it.
fn sentence(error: &Error) -> String {
    let field = error.fields().first().map(|field| field.message.to_string());
    field.unwrap_or_else(|| error.refusal().title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AreaId, RuleId, RuleSetId};
    use uuid::Uuid;

    #[test]
    fn the_number_who_came_means_what_the_rule_counts() {
        let activity = Activity {
            id: ActivityId(Uuid::nil()),
            village_id: AreaId(Uuid::nil()),
            area_id: AreaId(Uuid::nil()),
            area_path: String::new(),
            rule_set_id: RuleSetId(Uuid::nil()),
            rule_id: RuleId(Uuid::nil()),
            degree: None,
            name: "清扫村道".into(),
            place: None,
            held_on: "2026-11-22".parse().unwrap(),
            quantity: Hundredths::whole(3),
            opened_by: AccountId(Uuid::nil()),
            opened_at: 0,
            digest: Vec::new(),
            state: State::Open,
            ended_at: None,
            ended_by: None,
            reason: None,
        };
        let terms = |unit: &str, per_person| Terms { unit: unit.into(), per_person, ..Terms::default() };
        for (terms, quantity, people, note_of_two) in [
            (terms("次", true), 3, Some(2), "清扫村道"),
            (terms("人次", true), 3, Some(2), "清扫村道"),
            (terms("人次", false), 6, None, "清扫村道"),
            (terms("小时", false), 3, None, "清扫村道，来了 2 人"),
        ] {
            assert_eq!(counted(&activity, &terms, 2), (Hundredths::whole(quantity), people), "{terms:?}");
            assert_eq!(note(&activity, &terms, 2), note_of_two);
            assert_eq!(note(&activity, &terms, 1), "清扫村道");
        }
    }
}
