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

mod root;
mod transform;

use lowtide_ring::{Ntt, Ring};
use num_complex::Complex64;

use crate::Error;

/// The embedding of one ring, with its roots of unity.
///
/// Results are the same, bit for bit, on every platform and on any number of threads.
#[derive(Clone, Debug)]
pub struct Embedding {
    ring: Ring,
    degree: usize,
    roots: Box<[Complex64]>,
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
        self.interpolate(slots.to_vec())
    }

    /// As [`Embedding::to_coefficients`], for real slots.
    ///
    /// # Panics
    /// As [`Embedding::to_coefficients`].
    #[must_use]
    pub fn to_coefficients_real(&self, slots: &[f64]) -> Vec<f64> {
        self.interpolate(slots.iter().map(Complex64::from).collect())
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
        assert_eq!(coefficients.len(), self.degree, "a polynomial has N coefficients");
        let gap = self.gap(n);
        let partner = |k: usize| match self.ring {
            Ring::ConjugateInvariant if k == 0 => 0.0,
            Ring::ConjugateInvariant => -coefficients[self.degree - k],
            _ => coefficients[self.degree / 2 + k],
        };
        let pair = |k: usize| Complex64::new(coefficients[k], partner(k));
        let mut values: Vec<_> = (0..n).map(|i| pair(reverse_bits(i, n) * gap)).collect();
        transform::forward(&mut values, &self.roots);
        if self.ring == Ring::ConjugateInvariant {
            values.iter_mut().for_each(|value| value.im = 0.0);
        }
        values
    }

    /// As [`Embedding::to_slots`], the real parts alone.
    ///
    /// # Panics
    /// As [`Embedding::to_slots`].
    #[must_use]
    pub fn to_slots_real(&self, coefficients: &[f64], n: usize) -> Vec<f64> {
        self.to_slots(coefficients, n).into_iter().map(|slot| slot.re).collect()
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

    /// Slots, real where they have to be, to coefficients.
    pub(crate) fn interpolate(&self, mut values: Vec<Complex64>) -> Vec<f64> {
        let n = values.len();
        let gap = self.gap(n);
        transform::inverse(&mut values, &self.roots);
        let mut coefficients = vec![0.0; self.degree];
        let scale = 1.0 / n as f64;
        for (i, value) in values.iter().enumerate() {
            let k = reverse_bits(i, n) * gap;
            coefficients[k] = value.re * scale;
            if self.ring == Ring::Standard {
                coefficients[self.degree / 2 + k] = value.im * scale;
            }
        }
        coefficients
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

/// `i` with its `log2 n` low bits reversed, for a power of two `n` and `i < n`.
const fn reverse_bits(i: usize, n: usize) -> usize {
    // Two shifts, for the one of `n = 1` would be as wide as the word.
    (i.reverse_bits() >> 1) >> (usize::BITS - 1 - n.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_reverse() {
        assert_eq!((0..8).map(|i| reverse_bits(i, 8)).collect::<Vec<_>>(), [0, 4, 2, 6, 1, 5, 3, 7]);
        assert_eq!(reverse_bits(0, 1), 0);
    }

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
