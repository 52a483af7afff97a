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
        steps in 1..6_usize,
        count in 1..40_usize,
        features in 1..20_usize,
        batch in 1..30_usize,
        log_columns in 1..5_u32,
        degree in prop::sample::select(vec![1, 3, 5, 7]),
        momentum in prop::sample::select(vec![Momentum::Nesterov, Momentum::None]),
        seed in any::<u64>(),
    ) {
        const SLOTS: usize = 64;
        let rows = rows(count, features, seed);
        let batches = Batches::new(count, batch).unwrap();
        let schedule = Schedule::new(StepSize { initial: 1.5, decay: 0.1 }, momentum).unwrap();
        let sigmoid = SigmoidPolynomial::fit(degree, 8.0, Method::LeastSquares).unwrap();
        let tile = Tile::new(SLOTS, 1 << log_columns, circuit.half_tiles()).unwrap();
        let used = batches.count().min(steps);
        let job = Job {
            circuit,
            tile,
            activation: sigmoid.gradient().unwrap(),
            steps: schedule.steps(steps).enumerate().map(|(i, step)| (step, batches.of_step(i).len())).collect(),
            rows: (0..used).map(|b| batches.of_step(b).len()).collect(),
            width: rows.width(),
        };
        let mut inputs = BTreeMap::new();
        let Written { circuit: written, inputs: read } = job.build().unwrap();
        for input in read {
            let tiles = twin::slots(tile, batches, &rows, &input).into_tiles();
            inputs.extend(tiles.into_iter().enumerate().map(|(t, slots)| (input.matrix.tile_name(t), slots)));
        }
        let weights = read::clear(&pass::optimize(&written), &inputs).unwrap();
        let expected = clear::train(&rows, batches, schedule.steps(steps), &Activation::Polynomial(sigmoid)).weights;
        let block = |block| tile.read_columns(&weights[&Job::weights_name(block)]).to_vec();
        let columns = (0..weights.len()).flat_map(block);
        for (found, expected) in columns.zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{} {}", found, expected);
        }
    }
}
