//! The audit's append: one row for every change, inside the change's own transaction.
//!
//! Rows hold identifiers only; names, phones and reasons stay where they belong.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryTrait as _};

use crate::clock::{Clock, Millis};
use crate::error::Result;
use crate::ids::AccountId;

/// Rows of the audit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Time-ordered identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: Millis,
    /// Who; absent for the command line on its own.
    pub account_id: Option<AccountId>,
    /// What, as the operation's id.
    pub action: String,
    /// To what kind of thing.
    pub target_kind: Option<String>,
    /// To which one.
    pub target_id: Option<Uuid>,
    /// Where: the area's path, empty when it has none.
    pub area_path: String,
    /// The request it came with.
    pub request_id: String,
}

impl ActiveModelBehavior for ActiveModel {}

tokio::task_local! {
    /// The identity of the request being served, for the log and the audit.
    pub static REQUEST_ID: String;
}

/// The request being served, or `-` outside of one (the command line).
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_else(|_| "-".to_owned())
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// Who did it.
    pub by: Option<AccountId>,
    /// The operation's id, e.g. `approve_award`.
    pub action: &'static str,
    /// Kind and identity of what it was done to.
    pub target: Option<(&'static str, Uuid)>,
    /// The area's path.
    pub area_path: &'a str,
}

/// Writes acts of this request down.
///
/// # Errors
/// When the database refuses.
pub async fn append(tx: &impl ConnectionTrait, clock: &Clock, acts: &[Act<'_>]) -> Result<()> {
    let request_id = request_id();
    append_of_many(tx, clock, acts.iter().map(|act| (act, request_id.as_str()))).await
}

/// Writes acts of several requests down, each with its own.
///
/// # Errors
/// When the database refuses.
pub async fn append_of_many<'a>(
    tx: &impl ConnectionTrait,
    clock: &Clock,
    acts: impl Iterator<Item = (&'a Act<'a>, &'a str)>,
) -> Result<()> {
    let at = clock.now();
    let rows = acts.map(|(act, request_id)| ActiveModel {
        id: Set(clock.new_id()),
        at: Set(at),
        account_id: Set(act.by),
        action: Set(act.action.to_owned()),
        target_kind: Set(act.target.map(|(kind, _)| kind.to_owned())),
        target_id: Set(act.target.map(|(_, id)| id)),
        area_path: Set(act.area_path.to_owned()),
        request_id: Set(request_id.to_owned()),
    });
    let rows: Vec<ActiveModel> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let insert = Entity::insert_many(rows).into_query();
    tx.execute(&insert).await?;
    Ok(())
}
