//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use std::collections::BTreeMap;

use lowtide_circuit::read;
use lowtide_linalg::Grid;

use crate::{Error, Plan, circuits::Job, rows::SignedRows};

/// The slots of mini-batch `batch`, tile by tile, divided by its unit.
pub(crate) fn tiles(plan: &Plan, rows: &SignedRows, batch: usize) -> Result<Grid<Vec<f64>>, Error> {
    let rows: Vec<&[f64]> = rows.batch(plan.batches().of_step(batch)).collect();
    let unit = plan.unit(batch)?;
    Ok(Grid::of_matrix(&plan.tile(), rows.len(), plan.request().width(), |i, k| rows[i][k] / unit))
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
    for batch in 0..plan.batches_used() {
        let tiles = tiles(plan, rows, batch)?.into_tiles().into_iter().enumerate();
        inputs.extend(tiles.map(|(tile, slots)| (Job::tile_name(batch, tile), slots)));
    }
    let weights = read::clear(plan.program().circuit(), &inputs)?;
    let block = |block| plan.tile().read_columns(&weights[&Job::weights_name(block)]).to_vec();
    Ok((0..plan.model_ciphertexts()).flat_map(block).take(plan.request().width()).collect())
}
