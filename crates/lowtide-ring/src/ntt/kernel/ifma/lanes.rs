//! The stages of a leaf between numbers that stand in one vector.
//!
//! A leaf is eight vectors of eight lanes, and a stage is between numbers that differ in one bit of their place: `b5`,
//! `b4` and `b3` choose the vector, `b2`, `b1` and `b0` the lane. Shuffles of two neighbours exchange what chooses between
//! them, `b3` at first, with one of the bits that choose the lane:
//!
//! ```text
//! between vectors | lanes      factors of a stage, by lane
//! b3 | b2 b1 b0
//! b2 | b1 b0 b3                of b3, four times
//! b1 | b0 b2 b3                of b2 and b3, twice
//! b0 | b2 b1 b3                of b2, b1 and b3
//! b3 | b2 b1 b0
//! ```
//!
//! The forward transform goes down these lines, by [`spread`], [`split`] twice and [`interleave`]; the inverse one goes up,
//! by [`interleave`], [`join`] twice and [`gather`].

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, stage::interleaved},
    LANES, inverse_of, load, splat,
    tables::ROWS,
};
use crate::Modulus;

/// Two vectors.
pub(super) type Pair = (__m512i, __m512i);

/// Does `stage` with every two neighbours of two leaves, and with their factors: `W` words, as often as they fit.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn stage<const W: usize>(
    x: &mut [[__m512i; ROWS]; 2],
    [first, second]: &mut [Stream<'_, u64>; 2],
    stage: impl Fn(Pair, __m512i) -> Pair,
) {
    let words = [first.take::<W, { ROWS / 2 }>(), second.take::<W, { ROWS / 2 }>()];
    for i in 0..ROWS {
        let (i, block) = interleaved(i, 2);
        let (x, words) = (&mut x[block], repeated(&words[block][i]));
        (x[2 * i], x[2 * i + 1]) = stage((x[2 * i], x[2 * i + 1]), words);
    }
}

/// From `b3 | b2 b1 b0` to `b2 | b1 b0 b3`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn spread((a, b): Pair) -> Pair {
    (
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b),
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b),
    )
}

/// From `b2 | b1 b0 b3` to `b3 | b2 b1 b0`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn gather((a, b): Pair) -> Pair {
    (
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b),
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b),
    )
}

/// From `b2 | b1 b0 b3` to `b1 | b0 b2 b3`, and from there to `b0 | b2 b1 b3`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn split((a, b): Pair) -> Pair {
    (
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), b),
        _mm512_permutex2var_epi64(a, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), b),
    )
}

/// From `b0 | b2 b1 b3` to `b1 | b0 b2 b3`, and from there to `b2 | b1 b0 b3`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn join((a, b): Pair) -> Pair {
    (_mm512_shuffle_i64x2::<0b10_00_10_00>(a, b), _mm512_shuffle_i64x2::<0b11_01_11_01>(a, b))
}

/// From `b0 | b2 b1 b3` to `b3 | b2 b1 b0`, and back.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn interleave((a, b): Pair) -> Pair {
    (_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
}

/// Two, four or eight words, again and again.
#[target_feature(enable = "avx512f")]
#[inline]
fn repeated<const W: usize>(words: &[u64; W]) -> __m512i {
    match W {
        // SAFETY: the reference may be read for two words, and the load asks for no alignment.
        2 => _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(words.as_ptr().cast()) }),
        // SAFETY: the reference may be read for four words, and the load asks for no alignment.
        4 => _mm512_broadcast_i64x4(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }),
        _ => load(words.first_chunk::<LANES>().expect("two, four or eight words")),
    }
}

/// Products with factors that are used once, and so come without their quotients (Montgomery 1985): a word is
/// `w 2^52 mod q`, and
///
/// ```text
/// m = lo(lo(x, word), q^-1)              modulo 2^52: m q has the low half of x word
/// x w = hi(x, word) - hi(m, q)           modulo q, in (-q, q)
/// ```
pub(super) struct Montgomery {
    q: __m512i,
    inverse: __m512i,
}

impl Montgomery {
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    pub(super) fn new(q: Modulus) -> Self {
        Self { q: splat(q.value()), inverse: splat(inverse_of(q)) }
    }

    /// The word of a factor.
    pub(super) fn word(w: u64, q: Modulus) -> u64 {
        q.mul(w, q.reduce(1 << 52))
    }

    /// `sum + x w`, where the product is in `(-q, q)`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    pub(super) fn add(&self, sum: __m512i, x: __m512i, word: __m512i) -> __m512i {
        let zero = _mm512_setzero_si512();
        let m = _mm512_madd52lo_epu64(zero, _mm512_madd52lo_epu64(zero, x, word), self.inverse);
        _mm512_sub_epi64(_mm512_madd52hi_epu64(sum, x, word), _mm512_madd52hi_epu64(zero, m, self.q))
    }
}
