//! Base conversion: from residues modulo one basis to residues modulo another, and the divisions made of it.
//!
//! Halevi, Polyakov and Shoup, "An improved RNS variant of the BFV scheme" (ePrint 2018/117), section 2: with
//! `y_j = x (Q/q_j)^-1 mod q_j`, the representative of `x` in `[-Q/2, Q/2)` is `sum_j y_j Q/q_j - v Q` where
//! `v = round(sum_j y_j / q_j)`. The sum is taken in double precision, in the same order everywhere: a value within
//! about `2^-46 Q` of `Q/2` may come out as its neighbour modulo `Q`, which costs a key switch nothing.

use rayon::prelude::*;

use crate::{Basis, Coefficient, Evaluation, Field, Isa, Poly, Shoup};

/// Conversion from one basis to another, exact and centred.
#[derive(Debug)]
pub struct Extension {
    source: Basis,
    target: Basis,
    /// `(Q/q_j)^-1 mod q_j`.
    inverses: Vec<Shoup>,
    /// `1 / q_j`.
    reciprocals: Vec<f64>,
    /// By target prime: `Q/q_j mod p`, then `-Q mod p`.
    weights: Vec<Vec<u64>>,
    /// By target prime: its arithmetic, portable when a source prime is too wide for vector kernels.
    fields: Vec<Field>,
}

/// A polynomial between its two bases: the digits `y_j` and the multiple `v`, `N` of each, one after the other.
#[derive(Debug)]
pub struct Digits {
    values: Vec<u64>,
    degree: usize,
}

impl Extension {
    /// Conversion from `source` to `target`. A prime in both keeps its residues.
    ///
    /// # Panics
    /// When the ring degrees differ.
    #[must_use]
    pub fn new(source: &Basis, target: &Basis) -> Self {
        assert_eq!(source.degree(), target.degree(), "bases of different rings");
        let product_modulo = |p: crate::Modulus, skip: Option<usize>| {
            let factors = source.primes().enumerate().filter(|(j, _)| Some(*j) != skip);
            factors.fold(1, |product, (_, q)| p.mul(product, p.reduce(q)))
        };
        let inverse = |(j, limb): (usize, &crate::Ntt)| {
            let q = limb.modulus();
            q.shoup(q.inverse(product_modulo(q, Some(j))))
        };
        let weights = |limb: &crate::Ntt| {
            let p = limb.modulus();
            let cofactors = (0..source.len()).map(|j| product_modulo(p, Some(j)));
            cofactors.chain([p.neg(product_modulo(p, None))]).collect()
        };
        let wide = source.primes().any(|q| q >= Field::VECTOR_LIMIT);
        let field =
            |limb: &crate::Ntt| if wide { Field::new(limb.modulus(), Isa::SCALAR) } else { *limb.field() };
        Self {
            source: source.clone(),
            target: target.clone(),
            inverses: source.limbs().iter().enumerate().map(inverse).collect(),
            reciprocals: source.primes().map(|q| 1.0 / q as f64).collect(),
            weights: target.limbs().iter().map(weights).collect(),
            fields: target.limbs().iter().map(field).collect(),
        }
    }

    /// The basis converted from.
    #[must_use]
    pub const fn source(&self) -> &Basis {
        &self.source
    }

    /// The basis converted to.
    #[must_use]
    pub const fn target(&self) -> &Basis {
        &self.target
    }

    /// The digits of the polynomial whose coefficients stand in `limbs`, one slice a source prime.
    ///
    /// # Panics
    /// When there is not one limb a source prime.
    #[must_use]
    pub fn digits<'a>(&self, limbs: impl ExactSizeIterator<Item = &'a [u64]>) -> Digits {
        let (n, k) = (self.source.degree(), self.source.len());
        assert_eq!(limbs.len(), k);
        let mut values = Vec::with_capacity((k + 1) * n);
        limbs.for_each(|limb| values.extend_from_slice(limb));
        for ((y, ntt), inverse) in values.chunks_exact_mut(n).zip(self.source.limbs()).zip(&self.inverses) {
            ntt.field().scale_assign(y, *inverse);
        }
        let mut quotient = vec![0.5; n];
        for (y, reciprocal) in values.chunks_exact(n).zip(&self.reciprocals) {
            for (sum, digit) in quotient.iter_mut().zip(y) {
                *sum += *digit as f64 * reciprocal;
            }
        }
        values.extend(quotient.into_iter().map(|sum| sum as u64));
        Digits { values, degree: n }
    }

    /// The residues of those digits modulo target prime number `i`.
    ///
    /// # Panics
    /// When `out` has not the ring degree as length.
    pub fn convert(&self, digits: &Digits, i: usize, out: &mut [u64]) {
        let terms: Vec<(&[u64], u64)> =
            digits.values.chunks_exact(digits.degree).zip(self.weights[i].iter().copied()).collect();
        self.fields[i].weighted_sum(out, &terms);
    }

    /// The polynomial modulo the target basis whose coefficients are the representatives nearest zero of `poly`'s.
    ///
    /// # Panics
    /// When `poly` is over another basis than the source.
    #[must_use]
    pub fn extend(&self, poly: &Poly<Coefficient>) -> Poly<Coefficient> {
        assert_eq!(poly.basis(), &self.source);
        let digits = self.digits(poly.limbs());
        let mut out = Poly::zero(&self.target);
        out.for_each_limb(|i, _, limb| self.convert(&digits, i, limb));
        out
    }
}

/// Division with rounding by the product of a part of the basis: a rescale when that part is the last prime, a
/// ModDown when it is the special primes.
#[derive(Debug)]
pub struct Division {
    extension: Extension,
    /// `D^-1 mod q_i` for the divisor `D`.
    inverses: Vec<Shoup>,
}

impl Division {
    /// Division by the product of `divisor`, leaving residues modulo `quotient`.
    ///
    /// # Panics
    /// When the ring degrees differ, or the bases share a prime.
    #[must_use]
    pub fn new(divisor: &Basis, quotient: &Basis) -> Self {
        assert!(divisor.primes().all(|d| quotient.primes().all(|q| d != q)), "bases that share a prime");
        let inverse = |limb: &crate::Ntt| {
            let q = limb.modulus();
            q.shoup(q.inverse(divisor.primes().fold(1, |product, d| q.mul(product, q.reduce(d)))))
        };
        let inverses = quotient.limbs().iter().map(inverse).collect();
        Self { extension: Extension::new(divisor, quotient), inverses }
    }

    /// `round(poly / D)`, coefficient by coefficient, for a polynomial whose basis holds divisor and quotient.
    ///
    /// # Panics
    /// When the basis of `poly` lacks a prime of either.
    #[must_use]
    pub fn divide(&self, poly: &Poly<Evaluation>) -> Poly<Evaluation> {
        let (divisor, quotient) = (self.extension.source(), self.extension.target());
        let n = divisor.degree();
        let start = poly.basis().position(divisor).expect("the divisor is a window of the basis");
        let mut remainder = poly.residues()[start * n..(start + divisor.len()) * n].to_vec();
        remainder.par_chunks_exact_mut(n).zip(divisor.limbs()).for_each(|(limb, ntt)| ntt.inverse(limb));
        let digits = self.extension.digits(remainder.chunks_exact(n));
        let mut out = poly.restrict(quotient);
        out.for_each_limb(|i, ntt, limb| {
            let mut remainder = vec![0; n];
            self.extension.convert(&digits, i, &mut remainder);
            ntt.forward(&mut remainder);
            ntt.field().sub_scale_assign(limb, &remainder, self.inverses[i]);
        });
        out
    }
}
