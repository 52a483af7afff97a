//! AVX-512 IFMA kernels: eight residues modulo `q < 2^50` at a time, products in halves of 52 bits.
//!
//! `VPMADD52` multiplies the low 52 bits of two lanes and adds the low or the high half of the product to a third lane.
//! A product with a known factor `w` (Shoup, with `w' = floor(w 2^52 / q)`) takes three of them, for any `b < 2^52`:
//!
//! ```text
//! h = hi(b, w')                       floor(b w / q), or one less
//! t = lo(b, w) + lo(h, 2^52 - q)      modulo 2^52: b w - h q, in [0, 2q)
//! ```

use std::arch::x86_64::*;

use super::{Blocks, padded, scalar};
use crate::{Modulus, Shoup};

mod forward;
mod inverse;
mod lanes;
mod packing;
mod passes;
mod sums;
mod tables;

pub(crate) use forward::forward;
pub(crate) use inverse::inverse;
pub(crate) use packing::pack;
pub(crate) use sums::{inner_products, rounded_sum, tensor, weighted_sums};
pub(crate) use tables::Tables;

/// How many numbers a vector holds.
const LANES: usize = 8;

/// The low 52 bits: what a multiplication reads.
const MASK: u64 = (1 << 52) - 1;

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn add_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [b], |x, [y]| sum(x, y, q));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn add(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(out, [a, b], |_, [x, y]| sum(x, y, q));
}

/// The sum of two residues.
#[target_feature(enable = "avx512f")]
#[inline]
fn sum(x: __m512i, y: __m512i, q: __m512i) -> __m512i {
    subtract_if_above(_mm512_add_epi64(x, y), q)
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn sub_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [b], |x, [y]| difference(x, y, q));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn sub(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(out, [a, b], |_, [x, y]| difference(x, y, q));
}

/// The difference of two residues: below zero it reads as a huge number, and its sum with `q` is the smaller one.
#[target_feature(enable = "avx512f")]
#[inline]
fn difference(x: __m512i, y: __m512i, q: __m512i) -> __m512i {
    let difference = _mm512_sub_epi64(x, y);
    _mm512_min_epu64(difference, _mm512_add_epi64(difference, q))
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn neg_assign(a: &mut [u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [], |x, []| subtract_if_above(_mm512_sub_epi64(q, x), q));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn mul_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let barrett = Barrett::new(q);
    update(a, [b], |x, [y]| barrett.mul(x, y));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn mul(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let barrett = Barrett::new(q);
    update(out, [a, b], |_, [x, y]| barrett.mul(x, y));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn mul_add_assign(a: &mut [u64], b: &[u64], c: &[u64], q: Modulus) {
    let barrett = Barrett::new(q);
    update(a, [b, c], |x, [y, z]| subtract_if_above(_mm512_add_epi64(x, barrett.mul(y, z)), barrett.q));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn scale_assign(a: &mut [u64], w: Shoup, q: Modulus) {
    let factor = Factor::new(w, q);
    update(a, [], |x, []| factor.mul(x));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn scale_sub(out: &mut [u64], a: &[u64], w: Shoup, b: &[u64], q: Modulus) {
    let factor = Factor::new(w, q);
    update(out, [a, b], |_, [x, y]| difference(factor.mul(x), y, factor.q));
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn add_scaled_assign(a: &mut [u64], b: &[u64], w: Shoup, q: Modulus) {
    let factor = Factor::new(w, q);
    update(a, [b], |x, [y]| subtract_if_above(_mm512_add_epi64(x, factor.mul(y)), factor.q));
}

#[target_feature(enable = "avx512f")]
pub(crate) fn permute(out: &mut [u64], values: &[u64], map: &Blocks) {
    let values = values.as_chunks().0;
    for (out, source) in out.as_chunks_mut().0.iter_mut().zip(&map.sources) {
        let order = load(&map.orders[(source % 8) as usize]);
        store(out, _mm512_permutexvar_epi64(order, load(&values[(source / 8) as usize])));
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn lift(out: &mut [u64], x: &[i64], q: Modulus) {
    scalar::lift(out, x, q);
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn reduce(out: &mut [u64], a: &[u64], q: Modulus) {
    // Numbers of 52 bits are what products read; with w = 1 the quotient of Shoup's product is at most one too small.
    let (one, radix) = (Factor::new(q.shoup(1), q), Factor::new(q.shoup(1 << 52), q));
    update(out, [a], |_, [x]| {
        let (low, high) = (_mm512_and_si512(x, splat(MASK)), _mm512_srli_epi64::<52>(x));
        subtract_if_above(_mm512_add_epi64(one.mul(low), radix.mul(high)), one.q)
    });
}

/// `q^-1` modulo `2^52` (Newton: each step doubles the number of right bits, and `q` itself has three).
fn inverse_of(q: Modulus) -> u64 {
    let q = q.value();
    (0..5).fold(q, |x, _| x.wrapping_mul(2_u64.wrapping_sub(q.wrapping_mul(x)))) & MASK
}

/// A factor prepared for products with numbers below `2^52`.
#[derive(Clone, Copy)]
struct Factor {
    value: __m512i,
    quotient: __m512i,
    minus_q: __m512i,
    q: __m512i,
}

impl Factor {
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn new(w: Shoup, q: Modulus) -> Self {
        Self {
            value: splat(w.value()),
            quotient: splat(w.quotient() >> 12),
            minus_q: splat((1 << 52) - q.value()),
            q: splat(q.value()),
        }
    }

    /// `x w mod q`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn mul(&self, x: __m512i) -> __m512i {
        let zero = _mm512_setzero_si512();
        let quotient = _mm512_madd52hi_epu64(zero, x, self.quotient);
        let low = _mm512_madd52lo_epu64(zero, x, self.value);
        let product = _mm512_madd52lo_epu64(low, quotient, self.minus_q);
        subtract_if_above(_mm512_and_si512(product, splat(MASK)), self.q)
    }
}

/// Barrett's reduction of products of two residues.
///
/// With `n` the bits of `q` and `e = floor(2^(n + 52) / q) - 2^52`, the quotient of a product `x y` is estimated from
/// `u = floor(x y / 2^n)` as `u + hi(u, e)`, which is above `x y / q - 3.25`.
#[derive(Clone, Copy)]
struct Barrett {
    q: __m512i,
    two_q: __m512i,
    minus_q: __m512i,
    reciprocal: __m512i,
    /// `52 - n`: it brings bit `n` of a product to bit 52.
    shift: __m128i,
}

impl Barrett {
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn new(q: Modulus) -> Self {
        Self {
            q: splat(q.value()),
            two_q: splat(2 * q.value()),
            minus_q: splat((1 << 52) - q.value()),
            reciprocal: splat(q.reciprocal(q.bits() + 52) as u64 & MASK),
            shift: _mm_cvtsi64_si128(52 - i64::from(q.bits())),
        }
    }

    /// `x y mod q` for residues.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn mul(&self, x: __m512i, y: __m512i) -> __m512i {
        let zero = _mm512_setzero_si512();
        let high = _mm512_madd52hi_epu64(zero, _mm512_sll_epi64(x, self.shift), y);
        let quotient = _mm512_madd52hi_epu64(high, high, self.reciprocal);
        let low = _mm512_madd52lo_epu64(zero, x, y);
        let product = _mm512_madd52lo_epu64(low, quotient, self.minus_q);
        let product = _mm512_and_si512(product, splat(MASK));
        subtract_if_above(subtract_if_above(product, self.two_q), self.q)
    }
}

/// `a[i] <- op(a[i], [b[0][i], b[1][i], ..])`, eight numbers at a time, the last ones padded with zeros.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
fn update<const K: usize>(a: &mut [u64], b: [&[u64]; K], op: impl Fn(__m512i, [__m512i; K]) -> __m512i) {
    let (a_lanes, a_tail) = a.as_chunks_mut();
    let b_lanes = b.map(|b| &b.as_chunks().0[..a_lanes.len()]);
    let b_tail = b.map(|b| padded(b.as_chunks::<LANES>().1));
    let mut y = [_mm512_setzero_si512(); K];
    for (i, x) in a_lanes.iter_mut().enumerate() {
        for k in 0..K {
            y[k] = load(&b_lanes[k][i]);
        }
        let out = op(load(x), y);
        store(x, out);
    }
    if !a_tail.is_empty() {
        for k in 0..K {
            y[k] = load(&b_tail[k]);
        }
        let mut x = padded(a_tail);
        let out = op(load(&x), y);
        store(&mut x, out);
        a_tail.copy_from_slice(&x[..a_tail.len()]);
    }
}

/// `x - bound` where that is not negative, `x` otherwise.
#[target_feature(enable = "avx512f")]
#[inline]
fn subtract_if_above(x: __m512i, bound: __m512i) -> __m512i {
    _mm512_min_epu64(x, _mm512_sub_epi64(x, bound))
}

/// The lanes from last to first.
#[target_feature(enable = "avx512f")]
#[inline]
fn reversed(x: __m512i) -> __m512i {
    _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), x)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn first_lane(x: __m512i) -> u64 {
    _mm_cvtsi128_si64(_mm512_castsi512_si128(x)).cast_unsigned()
}

#[target_feature(enable = "avx512f")]
#[inline]
fn splat(x: u64) -> __m512i {
    _mm512_set1_epi64(x.cast_signed())
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(lanes: &[u64; LANES]) -> __m512i {
    // SAFETY: the reference may be read for eight words, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_bytes(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the reference may be read for 64 bytes, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store_bytes(bytes: &mut [u8; 64], x: __m512i) {
    // SAFETY: the reference may be written for 64 bytes, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), x) };
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(lanes: &mut [u64; LANES], x: __m512i) {
    // SAFETY: the reference may be written for eight words, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), x) }
}
