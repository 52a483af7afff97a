//! Between the conjugate-invariant ring of degree `N` and the standard ring of degree `2N`, of which it is a part.
//!
//! Both evaluate at powers of the same root of unity. In bit-reversed order the first half of a standard polynomial's values
//! are those at the powers that are 1 modulo 4, where the conjugate-invariant ring evaluates, and entry `2N - 1 - i` is the
//! value at the inverse of the point of entry `i`.

use crate::{Basis, Evaluation, Poly, Ring};

impl Poly<Evaluation> {
    /// A conjugate-invariant polynomial as one of the standard ring of twice the degree.
    ///
    /// # Panics
    /// When `standard` is not a basis of that ring with the same primes.
    #[must_use]
    pub fn embed(&self, standard: &Basis) -> Self {
        check(self.basis(), standard);
        Self::generate(standard, |i, _, out| {
            let (low, high) = out.split_at_mut(self.basis().degree());
            low.copy_from_slice(self.limb(i));
            high.iter_mut().rev().zip(self.limb(i)).for_each(|(x, y)| *x = *y);
        })
    }

    /// `f(X) + f(1/X)` of a polynomial of the standard ring, as one of the conjugate-invariant ring of half the degree:
    /// twice the real part of each slot.
    ///
    /// # Panics
    /// When `invariant` is not a basis of that ring with the same primes.
    #[must_use]
    pub fn trace(&self, invariant: &Basis) -> Self {
        check(invariant, self.basis());
        Self::generate(invariant, |i, ntt, out| {
            let (low, high) = self.limb(i).split_at(invariant.degree());
            out.iter_mut().zip(high.iter().rev()).for_each(|(x, y)| *x = *y);
            ntt.field().add_assign(out, low);
        })
    }
}

fn check(invariant: &Basis, standard: &Basis) {
    assert_eq!((invariant.ring(), standard.ring()), (Ring::ConjugateInvariant, Ring::Standard));
    assert_eq!(2 * invariant.degree(), standard.degree(), "a ring and its part");
    assert!(invariant.primes().eq(standard.primes()), "bases of the same primes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Coefficient, prime::ntt_primes};
    use proptest::prelude::*;

    /// `X^-k` is `-X^(2N - k)`.
    fn standard(coefficients: &[i64]) -> Vec<i64> {
        let mirrored = coefficients[1..].iter().rev().map(|x| -x);
        coefficients.iter().copied().chain([0]).chain(mirrored).collect()
    }

    /// `f(X) + f(1/X)`, as coefficients of the invariant ring.
    fn trace(coefficients: &[i64]) -> Vec<i64> {
        let n = coefficients.len() / 2;
        (0..n)
            .map(|k| if k == 0 { 2 * coefficients[0] } else { coefficients[k] - coefficients[2 * n - k] })
            .collect()
    }

    proptest! {
        #[test]
        fn embedding_and_trace_are_those_of_coefficients(
            log_degree in 3..9_u32,
            numbers in prop::collection::vec(-1000..1000_i64, 1 << 9),
        ) {
            let degree = 1_usize << log_degree;
            let primes: Vec<u64> = ntt_primes(40, 4 * degree as u64).take(2).collect();
            let basis = |ring, degree| Basis::new(ring, degree, &primes).unwrap();
            let (small, large) = (basis(Ring::ConjugateInvariant, degree), basis(Ring::Standard, 2 * degree));
            let by_values = |basis: &Basis, numbers: &[i64]| {
                Poly::<Coefficient>::from_signed(basis, numbers).into_evaluation()
            };
            let real = by_values(&small, &numbers[..degree]);
            prop_assert!(real.embed(&large) == by_values(&large, &standard(&numbers[..degree])));
            let complex = by_values(&large, &numbers[..2 * degree]);
            prop_assert!(complex.trace(&small) == by_values(&small, &trace(&numbers[..2 * degree])));
            let mut twice = real.clone();
            twice.add_assign(&real);
            prop_assert!(real.embed(&large).trace(&small) == twice);
        }
    }
}
