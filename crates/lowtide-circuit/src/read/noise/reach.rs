//! How far each kind of error reaches: its standard deviation in a slot, times how many of them we allow for.
//!
//! All before division by the scale. Deviations are those of the complex slots: a polynomial whose coefficients have
//! variance `v` has slots of variance `N v`. In the conjugate-invariant ring it is `2 N v`, and all of it is real, which in a
//! normal distribution counts twice: as if `N` were four times as large, and in products of two errors as well.

use lowtide_ckks::{Level, Noise, Scale};
use lowtide_ring::{Ring, sample::ERROR_DEVIATION};

use crate::Program;

/// `-log2` of the probability that a value passes its bound.
const CERTAINTY: f64 = 30.0;

/// What is needed of a program to tell.
pub(super) struct Reach<'a> {
    program: &'a Program,
    /// `N`, or what stands for it.
    degree: f64,
    /// `L`: the logarithm of the slots over the probability of failure.
    log: f64,
}

impl<'a> Reach<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        let log = (program.slots() as f64).ln() + CERTAINTY * std::f64::consts::LN_2;
        let params = program.params();
        let reality = if params.ring() == Ring::ConjugateInvariant { 4 } else { 1 };
        Self { program, degree: (reality * params.ring_degree()) as f64, log }
    }

    /// A normal error and the product of two, by their variances.
    fn of(&self, normal: f64, product: f64) -> f64 {
        (self.log * normal + self.log * self.log / 4.0 * product).sqrt()
    }

    /// A fresh encryption under the secret key.
    pub(super) fn fresh(&self) -> f64 {
        self.of(self.degree * ERROR_DEVIATION * ERROR_DEVIATION, 0.0)
    }

    /// A real vector encoded, by its largest number and the scale, after division by it.
    ///
    /// Two coefficients a slot are rounded, all others are zero. Those of real vectors come in pairs, `a_k = -a_(N-k)`,
    /// and so do their roundings: the whole error is real, which in a normal distribution counts twice. (One coefficient a
    /// slot in the conjugate-invariant ring, and twice the variance.) Coefficients below a half become zero together, and
    /// take the numbers with them.
    pub(super) fn encoding(&self, magnitude: f64, scale: &Scale) -> f64 {
        let (slots, scale) = (self.program.slots() as f64, scale.to_f64());
        let rounding = self.of(2.0 * 2.0 * slots * Noise::ROUNDING, 0.0) / scale;
        if magnitude * scale < slots { rounding + magnitude } else { rounding }
    }

    /// Both components of a ciphertext rounded after a division, the second one multiplied by the secret.
    pub(super) fn division(&self) -> f64 {
        let rounding = self.degree * Noise::ROUNDING;
        self.of(rounding, rounding * self.degree * Noise::TERNARY)
    }

    /// A key switch: one error a digit, times the digit, over `P`, and a division.
    pub(super) fn switch(&self, level: Level) -> f64 {
        self.switches(level, 1)
    }

    /// So many key switches that are divided together.
    pub(super) fn switches(&self, level: Level, count: usize) -> f64 {
        let literal = self.program.params().literal();
        let log2 = |primes: &[u64]| primes.iter().map(|prime| (*prime as f64).log2()).sum::<f64>();
        let special = log2(&literal.p);
        let ratio = |digit| (2.0 * (log2(digit) - special)).exp2();
        let ratios: f64 = literal.q[..=level].chunks(literal.p.len()).map(ratio).sum();
        let digits = self.degree * self.degree * ERROR_DEVIATION * ERROR_DEVIATION * Noise::ROUNDING * ratios;
        self.of(0.0, count as f64 * digits).hypot(self.division())
    }

    /// After how many rotations by one a ciphertext is itself again.
    pub(super) fn every_slot(&self) -> usize {
        self.program.params().slots()
    }

    /// The relative error of a vector brought to a scale or back in double precision: a transform, a product, the scale.
    pub(super) fn double(&self) -> f64 {
        (self.degree.log2() + 6.0) * f64::EPSILON / 2.0
    }
}
