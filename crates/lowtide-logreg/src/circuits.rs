//! The circuits that train, written once as `lowtide-circuit` circuits.
//!
//! Mini-batch NAG from a zero start. The weights `v` and `w` are column-indexed vectors, one a block of columns; a mini-batch
//! is a grid of tiles. What differs is how the margins are summed and where the momentum constants go:
//!
//! | circuit | tiles | levels a step | of which |
//! |---|---|---|---|
//! | [`Circuit::Baseline`] | full | 5 | `Z v` 1, mask of the column sum 1, activation 2, momentum 1 |
//! | [`Circuit::Fused`] | half | 3 | `Z v` 1, activation 2; no mask, momentum rides on the constants of the tiles |
//! | [`Circuit::TwoLevel`] | half | 2 | activation 2; margins from margins by Gram matrices, which the customer encrypts |
//!
//! (for a cubic sigmoid; degree 1 takes one level less, degrees 5 and 7 one more). The first step costs none: from zero
//! weights every margin is zero and the gradient a plain sum, whose constant is left pending; and the last step of the
//! baseline needs no momentum. With Gram matrices the second margins cost none either: from three steps on, two-level
//! takes `2 k - 2` levels for `k` of them. A Gram matrix has as many entries as two mini-batches have pairs of rows, so
//! that its bytes and its work grow with the square of their size. Baseline: Han, Song, Cheon and Park, "Logistic regression on homomorphic encrypted data
//! at scale" (AAAI 2019).
//!
//! Nothing here knows of levels or scales; the compiler decides them. What is decided here is the size of numbers: a batch
//! comes divided by its unit, a power of two, so that margins and all their powers are numbers of about one
//! (`Job::unit`).

use lowtide_circuit::{Builder, Wire};
use lowtide_linalg::{Tile, sum};
use serde::{Deserialize, Serialize};

use crate::{schedule::Step, sigmoid::GradientFactors};

mod baseline;
mod fused;
mod gradient;
mod matrix;
mod two_level;

pub use matrix::Matrix;
use matrix::{Batch, Inputs};

/// Which circuit trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Circuit {
    /// The published circuit: five levels a mini-batch.
    Baseline,
    /// Half-empty tiles: three levels a mini-batch.
    Fused,
    /// Half-empty tiles and Gram matrices from the customer: two levels a mini-batch.
    TwoLevel,
}

impl Circuit {
    /// Every circuit.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Fused, Self::TwoLevel];

    /// `baseline`, `fused` or `two-level`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Fused => "fused",
            Self::TwoLevel => "two-level",
        }
    }

    /// Whether its tiles leave their right half empty.
    #[must_use]
    pub const fn half_tiles(self) -> bool {
        matches!(self, Self::Fused | Self::TwoLevel)
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
    /// By mini-batch: its rows. Step `i` trains on mini-batch `i mod count`.
    pub(crate) rows: Vec<usize>,
    /// Entries of a row: the features and the bias.
    pub(crate) width: usize,
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
    fn batch_unit(&self, batch: usize) -> f64 {
        if batch == 0 {
            (-self.first_factor().log2()).floor().clamp(0.0, 16.0).exp2()
        } else {
            self.margin_unit()
        }
    }

    /// The largest margin, as a power of two.
    fn margin_unit(&self) -> f64 {
        self.largest_margin.log2().ceil().clamp(0.0, 16.0).exp2()
    }

    /// The power of two that a Gram matrix is divided by before it is encrypted.
    ///
    /// * the first, and most others: such that its sum is the second margins divided by the largest, up to the factor of
    ///   the first mini-batch. Elsewhere that makes constants of about one.
    /// * the one after: such that the third margins are divided by about the largest when the constant stays pending.
    fn gram_unit(&self, gram: Matrix) -> f64 {
        let first = self.batch_unit(0) * self.margin_unit();
        if self.steps.len() < 3 || gram == self.gram(0) || gram != self.gram(1) {
            return first;
        }
        let margins = (1.0 - self.eta(0)) * self.first_factor() * first;
        let lead = self.factors.of_multiple(margins).lead().abs();
        let pending = (1.0 - self.eta(1)) * self.rate(1) * lead;
        (self.margin_unit() / pending).log2().round().exp2().clamp(first / 64.0, first * 64.0)
    }

    /// The name of a block of columns of the weights.
    pub(crate) fn weights_name(block: usize) -> String {
        format!("weights{block}")
    }

    /// The circuit: matrices in, divided by their units, and the weights out, by block of columns.
    ///
    /// # Errors
    /// What the circuit's checks say.
    pub(crate) fn build(&self) -> Result<lowtide_circuit::Circuit, lowtide_circuit::Error> {
        let b = Builder::new(self.tile.slots());
        let weights = match self.circuit {
            Circuit::Baseline => self.through_weights(&b, baseline::step),
            Circuit::Fused => self.through_weights(&b, fused::step),
            Circuit::TwoLevel => self.through_margins(&b),
        };
        weights.iter().enumerate().for_each(|(block, w)| b.output(Self::weights_name(block), w));
        b.finish()
    }

    /// Margins from weights, weights from margins.
    fn through_weights(
        &self,
        b: &Builder,
        step: impl Fn(&Builder, &Self, usize, &State, &Batch<'_>) -> State,
    ) -> Vec<Wire> {
        let (mut inputs, mut state) = (Inputs::new(self), None);
        for i in 0..self.steps.len() {
            inputs.read(b, i);
            let batch = inputs.batch(i);
            let next = b.region(format!("step {}", i + 1), || match &state {
                None => first_step(self, &batch),
                Some(state) => step(b, self, i, state, &batch),
            });
            state = Some(next);
        }
        let state = state.expect("at least one step");
        // After a single step the weights are still a combination.
        if self.steps.len() == 1 { combine(&state.w) } else { state.v }
    }

    /// Margins from margins; weights beside them.
    fn through_margins(&self, b: &Builder) -> Vec<Wire> {
        let (mut inputs, mut state) = (Inputs::new(self), two_level::State::default());
        for i in 0..self.steps.len() {
            inputs.read(b, i);
            b.region(format!("step {}", i + 1), || state.step(b, self, i, &inputs));
        }
        state.weights(b, self)
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
fn first_step(job: &Job, batch: &Batch<'_>) -> State {
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
