//! Accounts: who people are, what they are where, and their sign-ins.
//!
//! Invariants: a scope's role fits its area's level; cadres answer for workers and the panel of
//! their village, towns for cadres and supervisors, counties for towns, and nobody for an account
//! that also holds something beyond his reach; stopping an account or a scope acts on the next request.

pub mod administration;
pub mod attempts;
pub mod entity;
mod first;
pub mod hashing;
mod office;
mod outward;
pub mod password;
pub mod people;
pub mod reach;
mod reviewers;
pub mod routes;
pub mod sessions;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use crate::card_numbers;
use crate::error::{Error, Refusal, Result};
use crate::ids::AccountId;
use crate::visible;

pub use attempts::Attempts;
pub use entity::account::Model as Account;
pub use first::{FirstAccount, create_first};
pub use hashing::{Hashing, NewPassword};
pub use office::{office_households, reviewing_roles};
pub use reviewers::{Reviewer, reviewers_of_village};

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[
    sessions::BAD_CREDENTIALS,
    attempts::TOO_MANY_ATTEMPTS,
    administration::USERNAME_TAKEN,
    reach::BEYOND_REACH,
    reach::OWN_ACCOUNT,
    administration::SCOPE_HELD,
    administration::ROLES_CLASH,
    administration::ACCOUNT_STOPPED,
];

/// Characters of a sign-in name.
const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 2..=32;
/// Characters of the name people read.
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=30;

/// A sign-in name that may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// 2 to 32 letters, digits, Chinese characters or `_-.`, in their normal form. Letters are those
    /// of ASCII: a name that looks like another's must be another's.
    ///
    /// # Errors
    /// A field problem.
    pub fn parse(text: &str) -> Result<Self> {
        let username = normal(text);
        let is_allowed = |letter: char| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, '_' | '-' | '.' | '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
        };
        if card_numbers::stand_in(&username) {
            Err(Error::field("username", "id_number", "账号名像身份证号或银行卡号，不能用，请换一个。"))
        } else if USERNAME_CHARS.contains(&username.chars().count()) && username.chars().all(is_allowed) {
            Ok(Self(username))
        } else {
            Err(Error::field("username", "wrong_form", "账号名用 2 到 32 个字母、数字、汉字或 _-. 。"))
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Trims; 1 to 30 characters without line breaks.
    ///
    /// # Errors
    /// A field problem.
    pub fn parse(text: &str) -> Result<Self> {
        let name = visible::text(text);
        if card_numbers::stand_in(&name) {
            Err(Error::field("name", "id_number", "姓名里像有身份证号或银行卡号，请去掉。"))
        } else if NAME_CHARS.contains(&name.chars().count()) && !name.chars().any(char::is_control) {
            Ok(Self(name))
        } else {
            Err(Error::field("name", "out_of_range", "姓名要写 1 到 30 个字。"))
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to be kept.
    pub fn into_inner(self) -> String {
        self.0
    }
}

/// A sign-in name as it is compared: full-width forms folded, lower case, no blanks around.
fn normal(username: &str) -> String {
    username.trim().nfkc().flat_map(char::to_lowercase).collect()
}

/// The names of the accounts that rows point to which were found within a scope already: no scope is
/// asked again.
///
/// # Errors
/// When the database fails.
pub async fn names_of_found_rows(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, String>> {
    let accounts = entity::account::Entity::find().filter(entity::account::Column::Id.is_in(ids)).all(db).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}
