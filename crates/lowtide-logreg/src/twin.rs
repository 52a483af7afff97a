//! The plaintext twin: the very circuit of a plan, product by product, on numbers.

use lowtide_ckks::Level;
use lowtide_linalg::{Clear, Grid};

use crate::{Error, Plan, circuits, rows::SignedRows};

/// The slots of mini-batch `batch`, tile by tile.
pub(crate) fn tiles(plan: &Plan, rows: &SignedRows, batch: usize) -> Grid<Vec<f64>> {
    let rows: Vec<&[f64]> = rows.batch(plan.batches().of_step(batch)).collect();
    Grid::of_matrix(&plan.tile(), rows.len(), plan.request().width(), |i, k| rows[i][k])
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
    let clear = Clear::new(plan.params().literal(), plan.tile().slots());
    let supply = |step: usize, level: Option<Level>| {
        let batch = step % plan.batches().count();
        let input = &plan.inputs()[batch];
        let level = level.unwrap_or(input.level);
        tiles(plan, rows, batch).try_map(|slots| Ok(clear.input(slots.clone(), level, input.scale.clone())))
    };
    let weights = circuits::run(&clear, &plan.job()?, supply, |_| ())?;
    let columns = weights.iter().flat_map(|block| plan.tile().read_columns(block.values()).to_vec());
    Ok(columns.take(plan.request().width()).collect())
}
