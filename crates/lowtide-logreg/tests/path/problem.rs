//! Small problems.

use lowtide_logreg::{
    Circuit, Request,
    rows::SignedRows,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};

/// Rows whose first feature decides, more or less.
pub(crate) fn rows(count: usize, features: usize) -> SignedRows {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
    };
    let values: Vec<f64> = (0..count * features).map(|_| next()).collect();
    let labels: Vec<bool> = values.chunks_exact(features).map(|row| row[0] + 0.3 * next() > 0.0).collect();
    SignedRows::new(&values, features, &labels).unwrap()
}

/// A request with everything else as usual.
pub(crate) fn request(
    circuit: Circuit,
    features: usize,
    rows: usize,
    batch: usize,
    steps: usize,
    degree: usize,
) -> Request {
    Request {
        circuit,
        features,
        rows,
        batch,
        steps,
        sigmoid: SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap(),
        schedule: Schedule::new(StepSize { initial: 1.0, decay: 0.1 }, Momentum::Nesterov).unwrap(),
        divisor: 1.0,
        scale_bits: 40,
        security_bits: 128,
        is_weighted: false,
        gram: Default::default(),
        refresh_every: None,
    }
}
