//! Comparing the kept photos with their hashes. That the hashes are those which the awards were recorded with
//! is told by the awards' own digests.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::album::{Album, Kept};
use super::{entity, tidying};
use crate::error::Result;
use crate::ids::EvidenceId;
use crate::ledger::verify::Lie;

/// Photos read at a time.
const PAGE: u64 = 1_000;

/// How many photos there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Files compared with their hashes.
    pub files: u64,
    /// Photos whose file was removed after its time: only the hash is left.
    pub removed: u64,
}

/// Reads every file; stops at the first that is not what was kept. `book` is the state that is read, `now` tells
/// of a file that was removed since.
///
/// # Errors
/// When the database or the album fails.
pub async fn verify(
    book: &impl ConnectionTrait,
    now: &impl ConnectionTrait,
    album: &Album,
) -> Result<std::result::Result<Read, Lie>> {
    let mut read = Read::default();
    let mut after: Option<EvidenceId> = None;
    loop {
        let mut query = entity::Entity::find();
        if let Some(after) = after {
            query = query.filter(entity::Column::Id.gt(after));
        }
        let photos = query.order_by_asc(entity::Column::Id).limit(PAGE).all(book).await?;
        let Some(last) = photos.last() else { break };
        after = Some(last.id);
        for photo in &photos {
            if photo.removed_at.is_some() {
                read.removed += 1;
                continue;
            }
            let kept = album.look(tidying::hash(&photo.sha256)?).await?;
            let what = match kept {
                Kept::Whole => {
                    read.files += 1;
                    continue;
                }
                Kept::Altered => "文件和校验码对不上，被改过。",
                Kept::Missing if has_gone(now, photo.id).await? => {
                    read.removed += 1;
                    continue;
                }
                Kept::Missing => "文件不见了。",
            };
            let what = format!("照片 {}：{what}", photo.id);
            return Ok(Err(Lie { village: photo.village_id, seq: None, what }));
        }
    }
    Ok(Ok(read))
}

async fn has_gone(now: &impl ConnectionTrait, id: EvidenceId) -> Result<bool> {
    let photo = entity::Entity::find_by_id(id).one(now).await?;
    Ok(photo.is_some_and(|photo| photo.removed_at.is_some()))
}
