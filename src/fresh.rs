//! What was computed from the book of a village or the lines of a household, kept until that one changes.
//!
//! Every commit that touches one moves its generation before anybody is answered; a kept value
//! carries the generation that held before the database was read, so a value read beside a commit is
//! never taken for one that includes it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::error::Result;

/// Counts the changes of every village and household: 24 bytes for each that has changed since the start.
#[derive(Default)]
pub struct Generations {
    of_all: AtomicU64,
    of_one: RwLock<HashMap<Uuid, u64>>,
}

/// Stands for all villages together: it moves with each of them.
pub const ANYWHERE: Uuid = Uuid::nil();

/// How often a village or a household had changed at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u64, u64);

impl Generations {
    /// The generation of a village or a household now; to be taken before its rows are read.
    pub fn now(&self, one: Uuid) -> Generation {
        let of_one = self.of_one.read().unwrap_or_else(PoisonError::into_inner);
        Generation(self.of_all.load(Ordering::SeqCst), of_one.get(&one).copied().unwrap_or(0))
    }

    /// A village or a household has changed.
    pub fn moved(&self, one: Uuid) {
        *self.of_one.write().unwrap_or_else(PoisonError::into_inner).entry(one).or_default() += 1;
    }

    /// Anything may have changed.
    pub fn all_moved(&self) {
        self.of_all.fetch_add(1, Ordering::SeqCst);
    }
}

/// Values made at the same time, at most; whoever wants another one waits, as do all who want the same.
const MADE_AT_ONCE: usize = 64;

/// How much memory a value takes.
pub trait Bulk {
    /// Bytes, roughly: what grows with the value.
    fn bytes(&self) -> usize;
}

/// Bytes of a value's key and of its place among the others, beside its own.
const PLACE_BYTES: usize = 256;

#[derive(Clone)]
struct Weight;

impl<K, V: Bulk> Weighter<K, Kept<V>> for Weight {
    fn weight(&self, _: &K, kept: &Kept<V>) -> u64 {
        (kept.value.bytes() + PLACE_BYTES) as u64
    }
}

/// Values computed from one village or household each.
pub struct Fresh<K, V> {
    kept: Cache<K, Kept<V>, Weight>,
    turns: [Mutex<()>; MADE_AT_ONCE],
    hasher: RandomState,
}

#[derive(Clone)]
struct Kept<V> {
    of: Uuid,
    generation: Generation,
    value: V,
}

impl<K: Hash + Eq, V: Bulk + Clone> Fresh<K, V> {
    /// Room for so many bytes, when a value usually takes `each`; the least useful make way.
    pub fn new(bytes: usize, each: usize) -> Self {
        let kept = Cache::with_weighter(bytes / each, bytes as u64, Weight);
        Self { kept, turns: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    /// A value that still holds.
    pub fn get(&self, generations: &Generations, key: &K) -> Option<V> {
        let kept = self.kept.get(key)?;
        (generations.now(kept.of) == kept.generation).then_some(kept.value)
    }

    /// A value that still holds, else one that `make` computes from the rows of `of`. When many want
    /// one that has just become old, it is made once and the others wait for it.
    ///
    /// # Errors
    /// Those of `make`.
    pub async fn get_or_make(
        &self,
        generations: &Generations,
        key: K,
        of: Uuid,
        make: impl AsyncFnOnce() -> Result<V>,
    ) -> Result<V> {
        if let Some(value) = self.get(generations, &key) {
            return Ok(value);
        }
        let _turn = self.turns[self.hasher.hash_one(&key) as usize % MADE_AT_ONCE].lock().await;
        if let Some(value) = self.get(generations, &key) {
            return Ok(value);
        }
        let generation = generations.now(of);
        let value = make().await?;
        self.keep(key, of, generation, value.clone());
        Ok(value)
    }

    /// Keeps a value computed since `generation` was taken.
    pub fn keep(&self, key: K, of: Uuid, generation: Generation, value: V) {
        self.kept.insert(key, Kept { of, generation, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Bulk for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    /// Mutation: weigh every value the same.
    #[test]
    fn what_is_kept_stays_within_its_bytes() {
        let generations = Generations::default();
        let village = Uuid::from_u128(1);
        let fresh: Fresh<usize, usize> = Fresh::new(1_000_000, 1_000);
        for key in 0..10_000 {
            fresh.keep(key, village, generations.now(village), 100_000);
        }
        let kept = (0..10_000).filter(|key| fresh.get(&generations, key).is_some()).count();
        assert!((1..=10).contains(&kept), "{kept}");
    }

    #[test]
    fn a_value_holds_until_its_own_village_or_household_changes() {
        let generations = Generations::default();
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let fresh: Fresh<&str, usize> = Fresh::new(8_000, 1_000);
        fresh.keep("rank", here, generations.now(here), 7);
        generations.moved(there);
        assert_eq!(fresh.get(&generations, &"rank"), Some(7));
        generations.moved(here);
        assert_eq!(fresh.get(&generations, &"rank"), None);
    }

    #[test]
    fn a_value_read_beside_a_commit_is_not_taken_for_a_later_one() {
        let generations = Generations::default();
        let village = Uuid::from_u128(1);
        let fresh: Fresh<&str, usize> = Fresh::new(8_000, 1_000);
        let before = generations.now(village);
        generations.moved(village);
        fresh.keep("rank", village, before, 7);
        assert_eq!(fresh.get(&generations, &"rank"), None);
        fresh.keep("rank", village, generations.now(village), 8);
        generations.all_moved();
        assert_eq!(fresh.get(&generations, &"rank"), None);
    }

    /// Mutation: make it without waiting for one's turn.
    #[tokio::test]
    async fn what_many_want_at_once_is_made_once_for_each_change() {
        let generations = Generations::default();
        let village = Uuid::from_u128(1);
        let fresh: Fresh<&str, usize> = Fresh::new(8_000, 1_000);
        let made = std::cell::Cell::new(0);
        let make = async || {
            tokio::task::yield_now().await;
            made.set(made.get() + 1);
            Ok(made.get())
        };
        for change in 1..=3 {
            let mut wanting: Vec<_> =
                (0..20).map(|_| Box::pin(fresh.get_or_make(&generations, "rank", village, make))).collect();
            for one in &mut wanting {
                assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(one.as_mut().poll(cx))).await.is_pending());
            }
            for one in wanting {
                assert_eq!(one.await.unwrap(), change);
            }
            generations.moved(village);
        }
    }
}
