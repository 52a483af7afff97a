//! Plaintexts: integer polynomials that stand for real ones at a scale.

use lowtide_ring::{Coefficient, Evaluation, Ntt, Poly};

use crate::{Error, Level, Noise, Parameters, Scale};

/// A polynomial with real coefficients, times a scale, rounded, at a level.
#[derive(Clone, Debug, PartialEq)]
pub struct Plaintext {
    pub(crate) params: Parameters,
    pub(crate) poly: Poly<Evaluation>,
    pub(crate) scale: Scale,
    pub(crate) noise: Noise,
}

impl Plaintext {
    /// The plaintext of real coefficients: each is multiplied by `scale` and rounded to the nearest integer.
    ///
    /// Its slots are taken to be at most the sum of the absolute coefficients; an encoder that knows them better says so
    /// with [`Plaintext::with_magnitude`].
    ///
    /// # Errors
    /// [`Error::WrongLength`] unless there are `N` coefficients, [`Error::NoSuchLevel`], [`Error::NotFinite`], or
    /// [`Error::Overflow`] when one does not fit half the modulus at `level`.
    pub fn from_coefficients(
        params: &Parameters,
        level: Level,
        scale: &Scale,
        coefficients: &[f64],
    ) -> Result<Self, Error> {
        params.check_level(level)?;
        let (found, expected) = (coefficients.len(), params.ring_degree());
        if found != expected {
            return Err(Error::WrongLength { found, expected });
        }
        let (room, factor) = (Room::new(params, level), scale.to_f64());
        let integers =
            coefficients.iter().map(|x| room.integer(*x, factor)).collect::<Result<Vec<_>, _>>()?;
        let poly: Poly<Coefficient> =
            Poly::generate(&params.basis(level), |_, ntt, limb| fill(limb, ntt, &integers));
        let magnitude = coefficients.iter().map(|x| x.abs()).sum();
        let noise = Noise::encoding(params, magnitude);
        Ok(Self { params: params.clone(), poly: poly.into_evaluation(), scale: scale.clone(), noise })
    }

    /// The same plaintext, with a better bound on its slots.
    #[must_use]
    pub const fn with_magnitude(mut self, magnitude: f64) -> Self {
        self.noise.magnitude = magnitude;
        self
    }

    /// The real coefficients: centred, divided by the scale.
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        let mut coefficients = self.poly.clone().into_coefficients().to_centered();
        let factor = self.scale.to_f64();
        coefficients.iter_mut().for_each(|x| *x /= factor);
        coefficients
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// The level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.poly.basis().len() - 1
    }

    /// The scale.
    #[must_use]
    pub const fn scale(&self) -> &Scale {
        &self.scale
    }

    /// What is thought of the slots.
    #[must_use]
    pub const fn noise(&self) -> Noise {
        self.noise
    }
}

/// The most bits that an integer may have at a level, sign aside.
pub(crate) struct Room {
    bits: f64,
    level: Level,
}

impl Room {
    pub(crate) fn new(params: &Parameters, level: Level) -> Self {
        let log2 = params.basis(level).log2();
        Self { bits: log2.min(126.0) - 1.0, level }
    }

    /// The integer nearest to `x scale`, if there is room for it.
    pub(crate) fn integer(&self, x: f64, scale: f64) -> Result<i128, Error> {
        if !x.is_finite() {
            return Err(Error::NotFinite { value: x });
        }
        let scaled = (x * scale).round_ties_even();
        if scaled.abs() >= self.bits.exp2() {
            return Err(Error::Overflow {
                bits: scaled.abs().log2() + 1.0,
                room: self.bits,
                level: self.level,
            });
        }
        Ok(scaled as i128)
    }
}

fn fill(limb: &mut [u64], ntt: &Ntt, integers: &[i128]) {
    let q = ntt.modulus();
    for (residue, x) in limb.iter_mut().zip(integers) {
        *residue = match i64::try_from(*x) {
            Ok(x) => q.reduce_signed(x),
            Err(_) if *x < 0 => q.neg(q.reduce_wide(x.unsigned_abs())),
            Err(_) => q.reduce_wide(x.unsigned_abs()),
        };
    }
}
