//! What both directions share: rows of a block in registers, and their twiddle factors.
//!
//! Between two passes a block holds the bits of floating-point numbers.

use std::arch::x86_64::*;

use super::{
    super::{
        plan::{Rows, Stream},
        stage::interleaved,
    },
    Factor, LANES, load_float, store,
};

/// Does `stages` with the `R` rows of a block, `C` columns at a time.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn pass<const R: usize, const C: usize>(
    block: &mut [[u64; LANES]],
    stages: impl Fn(&mut [[__m256d; R]; C]),
) {
    let mut rows = Rows::<_, R>::new(block);
    for column in (0..rows.stride()).step_by(C) {
        let mut x = [[_mm256_setzero_pd(); R]; C];
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            x[j][i] = load_float(rows.at(i, column + j));
        }
        stages(&mut x);
        for i in 0..R * C {
            let (i, j) = interleaved(i, C);
            store(rows.at(i, column + j), _mm256_castpd_si256(x[j][i]));
        }
    }
}

/// The next `T` factors of a stream, each in all lanes.
#[target_feature(enable = "avx2,fma")]
#[inline]
pub(super) fn broadcasts<const T: usize>(stream: &mut Stream<'_, f64>) -> [Factor; T] {
    let mut factors = [(_mm256_setzero_pd(), _mm256_setzero_pd()); T];
    for (factor, [w, v]) in factors.iter_mut().zip(stream.take::<2, T>()) {
        *factor = (_mm256_set1_pd(*w), _mm256_set1_pd(*v));
    }
    factors
}
