//! The group writer: awards that arrive together share one transaction, and each is answered only
//! after its COMMIT.
//!
//! Waiting for the writer's connection is when the next group forms; those who come while it is being
//! written still join it, because they would wait for the disk a second time. A group that fails as a
//! whole is rolled back and done again item by item, so that one bad item harms nobody else.

use std::sync::Arc;

use sea_orm::{ConnectionTrait as _, DatabaseBackend};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::app::App;
use crate::awards::{self, Submission, Submitted};
use crate::error::{BUSY, Error, Result};

/// Awards of one transaction: 128 answers of a group fit in a few milliseconds.
const GROUP_MAX: usize = 128;
/// How often a group looks for latecomers before its one COMMIT. The answers of the group before bring
/// most of the next one a moment later; looking longer would keep the first ones waiting. Where several copies of
/// the server write side by side the villages of a group are locked at once, in one order, so there it is one.
const ROUNDS_MAX: usize = 3;
/// Requests that may wait: about a tenth of a second of work. Beyond it "come back soon" is kinder.
const QUEUE_MAX: usize = 1024;

struct Waiting {
    item: Submission,
    answer: oneshot::Sender<Result<Submitted>>,
}

/// A handle on the writer's queue.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
}

/// The queue's other end, to be given to [`run`].
pub struct Queue {
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
}

/// A queue and its handle.
pub fn queue() -> (Writer, Queue) {
    let (queue, waiting) = mpsc::channel(QUEUE_MAX);
    (Writer { queue }, Queue { waiting: Arc::new(Mutex::new(waiting)) })
}

impl Writer {
    /// Submits one award with the group that is forming, and waits for its COMMIT.
    ///
    /// # Errors
    /// [`BUSY`] when the queue is full or the writer is gone; else what the award itself answers.
    pub async fn submit(&self, item: Submission) -> Result<Submitted> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { item, answer }).map_err(|_| Error::from(BUSY))?;
        answered.await.map_err(|_| Error::from(BUSY))?
    }

    /// Requests that wait now.
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.queue.capacity()
    }
}

/// Serves the queue until all handles are gone.
pub async fn run(app: std::sync::Weak<crate::app::Shared>, Queue { waiting }: Queue) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.lock().await.recv_many(&mut group, GROUP_MAX).await > 0 {
        let Some(shared) = app.upgrade() else { return };
        // A task of its own: if it panics, its group hears that the house is busy, and the next group
        // is served all the same.
        let serving = serve(App::from(shared), Arc::clone(&waiting), std::mem::take(&mut group));
        if let Err(error) = tokio::spawn(serving).await {
            tracing::error!(%error, "a group was lost");
        }
    }
}

async fn serve(app: App, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>, mut group: Vec<Waiting>) {
    let tx = match app.db.begin().await {
        Ok(tx) => tx,
        Err(error) => {
            // Each alone would wait as long again, and all behind them too.
            tracing::warn!(%error, items = group.len(), "the database is taken");
            for waiting in group {
                let _ = waiting.answer.send(Err(BUSY.into()));
            }
            return;
        }
    };
    let rounds = if tx.get_database_backend() == DatabaseBackend::Sqlite { ROUNDS_MAX } else { 1 };
    let answers = {
        let (app, group) = (&app, &mut group);
        app.finish(tx, async move |tx| {
            let mut answers = Vec::new();
            for _ in 0..rounds {
                join(&mut *queue.lock().await, group);
                let items: Vec<Submission> = group.iter().skip(answers.len()).map(|one| one.item.clone()).collect();
                if items.is_empty() {
                    break;
                }
                answers.extend(awards::submit_many(tx, &app.pen, &app.shelf, &items).await?);
            }
            Ok(answers)
        })
        .await
    };
    match answers {
        Ok(answers) => {
            for (waiting, answer) in group.into_iter().zip(answers) {
                // Somebody who hung up finds his award by sending it again.
                let _ = waiting.answer.send(answer);
            }
        }
        Err(error) => {
            tracing::warn!(%error, items = group.len(), "a group failed and is done again item by item");
            for Waiting { item, answer } in group {
                let _ = answer.send(alone(&app, item).await);
            }
        }
    }
}

/// Lets whoever has come in the meantime join the group.
fn join(queue: &mut mpsc::Receiver<Waiting>, group: &mut Vec<Waiting>) {
    while group.len() < GROUP_MAX {
        let Ok(late) = queue.try_recv() else { break };
        group.push(late);
    }
}

async fn alone(app: &App, item: Submission) -> Result<Submitted> {
    let items = [item];
    let answers = app.write(async |tx| awards::submit_many(tx, &app.pen, &app.shelf, &items).await).await?;
    answers.into_iter().next().unwrap_or_else(|| Err(Error::Internal("an award without an answer".to_owned())))
}

/// The whole of a batch in one transaction of its own, item by item when that fails.
///
/// # Errors
/// Only when the database cannot be reached at all.
pub async fn submit_batch(app: &App, items: Vec<Submission>) -> Result<Vec<Result<Submitted>>> {
    let tx = app.db.begin().await?;
    match app.finish(tx, async |tx| awards::submit_many(tx, &app.pen, &app.shelf, &items).await).await {
        Ok(answers) => Ok(answers),
        Err(error) => {
            tracing::warn!(%error, items = items.len(), "a batch failed and is done again item by item");
            let mut answers = Vec::with_capacity(items.len());
            for item in items {
                answers.push(alone(app, item).await);
            }
            Ok(answers)
        }
    }
}
