//! What can go wrong, with both operands and the cure.

use crate::{Fingerprint, Level, Scale, SecurityLevel};

/// Why an operation was refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The parameters do not reach the wanted security.
    #[error(
        "ring degree 2^{log_degree} with log2(QP) = {log2_qp:.1} is not secure at {wanted}: at most {limit} bits are \
         allowed there; take a larger ring, fewer levels, a smaller scale or more digits"
    )]
    Insecure {
        /// Logarithm of the ring degree.
        log_degree: u32,
        /// Size of all primes together, special ones included.
        log2_qp: f64,
        /// The level that was asked for.
        wanted: SecurityLevel,
        /// The largest size allowed at this degree.
        limit: u32,
    },
    /// No ring in the table is large enough.
    #[error(
        "log2(QP) = {log2_qp:.1} is not secure at {wanted} in any ring up to degree 2^17; take fewer levels"
    )]
    NoSecureRing {
        /// Size of all primes together.
        log2_qp: f64,
        /// The level that was asked for.
        wanted: SecurityLevel,
    },
    /// Ring degrees go from `2^3` to `2^17`.
    #[error("ring degree 2^{log_degree} is not supported: take an exponent from 3 to 17")]
    RingDegree {
        /// The exponent given.
        log_degree: u32,
    },
    /// Parameters have at least one prime for ciphertexts and one for key switching, and at most 64 in all.
    #[error(
        "{ciphertext} ciphertext and {special} special primes: take at least one of each and at most 64 in all"
    )]
    PrimeCount {
        /// Primes of `Q`.
        ciphertext: usize,
        /// Primes of `P`.
        special: usize,
    },
    /// The special primes are narrower than a digit, so that key switching would drown the message.
    #[error(
        "digit {digit} has {digit_bits:.1} bits, P only {special_bits:.1}: take wider or more special primes"
    )]
    SpecialTooSmall {
        /// Which digit.
        digit: usize,
        /// Its size.
        digit_bits: f64,
        /// The size of `P`.
        special_bits: f64,
    },
    /// The default scale is a power of two from `2^10` to `2^60`.
    #[error("a scale of 2^{log_scale} is out of range: take an exponent from 10 to 60")]
    ScaleRange {
        /// The exponent given.
        log_scale: u32,
    },
    /// The operands belong to different parameter sets.
    #[error("the operands belong to different parameters, {left} and {right}: encrypt both under one set")]
    ParameterMismatch {
        /// Fingerprint of the left operand's parameters.
        left: Fingerprint,
        /// Fingerprint of the right operand's parameters.
        right: Fingerprint,
    },
    /// A bridge to complex slots begins at real ones.
    #[error("there is no bridge from parameters {from}: it begins in a conjugate-invariant ring")]
    NoBridge {
        /// Fingerprint of the parameters.
        from: Fingerprint,
    },
    /// The operands sit at different levels; drop the higher one first.
    #[error("the operands sit at levels {left} and {right}: drop the higher one with `drop_to`")]
    LevelMismatch {
        /// Level of the left operand.
        left: Level,
        /// Level of the right operand.
        right: Level,
    },
    /// The operands have different scales; bring one to the other's.
    #[error(
        "the operands have scales {left} and {right}: multiply one by a constant with `mul_constant_to`, which ends at \
         the scale it is told"
    )]
    ScaleMismatch {
        /// Scale of the left operand.
        left: Scale,
        /// Scale of the right operand.
        right: Scale,
    },
    /// There is no such level below or at the one the operand sits at.
    #[error("level {wanted} was asked for, the highest there is here is {highest}")]
    NoSuchLevel {
        /// The level asked for.
        wanted: Level,
        /// The highest possible.
        highest: Level,
    },
    /// Level 0 cannot be rescaled.
    #[error("the ciphertext is at level 0: nothing is left to rescale by; take parameters with more levels")]
    OutOfLevels,
    /// The key was made for lower levels than the operand's.
    #[error(
        "the key serves levels up to {key}, the operand sits at {operand}: drop it, or make the key for that level"
    )]
    KeyLevel {
        /// The highest level the key serves.
        key: Level,
        /// The level of the operand.
        operand: Level,
    },
    /// The key set was generated without a relinearization key.
    #[error("the evaluation keys have no relinearization key: generate them with one")]
    MissingRelinearizationKey,
    /// The key set was generated without this rotation.
    #[error("the evaluation keys have no rotation by {steps}, only by {have:?}: generate them with it")]
    MissingRotation {
        /// The rotation asked for.
        steps: i64,
        /// The rotations there are.
        have: Vec<i64>,
    },
    /// The key set was generated without conjugation.
    #[error("the evaluation keys have no conjugation key: generate them with one")]
    MissingConjugation,
    /// A number times its scale does not fit the modulus at its level.
    #[error(
        "a number of {bits:.1} bits after scaling does not fit the {room:.1} bits at level {level}: take a smaller \
         scale, smaller numbers or a higher level"
    )]
    Overflow {
        /// Size of the scaled number.
        bits: f64,
        /// Room for it, sign included.
        room: f64,
        /// The level.
        level: Level,
    },
    /// A number is infinite or not a number.
    #[error("{value} is not a finite number")]
    NotFinite {
        /// The number.
        value: f64,
    },
    /// The scale of a result is too small for its constant to be seen.
    #[error("the constant's scale {scale} is below 1: it would be rounded away; take a larger target scale")]
    ConstantScale {
        /// The scale that the constant would be encoded at.
        scale: Scale,
    },
    /// A polynomial's coefficients are not as many as the ring degree.
    #[error("{found} coefficients given, the ring degree is {expected}")]
    WrongLength {
        /// How many were given.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// A sum has to be of something.
    #[error(
        "a sum of nothing: give at least one pair of factors, or one number of steps, 0 for the ciphertext itself"
    )]
    EmptySum,
    /// Parts of a key or ciphertext do not fit together.
    #[error("{part} has {found} parts, {expected} are needed: the data are damaged or of other parameters")]
    Malformed {
        /// What was being put together.
        part: &'static str,
        /// How many parts there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// What the ring says.
    #[error(transparent)]
    Ring(#[from] lowtide_ring::Error),
}
