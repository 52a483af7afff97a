//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use std::collections::BTreeMap;

use lowtide_circuit::read;
use lowtide_linalg::Grid;

use crate::{
    Error, Plan,
    circuits::{Job, Matrix},
    rows::{Batches, SignedRows},
};

/// The slots of a matrix, tile by tile, divided by its unit.
pub(crate) fn slots(job: &Job, batches: Batches, rows: &SignedRows, matrix: Matrix) -> Grid<Vec<f64>> {
    let batch = |batch: usize| -> Vec<&[f64]> { rows.batch(batches.of_step(batch)).collect() };
    let ((height, width), unit) = (job.size(matrix), job.unit(matrix));
    let of = |entry: &dyn Fn(usize, usize) -> f64| {
        Grid::of_matrix(&job.tile, height, width, |i, k| entry(i, k) / unit)
    };
    match matrix {
        Matrix::Batch(number) => {
            let rows = batch(number);
            of(&|i, k| rows[i][k])
        }
        Matrix::Transposed(number) => {
            let rows = batch(number);
            of(&|i, k| rows[k][i])
        }
        Matrix::Gram { rows, columns } => {
            let (left, right) = (batch(rows), batch(columns));
            of(&|i, k| left[i].iter().zip(right[k]).map(|(x, y)| x * y).sum())
        }
    }
}

pub(crate) fn check_rows(plan: &Plan, rows: &SignedRows) -> Result<(), Error> {
    let request = plan.request();
    for (what, expected, found) in
        [("rows to train on", request.rows, rows.len()), ("entries of a row", request.width(), rows.width())]
    {
        if found != expected {
            return Err(Error::Length { what, expected, found });
        }
    }
    Ok(())
}

/// The weights, bias first, that the encrypted run would give without noise.
///
/// # Errors
/// [`Error::Length`] when the rows are not those that the plan was made for.
pub fn train_twin(plan: &Plan, rows: &SignedRows) -> Result<Vec<f64>, Error> {
    check_rows(plan, rows)?;
    let mut inputs = BTreeMap::new();
    for matrix in plan.matrices() {
        let tiles = slots(plan.job(), plan.batches(), rows, *matrix).into_tiles().into_iter().enumerate();
        inputs.extend(tiles.map(|(tile, slots)| (matrix.tile_name(tile), slots)));
    }
    let weights = read::clear(plan.program().circuit(), &inputs)?;
    let block = |block| plan.tile().read_columns(&weights[&Job::weights_name(block)]).to_vec();
    Ok((0..plan.model_ciphertexts()).flat_map(block).take(plan.request().width()).collect())
}
