//! Polynomials in RNS form, typed by representation.

use std::{fmt, marker::PhantomData, ops::Range};

use rayon::prelude::*;
use zeroize::Zeroize;

use crate::{Automorphism, Basis, Buffer, Error, Field, Ntt, buffer};

/// By coefficients: the form of additions, base conversions and decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coefficient {}

/// By values at the roots of unity, in the bit-reversed order of [`Ntt`]: the form of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {}

/// [`Coefficient`] or [`Evaluation`].
pub trait Form: sealed::Sealed + Send + Sync + 'static {}
impl Form for Coefficient {}
impl Form for Evaluation {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Coefficient {}
    impl Sealed for super::Evaluation {}
}

/// An element of a [`Ring`](crate::Ring) modulo `Q`, the product of a basis: one limb of `N` residues a prime, limb after
/// limb.
///
/// Binary operations take operands in the same form over the same basis; the form is checked by the compiler.
///
/// # Panics
/// Binary operations panic when the bases differ: a scheme checks levels before it computes.
pub struct Poly<F: Form> {
    basis: Basis,
    residues: Buffer,
    form: PhantomData<F>,
}

impl<F: Form> Poly<F> {
    /// The zero polynomial.
    #[must_use]
    pub fn zero(basis: &Basis) -> Self {
        let mut poly = Self::unwritten(basis);
        poly.residues.iter_mut().for_each(|limb| limb.fill(0));
        poly
    }

    /// A polynomial made limb by limb on all threads: `fill(i, transform, limb)` writes every residue of a limb, which
    /// holds whatever was there before.
    #[must_use]
    pub fn generate(basis: &Basis, fill: impl Fn(usize, &Ntt, &mut [u64]) + Sync) -> Self {
        let mut poly = Self::unwritten(basis);
        poly.for_each_limb(fill);
        poly
    }

    fn unwritten(basis: &Basis) -> Self {
        Self { basis: basis.clone(), residues: basis.scratch(basis.len()), form: PhantomData }
    }

    /// A polynomial from its residues, limb after limb: the door for untrusted data.
    ///
    /// # Errors
    /// [`Error::WrongLength`], or [`Error::ResidueOutOfRange`] for a residue that is not below its prime.
    pub fn from_residues(basis: &Basis, residues: &[u64]) -> Result<Self, Error> {
        let expected = basis.len() * basis.degree();
        if residues.len() != expected {
            return Err(Error::WrongLength { found: residues.len(), expected });
        }
        for (prime, limb) in basis.primes().zip(residues.chunks_exact(basis.degree())) {
            if let Some(index) = limb.iter().position(|x| *x >= prime) {
                return Err(Error::ResidueOutOfRange { value: limb[index], index, prime });
            }
        }
        let mut poly = Self::unwritten(basis);
        let limbs = residues.chunks_exact(basis.degree());
        poly.residues.iter_mut().zip(limbs).for_each(|(limb, residues)| limb.copy_from_slice(residues));
        Ok(poly)
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The limbs, in the order of the basis.
    pub fn limbs(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.residues.iter().map(|limb| &**limb)
    }

    /// The residues modulo prime number `i` of the basis.
    #[must_use]
    pub fn limb(&self, i: usize) -> &[u64] {
        &self.residues[i]
    }

    /// Calls `visit(i, transform, limb)` for every limb, on all threads. What it writes must be residues.
    pub fn for_each_limb(&mut self, visit: impl Fn(usize, &Ntt, &mut [u64]) + Sync) {
        let limbs = self.residues.par_iter_mut().zip(self.basis.limbs()).enumerate();
        limbs.for_each(|(i, (limb, ntt))| visit(i, ntt, limb));
    }

    /// Several polynomials made limb by limb on all threads: `fill(i, transform, limbs)` writes every residue of a limb of
    /// each, which hold whatever was there before.
    #[must_use]
    pub fn generate_each<const K: usize>(
        basis: &Basis,
        fill: impl Fn(usize, &Ntt, [&mut [u64]; K]) + Sync,
    ) -> [Self; K] {
        let mut residues = [(); K].map(|()| basis.scratch(basis.len()));
        let limbs: Vec<_> = buffer::limbs(&mut residues).zip(basis.limbs()).collect();
        limbs.into_par_iter().enumerate().for_each(|(i, (limbs, ntt))| fill(i, ntt, limbs));
        residues.map(|residues| Self { basis: basis.clone(), residues, form: PhantomData })
    }

    /// As [`Poly::generate_each`], for tiles of limbs: `fill(tile, limbs)` writes those of a tile.
    #[must_use]
    pub fn generate_tiles<const K: usize>(
        basis: &Basis,
        fill: impl Fn(Range<usize>, &mut [[&mut [u64]; K]]) + Sync,
    ) -> [Self; K] {
        let mut residues = [(); K].map(|()| basis.scratch(basis.len()));
        let mut limbs: Vec<_> = buffer::limbs(&mut residues).collect();
        buffer::for_each_tile(&mut limbs, fill);
        residues.map(|residues| Self { basis: basis.clone(), residues, form: PhantomData })
    }

    /// `self <- self + other`.
    pub fn add_assign(&mut self, other: &Self) {
        self.zip_limbs(other, |ntt, x, y| ntt.field().add_assign(x, y));
    }

    /// `self <- self - other`.
    pub fn sub_assign(&mut self, other: &Self) {
        self.zip_limbs(other, |ntt, x, y| ntt.field().sub_assign(x, y));
    }

    /// `self + other`, without a copy that is made first and read again.
    #[must_use]
    pub fn sum(&self, other: &Self) -> Self {
        self.combined(other, Field::add)
    }

    /// `self - other`, likewise.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combined(other, Field::sub)
    }

    /// `self <- -self`.
    pub fn neg_assign(&mut self) {
        self.for_each_limb(|_, ntt, x| ntt.field().neg_assign(x));
    }

    /// `self <- factor self` for an integer, given by its residue modulo each prime of the basis.
    ///
    /// # Panics
    /// When there is not one residue a prime.
    pub fn scale_assign(&mut self, factor: &[u64]) {
        assert_eq!(factor.len(), self.basis.len());
        self.for_each_limb(|i, ntt, x| ntt.field().scale_assign(x, ntt.modulus().shoup(factor[i])));
    }

    /// The same polynomial modulo the primes of a window of its basis.
    ///
    /// # Panics
    /// When `window` is not a window of the basis.
    #[must_use]
    pub fn restrict(&self, window: &Basis) -> Self {
        let start = self.basis.position(window).expect("a window of the basis");
        Self::generate(window, |i, _, limb| limb.copy_from_slice(self.limb(start + i)))
    }

    fn combined(&self, other: &Self, combine: fn(&Field, &mut [u64], &[u64], &[u64])) -> Self {
        assert_eq!(self.basis, other.basis, "operands over different bases");
        Self::generate(&self.basis, |i, ntt, out| combine(ntt.field(), out, self.limb(i), other.limb(i)))
    }

    fn zip_limbs(&mut self, other: &Self, combine: impl Fn(&Ntt, &mut [u64], &[u64]) + Sync) {
        assert_eq!(self.basis, other.basis, "operands over different bases");
        self.for_each_limb(|i, ntt, limb| combine(ntt, limb, other.limb(i)));
    }

    fn cast<G: Form>(self) -> Poly<G> {
        Poly { basis: self.basis, residues: self.residues, form: PhantomData }
    }
}

impl Poly<Coefficient> {
    /// The polynomial with these signed coefficients, in time independent of them.
    ///
    /// # Panics
    /// When there are not `N` coefficients.
    #[must_use]
    pub fn from_signed(basis: &Basis, coefficients: &[i64]) -> Self {
        assert_eq!(coefficients.len(), basis.degree());
        Self::generate(basis, |_, ntt, limb| ntt.field().lift(limb, coefficients))
    }

    /// The same polynomial by values.
    #[must_use]
    pub fn into_evaluation(mut self) -> Poly<Evaluation> {
        self.for_each_limb(|_, ntt, limb| ntt.forward(limb));
        self.cast()
    }

    /// `f(X^g)`.
    #[must_use]
    pub fn automorphism(&self, map: &Automorphism) -> Self {
        Self::generate(&self.basis, |i, ntt, limb| map.substitute(limb, self.limb(i), ntt.modulus()))
    }
}

impl Poly<Evaluation> {
    /// The coefficients of this polynomial.
    #[must_use]
    pub fn to_coefficients(&self) -> Poly<Coefficient> {
        Poly::generate(&self.basis, |i, ntt, limb| {
            limb.copy_from_slice(self.limb(i));
            ntt.inverse(limb);
        })
    }

    /// The same polynomial by coefficients.
    #[must_use]
    pub fn into_coefficients(mut self) -> Poly<Coefficient> {
        self.for_each_limb(|_, ntt, limb| ntt.inverse(limb));
        self.cast()
    }

    /// `self other`, without a copy that is made first and read again.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        self.combined(other, Field::mul)
    }

    /// `self <- self other`.
    pub fn mul_assign(&mut self, other: &Self) {
        self.zip_limbs(other, |ntt, x, y| ntt.field().mul_assign(x, y));
    }

    /// `self <- self + a b`.
    pub fn mul_add_assign(&mut self, a: &Self, b: &Self) {
        assert!(self.basis == a.basis && self.basis == b.basis, "operands over different bases");
        self.for_each_limb(|i, ntt, limb| ntt.field().mul_add_assign(limb, a.limb(i), b.limb(i)));
    }

    /// `self <- self + constant` for an integer, given by its residue modulo each prime of the basis.
    ///
    /// # Panics
    /// When there is not one residue a prime.
    pub fn add_constant_assign(&mut self, constant: &[u64]) {
        assert_eq!(constant.len(), self.basis.len());
        self.for_each_limb(|i, ntt, limb| {
            let q = ntt.modulus();
            limb.iter_mut().for_each(|x| *x = q.add(*x, constant[i]));
        });
    }

    /// `f(X^g)`.
    #[must_use]
    pub fn automorphism(&self, map: &Automorphism) -> Self {
        Self::generate(&self.basis, |i, _, limb| map.permute(limb, self.limb(i)))
    }
}

/// A copy, made on all threads.
impl<F: Form> Clone for Poly<F> {
    fn clone(&self) -> Self {
        self.restrict(&self.basis)
    }
}

/// The same residues over the same basis.
impl<F: Form> PartialEq for Poly<F> {
    fn eq(&self, other: &Self) -> bool {
        self.basis == other.basis && self.limbs().eq(other.limbs())
    }
}

impl<F: Form> Eq for Poly<F> {}

/// Names the basis, not the residues: they are many, and may be secret.
impl<F: Form> fmt::Debug for Poly<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poly").field("basis", &self.basis).finish_non_exhaustive()
    }
}

/// Overwrites the residues, for secrets.
impl<F: Form> Zeroize for Poly<F> {
    fn zeroize(&mut self) {
        self.residues.iter_mut().for_each(|limb| limb.zeroize());
    }
}
