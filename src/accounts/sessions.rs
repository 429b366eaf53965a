//! Signing in, staying in, signing out.
//!
//! A refresh token rotates with every use. Within a minute the token before the newest is answered
//! with the same successor again (on village signal answers get lost); any older token means that
//! somebody copied it, and the whole sign-in ends.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _, QueryOrder as _, QuerySelect as _};

use super::entity::{account, scope, session};
use crate::areas;
use crate::audit::{self, Act};
use crate::auth::{Refresh, Tokens, refresh_hash};
use crate::clock::{Clock, Millis};
use crate::db::{Touch, Tx};
use crate::error::{Refusal, Result, SIGNED_OUT};
use crate::ids::{AccountId, SessionId};
use crate::scope::{Identity, Scope};

/// Name and password do not belong together, or the account is stopped: the two look the same.
pub const BAD_CREDENTIALS: Refusal = Refusal::new(401, "bad_credentials", "账号或密码不对，请再试一次。");

/// A sign-in ends after 30 days: a phone that lay in a drawer for a month asks again.
const SESSION_MILLIS: Millis = 30 * 24 * 3600 * 1000;
/// How long a lost answer can be asked for again.
const GRACE_MILLIS: Millis = 60 * 1000;

/// How long a sign-in that is over stays: until then an operator can still see which devices were signed
/// in, and when. What the audit says of it stays for ever.
const PAST_MILLIS: Millis = 30 * 24 * 3600 * 1000;
/// Sign-ins removed with each new one: more than come, and a write as short as any.
const REMOVED_AT_ONCE: u64 = 20;

/// A sign-in that has just begun or been continued.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub account_id: AccountId,
    /// Which sign-in.
    pub session_id: SessionId,
    /// The newest refresh token.
    pub refresh_token: String,
    /// When the sign-in ends by itself.
    pub expires_at: Millis,
}

/// The account and hash behind a sign-in name; stopped accounts are not there.
///
/// # Errors
/// When the database fails.
pub async fn candidate(db: &impl ConnectionTrait, username: &str) -> Result<Option<account::Model>> {
    // No account has a name that could not be given.
    let Ok(username) = super::Username::parse(username) else {
        return Ok(None);
    };
    let query = account::Entity::find().filter(account::Column::Username.eq(username.as_str()));
    Ok(query.filter(account::Column::DisabledAt.is_null()).one(db).await?)
}

/// Begins a sign-in of an account whose password was verified against `hash`.
///
/// # Errors
/// [`BAD_CREDENTIALS`] when the password or the account changed in the meantime.
pub async fn begin(tx: &Tx, clock: &Clock, tokens: &Tokens, verified: &account::Model) -> Result<SignedIn> {
    let unchanged = account::Entity::find_by_id(verified.id)
        .filter(account::Column::PasswordHash.eq(&verified.password_hash))
        .filter(account::Column::DisabledAt.is_null())
        .one(tx)
        .await?;
    let account = unchanged.ok_or(BAD_CREDENTIALS)?;
    let (id, now) = (SessionId(clock.new_id()), clock.now());
    let refresh_token = tokens.refresh(Refresh { session_id: id, generation: 0 });
    let row = session::ActiveModel {
        id: Set(id),
        account_id: Set(account.id),
        generation: Set(0),
        refresh_hash: Set(refresh_hash(&refresh_token)),
        rotated_at: Set(now),
        created_at: Set(now),
        expires_at: Set(now + SESSION_MILLIS),
        revoked_at: Set(None),
    };
    row.insert(tx).await?;
    remove_past(tx, now).await?;
    append_act(tx, clock, account.id, "sign_in", id).await?;
    Ok(SignedIn { account_id: account.id, session_id: id, refresh_token, expires_at: now + SESSION_MILLIS })
}

/// Removes some of the sign-ins that ended long ago. Those that another process removes at the same
/// moment are left to it.
async fn remove_past(tx: &Tx, now: Millis) -> Result<()> {
    let past = session::Entity::find()
        .filter(session::Column::ExpiresAt.lt(now - PAST_MILLIS))
        .order_by_asc(session::Column::ExpiresAt)
        .limit(REMOVED_AT_ONCE)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let ids: Vec<SessionId> = past.all(tx).await?.into_iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        session::Entity::delete_many().filter(session::Column::Id.is_in(ids)).exec(tx).await?;
    }
    Ok(())
}

/// What a refresh token came to.
pub enum Refreshed {
    /// Here is its successor.
    SignedIn(SignedIn),
    /// It was used long ago: the sign-in has been ended, which must be committed.
    Revoked,
}

/// Continues a sign-in.
///
/// # Errors
/// [`SIGNED_OUT`] when the token is unknown, ended or out of date.
pub async fn refresh(tx: &Tx, clock: &Clock, tokens: &Tokens, token: &str) -> Result<Refreshed> {
    let presented = tokens.read_refresh(token).ok_or(SIGNED_OUT)?;
    let now = clock.now();
    let row = session::Entity::find_by_id(presented.session_id)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .one(tx)
        .await?
        .ok_or(SIGNED_OUT)?;
    let current = Refresh { session_id: row.id, generation: row.generation };
    let lost_answer = presented.generation + 1 == row.generation && now - row.rotated_at <= GRACE_MILLIS;
    let newest = presented == current && refresh_hash(token) == row.refresh_hash;
    if !newest && !lost_answer {
        revoke(tx, clock, row, "revoke_reused_session").await?;
        return Ok(Refreshed::Revoked);
    }
    let active =
        account::Entity::find_by_id(row.account_id).filter(account::Column::DisabledAt.is_null()).one(tx).await?;
    let account = active.ok_or(SIGNED_OUT)?;
    let (session_id, expires_at) = (row.id, row.expires_at);
    let generation = if newest { row.generation + 1 } else { row.generation };
    let refresh_token = tokens.refresh(Refresh { session_id, generation });
    if newest {
        let mut row = row.into_active_model();
        row.generation = Set(generation);
        row.refresh_hash = Set(refresh_hash(&refresh_token));
        row.rotated_at = Set(now);
        row.update(tx).await?;
    }
    Ok(Refreshed::SignedIn(SignedIn { account_id: account.id, session_id, refresh_token, expires_at }))
}

/// Ends some sign-ins. What is unknown or ended stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(tx: &Tx, clock: &Clock, sessions: impl IntoIterator<Item = SessionId>) -> Result<()> {
    for id in sessions {
        let live = session::Entity::find_by_id(id).filter(session::Column::RevokedAt.is_null());
        if let Some(row) = live.one(tx).await? {
            revoke(tx, clock, row, "sign_out").await?;
        }
    }
    Ok(())
}

/// Ends all sign-ins of an account, except one.
///
/// # Errors
/// When the database fails.
pub async fn end_others(tx: &Tx, clock: &Clock, account: AccountId, except: Option<SessionId>) -> Result<()> {
    let mut update = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(clock.now()))
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::RevokedAt.is_null());
    if let Some(kept) = except {
        update = update.filter(session::Column::Id.ne(kept));
    }
    update.exec(tx).await?;
    tx.touch(Touch::Account(account));
    Ok(())
}

/// The person behind a live session, with all scopes.
///
/// # Errors
/// When the database fails.
pub async fn identity(db: &impl ConnectionTrait, id: SessionId, now: Millis) -> Result<Option<Identity>> {
    let live = session::Entity::find_by_id(id)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now));
    let Some(session) = live.one(db).await? else {
        return Ok(None);
    };
    let active = account::Entity::find_by_id(session.account_id).filter(account::Column::DisabledAt.is_null());
    let Some(account) = active.one(db).await? else {
        return Ok(None);
    };
    let must_change_password = account.must_change_password;
    let identity = known(db, account, session.id, session.expires_at).await?;
    Ok(Some(Identity { must_change_password, ..identity }))
}

/// The person whom whoever has the machine acts for on the command line: no sign-in, no password.
///
/// # Errors
/// When the database fails.
pub async fn acting(db: &impl ConnectionTrait, username: &str) -> Result<Option<Identity>> {
    match candidate(db, username).await? {
        Some(account) => known(db, account, SessionId(Uuid::nil()), Millis::MAX).await.map(Some),
        None => Ok(None),
    }
}

/// People by their accounts, for what they said earlier and others carry out now: stopped accounts and
/// those with a one-time password are not among them.
///
/// # Errors
/// When the database fails.
pub async fn identities(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Arc<Identity>>> {
    let active = account::Entity::find()
        .filter(account::Column::Id.is_in(ids))
        .filter(account::Column::DisabledAt.is_null())
        .filter(account::Column::MustChangePassword.eq(false));
    let people = all_known(db, active.all(db).await?).await?;
    Ok(people.into_iter().map(|one| (one.account_id, Arc::new(one))).collect())
}

/// An account with its scopes, as if its password were its own.
async fn known(
    db: &impl ConnectionTrait,
    account: account::Model,
    session_id: SessionId,
    expires_at: Millis,
) -> Result<Identity> {
    let identity = all_known(db, vec![account]).await?.pop().ok_or(SIGNED_OUT)?;
    Ok(Identity { session_id, expires_at, ..identity })
}

/// Accounts with their scopes, in their order, as on a machine where nobody signs in.
async fn all_known(db: &impl ConnectionTrait, accounts: Vec<account::Model>) -> Result<Vec<Identity>> {
    let ids = accounts.iter().map(|account| account.id);
    let rows = scope::Entity::find().filter(scope::Column::AccountId.is_in(ids)).all(db).await?;
    let areas = areas::of_found_rows(db, rows.iter().map(|scope| scope.area_id)).await?;
    let mut scopes: HashMap<AccountId, Vec<Scope>> = HashMap::new();
    for row in rows {
        let Some(area) = areas.get(&row.area_id) else { continue };
        let scope::Model { id, account_id, role, area_id, begins_on, ends_on, .. } = row;
        let held = Scope { id, role, area_id, path: area.path.clone(), begins_on, ends_on };
        scopes.entry(account_id).or_default().push(held);
    }
    let identity = |account: account::Model| Identity {
        account_id: account.id,
        session_id: SessionId(Uuid::nil()),
        username: account.username,
        name: account.name,
        household_id: account.household_id,
        must_change_password: false,
        scopes: scopes.remove(&account.id).unwrap_or_default(),
        expires_at: Millis::MAX,
    };
    Ok(accounts.into_iter().map(identity).collect())
}

async fn revoke(tx: &Tx, clock: &Clock, row: session::Model, action: &'static str) -> Result<()> {
    let (id, account) = (row.id, row.account_id);
    let mut row = row.into_active_model();
    row.revoked_at = Set(Some(clock.now()));
    row.update(tx).await?;
    tx.touch(Touch::Account(account));
    append_act(tx, clock, account, action, id).await
}

async fn append_act(tx: &Tx, clock: &Clock, by: AccountId, action: &'static str, session: SessionId) -> Result<()> {
    let target = Some(("session", session.0));
    audit::append(tx, clock, &[Act { by: Some(by), action, target, area_path: "" }]).await
}
