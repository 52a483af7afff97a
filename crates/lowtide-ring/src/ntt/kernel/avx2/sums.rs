//! Sums of products. Each product is brought below `p` before it is added, and the sum after every eight of them: so it
//! stays below `8 p`, an exact integer.

use std::arch::x86_64::*;

use super::{
    super::{Term, scalar},
    LANES, Prime, factor, load, store, to_float,
};
use crate::{Field, Modulus};

/// Vectors at a time: enough independent sums to hide the latency of an addition.
const WIDTH: usize = 4;

/// The number of products between two reductions.
const RUN: usize = 8;

#[target_feature(enable = "avx2,fma")]
pub(crate) fn weighted_sum(out: &mut [u64], terms: &[(&[u64], u64)], q: Modulus) {
    let p = Prime::new(q);
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); Field::MAX_TERMS];
    for (factor_of_term, (_, weight)) in factors.iter_mut().zip(terms) {
        *factor_of_term = factor(*weight, q);
    }
    let (blocks, tail) = out.as_chunks_mut::<{ LANES * WIDTH }>();
    let first = blocks.len() * LANES * WIDTH;
    for (i, block) in blocks.iter_mut().enumerate() {
        let mut sums = [_mm256_setzero_pd(); WIDTH];
        for (run, factors) in terms.chunks(RUN).zip(factors.chunks(RUN)) {
            for ((vector, _), factor) in run.iter().zip(factors) {
                for (sum, x) in sums.iter_mut().zip(lanes(vector, i)) {
                    *sum = _mm256_add_pd(*sum, p.mul(to_float(load(x)), *factor));
                }
            }
            for sum in &mut sums {
                *sum = p.center(*sum);
            }
        }
        for (lanes, sum) in block.as_chunks_mut().0.iter_mut().zip(sums) {
            store(lanes, p.residue(sum));
        }
    }
    scalar::weighted_sum_from(first, tail, terms, q);
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

/// The `i`th block of a vector.
#[inline]
fn lanes(vector: &[u64], i: usize) -> &[[u64; LANES]; WIDTH] {
    vector[i * LANES * WIDTH..].as_chunks().0.first_chunk().expect("a block")
}
