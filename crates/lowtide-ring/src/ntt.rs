//! The negacyclic number-theoretic transform: polynomials modulo `X^N + 1` and one prime, to and from their values at
//! the primitive `2N`-th roots of unity, where products are taken point by point.

use crate::{Error, Field, Isa, Modulus, Shoup, prime::root_of_unity};

pub(crate) mod kernel;

/// A transform of one length modulo one prime, with the tables and the kernel it was made for.
#[derive(Debug)]
pub struct Ntt {
    field: Field,
    degree: usize,
    psi: u64,
    tables: kernel::Tables,
    /// What the last inverse stage multiplies its sums and its differences by: `1 / N` and `psi^(-N / 2) / N`.
    last: (Shoup, Shoup),
}

impl Ntt {
    /// The smallest ring degree.
    pub const MIN_DEGREE: usize = 8;
    /// The largest ring degree.
    pub const MAX_DEGREE: usize = 1 << 17;

    /// A transform of `degree` points modulo `modulus`, by the best kernel of this CPU.
    ///
    /// # Errors
    /// [`Error::Degree`], [`Error::NotPrime`], or [`Error::NoRootOfUnity`] when the modulus is not 1 modulo
    /// `2 degree`.
    pub fn new(degree: usize, modulus: Modulus) -> Result<Self, Error> {
        Self::with_isa(degree, modulus, Isa::best())
    }

    /// As [`Ntt::new`], with a chosen instruction set; moduli that its kernels do not serve take the portable one.
    ///
    /// # Errors
    /// As [`Ntt::new`].
    pub fn with_isa(degree: usize, modulus: Modulus, isa: Isa) -> Result<Self, Error> {
        let (min, max) = (Self::MIN_DEGREE, Self::MAX_DEGREE);
        if !degree.is_power_of_two() || degree < min || degree > max {
            return Err(Error::Degree { degree, min, max });
        }
        let psi = root_of_unity(modulus, 2 * degree as u64)?;
        let field = Field::new(modulus, isa);
        let scale = modulus.inverse(degree as u64);
        let twiddle = modulus.inverse(modulus.pow(psi, degree as u64 / 2));
        let last = (modulus.shoup(scale), modulus.shoup(modulus.mul(scale, twiddle)));
        Ok(Self { field, degree, psi, tables: kernel::Tables::new(&field, degree, psi), last })
    }

    /// Element-wise arithmetic modulo the same prime.
    #[must_use]
    pub const fn field(&self) -> &Field {
        &self.field
    }

    /// The prime.
    #[must_use]
    pub const fn modulus(&self) -> Modulus {
        self.field.modulus()
    }

    /// `N`.
    #[must_use]
    pub const fn degree(&self) -> usize {
        self.degree
    }

    /// The primitive `2N`-th root of unity at whose odd powers the transform evaluates.
    #[must_use]
    pub const fn psi(&self) -> u64 {
        self.psi
    }

    /// Coefficients to evaluations, in place: `values[i] <- f(psi^(2 brv(i) + 1)) mod q`.
    ///
    /// * shape: `N` residues, one polynomial modulo one prime;
    /// * range: entering and leaving `[0, q)`;
    /// * order: entering natural, leaving bit-reversed;
    /// * cost: `(N/2) log2 N` butterflies, no allocation.
    ///
    /// # Panics
    /// When `values.len() != N`: a wrong shape is a bug in the caller.
    pub fn forward(&self, values: &mut [u64]) {
        assert_eq!(values.len(), self.degree);
        kernel::forward(self, values);
    }

    /// Evaluations to coefficients, in place: undoes [`Ntt::forward`], normalization included.
    ///
    /// * range: entering and leaving `[0, q)`;
    /// * order: entering bit-reversed, leaving natural;
    /// * cost: `(N/2) log2 N` butterflies, no allocation.
    ///
    /// # Panics
    /// When `values.len() != N`: a wrong shape is a bug in the caller.
    pub fn inverse(&self, values: &mut [u64]) {
        assert_eq!(values.len(), self.degree);
        kernel::inverse(self, values, self.last);
    }

    /// Evaluations to the coefficients of `factor` times the polynomial, at no more cost than [`Ntt::inverse`].
    ///
    /// * range: entering and leaving `[0, q)`, `factor` any number;
    /// * order: entering bit-reversed, leaving natural;
    /// * cost: `(N/2) log2 N` butterflies and two divisions, no allocation.
    ///
    /// # Panics
    /// When `values.len() != N`: a wrong shape is a bug in the caller.
    pub fn inverse_scaled(&self, values: &mut [u64], factor: u64) {
        assert_eq!(values.len(), self.degree);
        let q = self.modulus();
        let (scale, twiddle) = self.last;
        let times = |w: Shoup| q.shoup(w.mul(factor, q));
        kernel::inverse(self, values, (times(scale), times(twiddle)));
    }
}

/// `i` with its `log2 n` low bits reversed, for a power of two `n >= 2` and `i < n`.
pub(crate) const fn reverse_bits(i: usize, n: usize) -> usize {
    i.reverse_bits() >> (usize::BITS - n.trailing_zeros())
}
