//! The canonical embedding: coefficients of a real polynomial to its values at roots of unity, and back.
//!
//! Let `zeta = exp(i pi / N)`. A polynomial `a` modulo `X^N + 1` is known by its values at the odd powers of `zeta`;
//! with real coefficients, by those at the `N/2` powers `zeta^(5^j)`, for the others are their conjugates. Slot `j` is
//! the value `a(zeta^(5^j))`. In this order `X -> X^5` rotates the slots by one to the left and `X -> X^-1` conjugates
//! them, and products of polynomials are products slot by slot (Cheon, Kim, Kim and Song, "Homomorphic Encryption for
//! Arithmetic of Approximate Numbers", ASIACRYPT 2017).
//!
//! # Half the length
//! `5^j = 1 mod 4`, so that `X^(N/2)` is `i` in every slot: with `w_k = a_k + i a_(k + N/2)` slot `j` is
//! `sum_(k < N/2) w_k zeta^(5^j k)`, a complex transform of length `N/2`, modulo `X^(N/2) - i`.
//!
//! # The conjugate-invariant ring
//! Let `zeta = exp(i pi / 2N)`. A polynomial `a_0 + sum_k a_k (X^k + X^-k)` has the same real value at a root and at its
//! inverse, and is known by those at the `N` powers `zeta^(5^j)`, where `X^N` is `i` and so `X^-k` is `-i X^(N - k)`: with
//! `w_k = a_k - i a_(N - k)`, and `w_0 = a_0`, slot `j` is `sum_(k < N) w_k zeta^(5^j k)`, the same transform of length `N`
//! (Kim and Song, "Approximate homomorphic encryption over the conjugate-invariant ring", ICISC 2018).
//!
//! # Sparse packing
//! A vector of fewer slots than there are, `n` of them, lives in the polynomials in `Y = X^gap`, where `gap` is the
//! number of slots over `n`; they are the ring of fewer coefficients by that factor. In the whole ring such a polynomial
//! shows the vector `gap` times over.

mod order;
mod root;
mod transform;

use lowtide_ring::{Ntt, Ring};
use num_complex::Complex64;
use rayon::prelude::*;

use self::transform::{Block, WIDTH};
use crate::Error;

/// The embedding of one ring, with its roots of unity.
///
/// Results are the same, bit for bit, on every platform and on any number of threads.
#[derive(Clone, Debug)]
pub struct Embedding {
    ring: Ring,
    degree: usize,
    roots: Box<[Block]>,
}

impl Embedding {
    /// The smallest ring degree: one slot.
    pub const MIN_DEGREE: usize = 2;
    /// The largest ring degree.
    pub const MAX_DEGREE: usize = Ntt::MAX_DEGREE;

    /// The embedding of the polynomials of degree `degree`.
    ///
    /// # Errors
    /// [`Error::Degree`].
    pub fn new(ring: Ring, degree: usize) -> Result<Self, Error> {
        let (min, max) = (Self::MIN_DEGREE, Self::MAX_DEGREE);
        if !degree.is_power_of_two() || degree < min || degree > max {
            return Err(Error::Degree { degree, min, max });
        }
        Ok(Self { ring, degree, roots: transform::roots(ring.slots(degree)) })
    }

    /// The ring.
    #[must_use]
    pub const fn ring(&self) -> Ring {
        self.ring
    }

    /// `N`.
    #[must_use]
    pub const fn degree(&self) -> usize {
        self.degree
    }

    /// The number of slots under full packing: `N / 2` complex ones, or `N` real ones.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.ring.slots(self.degree)
    }

    /// The polynomial that shows `slots`: its `N` real coefficients, undoing [`Embedding::to_slots`].
    ///
    /// * shape: `n` slots, `n` a power of two up to [`Embedding::slots`], to `N` coefficients; those beside the multiples
    ///   of the gap are zero;
    /// * order: slot `j` belongs to `zeta^(5^j)`; coefficients are in natural order;
    /// * cost: `(n/2) log2 n` complex butterflies.
    ///
    /// # Panics
    /// When `slots.len()` is no such power of two, or a slot of the conjugate-invariant ring is not real: bugs in the
    /// caller.
    #[must_use]
    pub fn to_coefficients(&self, slots: &[Complex64]) -> Vec<f64> {
        let real = self.ring != Ring::ConjugateInvariant || slots.iter().all(|slot| slot.im == 0.0);
        assert!(real, "slots of the conjugate-invariant ring are real");
        self.interpolate(blocks(slots, slots.len()), slots.len())
    }

    /// As [`Embedding::to_coefficients`], for real slots.
    ///
    /// # Panics
    /// As [`Embedding::to_coefficients`].
    #[must_use]
    pub fn to_coefficients_real(&self, slots: &[f64]) -> Vec<f64> {
        self.interpolate(real_blocks(slots, slots.len()), slots.len())
    }

    /// The values of a polynomial in `n` slots.
    ///
    /// For fewer slots than there are it reads the coefficients at multiples of the gap alone. Of a polynomial with others
    /// beside them, such as the noise that encryption leaves there, this is the mean over the copies of the vector.
    ///
    /// * shape: `N` coefficients to `n` slots, `n` a power of two up to [`Embedding::slots`];
    /// * order: natural; slot `j` belongs to `zeta^(5^j)`;
    /// * cost: `(n/2) log2 n` complex butterflies.
    ///
    /// # Panics
    /// When `coefficients.len() != N`, or `n` is no such power of two: a wrong shape is a bug in the caller.
    #[must_use]
    pub fn to_slots(&self, coefficients: &[f64], n: usize) -> Vec<Complex64> {
        let is_real = self.ring == Ring::ConjugateInvariant;
        let number = |(re, im): (&f64, &f64)| Complex64::new(*re, if is_real { 0.0 } else { *im });
        let values = self.evaluate(coefficients, n);
        values.iter().flat_map(|[re, im]| re.iter().zip(im)).take(n).map(number).collect()
    }

    /// As [`Embedding::to_slots`], the real parts alone.
    ///
    /// # Panics
    /// As [`Embedding::to_slots`].
    #[must_use]
    pub fn to_slots_real(&self, coefficients: &[f64], n: usize) -> Vec<f64> {
        let values = self.evaluate(coefficients, n);
        let mut slots = Vec::with_capacity(values.len() * WIDTH);
        values.iter().for_each(|[re, _]| slots.extend_from_slice(re));
        slots.truncate(n);
        slots
    }

    /// The polynomial that shows `value`, real where slots are, in every slot.
    pub(crate) fn constant(&self, value: Complex64) -> Vec<f64> {
        let mut coefficients = vec![0.0; self.degree];
        coefficients[0] = value.re;
        if self.ring == Ring::Standard {
            coefficients[self.degree / 2] = value.im;
        }
        coefficients
    }

    /// `n` slots, real where they have to be, to coefficients.
    pub(crate) fn interpolate(&self, mut values: Vec<Block>, n: usize) -> Vec<f64> {
        let gap = self.gap(n);
        transform::inverse(&mut values, n, &self.roots);
        let mut coefficients = vec![0.0; self.degree];
        let place = |(part, out): (usize, &mut [f64])| {
            let scale = 1.0 / n as f64;
            if gap == 1 {
                order::scatter(out, &values, part, scale);
            } else {
                let mut near = vec![0.0; n];
                order::scatter(&mut near, &values, part, scale);
                out.iter_mut().step_by(gap).zip(near).for_each(|(x, y)| *x = y);
            }
        };
        // Where slots are real, the imaginary parts repeat the others and have no half of their own.
        if n < transform::LARGE {
            coefficients.chunks_exact_mut(gap * n).enumerate().for_each(place);
        } else {
            coefficients.par_chunks_exact_mut(gap * n).enumerate().for_each(place);
        }
        coefficients
    }

    /// A polynomial's values in `n` slots; where they are real, the imaginary parts are errors of rounding.
    fn evaluate(&self, coefficients: &[f64], n: usize) -> Vec<Block> {
        assert_eq!(coefficients.len(), self.degree, "a polynomial has N coefficients");
        let gap = self.gap(n);
        let every = |part: &[f64]| part.iter().step_by(gap).copied().collect::<Vec<_>>();
        let (low, high) = coefficients.split_at(gap * n);
        let mut values = match self.ring {
            Ring::ConjugateInvariant => {
                let partners = low.iter().rev().skip(gap - 1).step_by(gap).take(n - 1).map(|x| -x);
                order::gather([&every(low), &std::iter::once(0.0).chain(partners).collect::<Vec<_>>()])
            }
            _ if gap == 1 => order::gather([low, high]),
            _ => order::gather([&every(low), &every(high)]),
        };
        transform::forward(&mut values, n, &self.roots);
        values
    }

    /// The distance between the coefficients of a polynomial of `n` slots.
    fn gap(&self, n: usize) -> usize {
        assert!(
            n.is_power_of_two() && n <= self.slots(),
            "{n} slots: take a power of two from 1 to {}",
            self.slots()
        );
        self.slots() / n
    }
}

/// Complex numbers in blocks, zeros behind them up to `n`.
pub(crate) fn blocks<'a>(numbers: impl IntoIterator<Item = &'a Complex64>, n: usize) -> Vec<Block> {
    let mut values = transform::zeros(n);
    for (i, number) in numbers.into_iter().enumerate() {
        let [re, im] = &mut values[i / WIDTH];
        (re[i % WIDTH], im[i % WIDTH]) = (number.re, number.im);
    }
    values
}

/// As [`blocks`], of real numbers.
pub(crate) fn real_blocks(numbers: &[f64], n: usize) -> Vec<Block> {
    let mut values = transform::zeros(n);
    for ([re, _], numbers) in values.iter_mut().zip(numbers.chunks(WIDTH)) {
        re[..numbers.len()].copy_from_slice(numbers);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_degrees_are_refused() {
        for degree in [0, 1, 12, 1 << 18] {
            let made = Embedding::new(Ring::Standard, degree).map(|_| ());
            assert_eq!(made, Err(Error::Degree { degree, min: 2, max: 1 << 17 }));
        }
    }

    #[test]
    #[should_panic(expected = "16 slots: take a power of two from 1 to 8")]
    fn more_slots_than_the_ring_has_panic() {
        let _ = Embedding::new(Ring::Standard, 16).unwrap().to_coefficients_real(&[0.0; 16]);
    }

    #[test]
    #[should_panic(expected = "3 slots")]
    fn an_odd_slot_count_panics() {
        let _ = Embedding::new(Ring::Standard, 16).unwrap().to_slots(&[0.0; 16], 3);
    }
}
