//! How exact the weights of a plan will be, before anything is encrypted.

use std::collections::BTreeMap;

use lowtide_circuit::read;

use crate::{Error, Plan, rows::SignedRows, twin::slots};

/// Numbers of rows made up, at most: above that the reading would take longer than it is worth.
const LIMIT: usize = 1 << 22;

/// The root of the sum of squares of a row, at most.
const LENGTH: f64 = 4.0;

/// How much further off a run may be than those that were rehearsed.
const MARGIN: f64 = 2.0;

/// Binary digits behind the point that every weight has, for rows of a usual size, by rehearsal in clear. Errors hang on the
/// size of values, hardly on the values.
///
/// Of a plan with refreshes it is the first leg that is rehearsed. `None` when there are too many rows to make up.
pub(super) fn bits(plan: &Plan) -> Result<Option<f64>, Error> {
    let (request, leg) = (plan.request(), &plan.legs()[0]);
    let program = leg.program();
    // Rows behind the last that is used are never looked at.
    let count = (0..plan.batches_used()).map(|batch| plan.batches().of_step(batch).end).max().unwrap_or(0);
    if count.saturating_mul(request.width()) > LIMIT {
        return Ok(None);
    }
    let rows = made_up(count, request.features, request.is_weighted)?;
    let mut inputs = BTreeMap::new();
    for input in leg.inputs() {
        let tiles =
            slots(plan.tile(), plan.batches(), &rows, None, input).into_tiles().into_iter().enumerate();
        inputs.extend(tiles.map(|(tile, slots)| (input.source.tile_name(tile), slots)));
    }
    let exact = read::clear(program.circuit(), &inputs)?;
    let rehearsed = read::rehearsal(program, &inputs, 1)?;
    let mut error = f64::MIN_POSITIVE;
    for (name, weights) in &exact {
        let apart = weights.iter().zip(&rehearsed[name]).map(|(x, y)| (x - y).abs());
        error = apart.fold(error, f64::max);
    }
    Ok(Some(-(MARGIN * error).log2()))
}

/// Rows whose features lie in `[-1, 1]`, or closer to zero where there are many, and that teach nothing, so that margins stay
/// small with any schedule. They are the same every time.
fn made_up(count: usize, features: usize, is_weighted: bool) -> Result<SignedRows, Error> {
    let size = (LENGTH / (features as f64).sqrt()).min(1.0);
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1 << 30) - 1.0
    };
    let values: Vec<f64> = (0..count * features).map(|_| size * next()).collect();
    let labels: Vec<bool> = (0..count).map(|_| next() > 0.0).collect();
    let rows = SignedRows::new(&values, features, &labels)?;
    if is_weighted { rows.with_class_weights(1.0, 1.0) } else { Ok(rows) }
}
