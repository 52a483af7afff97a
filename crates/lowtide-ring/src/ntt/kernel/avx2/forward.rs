//! The forward transform: `a + b w` and `a - b w` on numbers that may grow to either side of zero, in double precision.

use std::arch::x86_64::*;

use super::{
    super::plan::{Stream, halves, halves_mut},
    Factor, LANES, Prime, load_float,
    passes::{broadcasts, pass, vectors},
    store,
    tables::{LEAF, Tables},
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
        let Some((&radix, inner)) = radices.split_first() else {
            return self.leaf::<FROM>(block.first_chunk_mut().expect("a leaf"), stream);
        };
        match radix {
            1 => pass(block, broadcasts::<1>(stream), |x, w| self.radix2(self.enter::<FROM, 2>(x), w)),
            2 => pass(block, broadcasts::<3>(stream), |x, w| self.radix4(self.enter::<FROM, 4>(x), w)),
            _ => pass(block, broadcasts::<7>(stream), |x, w| self.radix8(self.enter::<FROM, 8>(x), w)),
        }
        let reduced = &reduced[1..];
        for child in block.chunks_exact_mut(block.len() >> radix) {
            if reduced[0] {
                self.descend::<LARGE>(child, inner, reduced, stream);
            } else {
                self.descend::<SMALL>(child, inner, reduced, stream);
            }
        }
    }

    /// The last five stages, to residues.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn leaf<const FROM: u8>(&self, block: &mut [[u64; LANES]; LEAF / LANES], stream: &mut Stream<'_, f64>) {
        let mut x = [_mm256_setzero_pd(); 8];
        for i in 0..8 {
            x[i] = load_float(&block[i]);
        }
        self.radix8(self.enter::<FROM, 8>(&mut x), &broadcasts(stream));
        let (low, high) = halves_mut(&mut x);
        for half in [low, high] {
            *half = transpose(*half);
            self.radix4(half, &vectors(stream));
            for x in &mut *half {
                *x = _mm256_castsi256_pd(self.0.residue(self.0.center(*x)));
            }
            *half = transpose(*half);
        }
        for i in 0..8 {
            store(&mut block[i], _mm256_castpd_si256(x[i]));
        }
    }

    /// Makes numbers small enough for the stages that follow.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn enter<'a, const FROM: u8, const R: usize>(&self, x: &'a mut [__m256d; R]) -> &'a mut [__m256d; R] {
        for x in &mut *x {
            *x = match FROM {
                INTEGERS => to_float(_mm256_castpd_si256(*x)),
                SMALL => *x,
                _ => self.0.center(*x),
            };
        }
        x
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix8(&self, x: &mut [__m256d; 8], w: &[Factor; 7]) {
        for i in 0..4 {
            (x[i], x[i + 4]) = self.butterfly(x[i], x[i + 4], w[0]);
        }
        let ((low, high), (w_low, w_high)) = (halves_mut(x), halves(&w[1..]));
        self.radix4(low, w_low);
        self.radix4(high, w_high);
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix4(&self, x: &mut [__m256d; 4], w: &[Factor; 3]) {
        (x[0], x[2]) = self.butterfly(x[0], x[2], w[0]);
        (x[1], x[3]) = self.butterfly(x[1], x[3], w[0]);
        (x[0], x[1]) = self.butterfly(x[0], x[1], w[1]);
        (x[2], x[3]) = self.butterfly(x[2], x[3], w[2]);
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn radix2(&self, x: &mut [__m256d; 2], w: &[Factor; 1]) {
        (x[0], x[1]) = self.butterfly(x[0], x[1], w[0]);
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn butterfly(&self, a: __m256d, b: __m256d, w: Factor) -> (__m256d, __m256d) {
        let product = self.0.mul(b, w);
        (_mm256_add_pd(a, product), _mm256_sub_pd(a, product))
    }
}
