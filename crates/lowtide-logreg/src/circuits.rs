//! The circuits that train, written once as `lowtide-circuit` circuits.
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
//!
//! Nothing here knows of levels or scales; the compiler decides them. What is decided here is the size of numbers: a batch
//! comes divided by its unit, a power of two, so that margins and all their powers are numbers of about one
//! ([`Job::unit`]).

use lowtide_circuit::{Builder, Wire};
use lowtide_linalg::{Grid, Tile, sum};
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
    /// By mini-batch: its blocks of rows and of columns. Step `i` trains on mini-batch `i mod count`.
    pub(crate) blocks: Vec<(usize, usize)>,
    /// The bound of the interval on which the polynomial stands for the sigmoid.
    pub(crate) largest_margin: f64,
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

    /// `w_1 = f sum_j z_j` and that sum: the first step from zero. The exponent of `f` belongs in the unit of the first
    /// mini-batch, its mantissa stays pending.
    fn first_factor(&self) -> f64 {
        self.factors.constant() * self.rate(0)
    }

    /// The power of two that a mini-batch is divided by before it is encrypted.
    ///
    /// * the first: such that the sum of its rows is `w_1`, up to a factor in `[1/2, 1)`. Averaging over the rows makes up
    ///   for the bits.
    /// * the others: the largest margin, so that margins come out as numbers no larger than weights. Every power of a
    ///   margin is then a number of about one, and the leading coefficient, which is tiny, does not drown in the noise.
    pub(crate) fn unit(&self, batch: usize) -> f64 {
        let bits = if batch == 0 {
            (-self.first_factor().log2()).floor()
        } else {
            self.largest_margin.log2().ceil()
        };
        bits.clamp(0.0, 16.0).exp2()
    }

    /// The name of a tile of a mini-batch, counted row block after row block.
    pub(crate) fn tile_name(batch: usize, tile: usize) -> String {
        format!("batch{batch}_tile{tile}")
    }

    /// The name of a block of columns of the weights.
    pub(crate) fn weights_name(block: usize) -> String {
        format!("weights{block}")
    }

    /// The circuit: mini-batches in, divided by their units, and the weights out, by block of columns.
    ///
    /// # Errors
    /// What the circuit's checks say.
    pub(crate) fn build(&self) -> Result<lowtide_circuit::Circuit, lowtide_circuit::Error> {
        let b = Builder::new(self.tile.slots());
        let mut batches: Vec<Batch> = Vec::new();
        let mut state = None;
        for i in 0..self.steps.len() {
            let batch = i % self.blocks.len();
            if batch == batches.len() {
                batches.push(Batch::new(&b, self, batch));
            }
            let batch = &batches[batch];
            let next = b.region(format!("step {}", i + 1), || match (&state, self.circuit) {
                (None, _) => first_step(self, batch),
                (Some(state), Circuit::Baseline) => baseline::step(&b, self, i, state, batch),
                (Some(state), Circuit::Fused) => fused::step(&b, self, i, state, batch),
            });
            state = Some(next);
        }
        let state = state.expect("at least one step");
        // After a single step the weights are still a combination.
        let weights = if self.steps.len() == 1 { combine(&state.w) } else { state.v };
        weights.iter().enumerate().for_each(|(block, w)| b.output(Self::weights_name(block), w));
        b.finish()
    }
}

/// A mini-batch: its tiles, divided by a power of two.
pub(crate) struct Batch {
    tiles: Grid<Wire>,
    unit: f64,
}

impl Batch {
    fn new(b: &Builder, job: &Job, batch: usize) -> Self {
        let (rows, columns) = job.blocks[batch];
        let tiles = (0..rows * columns).map(|tile| b.input(Job::tile_name(batch, tile))).collect();
        Self { tiles: Grid::new(columns, tiles).expect("whole rows of blocks"), unit: job.unit(batch) }
    }
}

/// Weights between two steps.
pub(crate) struct State {
    /// `v / unit`, by block of columns.
    v: Vec<Wire>,
    /// A public factor that is still pending.
    unit: f64,
    /// `w` as a combination, by block of columns each: its constants join those of the next step.
    w: Vec<(f64, Vec<Wire>)>,
}

/// All margins are zero: the gradient is the sum of the rows, times a constant.
fn first_step(job: &Job, batch: &Batch) -> State {
    let unit = job.first_factor() * batch.unit;
    let column = |block| sum::rows(&job.tile, &total(batch.tiles.column(block)));
    let sums: Vec<Wire> = (0..batch.tiles.column_blocks()).map(column).collect();
    // w_0 is zero, so that v_1 = (1 - eta) w_1.
    State { w: vec![(unit, sums.clone())], v: sums, unit: unit * (1.0 - job.eta(0)) }
}

/// The sum of at least one vector.
fn total<'a>(vectors: impl IntoIterator<Item = &'a Wire>) -> Wire {
    sum::of(vectors).expect("at least one vector")
}

/// `sum_i c_i x_i`, by block of columns. Vectors whose constant is zero are left out.
fn combine(terms: &[(f64, Vec<Wire>)]) -> Vec<Wire> {
    let block = |block: usize| {
        let terms = terms.iter().filter(|(constant, _)| *constant != 0.0);
        let scaled: Vec<Wire> = terms.map(|(constant, blocks)| &blocks[block] * *constant).collect();
        total(&scaled)
    };
    (0..terms[0].1.len()).map(block).collect()
}

/// `terms` with every constant multiplied by `factor`.
fn scaled(terms: &[(f64, Vec<Wire>)], factor: f64) -> impl Iterator<Item = (f64, Vec<Wire>)> {
    terms.iter().map(move |(constant, blocks)| (constant * factor, blocks.clone()))
}

#[cfg(test)]
mod tests;
