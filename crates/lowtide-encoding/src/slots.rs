//! Vectors of numbers to plaintexts and back: embed, scale and round; unscale and embed back.
//!
//! Rounding moves each coefficient by at most half a unit, and with it each slot by at most `N / 2` units of the scale:
//! about `sqrt(N / 12)` of them, typically. A scale of `2^40` in a ring of degree `2^14` leaves 34 bits behind the
//! point. In the conjugate-invariant ring `2N` stands in place of `N`.

use lowtide_ckks::{Level, Parameters, Plaintext, Scale};
use lowtide_ring::Ring;
use num_complex::Complex64;

use crate::{Embedding, Error};

/// Encodes and decodes for one parameter set.
#[derive(Clone, Debug)]
pub struct Encoder {
    params: Parameters,
    embedding: Embedding,
}

impl Encoder {
    /// An encoder for `params`.
    ///
    /// # Errors
    /// [`Error::Degree`] when their ring has no embedding.
    pub fn new(params: &Parameters) -> Result<Self, Error> {
        let embedding = Embedding::new(params.ring(), params.ring_degree())?;
        Ok(Self { params: params.clone(), embedding })
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// The embedding.
    #[must_use]
    pub const fn embedding(&self) -> &Embedding {
        &self.embedding
    }

    /// The number of slots under full packing.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.embedding.slots()
    }

    /// The plaintext with `values` in its first slots and zeros in the others.
    ///
    /// # Errors
    /// [`Error::TooManyValues`], [`Error::NotFinite`], or [`Error::Ckks`] when there is no such level or the numbers
    /// do not fit it at this scale.
    pub fn encode(&self, values: &[f64], level: Level, scale: &Scale) -> Result<Plaintext, Error> {
        self.encode_sparse(values, self.slots(), level, scale)
    }

    /// As [`Encoder::encode`], for complex numbers.
    ///
    /// # Errors
    /// As [`Encoder::encode`], or [`Error::NotReal`] in the conjugate-invariant ring.
    pub fn encode_complex(
        &self,
        values: &[Complex64],
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        self.encode_sparse_complex(values, self.slots(), level, scale)
    }

    /// The plaintext that shows one vector of `slots` slots over and over: `values`, then zeros.
    ///
    /// A rotation of the whole rotates each copy.
    ///
    /// # Errors
    /// [`Error::Slots`] when `slots` is not a power of two up to [`Encoder::slots`]; otherwise as [`Encoder::encode`].
    pub fn encode_sparse(
        &self,
        values: &[f64],
        slots: usize,
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        self.pack(values.iter().map(Complex64::from), slots, level, scale)
    }

    /// As [`Encoder::encode_sparse`], for complex numbers.
    ///
    /// # Errors
    /// As [`Encoder::encode_sparse`], or [`Error::NotReal`] in the conjugate-invariant ring.
    pub fn encode_sparse_complex(
        &self,
        values: &[Complex64],
        slots: usize,
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        self.pack(values.iter().copied(), slots, level, scale)
    }

    /// The plaintext with `value` in every slot: a polynomial of one coefficient, with no transform behind it.
    ///
    /// # Errors
    /// [`Error::NotFinite`], or [`Error::Ckks`] as [`Encoder::encode`].
    pub fn encode_constant(&self, value: f64, level: Level, scale: &Scale) -> Result<Plaintext, Error> {
        self.encode_constant_complex(value.into(), level, scale)
    }

    /// As [`Encoder::encode_constant`], for a complex number: two coefficients, since `X^(N/2)` is `i` in every slot.
    ///
    /// # Errors
    /// As [`Encoder::encode_constant`], or [`Error::NotReal`] in the conjugate-invariant ring.
    pub fn encode_constant_complex(
        &self,
        value: Complex64,
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        let magnitude = self.magnitude(&[value])?;
        let coefficients = self.embedding.constant(value);
        self.plaintext(&coefficients, magnitude, level, scale)
    }

    /// The real parts of all slots.
    ///
    /// # Panics
    /// When the plaintext belongs to a ring of another degree.
    #[must_use]
    pub fn decode(&self, plaintext: &Plaintext) -> Vec<f64> {
        self.embedding.to_slots_real(&plaintext.coefficients(), self.slots())
    }

    /// All slots.
    ///
    /// # Panics
    /// As [`Encoder::decode`].
    #[must_use]
    pub fn decode_complex(&self, plaintext: &Plaintext) -> Vec<Complex64> {
        self.embedding.to_slots(&plaintext.coefficients(), self.slots())
    }

    /// The real parts of the vector of `slots` slots that the plaintext shows over and over: the mean of its copies,
    /// each of which carries noise of its own.
    ///
    /// # Errors
    /// [`Error::Slots`] when `slots` is not a power of two up to [`Encoder::slots`].
    ///
    /// # Panics
    /// As [`Encoder::decode`].
    pub fn decode_sparse(&self, plaintext: &Plaintext, slots: usize) -> Result<Vec<f64>, Error> {
        self.check_slots(slots)?;
        Ok(self.embedding.to_slots_real(&plaintext.coefficients(), slots))
    }

    /// As [`Encoder::decode_sparse`], whole complex numbers.
    ///
    /// # Errors
    /// As [`Encoder::decode_sparse`].
    ///
    /// # Panics
    /// As [`Encoder::decode`].
    pub fn decode_sparse_complex(
        &self,
        plaintext: &Plaintext,
        slots: usize,
    ) -> Result<Vec<Complex64>, Error> {
        self.check_slots(slots)?;
        Ok(self.embedding.to_slots(&plaintext.coefficients(), slots))
    }

    fn pack(
        &self,
        values: impl ExactSizeIterator<Item = Complex64>,
        slots: usize,
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        self.check_slots(slots)?;
        let found = values.len();
        if found > slots {
            return Err(Error::TooManyValues { found, slots });
        }
        let mut padded = Vec::with_capacity(slots);
        padded.extend(values);
        let magnitude = self.magnitude(&padded)?;
        padded.resize(slots, Complex64::ZERO);
        self.plaintext(&self.embedding.interpolate(padded), magnitude, level, scale)
    }

    /// `magnitude` bounds the slots: the noise estimate starts from it.
    fn plaintext(
        &self,
        coefficients: &[f64],
        magnitude: f64,
        level: Level,
        scale: &Scale,
    ) -> Result<Plaintext, Error> {
        let plaintext = Plaintext::from_coefficients(&self.params, level, scale, coefficients)?;
        Ok(plaintext.with_magnitude(magnitude))
    }

    fn check_slots(&self, slots: usize) -> Result<(), Error> {
        let max = self.slots();
        if slots.is_power_of_two() && slots <= max { Ok(()) } else { Err(Error::Slots { slots, max }) }
    }

    /// The largest absolute value, if all are finite, and real where slots are.
    fn magnitude(&self, values: &[Complex64]) -> Result<f64, Error> {
        let is_real = self.embedding.ring() == Ring::ConjugateInvariant;
        values.iter().enumerate().try_fold(0.0_f64, |largest, (index, value)| {
            match [value.re, value.im].into_iter().find(|part| !part.is_finite()) {
                Some(value) => Err(Error::NotFinite { index, value }),
                None if is_real && value.im != 0.0 => Err(Error::NotReal { index, value: *value }),
                None => Ok(largest.max(libm::hypot(value.re, value.im))),
            }
        })
    }
}
