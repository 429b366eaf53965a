//! The password that the accounts of the town share.

use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use super::{Ground, MARK, Password, SHOWN};
use crate::accounts::entity::account;
use crate::accounts::{NewPassword, sessions};
use crate::audit::{self, Act};
use crate::error::Result;
use crate::meta;

/// Gives a chosen password to the accounts that are shown, and to all that still have the shared one;
/// where they have it already, nothing is written.
///
/// # Errors
/// When the database fails.
pub async fn set(ground: &Ground<'_>, shared: &str, chosen: NewPassword) -> Result<Password> {
    let is_shown = || account::Column::Username.is_in(SHOWN.map(|(username, _)| username));
    let other = account::Entity::find()
        .filter(is_shown())
        .filter(
            Condition::any()
                .add(account::Column::PasswordHash.ne(shared))
                .add(account::Column::MustChangePassword.eq(true)),
        )
        .one(ground.db.read())
        .await?;
    if other.is_none() && ground.hashing.verify(chosen.reveal().to_owned(), Some(shared.to_owned())).await? {
        return Ok(Password::Chosen);
    }
    let hash = ground.hashing.hash(ground.clock, chosen).await?;
    let tx = ground.db.begin().await?;
    let whose = Condition::any().add(is_shown()).add(account::Column::PasswordHash.eq(shared));
    let changed = account::Entity::find().filter(whose.clone()).all(&tx).await?;
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(&hash))
        .col_expr(account::Column::MustChangePassword, Expr::value(false))
        .filter(whose)
        .exec(&tx)
        .await?;
    for account in &changed {
        sessions::end_others(&tx, ground.clock, account.id, None).await?;
    }
    let reset = |account: &account::Model| {
        let target = Some(("account", account.id.0));
        Act { by: None, action: "reset_password", target, area_path: "" }
    };
    audit::append(&tx, ground.clock, &changed.iter().map(reset).collect::<Vec<_>>()).await?;
    meta::put(&tx, MARK, &hash).await?;
    tx.commit().await?;
    Ok(Password::Chosen)
}
