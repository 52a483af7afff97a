//! The inverse transform: `a + b` and `(a - b) w` on numbers on either side of zero, in double precision.
//!
//! Sums double in every stage; products come back to little more than `p/2`, as do numbers that are reduced on the way. A
//! pass finds and leaves numbers up to `p + 2`, adds none beyond `4 p + 8`, which is exact, and multiplies none beyond
//! it, which is below the `2^52` that a product asks for. In units of `p`, for the eight rows of a pass:
//!
//! ```text
//! rows             0      1      2      3      4      5      6      7
//! first stage      2     .57     2     .57     2     .57     2     .57
//! second stage     4     1.14   .63    .54     4     1.14   .63    .54
//! reduced          .5                          .5
//! third stage      1     2.28   1.25   1.07   .54    .58    .54    .54
//! reduced                 .5     .5     .5
//! ```
//!
//! A pass of four rows ends after the second stage and reduces rows 0 and 1; one of two rows reduces row 0.

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, stage},
    Factor, LANES, Prime, factor, load,
    passes::{broadcasts, pass, vectors},
    store,
    tables::{LEAF, LEAF_WORDS, Tables},
    to_float,
    transpose::transpose,
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
        stages!($self, $x, $w, $last, $R, $B, [1 2]);
        if $R >= 8 {
            reduce!($self, $x, $B, [0 4]);
        }
        stages!($self, $x, $w, $last, $R, $B, [4]);
        match $R {
            _ if $last => {}
            2 => reduce!($self, $x, $B, [0]),
            4 => reduce!($self, $x, $B, [0 1]),
            _ => reduce!($self, $x, $B, [1 2 3]),
        }
    }};
    ($self:ident, $x:ident, $w:expr, $last:expr, $R:expr, $B:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w[block][stage::ascending_factor(i, $R, $half)]);
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w, $last && 2 * $half == $R);
        }
    )*}};
}

/// Reduces rows of every block.
macro_rules! reduce {
    ($self:ident, $x:ident, $B:expr, [$($row:literal)*]) => {{
        for block in 0..$B {
            $( $x[block][$row] = $self.p.center($x[block][$row]); )*
        }
    }};
}

/// What a butterfly needs besides its factor.
struct Butterfly {
    p: Prime,
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
    #[target_feature(enable = "avx2,fma")]
    fn leaves(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, f64>) {
        const ROWS: usize = LEAF / LANES;
        for leaf in block.as_chunks_mut::<ROWS>().0 {
            let [words] = stream.take::<LEAF_WORDS, 1>();
            let words = &mut Stream::new(words);
            let mut x = [[_mm256_setzero_pd(); LANES]; 2];
            for i in 0..ROWS {
                x[i / LANES][i % LANES] = to_float(load(&leaf[i]));
            }
            x = [transpose(x[0]), transpose(x[1])];
            let w = [&vectors::<3>(words), &vectors::<3>(words)];
            stages!(self, x: [[_; LANES]; 2], w, false);
            let [[x0, x1, x2, x3], [x4, x5, x6, x7]] = [transpose(x[0]), transpose(x[1])];
            let mut x = [[x0, x1, x2, x3, x4, x5, x6, x7]];
            let w = [&broadcasts::<7>(words)];
            stages!(self, x: [[_; ROWS]; 1], w, false);
            for i in 0..ROWS {
                store(&mut leaf[i], _mm256_castpd_si256(x[0][i]));
            }
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
