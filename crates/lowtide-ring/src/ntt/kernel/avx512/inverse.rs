//! The inverse transform: Harvey's butterflies (arXiv:1205.2926, algorithm 3) on values in `[0, 2q)`.
//!
//! ```text
//! a + b, less 2q where that is not negative
//! (a - b + 2q) w mod q, in [0, 2q)
//! ```
//!
//! The second operand arrives less `2q`, as `c = b - 2q`: then `a - c` is the multiplicand and `a + c` the sum less
//! `2q`, one instruction each. So a butterfly whose results are second operands of the next stage subtracts `2q` from
//! them, which costs it nothing: instead of the smaller one of `a + c` and `a + c + 2q` it takes the larger one of
//! `a + c` and `a + c - 2q`, and instead of masking the product it adds its low 52 bits to `-2q`.

use std::arch::x86_64::*;

use super::{
    super::plan::{Stream, halves, halves_mut},
    Factor, LANES, MASK, load,
    passes::{Twiddle, broadcasts, pass, vectors},
    splat, store,
    tables::{LEAF, Tables},
    transpose::transpose,
};
use crate::{Modulus, Shoup};

/// What the results of a butterfly are: first operands of the next stage, in `[0, 2q)`.
const FIRST: u8 = 1;
/// Second operands of the next stage, in `[-2q, 0)`.
const SECOND: u8 = 2;
/// Residues, divided by `N`.
const LAST: u8 = 3;

/// The last stage multiplies sums by `scale` and differences by `scaled_twiddle`.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn inverse(
    values: &mut [u64],
    tables: &Tables,
    (scale, scaled_twiddle): (Shoup, Shoup),
    q: Modulus,
) {
    let butterfly = Butterfly {
        two_q: splat(2 * q.value()),
        minus_two_q: splat((2 * q.value()).wrapping_neg()),
        minus_q: splat((1 << 52) - q.value()),
        mask: splat(MASK),
        one: splat(1),
        scale: Factor::new(scale, q),
        scaled_twiddle: Factor::new(scaled_twiddle, q),
    };
    let stream = &mut Stream::new(&tables.inverse);
    butterfly.ascend::<LAST>(values.as_chunks_mut().0, &tables.radices, stream);
}

/// What a butterfly needs besides its twiddle factor.
struct Butterfly {
    two_q: __m512i,
    minus_two_q: __m512i,
    minus_q: __m512i,
    mask: __m512i,
    one: __m512i,
    scale: Factor,
    scaled_twiddle: Factor,
}

impl Butterfly {
    /// All stages of a block.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn ascend<const TO: u8>(
        &self,
        block: &mut [[u64; LANES]],
        radices: &[u32],
        stream: &mut Stream<'_, u64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else {
            return self.leaf::<TO>(block.first_chunk_mut().expect("a leaf"), stream);
        };
        let stride = block.len() >> radix;
        for pair in block.chunks_exact_mut(2 * stride) {
            let (first, second) = pair.split_at_mut(stride);
            self.ascend::<FIRST>(first, inner, stream);
            self.ascend::<SECOND>(second, inner, stream);
        }
        match radix {
            1 => pass(block, broadcasts::<1>(stream), |x, w| self.radix2::<TO>(x, w)),
            2 => pass(block, broadcasts::<3>(stream), |x, w| self.radix4::<TO>(x, w)),
            3 => pass(block, broadcasts::<7>(stream), |x, w| self.radix8::<TO>(x, w)),
            _ => pass(block, broadcasts::<15>(stream), |x, w| self.radix16::<TO>(x, w)),
        }
    }

    /// The first six stages, from residues.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn leaf<const TO: u8>(&self, block: &mut [[u64; LANES]; LEAF / LANES], stream: &mut Stream<'_, u64>) {
        let mut x = [self.two_q; 8];
        for i in 0..8 {
            x[i] = load(&block[i]);
        }
        x = self.every_other_second(transpose(x));
        self.radix8::<FIRST>(&mut x, &vectors(stream));
        x = self.every_other_second(transpose(x));
        self.radix8::<TO>(&mut x, &broadcasts(stream));
        for i in 0..8 {
            store(&mut block[i], x[i]);
        }
    }

    /// Makes second operands of every other vector.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn every_other_second(&self, mut x: [__m512i; 8]) -> [__m512i; 8] {
        for i in [1, 3, 5, 7] {
            x[i] = _mm512_sub_epi64(x[i], self.two_q);
        }
        x
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix16<const TO: u8>(&self, x: &mut [__m512i; 16], w: &[Twiddle; 15]) {
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[..14]));
        self.radix8::<FIRST>(low, w_low);
        self.radix8::<SECOND>(high, w_high);
        for i in 0..8 {
            (x[i], x[i + 8]) = self.butterfly::<TO>(x[i], x[i + 8], w[14]);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix8<const TO: u8>(&self, x: &mut [__m512i; 8], w: &[Twiddle; 7]) {
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[..6]));
        self.radix4::<FIRST>(low, w_low);
        self.radix4::<SECOND>(high, w_high);
        for i in 0..4 {
            (x[i], x[i + 4]) = self.butterfly::<TO>(x[i], x[i + 4], w[6]);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix4<const TO: u8>(&self, x: &mut [__m512i; 4], w: &[Twiddle; 3]) {
        (x[0], x[1]) = self.butterfly::<FIRST>(x[0], x[1], w[0]);
        (x[2], x[3]) = self.butterfly::<SECOND>(x[2], x[3], w[1]);
        (x[0], x[2]) = self.butterfly::<TO>(x[0], x[2], w[2]);
        (x[1], x[3]) = self.butterfly::<TO>(x[1], x[3], w[2]);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn radix2<const TO: u8>(&self, x: &mut [__m512i; 2], w: &[Twiddle; 1]) {
        (x[0], x[1]) = self.butterfly::<TO>(x[0], x[1], w[0]);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn butterfly<const TO: u8>(&self, a: __m512i, c: __m512i, w: Twiddle) -> (__m512i, __m512i) {
        let (sum, difference) = (_mm512_add_epi64(a, c), _mm512_sub_epi64(a, c));
        match TO {
            FIRST => (
                _mm512_min_epu64(sum, _mm512_add_epi64(sum, self.two_q)),
                _mm512_and_si512(self.mul(difference, w), self.mask),
            ),
            SECOND => (
                _mm512_max_epu64(sum, _mm512_sub_epi64(sum, self.two_q)),
                _mm512_madd52lo_epu64(self.minus_two_q, self.mul(difference, w), self.one),
            ),
            _ => (self.scale.mul(_mm512_add_epi64(sum, self.two_q)), self.scaled_twiddle.mul(difference)),
        }
    }

    /// `x w` modulo `q`, in `[0, 2q)` modulo `2^52`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn mul(&self, x: __m512i, (w, quotient): Twiddle) -> __m512i {
        let zero = _mm512_setzero_si512();
        let high = _mm512_madd52hi_epu64(zero, x, quotient);
        _mm512_madd52lo_epu64(_mm512_madd52lo_epu64(zero, x, w), high, self.minus_q)
    }
}
