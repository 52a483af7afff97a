//! What can be wrong with a vector, a slot count or an embedding.

use num_complex::Complex64;

/// Why a vector cannot become a plaintext or an embedding cannot be made.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Ring degrees are powers of two in a practical range.
    #[error("ring degree {degree} has no embedding: take a power of two from {min} to {max}")]
    Degree {
        /// The degree given.
        degree: usize,
        /// The smallest degree supported.
        min: usize,
        /// The largest degree supported.
        max: usize,
    },
    /// Slots of the conjugate-invariant ring are real.
    #[error(
        "number {index} is {value}, and slots of the conjugate-invariant ring are real: take the standard ring for \
         complex numbers"
    )]
    NotReal {
        /// Where the number stands.
        index: usize,
        /// The number.
        value: Complex64,
    },
    /// A packing has a power of two of slots, at most as many as the ring.
    #[error("{slots} slots cannot be packed: take a power of two from 1 to {max}")]
    Slots {
        /// The number of slots asked for.
        slots: usize,
        /// The number of slots of the ring.
        max: usize,
    },
    /// A vector is longer than there are slots.
    #[error("{found} values do not fit into {slots} slots: split the vector, or take more slots")]
    TooManyValues {
        /// The length of the vector.
        found: usize,
        /// The number of slots.
        slots: usize,
    },
    /// A vector holds NaN or an infinity.
    #[error("value {value} at index {index} is not finite: remove it or impute it before encoding")]
    NotFinite {
        /// Where the value stands.
        index: usize,
        /// The value, or the part of a complex one, that is not finite.
        value: f64,
    },
    /// What the scheme says: no such level, or numbers that do not fit it at this scale.
    #[error(transparent)]
    Ckks(#[from] lowtide_ckks::Error),
}
