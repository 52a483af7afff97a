//! Vectors of numbers to plaintexts and back: embed, scale and round; unscale and embed back.
//!
//! Rounding moves each coefficient by at most half a unit, and with it each slot by at most `N / 2` units of the scale:
//! about `sqrt(N / 12)` of them, typically. A scale of `2^40` in a ring of degree `2^14` leaves 34 bits behind the
//! point. In the conjugate-invariant ring `2N` stands in place of `N`.

use std::array;

use lowtide_ckks::{Level, Parameters, Plaintext, Scale};
use lowtide_ring::Ring;
use num_complex::Complex64;
use rayon::prelude::*;

use crate::{Embedding, Error, embedding};

/// Complex numbers whose largest one a thread looks for.
const PIECE: usize = 2048;

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
        self.check_count(values.len(), slots)?;
        let magnitude = Self::largest(values)?;
        let values = embedding::real_blocks(values, slots);
        self.plaintext(&self.embedding.interpolate(values, slots), magnitude, level, scale)
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
        self.check_count(values.len(), slots)?;
        let magnitude = self.magnitude(values)?;
        let values = embedding::blocks(values, slots);
        self.plaintext(&self.embedding.interpolate(values, slots), magnitude, level, scale)
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

    fn check_count(&self, found: usize, slots: usize) -> Result<(), Error> {
        self.check_slots(slots)?;
        if found <= slots { Ok(()) } else { Err(Error::TooManyValues { found, slots }) }
    }

    /// The largest absolute value, if all are finite.
    fn largest(values: &[f64]) -> Result<f64, Error> {
        // A product with zero is zero for finite numbers alone. Eight sums at a time are no chain of one.
        let (lines, rest) = values.as_chunks::<8>();
        let rest = array::from_fn(|i| rest.get(i).copied().unwrap_or(0.0));
        let (mut largest, mut zero) = ([0.0_f64; 8], [0.0; 8]);
        for line in lines.iter().chain([&rest]) {
            for i in 0..8 {
                let x = line[i].abs();
                largest[i] = if x > largest[i] { x } else { largest[i] };
                zero[i] += x * 0.0;
            }
        }
        if zero.iter().sum::<f64>() != 0.0 {
            let bad = values.iter().enumerate().find(|(_, value)| !value.is_finite());
            let (index, value) = bad.expect("a sum of zeros is zero");
            return Err(Error::NotFinite { index, value: *value });
        }
        Ok(largest.into_iter().fold(0.0, f64::max))
    }

    /// The largest absolute value, if all are finite, and real where slots are.
    fn magnitude(&self, values: &[Complex64]) -> Result<f64, Error> {
        let is_real = self.embedding.ring() == Ring::ConjugateInvariant;
        let check = |index: usize, value: &Complex64| match [value.re, value.im]
            .into_iter()
            .find(|part| !part.is_finite())
        {
            Some(value) => Err(Error::NotFinite { index, value }),
            None if is_real && value.im != 0.0 => Err(Error::NotReal { index, value: *value }),
            None => Ok(libm::hypot(value.re, value.im)),
        };
        let piece = |(piece, values): (usize, &[Complex64])| {
            let mut values = values.iter().enumerate();
            values.try_fold(0.0, |largest: f64, (i, value)| Ok(largest.max(check(piece * PIECE + i, value)?)))
        };
        let pieces: Vec<Result<f64, Error>> = values.par_chunks(PIECE).enumerate().map(piece).collect();
        // The first error in order, whichever was found first.
        pieces.into_iter().try_fold(0.0, |largest: f64, found| Ok(largest.max(found?)))
    }
}
