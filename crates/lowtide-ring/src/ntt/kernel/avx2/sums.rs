//! Sums of products. Each product is brought below `p` before it is added, and the sum after every eight of them: so it
//! stays below `8 p`, an exact integer.

use std::arch::x86_64::*;

use super::{
    super::{Term, Weighted, scalar},
    LANES, Prime, UNIT, factor, load, store, to_float,
};
use crate::{Field, Modulus};

/// Vectors at a time: enough independent sums to hide the latency of an addition.
const WIDTH: usize = 4;

/// The number of products between two reductions.
const RUN: usize = 8;

#[target_feature(enable = "avx2,fma")]
pub(crate) fn weighted_sums<const T: usize>(
    outs: [&mut [u64]; T],
    terms: &[Weighted<'_, T>],
    q: [Modulus; T],
) {
    let zero = _mm256_setzero_pd();
    let p = q.map(|q| Prime::new(q));
    let mut factors = [[(zero, zero); T]; Field::MAX_TERMS];
    for (factors, (_, weights)) in factors.iter_mut().zip(terms) {
        for t in 0..T {
            factors[t] = factor(weights[t], q[t]);
        }
    }
    let outs = outs.map(|out| out.as_chunks_mut::<{ LANES * WIDTH }>());
    let blocks = outs[0].0.len();
    for i in 0..blocks {
        let mut sums = [[zero; WIDTH]; T];
        for (run, factors) in terms.chunks(RUN).zip(factors.chunks(RUN)) {
            for ((vector, _), factors) in run.iter().zip(factors) {
                let vector = lanes(vector, i);
                for (j, x) in vector.iter().enumerate() {
                    let x = to_float(load(x));
                    for t in 0..T {
                        sums[t][j] = _mm256_add_pd(sums[t][j], p[t].mul(x, factors[t]));
                    }
                }
            }
            for t in 0..T {
                for sum in &mut sums[t] {
                    *sum = p[t].center(*sum);
                }
            }
        }
        for t in 0..T {
            for (lanes, sum) in outs[t].0[i].as_chunks_mut().0.iter_mut().zip(sums[t]) {
                store(lanes, p[t].residue(sum));
            }
        }
    }
    scalar::weighted_sums_from(blocks * LANES * WIDTH, outs.map(|out| out.1), terms, q);
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn inner_products<const K: usize>(outs: [&mut [u64]; K], terms: &[Term<'_, K>], q: Modulus) {
    let p = Prime::new(q);
    let zero = _mm256_setzero_pd();
    let mut outs = outs.map(|out| out.as_chunks_mut::<{ LANES * WIDTH }>());
    let blocks = outs[0].0.len();
    for i in 0..blocks {
        let mut sums = [[zero; WIDTH]; K];
        for run in terms.chunks(RUN) {
            for (x, y) in run {
                let (x, y) = (lanes(x, i), y.map(|y| lanes(y, i)));
                for j in 0..WIDTH {
                    let x = to_float(load(&x[j]));
                    for k in 0..K {
                        let product = p.mul_add(x, to_float(load(&y[k][j])), zero);
                        sums[k][j] = _mm256_add_pd(sums[k][j], product);
                    }
                }
            }
            for sum in sums.as_flattened_mut() {
                *sum = p.center(*sum);
            }
        }
        for (out, sums) in outs.iter_mut().zip(sums) {
            for (lanes, sum) in out.0[i].as_chunks_mut().0.iter_mut().zip(sums) {
                store(lanes, p.residue(sum));
            }
        }
    }
    scalar::inner_products_from(blocks * LANES * WIDTH, outs.map(|out| out.1), terms, q);
}

/// `a_0 b_0`, `a_0 b_1 + a_1 b_0` and `a_1 b_1`.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn tensor(outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2], q: Modulus) {
    let (p, zero) = (Prime::new(q), _mm256_setzero_pd());
    let outs = outs.map(|out| out.as_chunks_mut::<LANES>());
    let [a, b] = [a, b].map(|pair| pair.map(|x| x.as_chunks::<LANES>()));
    for i in 0..outs[0].0.len() {
        let [[a0, a1], [b0, b1]] = [a, b].map(|pair| pair.map(|x| load(&x.0[i])));
        let [a0, a1, b0, b1] = [a0, a1, b0, b1].map(|x| to_float(x));
        let d1 = _mm256_add_pd(p.mul_add(a0, b1, zero), p.mul_add(a1, b0, zero));
        store(&mut outs[0].0[i], p.residue(p.mul_add(a0, b0, zero)));
        store(&mut outs[1].0[i], p.residue(p.center(d1)));
        store(&mut outs[2].0[i], p.residue(p.mul_add(a1, b1, zero)));
    }
    scalar::tensor(outs.map(|out| out.1), a.map(|x| x.1), b.map(|x| x.1), q);
}

/// The portable code in vectors, for numbers below `2^52`: every product and every sum is rounded here too.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn rounded_sum(out: &mut [u64], terms: &[(&[u64], f64)]) {
    scalar::rounded_sum_by(out, terms, |x| f64::from_bits(UNIT.to_bits() | x) - UNIT);
}

/// The `i`th block of a vector.
#[inline]
fn lanes(vector: &[u64], i: usize) -> &[[u64; LANES]; WIDTH] {
    vector[i * LANES * WIDTH..].as_chunks().0.first_chunk().expect("a block")
}
