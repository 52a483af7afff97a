//! Plaintexts: integer polynomials that stand for real ones at a scale.

use std::array;

use lowtide_ring::{Evaluation, Ntt, Poly};
use rayon::prelude::*;

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
        let basis = params.basis(level);
        let size = Size::of(coefficients);
        let rounded = Rounded::new(&Room::new(params, level), coefficients, size, scale.to_f64())?;
        let poly = Poly::<Evaluation>::generate(&basis, |_, ntt, limb| {
            rounded.write(ntt, limb);
            ntt.forward(limb);
        });
        let noise = Noise::encoding(params, size.sum);
        Ok(Self { params: params.clone(), poly, scale: scale.clone(), noise })
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
        self.poly.to_coefficients().to_centered_over(self.scale.to_f64())
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

/// Numbers that a thread takes at a time.
const PIECE: usize = 4096;

/// How large coefficients are.
#[derive(Clone, Copy)]
struct Size {
    largest: f64,
    /// Of the absolute values: finite only if all of them are.
    sum: f64,
}

impl Size {
    /// In eight sums a piece, which are added in order: the same sum on any number of threads.
    fn of(coefficients: &[f64]) -> Self {
        let piece = |piece: &[f64]| {
            let (lines, rest) = piece.as_chunks::<8>();
            let rest = array::from_fn(|i| rest.get(i).copied().unwrap_or(0.0));
            let (mut largest, mut sums) = ([0.0; 8], [0.0; 8]);
            for line in lines.iter().chain([&rest]) {
                for (i, x) in line.iter().enumerate() {
                    let x = x.abs();
                    largest[i] = if x > largest[i] { x } else { largest[i] };
                    sums[i] += x;
                }
            }
            Self { largest: largest.into_iter().fold(0.0, f64::max), sum: sums.iter().sum() }
        };
        let pieces: Vec<Self> = coefficients.par_chunks(PIECE).map(piece).collect();
        let join =
            |all: Self, one: Self| Self { largest: all.largest.max(one.largest), sum: all.sum + one.sum };
        pieces.into_iter().fold(Self { largest: 0.0, sum: 0.0 }, join)
    }
}

/// Coefficients times a scale, rounded to the nearest integers, ties to even.
///
/// How long rounding and writing take depends on the size of the largest coefficient, in steps of 49 bits and compared with
/// each prime, and on nothing else of them.
enum Rounded {
    /// Numbers that a part holds, and the largest absolute value.
    Short(Vec<i64>, u64),
    /// `sum_k (parts[k] - HALF) 2^(49 k)`.
    Long(Vec<Vec<u64>>),
}

/// Bits of a part: a vector kernel takes it.
const PART_BITS: i32 = 49;
/// What makes a part at least zero.
const HALF: u64 = 1 << (PART_BITS - 1);
/// Added and taken away again it leaves the nearest integer of a number of at most 2^51; the bits of the sum alone are its
/// own and that integer's.
const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;

impl Rounded {
    fn new(room: &Room, coefficients: &[f64], size: Size, factor: f64) -> Result<Self, Error> {
        let largest = size.largest * factor;
        if !size.sum.is_finite() || largest >= room.limit() - 0.5 {
            // One may not fit: which, is for the error to say.
            coefficients.iter().try_for_each(|x| room.integer(*x, factor).map(|_| ()))?;
        }
        let count = 1 + (1..3_i32).filter(|k| largest >= power_of_two(PART_BITS * k - 1)).count() as i32;
        if count == 1 {
            let integer =
                |x: f64| ((x * factor + ROUND).to_bits().wrapping_sub(ROUND.to_bits())).cast_signed();
            return Ok(Self::Short(each(coefficients, integer), largest.round_ties_even() as u64));
        }
        let part = |k: i32| {
            each(coefficients, |x| {
                let mut left = x * factor;
                for k in (k + 1..count).rev() {
                    left -= digit(left, k) * power_of_two(PART_BITS * k);
                }
                (digit(left, k) + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(HALF)
            })
        };
        Ok(Self::Long((0..count).map(part).collect()))
    }

    /// The integers modulo the prime of a transform.
    fn write(&self, ntt: &Ntt, limb: &mut [u64]) {
        match self {
            Self::Short(numbers, largest) if *largest < ntt.modulus().value() => {
                ntt.field().lift(limb, numbers);
            }
            Self::Short(numbers, _) => {
                let parts = |part: &[i64]| {
                    part.iter().map(|x| x.wrapping_add_unsigned(HALF).cast_unsigned()).collect()
                };
                for (limb, numbers) in limb.chunks_mut(PIECE).zip(numbers.chunks(PIECE)) {
                    write_parts(ntt, limb, &[parts(numbers)], 0);
                }
            }
            Self::Long(parts) => {
                for (i, limb) in limb.chunks_mut(PIECE).enumerate() {
                    write_parts(ntt, limb, parts, i * PIECE);
                }
            }
        }
    }
}

/// The numbers behind the parts from `first` on, modulo the prime of a transform.
fn write_parts(ntt: &Ntt, limb: &mut [u64], parts: &[Vec<u64>], first: usize) {
    let q = ntt.modulus();
    let unit = q.reduce(1 << PART_BITS);
    let weights = std::iter::successors(Some(1), |weight| Some(q.mul(*weight, unit)));
    let mut terms: Vec<(&[u64], u64)> =
        parts.iter().map(|part| &part[first..first + limb.len()]).zip(weights).collect();
    let less = terms.iter().fold(0, |sum, (_, weight)| q.sub(sum, q.mul(q.reduce(HALF), *weight)));
    terms.push((&[1; PIECE][..limb.len()], less));
    ntt.field().weighted_sum(limb, &terms);
}

/// What `f` makes of each number, on all threads.
fn each<T: Send + Default + Clone>(numbers: &[f64], f: impl Fn(f64) -> T + Sync) -> Vec<T> {
    let mut out = vec![T::default(); numbers.len()];
    out.par_chunks_mut(PIECE).zip(numbers.par_chunks(PIECE)).for_each(|(out, numbers)| {
        out.iter_mut().zip(numbers).for_each(|(out, x)| *out = f(*x));
    });
    out
}

/// The number of times that `2^(49 k)` goes into a number, to the nearest.
fn digit(x: f64, k: i32) -> f64 {
    (x * power_of_two(-PART_BITS * k) + ROUND) - ROUND
}

const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
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
            most in prop::sample::select(vec![29, 45, 90, 124]),
            bits in prop::sample::select(vec![30, 49, 60]),
        ) {
            let number = |(x, bits): &(f64, i32)| x * 2.0_f64.powi(bits % most);
            let coefficients: Vec<f64> = numbers.iter().map(number).collect();
            let prime = ntt_primes(bits, 16).next().unwrap();
            let ntt = Ntt::new(8, Modulus::new(prime).unwrap()).unwrap();
            let room = Room { bits: 125.0, level: 0 };
            for factor in [1.0, 0.75, 2.0_f64.powi(-60)] {
                let mut limb = [0; 8];
                Rounded::new(&room, &coefficients, Size::of(&coefficients), factor).unwrap().write(&ntt, &mut limb);
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
        let rounded = |numbers: &[f64]| Rounded::new(&room, numbers, Size::of(numbers), 1.0);
        let big = 2.0_f64.powi(48);
        rounded(&[0.5, 1.5, -0.5, -1.5, 2.5, big, -big, big - 0.5]).unwrap().write(&ntt, &mut limb);
        let residues = [0, 2, 0, prime - 2, 2, 1 << 48, prime - (1 << 48), 1 << 48];
        assert_eq!(limb, residues);
        let refused = |x: f64| rounded(&[0.0, x]).map(|_| ()).unwrap_err();
        assert!(matches!(refused(f64::NAN), Error::NotFinite { .. }));
        assert!(matches!(refused(2.0_f64.powi(60)), Error::Overflow { .. }));
        assert!(rounded(&[2.0_f64.powi(59)]).is_ok());
    }
}
