//! Evidence: photos that show a deed, and pages of minutes. What comes in is looked at before it is decoded, written anew without
//! anything its camera put beside the picture, and kept as a file under its hash; the row says whose it is.
//!
//! Invariants: the phone's id is the photo's identity for ever; the same request again answers the photo as it
//! stands; a photo belongs to one village and to whoever sent it, and is used once; it is seen by its sender and
//! by those who review what it was used for, within their reach; pages of minutes are seen by everybody who reads
//! the book there, and stay; rows stay, a file goes after its time and leaves
//! its hash. A row that is committed has its file, unless it says that the file was removed.

pub mod album;
pub mod entity;
pub mod photo;
pub mod routes;
pub mod scans;
pub mod tidying;
pub mod verify;

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::areas::{self, Area};
use crate::audit::{self, Act};
use crate::clock::{self, Clock};
use crate::db::Tx;
use crate::error::{Error, NOT_FOUND, Refusal, Result};
use crate::ids::{AccountId, AreaId, EvidenceId};
use crate::scope::{May, ReadBook, Review, SendPhotos};

pub use album::Album;
pub use entity::{Model as Evidence, UsedFor};
pub use photo::Photo;

use entity::usage;

/// The file is none of the three kinds.
pub const NOT_A_PHOTO: Refusal =
    Refusal::new(422, "not_a_photo", "这个文件不是照片。请用 JPEG、PNG 或 WebP 格式的照片。");
/// Its head says that it is larger than can be decoded.
pub const TOO_MANY_PIXELS: Refusal =
    Refusal::new(422, "too_many_pixels", "照片太大，超过 4000 万像素。请把相机的分辨率调小再拍。");
/// Broken behind its head.
pub const UNREADABLE: Refusal = Refusal::new(422, "photo_unreadable", "照片打不开，可能没有传完整。请重新拍一张。");
/// The village has sent as many as it may today.
pub const QUOTA_USED: Refusal = Refusal::new(429, "photo_quota_used", "今天全村传的照片满了，请明天再传。");
/// The id belongs to another photo.
pub const ID_TAKEN: Refusal = Refusal::new(409, "photo_id_taken", "这个编号已经传过别的照片，没有保存。请重新拍一张。");
/// Its time is over.
pub const REMOVED: Refusal = Refusal::new(410, "photo_removed", "照片过了保存期，已经删除，只留下校验码。");
/// An award names a photo that is not there, or not its recorder's.
pub const NOT_USABLE: Refusal =
    Refusal::new(422, "photo_not_usable", "有照片没有传上来，或者不是您在本村传的。请重新拍。");
/// Another award shows it already.
pub const USED: Refusal = Refusal::new(409, "photo_used", "这张照片已经用在别的记录上，请另拍一张。");

/// Why this room refuses.
pub const REFUSALS: &[Refusal] =
    &[NOT_A_PHOTO, TOO_MANY_PIXELS, UNREADABLE, QUOTA_USED, ID_TAKEN, REMOVED, NOT_USABLE, USED];

/// Photos of a village in a day: one of every household on the day of a round in a large village. At 200 KB
/// they come to 60 MB a day at worst; a usual day has ten.
pub const PHOTOS_A_DAY_MAX: u64 = 300;

/// A photo that is about to be kept.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    /// Made on the phone.
    pub id: EvidenceId,
    /// Which village's.
    pub village_id: AreaId,
    /// Path of the area it was taken in.
    pub area_path: String,
    digest: Vec<u8>,
}

/// What makes two requests the same.
#[derive(Serialize)]
struct Said {
    account: AccountId,
    area: AreaId,
    file: String,
}

impl NewEvidence {
    /// A photo of an area in reach, by the file as it came.
    ///
    /// # Errors
    /// [`NOT_FOUND`] for an area out of reach or above the villages; a problem of an id that is no UUIDv7.
    pub async fn of(
        db: &impl ConnectionTrait,
        may: &May<SendPhotos>,
        id: EvidenceId,
        area_id: AreaId,
        file: &[u8],
    ) -> Result<Self> {
        if id.0.get_version_num() != 7 {
            return Err(Error::field("id", "not_uuid_v7", "这张照片的编号不对，请更新页面再拍。"));
        }
        let area: Area = areas::find(db, may, area_id).await?;
        let village = areas::village_of(db, &area).await?.ok_or(NOT_FOUND)?;
        let said = Said { account: may.account_id(), area: area_id, file: hex::encode(Sha256::digest(file)) };
        let said = serde_json::to_vec(&said).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { id, village_id: village.id, area_path: area.path, digest: Sha256::digest(said).to_vec() })
    }
}

/// The photo as it stands, if this very request was answered before.
///
/// # Errors
/// [`ID_TAKEN`] when the id is another's.
pub async fn replayed(db: &impl ConnectionTrait, new: &NewEvidence) -> Result<Option<Evidence>> {
    match entity::Entity::find_by_id(new.id).one(db).await? {
        Some(known) if known.digest == new.digest => Ok(Some(known)),
        Some(_) => Err(ID_TAKEN.into()),
        None => Ok(None),
    }
}

/// Refuses when the village has sent as many photos today as it may.
///
/// # Errors
/// [`QUOTA_USED`], with the time until tomorrow.
pub async fn refuse_beyond_quota(db: &impl ConnectionTrait, clock: &Clock, village: AreaId) -> Result<()> {
    let today = clock.today();
    let sent = entity::Entity::find()
        .filter(entity::Column::VillageId.eq(village))
        .filter(entity::Column::UploadedOn.eq(today))
        .count(db)
        .await?;
    if sent < PHOTOS_A_DAY_MAX {
        return Ok(());
    }
    let tomorrow = today.succ_opt().map_or(0, clock::day_begins);
    let seconds = (tomorrow - clock.now()).max(0).unsigned_abs().div_ceil(1000);
    Err(Error::Wait { refusal: QUOTA_USED, sentence: QUOTA_USED.title.to_owned(), seconds })
}

/// Keeps the row of a photo whose file lies in the album. Whether it was known already.
///
/// # Errors
/// [`ID_TAKEN`], [`QUOTA_USED`].
pub async fn record(
    tx: &Tx,
    clock: &Clock,
    may: &May<SendPhotos>,
    new: &NewEvidence,
    photo: &Photo,
) -> Result<(Evidence, bool)> {
    areas::lock(tx, new.village_id).await?;
    if let Some(known) = replayed(tx, new).await? {
        return Ok((known, true));
    }
    refuse_beyond_quota(tx, clock, new.village_id).await?;
    let number = |number: usize| i32::try_from(number).map_err(|error| Error::Internal(error.to_string()));
    let row = entity::ActiveModel {
        id: Set(new.id),
        village_id: Set(new.village_id),
        area_path: Set(new.area_path.clone()),
        uploaded_by: Set(may.account_id()),
        uploaded_at: Set(clock.now()),
        uploaded_on: Set(clock.today()),
        digest: Set(new.digest.clone()),
        sha256: Set(photo.sha256.to_vec()),
        bytes: Set(number(photo.bytes.len())?),
        width: Set(number(photo.width as usize)?),
        height: Set(number(photo.height as usize)?),
        removed_at: Set(None),
    };
    let kept = row.insert(tx).await?;
    let act = Act {
        by: Some(may.account_id()),
        action: "upload_evidence",
        target: Some(("evidence", new.id.0)),
        area_path: &new.area_path,
    };
    audit::append(tx, clock, &[act]).await?;
    Ok((kept, false))
}

/// A photo for whoever may see it: its sender, and those who review, once it was used.
///
/// # Errors
/// [`NOT_FOUND`] for everybody else; [`REMOVED`] when its time is over.
pub async fn find(db: &impl ConnectionTrait, clock: &Clock, may: &May<ReadBook>, id: EvidenceId) -> Result<Evidence> {
    let found = entity::Entity::find_by_id(id).one(db).await?.ok_or(NOT_FOUND)?;
    if found.uploaded_by != may.account_id() || !may.reaches(&found.area_path) {
        let reviews = may.also::<Review>(clock.today()).is_ok_and(|may| may.reaches(&found.area_path));
        // A worker reads what his whole village resolved.
        let seen = |kind: UsedFor| if kind.is_of_minutes() { may.touches(&found.area_path) } else { reviews };
        let used = usage::Entity::find_by_id(id).one(db).await?;
        if !used.is_some_and(|used| seen(used.cause_kind)) {
            return Err(NOT_FOUND.into());
        }
    }
    if found.removed_at.is_some() { Err(REMOVED.into()) } else { Ok(found) }
}

/// A photo that a submission names.
#[derive(Clone, Debug)]
pub struct Named {
    /// The photo.
    pub evidence: Evidence,
    /// Something uses it already.
    pub used: bool,
}

/// The photos that a group of submissions names.
///
/// # Errors
/// When the database fails.
pub async fn named(tx: &Tx, ids: HashSet<EvidenceId>) -> Result<HashMap<EvidenceId, Named>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().copied())).all(tx).await?;
    let used = used(tx, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, Named { used: used.contains(&row.id), evidence: row })).collect())
}

async fn used(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = EvidenceId>) -> Result<HashSet<EvidenceId>> {
    let rows = usage::Entity::find().filter(usage::Column::EvidenceId.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.evidence_id).collect())
}

/// Uses photos for causes, each photo once, behind as many as the cause has already.
///
/// # Errors
/// When one is used already, or the database fails; then nothing may be committed.
pub async fn use_for(
    tx: &Tx,
    kind: UsedFor,
    causes: impl Iterator<Item = (Uuid, Vec<EvidenceId>)>,
    behind: i32,
) -> Result<()> {
    let mut rows = Vec::new();
    for (cause, photos) in causes {
        rows.extend((behind + 1..).zip(photos).map(|(position, photo)| usage::ActiveModel {
            evidence_id: Set(photo),
            cause_kind: Set(kind),
            cause_id: Set(cause),
            position: Set(position),
        }));
    }
    if !rows.is_empty() {
        usage::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The photos of some causes at hand, in their order.
///
/// # Errors
/// When the database fails.
pub async fn of_causes(
    db: &impl ConnectionTrait,
    kind: UsedFor,
    causes: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Evidence>>> {
    let rows: Vec<(usage::Model, Option<Evidence>)> = usage::Entity::find()
        .filter(usage::Column::CauseKind.eq(kind))
        .filter(usage::Column::CauseId.is_in(causes))
        .order_by_asc(usage::Column::CauseId)
        .order_by_asc(usage::Column::Position)
        .join(sea_orm::JoinType::InnerJoin, to_evidence())
        .select_also(entity::Entity)
        .all(db)
        .await?;
    let mut photos: BTreeMap<Uuid, Vec<Evidence>> = BTreeMap::new();
    for (usage, photo) in rows {
        photos.entry(usage.cause_id).or_default().extend(photo);
    }
    Ok(photos)
}

fn to_evidence() -> sea_orm::RelationDef {
    usage::Entity::belongs_to(entity::Entity).from(usage::Column::EvidenceId).to(entity::Column::Id).into()
}
