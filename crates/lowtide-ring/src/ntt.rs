//! The number-theoretic transform of a ring: polynomials modulo one prime, to and from their values at roots of unity,
//! where products are taken point by point.
//!
//! In the standard ring it is the negacyclic one, and the roots are the primitive `2N`-th ones. In the conjugate-invariant
//! ring a polynomial of the standard ring of degree `2N` has the same value at a root and at its inverse: half of a
//! transform of `2N` points is enough, the half of the roots with `psi^N = i` for a square root `i` of `-1`. One more
//! stage, the outermost, has butterflies between coefficients that mirror each other, for the one at `2N - j` is that at
//! `j` with the other sign:
//!
//! ```text
//! b_j = a_j - i a_(N-j)                modulo X^N - i
//! i b_(N-j) = a_j + i a_(N-j)
//! ```
//!
//! The upper half of `b` goes on times `i`, for which the stage below has the factor `psi^(-N / 2)` and not `psi^(N / 2)`.

use std::sync::OnceLock;

use crate::{Error, Field, Isa, Modulus, Ring, Shoup, prime::root_of_unity};

pub(crate) mod kernel;

/// A transform of one length modulo one prime, by the kernel it was made for.
///
/// Its tables are made by the first transform: a basis that is only asked for its primes, as that of a plan that is weighed
/// or of a file that is looked at, costs next to nothing.
#[derive(Debug)]
pub struct Ntt {
    field: Field,
    ring: Ring,
    degree: usize,
    psi: u64,
    factors: OnceLock<Factors>,
    /// The square root of `-1` at which the conjugate-invariant ring is halved, with the sign of the forward transform and
    /// with that of the inverse.
    halving: Option<[Shoup; 2]>,
}

/// What a transform multiplies by.
#[derive(Debug)]
struct Factors {
    tables: kernel::Tables,
    /// What the stage that joins two halves multiplies sums and differences by: `1 / N` and its own factor by `N`, or half
    /// of it, as the stage that follows asks for.
    last: (Shoup, Shoup),
}

impl Ntt {
    /// The smallest ring degree.
    pub const MIN_DEGREE: usize = 8;
    /// The largest ring degree.
    pub const MAX_DEGREE: usize = 1 << 17;

    /// The negacyclic transform of `degree` points modulo `modulus`, by the best kernel of this CPU.
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
        Self::for_ring(Ring::Standard, degree, modulus, isa)
    }

    /// As [`Ntt::with_isa`], for any ring, whose [`Ring::root_order`] the modulus has to be 1 modulo.
    ///
    /// # Errors
    /// As [`Ntt::new`].
    pub fn for_ring(ring: Ring, degree: usize, modulus: Modulus, isa: Isa) -> Result<Self, Error> {
        let (min, max) = (Self::MIN_DEGREE, Self::MAX_DEGREE);
        if !degree.is_power_of_two() || degree < min || degree > max {
            return Err(Error::Degree { degree, min, max });
        }
        let psi = root_of_unity(modulus, ring.root_order(degree))?;
        let halving = (ring == Ring::ConjugateInvariant).then(|| {
            let i = modulus.pow(psi, degree as u64);
            [modulus.neg(i), i].map(|i| modulus.shoup(i))
        });
        let (field, factors) = (Field::new(modulus, isa), OnceLock::new());
        Ok(Self { field, ring, degree, psi, factors, halving })
    }

    fn factors(&self) -> &Factors {
        self.factors.get_or_init(|| {
            let (ring, degree, q) = (self.ring, self.degree, self.modulus());
            let [forward, inverse] =
                [self.psi, q.inverse(self.psi)].map(|root| twiddles(ring, degree, root, q));
            let halves = if self.halving.is_some() { 2 } else { 1 };
            let scale = q.inverse(halves * degree as u64);
            let last = [scale, q.mul(scale, inverse[1])].map(|w| q.shoup(w)).into();
            Factors { tables: kernel::Tables::new(&self.field, &forward, &inverse), last }
        })
    }

    /// The ring.
    #[must_use]
    pub const fn ring(&self) -> Ring {
        self.ring
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

    /// The root of unity, of the ring's [`Ring::root_order`], at whose powers the transform evaluates.
    #[must_use]
    pub const fn psi(&self) -> u64 {
        self.psi
    }

    /// Coefficients to evaluations, in place: `values[i] <- f(psi^(2 brv(i) + 1)) mod q`, and `4` in place of `2` in the
    /// conjugate-invariant ring.
    ///
    /// * shape: `N` residues, one polynomial modulo one prime;
    /// * range: entering and leaving `[0, q)`;
    /// * order: entering natural, leaving bit-reversed;
    /// * cost: `(N/2) log2 N` butterflies, and `N/2` more in the conjugate-invariant ring; no allocation.
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
    /// * cost: that of [`Ntt::forward`].
    ///
    /// # Panics
    /// When `values.len() != N`: a wrong shape is a bug in the caller.
    pub fn inverse(&self, values: &mut [u64]) {
        self.inverse_with(values, self.factors().last);
    }

    /// Evaluations to the coefficients of `factor` times the polynomial, at no more cost than [`Ntt::inverse`].
    ///
    /// * range: entering and leaving `[0, q)`, `factor` any number;
    /// * order: entering bit-reversed, leaving natural;
    /// * cost: that of [`Ntt::forward`] and two divisions.
    ///
    /// # Panics
    /// When `values.len() != N`: a wrong shape is a bug in the caller.
    pub fn inverse_scaled(&self, values: &mut [u64], factor: u64) {
        let q = self.modulus();
        let (scale, twiddle) = self.factors().last;
        let times = |w: Shoup| q.shoup(w.mul(factor, q));
        self.inverse_with(values, (times(scale), times(twiddle)));
    }

    fn inverse_with(&self, values: &mut [u64], last: (Shoup, Shoup)) {
        assert_eq!(values.len(), self.degree);
        kernel::inverse(self, values, last);
        if self.halving.is_some() {
            // It is its own mirror image, and halved as all others are.
            values[0] = self.modulus().add(values[0], values[0]);
        }
    }
}

/// `i` with its `log2 n` low bits reversed, for a power of two `n >= 2` and `i < n`.
pub(crate) const fn reverse_bits(i: usize, n: usize) -> usize {
    i.reverse_bits() >> (usize::BITS - n.trailing_zeros())
}

/// The factors of the stages that split the nodes of the heap of blocks, from node 1 to node `degree - 1`.
///
/// In the standard ring that of node `i` is `root^brv(i)`, where `brv` reverses `log2 degree` bits. The heap of the
/// conjugate-invariant ring is the left half of one twice as large, below node 2 of it; the upper half of its node 1 comes
/// times a square root of `-1`.
fn twiddles(ring: Ring, degree: usize, root: u64, q: Modulus) -> Vec<u64> {
    let points = if ring == Ring::Standard { degree } else { 2 * degree };
    // root^brv(2^depth): those of the other bits join as factors.
    let bit = |depth: u32| q.shoup(q.pow(root, (points >> (depth + 1)) as u64));
    let mut powers = vec![1; degree];
    for depth in 0..degree.ilog2() {
        let (known, next) = powers.split_at_mut(1 << depth);
        let w = bit(depth);
        next.iter_mut().zip(known).for_each(|(next, power)| *next = w.mul(*power, q));
    }
    if ring == Ring::Standard {
        return powers;
    }
    let mut factors = vec![1; degree];
    for depth in 0..degree.ilog2() {
        let (own, w) = (&mut factors[1 << depth..], bit(depth + 1));
        own.iter_mut().zip(&powers[..1 << depth]).for_each(|(own, power)| *own = w.mul(*power, q));
    }
    factors[1] = q.inverse(factors[1]);
    factors
}
