//! The forward transform: `a + b w` and `a - b w` on numbers that may grow to either side of zero, in double precision.
//!
//! A stage adds a little more than `p/2` to the largest of them; [`Tables`] knows which passes must reduce first. It is
//! enough that they reduce what their first stage does not multiply.

use std::arch::x86_64::*;

use super::{
    super::{plan::Stream, stage},
    Factor, LANES, Prime, UNIT,
    leaves::{ROWS, WORDS, between_halves, between_neighbours, between_vectors, join, split, transpose},
    passes::{broadcasts, pass},
    store,
    tables::Tables,
    to_float,
};
use crate::Modulus;

/// What a pass finds: residues, as integers.
const INTEGERS: u8 = 0;
/// Numbers small enough for its stages.
const SMALL: u8 = 1;
/// Numbers of which it has to reduce half.
const LARGE: u8 = 2;

#[target_feature(enable = "avx2,fma")]
pub(crate) fn forward(values: &mut [u64], tables: &Tables, q: Modulus) {
    let half = (q.value() / 2) as f64;
    let butterfly = Butterfly {
        p: Prime::new(q),
        half_of_first: _mm256_setr_pd(half, 0.0, half, 0.0),
        half_and_unit: _mm256_set1_pd(half + UNIT),
    };
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

struct Butterfly {
    p: Prime,
    /// `(p - 1) / 2` for the first number of each leaf, and zeros.
    half_of_first: __m256d,
    /// `(p - 1) / 2 + 2^52`.
    half_and_unit: __m256d,
}

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
        let Some(&large) = reduced.first() else { return self.leaves(block, stream) };
        for child in block.chunks_mut(block.len() >> radix) {
            if large {
                self.descend::<LARGE>(child, inner, reduced, stream);
            } else {
                self.descend::<SMALL>(child, inner, reduced, stream);
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
            match FROM {
                INTEGERS => {
                    for x in x.as_flattened_mut() {
                        *x = to_float(_mm256_castpd_si256(*x));
                    }
                }
                SMALL => {}
                _ => self.reduce_first_half(x),
            }
            stages!(self, x: [[_; R]; C], [&w; C]);
        });
    }

    /// The last five stages of a block, to residues.
    ///
    /// What is taken from the first number of a leaf is taken from all of its values. There it is half a prime, so that
    /// those that are reduced to the nearest to zero are residues when the half comes back.
    #[target_feature(enable = "avx2,fma")]
    fn leaves(&self, block: &mut [[u64; LANES]], stream: &mut Stream<'_, f64>) {
        for leaves in block.as_chunks_mut::<{ 2 * ROWS }>().0 {
            let (first, second) = leaves.split_at_mut(ROWS);
            let [words] = stream.take::<WORDS, 1>();
            let mut x = [[_mm256_setzero_pd(); ROWS]; 2];
            for i in 0..ROWS {
                [x[0][i], x[1][i]] = join(&first[i], &second[i]);
            }
            self.reduce_first_half(&mut x);
            x[0][0] = _mm256_sub_pd(x[0][0], self.half_of_first);
            let w = between_vectors(words);
            stages!(self, x: [[_; ROWS]; 2], [&w, &w]);
            let w = between_halves(words);
            for i in 0..ROWS {
                let (a, b) = self.butterfly(x[0][i], x[1][i], w[i]);
                [x[0][i], x[1][i]] = transpose([a, b]);
            }
            let w = between_neighbours(words);
            for i in 0..ROWS {
                (x[0][i], x[1][i]) = self.butterfly(x[0][i], x[1][i], w[i]);
            }
            for i in 0..ROWS {
                let [a, b] = split(transpose([self.residue(x[0][i]), self.residue(x[1][i])]));
                store(&mut first[i], _mm256_castpd_si256(a));
                store(&mut second[i], _mm256_castpd_si256(b));
            }
        }
    }

    /// Reduces the rows that the next stage does not multiply.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn reduce_first_half<const R: usize>(&self, blocks: &mut [[__m256d; R]]) {
        for block in blocks {
            for x in &mut block[..R / 2] {
                *x = self.p.center(*x);
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn butterfly(&self, a: __m256d, b: __m256d, w: Factor) -> (__m256d, __m256d) {
        let product = self.p.mul(b, w);
        (_mm256_add_pd(a, product), _mm256_sub_pd(a, product))
    }

    /// The bits of the residue of `x + (p - 1) / 2`, for `|x| < 4 p`.
    ///
    /// `x / p` is at least `2^-51` away from the middle between two integers. `x` times `1 / p`, which is rounded once, is
    /// off by less: so the quotient is the nearest integer, and the rest is from `-(p - 1) / 2` to `(p - 1) / 2`.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn residue(&self, x: __m256d) -> __m256d {
        let quotient = self.p.quotient(x);
        let residue = _mm256_fnmadd_pd(quotient, self.p.p, _mm256_add_pd(x, self.half_and_unit));
        _mm256_xor_pd(residue, _mm256_set1_pd(UNIT))
    }
}
