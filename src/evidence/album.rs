//! Where photos are decoded and where their files lie: `<data-dir>/evidence/<first two digits>/<sha256>.jpg`
//! and `…-small.jpg`, readable by the server alone. A file is complete before it has its name, and is on the
//! disk before anybody is told so. Several copies of the server share the folder as they share the database.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::UNREADABLE;
use super::photo::{Looked, PIXELS_MAX, Photo};
use crate::error::{BUSY, DISK_FULL, Error, Result};
use crate::ids::EvidenceId;

/// Files held at once, also while they arrive: at most 10 MiB each.
const HELD_AT_ONCE: usize = 8;
/// What is decoded at once, in megapixels: one picture of the largest kind, which takes some 300 MB at worst.
const MEGAPIXELS_AT_ONCE: u32 = 40;
/// A small picture counts as many, so that two are decoded at once: a core each.
const MEGAPIXELS_MIN: u32 = 20;
/// How old an unfinished file is when nobody can be writing it any more.
const UNFINISHED_FOR: Duration = Duration::from_secs(24 * 3600);
/// Folders of the first two digits of a hash.
const FOLDERS: u16 = 256;
const PHOTO_ENDING: &str = ".jpg";
const THUMBNAIL_ENDING: &str = "-small.jpg";
const UNFINISHED: &str = "unfinished";

/// SHA-256 of a kept photo.
pub type Hash = [u8; 32];

/// Which of the two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// What is kept.
    Whole,
    /// For lists.
    Thumbnail,
}

/// How the file of a hash was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it was written.
    Whole,
    /// Its content has another hash.
    Altered,
    /// Not there.
    Missing,
}

/// The folder of the photos, and permits to hold and decode some.
pub struct Album {
    folder: Arc<Path>,
    holding: Arc<Semaphore>,
    decoding: Arc<Semaphore>,
}

impl Album {
    /// The album of a data folder; its own folder is made with the first photo.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("evidence").into(),
            holding: Arc::new(Semaphore::new(HELD_AT_ONCE)),
            decoding: Arc::new(Semaphore::new(MEGAPIXELS_AT_ONCE as usize)),
        }
    }

    /// Room for one more file, for as long as the answer is kept.
    ///
    /// # Errors
    /// [`BUSY`] when there is none.
    pub fn room(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.holding).try_acquire_owned().map_err(|_| BUSY.into())
    }

    /// Makes of a file what is kept of it.
    ///
    /// # Errors
    /// Why the file is refused.
    pub async fn develop(&self, bytes: Vec<u8>) -> Result<Photo> {
        let looked = tokio::task::spawn_blocking(move || Looked::at(bytes)).await.map_err(broken)??;
        let megapixels = u32::try_from(looked.pixels().min(PIXELS_MAX) / 1_000_000).unwrap_or(MEGAPIXELS_AT_ONCE);
        let places = megapixels.clamp(MEGAPIXELS_MIN, MEGAPIXELS_AT_ONCE);
        let places = Arc::clone(&self.decoding).acquire_many_owned(places).await.map_err(|_| BUSY)?;
        // The places go along: a caller who hangs up does not stop the thread.
        let developed = tokio::task::spawn_blocking(move || {
            let _places = places;
            looked.develop()
        });
        developed.await.map_err(broken)?
    }

    /// Puts a photo where it belongs, unless it lies there as it is: the same photo twice is one file. `name`
    /// tells the unfinished file from those of others.
    ///
    /// # Errors
    /// [`DISK_FULL`]; internal, when the folder cannot be written.
    pub async fn keep(&self, photo: &Arc<Photo>, name: EvidenceId) -> Result<()> {
        let photo = Arc::clone(photo);
        self.on_disk(move |folder| {
            let whole = path(folder, &photo.sha256, Size::Whole);
            let small = path(folder, &photo.sha256, Size::Thumbnail);
            if look(&whole, &photo.sha256)? == Kept::Whole && small.exists() {
                return Ok(());
            }
            let unfinished = folder.join(UNFINISHED);
            let shelf = whole.parent().unwrap_or(folder);
            private_folder(&unfinished)?;
            private_folder(shelf)?;
            write(&unfinished.join(name.to_string()), &small, &photo.thumbnail)?;
            write(&unfinished.join(name.to_string()), &whole, &photo.bytes)?;
            // The names are on the disk only when their folders are.
            for changed in [shelf, folder] {
                File::open(changed)?.sync_all()?;
            }
            Ok(())
        })
        .await
    }

    /// One of the two pictures of a hash. What is not what was kept is not handed out.
    ///
    /// # Errors
    /// Internal, when it is not there or was changed.
    pub async fn read(&self, hash: Hash, size: Size) -> Result<Vec<u8>> {
        self.on_disk(move |folder| {
            let bytes = fs::read(path(folder, &hash, size))?;
            let is_whole = size == Size::Thumbnail || Sha256::digest(&bytes).as_slice() == hash;
            if is_whole { Ok(bytes) } else { Err(io::Error::new(ErrorKind::InvalidData, "a photo was changed")) }
        })
        .await
    }

    /// How the file of a hash is found.
    ///
    /// # Errors
    /// Internal, when it cannot be looked at.
    pub async fn look(&self, hash: Hash) -> Result<Kept> {
        self.on_disk(move |folder| look(&path(folder, &hash, Size::Whole), &hash)).await
    }

    /// Removes both pictures of some hashes; what is gone already is fine.
    ///
    /// # Errors
    /// Internal, when one cannot be removed.
    pub async fn remove(&self, hashes: Vec<Hash>) -> Result<()> {
        self.on_disk(move |folder| {
            for hash in &hashes {
                for size in [Size::Whole, Size::Thumbnail] {
                    match fs::remove_file(path(folder, hash, size)) {
                        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                }
            }
            Ok(())
        })
        .await
    }

    /// The hashes that lie in one of the folders, and none when it is not there.
    ///
    /// # Errors
    /// Internal, when it cannot be read.
    pub async fn hashes(&self, shelf: u8) -> Result<Vec<Hash>> {
        self.on_disk(move |folder| {
            let mut hashes = Vec::new();
            for entry in listed(&folder.join(hex::encode([shelf])))? {
                let name = entry?.file_name();
                let name = name.to_str().unwrap_or_default();
                let stem = name.strip_suffix(THUMBNAIL_ENDING).or_else(|| name.strip_suffix(PHOTO_ENDING));
                let mut hash = Hash::default();
                if stem.is_some_and(|stem| hex::decode_to_slice(stem, &mut hash).is_ok()) {
                    hashes.push(hash);
                }
            }
            hashes.sort_unstable();
            hashes.dedup();
            Ok(hashes)
        })
        .await
    }

    /// All folders that [`Album::hashes`] can be asked for.
    pub fn shelves() -> impl Iterator<Item = u8> {
        (0..FOLDERS).filter_map(|shelf| u8::try_from(shelf).ok())
    }

    /// Removes what was begun and never finished.
    ///
    /// # Errors
    /// Internal, when it cannot be removed.
    pub async fn clear_unfinished(&self) -> Result<()> {
        self.on_disk(|folder| {
            for entry in listed(&folder.join(UNFINISHED))? {
                let entry = entry?;
                let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
                if age > UNFINISHED_FOR {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = Arc::clone(&self.folder);
        let done = tokio::task::spawn_blocking(move || work(&folder)).await;
        let done = done.map_err(|error| Error::Internal(format!("in the album: {error}")))?;
        done.map_err(|error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => DISK_FULL.into(),
            _ => Error::Internal(format!("in the album: {error}")),
        })
    }
}

/// A decoder that gave up on a file has said what the file is worth.
fn broken(error: tokio::task::JoinError) -> Error {
    tracing::warn!(%error, "a photo broke its decoder");
    UNREADABLE.into()
}

fn path(folder: &Path, hash: &Hash, size: Size) -> PathBuf {
    let digits = hex::encode(hash);
    let ending = if size == Size::Whole { PHOTO_ENDING } else { THUMBNAIL_ENDING };
    folder.join(&digits[..2]).join(format!("{digits}{ending}"))
}

fn look(path: &Path, hash: &Hash) -> io::Result<Kept> {
    match fs::read(path) {
        Ok(bytes) if Sha256::digest(&bytes).as_slice() == hash => Ok(Kept::Whole),
        Ok(_) => Ok(Kept::Altered),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Kept::Missing),
        Err(error) => Err(error),
    }
}

fn listed(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(error) => Err(error),
    }
}

/// Makes a folder that others on this machine cannot read.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file whole or not at all.
fn write(unfinished: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}
