//! What a circuit is written against: slot vectors that carry a level and a scale.
//!
//! A circuit that is generic over [`Arithmetic`] has one definition and several readings: [`crate::Encrypted`] computes
//! it on ciphertexts, [`crate::Clear`] on numbers, with the same levels and the same exact scales, and counts what it
//! costs. What one accepts the other accepts, so that a circuit is checked before anything is encrypted.

use lowtide_ckks::{Error, Level, Scale};

/// Arithmetic on slot vectors. Every product is relinearized and rescaled by one level.
pub trait Arithmetic: Sync {
    /// A vector of slots.
    type Vector: Clone + Send + Sync;

    /// The number of slots of a vector.
    fn slots(&self) -> usize;

    /// The prime that a rescale at `level` divides by.
    fn prime(&self, level: Level) -> u64;

    /// How many rescales a vector has left.
    fn level(&self, x: &Self::Vector) -> Level;

    /// The scale of a vector.
    fn scale(&self, x: &Self::Vector) -> Scale;

    /// `x + y`: levels `(l, l) -> l`, scales `(s, s) -> s`.
    ///
    /// # Errors
    /// [`Error::LevelMismatch`] or [`Error::ScaleMismatch`].
    fn add(&self, x: &Self::Vector, y: &Self::Vector) -> Result<Self::Vector, Error>;

    /// `x + constant` in every slot: level and scale stay.
    ///
    /// # Errors
    /// When the constant does not fit.
    fn add_constant(&self, x: &Self::Vector, constant: f64) -> Result<Self::Vector, Error>;

    /// `sum_i x_i y_i` slot by slot, relinearized once and rescaled: levels `(l, l) -> l - 1`, scales
    /// `(s, t) -> s t / q_l`.
    ///
    /// # Errors
    /// [`Error::OutOfLevels`], or when levels or scales of the products differ.
    ///
    /// # Panics
    /// Without any pair.
    fn sum_of_products(&self, pairs: &[(&Self::Vector, &Self::Vector)]) -> Result<Self::Vector, Error>;

    /// `x^2` slot by slot, relinearized and rescaled: levels `l -> l - 1`, scales `s -> s^2 / q_l`.
    ///
    /// # Errors
    /// [`Error::OutOfLevels`].
    fn square(&self, x: &Self::Vector) -> Result<Self::Vector, Error>;

    /// `constant x`, ending exactly at `level`, which is below that of `x`, and `scale`.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`] when `x` is not above `level`, or when the constant does not fit.
    fn mul_constant_to(
        &self,
        x: &Self::Vector,
        constant: f64,
        level: Level,
        scale: &Scale,
    ) -> Result<Self::Vector, Error>;

    /// `mask x` slot by slot for a public mask: levels `l -> l - 1`, the scale stays.
    ///
    /// # Errors
    /// [`Error::OutOfLevels`].
    fn mul_mask(&self, x: &Self::Vector, mask: &[f64]) -> Result<Self::Vector, Error>;

    /// Slot `i` takes the value of slot `i + steps`, cyclically: level and scale stay.
    ///
    /// # Errors
    /// When there is no key for the rotation.
    fn rotate(&self, x: &Self::Vector, steps: i64) -> Result<Self::Vector, Error>;

    /// The same vector at a lower level: the scale stays.
    ///
    /// # Errors
    /// [`Error::NoSuchLevel`] for a higher one.
    fn drop_to(&self, x: &Self::Vector, level: Level) -> Result<Self::Vector, Error>;

    /// `2^exponent x`, in name alone: the level stays, scales `s -> s 2^-exponent`.
    fn mul_power_of_two(&self, x: &Self::Vector, exponent: i32) -> Self::Vector;

    /// The same vector, of which the author of the circuit knows that no slot exceeds `magnitude`. It changes no number,
    /// only the noise that is expected of products with it.
    #[must_use]
    fn bounded(&self, x: Self::Vector, magnitude: f64) -> Self::Vector {
        let _ = magnitude;
        x
    }

    /// The sum of several vectors.
    ///
    /// # Errors
    /// As [`Arithmetic::add`].
    ///
    /// # Panics
    /// Without any vector.
    fn sum<'a>(&self, vectors: impl IntoIterator<Item = &'a Self::Vector>) -> Result<Self::Vector, Error>
    where
        Self::Vector: 'a,
    {
        let mut vectors = vectors.into_iter();
        let first = vectors.next().expect("a sum of at least one vector").clone();
        vectors.try_fold(first, |sum, x| self.add(&sum, x))
    }

    /// `sum_i c_i x_i` for public constants, ending at `level` and `scale`. Vectors whose constant is zero are left out.
    ///
    /// # Errors
    /// As [`Arithmetic::mul_constant_to`].
    ///
    /// # Panics
    /// When every constant is zero.
    fn combine_to(
        &self,
        terms: &[(f64, &Self::Vector)],
        level: Level,
        scale: &Scale,
    ) -> Result<Self::Vector, Error> {
        let scaled = |(constant, x): &(f64, &Self::Vector)| self.mul_constant_to(x, *constant, level, scale);
        let scaled = terms.iter().filter(|term| term.0 != 0.0).map(scaled).collect::<Result<Vec<_>, _>>()?;
        self.sum(&scaled)
    }
}
