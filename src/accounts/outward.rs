//! Accounts at the edge: as they go out, and as they come in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::administration::NewScope;
use super::people::{HeldScope, Person};
use crate::areas::Level;
use crate::error::Result;
use crate::http::present;
use crate::ids::{AccountId, AreaId, EXAMPLE_VILLAGE, HouseholdId, ScopeId};
use crate::scope::Role;

/// An account and its scopes, as far as they concern whoever asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountOut {
    /// Identity.
    pub id: AccountId,
    /// Sign-in name.
    #[schema(example = "worker")]
    pub username: String,
    /// The name people read.
    #[schema(example = "陈桂娟")]
    pub name: String,
    /// The person's own household.
    pub household_id: Option<HouseholdId>,
    /// A one-time password is in use: nothing else works until it is changed.
    #[schema(example = false)]
    pub must_change_password: bool,
    /// The account was stopped.
    #[schema(example = false)]
    pub disabled: bool,
    /// What the person is where; one's own view leaves out what has ended.
    pub scopes: Vec<ScopeOut>,
}

/// One role over one area.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scope, example = json!({ "village_id": EXAMPLE_VILLAGE }))]
pub struct ScopeOut {
    /// Identity.
    pub id: ScopeId,
    /// Role.
    pub role: Role,
    /// The area.
    pub area_id: AreaId,
    /// The area's name.
    #[schema(example = "一组")]
    pub area_name: String,
    /// The area's level.
    pub area_level: Level,
    /// The area's path.
    #[schema(example = "0001000100050001")]
    pub area_path: String,
    /// The village it is or lies in; absent above the villages.
    pub village_id: Option<AreaId>,
    /// The village's name.
    #[schema(example = "林家排村")]
    pub village_name: Option<String>,
    /// First day.
    #[schema(example = "2026-09-01")]
    pub begins_on: NaiveDate,
    /// Last day; open-ended when absent.
    #[schema(example = "2028-12-31")]
    pub ends_on: Option<NaiveDate>,
}

impl From<Person> for AccountOut {
    fn from(Person { account, scopes }: Person) -> Self {
        Self {
            id: account.id,
            username: account.username,
            name: account.name,
            household_id: account.household_id,
            must_change_password: account.must_change_password,
            disabled: account.disabled_at.is_some(),
            scopes: scopes.into_iter().map(ScopeOut::from).collect(),
        }
    }
}

impl From<HeldScope> for ScopeOut {
    fn from(HeldScope { scope, area, village }: HeldScope) -> Self {
        Self {
            id: scope.id,
            role: scope.role,
            area_id: area.id,
            area_name: area.name,
            area_level: area.level,
            area_path: area.path,
            village_id: village.as_ref().map(|village| village.id),
            village_name: village.map(|village| village.name),
            begins_on: scope.begins_on,
            ends_on: scope.ends_on,
        }
    }
}

/// A role over an area.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewScope)]
#[serde(deny_unknown_fields)]
pub struct ScopeIn {
    /// Role; must fit the area's level.
    pub role: Role,
    /// The area.
    pub area_id: AreaId,
    /// First day; today unless said otherwise.
    #[schema(example = "2026-12-01")]
    pub begins_on: Option<NaiveDate>,
    /// Last day; open-ended unless said otherwise.
    #[schema(example = "2028-12-31")]
    pub ends_on: Option<NaiveDate>,
}

impl ScopeIn {
    /// The scope it asks for; `at` stands before the names of fields in problems.
    ///
    /// # Errors
    /// As [`NewScope::parse`].
    pub fn parse(&self, at: &str, today: NaiveDate) -> Result<NewScope> {
        NewScope::parse(at, self.role, self.area_id, (self.begins_on, self.ends_on), today)
    }
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAccount)]
#[serde(deny_unknown_fields)]
pub struct AccountIn {
    /// 2 to 32 letters, digits, Chinese characters or `_-.`, unique.
    #[schema(example = "chengj")]
    pub username: String,
    /// The name people read, 1 to 30 characters.
    #[schema(example = "陈桂娟")]
    pub name: String,
    /// The person's own household.
    pub household_id: Option<HouseholdId>,
    /// What the person will be.
    pub scope: ScopeIn,
}

/// The new account, and the password for its first sign-in, shown only here.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedAccount)]
pub struct CreatedOut {
    /// The account.
    pub account: AccountOut,
    /// Must be changed at the first sign-in.
    #[schema(example = "k7mq2xw9da")]
    pub one_time_password: String,
}

/// What changes about an account; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AccountChange)]
#[serde(deny_unknown_fields)]
pub struct ChangeIn {
    /// Another name, 1 to 30 characters.
    #[schema(example = "陈桂娟")]
    pub name: Option<String>,
    /// Another own household; `null` for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HouseholdId>)]
    pub household_id: Option<Option<HouseholdId>>,
    /// `true` stops the account and ends its sign-ins, `false` lets it work again.
    #[schema(example = false)]
    pub disabled: Option<bool>,
}

/// A password for the next sign-in, shown only here.
#[derive(Serialize, ToSchema)]
#[schema(as = OneTimePassword)]
pub struct OneTimeOut {
    /// Must be changed at the next sign-in.
    #[schema(example = "k7mq2xw9da")]
    pub one_time_password: String,
}
