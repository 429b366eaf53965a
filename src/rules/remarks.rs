//! What villagers said about a draft: kept with it, word for word, whatever becomes of it.

use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::adoption::ALREADY_ADOPTED;
use super::drafting::note;
use super::entity::remark;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, INVALID, Result};
use crate::ids::RuleSetId;
use crate::scope::{May, ReadBook, RemarkRules};
use crate::words;

pub use remark::Model as Remark;

/// A remark of half a page.
const TEXT_CHARS_MAX: usize = 500;
/// Longest name of who said it.
const SAID_BY_CHARS_MAX: usize = 30;
/// Remarks shown of one draft: more than a meeting can read out.
const REMARKS_MAX: u64 = 200;

/// Keeps a remark about a draft.
///
/// # Errors
/// [`crate::error::NOT_FOUND`], [`ALREADY_ADOPTED`], or one problem a field.
pub async fn write(
    tx: &Tx,
    clock: &Clock,
    may: &May<RemarkRules>,
    id: RuleSetId,
    text: Option<&str>,
    said_by: Option<&str>,
) -> Result<Remark> {
    let (set, area) = super::find(tx, may, id).await?;
    if !set.is_draft() {
        return Err(ALREADY_ADOPTED.into());
    }
    let mut problems = Vec::new();
    let text = words::required("text", text, TEXT_CHARS_MAX, "请写下意见。", &mut problems);
    let said_by = words::optional("said_by", said_by, SAID_BY_CHARS_MAX, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Refused(INVALID, problems));
    }
    let row = remark::ActiveModel {
        id: Set(clock.new_id()),
        rule_set_id: Set(id),
        revision: Set(set.revision),
        text: Set(text),
        said_by: Set(said_by),
        written_at: Set(clock.now()),
        written_by: Set(may.account_id()),
    };
    let remark = row.insert(tx).await?;
    note(tx, clock, may.account_id(), "remark_rules", id, &area).await?;
    Ok(remark)
}

/// The newest remarks about a set in reach.
///
/// # Errors
/// [`crate::error::NOT_FOUND`] when the set lies outside.
pub async fn list(db: &impl ConnectionTrait, may: &May<ReadBook>, id: RuleSetId) -> Result<Vec<Remark>> {
    super::find(db, may, id).await?;
    let query = remark::Entity::find().filter(remark::Column::RuleSetId.eq(id));
    Ok(query.order_by_desc(remark::Column::Id).limit(REMARKS_MAX).all(db).await?)
}
