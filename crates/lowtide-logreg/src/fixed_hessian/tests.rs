//! A bound, and a change of variables: both held against what they are said to be.

use proptest::prelude::*;

use super::*;
use crate::{
    Circuit,
    clear::{Activation, dot},
    metrics::softplus,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
    trial,
};

fn request(rows: &SignedRows, batch: usize, steps: usize, momentum: Momentum) -> Request {
    Request {
        circuit: Circuit::Fused,
        features: rows.width() - 1,
        rows: rows.len(),
        batch,
        steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares).unwrap(),
        schedule: Schedule::new(StepSize::constant(1.0), momentum)
            .unwrap()
            .with_preconditioner(Preconditioner::FixedHessian),
        divisor: 1.0,
        scale_bits: 34,
        security_bits: 128,
        is_weighted: rows.is_weighted(),
        gram: Default::default(),
        refresh_every: None,
    }
}

fn diagonal(request: &Request, rows: &SignedRows) -> Vec<f64> {
    request.fixed_hessian(rows).unwrap().unwrap().diagonal().to_vec()
}

/// Three features, the second a thousand times the first, the third always zero.
fn badly_scaled() -> SignedRows {
    let values: Vec<f64> =
        (0..24).flat_map(|i| [f64::from(i % 5) - 2.0, 1e3 * (f64::from(i * 7 % 11) - 4.0), 0.0]).collect();
    let labels: Vec<bool> = (0..24).map(|i| i * 7 % 11 + i % 5 > 6).collect();
    SignedRows::new(&values, 3, &labels).unwrap()
}

#[test]
fn the_diagonal_by_hand() {
    // Rows (1, 2) and (-1, 4): sums of absolute values 3 and 5.
    let rows = SignedRows::new(&[2.0, -4.0], 1, &[true, false]).unwrap();
    let of = |rows: &SignedRows, batch, steps| diagonal(&request(rows, batch, steps, Momentum::None), rows);
    assert_eq!(of(&rows, 2, 1), [(3.0 + 5.0) / 8.0, (2.0 * 3.0 + 4.0 * 5.0) / 8.0]);
    // Of two mini-batches the larger; one that is not used has no say.
    assert_eq!(of(&rows, 1, 2), [5.0 / 4.0, 4.0 * 5.0 / 4.0]);
    assert_eq!(of(&rows, 1, 1), [3.0 / 4.0, 2.0 * 3.0 / 4.0]);
    let weighted = rows.with_class_weights(2.0, 1.0).unwrap();
    assert_eq!(of(&weighted, 2, 1), [(3.0 + 10.0) / 8.0, (6.0 + 40.0) / 8.0]);
    // A feature that no row has.
    assert_eq!(diagonal(&request(&badly_scaled(), 24, 1, Momentum::None), &badly_scaled())[3], 1.0);
}

#[test]
fn no_step_overshoots_however_features_are_scaled() {
    let rows = badly_scaled();
    let loss = |weights: &[f64]| rows.batch(0..24).map(|z| softplus(-dot(z, weights))).sum::<f64>();
    let after = |steps| {
        let request = request(&rows, 24, steps, Momentum::None);
        loss(&trial::rehearse(&request, &rows, &Activation::Exact).unwrap().weights)
    };
    let losses: Vec<f64> = (1..30).map(after).collect();
    assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
}

#[test]
fn a_fixed_hessian_goes_with_its_plan() {
    let rows = badly_scaled();
    let with = request(&rows, 24, 1, Momentum::None);
    let without =
        Request { schedule: with.schedule.with_preconditioner(Preconditioner::None), ..with.clone() };
    assert_eq!(without.fixed_hessian(&rows).unwrap(), None);
    assert!(matches!(with.units(None), Err(Error::FixedHessian { is_planned: true })));
    let hessian = with.fixed_hessian(&rows).unwrap();
    assert!(matches!(without.units(hessian.as_ref()), Err(Error::FixedHessian { is_planned: false })));
    let short = FixedHessian::try_from(vec![1.0; 3]).unwrap();
    assert!(matches!(with.units(Some(&short)), Err(Error::Length { expected: 4, found: 3, .. })));
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = FixedHessian::try_from(vec![1.0, value]);
        assert!(matches!(refused, Err(Error::Diagonal { index: 1, .. })), "{value}");
    }
    let huge = SignedRows::new(&[1e200, 0.0, 0.0], 3, &[true]).unwrap();
    let refused = request(&huge, 1, 1, Momentum::None).fixed_hessian(&huge);
    assert!(matches!(refused, Err(Error::Diagonal { index: 1, .. })));
}

proptest! {
    #[test]
    fn it_bounds_the_hessian_of_every_mini_batch(
        values in prop::collection::vec(-3.0..3.0, 36),
        labels in prop::collection::vec(any::<bool>(), 12),
        direction in prop::collection::vec(-1.0..1.0, 4),
        weight in 0.5..4.0,
        batch in 1..13_usize,
    ) {
        let rows = SignedRows::new(&values, 3, &labels).unwrap().with_class_weights(1.0, weight).unwrap();
        let request = request(&rows, batch, 12, Momentum::None);
        let diagonal = diagonal(&request, &rows);
        let bound: f64 = diagonal.iter().zip(&direction).map(|(d, x)| d * x * x).sum();
        for batch in Batches::new(12, batch).unwrap().iter() {
            let of = |z: &[f64]| rows.class_weight(z) * dot(z, &direction).powi(2);
            let curvature: f64 = rows.batch(batch.clone()).map(of).sum::<f64>() / (4 * batch.len()) as f64;
            prop_assert!(curvature <= bound * (1.0 + 1e-12), "{curvature} {bound}");
        }
        // And it keeps entries small, which circuits rely on.
        let limit = |z: &[f64]| 2.0 * (batch as f64 / rows.class_weight(z)).sqrt();
        let divided = rows.divided(&request.units_of(&rows).unwrap());
        for (z, x) in rows.batch(0..12).zip(divided.batch(0..12)) {
            prop_assert!(x.iter().all(|x| x.abs() <= limit(z) * (1.0 + 1e-12)));
        }
    }

    /// The step as it is defined, on features as they came, with a step size for each weight.
    #[test]
    fn it_is_a_step_size_for_each_weight(
        values in prop::collection::vec(-3.0..3.0, 36),
        labels in prop::collection::vec(any::<bool>(), 12),
        batch in 1..13_usize,
        momentum in prop::sample::select(vec![Momentum::Nesterov, Momentum::None]),
        ridge in prop::sample::select(vec![0.0, 0.1]),
        class_weight in prop::sample::select(vec![1.0, 2.0]),
    ) {
        let rows = SignedRows::new(&values, 3, &labels).unwrap().with_class_weights(1.0, class_weight).unwrap();
        let plain = request(&rows, batch, 5, momentum);
        let request = Request { schedule: plain.schedule.with_ridge(ridge).unwrap(), ..plain };
        let activation = Activation::Polynomial(request.sigmoid.clone());
        let found = trial::rehearse(&request, &rows, &activation).unwrap();
        let diagonal = diagonal(&request, &rows);
        let (mut w, mut v) = (vec![0.0; 4], vec![0.0; 4]);
        for (i, step) in request.schedule.steps(5).enumerate() {
            let batch = Batches::new(12, batch).unwrap().of_step(i);
            let mut gradient = [0.0; 4];
            for z in rows.batch(batch.clone()) {
                let pull = rows.class_weight(z) * activation.gradient(dot(z, &v)) / batch.len() as f64;
                gradient.iter_mut().zip(z).for_each(|(g, z)| *g += pull * z);
            }
            let next: Vec<f64> = (0..4).map(|k| step.keep * v[k] + step.gamma * gradient[k] / diagonal[k]).collect();
            v = (0..4).map(|k| (1.0 - step.eta) * next[k] + step.eta * w[k]).collect();
            w = next;
        }
        for (expected, found) in w.iter().chain(&v).zip(found.weights.iter().chain(&found.momentum)) {
            prop_assert!((expected - found).abs() < 1e-9 * (1.0 + expected.abs()), "{expected} {found}");
        }
    }
}
