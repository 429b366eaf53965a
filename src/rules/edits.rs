//! Who wrote what into a draft: one line for every revision, never changed. The newest revision's writer is
//! the last; what was written before stays named although the items themselves are gone.

use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, QuerySelect as _, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::entity::edit;
use super::template::Changes;
use super::{Rule, RuleSet};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{AccountId, RuleSetId};
use crate::scope::{May, ReadBook};

pub use edit::Model as Edit;

/// Revisions shown of one set: more than a committee writes in a year.
const EDITS_MAX: u64 = 200;

/// What one revision changed, by the items' names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// New items.
    pub added: Vec<String>,
    /// Items that read otherwise.
    pub altered: Vec<String>,
    /// Items that are gone.
    pub dropped: Vec<String>,
    /// What the village decides about itself reads otherwise.
    #[serde(default)]
    pub decisions: bool,
}

/// Keeps what the revision that `set` stands at changed in the items `before`, and whether it changed the `decisions`.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &Tx,
    clock: &Clock,
    by: AccountId,
    set: &RuleSet,
    (before, after): (&[Rule], &[Rule]),
    decisions: bool,
) -> Result<()> {
    let changes = Changes::between(before, after);
    let names = |rules: &[&Rule]| rules.iter().map(|rule| rule.name.clone()).collect();
    let altered: Vec<&Rule> = changes.altered.iter().map(|(_, rule)| *rule).collect();
    let changed =
        Changed { added: names(&changes.added), altered: names(&altered), dropped: names(&changes.dropped), decisions };
    let row = edit::ActiveModel {
        rule_set_id: Set(set.id),
        revision: Set(set.revision),
        written_at: Set(clock.now()),
        written_by: Set(by),
        changed: Set(serde_json::to_string(&changed).map_err(|error| Error::Internal(error.to_string()))?),
    };
    edit::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The newest revisions of a set in reach, newest first.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] when the set lies outside.
pub async fn list(db: &impl ConnectionTrait, may: &May<ReadBook>, id: RuleSetId) -> Result<Vec<(Edit, Changed)>> {
    super::find(db, may, id).await?;
    let query = edit::Entity::find().filter(edit::Column::RuleSetId.eq(id));
    let rows = query.order_by_desc(edit::Column::Revision).limit(EDITS_MAX).all(db).await?;
    let read = |row: Edit| {
        let changed = serde_json::from_str(&row.changed).map_err(|error| Error::Internal(format!("edit: {error}")))?;
        Ok((row, changed))
    };
    rows.into_iter().map(read).collect()
}
