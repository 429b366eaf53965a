//! Making, changing and stopping the accounts one answers for ([`super::reach`] says whose they are).

use chrono::{Days, NaiveDate};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, SqlErr};

use super::entity::{account, scope};
use super::people::{self, HeldScope, Person};
use super::reach::{self, grantable_area, managed, own_household};
use super::{Account, PersonName, Username, sessions};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::{Touch, Tx};
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::{AccountId, AreaId, HouseholdId, ScopeId};
use crate::scope::{ManageAccounts, May, Role};

/// Somebody else signs in by this name.
pub const USERNAME_TAKEN: Refusal = Refusal::new(409, "username_taken", "这个账号名已经有人用了，请换一个。");
/// The account holds the role over the area already.
pub const SCOPE_HELD: Refusal = Refusal::new(409, "scope_held", "这个人已经有这项职务了。");
/// A stopped account stays as it is: a password for it would open nothing, a role given to it would lie in wait.
pub const ACCOUNT_STOPPED: Refusal = Refusal::new(409, "account_stopped", "这个账号已经停用，要改请先让它恢复使用。");

/// A supervisor decides objections to points, and so has no part in giving them.
pub const ROLES_CLASH: Refusal = Refusal::new(
    409,
    "roles_clash",
    "村务监督委员会的成员不能同时在同一个地方加分或审核，请先结束另一项职务，或换一个人。",
);

/// Scopes of one account that have not ended: a worker with all grids of the widest village.
const SCOPES_MAX: usize = 40;
/// How far ahead a scope may begin, and how long it may last, in days: a year, and five terms of office.
const BEGINS_WITHIN: Days = Days::new(366);
const LASTS_AT_MOST: Days = Days::new(25 * 366);

/// A role over an area that is to be given.
#[derive(Clone, Copy, Debug)]
pub struct NewScope {
    pub(super) role: Role,
    pub(super) area_id: AreaId,
    pub(super) begins_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
}

impl NewScope {
    /// From today unless said otherwise; open-ended unless said otherwise. `at` stands before the names
    /// of the fields in problems.
    ///
    /// # Errors
    /// A problem of a date that lies in the past, too far ahead, or before the beginning.
    pub fn parse(
        at: &str,
        role: Role,
        area_id: AreaId,
        (begins_on, ends_on): (Option<NaiveDate>, Option<NaiveDate>),
        today: NaiveDate,
    ) -> Result<Self> {
        let begins_on = begins_on.unwrap_or(today);
        if begins_on < today || begins_on > today + BEGINS_WITHIN {
            return Err(Error::field(format!("{at}begins_on"), "out_of_range", "开始日期要从今天起，一年以内。"));
        }
        if ends_on.is_some_and(|last| last < begins_on || last > begins_on + LASTS_AT_MOST) {
            return Err(Error::field(format!("{at}ends_on"), "out_of_range", "结束日期不能早于开始日期，最多 25 年。"));
        }
        Ok(Self { role, area_id, begins_on, ends_on })
    }
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Sign-in name.
    pub username: Username,
    /// The name people read.
    pub name: PersonName,
    /// The person's own household.
    pub household_id: Option<HouseholdId>,
    /// What he will be.
    pub scope: NewScope,
}

/// What changes about an account; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Another name.
    pub name: Option<PersonName>,
    /// Another own household, or none.
    pub household_id: Option<Option<HouseholdId>>,
    /// Stopped, or working again.
    pub disabled: Option<bool>,
}

/// Makes an account with one scope and a password that must be changed.
///
/// # Errors
/// [`NOT_FOUND`] for an area or household out of reach, [`super::reach::BEYOND_REACH`], [`USERNAME_TAKEN`],
/// [`crate::households::HOUSEHOLD_CLOSED`], a field problem.
pub async fn create(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    new: NewAccount,
    hash: String,
) -> Result<Person> {
    let area = grantable_area(tx, clock.today(), may, &new.scope, None).await?;
    let household_id = own_household(tx, may, new.household_id).await?;
    let account = insert(tx, clock, &new.username, &new.name, household_id, (hash, true)).await?;
    give(tx, clock, account.id, &new.scope).await?;
    append_act(tx, clock, may, "create_account", account.id, &area.path).await?;
    people::with_scopes(tx, account).await
}

/// Changes name, own household, or whether the account works. Stopping it ends its sign-ins.
///
/// # Errors
/// [`NOT_FOUND`], [`super::reach::BEYOND_REACH`], [`super::reach::OWN_ACCOUNT`],
/// [`crate::households::HOUSEHOLD_CLOSED`], [`ACCOUNT_STOPPED`] unless it works afterwards.
pub async fn change(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    id: AccountId,
    change: AccountChange,
) -> Result<Person> {
    let mut person = managed(tx, clock.today(), may, id).await?;
    let before = person.account.clone();
    let after = &mut person.account;
    if let Some(name) = change.name {
        after.name = name.into_inner();
    }
    if let Some(household_id) = change.household_id
        && household_id != after.household_id
    {
        after.household_id = own_household(tx, may, household_id).await?;
    }
    match change.disabled {
        Some(true) => after.disabled_at = after.disabled_at.or(Some(clock.now())),
        Some(false) => after.disabled_at = None,
        None => {}
    }
    if *after == before {
        return Ok(person);
    }
    if after.disabled_at.is_some() {
        refuse_stopped(&before)?;
    }
    let row = account::ActiveModel {
        id: Set(id),
        name: Set(after.name.clone()),
        household_id: Set(after.household_id),
        disabled_at: Set(after.disabled_at),
        ..Default::default()
    };
    row.update(tx).await?;
    if change.disabled == Some(true) {
        sessions::end_others(tx, clock, id, None).await?;
    }
    tx.touch(Touch::Account(id));
    tx.touch(Touch::Names);
    append_act(tx, clock, may, "change_account", id, where_seen(&person, may)).await?;
    Ok(person)
}

/// Sets a one-time password and ends all sign-ins.
///
/// # Errors
/// [`NOT_FOUND`], [`super::reach::BEYOND_REACH`], [`super::reach::OWN_ACCOUNT`], [`ACCOUNT_STOPPED`].
pub async fn reset_password(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    id: AccountId,
    hash: String,
) -> Result<Account> {
    let person = managed(tx, clock.today(), may, id).await?;
    refuse_stopped(&person.account)?;
    let row = account::ActiveModel {
        id: Set(id),
        password_hash: Set(hash),
        must_change_password: Set(true),
        ..Default::default()
    };
    row.update(tx).await?;
    sessions::end_others(tx, clock, id, None).await?;
    append_act(tx, clock, may, "reset_password", id, where_seen(&person, may)).await?;
    Ok(person.account)
}

/// Gives an account another scope.
///
/// # Errors
/// [`NOT_FOUND`], [`super::reach::BEYOND_REACH`], [`super::reach::OWN_ACCOUNT`], [`ACCOUNT_STOPPED`],
/// [`SCOPE_HELD`], [`ROLES_CLASH`], a field problem.
pub async fn add_scope(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    id: AccountId,
    new: NewScope,
) -> Result<Person> {
    let today = clock.today();
    let person = managed(tx, today, may, id).await?;
    let area = grantable_area(tx, today, may, &new, Some(&person)).await?;
    refuse_stopped(&person.account)?;
    let open: Vec<&HeldScope> = person.scopes.iter().filter(|held| !held.has_ended(today)).collect();
    if open.iter().any(|held| held.scope.role == new.role && held.area.id == area.id) {
        return Err(SCOPE_HELD.into());
    }
    // `managed` holds the account until the end, so that of two clashing roles given at once the second sees the first.
    if open.iter().any(|held| reach::clash(held, &new, &area)) {
        return Err(ROLES_CLASH.into());
    }
    if open.len() >= SCOPES_MAX {
        return Err(Error::field("area_id", "too_many", "一个账号最多 40 项职务。"));
    }
    give(tx, clock, id, &new).await?;
    append_act(tx, clock, may, "add_scope", id, &area.path).await?;
    people::with_scopes(tx, person.account).await
}

/// Ends a scope at once: yesterday was its last day. What ended earlier stays as it is.
///
/// # Errors
/// [`NOT_FOUND`], [`super::reach::BEYOND_REACH`], [`super::reach::OWN_ACCOUNT`].
pub async fn end_scope(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    id: AccountId,
    scope_id: ScopeId,
) -> Result<()> {
    let today = clock.today();
    let person = managed(tx, today, may, id).await?.as_seen_by(may);
    let held = person.scopes.iter().find(|held| held.scope.id == scope_id).ok_or(NOT_FOUND)?;
    if held.has_ended(today) {
        return Ok(());
    }
    let yesterday = today - Days::new(1);
    scope::ActiveModel { id: Set(scope_id), ends_on: Set(Some(yesterday)), ..Default::default() }.update(tx).await?;
    tx.touch(Touch::Account(id));
    append_act(tx, clock, may, "end_scope", id, &held.area.path).await
}

fn refuse_stopped(account: &Account) -> Result<()> {
    if account.disabled_at.is_some() { Err(ACCOUNT_STOPPED.into()) } else { Ok(()) }
}

/// Writes an account down, whoever asks. `password` is a hash, and whether it must be changed.
///
/// # Errors
/// [`USERNAME_TAKEN`].
pub(super) async fn insert(
    tx: &Tx,
    clock: &Clock,
    username: &Username,
    name: &PersonName,
    household_id: Option<HouseholdId>,
    password: (String, bool),
) -> Result<Account> {
    let (password_hash, must_change_password) = password;
    let row = account::ActiveModel {
        id: Set(AccountId(clock.new_id())),
        username: Set(username.as_str().to_owned()),
        name: Set(name.as_str().to_owned()),
        password_hash: Set(password_hash),
        must_change_password: Set(must_change_password),
        household_id: Set(household_id),
        disabled_at: Set(None),
        created_at: Set(clock.now()),
    };
    row.insert(tx).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => USERNAME_TAKEN.into(),
        _ => error.into(),
    })
}

/// Writes a scope down, whoever asks.
///
/// # Errors
/// When the database fails.
pub(super) async fn give(tx: &Tx, clock: &Clock, account_id: AccountId, new: &NewScope) -> Result<()> {
    let row = scope::ActiveModel {
        id: Set(ScopeId(clock.new_id())),
        account_id: Set(account_id),
        role: Set(new.role),
        area_id: Set(new.area_id),
        begins_on: Set(new.begins_on),
        ends_on: Set(new.ends_on),
        created_at: Set(clock.now()),
    };
    row.insert(tx).await?;
    tx.touch(Touch::Account(account_id));
    Ok(())
}

/// Where an act on a person belongs: the highest of his areas that the manager has in reach.
fn where_seen<'p>(person: &'p Person, may: &May<ManageAccounts>) -> &'p str {
    let seen = person.scopes.iter().find(|held| may.reaches(&held.area.path));
    seen.map_or("", |held| held.area.path.as_str())
}

async fn append_act(
    tx: &Tx,
    clock: &Clock,
    may: &May<ManageAccounts>,
    action: &'static str,
    id: AccountId,
    area_path: &str,
) -> Result<()> {
    let act = Act { by: Some(may.account_id()), action, target: Some(("account", id.0)), area_path };
    audit::append(tx, clock, &[act]).await
}
