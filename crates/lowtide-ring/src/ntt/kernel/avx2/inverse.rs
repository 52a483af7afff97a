//! The inverse transform: `a + b` and `(a - b) w` on numbers on either side of zero, in double precision.
//!
//! Sums double in every stage; products come back to little more than `p/2`, as do numbers that are reduced on the way. A
//! pass finds and leaves numbers up to `0.6 p`, and multiplies none beyond `3 p`. In units of `p`, for its eight rows:
//!
//! ```text
//! rows             0      1      2      3      4      5      6      7
//! first stage      1.2    .54   1.2    .54   1.2    .54   1.2    .54
//! second stage     2.4   1.08    .58    .54   2.4   1.08    .58    .54
//! reduced          .5
//! third stage      2.9   2.15   1.15   1.07    .6     .57    .54    .54
//! reduced          .5     .5     .5     .5
//! ```
//!
//! A pass of four rows ends after the second stage and reduces rows 0 and 1; one of two rows reduces row 0.
//!
//! A leaf finds numbers up to `(p - 1) / 2`, and its first two stages leave upper halves as a pass finds them, but lower
//! halves up to `2 (p - 1)`. The third stage multiplies numbers up to `4 (p - 1)`, which is below the `2^52` that a
//! product asks for; lower halves are reduced after it:
//!
//! ```text
//! rows             0      1      2      3      4      5      6      7
//! third stage      4      .63   4      .63   4      .63   4      .63
//! reduced          .5            .5            .5            .5
//! fourth stage     1     1.25    .54    .54   1     1.25    .54    .54
//! fifth stage      2     2.5    1.07   1.08    .54    .58    .54    .54
//! reduced          .5     .5     .5     .5
//! ```

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, stage},
    Factor, LANES, Prime, UNIT, factor,
    leaves::{ROWS, WORDS, between_halves, between_neighbours, between_vectors, join, split, transpose},
    passes::{broadcasts, pass},
    store,
    tables::Tables,
};
use crate::{Modulus, Shoup};

/// The last stage multiplies sums by `scale` and differences by `scaled_twiddle`.
#[target_feature(enable = "avx2,fma")]
pub(crate) fn inverse(
    values: &mut [u64],
    tables: &Tables,
    (scale, scaled_twiddle): (Shoup, Shoup),
    q: Modulus,
) {
    let butterfly = Butterfly {
        p: Prime::new(q),
        twice_middle: _mm256_set1_pd((q.value() - 1) as f64 + 2.0 * UNIT),
        scale: factor(scale.value(), q),
        scaled_twiddle: factor(scaled_twiddle.value(), q),
    };
    let stream = &mut Stream::new(&tables.inverse);
    butterfly.ascend::<true>(values.as_chunks_mut().0, &tables.radices, stream);
}

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors `$w[block]`. In line, because a call
/// would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr, $last:expr) => {{
        stages!($self, $x: [[_; $R]; $B], $w, $last, [1 2]);
        if $R >= 8 {
            $x.iter_mut().for_each(|x| $self.reduce(x, [0]));
        }
        stages!($self, $x: [[_; $R]; $B], $w, $last, [4]);
        match $R {
            _ if $last => {}
            2 => $x.iter_mut().for_each(|x| $self.reduce(x, [0])),
            4 => $x.iter_mut().for_each(|x| $self.reduce(x, [0, 1])),
            _ => $x.iter_mut().for_each(|x| $self.reduce(x, [0, 1, 2, 3])),
        }
    }};
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr, $last:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w[block][stage::ascending_factor(i, $R, $half)]);
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w, $last && 2 * $half == $R);
        }
    )*}};
}

/// What a butterfly needs besides its factor.
struct Butterfly {
    p: Prime,
    /// `2 (2^52 + (p - 1) / 2)`.
    twice_middle: __m256d,
    scale: Factor,
    scaled_twiddle: Factor,
}

impl Butterfly {
    /// All stages of a block; with `LAST` to residues, divided by `N`.
    #[target_feature(enable = "avx2,fma")]
    fn ascend<const LAST: bool>(
        &self,
        block: &mut [[u64; LANES]],
        radices: &[u32],
        stream: &mut Stream<'_, f64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else { return };
        if inner.is_empty() {
            self.leaves(block, stream);
        } else {
            for child in block.chunks_mut(block.len() >> radix) {
                self.ascend::<false>(child, inner, stream);
            }
        }
        match radix {
            1 => self.pass::<2, 1, 4, LAST>(block, stream),
            2 => self.pass::<4, 3, 2, LAST>(block, stream),
            _ => self.pass::<8, 7, 1, LAST>(block, stream),
        }
    }

    #[target_feature(enable = "avx2,fma")]
    fn pass<const R: usize, const T: usize, const C: usize, const LAST: bool>(
        &self,
        block: &mut [[u64; LANES]],
        stream: &mut Stream<'_, f64>,
    ) {
        let w = broadcasts::<T>(stream);
        pass::<R, C>(block, |x| stages!(self, x: [[_; R]; C], [&w; C], LAST));
    }

    /// The first five stages of a block, from residues.
    ///
    /// They find `x - (p - 1) / 2` in place of `x`, as a number around zero grows less. That adds one half modulo `p` to
    /// all values of a leaf, and 16 to its first number, where it is taken away again.
    #[target_feature(enable = "avx2,fma")]
    fn leaves(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, f64>) {
        let unit = _mm256_set1_pd(UNIT);
        for leaves in block.as_chunks_mut::<{ 2 * ROWS }>().0 {
            let (first, second) = leaves.split_at_mut(ROWS);
            let [words] = stream.take::<WORDS, 1>();
            let mut x = [[_mm256_setzero_pd(); ROWS]; 2];
            for i in 0..ROWS {
                let [a, b] = transpose(join(&first[i], &second[i])).map(|x| _mm256_or_pd(x, unit));
                x[0][i] = _mm256_add_pd(_mm256_sub_pd(a, self.twice_middle), b);
                x[1][i] = _mm256_sub_pd(a, b);
            }
            let w = between_neighbours(words);
            for i in 0..ROWS {
                [x[0][i], x[1][i]] = transpose([x[0][i], self.p.mul(x[1][i], w[i])]);
            }
            let w = between_halves(words);
            for i in 0..ROWS {
                (x[0][i], x[1][i]) = self.butterfly(x[0][i], x[1][i], w[i], false);
            }
            let w = between_vectors(words);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [1]);
            self.reduce(&mut x[0], [0, 2, 4, 6]);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [2]);
            self.reduce(&mut x[1], [0]);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w], false, [4]);
            x[0][0] = _mm256_sub_pd(x[0][0], _mm256_setr_pd(16.0, 0.0, 16.0, 0.0));
            self.reduce(&mut x[0], [0, 1, 2, 3]);
            self.reduce(&mut x[1], [0, 1, 2, 3]);
            for i in 0..ROWS {
                let [a, b] = split([x[0][i], x[1][i]]);
                store(&mut first[i], _mm256_castpd_si256(a));
                store(&mut second[i], _mm256_castpd_si256(b));
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn reduce<const R: usize, const K: usize>(&self, block: &mut [__m256d; R], rows: [usize; K]) {
        for row in rows {
            block[row] = self.p.center(block[row]);
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn butterfly(&self, a: __m256d, b: __m256d, w: Factor, last: bool) -> (__m256d, __m256d) {
        let (sum, difference) = (_mm256_add_pd(a, b), _mm256_sub_pd(a, b));
        if last {
            let residue = |x| _mm256_castsi256_pd(self.p.residue(x));
            (residue(self.p.mul(sum, self.scale)), residue(self.p.mul(difference, self.scaled_twiddle)))
        } else {
            (sum, self.p.mul(difference, w))
        }
    }
}
