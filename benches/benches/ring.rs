//! Transforms and element-wise kernels of `lowtide-ring`, by instruction set, beside `concrete-ntt` and `tfhe-ntt`, which
//! choose their own: all modulo the same prime of 50 bits, in one run.

use std::{hint::black_box, time::Duration};

use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main, measurement,
};
use lowtide_ring::{Field, Isa, Modulus, Ntt, prime::ntt_primes};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// One degree for what costs the same for every element.
const DEGREE: usize = 1 << 15;

/// A prime just below `2^50` for every degree here.
fn prime() -> Modulus {
    let prime = ntt_primes(50, 1 << 17).next().expect("there are primes of 50 bits");
    Modulus::new(prime).expect("a prime of 50 bits is in range")
}

/// Residues that look random and are the same in every run.
fn residues(n: usize, seed: u64) -> Vec<u64> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (0..n).map(|_| rng.random_range(0..prime().value())).collect()
}

fn group<'a>(c: &'a mut Criterion, name: &str, n: usize) -> BenchmarkGroup<'a, measurement::WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(n as u64));
    group.sample_size(40).nresamples(5000);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group
}

/// Adds one row to a group: `run` changes `values` in place, again and again.
fn row(
    group: &mut BenchmarkGroup<'_, measurement::WallTime>,
    (who, n): (&str, usize),
    mut values: Vec<u64>,
    run: impl Fn(&mut [u64]),
) {
    group.bench_function(BenchmarkId::new(who, n), |b| b.iter(|| run(black_box(&mut values))));
}

fn transforms(c: &mut Criterion) {
    let q = prime();
    for n in [13, 14, 15, 16].map(|log| 1 << log) {
        let start = residues(n, 0);
        let tfhe = tfhe_ntt::prime64::Plan::try_new(n, q.value()).expect("a plan");
        let concrete = concrete_ntt::prime64::Plan::try_new(n, q.value()).expect("a plan");
        let ours: Vec<Ntt> =
            Isa::available().map(|isa| Ntt::with_isa(n, q, isa).expect("a transform")).collect();

        let mut forward = group(c, "forward", n);
        for ntt in &ours {
            row(&mut forward, (ntt.field().isa().name(), n), start.clone(), |x| ntt.forward(x));
        }
        row(&mut forward, ("tfhe-ntt", n), start.clone(), |x| tfhe.fwd(x));
        row(&mut forward, ("concrete-ntt", n), start.clone(), |x| concrete.fwd(x));
        forward.finish();

        // With the division by N, which the rivals do in a pass of its own.
        let mut inverse = group(c, "inverse", n);
        for ntt in &ours {
            row(&mut inverse, (ntt.field().isa().name(), n), start.clone(), |x| ntt.inverse(x));
        }
        row(&mut inverse, ("tfhe-ntt", n), start.clone(), |x| {
            tfhe.inv(x);
            tfhe.normalize(x);
        });
        row(&mut inverse, ("concrete-ntt", n), start.clone(), |x| {
            concrete.inv(x);
            concrete.normalize(x);
        });
        inverse.finish();
    }
}

fn elements(c: &mut Criterion) {
    type Operation = fn(&Field, &mut [u64], &[u64], &[u64]);
    let operations: [(&str, Operation); 8] = [
        ("add", |field, x, y, _| field.add_assign(x, y)),
        ("sub", |field, x, y, _| field.sub_assign(x, y)),
        ("neg", |field, x, _, _| field.neg_assign(x)),
        ("mul", |field, x, y, _| field.mul_assign(x, y)),
        ("mul_add", |field, x, y, z| field.mul_add_assign(x, y, z)),
        ("scale", |field, x, _, z| field.scale_assign(x, field.modulus().shoup(z[0]))),
        ("sub_scale", |field, x, y, z| field.sub_scale_assign(x, y, field.modulus().shoup(z[0]))),
        ("reduce", |field, x, y, _| field.reduce(x, y)),
    ];
    let (y, z) = (residues(DEGREE, 1), residues(DEGREE, 2));
    for (name, operation) in operations {
        let mut group = group(c, name, DEGREE);
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut group, (isa.name(), DEGREE), residues(DEGREE, 0), |x| operation(&field, x, &y, &z));
        }
        group.finish();
    }
}

fn sums(c: &mut Criterion) {
    for terms in [4, 12, 32] {
        let vectors: Vec<Vec<u64>> = (0..terms).map(|seed| residues(DEGREE, seed)).collect();
        let weighted: Vec<(&[u64], u64)> = vectors.iter().map(|x| (&x[..], x[0])).collect();
        let mut sums = group(c, "weighted_sum", DEGREE * vectors.len());
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut sums, (isa.name(), vectors.len()), vec![0; DEGREE], |x| {
                field.weighted_sum(x, &weighted);
            });
        }
        sums.finish();

        let pairs: Vec<(&[u64], &[u64])> =
            vectors.iter().zip(vectors.iter().rev()).map(|(x, y)| (&x[..], &y[..])).collect();
        let mut products = group(c, "inner_product", DEGREE * vectors.len());
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut products, (isa.name(), vectors.len()), vec![0; DEGREE], |x| {
                field.inner_product(x, &pairs);
            });
        }
        products.finish();
    }
}

criterion_group!(benches, transforms, elements, sums);
criterion_main!(benches);
