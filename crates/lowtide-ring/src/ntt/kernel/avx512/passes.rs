//! What passes of both directions share: rows of a block in registers, and their twiddle factors.

use std::arch::x86_64::*;

use super::{super::plan::Stream, LANES, load, splat, store};

/// A factor and its quotient, one for all lanes or one each.
pub(super) type Twiddle = (__m512i, __m512i);

/// Does `stages` with `R` rows of a block, one column at a time.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn pass<const R: usize, const T: usize>(
    block: &mut [[u64; LANES]],
    twiddles: [Twiddle; T],
    stages: impl Fn(&mut [__m512i; R], &[Twiddle; T]),
) {
    let stride = block.len() / R;
    let mut rest = block.chunks_exact_mut(stride);
    let mut rows: [&mut [[u64; LANES]]; R] =
        std::array::from_fn(|_| &mut rest.next().expect("a row")[..stride]);
    for column in 0..stride {
        let mut x = [_mm512_setzero_si512(); R];
        for (x, row) in x.iter_mut().zip(&rows) {
            *x = load(&row[column]);
        }
        stages(&mut x, &twiddles);
        for (x, row) in x.iter().zip(&mut rows) {
            store(&mut row[column], *x);
        }
    }
}

/// The next `T` factors of a stream, each in all lanes.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn broadcasts<const T: usize>(stream: &mut Stream<'_, u64>) -> [Twiddle; T] {
    let mut twiddles = [(_mm512_setzero_si512(), _mm512_setzero_si512()); T];
    for twiddle in &mut twiddles {
        let [factor, quotient] = stream.take();
        *twiddle = (splat(*factor), splat(*quotient));
    }
    twiddles
}

/// The next `T` vectors of factors of a stream.
#[target_feature(enable = "avx512f,avx512ifma")]
#[inline]
pub(super) fn vectors<const T: usize>(stream: &mut Stream<'_, u64>) -> [Twiddle; T] {
    let mut twiddles = [(_mm512_setzero_si512(), _mm512_setzero_si512()); T];
    for twiddle in &mut twiddles {
        *twiddle = (load(stream.take()), load(stream.take()));
    }
    twiddles
}
