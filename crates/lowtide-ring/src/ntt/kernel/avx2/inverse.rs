//! The inverse transform: `a + b` and `(a - b) w` on numbers on either side of zero, in double precision.
//!
//! Sums double in every stage, and products come back to about `p/2`. With `r` for a number that a reduction brought to
//! `p/2 + 1`, a pass finds and leaves numbers up to `p + 2`; what it multiplies stays below `4 p + 8 < 2^52`, which
//! `|b| < 2^52` asks for, and what it adds is exact. In units of `p`, for the eight rows of a pass:
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
    super::plan::{Stream, halves, halves_mut},
    Factor, LANES, Prime, factor, load_float,
    passes::{broadcasts, pass, vectors},
    store,
    tables::{LEAF, Tables},
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
        let Some((&radix, inner)) = radices.split_first() else {
            return self.leaf(block.first_chunk_mut().expect("a leaf"), stream);
        };
        for child in block.chunks_exact_mut(block.len() >> radix) {
            self.ascend::<false>(child, inner, stream);
        }
        match radix {
            1 => pass(block, broadcasts::<1>(stream), |x, w| self.radix2::<LAST>(x, w)),
            2 => pass(block, broadcasts::<3>(stream), |x, w| self.radix4::<LAST>(x, w)),
            _ => pass(block, broadcasts::<7>(stream), |x, w| self.radix8::<LAST>(x, w)),
        }
    }

    /// The first five stages, from residues.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn leaf(&self, block: &mut [[u64; LANES]; LEAF / LANES], stream: &mut Stream<'_, f64>) {
        let mut x = [_mm256_setzero_pd(); 8];
        for i in 0..8 {
            x[i] = load_float(&block[i]);
        }
        let (low, high) = halves_mut(&mut x);
        for half in [low, high] {
            *half = transpose(*half);
            for x in &mut *half {
                *x = to_float(_mm256_castpd_si256(*x));
            }
            self.radix4::<false>(half, &vectors(stream));
            *half = transpose(*half);
        }
        self.radix8::<false>(&mut x, &broadcasts(stream));
        for i in 0..8 {
            store(&mut block[i], _mm256_castpd_si256(x[i]));
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix8<const LAST: bool>(&self, x: &mut [__m256d; 8], w: &[Factor; 7]) {
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[..6]));
        self.join4::<false>(low, w_low);
        self.join4::<false>(high, w_high);
        x[0] = self.p.center(x[0]);
        x[4] = self.p.center(x[4]);
        for i in 0..4 {
            (x[i], x[i + 4]) = self.butterfly::<LAST>(x[i], x[i + 4], w[6]);
        }
        if !LAST {
            for x in &mut x[1..4] {
                *x = self.p.center(*x);
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix4<const LAST: bool>(&self, x: &mut [__m256d; 4], w: &[Factor; 3]) {
        self.join4::<LAST>(x, w);
        if !LAST {
            x[0] = self.p.center(x[0]);
            x[1] = self.p.center(x[1]);
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn join4<const LAST: bool>(&self, x: &mut [__m256d; 4], w: &[Factor; 3]) {
        (x[0], x[1]) = self.butterfly::<false>(x[0], x[1], w[0]);
        (x[2], x[3]) = self.butterfly::<false>(x[2], x[3], w[1]);
        (x[0], x[2]) = self.butterfly::<LAST>(x[0], x[2], w[2]);
        (x[1], x[3]) = self.butterfly::<LAST>(x[1], x[3], w[2]);
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix2<const LAST: bool>(&self, x: &mut [__m256d; 2], w: &[Factor; 1]) {
        (x[0], x[1]) = self.butterfly::<LAST>(x[0], x[1], w[0]);
        if !LAST {
            x[0] = self.p.center(x[0]);
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn butterfly<const LAST: bool>(&self, a: __m256d, b: __m256d, w: Factor) -> (__m256d, __m256d) {
        let (sum, difference) = (_mm256_add_pd(a, b), _mm256_sub_pd(a, b));
        if LAST {
            let residue = |x| _mm256_castsi256_pd(self.p.residue(x));
            (residue(self.p.mul(sum, self.scale)), residue(self.p.mul(difference, self.scaled_twiddle)))
        } else {
            (sum, self.p.mul(difference, w))
        }
    }
}
