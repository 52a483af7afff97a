//! Three levels a mini-batch: no mask, and momentum constants that ride on the tiles.
//!
//! `v' = (1 - eta) v + eta w + (1 - eta) (gamma/m) Z^T q(u)`: the factor of the gradient joins the constant of its
//! leading tile, and the products of `v` and `w` with theirs have three levels to do it in. `w' = v + (gamma/m) Z^T q(u)`
//! stays a combination of what there is, since the next step multiplies it by a constant anyway. The last step makes `w`
//! in place of `v`.

use lowtide_circuit::{Builder, Wire};

use super::{
    Batch, Job, State, combine,
    gradient::{gradient, margins},
    scaled,
};

pub(super) fn step(b: &Builder, job: &Job, i: usize, state: &State, batch: &Batch<'_>) -> State {
    let eta = if job.is_last(i) { 0.0 } else { job.eta(i) };
    let u = margins(b, job, batch.tiles, &state.v);
    let step = gradient(b, job, batch, &u, state.unit * batch.unit, (1.0 - eta) * job.rate(i));
    let old: Vec<_> =
        [((1.0 - eta) * state.unit, state.v.clone())].into_iter().chain(scaled(&state.w, eta)).collect();
    let carried = b.region("momentum", || combine(&old));
    let v: Vec<Wire> = carried.iter().zip(&step).map(|(carried, step)| carried + step).collect();
    let w = vec![(state.unit, state.v.clone()), (1.0 / (1.0 - eta), step)];
    State { v, unit: 1.0, w }
}
