//! Four vectors as a square.

use std::arch::x86_64::*;

/// Row `i`, column `j` to row `j`, column `i`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn transpose(x: [__m256d; 4]) -> [__m256d; 4] {
    let pairs = [
        _mm256_unpacklo_pd(x[0], x[1]),
        _mm256_unpackhi_pd(x[0], x[1]),
        _mm256_unpacklo_pd(x[2], x[3]),
        _mm256_unpackhi_pd(x[2], x[3]),
    ];
    [
        _mm256_permute2f128_pd::<0x20>(pairs[0], pairs[2]),
        _mm256_permute2f128_pd::<0x20>(pairs[1], pairs[3]),
        _mm256_permute2f128_pd::<0x31>(pairs[0], pairs[2]),
        _mm256_permute2f128_pd::<0x31>(pairs[1], pairs[3]),
    ]
}
