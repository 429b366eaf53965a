//! Accounts made on the command line, by whoever has the machine: the first administrator, and the
//! way back in when nobody knows a password.

use super::administration::{NewScope, give, insert};
use super::reach::fits;
use super::{Account, PersonName, Username};
use crate::areas::{self, AreaName};
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::HouseholdId;
use crate::scope::Role;

/// An account to be made without asking who.
#[derive(Clone, Debug)]
pub struct FirstAccount {
    /// Sign-in name.
    pub username: Username,
    /// The name people read.
    pub name: PersonName,
    /// The person's own household.
    pub household_id: Option<HouseholdId>,
    /// What the person will be.
    pub role: Role,
    /// Where: names from the county downwards.
    pub area: Vec<AreaName>,
    /// The password was not chosen by the person.
    pub must_change_password: bool,
}

/// Makes an account with one scope. The county of the first county administrator is made with it.
///
/// # Errors
/// [`super::administration::USERNAME_TAKEN`]; a field problem when there is no such area or the role does not fit it.
pub async fn create_first(tx: &Tx, clock: &Clock, hash: String, new: FirstAccount) -> Result<Account> {
    let area = match (areas::by_names_for_the_operator(tx, &new.area).await?, new.area.as_slice()) {
        (Some(area), _) => area,
        (None, [county]) if new.role == Role::CountyAdmin && areas::is_empty(tx).await? => {
            areas::insert(tx, clock, None, county.clone()).await?
        }
        (None, _) => return Err(Error::field("area", "not_found", "没有这个地方，名字要和已有的一样，从县写起。")),
    };
    if !fits(new.role, area.level) {
        return Err(Error::field("area", "wrong_level", "这项职务和这一级不配，请换一个地方。"));
    }
    let scope = NewScope::parse("", new.role, area.id, (None, None), clock.today())?;
    let account =
        insert(tx, clock, &new.username, &new.name, new.household_id, (hash, new.must_change_password)).await?;
    give(tx, clock, account.id, &scope).await?;
    let target = Some(("account", account.id.0));
    audit::append(tx, clock, &[Act { by: None, action: "create_account", target, area_path: &area.path }]).await?;
    Ok(account)
}
