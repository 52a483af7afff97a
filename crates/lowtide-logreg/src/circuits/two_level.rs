//! Two levels a mini-batch: margins from margins.
//!
//! Weights are a public combination of gradients, `v_i = sum_j c_j g_j`, and so is `y_i = (1 - eta_i) v_i + eta_i w_i`.
//! As `v_{i+1} = y_i + (1 - eta_i) g_i` with `g_i = (gamma/m) Z_i^T q(u_i)`, the next margins are
//!
//! ```text
//! u_{i+1} = Z_{i+1} y_i + (1 - eta_i) (gamma/m) (Z_{i+1} Z_i^T) q(u_i)
//! ```
//!
//! where the Gram matrix depends on inputs alone and `y_i` on gradients of steps before. The only chain from margins to
//! margins is the fused product with the activation: two levels for a cubic. The product with `Z_{i+1}` takes one level
//! and the constants of `y_i` another, which is just as long, counting from `g_{i-1}`, which is there as soon as `u_i`.
//!
//! **Orientations** take turns: margins that are row-indexed leave column-indexed gradients and column-indexed margins.
//! `y_i` lies as `u_i` does, and so do the gradients of every second step before it; the others are turned, which takes one
//! of the two levels that they have by then.
//!
//! **Units.** The margins of the second step are a plain sum, so that its products begin at the top: there a constant on a
//! tile would be a level of its own. It stays pending, as do those of all gradients but the last, since the constants of
//! `y_i` are there to take them. Where the margins then came out far from one, the constant is multiplied and the level
//! spent.

use lowtide_circuit::{Builder, Wire};
use lowtide_linalg::{Grid, Orientation, orientation::turn};

use super::{Job, Matrix, gradient::Activation, matrix::Inputs, total};

/// A gradient times its rate, divided by a unit: by block, as it came out of its sum.
struct Gradient {
    blocks: Vec<Wire>,
    orientation: Orientation,
    unit: f64,
}

/// Margins divided by a unit.
struct Margins {
    blocks: Vec<Wire>,
    unit: f64,
}

/// What there is between two steps. The weights are combinations of all gradients.
#[derive(Default)]
pub(super) struct State {
    gradients: Vec<Gradient>,
    v: Vec<f64>,
    w: Vec<f64>,
    /// Of the step that comes next; none when they are zero or no step comes.
    margins: Option<Margins>,
}

impl State {
    /// One step on.
    pub(super) fn step(&mut self, b: &Builder, job: &Job, i: usize, inputs: &Inputs<'_>) {
        let margins = self.margins.take();
        let activation = margins.as_ref().map(|u| Activation::new(b, job, &u.blocks, u.unit));
        if !job.is_last(i) {
            self.margins = Some(b.region("margins", || self.next(b, job, i, inputs, activation.as_ref())));
        }
        let gradient = b.region("gradient", || gradient(b, job, i, inputs, activation.as_ref()));
        self.gradients.push(gradient);
        let mut new = self.v.clone();
        new.push(1.0);
        self.w.push(0.0);
        self.v = blend(&new, &self.w, job.eta(i));
        self.w = new;
    }

    /// The weights after the last step: column-indexed.
    pub(super) fn weights(&self, b: &Builder, job: &Job) -> Vec<Wire> {
        b.region("weights", || self.combine(b, job, &self.w, 1.0, Orientation::Column))
            .expect("at least one step")
    }

    /// The margins of the step after `i`.
    fn next(
        &self,
        b: &Builder,
        job: &Job,
        i: usize,
        inputs: &Inputs<'_>,
        q: Option<&Activation<'_>>,
    ) -> Margins {
        let (at, ahead) = (job.margins(i), job.gram(i));
        let batch = Matrix::batch(job.batch(i + 1), job.margins(i + 1));
        let rate = (1.0 - job.eta(i)) * job.rate(i) * job.unit(ahead);
        // Nothing below the second step hangs on a constant.
        let near = |pending: f64| i == 1 && (1.0 / 8.0..=8.0).contains(&(pending / job.margin_unit()).abs());
        let (constants, unit) = Constants::new(job, q, rate, job.margin_unit(), near);
        let blend = blend(&self.v, &self.w, job.eta(i));
        let old = self.combine(b, job, &blend, job.unit(batch) / unit, at);
        let behind = old.map(|old| products(at, inputs.grid(batch), &old));
        let margins = |(block, tiles): (usize, Vec<&Wire>)| {
            let ahead = line(q, &tiles, constants);
            let all = behind.as_ref().map_or_else(|| ahead.clone(), |behind| &ahead + &behind[block]);
            at.other().sum(b, &job.tile, &all)
        };
        let blocks = at.lines(inputs.grid(ahead)).into_iter().enumerate().map(margins).collect();
        Margins { blocks, unit }
    }

    /// `sum_j c_j g_j` times a factor, by block; `None` when all constants are zero.
    fn combine(
        &self,
        b: &Builder,
        job: &Job,
        constants: &[f64],
        factor: f64,
        orientation: Orientation,
    ) -> Option<Vec<Wire>> {
        let scaled = |(gradient, constant): (&Gradient, &f64)| {
            let blocks = if gradient.orientation == orientation {
                gradient.blocks.clone()
            } else {
                turn(b, &job.tile, &gradient.blocks, gradient.orientation, job.width)
            };
            blocks.into_iter().map(|block| block * (constant * gradient.unit * factor)).collect::<Vec<_>>()
        };
        let terms: Vec<Vec<Wire>> =
            self.gradients.iter().zip(constants).filter(|(_, c)| **c != 0.0).map(scaled).collect();
        let blocks = terms.first()?.len();
        Some((0..blocks).map(|block| total(terms.iter().map(|term| &term[block]))).collect())
    }
}

/// `(1 - eta) v + eta w`, by gradient.
fn blend(v: &[f64], w: &[f64], eta: f64) -> Vec<f64> {
    v.iter().zip(w).map(|(v, w)| (1.0 - eta) * v + eta * w).collect()
}

/// `Z y` before it is summed, by block of rows of `Z`.
fn products(at: Orientation, tiles: &Grid<Wire>, y: &[Wire]) -> Vec<Wire> {
    let line = |tiles: Vec<&Wire>| {
        let products: Vec<Wire> = tiles.into_iter().zip(y).map(|(tile, y)| tile * y).collect();
        total(&products)
    };
    at.lines(tiles).into_iter().map(line).collect()
}

/// `(gamma/m) Z^T q(u)` of step `i`.
fn gradient(b: &Builder, job: &Job, i: usize, inputs: &Inputs<'_>, q: Option<&Activation<'_>>) -> Gradient {
    let at = job.margins(i);
    let batch = Matrix::batch(job.batch(i), at);
    // Gradients reach the next margins through constants that are multiplied anyway, the last one does not.
    let near = |pending: f64| !job.is_last(i) && (1e-4..=1e4).contains(&pending.abs());
    let (constants, unit) = Constants::new(job, q, job.rate(i) * job.unit(batch), 1.0, near);
    let sum = |tiles: Vec<&Wire>| at.other().sum(b, &job.tile, &line(q, &tiles, constants));
    let blocks = at.lines(inputs.grid(batch)).into_iter().map(sum).collect();
    Gradient { blocks, orientation: at.other(), unit }
}

/// What a tile is multiplied by where it meets `q(u)`, and where it stands alone.
#[derive(Clone, Copy)]
struct Constants {
    lead: f64,
    alone: f64,
}

impl Constants {
    /// Those of `rate T q(u)` divided by a unit, and that unit: the one wanted, or, if it is near enough, the one that leaves
    /// the leading product alone. Without margins, which are then zero, `T` has no constant at all.
    fn new(
        job: &Job,
        q: Option<&Activation<'_>>,
        rate: f64,
        wanted: f64,
        near: impl Fn(f64) -> bool,
    ) -> (Self, f64) {
        let constant = job.factors.constant();
        let lead = q.map_or(constant, Activation::lead);
        let unit = if q.is_none() || near(rate * lead) { rate * lead } else { wanted };
        let lead = if q.is_none() || near(rate * lead) { 1.0 } else { rate * lead / unit };
        (Self { lead, alone: rate * constant / unit }, unit)
    }
}

/// `T q(u)` with these constants before it is summed; without margins, `T`.
fn line(q: Option<&Activation<'_>>, tiles: &[&Wire], constants: Constants) -> Wire {
    q.map_or_else(|| total(tiles.iter().copied()), |q| q.line(tiles, constants.lead, constants.alone))
}
