//! The forward transform: Harvey's butterflies (arXiv:1205.2926, algorithm 4) on values in `[0, 4q)`.
//!
//! ```text
//! a <- a - 2q, where that is not negative
//! t = b w mod q, in [0, 2q)
//! a + t = a + lo(b, w) + lo(h, 2^52 - q)      modulo 2^52
//! a + 2q - t = 2a + 2q - (a + t)
//! ```
//!
//! The sum `2a + 2q` is one instruction, `2q + lo(a, 2)`. And since a multiplication reads no more than 52 bits, a sum
//! `a + t` that is a multiplicand `b` of the next stage keeps its bits above them: it is called bare here, and its
//! difference with it.

use std::arch::x86_64::*;

use super::{
    super::plan::{Stream, halves, halves_mut},
    LANES, MASK, load,
    passes::{Twiddle, broadcasts, pass, vectors},
    splat, store, subtract_if_above,
    tables::{LEAF, Tables},
    transpose::transpose,
};
use crate::Modulus;

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn forward(values: &mut [u64], tables: &Tables, q: Modulus) {
    let butterfly = Butterfly::new(q);
    butterfly.descend(values.as_chunks_mut().0, &tables.radices, &mut Stream::new(&tables.forward));
}

/// What a butterfly needs besides its twiddle factor.
struct Butterfly {
    q: __m512i,
    two_q: __m512i,
    minus_q: __m512i,
    mask: __m512i,
    two: __m512i,
}

impl Butterfly {
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn new(q: Modulus) -> Self {
        Self {
            q: splat(q.value()),
            two_q: splat(2 * q.value()),
            minus_q: splat((1 << 52) - q.value()),
            mask: splat(MASK),
            two: splat(2),
        }
    }

    /// All stages of a block, to residues.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn descend(&self, block: &mut [[u64; LANES]], radices: &[u32], stream: &mut Stream<'_, u64>) {
        let Some((&radix, inner)) = radices.split_first() else {
            return self.leaf(block.first_chunk_mut().expect("a leaf"), stream);
        };
        match radix {
            1 => pass(block, broadcasts::<1>(stream), |x, w| self.radix2(x, w)),
            2 => pass(block, broadcasts::<3>(stream), |x, w| self.radix4(x, w)),
            3 => pass(block, broadcasts::<7>(stream), |x, w| self.radix8(x, w)),
            _ => pass(block, broadcasts::<15>(stream), |x, w| self.radix16(x, w)),
        }
        for child in block.chunks_exact_mut(block.len() >> radix) {
            self.descend(child, inner, stream);
        }
    }

    /// The last six stages, to residues.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn leaf(&self, block: &mut [[u64; LANES]; LEAF / LANES], stream: &mut Stream<'_, u64>) {
        let mut x = [self.q; 8];
        for i in 0..8 {
            x[i] = load(&block[i]);
        }
        self.radix8(&mut x, &broadcasts(stream));
        x = transpose(x);
        self.radix8(&mut x, &vectors(stream));
        for x in &mut x {
            *x = subtract_if_above(subtract_if_above(*x, self.two_q), self.q);
        }
        x = transpose(x);
        for i in 0..8 {
            store(&mut block[i], x[i]);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix16(&self, x: &mut [__m512i; 16], w: &[Twiddle; 15]) {
        for i in 0..4 {
            (x[i], x[i + 8]) = self.clean(x[i], x[i + 8], w[0]);
        }
        for i in 4..8 {
            (x[i], x[i + 8]) = self.bare(x[i], x[i + 8], w[0]);
        }
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[1..]));
        self.radix8(low, w_low);
        self.radix8(high, w_high);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix8(&self, x: &mut [__m512i; 8], w: &[Twiddle; 7]) {
        for i in 0..2 {
            (x[i], x[i + 4]) = self.clean(x[i], x[i + 4], w[0]);
        }
        for i in 2..4 {
            (x[i], x[i + 4]) = self.bare(x[i], x[i + 4], w[0]);
        }
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[1..]));
        self.radix4(low, w_low);
        self.radix4(high, w_high);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix4(&self, x: &mut [__m512i; 4], w: &[Twiddle; 3]) {
        (x[0], x[2]) = self.clean(x[0], x[2], w[0]);
        (x[1], x[3]) = self.bare(x[1], x[3], w[0]);
        (x[0], x[1]) = self.clean(x[0], x[1], w[1]);
        (x[2], x[3]) = self.clean(x[2], x[3], w[2]);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix2(&self, x: &mut [__m512i; 2], w: &[Twiddle; 1]) {
        (x[0], x[1]) = self.clean(x[0], x[1], w[0]);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn clean(&self, a: __m512i, b: __m512i, w: Twiddle) -> (__m512i, __m512i) {
        let a = subtract_if_above(a, self.two_q);
        let sum = _mm512_and_si512(self.multiply_add(a, b, w), self.mask);
        (sum, _mm512_sub_epi64(_mm512_madd52lo_epu64(self.two_q, a, self.two), sum))
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn bare(&self, a: __m512i, b: __m512i, w: Twiddle) -> (__m512i, __m512i) {
        let a = subtract_if_above(a, self.two_q);
        let sum = self.multiply_add(a, b, w);
        (sum, _mm512_sub_epi64(_mm512_madd52lo_epu64(self.two_q, a, self.two), sum))
    }

    /// `a + b w` modulo `q`, in `[a, a + 2q)` modulo `2^52`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn multiply_add(&self, a: __m512i, b: __m512i, (w, quotient): Twiddle) -> __m512i {
        let high = _mm512_madd52hi_epu64(_mm512_setzero_si512(), b, quotient);
        _mm512_madd52lo_epu64(_mm512_madd52lo_epu64(a, b, w), high, self.minus_q)
    }
}
