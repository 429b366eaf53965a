//! Trials on their way and done, kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::facts::{self, Facts};
use super::outward::TrialResult;
use super::trial::{self, Question, Stretch};
use super::{TOO_MANY_FACTS, find_to_try};
use crate::areas::Area;
use crate::clock::{Clock, Millis};
use crate::db::Db;
use crate::error::{BUSY, Error, NOT_FOUND, Result};
use crate::households;
use crate::ids::{AreaId, RuleSetId, TrialId};
use crate::rules::{self, Rule};
use crate::scope::{DraftRules, May};

/// Facts of one trial: ten years of a large village. Each takes some 200 bytes while it runs.
pub const FACTS_MAX: u64 = 400_000;
/// Trials that run at once: one core folds while the other answers, and of four readers two are left.
const AT_ONCE: usize = 2;
/// Trials that run or wait for their turn: every village of a town that tries a template.
const UNDER_WAY_MAX: usize = 32;
/// Of them of one village: the table at hand and one more; the others' turns are the other villages'.
const UNDER_WAY_OF_VILLAGE_MAX: usize = 2;
/// Trials kept: the largest result takes half a megabyte.
const KEPT_MAX: usize = 64;
/// How long a result is kept: a meeting about it. The book goes on meanwhile.
const KEPT_MILLIS: Millis = 60 * 60 * 1000;

/// What is tried on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The table.
    pub rule_set_id: RuleSetId,
    /// Which revision of it.
    pub revision: i32,
    /// The village whose deeds are judged anew.
    pub village_id: AreaId,
    /// Whole months.
    pub months: u32,
    /// Its days.
    pub stretch: Stretch,
}

/// A trial.
#[derive(Debug)]
pub struct Trial {
    /// Identity.
    pub id: TrialId,
    /// What is tried.
    pub asked: Asked,
    /// Path of the table's area: who may write there may read this.
    path: String,
    begun_at: Millis,
    progress: Progress,
    /// Empty while it runs; nothing in it when it failed.
    outcome: OnceLock<Option<TrialResult>>,
}

/// How far a trial is, in facts. Each is read and then judged, so half the way is reading.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicUsize,
    judged: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// Facts done and facts in all; equal only when everything is judged.
    pub fn now(&self) -> (usize, usize) {
        // What is written last is looked at first, so that no moment shows more done than there is.
        let judged = self.judged.load(Ordering::SeqCst);
        let read = self.read.load(Ordering::SeqCst);
        ((judged + read) / 2, self.total.load(Ordering::SeqCst).max(read))
    }
}

impl Trial {
    /// Where it stands: nothing while it runs, nothing in it when it failed.
    pub fn outcome(&self) -> Option<Option<&TrialResult>> {
        self.outcome.get().map(Option::as_ref)
    }

    /// How far it is.
    pub fn progress(&self) -> (usize, usize) {
        self.progress.now()
    }
}

/// All trials of this process.
pub struct Trials {
    kept: Mutex<BTreeMap<TrialId, Arc<Trial>>>,
    at_once: Semaphore,
    /// One trial a village: the next waits.
    turns: Mutex<HashMap<AreaId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Default for Trials {
    fn default() -> Self {
        Self { kept: Mutex::default(), at_once: Semaphore::new(AT_ONCE), turns: Mutex::default() }
    }
}

impl Trials {
    /// Begins a trial, or joins the one that is under way and asks the same.
    ///
    /// # Errors
    /// [`NOT_FOUND`], problems of `village_id`, [`TOO_MANY_FACTS`], [`BUSY`] when too many are under way.
    pub async fn begin(
        self: &Arc<Self>,
        db: &Arc<Db>,
        clock: &Clock,
        may: &May<DraftRules>,
        id: RuleSetId,
        (months, village_id): (u32, Option<AreaId>),
    ) -> Result<Arc<Trial>> {
        let (set, area, village) = find_to_try(db.read(), may, id, village_id).await?;
        let table = rules::rules_of(db.read(), set.id).await?;
        let stretch = Stretch::of(clock.today(), months);
        let total = facts::count(db.read(), village.id, &stretch, FACTS_MAX).await?;
        if total > FACTS_MAX {
            return Err(TOO_MANY_FACTS.into());
        }
        let asked = Asked { rule_set_id: set.id, revision: set.revision, village_id: village.id, months, stretch };
        let (trial, is_new) = self.keep(clock, asked, area.path)?;
        if is_new {
            trial.progress.total.store(usize::try_from(total).unwrap_or(usize::MAX), Ordering::SeqCst);
            self.start(db, &trial, village, table);
        }
        Ok(trial)
    }

    /// A trial of a table that this person may write.
    ///
    /// # Errors
    /// [`NOT_FOUND`] when there is none, when it was too long ago, and for everybody else.
    pub fn find(&self, clock: &Clock, may: &May<DraftRules>, id: TrialId) -> Result<Arc<Trial>> {
        let mut kept = lock(&self.kept);
        sweep(&mut kept, clock.now());
        let trial = kept.get(&id).filter(|trial| may.reaches(&trial.path)).cloned();
        trial.ok_or_else(|| NOT_FOUND.into())
    }

    fn keep(&self, clock: &Clock, asked: Asked, path: String) -> Result<(Arc<Trial>, bool)> {
        let mut kept = lock(&self.kept);
        sweep(&mut kept, clock.now());
        let under_way = || kept.values().filter(|trial| trial.outcome().is_none());
        if let Some(same) = under_way().find(|trial| trial.asked == asked) {
            return Ok((Arc::clone(same), false));
        }
        let of_village = under_way().filter(|trial| trial.asked.village_id == asked.village_id).count();
        if of_village >= UNDER_WAY_OF_VILLAGE_MAX || under_way().count() >= UNDER_WAY_MAX {
            return Err(BUSY.into());
        }
        // More are kept than can be under way, so one of a full house is done.
        let oldest = kept.iter().filter(|(_, trial)| trial.outcome().is_some()).map(|(id, _)| *id).next();
        if let Some(oldest) = oldest.filter(|_| kept.len() >= KEPT_MAX) {
            kept.remove(&oldest);
        }
        let trial = Arc::new(Trial {
            id: TrialId(clock.new_id()),
            asked,
            path,
            begun_at: clock.now(),
            progress: Progress::default(),
            outcome: OnceLock::new(),
        });
        kept.insert(trial.id, Arc::clone(&trial));
        Ok((trial, true))
    }

    /// The work is a task within a task: also one that panics comes to an end that can be read.
    fn start(self: &Arc<Self>, db: &Arc<Db>, trial: &Arc<Trial>, village: Area, table: Vec<Rule>) {
        let (trials, db, trial) = (Arc::clone(self), Arc::clone(db), Arc::clone(trial));
        tokio::spawn(async move {
            let turn = trials.turn(village.id);
            let held = turn.lock().await;
            // Never closed.
            let _permit = trials.at_once.acquire().await;
            let working = Arc::clone(&trial);
            let worked = tokio::spawn(async move { work(&db, &working, &village, table).await }).await;
            let outcome = worked.unwrap_or_else(|error| Err(Error::Internal(format!("trial: {error}"))));
            let outcome = outcome.inspect_err(|error| tracing::error!(%error, trial = %trial.id, "a trial failed"));
            let _ = trial.outcome.set(outcome.ok());
            drop(held);
            drop(turn);
            lock(&trials.turns).retain(|_, turn| Arc::strong_count(turn) > 1);
        });
    }

    fn turn(&self, village: AreaId) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(lock(&self.turns).entry(village).or_default())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets what was begun too long ago and is done.
fn sweep(kept: &mut BTreeMap<TrialId, Arc<Trial>>, now: Millis) {
    kept.retain(|_, trial| trial.outcome().is_none() || now - trial.begun_at < KEPT_MILLIS);
}

async fn work(db: &Db, trial: &Arc<Trial>, village: &Area, table: Vec<Rule>) -> Result<TrialResult> {
    let (db, stretch, progress) = (db.read(), trial.asked.stretch, &trial.progress);
    let mut read = Facts::default();
    while let Some(facts) = read.read(db, village.id, &stretch).await? {
        progress.read.store(facts, Ordering::SeqCst);
        if u64::try_from(facts).unwrap_or(u64::MAX) > FACTS_MAX + facts::PAGE {
            return Err(Error::Internal("more facts than were counted".to_owned()));
        }
    }
    let judged_by = facts::judged_by(db, read.versions()).await?;
    let sizes = facts::sizes(db, village).await?;
    let participants = households::participants(db, village).await?;
    let trial = Arc::clone(trial);
    let folded = spawn_blocking(move || {
        let facts = read.in_order();
        let question = Question { from: stretch.from, table: &table, judged_by: &judged_by, sizes: &sizes };
        let told = |done| trial.progress.judged.store(done, Ordering::SeqCst);
        let outcome = trial::fold(&question, &facts, told);
        trial.progress.total.store(facts.len(), Ordering::SeqCst);
        let places = trial::places(participants, &outcome.households);
        TrialResult::new(&table, outcome, places)
    });
    folded.await.map_err(|error| Error::Internal(format!("trial: {error}")))
}

#[cfg(test)]
mod tests;
