//! Two leaves at a time, side by side in vectors: the first of them in the lower halves, the second in the upper ones.
//!
//! A leaf is eight vectors of four numbers. Its stages between vectors take them as they are [joined](join), lower
//! halves and upper halves apart; so does the stage between the halves of a vector. The stage between neighbours takes
//! [transposed](transpose) vectors. Sixteen vectors are more than there are registers, but their butterflies do not wait
//! for each other, which is worth more.

use std::arch::x86_64::*;

use super::{Factor, LANES};

/// The vectors of a leaf.
pub(super) const ROWS: usize = 8;

/// The numbers of a leaf.
pub(super) const LEAF: usize = ROWS * LANES;

/// How many factors of a leaf serve whole vectors: those of the stages between vectors, and one for each vector.
const EACH: usize = ROWS - 1 + ROWS;

/// What two leaves read: those factors, the two leaves' in turn, then one for each half of every vector; all with their
/// quotients.
pub(super) const WORDS: usize = EACH * 2 * 2 + ROWS * 2 * LANES;

/// The factors of the stages between vectors.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn between_vectors(words: &[f64; WORDS]) -> [Factor; ROWS - 1] {
    each(words)
}

/// The factors of the stage between the halves of a vector, for each place of a vector.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn between_halves(words: &[f64; WORDS]) -> [Factor; ROWS] {
    each(&words[(ROWS - 1) * 2 * 2..])
}

/// The factors of the stage between neighbours, for each place of a vector.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn between_neighbours(words: &[f64; WORDS]) -> [Factor; ROWS] {
    let words = &words[EACH * 2 * 2..];
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); ROWS];
    for (i, factor) in factors.iter_mut().enumerate() {
        *factor = (vector(words, i * 2 * LANES), vector(words, i * 2 * LANES + LANES));
    }
    factors
}

/// One factor for each leaf, `T` times: `w`, `w / p`, `w'`, `w' / p`.
#[target_feature(enable = "avx2")]
#[inline]
fn each<const T: usize>(words: &[f64]) -> [Factor; T] {
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); T];
    for (i, factor) in factors.iter_mut().enumerate() {
        let [w, v] = [vector(words, i * 2 * 2), vector(words, i * 2 * 2 + 1)];
        *factor = (_mm256_movedup_pd(w), _mm256_movedup_pd(v));
    }
    factors
}

#[target_feature(enable = "avx2")]
#[inline]
fn vector(words: &[f64], start: usize) -> __m256d {
    let words = &words[start..][..LANES];
    // SAFETY: the slice may be read for four numbers, and the load asks for no alignment.
    unsafe { _mm256_loadu_pd(words.as_ptr()) }
}

/// The lower halves of two vectors, and their upper halves. Loads by halves, unlike shuffles, find a free port.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn join(first: &[u64; LANES], second: &[u64; LANES]) -> [__m256d; 2] {
    let half = |x: &[u64; LANES], i: usize| {
        let half = &x[i..][..LANES / 2];
        // SAFETY: the slice may be read for two words, and the load asks for no alignment.
        unsafe { _mm_loadu_pd(half.as_ptr().cast()) }
    };
    [0, 2].map(|i| _mm256_set_m128d(half(second, i), half(first, i)))
}

/// Undoes [`join`].
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn split([lower, upper]: [__m256d; 2]) -> [__m256d; 2] {
    [_mm256_permute2f128_pd::<0x20>(lower, upper), _mm256_permute2f128_pd::<0x31>(lower, upper)]
}

/// In both halves, row `i`, column `j` to row `j`, column `i`: undoes itself.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn transpose([x, y]: [__m256d; 2]) -> [__m256d; 2] {
    [_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y)]
}
