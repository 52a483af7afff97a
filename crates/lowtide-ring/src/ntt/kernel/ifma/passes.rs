//! What both directions share: rows of a block in registers, and their twiddle factors.

use std::arch::x86_64::*;

use super::{
    super::{
        plan::{Rows, Stream},
        stage::interleaved,
    },
    LANES, load, reversed, splat, store,
};

/// A factor and its quotient, in all lanes.
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

/// As [`pass`] for a whole polynomial, eight columns at a time and the eight that mirror them, lane by lane: where row `i`
/// of the first ones has the number at `j`, row `R - 1 - i` of the second ones has that at `N - j`.
///
/// The first column mirrors itself, as a polynomial of `R` coefficients does, and `alone` does the stages with it.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn mirrored_pass<const R: usize>(
    values: &mut [u64],
    alone: impl Fn([u64; R]) -> [u64; R],
    stages: impl Fn(&mut [[__m512i; R]; 2]),
) {
    let mut rows = Rows::<_, R>::new(values);
    let mut first = [0; R];
    (0..R).for_each(|i| first[i] = *rows.at(i, 0));
    first = alone(first);
    (0..R).for_each(|i| *rows.at(i, 0) = first[i]);
    for column in (1..rows.stride() / 2).step_by(LANES) {
        let mirror = rows.stride() - column - (LANES - 1);
        let mut x = [[_mm512_setzero_si512(); R]; 2];
        let [front, back] = &mut x;
        for (i, (x, y)) in front.iter_mut().zip(back).enumerate() {
            *x = load(rows.span(i, column));
            *y = reversed(load(rows.span(i, mirror)));
        }
        stages(&mut x);
        for (i, (x, y)) in x[0].iter().zip(&x[1]).enumerate() {
            store(rows.span(i, column), *x);
            store(rows.span(i, mirror), reversed(*y));
        }
    }
}

/// Does `pair` with the rows that mirror each other.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn pairs<const R: usize>(
    [x, y]: &mut [[__m512i; R]; 2],
    pair: impl Fn(__m512i, __m512i) -> (__m512i, __m512i),
) {
    for i in 0..R / 2 {
        (x[i], y[R - 1 - i]) = pair(x[i], y[R - 1 - i]);
        (y[i], x[R - 1 - i]) = pair(y[i], x[R - 1 - i]);
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
