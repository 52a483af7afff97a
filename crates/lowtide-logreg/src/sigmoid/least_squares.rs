//! The least-squares fit: the odd Legendre series of `tanh(B t / 2) / 2`, cut off.
//!
//! Legendre polynomials are orthogonal on `[-1, 1]`, so each coefficient is one integral,
//! `c[n] = (2n + 1) * integral over [0, 1] of tanh(B t / 2) / 2 * P[n](t)`, and no system of normal
//! equations, whose matrix would be as ill conditioned as Hilbert's, is ever solved.

use super::{basis::Basis, odd_part};

/// Nodes of the quadrature on each panel.
const NODES: usize = 24;
/// The longest panel: the nearest pole of `tanh(x / 2)`, at `i pi`, then lies far outside the ellipse
/// on which 24 nodes reach the last digit of `f64`.
const PANEL: f64 = 2.0;

/// The coefficients of `t, t^3, ...` of the best polynomial in `t = x / bound`.
pub(super) fn fit(count: usize, bound: f64) -> Vec<f64> {
    let rule = gauss_legendre(NODES);
    let panels = (bound / PANEL).ceil();
    let mut series = vec![0.0; count];
    for panel in 0..panels as usize {
        for (node, weight) in &rule {
            let t = (panel as f64 + 0.5 * (node + 1.0)) / panels;
            let mass = 0.5 * weight / panels * odd_part(bound * t);
            let values = Basis::Legendre.odd_values(count, t);
            series.iter_mut().zip(values).for_each(|(c, p)| *c += mass * p);
        }
    }
    series.iter_mut().enumerate().for_each(|(k, c)| *c *= (4 * k + 3) as f64);
    Basis::Legendre.to_monomials(&series)
}

/// Nodes and weights of Gauss-Legendre quadrature on `[-1, 1]`.
///
/// Newton's method on `P[n]` from `cos(pi (i + 3/4) / (n + 1/2))`; weights
/// `2 / ((1 - t^2) P'[n](t)^2)` (Abramowitz and Stegun, 25.4.29).
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let derivative = |t: f64| {
        let (p, before) = Basis::Legendre.pair(n, t);
        (p, n as f64 * (t * p - before) / (t * t - 1.0))
    };
    let node = |i: usize| {
        let start = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let t = (0..8).fold(start, |t, _| {
            let (p, slope) = derivative(t);
            t - p / slope
        });
        let (_, slope) = derivative(t);
        (t, 2.0 / ((1.0 - t * t) * slope * slope))
    };
    (0..n).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_for_polynomials() {
        let rule = gauss_legendre(NODES);
        for power in 0..2 * NODES as i32 {
            let integral: f64 = rule.iter().map(|(t, w)| w * t.powi(power)).sum();
            let exact = if power % 2 == 0 { 2.0 / f64::from(power + 1) } else { 0.0 };
            assert!((integral - exact).abs() < 1e-14, "t^{power}: {integral}, not {exact}");
        }
    }
}
