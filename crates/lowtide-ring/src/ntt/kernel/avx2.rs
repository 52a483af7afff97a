//! AVX2 kernels: four residues modulo `p < 2^50` at a time, in double precision with fused multiply-add.
//!
//! AVX2 multiplies no more than 32 bits by 32; a fused multiply-add rounds the exact product of two 53-bit numbers
//! once, and so gives both halves of it. A product with a known factor `w`, with `v = w / p`, is:
//!
//! ```text
//! h = b w                  the high part, rounded
//! l = fma(b, w, -h)        the low part, exact
//! q = fma(b, v, M) - M     b w / p rounded to an integer: M = 1.5 2^52 has a unit of 1 in its last place
//! t = fma(-q, p, h) + l    b w - q p, exact
//! ```
//!
//! Every result but `h` and `q` is an integer below `2^53`, hence exact. For `w` in `[-p/2, p/2]` and `|b| < 2^52` the
//! quotient fits, and it is off by at most `1/2 + |b| 2^-55`: so `|t| <= p (1/2 + |b| 2^-55)`.

use std::arch::x86_64::*;

use super::{Blocks, padded, scalar};
use crate::{Modulus, Shoup};

mod forward;
mod inverse;
mod leaves;
mod passes;
mod sums;
mod tables;

pub(crate) use forward::forward;
pub(crate) use inverse::inverse;
pub(crate) use sums::{inner_products, rounded_sum, tensor, weighted_sums};
pub(crate) use tables::Tables;

/// How many numbers a vector holds.
const LANES: usize = 4;

/// The bits of this number, or-ed with an integer below `2^52`, are those of the sum.
const UNIT: f64 = (1_u64 << 52) as f64;

#[target_feature(enable = "avx2,fma")]
pub(crate) fn add_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [b], |x, [y]| sum(x, y, q));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn add(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(out, [a, b], |_, [x, y]| sum(x, y, q));
}

/// The sum of two residues.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn sum(x: __m256i, y: __m256i, q: __m256i) -> __m256i {
    let sum = _mm256_add_epi64(x, y);
    let below = _mm256_cmpgt_epi64(q, sum);
    _mm256_sub_epi64(sum, _mm256_andnot_si256(below, q))
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn sub_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [b], |x, [y]| difference(x, y, q));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn sub(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let q = splat(q.value());
    update(out, [a, b], |_, [x, y]| difference(x, y, q));
}

/// The difference of two residues.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn difference(x: __m256i, y: __m256i, q: __m256i) -> __m256i {
    let less = _mm256_cmpgt_epi64(y, x);
    _mm256_add_epi64(_mm256_sub_epi64(x, y), _mm256_and_si256(less, q))
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn neg_assign(a: &mut [u64], q: Modulus) {
    let q = splat(q.value());
    update(a, [], |x, []| {
        let zero = _mm256_cmpeq_epi64(x, _mm256_setzero_si256());
        _mm256_andnot_si256(zero, _mm256_sub_epi64(q, x))
    });
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn mul_assign(a: &mut [u64], b: &[u64], q: Modulus) {
    let p = Prime::new(q);
    update(a, [b], |x, [y]| p.residue(p.mul_add(to_float(x), to_float(y), _mm256_setzero_pd())));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn mul(out: &mut [u64], a: &[u64], b: &[u64], q: Modulus) {
    let p = Prime::new(q);
    let zero = _mm256_setzero_pd();
    update(out, [a, b], |_, [x, y]| p.residue(p.mul_add(to_float(x), to_float(y), zero)));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn mul_add_assign(a: &mut [u64], b: &[u64], c: &[u64], q: Modulus) {
    let p = Prime::new(q);
    update(a, [b, c], |x, [y, z]| p.residue(p.mul_add(to_float(y), to_float(z), to_float(x))));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn scale_assign(a: &mut [u64], w: Shoup, q: Modulus) {
    let p = Prime::new(q);
    let w = factor(w.value(), q);
    update(a, [], |x, []| p.residue(p.mul(to_float(x), w)));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn scale_sub(out: &mut [u64], a: &[u64], w: Shoup, b: &[u64], q: Modulus) {
    let (p, w, q) = (Prime::new(q), factor(w.value(), q), splat(q.value()));
    update(out, [a, b], |_, [x, y]| difference(p.residue(p.mul(to_float(x), w)), y, q));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn add_scaled_assign(a: &mut [u64], b: &[u64], w: Shoup, q: Modulus) {
    let (p, w, q) = (Prime::new(q), factor(w.value(), q), splat(q.value()));
    update(a, [b], |x, [y]| sum(x, p.residue(p.mul(to_float(y), w)), q));
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn meet(values: &mut [u64], w: Shoup, q: Modulus) {
    let (p, w_lanes, q_lanes) = (Prime::new(q), factor(w.value(), q), splat(q.value()));
    let rest = mirrored(values, |x, y| {
        let t = p.residue(p.mul(to_float(y), w_lanes));
        (sum(x, t, q_lanes), difference(x, t, q_lanes))
    });
    scalar::meet(rest, w, q);
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn part(values: &mut [u64], w: Shoup, q: Modulus) {
    let (p, w_lanes, q_lanes) = (Prime::new(q), factor(w.value(), q), splat(q.value()));
    let rest = mirrored(values, |x, y| {
        let difference = _mm256_sub_pd(to_float(x), to_float(y));
        (sum(x, y, q_lanes), p.residue(p.mul(difference, w_lanes)))
    });
    scalar::part(rest, w, q);
}

/// `op` on numbers that mirror each other, four and four at a time; what is left in the middle, behind one that is done.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn mirrored(values: &mut [u64], op: impl Fn(__m256i, __m256i) -> (__m256i, __m256i)) -> &mut [u64] {
    let half = values.len() / 2;
    let (low, high) = values.split_at_mut(half);
    for (x, y) in low[1..].as_chunks_mut().0.iter_mut().zip(high.as_rchunks_mut().1.iter_mut().rev()) {
        let (a, b) = op(load(x), reversed(load(y)));
        store(x, a);
        store(y, reversed(b));
    }
    &mut values[half - LANES..half + LANES]
}

#[target_feature(enable = "avx2")]
pub(crate) fn permute(out: &mut [u64], values: &[u64], map: &Blocks) {
    // Two registers would take eight shuffles and blends for what loads of single numbers do as well.
    scalar::permute(out, values, map);
}

#[target_feature(enable = "avx2")]
pub(crate) fn pack(residues: &[u64], out: &mut [u8], q: Modulus) -> bool {
    scalar::pack(residues, out, q)
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn lift(out: &mut [u64], x: &[i64], q: Modulus) {
    scalar::lift(out, x, q);
}

#[target_feature(enable = "avx2,fma")]
pub(crate) fn reduce(out: &mut [u64], a: &[u64], q: Modulus) {
    let (p, radix) = (Prime::new(q), factor(q.reduce(1 << 52), q));
    update(out, [a], |_, [x]| {
        let low = to_float(_mm256_and_si256(x, splat((1 << 52) - 1)));
        let high = to_float(_mm256_srli_epi64::<52>(x));
        p.residue(p.center(_mm256_add_pd(p.center(low), p.mul(high, radix))))
    });
}

/// A factor and its quotient by `p`, one for all lanes or one each.
type Factor = (__m256d, __m256d);

/// `w` as the nearest number to zero, and its quotient.
fn balanced(w: u64, q: Modulus) -> (f64, f64) {
    let w = q.center(w) as f64;
    (w, w / q.value() as f64)
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn factor(w: u64, q: Modulus) -> Factor {
    let (w, v) = balanced(w, q);
    (_mm256_set1_pd(w), _mm256_set1_pd(v))
}

/// A modulus as these kernels read it, in every lane.
#[derive(Clone, Copy)]
struct Prime {
    p: __m256d,
    /// `1 / p`.
    inverse: __m256d,
    /// `M`: adding and subtracting it rounds to an integer.
    round: __m256d,
}

impl Prime {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn new(q: Modulus) -> Self {
        let p = q.value() as f64;
        Self { p: _mm256_set1_pd(p), inverse: _mm256_set1_pd(1.0 / p), round: _mm256_set1_pd(1.5 * UNIT) }
    }

    /// `x w` modulo `p`, for `|x| < 2^52`: at most `p (1/2 + |x| 2^-55)`.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn mul(&self, x: __m256d, (w, v): Factor) -> __m256d {
        let high = _mm256_mul_pd(x, w);
        let low = _mm256_fmsub_pd(x, w, high);
        let quotient = _mm256_sub_pd(_mm256_fmadd_pd(x, v, self.round), self.round);
        _mm256_add_pd(_mm256_fnmadd_pd(quotient, self.p, high), low)
    }

    /// `x y + z` modulo `p` for residues: below `p`, on either side of zero.
    ///
    /// The quotient is rounded three times before it becomes an integer, in `x y`, in `x y + z` and in `1 / p`, by no
    /// more than an eighth each.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn mul_add(&self, x: __m256d, y: __m256d, z: __m256d) -> __m256d {
        let high = _mm256_mul_pd(x, y);
        let low = _mm256_add_pd(_mm256_fmsub_pd(x, y, high), z);
        let whole = _mm256_add_pd(high, z);
        _mm256_add_pd(_mm256_fnmadd_pd(self.quotient(whole), self.p, high), low)
    }

    /// `x` modulo `p`, for `|x| <= 2^53` and `|x| < 2^51 p`: at most `p (1/2 + |x / p| 2^-53)`.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn center(&self, x: __m256d) -> __m256d {
        _mm256_fnmadd_pd(self.quotient(x), self.p, x)
    }

    /// `x / p` rounded to an integer, for `|x| < 2^51 p`.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn quotient(&self, x: __m256d) -> __m256d {
        _mm256_sub_pd(_mm256_fmadd_pd(x, self.inverse, self.round), self.round)
    }

    /// The residue of a number in `(-p, p)`.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn residue(&self, x: __m256d) -> __m256i {
        let negative = _mm256_cmp_pd::<_CMP_LT_OQ>(x, _mm256_setzero_pd());
        to_integer(_mm256_add_pd(x, _mm256_and_pd(negative, self.p)))
    }
}

/// `a[i] <- op(a[i], [b[0][i], b[1][i], ..])`, four numbers at a time, the last ones padded with zeros.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn update<const K: usize>(a: &mut [u64], b: [&[u64]; K], op: impl Fn(__m256i, [__m256i; K]) -> __m256i) {
    let (a_lanes, a_tail) = a.as_chunks_mut();
    let b_lanes = b.map(|b| &b.as_chunks().0[..a_lanes.len()]);
    let b_tail = b.map(|b| padded(b.as_chunks::<LANES>().1));
    let mut y = [_mm256_setzero_si256(); K];
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

/// Integers below `2^52` as floating-point numbers.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn to_float(x: __m256i) -> __m256d {
    let unit = _mm256_set1_pd(UNIT);
    _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(x), unit), unit)
}

/// Integers below `2^52` from floating-point numbers.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn to_integer(x: __m256d) -> __m256i {
    let unit = _mm256_set1_pd(UNIT);
    _mm256_castpd_si256(_mm256_xor_pd(_mm256_add_pd(x, unit), unit))
}

/// The lanes from last to first.
#[target_feature(enable = "avx2")]
#[inline]
fn reversed(x: __m256i) -> __m256i {
    _mm256_permute4x64_epi64::<0b00_01_10_11>(x)
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat(x: u64) -> __m256i {
    _mm256_set1_epi64x(x.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(lanes: &[u64; LANES]) -> __m256i {
    // SAFETY: the reference may be read for four words, and the load asks for no alignment.
    unsafe { _mm256_loadu_si256(lanes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_bytes(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference may be read for 16 bytes, and the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(lanes: &mut [u64; LANES], x: __m256i) {
    // SAFETY: the reference may be written for four words, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), x) }
}

/// The floating-point numbers of which these are the bits.
#[target_feature(enable = "avx2")]
#[inline]
fn load_float(lanes: &[u64; LANES]) -> __m256d {
    _mm256_castsi256_pd(load(lanes))
}
