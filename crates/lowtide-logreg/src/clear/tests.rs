//! Steps by hand, convergence, and the warning.

use proptest::prelude::*;

use super::*;
use crate::schedule::{Momentum, Schedule, StepSize};
use crate::sigmoid::Method;

fn schedule(initial: f64, momentum: Momentum) -> Schedule {
    Schedule::new(StepSize::constant(initial), momentum).unwrap()
}

fn cubic(bound: f64) -> Activation {
    Activation::Polynomial(SigmoidPolynomial::fit(3, bound, Method::LeastSquares).unwrap())
}

/// Four rows of one feature; the classes overlap, so the likelihood has a maximum.
fn four_rows() -> SignedRows {
    SignedRows::new(&[-1.0, 0.5, 1.0, -0.5], 1, &[false, false, true, true]).unwrap()
}

#[test]
fn two_steps_by_hand() {
    let rows = SignedRows::new(&[2.0, -1.0], 1, &[true, false]).unwrap();
    let steps = [Step { gamma: 1.0, eta: 0.0, keep: 1.0 }, Step { gamma: 0.5, eta: -0.25, keep: 0.75 }];
    let trace = train(&rows, Batches::new(2, 2).unwrap(), steps, &Activation::Exact);
    // Rows (1, 2) and (-1, 1). From zero, q = 1/2: w1 = v1 = (0, 3/4); margins 3/2 and 3/4.
    let (pull_a, pull_b) = (0.25 * sigmoid(-1.5), 0.25 * sigmoid(-0.75));
    // The second step keeps three quarters of v1.
    let w2 = [pull_a - pull_b, 0.75 * 0.75 + 2.0 * pull_a + pull_b];
    let v2 = [1.25 * w2[0], 1.25 * w2[1] - 0.25 * 0.75];
    for k in 0..2 {
        assert!((trace.weights[k] - w2[k]).abs() < 1e-15);
        assert!((trace.momentum[k] - v2[k]).abs() < 1e-15);
    }
    assert_eq!(trace.largest_margins, [0.0, 1.5]);
    assert_eq!((trace.largest_margin(), trace.escape), (1.5, None));
}

#[test]
fn exact_training_reaches_the_maximum_of_the_likelihood() {
    let rows = four_rows();
    let batches = Batches::new(4, 4).unwrap();
    let trace = train(&rows, batches, schedule(1.0, Momentum::Nesterov).steps(3000), &Activation::Exact);
    let pulls: Vec<f64> = rows.batch(0..4).map(|z| sigmoid(-dot(z, &trace.weights))).collect();
    for k in 0..2 {
        let gradient: f64 = (0..4).map(|j| pulls[j] * rows.row(j)[k]).sum();
        assert!(gradient.abs() < 1e-9, "{gradient}");
    }
}

#[test]
fn batches_take_turns() {
    let rows = SignedRows::new(&[1.0, 0.0, 0.0, 1.0], 2, &[true, true]).unwrap();
    let batches = Batches::new(2, 1).unwrap();
    let trace = |k| train(&rows, batches, schedule(1.0, Momentum::None).steps(k), &Activation::Exact);
    assert_eq!(trace(1).weights, [0.5, 0.5, 0.0]);
    let second = 0.5 + sigmoid(-0.5);
    assert_eq!(trace(2).weights, [second, 0.5, second - 0.5]);
}

#[test]
fn a_run_goes_on_from_its_state() {
    let (rows, batches, activation) = (four_rows(), Batches::new(4, 3).unwrap(), cubic(8.0));
    let steps: Vec<Step> = schedule(0.7, Momentum::Nesterov).steps(6).collect();
    let whole = train(&rows, batches, steps.clone(), &activation);
    let half = train(&rows, batches, steps[..3].to_vec(), &activation);
    let mut state = State { weights: half.weights, momentum: half.momentum };
    for (i, step) in steps.into_iter().enumerate().skip(3) {
        state.advance(&rows, batches.of_step(i), step, &activation);
    }
    assert_eq!((state.weights, state.momentum), (whole.weights, whole.momentum));
}

#[test]
fn leaving_the_interval_is_reported() {
    let rows = SignedRows::new(&[6.0, -6.0], 1, &[true, false]).unwrap();
    let batches = Batches::new(2, 2).unwrap();
    let steps = |k| schedule(3.0, Momentum::Nesterov).steps(k);
    let escape = train(&rows, batches, steps(2), &cubic(8.0)).escape.unwrap();
    assert_eq!(escape, MarginEscape { step: 1, margin: 54.0, bound: 8.0 });
    assert!(escape.to_string().starts_with("in step 2 a margin of 54.00 left [-8, 8]"));
    // Far outside, the cubic blows up, to NaN in the end, and the first step outside is still named.
    let blown = train(&rows, batches, steps(40), &cubic(8.0));
    assert_eq!(blown.escape.unwrap().step, 1);
    assert!(blown.largest_margin().is_nan());
    assert_eq!(train(&rows, batches, steps(40), &Activation::Exact).escape, None);
}

proptest! {
    /// Signs, sums and shapes against a direct reading of the equations with separate labels.
    #[test]
    fn agrees_with_the_loss_of_unsigned_rows(
        values in prop::collection::vec(-2.0f64..2.0, 12),
        labels in prop::collection::vec(any::<bool>(), 4),
        m in 1usize..5,
    ) {
        let rows = SignedRows::new(&values, 3, &labels).unwrap();
        let batches = Batches::new(4, m).unwrap();
        let steps: Vec<Step> = schedule(0.8, Momentum::Nesterov).steps(5).collect();
        let trace = train(&rows, batches, steps.clone(), &cubic(16.0));
        let (mut w, mut v) = ([0.0; 4], [0.0; 4]);
        for (i, step) in steps.into_iter().enumerate() {
            let batch = batches.of_step(i);
            let mut gradient = [0.0; 4];
            for j in batch.clone() {
                let x = [1.0, values[3 * j], values[3 * j + 1], values[3 * j + 2]];
                let predicted = 1.0 - cubic(16.0).gradient((0..4).map(|k| x[k] * v[k]).sum());
                let target = f64::from(u8::from(labels[j]));
                (0..4).for_each(|k| gradient[k] += (target - predicted) * x[k] / batch.len() as f64);
            }
            let next: [f64; 4] = std::array::from_fn(|k| v[k] + step.gamma * gradient[k]);
            v = std::array::from_fn(|k| (1.0 - step.eta) * next[k] + step.eta * w[k]);
            w = next;
        }
        for k in 0..4 {
            prop_assert!((trace.weights[k] - w[k]).abs() < 1e-12);
            prop_assert!((trace.momentum[k] - v[k]).abs() < 1e-12);
        }
    }
}

#[test]
fn a_ridge_term_shrinks_the_maximum() {
    let (rows, batches) = (four_rows(), Batches::new(4, 4).unwrap());
    let ridge = 0.25;
    let steps = schedule(1.0, Momentum::Nesterov).with_ridge(ridge).unwrap().steps(3000);
    let weights = train(&rows, batches, steps, &Activation::Exact).weights;
    // There the mean gradient of the likelihood is the ridge times the weights.
    let pulls: Vec<f64> = rows.batch(0..4).map(|z| sigmoid(-dot(z, &weights))).collect();
    for (k, weight) in weights.iter().enumerate() {
        let gradient: f64 = (0..4).map(|j| pulls[j] * rows.row(j)[k]).sum::<f64>() / 4.0;
        assert!((gradient - ridge * weight).abs() < 1e-9, "{gradient}");
    }
    let too_much = schedule(2.0, Momentum::None).with_ridge(0.5);
    assert!(matches!(too_much, Err(crate::Error::Ridge { limit: 0.5, .. })));
}

#[test]
fn a_weight_counts_as_so_many_rows() {
    let once = SignedRows::new(&[-1.0, 0.5, 1.0], 1, &[false, false, true]).unwrap();
    let twice = SignedRows::new(&[-1.0, 0.5, 1.0, 1.0], 1, &[false, false, true, true]).unwrap();
    let steps = |gamma| schedule(gamma, Momentum::Nesterov).steps(5);
    let all = |rows: &SignedRows| Batches::new(rows.len(), rows.len()).unwrap();
    let weighted = once.clone().with_class_weights(1.0, 2.0).unwrap();
    let found = train(&weighted, all(&weighted), steps(0.75), &Activation::Exact).weights;
    let expected = train(&twice, all(&twice), steps(1.0), &Activation::Exact).weights;
    found.iter().zip(&expected).for_each(|(x, y)| assert!((x - y).abs() < 1e-12));
    let balanced = once.with_balanced_classes().unwrap();
    assert_eq!([0, 2].map(|j| balanced.class_weight(balanced.row(j))), [0.75, 1.5]);
    let one_class = SignedRows::new(&[1.0], 1, &[true]).unwrap().with_balanced_classes();
    assert!(matches!(one_class, Err(crate::Error::ClassWeight { .. })));
}
