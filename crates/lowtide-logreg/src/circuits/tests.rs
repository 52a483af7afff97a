//! Every circuit against plaintext NAG by the definition.

use std::collections::BTreeMap;

use lowtide_circuit::{pass, read};
use proptest::prelude::*;

use super::*;
use crate::{
    clear::{self, Activation},
    rows::{Batches, SignedRows},
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
    twin,
};

/// Rows with features in `[-1, 1]` from a small generator.
fn rows(count: usize, features: usize, seed: u64) -> SignedRows {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
    };
    let values: Vec<f64> = (0..count * features).map(|_| next()).collect();
    let labels: Vec<bool> = (0..count).map(|_| next() > 0.0).collect();
    SignedRows::new(&values, features, &labels).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn circuits_train_as_the_definition_says(
        circuit in prop::sample::select(&Circuit::ALL[..]),
        gram in prop::sample::select(vec![Gram::Customer, Gram::Service]),
        steps in 1..6_usize,
        count in 1..40_usize,
        features in 1..20_usize,
        batch in 1..30_usize,
        log_columns in 1..5_u32,
        degree in prop::sample::select(vec![1, 3, 5, 7]),
        momentum in prop::sample::select(vec![Momentum::Nesterov, Momentum::None]),
        ridge in prop::sample::select(vec![0.0, 0.1]),
        class_weights in prop::sample::select(vec![None, Some((0.5, 2.0))]),
        goes_on in any::<bool>(),
        seed in any::<u64>(),
    ) {
        const SLOTS: usize = 64;
        let mut rows = rows(count, features, seed);
        if let Some((negative, positive)) = class_weights {
            rows = rows.with_class_weights(negative, positive).unwrap();
        }
        let batches = Batches::new(count, batch).unwrap();
        let schedule = Schedule::new(StepSize { initial: 1.5, decay: 0.1 }, momentum).unwrap().with_ridge(ridge).unwrap();
        let sigmoid = SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap();
        let tile = Tile::new(SLOTS, 1 << log_columns, circuit.half_tiles()).unwrap();
        let used = batches.count().min(steps);
        // What a run has done before, where it goes on.
        let before = if goes_on { 2 } else { 0 };
        let all: Vec<Step> = schedule.steps(before + steps).collect();
        let activation = Activation::Polynomial(sigmoid.clone());
        let mut state = clear::State::zero(rows.width());
        for (i, step) in all[..before].iter().enumerate() {
            state.advance(&rows, batches.of_step(i), *step, &activation);
        }
        let start = state.clone();
        let mut last = state.clone();
        for (i, step) in all.iter().enumerate().skip(before) {
            last = state.clone();
            state.advance(&rows, batches.of_step(i), *step, &activation);
        }
        // What the customer makes of the two.
        let eta = all[before + steps - 1].eta;
        let momentum = state.weights.iter().zip(&last.weights).map(|(new, old)| (1.0 - eta) * new + eta * old);
        prop_assert_eq!(momentum.collect::<Vec<_>>(), state.momentum.clone());
        let job = Job {
            circuit,
            gram,
            tile,
            activation: sigmoid.gradient().unwrap(),
            steps: (before..before + steps).map(|i| (all[i], batches.of_step(i).len())).collect(),
            first: before % batches.count(),
            batches: batches.count(),
            rows: (before..before + used).map(|i| batches.of_step(i).len()).collect(),
            width: rows.width(),
            is_weighted: rows.is_weighted(),
            is_from_zero: !goes_on,
            outcomes: vec![Outcome::Weights, Outcome::Before],
        };
        let mut inputs = BTreeMap::new();
        let Written { circuit: written, inputs: read } = job.build().unwrap();
        for input in read {
            let tiles = twin::slots(tile, batches, &rows, Some(&start), &input).into_tiles();
            inputs.extend(tiles.into_iter().enumerate().map(|(t, slots)| (input.source.tile_name(t), slots)));
        }
        let found = read::clear(&pass::optimize(&written), &inputs).unwrap();
        for (outcome, expected) in [(Outcome::Weights, &state.weights), (Outcome::Before, &last.weights)] {
            let blocks = rows.width().div_ceil(tile.columns());
            let block = |block| tile.read_columns(&found[&Job::output_name(outcome, block)]).to_vec();
            for (found, expected) in (0..blocks).flat_map(block).zip(expected) {
                prop_assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{} {}", found, expected);
            }
        }
    }
}
