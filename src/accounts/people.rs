//! People as others see them: an account, and what it is or was where.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::Account;
use super::entity::{account, scope};
use crate::areas::{self, Area};
use crate::db::Tx;
use crate::error::{NOT_FOUND, Result};
use crate::ids::{AccountId, AreaId};
use crate::scope::{ManageAccounts, May, Role, subtree};

/// One role over one area.
#[derive(Clone, Debug)]
pub struct HeldScope {
    /// The row.
    pub scope: scope::Model,
    /// The top of the subtree.
    pub area: Area,
    /// The village it is or lies in; absent for towns and counties.
    pub village: Option<Area>,
}

impl HeldScope {
    /// Whether its last day is over.
    pub fn has_ended(&self, today: NaiveDate) -> bool {
        self.scope.ends_on.is_some_and(|last| last < today)
    }
}

/// An account with its scopes, those of higher areas first.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// What the person is, was and will be.
    pub scopes: Vec<HeldScope>,
}

impl Person {
    /// Leaves out what is none of this manager's business.
    #[must_use]
    pub fn as_seen_by(mut self, may: &May<ManageAccounts>) -> Self {
        self.scopes.retain(|held| may.reaches(&held.area.path));
        self
    }
}

/// The view of the person himself: what he is or will be.
pub(super) async fn own(db: &impl ConnectionTrait, id: AccountId, today: NaiveDate) -> Result<Person> {
    let account = account::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    let mut person = with_scopes(db, account).await?;
    person.scopes.retain(|held| !held.has_ended(today));
    Ok(person)
}

/// A person who holds or has held something in reach, with all scopes; the account stays locked until
/// the transaction ends.
///
/// # Errors
/// [`NOT_FOUND`] when there is no such person in reach.
pub async fn find(tx: &Tx, may: &May<ManageAccounts>, id: AccountId) -> Result<Person> {
    let reach = may.within((areas::entity::Entity, areas::entity::Column::Path));
    let query = account::Entity::find_by_id(id).filter(account::Column::Id.in_subquery(holders(reach)));
    let account = query.lock_exclusive().one(tx).await?.ok_or(NOT_FOUND)?;
    with_scopes(tx, account).await
}

/// Accounts that hold or have held something in reach (and below `area`, where one is given), in the
/// order of their sign-in names: up to `limit + 1`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    may: &May<ManageAccounts>,
    area: Option<&Area>,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Account>> {
    let path = (areas::entity::Entity, areas::entity::Column::Path);
    let mut reach = Condition::all().add(may.within(path));
    if let Some(area) = area {
        reach = reach.add(subtree(path, &area.path));
    }
    let mut query = account::Entity::find().filter(account::Column::Id.in_subquery(holders(reach)));
    if let Some(after) = after {
        query = query.filter(account::Column::Username.gt(after));
    }
    Ok(query.order_by_asc(account::Column::Username).limit(limit + 1).all(db).await?)
}

/// Accounts at hand with all their scopes, in the same order.
pub(super) async fn persons(db: &impl ConnectionTrait, accounts: Vec<Account>) -> Result<Vec<Person>> {
    let ids = accounts.iter().map(|account| account.id);
    let scopes = scope::Entity::find().filter(scope::Column::AccountId.is_in(ids)).all(db).await?;
    let areas = areas::of_found_rows(db, scopes.iter().map(|scope| scope.area_id)).await?;
    let villages = areas::villages_of(db, &areas.values().collect::<Vec<_>>()).await?;
    let mut held: HashMap<AccountId, Vec<HeldScope>> = HashMap::new();
    for scope in scopes {
        if let Some(one) = hold(scope, &areas, &villages) {
            held.entry(one.scope.account_id).or_default().push(one);
        }
    }
    let person = |account: Account| {
        let mut scopes = held.remove(&account.id).unwrap_or_default();
        scopes.sort_by(|a, b| {
            (&a.area.path, a.scope.begins_on, a.scope.id).cmp(&(&b.area.path, b.scope.begins_on, b.scope.id))
        });
        Person { account, scopes }
    };
    Ok(accounts.into_iter().map(person).collect())
}

/// One account at hand with all its scopes.
pub(super) async fn with_scopes(db: &impl ConnectionTrait, account: Account) -> Result<Person> {
    let person = persons(db, vec![account]).await?.pop();
    person.ok_or_else(|| NOT_FOUND.into())
}

/// Whether anybody holds a role yet; the first administrator is made on the command line.
///
/// # Errors
/// When the database fails.
pub async fn anybody_is(db: &impl ConnectionTrait, role: Role) -> Result<bool> {
    Ok(scope::Entity::find().filter(scope::Column::Role.eq(role)).one(db).await?.is_some())
}

fn hold(scope: scope::Model, areas: &HashMap<AreaId, Area>, villages: &HashMap<AreaId, Area>) -> Option<HeldScope> {
    let area = areas.get(&scope.area_id)?.clone();
    let village = villages.get(&scope.area_id).cloned();
    Some(HeldScope { scope, area, village })
}

fn holders(reach: Condition) -> SelectStatement {
    let area = (areas::entity::Entity, areas::entity::Column::Id);
    Query::select()
        .column((scope::Entity, scope::Column::AccountId))
        .from(scope::Entity)
        .inner_join(areas::entity::Entity, Expr::col(area).equals((scope::Entity, scope::Column::AreaId)))
        .cond_where(reach)
        .take()
}
