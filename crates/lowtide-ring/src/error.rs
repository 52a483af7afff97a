//! What can be wrong with a modulus, a ring or a basis.

/// Why a ring object cannot be made or two of them cannot be combined.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Moduli are odd, at least 3 and below `2^61`.
    #[error("modulus {value} is out of range: take an odd number from 3 to 2^61 - 1")]
    ModulusOutOfRange {
        /// The number given.
        value: u64,
    },
    /// A transform needs a prime modulus.
    #[error("modulus {value} is not prime: find one with `prime::ntt_primes`")]
    NotPrime {
        /// The number given.
        value: u64,
    },
    /// A transform of this length needs a root of unity that the prime lacks.
    #[error(
        "prime {prime} is not 1 modulo {order}: it has no root of unity of that order; find one with `prime::ntt_primes`"
    )]
    NoRootOfUnity {
        /// The prime given.
        prime: u64,
        /// The order of the root that is needed.
        order: u64,
    },
    /// Ring degrees are powers of two in a practical range.
    #[error("ring degree {degree} is not supported: take a power of two from {min} to {max}")]
    Degree {
        /// The degree given.
        degree: usize,
        /// The smallest degree supported.
        min: usize,
        /// The largest degree supported.
        max: usize,
    },
    /// A basis needs at least one prime.
    #[error("a basis needs at least one prime")]
    EmptyBasis,
    /// The primes of a basis are pairwise different.
    #[error("prime {prime} stands twice in one basis")]
    RepeatedPrime {
        /// The prime that stands twice.
        prime: u64,
    },
    /// There are not enough primes of the wanted form.
    #[error(
        "fewer than {wanted} primes of {bits} bits are 1 modulo {order}: take more bits or a smaller ring"
    )]
    NotEnoughPrimes {
        /// How many were wanted.
        wanted: usize,
        /// Their size in bits.
        bits: u32,
        /// They are 1 modulo this.
        order: u64,
    },
    /// Residues are below their prime.
    #[error("residue {value} at index {index} is not below its prime {prime}")]
    ResidueOutOfRange {
        /// The residue.
        value: u64,
        /// Where it stands in its limb.
        index: usize,
        /// The prime of that limb.
        prime: u64,
    },
    /// Packed residues have another length than the basis asks for.
    #[error("{found} bytes given, the packed residues of the basis take {expected}")]
    PackedLength {
        /// The number of bytes given.
        found: usize,
        /// The number of bytes wanted.
        expected: usize,
    },
    /// The data have another length than the basis asks for.
    #[error("{found} residues given, the basis holds {expected} of them")]
    WrongLength {
        /// The number of residues given.
        found: usize,
        /// The number of residues wanted: limbs times ring degree.
        expected: usize,
    },
    /// Galois elements are odd and below twice the ring degree, or 1 modulo 4 and below four times the degree of the
    /// conjugate-invariant ring.
    #[error("{element} is not a Galois element: take a number below {order} that is 1 modulo {stride}")]
    GaloisElement {
        /// The element given.
        element: u64,
        /// It is below this.
        order: u64,
        /// It is 1 modulo this.
        stride: u64,
    },
}
