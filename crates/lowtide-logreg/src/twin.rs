//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use std::collections::BTreeMap;

use lowtide_circuit::read;
use lowtide_linalg::{Grid, Orientation, Tile};

use crate::{
    Error, Plan,
    circuits::{Axis, Input, Job, Matrix, Outcome, Part, Source},
    clear::State,
    rows::{Batches, SignedRows, undivide},
};

/// The slots of what is encrypted, tile by tile, divided by its unit. `start` is what weights and momentum begin with.
///
/// # Panics
/// When the start is read and none is given.
pub(crate) fn slots(
    tile: Tile,
    batches: Batches,
    rows: &SignedRows,
    start: Option<&State>,
    input: &Input,
) -> Grid<Vec<f64>> {
    match input.source {
        Source::Rows(matrix) => row_slots(tile, batches, rows, matrix, input),
        Source::Start(..) => {
            start_slots(tile, start.expect("a circuit that goes on has something to go on from"), input)
        }
    }
}

/// The slots of weights or momentum to start from.
///
/// # Panics
/// When the input is no such thing.
pub(crate) fn start_slots(tile: Tile, start: &State, input: &Input) -> Grid<Vec<f64>> {
    let Source::Start(part, orientation) = input.source else { panic!("{} is no start", input.source) };
    let (height, width) = input.shape;
    let values = match part {
        Part::Weights => &start.weights,
        Part::Momentum => &start.momentum,
    };
    let entry = |i: usize, k: usize| match orientation {
        Orientation::Row => values[i],
        Orientation::Column => values[k],
    };
    Grid::of_matrix(&tile, height, width, |i, k| entry(i, k) / input.unit)
}

/// The slots of a matrix made of rows.
fn row_slots(
    tile: Tile,
    batches: Batches,
    rows: &SignedRows,
    matrix: Matrix,
    input: &Input,
) -> Grid<Vec<f64>> {
    let (height, width) = input.shape;
    let of = |entry: &dyn Fn(usize, usize) -> f64| {
        Grid::of_matrix(&tile, height, width, |i, k| entry(i, k) / input.unit)
    };
    // The rows of a mini-batch, and what each is multiplied by.
    let axis = |axis: Axis| -> Vec<(&[f64], f64)> {
        let rows_of = |batch: usize| rows.batch(batches.of_step(batch));
        match axis {
            Axis::Feature => Vec::new(),
            Axis::Sample(batch) => rows_of(batch).map(|z| (z, 1.0)).collect(),
            Axis::Weighted(batch) => rows_of(batch).map(|z| (z, rows.class_weight(z))).collect(),
        }
    };
    let (left, above) = (axis(matrix.rows), axis(matrix.columns));
    match (matrix.rows, matrix.columns) {
        (Axis::Feature, Axis::Feature) => unreachable!("no circuit reads second moments"),
        (_, Axis::Feature) => of(&|i, k| left[i].1 * left[i].0[k]),
        (Axis::Feature, _) => of(&|i, k| above[k].1 * above[k].0[i]),
        _ => of(&|i, k| {
            let ((x, a), (y, b)) = (left[i], above[k]);
            a * b * x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>()
        }),
    }
}

/// The weights, bias first, that the encrypted run would give without noise, all legs after one another.
///
/// # Errors
/// [`Error::Length`] when the rows are not those that the plan was made for.
pub fn train_twin(plan: &Plan, rows: &SignedRows) -> Result<Vec<f64>, Error> {
    let units = plan.request().units_of(rows)?;
    let rows = rows.divided(&units);
    let mut state = State::zero(plan.request().width());
    for leg in plan.legs() {
        let mut inputs = BTreeMap::new();
        for input in leg.inputs() {
            let tiles = slots(plan.tile(), plan.batches(), &rows, Some(&state), input).into_tiles();
            let tiles = tiles.into_iter().enumerate();
            inputs.extend(tiles.map(|(tile, slots)| (input.source.tile_name(tile), slots)));
        }
        let results = read::clear(leg.program().circuit(), &inputs)?;
        let read =
            |outcome, block| plan.tile().read_columns(&results[&Job::output_name(outcome, block)]).to_vec();
        let of = |wanted| -> Vec<f64> {
            let blocks = leg.outputs().filter(|(outcome, _)| *outcome == wanted);
            blocks.flat_map(|(outcome, block)| read(outcome, block)).take(plan.request().width()).collect()
        };
        state = leg.state(of(Outcome::Weights), &of(Outcome::Before));
    }
    undivide(&mut state.weights, &units);
    Ok(state.weights)
}
