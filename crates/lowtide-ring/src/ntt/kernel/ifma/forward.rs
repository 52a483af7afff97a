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
//! `a + t` that is a multiplicand `b` of the next stage keeps its bits above them: it is called bare here, as is
//! the difference made of it.
//!
//! Modulo narrow primes, below [`NARROW`], nothing is subtracted from `a`: numbers grow by `2q` in each stage. After the
//! twelve that there are at most above a leaf and the three between its rows, they are below `31q`, so that no `2a + 2q` was
//! above `60q`; after the three between lanes, which add `a` to itself, they are below `37q`. In the end there is a division:
//!
//! ```text
//! x - hi(x, floor(2^52 / q)) q        in [0, 2q)
//! ```

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, scalar, stage},
    Factor, LANES, MASK, first_lane,
    lanes::{self, Montgomery, Pair, interleave, split, spread},
    load,
    passes::{Twiddle, broadcasts, mirrored_pass, pairs, pass},
    splat, store, subtract_if_above,
    tables::{LEAF_WORDS, ROWS, Tables},
};
use crate::{Modulus, Shoup};

#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn forward(values: &mut [u64], tables: &Tables, halving: Option<Shoup>, q: Modulus) {
    if q.value() < NARROW {
        Butterfly::<true>::new(q).forward(values, tables, halving, q);
    } else {
        Butterfly::<false>::new(q).forward(values, tables, halving, q);
    }
}

/// One past the moduli for which stages need not subtract.
const NARROW: u64 = (1 << 52) / 60;

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors
/// `$w(block, place)`. In line, because a call would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr) => {{
        stages!($self, $x, $w, $R, $B, [4 2 1]);
    }};
    ($self:ident, $x:ident, $w:expr, $R:expr, $B:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w(block, stage::descending_factor(i, $R, $half)));
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w, stage::second_when_descending(i, $half));
        }
    )*}};
}

/// What a butterfly needs besides its twiddle factor.
struct Butterfly<const IS_NARROW: bool> {
    q: __m512i,
    two_q: __m512i,
    minus_q: __m512i,
    mask: __m512i,
    two: __m512i,
    montgomery: Montgomery,
    /// `floor(2^52 / q)`.
    reciprocal: __m512i,
}

impl<const IS_NARROW: bool> Butterfly<IS_NARROW> {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(q: Modulus) -> Self {
        Self {
            q: splat(q.value()),
            two_q: splat(2 * q.value()),
            minus_q: splat((1 << 52) - q.value()),
            mask: splat(MASK),
            two: splat(2),
            montgomery: Montgomery::new(q),
            reciprocal: splat((1 << 52) / q.value()),
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn forward(&self, values: &mut [u64], tables: &Tables, halving: Option<Shoup>, q: Modulus) {
        let stream = &mut Stream::new(&tables.forward);
        match halving {
            None => self.descend(values.as_chunks_mut().0, &tables.radices, stream),
            Some(w) => self.meet(values, &tables.radices, stream, w, q),
        }
    }

    /// All stages of a block, to residues.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn descend(&self, block: &mut [[u64; LANES]], radices: &[u32], stream: &mut Stream<'_, u64>) {
        let Some((&radix, inner)) = radices.split_first() else { return self.leaves(block, stream) };
        match radix {
            1 => self.pass::<2, 1, 4>(block, stream),
            2 => self.pass::<4, 3, 2>(block, stream),
            _ => self.pass::<8, 7, 1>(block, stream),
        }
        self.descend_parts(block, radix, inner, stream);
    }

    /// As [`Butterfly::descend`], but first meets what mirrors each other, times `w`.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn meet(&self, values: &mut [u64], radices: &[u32], stream: &mut Stream<'_, u64>, w: Shoup, q: Modulus) {
        match radices[0] {
            1 => self.meeting_pass::<2, 1>(values, stream, w, q),
            2 => self.meeting_pass::<4, 3>(values, stream, w, q),
            _ => self.meeting_pass::<8, 7>(values, stream, w, q),
        }
        self.descend_parts(values.as_chunks_mut().0, radices[0], &radices[1..], stream);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn descend_parts(
        &self,
        block: &mut [[u64; LANES]],
        radix: u32,
        inner: &[u32],
        stream: &mut Stream<'_, u64>,
    ) {
        if inner.is_empty() {
            self.leaves(block, stream);
        } else {
            for child in block.chunks_mut(block.len() >> radix) {
                self.descend(child, inner, stream);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn pass<const R: usize, const T: usize, const C: usize>(
        &self,
        block: &mut [[u64; LANES]],
        stream: &mut Stream<'_, u64>,
    ) {
        let w = broadcasts::<T>(stream);
        pass::<R, C>(block, |x| stages!(self, x: [[_; R]; C], |_, i| w[i]));
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn meeting_pass<const R: usize, const T: usize>(
        &self,
        values: &mut [u64],
        stream: &mut Stream<'_, u64>,
        w: Shoup,
        q: Modulus,
    ) {
        let (meeting, twiddles) = (Factor::new(w, q), broadcasts::<T>(stream));
        let alone = |mut column: [u64; R]| {
            scalar::meet(&mut column, w, q);
            let mut x = [column.map(|x| splat(x))];
            stages!(self, x: [[_; R]; 1], |_, i| twiddles[i]);
            x[0].map(|x| first_lane(x))
        };
        mirrored_pass::<R>(values, alone, |x| {
            pairs(x, |a, b| self.sum_and_difference(a, b, (meeting.value, meeting.quotient), false));
            stages!(self, x: [[_; R]; 2], |_, i| twiddles[i]);
        });
    }

    /// The last six stages of a block, to residues: two leaves at a time, so that one computes while the other waits.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn leaves(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, u64>) {
        for pair in block.as_chunks_mut::<{ 2 * ROWS }>().0 {
            let [first, second] = stream.take::<LEAF_WORDS, 2>();
            let mut leaf = [Stream::new(first), Stream::new(second)];
            let mut x = [[self.two_q; ROWS]; 2];
            for i in 0..2 * ROWS {
                x[i / ROWS][i % ROWS] = load(&pair[i]);
            }
            let [first, second] = &mut leaf;
            let w = [broadcasts::<7>(first), broadcasts::<7>(second)];
            stages!(self, x: [[_; ROWS]; 2], |block: usize, i: usize| w[block][i]);
            lanes::stage::<2>(&mut x, &mut leaf, |ab, w| self.lanes(spread(ab), w));
            lanes::stage::<4>(&mut x, &mut leaf, |ab, w| self.lanes(split(ab), w));
            lanes::stage::<8>(&mut x, &mut leaf, |ab, w| {
                let (a, b) = self.lanes(split(ab), w);
                interleave((self.residue(a), self.residue(b)))
            });
            for i in 0..2 * ROWS {
                store(&mut pair[i], x[i / ROWS][i % ROWS]);
            }
        }
    }

    /// As [`Butterfly::butterfly`], with factors of single lanes: `a + q` and then results that are within `q` of it.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn lanes(&self, (a, b): Pair, words: __m512i) -> Pair {
        let a = _mm512_add_epi64(self.first(a), self.q);
        let sum = self.montgomery.add(a, b, words);
        (sum, _mm512_sub_epi64(_mm512_add_epi64(a, a), sum))
    }

    /// The residue of a result: of a number in `[0, 4q)`, or below `2^52` where `q` is narrow.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn residue(&self, x: __m512i) -> __m512i {
        let x = if IS_NARROW {
            let quotient = _mm512_madd52hi_epu64(_mm512_setzero_si512(), x, self.reciprocal);
            _mm512_and_si512(_mm512_madd52lo_epu64(x, quotient, self.minus_q), self.mask)
        } else {
            subtract_if_above(x, self.two_q)
        };
        subtract_if_above(x, self.q)
    }

    /// A first operand as a butterfly takes it: in `[0, 2q)` unless `q` is narrow.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn first(&self, a: __m512i) -> __m512i {
        if IS_NARROW { a } else { subtract_if_above(a, self.two_q) }
    }

    /// `a + b w` and `a - b w`; bare, where multiplications are all that reads them.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn butterfly(&self, a: __m512i, b: __m512i, w: Twiddle, bare: bool) -> (__m512i, __m512i) {
        self.sum_and_difference(self.first(a), b, w, bare)
    }

    /// As [`Butterfly::butterfly`], for `a` as [`Butterfly::first`] makes it.
    #[target_feature(enable = "avx512f,avx512ifma")]
    #[inline]
    fn sum_and_difference(&self, a: __m512i, b: __m512i, w: Twiddle, bare: bool) -> (__m512i, __m512i) {
        let high = _mm512_madd52hi_epu64(_mm512_setzero_si512(), b, w.1);
        let sum = _mm512_madd52lo_epu64(_mm512_madd52lo_epu64(a, b, w.0), high, self.minus_q);
        let sum = if bare { sum } else { _mm512_and_si512(sum, self.mask) };
        (sum, _mm512_sub_epi64(_mm512_madd52lo_epu64(self.two_q, a, self.two), sum))
    }
}
