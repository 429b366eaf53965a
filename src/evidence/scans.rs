//! Pages of minutes: photos that are kept with a resolution or a meeting, in the order in which they came.

use std::collections::HashSet;

use super::entity::UsedFor;
use super::{Evidence, NOT_USABLE, USED, named, of_causes, use_for};
use crate::areas;
use crate::db::Tx;
use crate::error::{Error, FieldProblem, Result};
use crate::ids::{AccountId, AreaId, EvidenceId};
use uuid::Uuid;

/// Pages of one cause: the minutes, the list of those present, and the notice as it hung.
pub const PAGES_MAX: usize = 20;

/// Keeps photos that this person sent of the village with a cause; those that it has already are left as they
/// are. Answers all of its pages.
///
/// # Errors
/// [`NOT_USABLE`] or [`USED`] by the place in `pages`; a problem when there would be too many or none.
pub async fn keep(
    tx: &Tx,
    sender: AccountId,
    village: AreaId,
    (kind, cause): (UsedFor, Uuid),
    pages: &[EvidenceId],
) -> Result<Vec<Evidence>> {
    // Two who add pages at once come one after the other, and so do the places.
    areas::lock(tx, village).await?;
    let kept = of_causes(tx, kind, [cause]).await?.remove(&cause).unwrap_or_default();
    let has: HashSet<EvidenceId> = kept.iter().map(|page| page.id).collect();
    let mut met = HashSet::new();
    let more: Vec<EvidenceId> = pages.iter().copied().filter(|page| !has.contains(page) && met.insert(*page)).collect();
    if pages.is_empty() || kept.len() + more.len() > PAGES_MAX {
        let sentence = format!("请选 1 张以上的照片，一共最多 {PAGES_MAX} 张。");
        return Err(Error::field("evidence", "out_of_range", sentence));
    }
    let sent = named(tx, more.iter().copied().collect()).await?;
    for page in &more {
        let own = sent.get(page).filter(|photo| {
            let photo = &photo.evidence;
            photo.village_id == village && photo.uploaded_by == sender && photo.removed_at.is_none()
        });
        let refusal = match own {
            None => NOT_USABLE,
            Some(photo) if photo.used => USED,
            Some(_) => continue,
        };
        let at = pages.iter().position(|one| one == page).unwrap_or_default();
        let field = FieldProblem::new(format!("evidence[{at}]"), refusal.code, refusal.title);
        return Err(Error::Refused(refusal, vec![field]));
    }
    let behind = i32::try_from(kept.len()).unwrap_or(i32::MAX);
    use_for(tx, kind, std::iter::once((cause, more)), behind).await?;
    Ok(of_causes(tx, kind, [cause]).await?.remove(&cause).unwrap_or_default())
}
