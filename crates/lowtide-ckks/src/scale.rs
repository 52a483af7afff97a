//! Exact scales.

mod wide;

use std::{
    fmt,
    ops::{Div, Mul},
};

use self::wide::Wide;

/// The factor between a number and the integer that stands for it: `2^e p_1^k_1 p_2^k_2 ...`, exactly.
///
/// Scales start as powers of two, are multiplied by products and divided by the primes of rescales, so that this form
/// is closed under everything the scheme does; and since factorization is unique, two scales are equal when their
/// exponents are. No epsilon hides a mismatch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scale {
    twos: i64,
    /// Odd primes, increasing, with exponents that are not zero.
    primes: Vec<(u64, i64)>,
}

impl Scale {
    /// One.
    pub const ONE: Self = Self::power_of_two(0);

    /// `2^exponent`.
    #[must_use]
    pub const fn power_of_two(exponent: i64) -> Self {
        Self { twos: exponent, primes: Vec::new() }
    }

    /// An odd prime. That it is one is the caller's promise: a composite breaks the test for equality, nothing else.
    #[must_use]
    pub fn prime(prime: u64) -> Self {
        Self { twos: 0, primes: vec![(prime, 1)] }
    }

    /// A scale from its exponents; repeated primes add up.
    pub fn from_factors(twos: i64, primes: impl IntoIterator<Item = (u64, i64)>) -> Self {
        primes.into_iter().fold(Self::power_of_two(twos), |mut scale, (prime, exponent)| {
            scale.shift(prime, exponent);
            scale
        })
    }

    /// The exponent of two, and the odd primes with theirs.
    #[must_use]
    pub fn factors(&self) -> (i64, &[(u64, i64)]) {
        (self.twos, &self.primes)
    }

    /// The nearest double, within two units in the last place; infinite or zero when out of range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        let (mantissa, exponent) = self.parts();
        // In two steps, so that neither overflows on its own.
        let exponent = exponent.clamp(-3000, 3000) as i32;
        mantissa * 2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
    }

    /// Base-two logarithm.
    #[must_use]
    pub fn log2(&self) -> f64 {
        let (mantissa, exponent) = self.parts();
        exponent as f64 + mantissa.log2()
    }

    /// A number between a half and two, and a power of two.
    fn parts(&self) -> (f64, i64) {
        let product = |sign: i64| {
            let factors = self.primes.iter().filter(|(_, power)| power.signum() == sign);
            factors.fold(Wide::ONE, |product, (prime, power)| {
                product.times(Wide::new(*prime).power(power.unsigned_abs()))
            })
        };
        let (mantissa, exponent) = product(1).over(product(-1));
        (mantissa, exponent.saturating_add(self.twos))
    }

    fn shift(&mut self, prime: u64, exponent: i64) {
        match self.primes.binary_search_by_key(&prime, |factor| factor.0) {
            Ok(at) => {
                self.primes[at].1 = self.primes[at].1.saturating_add(exponent);
                if self.primes[at].1 == 0 {
                    self.primes.remove(at);
                }
            }
            Err(at) if exponent != 0 => self.primes.insert(at, (prime, exponent)),
            Err(_) => {}
        }
    }

    fn combine(&self, other: &Self, sign: i64) -> Self {
        let mut out = self.clone();
        out.twos = out.twos.saturating_add(sign * other.twos);
        other.primes.iter().for_each(|(prime, exponent)| out.shift(*prime, sign * exponent));
        out
    }
}

impl Mul for &Scale {
    type Output = Scale;
    fn mul(self, other: Self) -> Scale {
        self.combine(other, 1)
    }
}

impl Div for &Scale {
    type Output = Scale;
    fn div(self, other: Self) -> Scale {
        self.combine(other, -1)
    }
}

/// `2^40` when it is a power of two, `2^39.999998...` otherwise.
impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.primes.is_empty() { write!(f, "2^{}", self.twos) } else { write!(f, "2^{:.9}", self.log2()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scales() -> impl Strategy<Value = Scale> {
        let factor =
            (prop::sample::select(vec![3_u64, 97, 65537, (1 << 40) + 15, (1 << 50) - 27]), -4..5_i64);
        (-90..90_i64, prop::collection::vec(factor, 0..4))
            .prop_map(|(twos, primes)| Scale::from_factors(twos, primes))
    }

    proptest! {
        #[test]
        fn scales_form_a_group(a in scales(), b in scales()) {
            prop_assert_eq!(&a * &b, &b * &a);
            prop_assert_eq!(&(&a * &b) / &b, a.clone());
            prop_assert_eq!(&a / &a, Scale::ONE);
            prop_assert!(((&a * &b).log2() - a.log2() - b.log2()).abs() < 1e-9);
            prop_assert!((a.to_f64().log2() - a.log2()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_scale_prints_as_a_power_of_two() {
        assert_eq!(Scale::power_of_two(40).to_string(), "2^40");
        assert_eq!(Scale::prime(3).to_string(), "2^1.584962501");
    }

    #[test]
    fn high_powers_keep_all_bits() {
        // (1 + 15 / 2^40)^(2^n), whose logarithm is known.
        let (prime, power) = ((1_u64 << 40) + 15, 45_i32);
        for n in 0..power {
            let scale = Scale::from_factors(-40 << n, [(prime, 1 << n)]);
            let logarithm = f64::from(n).exp2() * (15.0 / 40.0_f64.exp2()).ln_1p();
            let close = 1e-15 * logarithm.max(1.0);
            assert!((scale.log2() * std::f64::consts::LN_2 - logarithm).abs() < close, "2^{n}: {scale}");
            assert!((scale.to_f64() / logarithm.exp() - 1.0).abs() < close, "2^{n}: {}", scale.to_f64());
            let inverse = &Scale::ONE / &scale;
            assert!((inverse.to_f64() * scale.to_f64() - 1.0).abs() < 1e-15, "2^{n}");
        }
    }

    #[test]
    fn a_tiny_difference_is_a_difference() {
        let (a, b) = (Scale::prime((1 << 50) - 27), Scale::prime((1 << 50) - 35));
        assert_ne!(a, b);
        assert!((a.log2() - b.log2()).abs() < 1e-13);
    }
}
