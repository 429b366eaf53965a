//! The photographed pages of a meeting: the list as those present signed it. They come after the meeting was
//! written down, and stay.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::entity::present;
use super::minutes::in_reach;
use crate::areas;
use crate::audit::{self, Act};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{FORBIDDEN, NOT_FOUND, Result};
use crate::evidence::{self, Evidence, UsedFor, scans};
use crate::ids::{AssemblyId, EvidenceId};
use crate::scope::{May, ReadBook, Review};

/// Keeps pages with the minutes, by somebody who was there; answers all of their pages.
///
/// # Errors
/// [`NOT_FOUND`], [`FORBIDDEN`] for whoever was not there, and what keeps a page from being kept.
pub async fn keep(
    tx: &Tx,
    clock: &Clock,
    may: &May<Review>,
    id: AssemblyId,
    pages: &[EvidenceId],
) -> Result<Vec<Evidence>> {
    let assembly = in_reach(tx, may, id).await?;
    if present::Entity::find_by_id((id, may.account_id())).one(tx).await?.is_none() {
        return Err(FORBIDDEN.into());
    }
    let area = areas::find(tx, may, assembly.area_id).await?;
    let village = areas::village_of(tx, &area).await?.ok_or(NOT_FOUND)?;
    let kept = scans::keep(tx, may.account_id(), village.id, (UsedFor::Assembly, id.0), pages).await?;
    let act = Act {
        by: Some(may.account_id()),
        action: "keep_assembly_scans",
        target: Some(("assembly", id.0)),
        area_path: &assembly.area_path,
    };
    audit::append(tx, clock, &[act]).await?;
    Ok(kept)
}

/// The pages of minutes that the caller may read.
///
/// # Errors
/// [`NOT_FOUND`].
pub async fn of(db: &impl ConnectionTrait, may: &May<ReadBook>, id: AssemblyId) -> Result<Vec<Evidence>> {
    in_reach(db, may, id).await?;
    Ok(evidence::of_causes(db, UsedFor::Assembly, [id.0]).await?.remove(&id.0).unwrap_or_default())
}
