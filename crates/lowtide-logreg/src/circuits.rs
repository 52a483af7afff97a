//! The circuits that train: one definition each, over any [`Arithmetic`].
//!
//! Mini-batch NAG from a zero start. The weights `v` and `w` are column-indexed vectors, one a block of columns; a mini-batch
//! is a grid of tiles. What differs is how the margins are summed and where the momentum constants go:
//!
//! | circuit | tiles | levels a step | of which |
//! |---|---|---|---|
//! | [`Circuit::Baseline`] | full | 5 | `Z v` 1, mask of the column sum 1, activation 2, momentum 1 |
//! | [`Circuit::Fused`] | half | 3 | `Z v` 1, activation 2; no mask, momentum rides on the constants of the tiles |
//!
//! (for a cubic sigmoid; degree 1 takes one level less, degrees 5 and 7 one more). The first step costs none: from zero
//! weights every margin is zero and the gradient a plain sum, whose constant is left pending; and the last step of the
//! baseline needs no momentum. Baseline: Han, Song, Cheon and Park, "Logistic regression on homomorphic encrypted data
//! at scale" (AAAI 2019).

use lowtide_ckks::{Error, Level, Scale};
use lowtide_linalg::{Arithmetic, Grid, Tile, sum};
use serde::{Deserialize, Serialize};

use crate::{schedule::Step, sigmoid::GradientFactors};

mod baseline;
mod fused;
mod gradient;

/// Which circuit trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Circuit {
    /// The published circuit: five levels a mini-batch.
    Baseline,
    /// Half-empty tiles: three levels a mini-batch.
    Fused,
}

impl Circuit {
    /// Every circuit.
    pub const ALL: [Self; 2] = [Self::Baseline, Self::Fused];

    /// `baseline` or `fused`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Fused => "fused",
        }
    }

    /// Whether its tiles leave their right half empty.
    #[must_use]
    pub const fn half_tiles(self) -> bool {
        matches!(self, Self::Fused)
    }

    /// The levels that `steps` mini-batches take from a zero start, with a polynomial of this degree.
    #[must_use]
    pub fn levels(self, steps: usize, degree: usize) -> Level {
        let activation = gradient::depth(degree);
        let (step, last) = match self {
            Self::Baseline => (3 + activation, 2 + activation),
            Self::Fused => (1 + activation, 1 + activation),
        };
        // A single step has its pending constant to apply.
        if steps <= 1 { 1 } else { step * (steps - 2) + last }
    }
}

impl std::fmt::Display for Circuit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a circuit is told: all of it public.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) circuit: Circuit,
    pub(crate) tile: Tile,
    pub(crate) factors: GradientFactors,
    /// By step: its constants, and the rows of its mini-batch.
    pub(crate) steps: Vec<(Step, usize)>,
    /// The bound of the interval on which the polynomial stands for the sigmoid.
    pub(crate) largest_margin: f64,
    /// What every weight vector comes out at.
    pub(crate) scale: Scale,
}

impl Job {
    /// How far the mean gradient moves the weights in step `i`.
    fn rate(&self, i: usize) -> f64 {
        let (step, rows) = self.steps[i];
        step.gamma / rows as f64
    }

    fn eta(&self, i: usize) -> f64 {
        self.steps[i].0.eta
    }

    fn is_last(&self, i: usize) -> bool {
        i + 1 == self.steps.len()
    }

    /// `w_1 = f sum_j z_j` and that sum: the first step from zero. The exponent of `f` belongs in the scale of the first
    /// mini-batch (see [`input_bits_below`]), its mantissa stays pending.
    fn first_factor(&self) -> f64 {
        self.factors.constant() * self.rate(0)
    }
}

/// How many bits below the job's scale a mini-batch is encrypted.
///
/// * the first: so many that the sum of its rows is `w_1` at the job's scale, up to a factor in `[1/2, 1)`. Averaging
///   over the rows makes up for the bits.
/// * the others: the bits of the largest margin, so that margins come out as integers no larger than those of weights.
///   Every power of a margin is then a number of about one, and the leading coefficient, which is tiny, does not
///   drown in the noise.
pub(crate) fn input_bits_below(job: &Job, batch: usize) -> i32 {
    let bits =
        if batch == 0 { (-job.first_factor().log2()).floor() } else { job.largest_margin.log2().ceil() };
    bits.clamp(0.0, 16.0) as i32
}

/// Weights between two steps.
pub(crate) struct State<V> {
    /// `v / unit`, by block of columns.
    v: Vec<V>,
    /// A public factor that is still pending.
    unit: f64,
    /// `w` as a combination, by block of columns each: its constants join those of the next step.
    w: Vec<(f64, Vec<V>)>,
}

/// Runs a circuit: `batch(i, level)` gives the tiles of step `i` at a level (at their own when there is none), and
/// `on_step(i)` is told of each finished step. Returns `w` by block of columns, at the job's scale.
pub(crate) fn run<A: Arithmetic>(
    a: &A,
    job: &Job,
    batch: impl Fn(usize, Option<Level>) -> Result<Grid<A::Vector>, Error>,
    on_step: impl Fn(usize),
) -> Result<Vec<A::Vector>, Error> {
    let mut state = first_step(a, job, &batch(0, None)?)?;
    on_step(0);
    if job.steps.len() == 1 {
        let level = a.level(&state.v[0]).checked_sub(1).ok_or(Error::OutOfLevels)?;
        return combine(a, &state.w, level, &job.scale);
    }
    let step = match job.circuit {
        Circuit::Baseline => baseline::step,
        Circuit::Fused => fused::step,
    };
    for i in 1..job.steps.len() {
        let tiles = batch(i, Some(a.level(&state.v[0])))?;
        state = step(a, job, i, &state, &tiles)?;
        on_step(i);
    }
    Ok(state.v)
}

/// All margins are zero: the gradient is the sum of the rows, times a constant.
fn first_step<A: Arithmetic>(a: &A, job: &Job, tiles: &Grid<A::Vector>) -> Result<State<A::Vector>, Error> {
    let exponent = input_bits_below(job, 0);
    let unit = job.first_factor() * 2.0_f64.powi(exponent);
    let column = |block| {
        let rows = sum::rows(a, &job.tile, &a.sum(tiles.column(block))?)?;
        Ok(a.mul_power_of_two(&rows, -exponent))
    };
    let sums = par_map(tiles.column_blocks(), column)?;
    // w_0 is zero, so that v_1 = (1 - eta) w_1.
    Ok(State { w: vec![(unit, sums.clone())], v: sums, unit: unit * (1.0 - job.eta(0)) })
}

/// `sum_i c_i x_i`, by block of columns.
fn combine<A: Arithmetic>(
    a: &A,
    terms: &[(f64, Vec<A::Vector>)],
    level: Level,
    scale: &Scale,
) -> Result<Vec<A::Vector>, Error> {
    par_map(terms[0].1.len(), |block| {
        let terms: Vec<_> = terms.iter().map(|(constant, blocks)| (*constant, &blocks[block])).collect();
        a.combine_to(&terms, level, scale)
    })
}

/// `terms` with every constant multiplied by `factor`.
fn scaled<V: Clone>(terms: &[(f64, Vec<V>)], factor: f64) -> impl Iterator<Item = (f64, Vec<V>)> {
    terms.iter().map(move |(constant, blocks)| (constant * factor, blocks.clone()))
}

/// `f(0), ..., f(count - 1)` on all threads.
fn par_map<T: Send>(
    count: usize,
    f: impl Fn(usize) -> Result<T, Error> + Sync + Send,
) -> Result<Vec<T>, Error> {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(f).collect()
}

#[cfg(test)]
mod tests;
