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
    super::{plan::Stream, scalar, stage},
    Factor, LANES, MASK, first_lane,
    lanes::{self, Montgomery, Pair, gather, interleave, join},
    load,
    passes::{Twiddle, broadcasts, mirrored_pass, pairs, pass},
    splat, store, subtract_if_above,
    tables::{LEAF_WORDS, ROWS, Tables},
};
use crate::{Modulus, Shoup};

/// What the results of a butterfly are: first operands of the next stage, in `[0, 2q)`.
const FIRST: u8 = 1;
/// Second operands of the next stage, in `[-2q, 0)`.
const SECOND: u8 = 2;
/// Residues, divided by `N`.
const LAST: u8 = 3;

/// The stage that joins two halves multiplies sums by `scale` and differences by `scaled_twiddle`.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn inverse(
    values: &mut [u64],
    tables: &Tables,
    (scale, scaled_twiddle): (Shoup, Shoup),
    halving: Option<Shoup>,
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
        q: splat(q.value()),
        montgomery: Montgomery::new(q),
    };
    let stream = &mut Stream::new(&tables.inverse);
    match halving {
        None => butterfly.ascend::<LAST>(values.as_chunks_mut().0, &tables.radices, stream),
        Some(w) => {
            let scaled = q.shoup(scale.mul(w.value(), q));
            butterfly.ascend_and_part(values, &tables.radices, stream, [w, scaled], q);
        }
    }
}

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors
/// `$w(block, place)`; their results are `$to[block]`. In line, because a call would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr, $to:expr) => {{
        stages!($self, $x, $w, $to, $R, $B, [1 2 4]);
    }};
    ($self:ident, $x:ident, $w:expr, $to:expr, $R:expr, $B:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w(block, stage::ascending_factor(i, $R, $half)));
            let (a, b) = stage::rows_of(i, $half);
            let to = if 2 * $half == $R {
                $to[block]
            } else if stage::second_when_ascending(i, $half) {
                SECOND
            } else {
                FIRST
            };
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w, to);
        }
    )*}};
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
    q: __m512i,
    montgomery: Montgomery,
}

impl Butterfly {
    /// All stages of a block, whose results are `TO`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn ascend<const TO: u8>(
        &self,
        block: &mut [[u64; LANES]],
        radices: &[u32],
        stream: &mut Stream<'_, u64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else { return };
        self.ascend_parts(block, radix, inner, stream);
        match radix {
            1 => self.pass::<2, 1, 4, TO>(block, stream),
            2 => self.pass::<4, 3, 2, TO>(block, stream),
            _ => self.pass::<8, 7, 1, TO>(block, stream),
        }
    }

    /// As [`Butterfly::ascend`] to residues, but then parts what mirrors each other, times `w`, alone and
    /// with the scale.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn ascend_and_part(
        &self,
        values: &mut [u64],
        radices: &[u32],
        stream: &mut Stream<'_, u64>,
        w: [Shoup; 2],
        q: Modulus,
    ) {
        self.ascend_parts(values.as_chunks_mut().0, radices[0], &radices[1..], stream);
        match radices[0] {
            1 => self.parting_pass::<2, 1>(values, stream, w, q),
            2 => self.parting_pass::<4, 3>(values, stream, w, q),
            _ => self.parting_pass::<8, 7>(values, stream, w, q),
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn ascend_parts(
        &self,
        block: &mut [[u64; LANES]],
        radix: u32,
        inner: &[u32],
        stream: &mut Stream<'_, u64>,
    ) {
        if inner.is_empty() {
            return self.leaves(block, stream);
        }
        let stride = block.len() >> radix;
        for pair in block.chunks_mut(2 * stride) {
            let (first, second) = pair.split_at_mut(stride);
            self.ascend::<FIRST>(first, inner, stream);
            self.ascend::<SECOND>(second, inner, stream);
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn pass<const R: usize, const T: usize, const C: usize, const TO: u8>(
        &self,
        block: &mut [[u64; LANES]],
        stream: &mut Stream<'_, u64>,
    ) {
        let w = broadcasts::<T>(stream);
        pass::<R, C>(block, |x| stages!(self, x: [[_; R]; C], |_, i| w[i], [TO; C]));
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn parting_pass<const R: usize, const T: usize>(
        &self,
        values: &mut [u64],
        stream: &mut Stream<'_, u64>,
        [w, scaled]: [Shoup; 2],
        q: Modulus,
    ) {
        let (parting, twiddles) = (Factor::new(scaled, q), broadcasts::<T>(stream));
        let alone = |column: [u64; R]| {
            let mut x = [column.map(|x| splat(x))];
            stages!(self, x: [[_; R]; 1], |_, i| twiddles[i], [LAST]);
            let mut column = x[0].map(|x| first_lane(x));
            scalar::part(&mut column, w, q);
            column
        };
        mirrored_pass::<R>(values, alone, |x| {
            stages!(self, x: [[_; R]; 2], |_, i| twiddles[i], [FIRST; 2]);
            pairs(x, |a, b| {
                let difference = _mm512_add_epi64(_mm512_sub_epi64(a, b), self.two_q);
                (self.scale.mul(_mm512_add_epi64(a, b)), parting.mul(difference))
            });
        });
    }

    /// The first six stages of a block, from residues: two leaves at a time, so that one computes while the other
    /// waits.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn leaves(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, u64>) {
        for pair in block.as_chunks_mut::<{ 2 * ROWS }>().0 {
            let [first, second] = stream.take::<LEAF_WORDS, 2>();
            let mut leaf = [Stream::new(first), Stream::new(second)];
            let mut x = [[self.two_q; ROWS]; 2];
            for i in 0..2 * ROWS {
                x[i / ROWS][i % ROWS] = load(&pair[i]);
            }
            lanes::stage::<8>(&mut x, &mut leaf, |ab, w| self.lanes_of_residues(interleave(ab), w));
            lanes::stage::<4>(&mut x, &mut leaf, |ab, w| self.lanes(join(ab), w));
            lanes::stage::<2>(&mut x, &mut leaf, |ab, w| {
                let (a, b) = gather(self.lanes(join(ab), w));
                (a, _mm512_sub_epi64(b, self.two_q))
            });
            let [first, second] = &mut leaf;
            let w = [broadcasts::<7>(first), broadcasts::<7>(second)];
            stages!(self, x: [[_; ROWS]; 2], |block: usize, i: usize| w[block][i], [FIRST, SECOND]);
            for i in 0..2 * ROWS {
                store(&mut pair[i], x[i / ROWS][i % ROWS]);
            }
        }
    }

    /// A butterfly between residues, with factors of single lanes.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn lanes_of_residues(&self, (a, b): Pair, words: __m512i) -> Pair {
        let difference = _mm512_sub_epi64(_mm512_add_epi64(a, self.q), b);
        (_mm512_add_epi64(a, b), self.montgomery.add(self.q, difference, words))
    }

    /// A butterfly with factors of single lanes.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn lanes(&self, (a, b): Pair, words: __m512i) -> Pair {
        let (sum, difference) = (_mm512_add_epi64(a, b), _mm512_sub_epi64(a, b));
        (
            subtract_if_above(sum, self.two_q),
            self.montgomery.add(self.q, _mm512_add_epi64(difference, self.two_q), words),
        )
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn butterfly(&self, a: __m512i, c: __m512i, w: Twiddle, to: u8) -> (__m512i, __m512i) {
        let (sum, difference) = (_mm512_add_epi64(a, c), _mm512_sub_epi64(a, c));
        match to {
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
