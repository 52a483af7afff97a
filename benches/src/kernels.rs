//! What the suites of kernels share: one prime, vectors modulo it, and rows of one length.

use std::{env, hint::black_box, time::Duration};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use lowtide_ring::{Modulus, Packed, PackedSlice, prime::ntt_primes};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A prime just below `2^50` for every ring degree up to `2^16`.
///
/// # Panics
/// Never: there is one.
#[must_use]
pub fn prime() -> Modulus {
    let prime = ntt_primes(50, 1 << 17).next().expect("there are primes of 50 bits");
    Modulus::new(prime).expect("a prime of 50 bits is in range")
}

/// Residues that look random and are the same in every run.
#[must_use]
pub fn residues(n: usize, seed: u64) -> Vec<u64> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (0..n).map(|_| rng.random_range(0..prime().value())).collect()
}

/// Vectors, each to be multiplied with a packed one.
#[must_use]
pub fn pairs<'a>(vectors: &'a [Vec<u64>], packed: &'a [Packed]) -> Vec<(&'a [u64], [PackedSlice<'a>; 1])> {
    vectors.iter().zip(packed).map(|(x, y)| (&x[..], [y.as_slice()])).collect()
}

/// Whether rivals are timed too: `cargo xtask bench --rivals` asks for them.
#[must_use]
pub fn with_rivals() -> bool {
    env::var_os("LOWTIDE_RIVALS").is_some()
}

/// A group of rows, each of so many elements.
pub fn group<'a>(c: &'a mut Criterion, name: &str, elements: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(elements as u64));
    group.sample_size(40).nresamples(5000);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group
}

/// Adds one row to a group: `run` changes `values` in place, again and again.
pub fn row(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (who, n): (&str, usize),
    mut values: Vec<u64>,
    run: impl Fn(&mut [u64]),
) {
    group.bench_function(BenchmarkId::new(who, n), |b| b.iter(|| run(black_box(&mut values))));
}
