//! Where files are opened and written: on blocking threads, few at a time, and few held in memory.

use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::deeds::{self, Deeds, KnownRule};
use super::exports::{RulesSheet, SheetFormat};
use super::month_sheet::MonthSheet;
use super::report::Parsed;
use super::roster::{self, Roster};
use super::rules_table::{self, RuleRow};
use super::sheet::{self, Sheet};
use crate::error::{BUSY, Error, Result};
use crate::http::form::File;

/// Files read or written at once: each may take some 70 MB while it is read.
const AT_WORK_AT_ONCE: usize = 2;
/// Files held at once, also while they arrive: at most 10 MiB each.
const HELD_AT_ONCE: usize = 8;

/// Permits to hold files, and to read and write them.
pub struct Desk {
    holding: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { holding: Arc::new(Semaphore::new(HELD_AT_ONCE)), working: Arc::new(Semaphore::new(AT_WORK_AT_ONCE)) }
    }
}

impl Desk {
    /// Room for one more file, for as long as the answer is kept.
    ///
    /// # Errors
    /// [`BUSY`] when there is none.
    pub fn room(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.holding).try_acquire_owned().map_err(|_| BUSY.into())
    }

    /// Reads a roster.
    ///
    /// # Errors
    /// A problem of `file` when it is no table that can be read.
    pub async fn roster(&self, file: File) -> Result<Roster> {
        self.read(file, roster::roster).await
    }

    /// Reads a table of rules.
    ///
    /// # Errors
    /// A problem of `file` when it is no table that can be read.
    pub async fn rules_table(&self, file: File) -> Result<Parsed<RuleRow>> {
        self.read(file, rules_table::rules_table).await
    }

    /// Reads deeds under the rules that a village has or had.
    ///
    /// # Errors
    /// A problem of `file` when it is no table that can be read.
    pub async fn deeds(&self, file: File, rules: Vec<KnownRule>, today: NaiveDate) -> Result<Deeds> {
        self.read(file, move |sheet| deeds::deeds(sheet, &rules, today)).await
    }

    /// Writes an empty grid for a month.
    ///
    /// # Errors
    /// Internal, when it cannot be written.
    pub async fn month_sheet(&self, sheet: MonthSheet) -> Result<Vec<u8>> {
        self.work(move || sheet.write()).await?
    }

    /// Writes a table of rules.
    ///
    /// # Errors
    /// Internal, when it cannot be written.
    pub async fn rules_sheet(&self, sheet: RulesSheet, format: SheetFormat) -> Result<Vec<u8>> {
        self.work(move || sheet.write(format)).await?
    }

    async fn read<T: Send + 'static>(&self, file: File, parse: impl FnOnce(&Sheet) -> T + Send + 'static) -> Result<T> {
        let read = move || sheet::read(&file.bytes, &file.name).map(|sheet| parse(&sheet));
        Ok(self.work(read).await??)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.working).acquire_owned().await.map_err(|_| BUSY)?;
        // The permit goes along: a caller who hangs up does not stop the thread.
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|error| Error::Internal(format!("at a table: {error}")))
    }
}
