//! What was computed from a village's book, kept until that village changes.
//!
//! Every commit that touches a village moves its generation before anybody is answered; a kept value
//! carries the generation that held before the database was read, so a value read beside a commit is
//! never taken for one that includes it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use quick_cache::sync::Cache;

use crate::ids::AreaId;

/// Counts the changes of every village.
#[derive(Default)]
pub struct Generations {
    of_all: AtomicU64,
    of_village: RwLock<HashMap<AreaId, u64>>,
}

/// How often a village had changed at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u64, u64);

impl Generations {
    /// The generation of a village now; to be taken before its rows are read.
    pub fn now(&self, village: AreaId) -> Generation {
        let of_village = self.of_village.read().unwrap_or_else(PoisonError::into_inner);
        Generation(self.of_all.load(Ordering::SeqCst), of_village.get(&village).copied().unwrap_or(0))
    }

    /// A village has changed.
    pub fn moved(&self, village: AreaId) {
        *self.of_village.write().unwrap_or_else(PoisonError::into_inner).entry(village).or_default() += 1;
    }

    /// Anything may have changed.
    pub fn all_moved(&self) {
        self.of_all.fetch_add(1, Ordering::SeqCst);
    }
}

/// Values computed from one village each.
pub struct Fresh<K, V> {
    kept: Cache<K, Kept<V>>,
}

#[derive(Clone)]
struct Kept<V> {
    village: AreaId,
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
        (generations.now(kept.village) == kept.generation).then_some(kept.value)
    }

    /// Keeps a value computed since `generation` was taken.
    pub fn keep(&self, key: K, village: AreaId, generation: Generation, value: V) {
        self.kept.insert(key, Kept { village, generation, value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_its_own_village_changes() {
        let generations = Generations::default();
        let (here, there) = (AreaId(uuid::Uuid::from_u128(1)), AreaId(uuid::Uuid::from_u128(2)));
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
        let village = AreaId(uuid::Uuid::from_u128(1));
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
