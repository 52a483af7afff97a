//! The canonical embedding by its definition: slot `j` is the value at `zeta^(5^j)`, `zeta = exp(i pi / N)`.

use std::f64::consts::PI;

use lowtide_ckks::{Parameters, Plaintext, Scale};

/// Cosine of the angle of coefficient `k` in slot `j`.
fn cosine(n: usize, j: usize, k: usize) -> f64 {
    let power = (0..j).fold(1, |power, _| power * 5 % (2 * n));
    (PI * ((power * k) % (2 * n)) as f64 / n as f64).cos()
}

/// Real slots: coefficient `k` is `(2/N) sum_j x_j cos(angle of j, k)`, up to the halved first one.
pub(crate) fn encode(params: &Parameters, values: &[f64], level: usize, scale: &Scale) -> Plaintext {
    let n = params.ring_degree();
    assert_eq!(values.len(), n / 2);
    let coefficient =
        |k| values.iter().enumerate().map(|(j, x)| x * cosine(n, j, k)).sum::<f64>() * 2.0 / n as f64;
    let coefficients: Vec<f64> = (0..n).map(coefficient).collect();
    let magnitude = values.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    Plaintext::from_coefficients(params, level, scale, &coefficients).unwrap().with_magnitude(magnitude)
}

pub(crate) fn decode(plain: &Plaintext) -> Vec<f64> {
    let coefficients = plain.coefficients();
    let n = coefficients.len();
    let slot = |j| coefficients.iter().enumerate().map(|(k, c)| c * cosine(n, j, k)).sum();
    (0..n / 2).map(slot).collect()
}

pub(crate) fn worst(found: &[f64], expected: &[f64]) -> f64 {
    found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

pub(crate) fn assert_close(found: &[f64], expected: &[f64], bound: f64) {
    let error = worst(found, expected);
    assert!(error < bound, "{error:e} above {bound:e}");
}
