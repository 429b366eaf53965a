//! What was computed from the book of a village or the lines of a household, kept until that one changes.
//!
//! Every commit that touches one moves its generation before anybody is answered; a kept value
//! carries the generation that held before the database was read, so a value read beside a commit is
//! never taken for one that includes it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use quick_cache::sync::Cache;

use uuid::Uuid;

/// Counts the changes of every village and household: 24 bytes for each that has changed since the start.
#[derive(Default)]
pub struct Generations {
    of_all: AtomicU64,
    of_one: RwLock<HashMap<Uuid, u64>>,
}

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

/// Values computed from one village or household each.
pub struct Fresh<K, V> {
    kept: Cache<K, Kept<V>>,
}

#[derive(Clone)]
struct Kept<V> {
    of: Uuid,
    generation: Generation,
    value: V,
}

impl<K: Hash + Eq, V: Clone> Fresh<K, V> {
    /// Room for so many values; the least useful make way.
    pub fn new(most: usize) -> Self {
        Self { kept: Cache::new(most) }
    }

    /// A value that still holds.
    pub fn get(&self, generations: &Generations, key: &K) -> Option<V> {
        let kept = self.kept.get(key)?;
        (generations.now(kept.of) == kept.generation).then_some(kept.value)
    }

    /// Keeps a value computed since `generation` was taken.
    pub fn keep(&self, key: K, of: Uuid, generation: Generation, value: V) {
        self.kept.insert(key, Kept { of, generation, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_its_own_village_or_household_changes() {
        let generations = Generations::default();
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let fresh: Fresh<&str, i32> = Fresh::new(8);
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
        let fresh: Fresh<&str, i32> = Fresh::new(8);
        let before = generations.now(village);
        generations.moved(village);
        fresh.keep("rank", village, before, 7);
        assert_eq!(fresh.get(&generations, &"rank"), None);
        fresh.keep("rank", village, generations.now(village), 8);
        generations.all_moved();
        assert_eq!(fresh.get(&generations, &"rank"), None);
    }
}
