//! Every circuit against plaintext NAG by the definition.

use lowtide_ckks::Shape;
use lowtide_linalg::Clear;
use proptest::prelude::*;

use super::*;
use crate::{
    clear::{self, Activation},
    rows::{Batches, SignedRows},
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
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
        let job = Job {
            circuit,
            tile: Tile::new(SLOTS, 1 << log_columns, circuit.half_tiles()).unwrap(),
            factors: sigmoid.gradient_factors().unwrap(),
            steps: schedule.steps(steps).enumerate().map(|(i, step)| (step, batches.of_step(i).len())).collect(),
            largest_margin: sigmoid.bound(),
            scale: Scale::power_of_two(40),
        };
        let levels = circuit.levels(steps, degree);
        let shape =
            Shape { ring: Default::default(), log_degree: 7, first_bits: 50, scale_bits: 40, levels, digits: levels + 1 };
        let clear = Clear::new(&shape.literal().unwrap(), SLOTS);
        let supply = |step: usize, level: Option<Level>| {
            let range = batches.of_step(step);
            let batch: Vec<&[f64]> = rows.batch(range).collect();
            let matrix = Grid::of_matrix(&job.tile, batch.len(), rows.width(), |i, k| batch[i][k]);
            let scale = Scale::power_of_two(40 - i64::from(input_bits_below(&job, step % batches.count())));
            matrix.try_map(|slots| Ok(clear.input(slots.clone(), level.unwrap_or(levels), scale.clone())))
        };
        let weights = run(&clear, &job, supply, |_| ()).unwrap();
        let expected = clear::train(&rows, batches, schedule.steps(steps), &Activation::Polynomial(sigmoid)).weights;
        let columns = weights.iter().flat_map(|block| job.tile.read_columns(block.values()));
        for (found, expected) in columns.zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{} {}", found, expected);
        }
        // Every level is used, and the weights come out at the one scale.
        prop_assert!(weights.iter().all(|block| clear.level(block) == 0 && clear.scale(block) == job.scale));
    }
}

#[test]
fn levels_are_those_of_the_family() {
    // 5 k and 3 k, less what falls away at the zero start and after the last step.
    assert_eq!(Circuit::Baseline.levels(6, 3), 5 * 6 - 6);
    assert_eq!(Circuit::Fused.levels(6, 3), 3 * 6 - 3);
    assert_eq!(Circuit::Fused.levels(2, 3), 3);
    assert_eq!(Circuit::Fused.levels(1, 3), 1);
    for circuit in Circuit::ALL {
        let step = circuit.levels(11, 3) - circuit.levels(10, 3);
        assert_eq!(step, if circuit == Circuit::Baseline { 5 } else { 3 });
    }
}
