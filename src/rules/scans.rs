//! The photographed pages behind a resolution: its minutes, who signed, the notice as it hung. They come after
//! the resolution was recorded, and stay.

pub mod routes;

use sea_orm::ConnectionTrait;

use super::drafting::note;
use super::filing::NOT_ADOPTED;
use crate::areas::Level;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{NOT_FOUND, Result};
use crate::evidence::{self, Evidence, UsedFor, scans};
use crate::ids::{EvidenceId, RuleSetId};
use crate::scope::{AdoptRules, May, ReadBook};

/// Keeps pages with a resolution; answers all of its pages.
///
/// # Errors
/// [`NOT_FOUND`], [`NOT_ADOPTED`], and what keeps a page from being kept.
pub async fn keep(
    tx: &Tx,
    clock: &Clock,
    may: &May<AdoptRules>,
    id: RuleSetId,
    pages: &[EvidenceId],
) -> Result<Vec<Evidence>> {
    let (set, area) = super::find_locked(tx, may, id).await?;
    if area.level != Level::Village || !may.reaches(&area.path) {
        return Err(NOT_FOUND.into());
    }
    if set.adopted_at.is_none() {
        return Err(NOT_ADOPTED.into());
    }
    let kept = scans::keep(tx, may.account_id(), area.id, (UsedFor::Resolution, id.0), pages).await?;
    note(tx, clock, may.account_id(), "keep_rule_set_scans", id, &area).await?;
    Ok(kept)
}

/// The pages of a version that the caller may read.
///
/// # Errors
/// [`NOT_FOUND`].
pub async fn of(db: &impl ConnectionTrait, may: &May<ReadBook>, id: RuleSetId) -> Result<Vec<Evidence>> {
    super::find(db, may, id).await?;
    Ok(evidence::of_causes(db, UsedFor::Resolution, [id.0]).await?.remove(&id.0).unwrap_or_default())
}
