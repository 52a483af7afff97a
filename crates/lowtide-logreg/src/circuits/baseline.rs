//! Five levels a mini-batch, as published: masked column sums, and momentum constants on the path.

use lowtide_ckks::Error;
use lowtide_linalg::{Arithmetic, Grid};

use super::{
    Job, State, combine,
    gradient::{gradient, margins},
    par_map, scaled,
};

pub(super) fn step<A: Arithmetic>(
    a: &A,
    job: &Job,
    i: usize,
    state: &State<A::Vector>,
    tiles: &Grid<A::Vector>,
) -> Result<State<A::Vector>, Error> {
    let u = margins(a, job, tiles, state)?;
    let step = gradient(a, job, tiles, &u, state.unit, job.rate(i))?;
    let (level, scale) = (a.level(&step[0]), a.scale(&step[0]));
    let carried = combine(a, &[(state.unit, state.v.clone())], level, &scale)?;
    let w = par_map(carried.len(), |block| a.add(&carried[block], &step[block]))?;
    if job.is_last(i) {
        return Ok(State { v: w, unit: 1.0, w: Vec::new() });
    }
    let eta = job.eta(i);
    let new = vec![(1.0, w)];
    let blend: Vec<_> = scaled(&new, 1.0 - eta).chain(scaled(&state.w, eta)).collect();
    let v = combine(a, &blend, level.checked_sub(1).ok_or(Error::OutOfLevels)?, &job.scale)?;
    Ok(State { v, unit: 1.0, w: new })
}
