//! The canonical embedding by its definition: slot `j` is the value at `zeta^(5^j)`, where `zeta` is `exp(i pi / N)`, or
//! `exp(i pi / 2N)` in the conjugate-invariant ring.

use std::f64::consts::PI;

use lowtide_ckks::{Parameters, Plaintext, Scale};
use lowtide_ring::Ring;

/// The real part of what coefficient `k` stands for, in slot `j`: `X^k`, or `X^k + X^-k`.
fn basis(params: &Parameters, j: usize, k: usize) -> f64 {
    let (ring, n) = (params.ring(), params.ring_degree());
    let order = ring.root_order(n) as usize;
    let power = (0..j).fold(1, |power, _| power * 5 % order);
    let cosine = (2.0 * PI * (power * k % order) as f64 / order as f64).cos();
    if ring == Ring::ConjugateInvariant && k > 0 { 2.0 * cosine } else { cosine }
}

/// Real slots: the basis is orthogonal over them, and so each coefficient is a projection.
pub(crate) fn encode(params: &Parameters, values: &[f64], level: usize, scale: &Scale) -> Plaintext {
    let (n, slots) = (params.ring_degree(), params.slots());
    assert_eq!(values.len(), slots);
    let square = |k| if params.ring() == Ring::ConjugateInvariant && k > 0 { 2 * slots } else { slots };
    let coefficient = |k| {
        let sum: f64 = values.iter().enumerate().map(|(j, x)| x * basis(params, j, k)).sum();
        sum / square(k) as f64
    };
    let coefficients: Vec<f64> = (0..n).map(coefficient).collect();
    let magnitude = values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    Plaintext::from_coefficients(params, level, scale, &coefficients).unwrap().with_magnitude(magnitude)
}

pub(crate) fn decode(plain: &Plaintext) -> Vec<f64> {
    let coefficients = plain.coefficients();
    let params = plain.params();
    let slot = |j| coefficients.iter().enumerate().map(|(k, c)| c * basis(params, j, k)).sum();
    (0..params.slots()).map(slot).collect()
}

pub(crate) fn worst(found: &[f64], expected: &[f64]) -> f64 {
    found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

pub(crate) fn assert_close(found: &[f64], expected: &[f64], bound: f64) {
    let error = worst(found, expected);
    assert!(error < bound, "{error:e} above {bound:e}");
}
