//! Five levels a mini-batch, as published: masked column sums, and momentum constants on the path.

use lowtide_circuit::{Builder, Wire};

use super::{
    Batch, Job, State, combine,
    gradient::{gradient, margins},
    scaled,
};

pub(super) fn step(b: &Builder, job: &Job, i: usize, state: &State, batch: &Batch<'_>) -> State {
    let u = margins(b, job, batch.tiles, &state.v);
    let step = gradient(b, job, batch, &u, state.unit * batch.unit, job.rate(i));
    let carried = combine(&[(state.unit, state.v.clone())]);
    let w: Vec<Wire> = carried.iter().zip(&step).map(|(carried, step)| carried + step).collect();
    if job.is_last(i) {
        return State { v: w, unit: 1.0, w: Vec::new() };
    }
    let eta = job.eta(i);
    let new = vec![(1.0, w)];
    let blend: Vec<_> = scaled(&new, 1.0 - eta).chain(scaled(&state.w, eta)).collect();
    let v = b.region("momentum", || combine(&blend));
    State { v, unit: 1.0, w: new }
}
