//! A noise estimate beside every ciphertext.
//!
//! Average case, in slots, as in Costache, Curtis, Hales, Murphy, Ogilvie and Player, "On the precision loss in
//! approximate homomorphic encryption" (ePrint 2022/162): errors of different origin are taken to be independent and
//! normal, so that standard deviations add in squares. A polynomial whose coefficients have standard deviation `d` has
//! slots of standard deviation `sqrt(n) d`, where `n` is the ring's [`Ring::expansion`](lowtide_ring::Ring::expansion): `N`
//! in the standard ring, whose slots are complex, and `2N` in the conjugate-invariant one.

use crate::{Parameters, Scale};
use lowtide_ring::sample::ERROR_DEVIATION;

/// What is thought of the slots of a ciphertext: how large the numbers are at most, and how far off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// A bound on the absolute values of the slots, before scaling.
    pub magnitude: f64,
    /// The standard deviation of the error in a slot, after scaling.
    pub deviation: f64,
}

const ROUNDING: f64 = Noise::ROUNDING;
const TERNARY: f64 = Noise::TERNARY;

impl Noise {
    /// The variance of a rounding error, uniform in `[-1/2, 1/2)`.
    pub const ROUNDING: f64 = 1.0 / 12.0;
    /// The variance of a coefficient of the secret, which is ternary.
    pub const TERNARY: f64 = 2.0 / 3.0;

    /// Bits of precision after the binary point: `-log2` of the error's standard deviation before scaling.
    #[must_use]
    pub fn precision_bits(&self, scale: &Scale) -> f64 {
        scale.log2() - self.deviation.log2()
    }

    /// An encoding: every coefficient is rounded.
    pub(crate) fn encoding(params: &Parameters, magnitude: f64) -> Self {
        Self { magnitude, deviation: in_slots(params, ROUNDING) }
    }

    /// Plus a secret-key encryption: one error.
    #[cfg(feature = "customer")]
    pub(crate) fn encrypted_by_secret(self, params: &Parameters) -> Self {
        self.plus(in_slots(params, ERROR_DEVIATION * ERROR_DEVIATION))
    }

    /// Plus a public-key encryption: `v e + e_0 + e_1 s` over the special prime, which is next to nothing, and a rounding.
    pub(crate) fn encrypted_by_public(self, params: &Parameters) -> Self {
        let special = params.public_key_basis().limbs()[0].modulus().value() as f64;
        let error = ERROR_DEVIATION / special;
        let variance = error * error * (1.0 + 2.0 * expansion(params) * TERNARY);
        self.plus(in_slots(params, variance)).rounded(params)
    }

    /// Plus the rounding of both components of a ciphertext, the second one multiplied by the secret.
    pub(crate) fn rounded(self, params: &Parameters) -> Self {
        self.plus(in_slots(params, ROUNDING * (1.0 + expansion(params) * TERNARY)))
    }

    /// Divided by a prime and rounded.
    pub(crate) fn rescaled(self, params: &Parameters, prime: u64) -> Self {
        Self { deviation: self.deviation / prime as f64, ..self }.rounded(params)
    }

    /// Plus a key switch: one error a digit, times the digit, over `P`, and a rounding.
    pub(crate) fn switched(self, params: &Parameters, digits: usize) -> Self {
        let n = expansion(params);
        let ratio = (2.0 * (params.digit_log2() - params.special_log2())).exp2();
        let variance = digits as f64 * n * ERROR_DEVIATION * ERROR_DEVIATION * ROUNDING * ratio;
        self.plus(in_slots(params, variance)).rounded(params)
    }

    /// The sum of two, their errors independent.
    pub(crate) fn add(self, other: Self) -> Self {
        let magnitude = self.magnitude + other.magnitude;
        Self { magnitude, deviation: self.deviation.hypot(other.deviation) }
    }

    /// The slot-wise product of two.
    pub(crate) fn mul(self, scale: &Scale, other: Self, other_scale: &Scale) -> Self {
        let left = self.magnitude * scale.to_f64() * other.deviation;
        let right = other.magnitude * other_scale.to_f64() * self.deviation;
        let deviation = left.hypot(right).hypot(self.deviation * other.deviation);
        Self { magnitude: self.magnitude * other.magnitude, deviation }
    }

    /// Times an integer that stands for `factor` at `scale`, off by a rounding.
    pub(crate) fn mul_constant(self, own: &Scale, factor: f64, scale: &Scale) -> Self {
        let constant = Self { magnitude: factor.abs(), deviation: ROUNDING.sqrt() };
        self.mul(own, constant, scale)
    }

    fn plus(self, deviation: f64) -> Self {
        Self { deviation: self.deviation.hypot(deviation), ..self }
    }
}

fn in_slots(params: &Parameters, coefficient_variance: f64) -> f64 {
    (expansion(params) * coefficient_variance).sqrt()
}

fn expansion(params: &Parameters) -> f64 {
    params.ring().expansion(params.ring_degree()) as f64
}
