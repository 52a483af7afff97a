//! RNS bases: ordered primes with their transforms, and windows on them.
//!
//! A scheme makes one chain of primes and computes in windows of it: fewer primes at lower levels, special primes in
//! front for key switching. A window is two indices and a shared pointer, so that polynomials carry theirs.

use std::{fmt, ops::Range, sync::Arc};

use rayon::prelude::*;

use crate::{Buffer, Error, Isa, Modulus, Ntt, Shoup, buffer::Pool};

/// Which ring a polynomial lives in: a parameter of bases, transforms, automorphisms and encodings.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ring {
    /// `Z[X]/(X^N + 1)` for a power of two `N`: `N/2` complex slots.
    #[default]
    Standard,
    /// `Z[X + 1/X]` in the standard ring of degree `2N`: `N` real slots, at the size, the cost and the security of the
    /// standard ring of degree `N` (Kim and Song, "Approximate homomorphic encryption over the conjugate-invariant ring",
    /// ICISC 2018). A polynomial is `a_0 + sum_i a_i (X^i + X^-i)` for `0 < i < N`, and known by its `N` coefficients
    /// `a_i`.
    ConjugateInvariant,
}

impl Ring {
    /// Every ring.
    pub const ALL: [Self; 2] = [Self::Standard, Self::ConjugateInvariant];

    /// `standard` or `conjugate-invariant`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ConjugateInvariant => "conjugate-invariant",
        }
    }

    /// The number of slots of a polynomial of degree `degree`.
    #[must_use]
    pub const fn slots(self, degree: usize) -> usize {
        match self {
            Self::Standard => degree / 2,
            Self::ConjugateInvariant => degree,
        }
    }

    /// The order of the roots of unity at which polynomials are evaluated. Primes must be 1 modulo this number for the ring
    /// to have a transform.
    #[must_use]
    pub const fn root_order(self, degree: usize) -> u64 {
        match self {
            Self::Standard => 2 * degree as u64,
            Self::ConjugateInvariant => 4 * degree as u64,
        }
    }

    /// The variance of a slot, seen as a point of the plane, when coefficients are independent and of variance one; also how
    /// the variances of the coefficients of two such polynomials grow in their product.
    #[must_use]
    pub const fn expansion(self, degree: usize) -> usize {
        match self {
            // `|zeta^i| = 1`, N times.
            Self::Standard => degree,
            // `(zeta^i + zeta^-i)^2` is two on average.
            Self::ConjugateInvariant => 2 * degree,
        }
    }

    /// Slots are the values at the powers `1 + stride brv(i)` of a root of unity, and these are what automorphisms permute.
    pub(crate) const fn stride(self) -> usize {
        match self {
            Self::Standard => 2,
            // The values at a root and at its conjugate are the same.
            Self::ConjugateInvariant => 4,
        }
    }
}

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A window of consecutive primes on a chain. Cheap to clone.
#[derive(Clone)]
pub struct Basis {
    chain: Arc<Chain>,
    start: usize,
    end: usize,
}

struct Chain {
    ring: Ring,
    degree: usize,
    limbs: Vec<Ntt>,
    /// `inverses[i][j] = q_i^-1 mod q_j` for `i != j`.
    inverses: Vec<Vec<Shoup>>,
    pool: Arc<Pool>,
}

impl Basis {
    /// A chain of different primes for the ring of degree `degree`, all of it in the window, with the best kernels of
    /// this CPU.
    ///
    /// # Errors
    /// [`Error::EmptyBasis`], [`Error::RepeatedPrime`], or what [`Ntt::new`] says of a prime or of the degree.
    pub fn new(ring: Ring, degree: usize, primes: &[u64]) -> Result<Self, Error> {
        Self::with_isa(ring, degree, primes, Isa::best())
    }

    /// As [`Basis::new`], with at most the instructions of `isa`.
    ///
    /// # Errors
    /// As [`Basis::new`].
    pub fn with_isa(ring: Ring, degree: usize, primes: &[u64], isa: Isa) -> Result<Self, Error> {
        if primes.is_empty() {
            return Err(Error::EmptyBasis);
        }
        if let Some((_, prime)) = primes.iter().enumerate().find(|(i, prime)| primes[..*i].contains(prime)) {
            return Err(Error::RepeatedPrime { prime: *prime });
        }
        let moduli = primes.iter().map(|prime| Modulus::new(*prime)).collect::<Result<Vec<_>, _>>()?;
        let limbs = moduli
            .par_iter()
            .map(|modulus| Ntt::for_ring(ring, degree, *modulus, isa))
            .collect::<Result<Vec<_>, _>>()?;
        let row = |q: &Modulus| {
            let inverse = |p: &Modulus| p.shoup(if p == q { 0 } else { p.inverse(p.reduce(q.value())) });
            moduli.iter().map(inverse).collect()
        };
        let inverses = moduli.iter().map(row).collect();
        let end = limbs.len();
        let pool = Arc::new(Pool::new(degree));
        Ok(Self { chain: Arc::new(Chain { ring, degree, limbs, inverses, pool }), start: 0, end })
    }

    /// The ring.
    #[must_use]
    pub fn ring(&self) -> Ring {
        self.chain.ring
    }

    /// `N`.
    #[must_use]
    pub fn degree(&self) -> usize {
        self.chain.degree
    }

    /// The number of primes, at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a basis is never empty")]
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// The transforms modulo each prime, in order.
    #[must_use]
    pub fn limbs(&self) -> &[Ntt] {
        &self.chain.limbs[self.start..self.end]
    }

    /// The primes, in order.
    pub fn primes(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.limbs().iter().map(|limb| limb.modulus().value())
    }

    /// `log2` of the product of the primes.
    #[must_use]
    pub fn log2(&self) -> f64 {
        self.primes().map(|prime| (prime as f64).log2()).sum()
    }

    /// The sub-window of the primes at `range`, counted within this window.
    ///
    /// # Panics
    /// When `range` is empty or reaches beyond this window.
    #[must_use]
    pub fn window(&self, range: Range<usize>) -> Self {
        assert!(
            range.start < range.end && range.end <= self.len(),
            "window {range:?} of {} primes",
            self.len()
        );
        Self { chain: Arc::clone(&self.chain), start: self.start + range.start, end: self.start + range.end }
    }

    /// Where `inner`'s primes stand in this window, when they do.
    #[must_use]
    pub fn position(&self, inner: &Self) -> Option<usize> {
        let same = Arc::ptr_eq(&self.chain, &inner.chain) || self.chain.same_as(&inner.chain);
        (same && inner.start >= self.start && inner.end <= self.end).then(|| inner.start - self.start)
    }

    /// Room for some limbs to work with, which hold whatever was there before: memory that the chain keeps for that.
    #[must_use]
    pub fn scratch(&self, limbs: usize) -> Buffer {
        self.chain.pool.take(limbs)
    }

    /// `q_i^-1 mod q_j`, counted within this window.
    pub(crate) fn inverse(&self, i: usize, j: usize) -> Shoup {
        self.chain.inverses[self.start + i][self.start + j]
    }
}

impl Chain {
    fn same_as(&self, other: &Self) -> bool {
        let moduli = |chain: &Self| chain.limbs.iter().map(Ntt::modulus).collect::<Vec<_>>();
        self.ring == other.ring && self.degree == other.degree && moduli(self) == moduli(other)
    }
}

/// The same ring and the same primes in the same window of the same chain.
impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.position(other) == Some(0)
    }
}

impl Eq for Basis {}

impl fmt::Debug for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let primes: Vec<u64> = self.primes().collect();
        f.debug_struct("Basis").field("degree", &self.degree()).field("primes", &primes).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prime::ntt_primes;

    fn chain(count: usize) -> Basis {
        Basis::new(Ring::Standard, 8, &ntt_primes(30, 16).take(count).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn windows_nest_and_compare() {
        let all = chain(5);
        let upper = all.window(2..5);
        assert_eq!(upper.window(1..2), all.window(3..4));
        assert_eq!(all.position(&upper), Some(2));
        assert_eq!(upper.position(&all), None);
        assert_ne!(all.window(0..2), all.window(1..3));
        assert_eq!(chain(5), all);
        assert_ne!(chain(4), all.window(0..4), "a chain is more than its window");
    }

    #[test]
    fn inverses_invert() {
        let window = chain(5).window(1..4);
        for (i, j) in [(0, 1), (2, 0), (1, 2)] {
            let q = window.limbs()[j].modulus();
            assert_eq!(window.inverse(i, j).mul(window.limbs()[i].modulus().value(), q), 1);
        }
    }

    #[test]
    fn bad_chains_are_refused() {
        let prime = ntt_primes(30, 16).next().unwrap();
        let make = |degree, primes: &[u64]| Basis::new(Ring::Standard, degree, primes).map(|_| ());
        assert_eq!(make(8, &[]), Err(Error::EmptyBasis));
        assert_eq!(make(8, &[prime, prime]), Err(Error::RepeatedPrime { prime }));
        assert!(matches!(make(12, &[prime]), Err(Error::Degree { degree: 12, .. })));
        assert!(matches!(make(1 << 16, &[prime]), Err(Error::NoRootOfUnity { .. })));
        assert_eq!(make(8, &[prime + 1]), Err(Error::ModulusOutOfRange { value: prime + 1 }));
    }
}
