//! What passes of both directions share: rows of a block in registers, and their twiddle factors.
//!
//! Between two passes a block holds the bits of floating-point numbers.

use std::arch::x86_64::*;

use super::{super::plan::Stream, Factor, LANES, load_float, store};

/// Does `stages` with `R` rows of a block, one column at a time.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn pass<const R: usize, const T: usize>(
    block: &mut [[u64; LANES]],
    factors: [Factor; T],
    stages: impl Fn(&mut [__m256d; R], &[Factor; T]),
) {
    let stride = block.len() / R;
    let mut rest = block.chunks_exact_mut(stride);
    let mut rows: [&mut [[u64; LANES]]; R] =
        std::array::from_fn(|_| &mut rest.next().expect("a row")[..stride]);
    for column in 0..stride {
        let mut x = [_mm256_setzero_pd(); R];
        for (x, row) in x.iter_mut().zip(&rows) {
            *x = load_float(&row[column]);
        }
        stages(&mut x, &factors);
        for (x, row) in x.iter().zip(&mut rows) {
            store(&mut row[column], _mm256_castpd_si256(*x));
        }
    }
}

/// The next `T` factors of a stream, each in all lanes.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn broadcasts<const T: usize>(stream: &mut Stream<'_, f64>) -> [Factor; T] {
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); T];
    for factor in &mut factors {
        let [w, v] = stream.take();
        *factor = (_mm256_set1_pd(*w), _mm256_set1_pd(*v));
    }
    factors
}

/// The next `T` vectors of factors of a stream.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn vectors<const T: usize>(stream: &mut Stream<'_, f64>) -> [Factor; T] {
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); T];
    for factor in &mut factors {
        *factor = (vector(stream.take()), vector(stream.take()));
    }
    factors
}

#[target_feature(enable = "avx2")]
#[inline]
fn vector(x: &[f64; LANES]) -> __m256d {
    // SAFETY: the reference may be read for four numbers, and the load asks for no alignment.
    unsafe { _mm256_loadu_pd(x.as_ptr()) }
}
