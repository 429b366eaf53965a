//! Opening an activity.

use chrono::{Days, NaiveDate};
use sea_orm::ActiveValue::Set;
use sea_orm::QueryFilter as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{ACTIVITY_TAKEN, Activity, State, TOO_MANY_OPEN, append_act, entity, is_fit};
use crate::areas::{self, Area, Level};
use crate::awards::RULE_NOT_IN_FORCE;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, INVALID, NOT_FOUND, Result};
use crate::hundredths::Hundredths;
use crate::ids::{AccountId, ActivityId, AreaId, RuleId};
use crate::rules::{Rule, Shelf};
use crate::scope::{AddPoints, May, subtree};
use crate::words;

/// 清扫村道, 重阳节敬老饭: a line of a list on a phone.
const NAME_CHARS_MAX: usize = 30;
/// 村部门口.
const PLACE_CHARS_MAX: usize = 30;
/// Longest reason for cancelling.
pub const REASON_CHARS_MAX: usize = 200;
/// An activity is announced within two months.
const AHEAD_DAYS_MAX: u64 = 60;
/// A sheet of names is typed within a quarter.
const BACK_DAYS_MAX: u64 = 92;
/// Units of one day together, in whole units: with as many people as a household may have it stays within what
/// one award may say.
const QUANTITY_MAX: Hundredths = Hundredths::whole(100);
/// Open activities of a village: two months with one a day, and some of each grid.
const OPEN_MAX: u64 = 200;

/// An activity as it is said on a phone.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// Made on the device.
    pub id: ActivityId,
    /// Of which grid, or the whole village.
    pub area_id: AreaId,
    /// What people are awarded for.
    pub rule_id: RuleId,
    /// Which degree, where the rule has degrees.
    pub degree: Option<String>,
    /// What the village calls it.
    pub name: String,
    /// Where.
    pub place: Option<String>,
    /// On which day.
    pub held_on: NaiveDate,
    /// In the rule's unit, for each household or person.
    pub quantity: Hundredths,
}

#[derive(Serialize)]
struct Said<'a> {
    account: AccountId,
    area: AreaId,
    rule: RuleId,
    degree: Option<&'a str>,
    name: &'a str,
    place: Option<&'a str>,
    held_on: NaiveDate,
    quantity: Hundredths,
}

impl NewActivity {
    /// Checks what can be checked without the book.
    ///
    /// # Errors
    /// One problem a field.
    pub fn parse(mut self, today: NaiveDate) -> Result<Self> {
        let mut problems = Vec::new();
        let (first, last) =
            (today.checked_sub_days(Days::new(BACK_DAYS_MAX)), today.checked_add_days(Days::new(AHEAD_DAYS_MAX)));
        if self.id.0.get_version_num() != 7 {
            problems.push(FieldProblem::new("id", "not_uuid_v7", "这次活动的编号不对，请更新页面再开。"));
        }
        if first.is_none_or(|first| self.held_on < first) || last.is_none_or(|last| self.held_on > last) {
            problems.push(FieldProblem::new("held_on", "out_of_range", "活动日期要在三个月前到两个月后之间。"));
        }
        if !(Hundredths(1)..=QUANTITY_MAX).contains(&self.quantity) {
            problems.push(FieldProblem::new("quantity", "out_of_range", "数量要大于 0，最多 100。"));
        }
        let missing = "请写活动叫什么，比如“清扫村道”。";
        // A line of a list.
        self.name =
            words::required("name", Some(&self.name.replace('\n', " ")), NAME_CHARS_MAX, missing, &mut problems);
        self.place = words::optional("place", self.place.as_deref(), PLACE_CHARS_MAX, &mut problems);
        if problems.is_empty() { Ok(self) } else { Err(Error::Refused(INVALID, problems)) }
    }

    /// SHA-256 over what was said and who said it, under which it is replayed.
    fn digest(&self, account: AccountId) -> Result<Vec<u8>> {
        let Self { area_id, rule_id, degree, name, place, held_on, quantity, .. } = self;
        let said = Said {
            account,
            area: *area_id,
            rule: *rule_id,
            degree: degree.as_deref(),
            name,
            place: place.as_deref(),
            held_on: *held_on,
            quantity: *quantity,
        };
        let json = serde_json::to_vec(&said).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Sha256::digest(json).to_vec())
    }

    /// What is wrong with its rule and degree, if anything.
    fn refuse_rule(&self, rule: &Rule) -> Result<()> {
        let degrees = rule.terms.shape.degrees();
        if !is_fit(&rule.terms.shape) {
            return Err(Error::field("rule_id", "not_for_activities", "活动要选加分的事项，这一项不能用在活动里。"));
        }
        let names = || degrees.iter().map(|degree| degree.name.as_str()).collect::<Vec<_>>().join("、");
        match &self.degree {
            None if degrees.is_empty() => Ok(()),
            None => Err(Error::field("degree", "missing", format!("请选一档：{}。", names()))),
            Some(_) if degrees.is_empty() => Err(Error::field("degree", "unknown", "这一项不分档。")),
            Some(named) if degrees.iter().any(|degree| degree.name == *named) => Ok(()),
            Some(_) => Err(Error::field("degree", "unknown", format!("没有这一档，只有：{}。", names()))),
        }
    }
}

/// Opens an activity; answers it, and whether it was known already.
///
/// # Errors
/// [`NOT_FOUND`] for an area out of reach, or above a village; [`RULE_NOT_IN_FORCE`] on its day; a problem of a
/// field; [`ACTIVITY_TAKEN`]; [`TOO_MANY_OPEN`].
pub async fn open(
    tx: &Tx,
    clock: &Clock,
    shelf: &Shelf,
    may: &May<AddPoints>,
    new: NewActivity,
) -> Result<(Activity, bool)> {
    let (area, village) = find_area(tx, may, new.area_id).await?;
    let digest = new.digest(may.account_id())?;
    areas::lock(tx, village.id).await?;
    if let Some(known) = entity::Entity::find_by_id(new.id).one(tx).await? {
        return as_it_stands(known, &digest);
    }
    let in_force = shelf.in_force(tx, [village.id]).await?;
    let refused = || {
        let field = FieldProblem::new("rule_id", RULE_NOT_IN_FORCE.code, RULE_NOT_IN_FORCE.title);
        Error::Refused(RULE_NOT_IN_FORCE, vec![field])
    };
    let adopted = in_force.on(village.id, new.held_on).ok_or_else(refused)?;
    new.refuse_rule(adopted.rule(new.rule_id).ok_or_else(refused)?)?;
    let open = entity::Entity::find()
        .filter(subtree(entity::Column::AreaPath, &village.path))
        .filter(entity::Column::State.eq(State::Open));
    if open.count(tx).await? >= OPEN_MAX {
        return Err(TOO_MANY_OPEN.into());
    }
    let row = entity::ActiveModel {
        id: Set(new.id),
        village_id: Set(village.id),
        area_id: Set(area.id),
        area_path: Set(area.path),
        rule_set_id: Set(adopted.set.id),
        rule_id: Set(new.rule_id),
        degree: Set(new.degree),
        name: Set(new.name),
        place: Set(new.place),
        held_on: Set(new.held_on),
        quantity: Set(new.quantity),
        opened_by: Set(may.account_id()),
        opened_at: Set(clock.now()),
        digest: Set(digest.clone()),
        state: Set(State::Open),
        ended_at: Set(None),
        ended_by: Set(None),
        reason: Set(None),
    };
    // The id may stand in another village, whose lock is another.
    let conflict = OnConflict::column(entity::Column::Id).do_nothing().to_owned();
    let written = entity::Entity::insert_many([row]).on_conflict(conflict).exec_without_returning(tx).await?;
    let activity = entity::Entity::find_by_id(new.id).one(tx).await?.ok_or(ACTIVITY_TAKEN)?;
    if written == 0 {
        return as_it_stands(activity, &digest);
    }
    append_act(tx, clock, may, "open_activity", &activity).await?;
    Ok((activity, false))
}

fn as_it_stands(known: Activity, digest: &[u8]) -> Result<(Activity, bool)> {
    if known.digest == digest { Ok((known, true)) } else { Err(ACTIVITY_TAKEN.into()) }
}

/// A grid or a village in reach, and its village.
async fn find_area(tx: &Tx, may: &May<AddPoints>, id: AreaId) -> Result<(Area, Area)> {
    let area = areas::find(tx, may, id).await?;
    let village = match area.level {
        Level::Village => area.clone(),
        Level::Grid => areas::village_of(tx, &area).await?.ok_or(NOT_FOUND)?,
        Level::County | Level::Town => return Err(NOT_FOUND.into()),
    };
    Ok((area, village))
}
