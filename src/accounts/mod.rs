//! Accounts: who people are, what they are where, and their sign-ins.
//!
//! Invariants: a scope's role fits its area's level; cadres answer for workers and the panel of
//! their village, towns for cadres and supervisors, counties for towns, and nobody for an account
//! that also holds something beyond his reach; stopping an account or a scope acts on the next request.

pub mod entity;
pub mod hashing;
mod reviewers;
pub mod routes;
pub mod sessions;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use crate::error::Result;
use crate::ids::AccountId;

pub use entity::account::Model as Account;
pub use hashing::{Hashing, NewPassword};
pub use reviewers::{Reviewer, reviewers};

/// A sign-in name as it is compared: full-width forms folded, lower case, no blanks around.
pub fn normal(username: &str) -> String {
    username.trim().nfkc().flat_map(char::to_lowercase).collect()
}

/// The names of accounts, for rows that were found within a scope already.
///
/// # Errors
/// When the database fails.
pub async fn names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, String>> {
    let accounts = entity::account::Entity::find().filter(entity::account::Column::Id.is_in(ids)).all(db).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}
