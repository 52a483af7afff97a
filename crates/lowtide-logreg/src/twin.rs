//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use std::collections::BTreeMap;

use lowtide_circuit::read;
use lowtide_linalg::{Grid, Tile};

use crate::{
    Error, Plan,
    circuits::{Axis, Input, Job},
    rows::{Batches, SignedRows},
};

/// The slots of a matrix, tile by tile, divided by its unit.
pub(crate) fn slots(tile: Tile, batches: Batches, rows: &SignedRows, input: &Input) -> Grid<Vec<f64>> {
    let batch = |batch: usize| -> Vec<&[f64]> { rows.batch(batches.of_step(batch)).collect() };
    let (height, width) = input.shape;
    let of = |entry: &dyn Fn(usize, usize) -> f64| {
        Grid::of_matrix(&tile, height, width, |i, k| entry(i, k) / input.unit)
    };
    match (input.matrix.rows, input.matrix.columns) {
        (Axis::Sample(number), Axis::Feature) => {
            let rows = batch(number);
            of(&|i, k| rows[i][k])
        }
        (Axis::Feature, Axis::Sample(number)) => {
            let rows = batch(number);
            of(&|i, k| rows[k][i])
        }
        (Axis::Sample(left), Axis::Sample(right)) => {
            let (left, right) = (batch(left), batch(right));
            of(&|i, k| left[i].iter().zip(right[k]).map(|(x, y)| x * y).sum())
        }
        (Axis::Feature, Axis::Feature) => unreachable!("no circuit reads second moments"),
    }
}

/// The weights, bias first, that the encrypted run would give without noise.
///
/// # Errors
/// [`Error::Length`] when the rows are not those that the plan was made for.
pub fn train_twin(plan: &Plan, rows: &SignedRows) -> Result<Vec<f64>, Error> {
    plan.request().check_rows(rows)?;
    let mut inputs = BTreeMap::new();
    for input in plan.inputs() {
        let tiles = slots(plan.tile(), plan.batches(), rows, input).into_tiles().into_iter().enumerate();
        inputs.extend(tiles.map(|(tile, slots)| (input.matrix.tile_name(tile), slots)));
    }
    let weights = read::clear(plan.program().circuit(), &inputs)?;
    let block = |block| plan.tile().read_columns(&weights[&Job::weights_name(block)]).to_vec();
    Ok((0..plan.model_ciphertexts()).flat_map(block).take(plan.request().width()).collect())
}
