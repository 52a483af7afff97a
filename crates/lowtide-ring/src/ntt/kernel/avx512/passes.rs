//! What both directions share: rows of a block in registers, and their twiddle factors.

use std::arch::x86_64::*;

use super::{
    super::{
        plan::{Rows, Stream, halves},
        stage::interleaved,
    },
    LANES, load, splat, store,
};

/// A factor and its quotient, one for all lanes or one each.
pub(super) type Twiddle = (__m512i, __m512i);

/// Does `stages` with the `R` rows of a block, `C` columns at a time.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn pass<const R: usize, const C: usize>(
    block: &mut [[u64; LANES]],
    stages: impl Fn(&mut [[__m512i; R]; C]),
) {
    let mut rows = Rows::<_, R>::new(block);
    for column in (0..rows.stride()).step_by(C) {
        let mut x = [[_mm512_setzero_si512(); R]; C];
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            x[j][i] = load(rows.at(i, column + j));
        }
        stages(&mut x);
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            store(rows.at(i, column + j), x[j][i]);
        }
    }
}

/// The next `T` factors of a stream, each in all lanes.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn broadcasts<const T: usize>(stream: &mut Stream<'_, u64>) -> [Twiddle; T] {
    let mut twiddles = [(_mm512_setzero_si512(), _mm512_setzero_si512()); T];
    for (twiddle, [factor, quotient]) in twiddles.iter_mut().zip(stream.take::<2, T>()) {
        *twiddle = (splat(*factor), splat(*quotient));
    }
    twiddles
}

/// The next `T` vectors of factors of a stream.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn vectors<const T: usize>(stream: &mut Stream<'_, u64>) -> [Twiddle; T] {
    let mut twiddles = [(_mm512_setzero_si512(), _mm512_setzero_si512()); T];
    for (twiddle, words) in twiddles.iter_mut().zip(stream.take::<{ 2 * LANES }, T>()) {
        let (factors, quotients) = halves(words);
        *twiddle = (load(factors), load(quotients));
    }
    twiddles
}
