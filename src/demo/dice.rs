//! Chance for the town, seeded: every draw comes out the same each time.

use std::ops::RangeInclusive;

use rand::distr::uniform::SampleUniform;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Another number is another town.
const SEED: u64 = 0x5348_4946_414e;

/// A row of draws.
pub struct Dice(StdRng);

impl Dice {
    /// From the first draw.
    pub fn new() -> Self {
        Self(StdRng::seed_from_u64(SEED))
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// Any of these, equally often.
    pub fn between<T: SampleUniform + PartialOrd>(&mut self, range: RangeInclusive<T>) -> T {
        self.0.random_range(range)
    }

    /// One of these; there must be some.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.random_range(0..of.len())]
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, of: &[(T, u32)]) -> T {
        let mut drawn = self.0.random_range(0..of.iter().map(|(_, weight)| weight).sum());
        let mut found = of[0].0;
        for (thing, weight) in of {
            found = *thing;
            if drawn < *weight {
                break;
            }
            drawn -= weight;
        }
        found
    }

    /// A whole in so many parts that differ by up to so many of a hundred from each other's mean.
    pub fn parts(&mut self, whole: usize, count: usize, percent: usize) -> Vec<usize> {
        let even = whole / count;
        let mut parts = vec![even; count];
        for pair in parts.chunks_exact_mut(2) {
            let moved = self.0.random_range(0..=even * percent / 100);
            pair[0] += moved;
            pair[1] -= moved;
        }
        parts[0] += whole - even * count;
        parts
    }
}
