//! Who answers for whom.
//!
//! Cadres answer for workers and the panel of their village, towns for cadres and supervisors,
//! counties for towns. An account can be changed only by somebody who answers for something of it and
//! stands above everything else of it that has not ended, so that nobody climbs by way of another's
//! password. Nobody changes his own account. And nobody supervises what he has a part in.

use chrono::NaiveDate;

use super::administration::NewScope;
use super::people::{self, HeldScope, Person};
use crate::areas::{self, Area, Level};
use crate::db::Tx;
use crate::error::{Error, Refusal, Result};
use crate::households;
use crate::ids::{AccountId, HouseholdId};
use crate::scope::{AddPoints, ManageAccounts, May, Review, Role, Verb as _};

/// The role, or something else that the account holds, is another's to answer for.
pub const BEYOND_REACH: Refusal = Refusal::new(403, "beyond_reach", "这里有不归您管的职务，请找上一级办。");
/// One's own account is for others to change.
pub const OWN_ACCOUNT: Refusal = Refusal::new(403, "own_account", "自己的账号要由别人来改，请找上一级办。");

/// Whether a role is for areas of a level.
pub fn fits(role: Role, level: Level) -> bool {
    match role {
        Role::GridWorker => matches!(level, Level::Grid | Level::Village),
        Role::VillageCadre | Role::PanelMember | Role::Supervisor => level == Level::Village,
        Role::TownAdmin => level == Level::Town,
        Role::CountyAdmin => level == Level::County,
    }
}

/// The roles that a role answers for.
const fn directly_below(role: Role) -> &'static [Role] {
    match role {
        Role::CountyAdmin => &[Role::TownAdmin],
        Role::TownAdmin => &[Role::VillageCadre, Role::Supervisor],
        Role::VillageCadre => &[Role::GridWorker, Role::PanelMember],
        Role::GridWorker | Role::PanelMember | Role::Supervisor => &[],
    }
}

fn is_below(above: Role, role: Role) -> bool {
    directly_below(above).iter().any(|next| *next == role || is_below(*next, role))
}

/// What the manager is, today, at an area.
fn standing(may: &May<ManageAccounts>, today: NaiveDate, path: &str) -> impl Iterator<Item = Role> {
    let holds = move |scope: &&crate::scope::Scope| scope.holds_on(today) && path.starts_with(&scope.path);
    may.identity.scopes.iter().filter(holds).map(|scope| scope.role)
}

fn answers_for(may: &May<ManageAccounts>, today: NaiveDate, role: Role, path: &str) -> bool {
    standing(may, today, path).any(|mine| directly_below(mine).contains(&role))
}

fn stands_above(may: &May<ManageAccounts>, today: NaiveDate, role: Role, path: &str) -> bool {
    standing(may, today, path).any(|mine| is_below(mine, role))
}

/// A person whom this manager may change.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] when nothing of the person is in reach, [`OWN_ACCOUNT`], [`BEYOND_REACH`].
pub async fn managed(tx: &Tx, today: NaiveDate, may: &May<ManageAccounts>, id: AccountId) -> Result<Person> {
    let person = people::find(tx, may, id).await?;
    if id == may.account_id() {
        return Err(OWN_ACCOUNT.into());
    }
    let mut open = person.scopes.iter().filter(|held| !held.has_ended(today)).peekable();
    // Somebody whose scopes have all ended belongs to those who answered for one of them.
    let answered = |held: &HeldScope| answers_for(may, today, held.scope.role, &held.area.path);
    let is_ours = if open.peek().is_none() {
        person.scopes.iter().any(answered)
    } else {
        let open: Vec<&HeldScope> = open.collect();
        open.iter().any(|held| answered(held))
            && open.iter().all(|held| stands_above(may, today, held.scope.role, &held.area.path))
    };
    if is_ours { Ok(person) } else { Err(BEYOND_REACH.into()) }
}

/// Whether a role would make somebody supervise what he has a part in: on a common day, over a common
/// area, the one decides objections and the other records or reviews awards.
pub fn clash(held: &HeldScope, new: &NewScope, area: &Area) -> bool {
    let supervises = |role| role == Role::Supervisor;
    let awards = |role: Role| AddPoints::ROLES.contains(&role) || Review::ROLES.contains(&role);
    let (one, other) = (held.scope.role, new.role);
    let same_area = held.area.path.starts_with(&area.path) || area.path.starts_with(&held.area.path);
    let same_days = held.scope.ends_on.is_none_or(|last| new.begins_on <= last)
        && new.ends_on.is_none_or(|last| held.scope.begins_on <= last);
    same_area && same_days && (supervises(one) && awards(other) || awards(one) && supervises(other))
}

/// The area of a new scope, once it is certain that this manager may give it. A town may also seat its
/// cadre on the panel: a role further below goes to an account that he answers for otherwise.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] for an area out of reach, [`BEYOND_REACH`], a field problem when the role does not fit the area.
pub async fn grantable_area(
    tx: &Tx,
    today: NaiveDate,
    may: &May<ManageAccounts>,
    new: &NewScope,
    person: Option<&Person>,
) -> Result<Area> {
    let area = areas::find(tx, may, new.area_id).await?;
    let answered =
        |held: &HeldScope| !held.has_ended(today) && answers_for(may, today, held.scope.role, &held.area.path);
    let is_ours = person.is_some_and(|person| person.scopes.iter().any(answered));
    let is_given =
        answers_for(may, today, new.role, &area.path) || is_ours && stands_above(may, today, new.role, &area.path);
    if !is_given {
        return Err(BEYOND_REACH.into());
    }
    if fits(new.role, area.level) {
        Ok(area)
    } else {
        Err(Error::field("area_id", "wrong_level", "这项职务和这一级不配，请换一个地方。"))
    }
}

/// A person's own household must be one of those the manager has in reach, and not closed.
///
/// # Errors
/// [`crate::error::NOT_FOUND`], [`households::HOUSEHOLD_CLOSED`].
pub async fn own_household(tx: &Tx, may: &May<ManageAccounts>, id: Option<HouseholdId>) -> Result<Option<HouseholdId>> {
    let Some(id) = id else { return Ok(None) };
    let household = households::find(tx, may, id).await?;
    if household.status == households::Status::Closed {
        return Err(households::HOUSEHOLD_CLOSED.into());
    }
    Ok(Some(household.id))
}
