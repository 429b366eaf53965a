//! Reports about a table of rules: what it would have given (先算算看), how the village uses it, and where
//! its points go.
//!
//! Invariants: nothing here writes; a trial reads the book in short pages and folds on a thread of its
//! own, so that it keeps nobody waiting; what it came to is kept in the memory of this process for an
//! hour, for those who may write the table, and is lost with the process; workers are never compared.

pub mod clipped;
pub mod concentration;
pub mod facts;
pub mod health;
pub mod likeness;
pub mod outward;
pub mod routes;
pub mod trial;
pub mod trials;

use sea_orm::ConnectionTrait;

use crate::areas::{self, Area, Level};
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::{AreaId, RuleSetId};
use crate::rules::{self, RuleSet};
use crate::scope::{DraftRules, May};

pub use trials::Trials;

/// More than can be folded in reasonable time and memory.
pub const TOO_MANY_FACTS: Refusal =
    Refusal::new(422, "too_many_facts", "这段时间记的事太多，一次算不完，请把月数改小。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] = &[TOO_MANY_FACTS];

/// A set to be tried, its area, and the village whose deeds it is tried on: for a village's set its
/// own, for a template one below its town.
///
/// # Errors
/// [`NOT_FOUND`] for what lies outside, a problem of `village_id` when it is missing or another.
pub async fn find_to_try(
    db: &impl ConnectionTrait,
    may: &May<DraftRules>,
    id: RuleSetId,
    village_id: Option<AreaId>,
) -> Result<(RuleSet, Area, Area)> {
    let (set, area) = rules::find(db, may, id).await?;
    if !may.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    let named = match village_id {
        Some(id) => Some(areas::find_village(db, may, id).await?),
        None => None,
    };
    let village = match (named, area.level) {
        (None, Level::Village) => area.clone(),
        (Some(village), Level::Village) if village.id == area.id => village,
        (Some(village), Level::Town) if village.path.starts_with(&area.path) => village,
        (None, _) => return Err(Error::field("village_id", "missing", "镇里的模板要选一个村来试算。")),
        (Some(_), _) => return Err(Error::field("village_id", "another_village", "这份细则不管这个村，请换一个。")),
    };
    Ok((set, area, village))
}
