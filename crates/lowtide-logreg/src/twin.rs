//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use std::collections::BTreeMap;

use lowtide_circuit::read;
use lowtide_linalg::{Grid, Orientation, Tile};

use crate::{
    Error, Plan,
    circuits::{Axis, Input, Job, Part, Source},
    clear::State,
    rows::{Batches, SignedRows, undivide},
};

/// The slots of what is encrypted, tile by tile, divided by its unit.
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
    let (height, width) = input.shape;
    let of = |entry: &dyn Fn(usize, usize) -> f64| {
        Grid::of_matrix(&tile, height, width, |i, k| entry(i, k) / input.unit)
    };
    let matrix = match input.source {
        Source::Rows(matrix) => matrix,
        Source::Start(part, orientation) => {
            let start = start.expect("a circuit that goes on has something to go on from");
            let values = match part {
                Part::Weights => &start.weights,
                Part::Momentum => &start.momentum,
            };
            return match orientation {
                Orientation::Row => of(&|i, _| values[i]),
                Orientation::Column => of(&|_, k| values[k]),
            };
        }
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

/// The weights, bias first, that the encrypted run would give without noise.
///
/// # Errors
/// [`Error::Length`] when the rows are not those that the plan was made for.
pub fn train_twin(plan: &Plan, rows: &SignedRows) -> Result<Vec<f64>, Error> {
    plan.request().check_rows(rows)?;
    let divisor = plan.request().divisor;
    let (rows, mut inputs) = (rows.divided(divisor), BTreeMap::new());
    for input in plan.inputs() {
        let tiles =
            slots(plan.tile(), plan.batches(), &rows, None, input).into_tiles().into_iter().enumerate();
        inputs.extend(tiles.map(|(tile, slots)| (input.source.tile_name(tile), slots)));
    }
    let found = read::clear(plan.program().circuit(), &inputs)?;
    let block = |block| plan.tile().read_columns(&found[&Job::output_name(Part::Weights, block)]).to_vec();
    let mut weights: Vec<f64> =
        (0..plan.model_ciphertexts()).flat_map(block).take(plan.request().width()).collect();
    undivide(&mut weights, divisor);
    Ok(weights)
}
