//! Three levels a mini-batch: no mask, and momentum constants that ride on the tiles.
//!
//! `v' = (1 - eta) v + eta w + (1 - eta) (gamma/m) Z^T q(u)`: the factor of the gradient joins the constant of its
//! leading tile, and the products of `v` and `w` with theirs have three levels to do it in. `w' = v + (gamma/m) Z^T q(u)`
//! stays a combination of what there is, since the next step multiplies it by a constant anyway. The last step makes `w`
//! in place of `v`.

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
    let eta = if job.is_last(i) { 0.0 } else { job.eta(i) };
    let u = margins(a, job, tiles, state)?;
    let step = gradient(a, job, tiles, &u, state.unit, (1.0 - eta) * job.rate(i))?;
    let (level, scale) = (a.level(&step[0]), a.scale(&step[0]));
    let old: Vec<_> =
        [((1.0 - eta) * state.unit, state.v.clone())].into_iter().chain(scaled(&state.w, eta)).collect();
    let carried = combine(a, &old, level, &scale)?;
    let v = par_map(carried.len(), |block| a.add(&carried[block], &step[block]))?;
    let w = vec![(state.unit, state.v.clone()), (1.0 / (1.0 - eta), step)];
    Ok(State { v, unit: 1.0, w })
}
