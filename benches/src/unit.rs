//! The unit in which figures travel from one machine to another: one forward transform of `tfhe-ntt`.

use std::{
    fmt,
    time::{Duration, Instant},
};

use lowtide_ring::prime::ntt_primes;
use tfhe_ntt::prime64::Plan;

/// A forward negacyclic transform of `tfhe-ntt`, modulo the largest prime of 50 bits, by the best code it has here.
pub struct Unit {
    plan: Plan,
    /// The values, and what stands before the first whole cache line.
    values: Vec<u64>,
    start: usize,
}

/// Bytes of a cache line.
const LINE: usize = 64;

/// Transforms timed for one reading.
const BURST: usize = 15;

impl Unit {
    /// The unit for ring degree `degree`: on values that start with a cache line.
    ///
    /// # Panics
    /// When `tfhe-ntt` has no transform of this length.
    #[must_use]
    pub fn new(degree: usize) -> Self {
        Self::at(degree, 0)
    }

    /// On values that start 16 bytes further, where the system's allocator puts large vectors; this takes up to a fifth longer.
    ///
    /// # Panics
    /// As [`Unit::new`].
    #[must_use]
    pub fn as_allocated(degree: usize) -> Self {
        Self::at(degree, 16)
    }

    /// On values that start so many bytes after the beginning of a cache line.
    fn at(degree: usize, offset: usize) -> Self {
        let prime = ntt_primes(50, 2 * degree as u64).next().expect("there are primes of 50 bits");
        let plan = Plan::try_new(degree, prime).expect("a length that the rival transforms");
        let (word, spare) = (size_of::<u64>(), 2 * LINE / size_of::<u64>());
        let values: Vec<u64> = (0..(degree + spare) as u64).map(|i| i * i % prime).collect();
        let start = values.as_ptr().align_offset(LINE).min(LINE / word) + offset / word;
        Self { plan, values, start }
    }

    /// Transforms once.
    pub fn run(&mut self) {
        let degree = self.plan.ntt_size();
        self.plan.fwd(&mut self.values[self.start..self.start + degree]);
    }

    /// What a transform takes now: the median of a short burst, after one to warm the caches.
    pub fn time(&mut self) -> Duration {
        self.run();
        let mut times = [Duration::ZERO; BURST];
        for time in &mut times {
            let started = Instant::now();
            self.run();
            *time = started.elapsed();
        }
        times.sort_unstable();
        times[BURST / 2]
    }
}

/// Names the transform.
impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ifma = self.plan.use_ifma();
        f.debug_struct("Unit")
            .field("degree", &self.plan.ntt_size())
            .field("ifma", &ifma)
            .finish_non_exhaustive()
    }
}
