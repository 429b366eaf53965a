//! What goes after its time: the files of photos, never their rows. It begins again where it was cut off: a file
//! goes before its row says so, and a file that is gone already is fine.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, DatabaseBackend, QueryOrder as _, QuerySelect as _};

use super::album::{Album, Hash};
use super::entity::{self, UsedFor, usage};
use crate::audit::{self, Act};
use crate::clock::{Clock, Millis};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};

/// How long a photo is kept that shows a deed: this year's accounts are looked at through the next one. Pages of
/// minutes stay as long as the book that was decided by them.
const KEPT_FOR: Duration = Duration::from_hours(2 * 365 * 24);
/// How long a photo waits for the award that it was taken for: phones offer what they hold for thirty days.
const UNUSED_FOR: Duration = Duration::from_hours(31 * 24);
/// Photos of one transaction: other writes wait while their files go.
const AT_ONCE: u64 = 50;
/// Hashes that are asked for together.
const HASHES_AT_ONCE: usize = 500;

fn before(clock: &Clock, age: Duration) -> Millis {
    clock.now() - Millis::try_from(age.as_millis()).unwrap_or(Millis::MAX)
}

/// Removes the files of some photos whose time is over. How many there were; when none, it is done.
///
/// # Errors
/// When the database or the album fails; then it is begun again another time.
pub async fn remove_some(tx: &Tx, clock: &Clock, album: &Album) -> Result<usize> {
    let used = Query::select().column(usage::Column::EvidenceId).from(usage::Entity).to_owned();
    let unused = Condition::all()
        .add(entity::Column::UploadedAt.lt(before(clock, UNUSED_FOR)))
        .add(Expr::col(entity::Column::Id).not_in_subquery(used));
    let minutes = Query::select()
        .column(usage::Column::EvidenceId)
        .from(usage::Entity)
        .and_where(Expr::col(usage::Column::CauseKind).is_in(UsedFor::MINUTES))
        .to_owned();
    let over = entity::Entity::find()
        .filter(entity::Column::RemovedAt.is_null())
        .filter(Condition::any().add(entity::Column::UploadedAt.lt(before(clock, KEPT_FOR))).add(unused))
        .filter(Expr::col(entity::Column::Id).not_in_subquery(minutes))
        .order_by_asc(entity::Column::UploadedAt)
        .limit(AT_ONCE);
    hold_still(tx).await?;
    let over = over.all(tx).await?;
    if over.is_empty() {
        return Ok(0);
    }
    let ids: Vec<_> = over.iter().map(|photo| photo.id).collect();
    let hashes: HashSet<Hash> = over.iter().map(|photo| hash(&photo.sha256)).collect::<Result<_>>()?;
    let kept = living(tx, &hashes, Some(entity::Column::Id.is_not_in(ids.iter().copied()))).await?;
    album.remove(hashes.difference(&kept).copied().collect()).await?;
    let removed = entity::ActiveModel { removed_at: Set(Some(clock.now())), ..Default::default() };
    entity::Entity::update_many().set(removed).filter(entity::Column::Id.is_in(ids)).exec(tx).await?;
    let act = |photo: &entity::Model| Act {
        by: None,
        action: "remove_evidence",
        target: Some(("evidence", photo.id.0)),
        area_path: "",
    };
    audit::append(tx, clock, &over.iter().map(act).collect::<Vec<_>>()).await?;
    Ok(over.len())
}

/// Removes files that no row knows: a photo whose row was never committed.
///
/// # Errors
/// When the database or the album fails.
pub async fn sweep(db: &Db, album: &Album) -> Result<()> {
    album.clear_unfinished().await?;
    for shelf in Album::shelves() {
        let hashes = album.hashes(shelf).await?;
        for some in hashes.chunks(HASHES_AT_ONCE) {
            let some: HashSet<Hash> = some.iter().copied().collect();
            let known = living(db.read(), &some, None).await?;
            let strays: HashSet<Hash> = some.difference(&known).copied().collect();
            if strays.is_empty() {
                continue;
            }
            // One may have been recorded just now. Who records later looks at his file after the commit.
            let tx = db.begin().await?;
            hold_still(&tx).await?;
            let known = living(&tx, &strays, None).await?;
            let strays: Vec<Hash> = strays.difference(&known).copied().collect();
            album.remove(strays).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Which of some hashes a photo with a file has.
async fn living(db: &impl ConnectionTrait, hashes: &HashSet<Hash>, but: Option<Expr>) -> Result<HashSet<Hash>> {
    let found: Vec<Vec<u8>> = entity::Entity::find()
        .select_only()
        .column(entity::Column::Sha256)
        .filter(entity::Column::Sha256.is_in(hashes.iter().map(|hash| hash.to_vec())))
        .filter(entity::Column::RemovedAt.is_null())
        .filter(Condition::all().add_option(but))
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    found.iter().map(|found| hash(found)).collect()
}

/// Nobody records a photo until this transaction ends. On SQLite a transaction that writes is alone as it is.
async fn hold_still(tx: &Tx) -> Result<()> {
    if tx.get_database_backend() != DatabaseBackend::Sqlite {
        tx.execute_unprepared("LOCK TABLE evidence IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// A stored hash.
pub(super) fn hash(stored: &[u8]) -> Result<Hash> {
    stored.try_into().map_err(|_| Error::Internal("a photo's hash has another length".to_owned()))
}
