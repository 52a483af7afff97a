//! The forward transform: `a + b w` and `a - b w` on numbers that may grow to either side of zero, in double precision.
//!
//! A stage adds a little more than `p/2` to the largest of them; [`Tables`] knows which passes must reduce first.

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, stage},
    Factor, LANES, Prime, load_float,
    passes::{broadcasts, pass, vectors},
    store,
    tables::{LEAF, LEAF_WORDS, Tables},
    to_float,
    transpose::transpose,
};
use crate::Modulus;

/// What a pass finds: residues, as integers.
const INTEGERS: u8 = 0;
/// Numbers small enough for its stages.
const SMALL: u8 = 1;
/// Numbers that it has to reduce first.
const LARGE: u8 = 2;

#[target_feature(enable = "avx2,fma")]
pub(crate) fn forward(values: &mut [u64], tables: &Tables, q: Modulus) {
    let butterfly = Butterfly(Prime::new(q));
    let block = values.as_chunks_mut().0;
    butterfly.descend::<INTEGERS>(block, &tables.radices, &tables.reduced, &mut Stream::new(&tables.forward));
}

/// All stages of `B` blocks of `R` rows each, `$x[block][row]`, with the factors `$w[block]`. In line, because a call
/// would cost more than what it does.
macro_rules! stages {
    ($self:ident, $x:ident: [[_; $R:expr]; $B:expr], $w:expr) => {{
        stages!($self, $x, $w, $R, $B, [4 2 1]);
    }};
    ($self:ident, $x:ident, $w:expr, $R:expr, $B:expr, [$($half:literal)*]) => {{$(
        for i in 0..stage::butterflies($R, $half) * $B {
            let (i, block) = stage::interleaved(i, $B);
            let (x, w) = (&mut $x[block], $w[block][stage::descending_factor(i, $R, $half)]);
            let (a, b) = stage::rows_of(i, $half);
            (x[a], x[b]) = $self.butterfly(x[a], x[b], w);
        }
    )*}};
}

struct Butterfly(Prime);

impl Butterfly {
    /// All stages of a block, to residues.
    #[target_feature(enable = "avx2,fma")]
    fn descend<const FROM: u8>(
        &self,
        block: &mut [[u64; LANES]],
        radices: &[u32],
        reduced: &[bool],
        stream: &mut Stream<'_, f64>,
    ) {
        let Some((&radix, inner)) = radices.split_first() else { return };
        match radix {
            1 => self.pass::<2, 1, 4, FROM>(block, stream),
            2 => self.pass::<4, 3, 2, FROM>(block, stream),
            _ => self.pass::<8, 7, 1, FROM>(block, stream),
        }
        let reduced = &reduced[1..];
        match (inner.is_empty(), reduced[0]) {
            (true, false) => self.leaves::<SMALL>(block, stream),
            (true, true) => self.leaves::<LARGE>(block, stream),
            (false, large) => {
                for child in block.chunks_mut(block.len() >> radix) {
                    if large {
                        self.descend::<LARGE>(child, inner, reduced, stream);
                    } else {
                        self.descend::<SMALL>(child, inner, reduced, stream);
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    fn pass<const R: usize, const T: usize, const C: usize, const FROM: u8>(
        &self,
        block: &mut [[u64; LANES]],
        stream: &mut Stream<'_, f64>,
    ) {
        let w = broadcasts::<T>(stream);
        pass::<R, C>(block, |x| {
            self.enter::<FROM>(x.as_flattened_mut());
            stages!(self, x: [[_; R]; C], [&w; C]);
        });
    }

    /// The last five stages of a block, to residues.
    #[target_feature(enable = "avx2,fma")]
    fn leaves<const FROM: u8>(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, f64>) {
        const ROWS: usize = LEAF / LANES;
        for leaf in block.as_chunks_mut::<ROWS>().0 {
            let [words] = stream.take::<LEAF_WORDS, 1>();
            let words = &mut Stream::new(words);
            let mut x = [[_mm256_setzero_pd(); ROWS]];
            for i in 0..ROWS {
                x[0][i] = load_float(&leaf[i]);
            }
            self.enter::<FROM>(&mut x[0]);
            let w = [&broadcasts::<7>(words)];
            stages!(self, x: [[_; ROWS]; 1], w);
            let [[x0, x1, x2, x3, x4, x5, x6, x7]] = x;
            let mut x = [transpose([x0, x1, x2, x3]), transpose([x4, x5, x6, x7])];
            let w = [&vectors::<3>(words), &vectors::<3>(words)];
            stages!(self, x: [[_; LANES]; 2], w);
            for x in x.as_flattened_mut() {
                *x = _mm256_castsi256_pd(self.0.residue(self.0.center(*x)));
            }
            x = [transpose(x[0]), transpose(x[1])];
            for i in 0..ROWS {
                store(&mut leaf[i], _mm256_castpd_si256(x[i / LANES][i % LANES]));
            }
        }
    }

    /// Makes numbers small enough for the stages that follow.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn enter<const FROM: u8>(&self, x: &mut [__m256d]) {
        for x in x {
            *x = match FROM {
                INTEGERS => to_float(_mm256_castpd_si256(*x)),
                SMALL => *x,
                _ => self.0.center(*x),
            };
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn butterfly(&self, a: __m256d, b: __m256d, w: Factor) -> (__m256d, __m256d) {
        let product = self.0.mul(b, w);
        (_mm256_add_pd(a, product), _mm256_sub_pd(a, product))
    }
}
