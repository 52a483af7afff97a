//! The automorphisms `X -> X^g`: they permute slots, and so rotate and conjugate encrypted vectors.

use crate::{Error, Modulus, Ring, ntt::reverse_bits};

/// One automorphism of a ring, with its permutation of evaluations.
///
/// In the bit-reversed order of [`crate::Ntt`] entry `i` is the value at `psi^(2 brv(i) + 1)`; the value of `f(X^g)`
/// there is the value of `f` at the `g`-th power of that point.
#[derive(Clone, Debug)]
pub struct Automorphism {
    element: u64,
    permutation: Box<[u32]>,
}

impl Automorphism {
    /// `X -> X^element` on polynomials of degree `degree`.
    ///
    /// # Errors
    /// [`Error::GaloisElement`] when the element is even or not below `2 degree`.
    pub fn new(ring: Ring, degree: usize, element: u64) -> Result<Self, Error> {
        let order = ring.root_order(degree);
        if element.is_multiple_of(2) || element >= order {
            return Err(Error::GaloisElement { element, degree });
        }
        let source = |i| {
            let exponent = (2 * reverse_bits(i, degree) as u64 + 1) * element % order;
            reverse_bits((exponent / 2) as usize, degree) as u32
        };
        Ok(Self { element, permutation: (0..degree).map(source).collect() })
    }

    /// The Galois element of a rotation of the slots by `steps` to the left: `5^steps` modulo `2 degree`.
    /// Rotations are taken modulo the number of slots; negative steps turn right.
    #[must_use]
    pub fn rotation_element(ring: Ring, degree: usize, steps: i64) -> u64 {
        let order = ring.root_order(degree);
        let steps = steps.rem_euclid(ring.slots(degree) as i64);
        (0..steps.cast_unsigned()).fold(1, |power, _| power * 5 % order)
    }

    /// The Galois element of complex conjugation of the slots: `2 degree - 1`.
    #[must_use]
    pub const fn conjugation_element(ring: Ring, degree: usize) -> u64 {
        ring.root_order(degree) - 1
    }

    /// The element whose automorphism undoes that of `element`.
    #[must_use]
    pub fn inverse_element(ring: Ring, degree: usize, element: u64) -> u64 {
        // The group has exponent N / 2, so that g^(N/2 - 1) inverts g; for N = 8 and above.
        let order = ring.root_order(degree);
        let square = |x: u64| x * x % order;
        let mut inverse = 1;
        let (mut power, mut exponent) = (element % order, degree as u64 / 2 - 1);
        while exponent > 0 {
            if exponent % 2 == 1 {
                inverse = inverse * power % order;
            }
            power = square(power);
            exponent /= 2;
        }
        inverse
    }

    /// `g`.
    #[must_use]
    pub const fn element(&self) -> u64 {
        self.element
    }

    /// `N`.
    #[must_use]
    pub const fn degree(&self) -> usize {
        self.permutation.len()
    }

    /// One limb in evaluation form: `out` takes the values of `f(X^g)`.
    ///
    /// # Panics
    /// When a slice has another length than the ring degree.
    pub fn permute(&self, out: &mut [u64], values: &[u64]) {
        assert!(out.len() == self.degree() && values.len() == self.degree());
        for (x, i) in out.iter_mut().zip(&self.permutation) {
            *x = values[*i as usize];
        }
    }

    /// One limb in coefficient form: `out` takes the coefficients of `f(X^g)`.
    ///
    /// # Panics
    /// When a slice has another length than the ring degree.
    pub fn substitute(&self, out: &mut [u64], coefficients: &[u64], q: Modulus) {
        let n = self.degree();
        assert!(out.len() == n && coefficients.len() == n);
        for (i, x) in coefficients.iter().enumerate() {
            let power = (i as u64 * self.element) as usize & (2 * n - 1);
            out[power & (n - 1)] = if power < n { *x } else { q.neg(*x) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ntt, prime::ntt_primes};
    use proptest::prelude::*;

    #[test]
    fn rotations_form_a_group() {
        let element = |steps| Automorphism::rotation_element(Ring::Standard, 64, steps);
        assert_eq!(element(0), 1);
        assert_eq!(element(1), 5);
        assert_eq!(element(-3) * element(3) % 128, 1);
        assert_eq!(element(32), element(0));
        for g in (1..128).step_by(2) {
            assert_eq!(Automorphism::inverse_element(Ring::Standard, 64, g) * g % 128, 1);
        }
    }

    #[test]
    fn even_and_large_elements_are_refused() {
        for element in [0, 2, 128, 129] {
            let made = Automorphism::new(Ring::Standard, 64, element).map(|_| ());
            assert_eq!(made, Err(Error::GaloisElement { element, degree: 64 }));
        }
    }

    proptest! {
        #[test]
        fn both_forms_agree(log_degree in 3..9_u32, half in 0..1000_u64, seed in any::<u64>()) {
            let degree = 1_usize << log_degree;
            let element = (2 * half + 1) % (2 * degree as u64);
            let q = Modulus::new(ntt_primes(40, 2 * degree as u64).next().unwrap()).unwrap();
            let ntt = Ntt::new(degree, q).unwrap();
            let map = Automorphism::new(Ring::Standard, degree, element).unwrap();
            let f: Vec<u64> = (0..degree as u64).map(|i| q.mul(seed, i * i + 1)).collect();
            let (mut substituted, mut values, mut permuted) = (vec![0; degree], f.clone(), vec![0; degree]);
            map.substitute(&mut substituted, &f, q);
            ntt.forward(&mut substituted);
            ntt.forward(&mut values);
            map.permute(&mut permuted, &values);
            prop_assert_eq!(substituted, permuted);
        }
    }
}
