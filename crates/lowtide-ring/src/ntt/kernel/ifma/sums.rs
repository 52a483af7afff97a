//! Sums of products with one reduction at the end.
//!
//! The halves of the products are added apart: 64 low halves stay below `2^58`, and 64 high halves of products below
//! `2^50 q` below `16 q`. The sum `s = h 2^52 + l` is then divided by `2^52` modulo `q` (Montgomery 1985):
//!
//! ```text
//! m = l q^-1 modulo 2^52, so that l - m q has no low half
//! s 2^-52 = h - hi(m, q), in (-q, h]
//! ```

use std::arch::x86_64::*;

use super::{
    super::{Sources, Term, scalar},
    Barrett, Factor, LANES, difference, inverse_of, load,
    packing::Unpack,
    splat, store, subtract_if_above, sum,
};
use crate::{Field, Modulus, field::Finish};

/// Vectors at a time: enough independent sums to hide the latency of a multiplication.
const WIDTH: usize = 4;

/// Several sums at a time read each vector once. As many vectors are added at a time as leave every sum a register.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn weighted_sums<const T: usize>(outs: [&mut [u64]; T], sources: Sources<'_, T>, q: [Modulus; T]) {
    if T > 2 { weighted::<T, 2>(outs, sources, q) } else { weighted::<T, WIDTH>(outs, sources, q) }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn weighted<const T: usize, const W: usize>(outs: [&mut [u64]; T], sources: Sources<'_, T>, q: [Modulus; T]) {
    let Sources { terms, bytes, below } = sources;
    // Each weight takes a factor 2^52 along, which the reduction divides away.
    let radices = q.map(|q| q.shoup(1 << 52));
    let radix = |weights: [u64; T]| std::array::from_fn(|t| radices[t].mul(weights[t], q[t]));
    let mut weights = [[0; T]; Field::MAX_TERMS];
    weights.iter_mut().zip(terms).for_each(|(weights, term)| *weights = radix(term.1));
    let multiples = bytes.map(|(bytes, weights)| (bytes, radix(weights).map(|weight| splat(weight))));
    let late = q.map(|q| Late::new(q, terms.len() as u64 * below + (1 << 8)));
    let outs = outs.map(|out| {
        let blocks = out.len() / (LANES * W);
        out.split_at_mut(blocks * LANES * W)
    });
    let (blocks, zero) = (outs[0].0.len() / (LANES * W), q.map(|q| Sums::<W>::new(q)));
    for i in 0..blocks {
        let mut sums = zero;
        for ((vector, _), weights) in terms.iter().zip(&weights) {
            for (j, x) in lanes::<W>(vector, i).iter().enumerate() {
                let x = load(x);
                for t in 0..T {
                    sums[t].add(j, x, splat(weights[t]));
                }
            }
        }
        if let Some((bytes, weights)) = multiples {
            for (j, bytes) in bytes[i * W..][..W].iter().enumerate() {
                let x = _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(bytes.cast_signed()));
                for t in 0..T {
                    sums[t].add(j, x, weights[t]);
                }
            }
        }
        for t in 0..T {
            let out = outs[t].0[i * LANES * W..][..LANES * W].as_chunks_mut().0;
            for (j, lanes) in out.iter_mut().enumerate() {
                let sum = late[t].correct(late[t].divide(sums[t].low[j], sums[t].high[j]), 0);
                store(lanes, sum);
            }
        }
    }
    scalar::weighted_sums_from(blocks * LANES * W, outs.map(|out| out.1), sources, q);
}

/// One vector of each sum at a time: what is done with a sum at its end takes many registers, and the next ones are on their
/// way meanwhile.
#[target_feature(enable = "avx512f,avx512ifma,avx512vbmi")]
pub(crate) fn inner_products<const K: usize>(
    outs: [&mut [u64]; K],
    terms: &[Term<'_, K>],
    finish: &Finish<'_, K>,
    q: Modulus,
) {
    // The factor 2^52 brings back what the reduction divides by.
    let factor = Factor::new(q.shoup(q.mul(q.reduce(1 << 52), finish.scale.value())), q);
    let (late, unpack, weight) =
        (Late::new(q, (terms.len() as u64 + 1) * q.value()), Unpack::new(q), splat(finish.weight));
    let (blocks, zero) = (outs[0].len() / LANES, Sums::<1>::new(q));
    for i in 0..blocks {
        let mut sums = [zero; K];
        for (x, y) in terms {
            let x = load(vector(x, i));
            for k in 0..K {
                // SAFETY: all vectors are of one length, and of this modulus.
                sums[k].add(0, x, unsafe { unpack.group(y[k], i) });
            }
        }
        for k in 0..K {
            if let Some(addend) = finish.addends[k] {
                sums[k].add(0, load(vector(addend, i)), weight);
            }
            // Below 4q it fits the 52 bits of the last product.
            let mut sum = factor.mul(late.correct(late.divide(sums[k].low[0], sums[k].high[0]), 2));
            if let Some(less) = finish.less {
                sum = difference(sum, load(vector(less[k], i)), factor.q);
            }
            let mut place = i;
            if let Some(turn) = finish.turn {
                let (target, order) = turn.blocks().target(i);
                (place, sum) = (target, _mm512_permutexvar_epi64(load(order), sum));
            }
            let out = &mut outs[k].as_chunks_mut().0[place];
            if finish.joins {
                sum = self::sum(sum, load(out), factor.q);
            }
            store(out, sum);
        }
    }
    scalar::inner_products_from(blocks * LANES, outs, terms, finish, q);
}

/// `a_0 b_0`, `a_0 b_1 + a_1 b_0` and `a_1 b_1`.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn tensor(outs: [&mut [u64]; 3], a: [&[u64]; 2], b: [&[u64]; 2], q: Modulus) {
    let barrett = Barrett::new(q);
    let outs = outs.map(|out| out.as_chunks_mut::<LANES>());
    let [a, b] = [a, b].map(|pair| pair.map(|x| x.as_chunks::<LANES>()));
    for i in 0..outs[0].0.len() {
        let (a0, a1) = (load(&a[0].0[i]), load(&a[1].0[i]));
        let (b0, b1) = (load(&b[0].0[i]), load(&b[1].0[i]));
        let d1 = sum(barrett.mul(a0, b1), barrett.mul(a1, b0), barrett.q);
        store(&mut outs[0].0[i], barrett.mul(a0, b0));
        store(&mut outs[1].0[i], d1);
        store(&mut outs[2].0[i], barrett.mul(a1, b1));
    }
    scalar::tensor(outs.map(|out| out.1), a.map(|x| x.1), b.map(|x| x.1), q);
}

/// The portable code in vectors, for numbers below `2^52`: every product and every sum is rounded here too.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn rounded_sum(out: &mut [u64], terms: &[(&[u64], f64)]) {
    // The bits of 2^52 + x are those of 2^52 and x.
    const UNIT: f64 = (1_u64 << 52) as f64;
    scalar::rounded_sum_by(out, terms, |x| f64::from_bits(UNIT.to_bits() | x) - UNIT);
}

/// Eight numbers, the `i`th ones.
#[inline]
fn vector(numbers: &[u64], i: usize) -> &[u64; LANES] {
    &numbers.as_chunks().0[i]
}

/// The `i`th block of a vector.
#[inline]
fn lanes<const W: usize>(vector: &[u64], i: usize) -> &[[u64; LANES]; W] {
    vector[i * LANES * W..].as_chunks().0.first_chunk().expect("a block")
}

/// Sums of low and of high halves.
#[derive(Clone, Copy)]
struct Sums<const W: usize> {
    low: [__m512i; W],
    high: [__m512i; W],
}

impl<const W: usize> Sums<W> {
    /// Zero; or rather `q 2^52`, which keeps what follows above zero.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn new(q: Modulus) -> Self {
        Self { low: [_mm512_setzero_si512(); W], high: [splat(q.value()); W] }
    }

    /// Adds `x y` to the sum `j`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn add(&mut self, j: usize, x: __m512i, y: __m512i) {
        self.low[j] = _mm512_madd52lo_epu64(self.low[j], x, y);
        self.high[j] = _mm512_madd52hi_epu64(self.high[j], x, y);
    }
}

/// The reduction of a sum.
struct Late {
    q: __m512i,
    /// `q^-1` modulo `2^52`.
    inverse: __m512i,
    /// `q`, `2 q`, `4 q` and so on.
    multiples: [__m512i; 5],
    /// How many of them bring a quotient below `q`.
    steps: usize,
}

impl Late {
    /// For sums of products of residues with numbers that are at most so much together.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn new(q: Modulus, numbers: u64) -> Self {
        let mut multiples = [_mm512_setzero_si512(); 5];
        for (k, multiple) in multiples.iter_mut().enumerate() {
            *multiple = splat(q.value() << k);
        }
        // The quotient of a sum is at most q, for no term, and below (numbers / 2^52) q + q otherwise.
        let steps = (numbers.max(1).div_ceil(1 << 52) + 1).next_power_of_two().trailing_zeros() as usize;
        Self { q: splat(q.value()), inverse: splat(inverse_of(q)), multiples, steps }
    }

    /// `low 2^-52 + high` modulo `q`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn divide(&self, low: __m512i, high: __m512i) -> __m512i {
        let zero = _mm512_setzero_si512();
        let high = _mm512_add_epi64(high, _mm512_srli_epi64::<52>(low));
        let m = _mm512_madd52lo_epu64(zero, low, self.inverse);
        _mm512_sub_epi64(high, _mm512_madd52hi_epu64(zero, m, self.q))
    }

    /// Brings a quotient below `2^bits q`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn correct(&self, mut quotient: __m512i, bits: usize) -> __m512i {
        for k in (bits..self.steps).rev() {
            quotient = subtract_if_above(quotient, self.multiples[k]);
        }
        quotient
    }
}
