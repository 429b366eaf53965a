//! Changing one's own password.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::entity::account;
use super::{Account, sessions};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Result, SIGNED_OUT};
use crate::ids::AccountId;
use crate::scope::Identity;

/// One's own account, with the hash the current password is verified against.
///
/// # Errors
/// [`SIGNED_OUT`] when it is gone or stopped.
pub async fn current(db: &impl ConnectionTrait, id: AccountId) -> Result<Account> {
    let active = account::Entity::find_by_id(id).filter(account::Column::DisabledAt.is_null());
    active.one(db).await?.ok_or_else(|| SIGNED_OUT.into())
}

/// Sets a new password for a person whose current one was verified against `verified`, and ends the
/// sign-ins on other devices.
///
/// # Errors
/// [`SIGNED_OUT`] when password or account changed in the meantime.
pub async fn change(tx: &Tx, clock: &Clock, person: &Identity, verified: &Account, new_hash: String) -> Result<()> {
    let account = current(tx, person.account_id).await?;
    if account.password_hash != verified.password_hash {
        return Err(SIGNED_OUT.into());
    }
    let row = account::ActiveModel {
        id: Set(account.id),
        password_hash: Set(new_hash),
        must_change_password: Set(false),
        ..Default::default()
    };
    row.update(tx).await?;
    sessions::end_others(tx, clock, account.id, Some(person.session_id)).await?;
    let target = Some(("account", account.id.0));
    let act = Act { by: Some(account.id), action: "change_password", target, area_path: "" };
    audit::append(tx, clock, &[act]).await
}
