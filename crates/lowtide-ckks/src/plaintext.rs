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
        let rounded = Rounded::new(&Room::new(params, level), coefficients, scale.to_f64())?;
        let poly: Poly<Coefficient> =
            Poly::generate(&params.basis(level), |_, ntt, limb| rounded.write(ntt, limb));
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
        let mut coefficients = self.poly.to_coefficients().to_centered();
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

    /// One past the largest integer.
    fn limit(&self) -> f64 {
        self.bits.exp2()
    }

    /// The integer nearest to `x scale`, if there is room for it.
    pub(crate) fn integer(&self, x: f64, scale: f64) -> Result<i128, Error> {
        if !x.is_finite() {
            return Err(Error::NotFinite { value: x });
        }
        let scaled = (x * scale).round_ties_even();
        if scaled.abs() >= self.limit() {
            return Err(Error::Overflow {
                bits: scaled.abs().log2() + 1.0,
                room: self.bits,
                level: self.level,
            });
        }
        Ok(scaled as i128)
    }
}

/// Coefficients times a scale, rounded to the nearest integers, ties to even: `sum_k (parts[k] - HALF) 2^(49 k)`.
///
/// How long rounding and writing take depends on the size of the largest coefficient, in steps of 49 bits, and on nothing
/// else of them.
struct Rounded {
    parts: Vec<Vec<u64>>,
}

/// Bits of a part: a vector kernel takes it.
const PART_BITS: u32 = 49;
/// What makes a part at least zero.
const HALF: u64 = 1 << (PART_BITS - 1);

impl Rounded {
    fn new(room: &Room, coefficients: &[f64], factor: f64) -> Result<Self, Error> {
        // Added and taken away again it leaves the nearest integer of a number of at most 2^51.
        const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;
        // The bits of its sum with an integer below 2^52 are its own and the integer's.
        const SHIFT: f64 = (1_u64 << 52) as f64;
        let mut left: Vec<f64> = coefficients.iter().map(|x| x * factor).collect();
        let (largest, finite) = left
            .iter()
            .fold((0.0_f64, true), |(most, finite), x| (most.max(x.abs()), finite & x.is_finite()));
        if !finite || largest >= room.limit() - 0.5 {
            // One may not fit: which, is for the error to say.
            coefficients.iter().try_for_each(|x| room.integer(*x, factor).map(|_| ()))?;
        }
        let count = 1 + (1..3).filter(|k| largest >= power_of_two(PART_BITS * k - 1)).count() as u32;
        let part = |k: u32| {
            let unit = power_of_two(PART_BITS * k);
            let digit = |x: &mut f64| {
                let digit = (*x / unit + ROUND) - ROUND;
                *x -= digit * unit;
                (digit + HALF as f64 + SHIFT).to_bits() ^ SHIFT.to_bits()
            };
            left.iter_mut().map(digit).collect()
        };
        let mut parts: Vec<Vec<u64>> = (0..count).rev().map(part).collect();
        parts.reverse();
        Ok(Self { parts })
    }

    /// The integers modulo the prime of a transform.
    fn write(&self, ntt: &Ntt, limb: &mut [u64]) {
        let q = ntt.modulus();
        let unit = q.reduce(1 << PART_BITS);
        let weights = std::iter::successors(Some(1), |weight| Some(q.mul(*weight, unit)));
        let terms: Vec<(&[u64], u64)> = self.parts.iter().map(Vec::as_slice).zip(weights).collect();
        ntt.field().weighted_sum(limb, &terms);
        let halves = terms.iter().fold(0, |sum, (_, weight)| q.add(sum, q.mul(q.reduce(HALF), *weight)));
        limb.iter_mut().for_each(|x| *x = q.sub(*x, halves));
    }
}

fn power_of_two(bits: u32) -> f64 {
    f64::from(bits).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lowtide_ring::{Modulus, prime::ntt_primes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_are_rounded_exactly(
            numbers in prop::collection::vec((-1.0..1.0_f64, 0..124_i32), 8),
            wide in any::<bool>(),
        ) {
            let coefficients: Vec<f64> = numbers.iter().map(|(x, bits)| x * 2.0_f64.powi(*bits)).collect();
            let prime = ntt_primes(if wide { 60 } else { 49 }, 16).next().unwrap();
            let ntt = Ntt::new(8, Modulus::new(prime).unwrap()).unwrap();
            let room = Room { bits: 125.0, level: 0 };
            for factor in [1.0, 0.75, 2.0_f64.powi(-60)] {
                let mut limb = [0; 8];
                Rounded::new(&room, &coefficients, factor).unwrap().write(&ntt, &mut limb);
                for (x, residue) in coefficients.iter().zip(limb) {
                    let expected = (x * factor).round_ties_even() as i128;
                    prop_assert_eq!(i128::from(residue), expected.rem_euclid(i128::from(prime)));
                }
            }
        }
    }

    #[test]
    fn halves_go_to_even_numbers_and_limits_are_kept() {
        let prime = ntt_primes(49, 16).next().unwrap();
        let ntt = Ntt::new(8, Modulus::new(prime).unwrap()).unwrap();
        let mut limb = [0; 8];
        let room = Room { bits: 60.0, level: 0 };
        let big = 2.0_f64.powi(48);
        Rounded::new(&room, &[0.5, 1.5, -0.5, -1.5, 2.5, big, -big, big - 0.5], 1.0)
            .unwrap()
            .write(&ntt, &mut limb);
        let residues = [0, 2, 0, prime - 2, 2, 1 << 48, prime - (1 << 48), 1 << 48];
        assert_eq!(limb, residues);
        let refused = |x: f64| Rounded::new(&room, &[0.0, x], 1.0).map(|_| ()).unwrap_err();
        assert!(matches!(refused(f64::NAN), Error::NotFinite { .. }));
        assert!(matches!(refused(2.0_f64.powi(60)), Error::Overflow { .. }));
        assert!(Rounded::new(&room, &[2.0_f64.powi(59)], 1.0).is_ok());
    }
}
