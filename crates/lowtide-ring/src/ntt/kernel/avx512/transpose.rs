//! Eight vectors as a square.

use std::arch::x86_64::*;

/// Row `i`, column `j` to row `j`, column `i`.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn transpose(x: [__m512i; 8]) -> [__m512i; 8] {
    // Squares of two by two, then of four by four, then of eight by eight.
    let pairs = [
        _mm512_unpacklo_epi64(x[0], x[1]),
        _mm512_unpackhi_epi64(x[0], x[1]),
        _mm512_unpacklo_epi64(x[2], x[3]),
        _mm512_unpackhi_epi64(x[2], x[3]),
        _mm512_unpacklo_epi64(x[4], x[5]),
        _mm512_unpackhi_epi64(x[4], x[5]),
        _mm512_unpacklo_epi64(x[6], x[7]),
        _mm512_unpackhi_epi64(x[6], x[7]),
    ];
    // Quarters 0 and 2 of two rows, quarters 1 and 3.
    let even = [
        _mm512_shuffle_i64x2::<0b10_00_10_00>(pairs[0], pairs[2]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(pairs[1], pairs[3]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(pairs[4], pairs[6]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(pairs[5], pairs[7]),
    ];
    let odd = [
        _mm512_shuffle_i64x2::<0b11_01_11_01>(pairs[0], pairs[2]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(pairs[1], pairs[3]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(pairs[4], pairs[6]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(pairs[5], pairs[7]),
    ];
    [
        _mm512_shuffle_i64x2::<0b10_00_10_00>(even[0], even[2]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(even[1], even[3]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(odd[0], odd[2]),
        _mm512_shuffle_i64x2::<0b10_00_10_00>(odd[1], odd[3]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(even[0], even[2]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(even[1], even[3]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(odd[0], odd[2]),
        _mm512_shuffle_i64x2::<0b11_01_11_01>(odd[1], odd[3]),
    ]
}
