//! Training in the clear: the oracle that every encrypted circuit is held against.
//!
//! One step of Nesterov's accelerated gradient on a mini-batch `Z` of `m` rows:
//!
//! ```text
//! u  = Z v                              margins, one per row
//! w' = k v + (gamma / m) Z^T q(u)       q(u) is sigmoid(-u), or a polynomial in its place
//! v' = (1 - eta) w' + eta w
//! ```
//!
//! where `m` is the size of the very batch, so that batches one row apart weigh their rows alike, and `k = 1 - gamma lambda`
//! is 1 without a ridge term. With class weights `Z^T` holds every row times the weight of its class. A fixed Hessian is in
//! the rows before they come here: see [`crate::trial::rehearse`].

use std::fmt;
use std::ops::Range;

use crate::rows::{Batches, SignedRows};
use crate::schedule::Step;
use crate::sigmoid::{SigmoidPolynomial, sigmoid};

/// What stands for the sigmoid in the gradient.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// The sigmoid itself: what plaintext training would use.
    Exact,
    /// A polynomial: what encrypted training computes.
    Polynomial(SigmoidPolynomial),
}

impl Activation {
    /// `q(u)`, standing for `sigmoid(-u)`: how much a row of margin `u` still pulls.
    pub fn gradient(&self, u: f64) -> f64 {
        match self {
            Self::Exact => sigmoid(-u),
            Self::Polynomial(polynomial) => polynomial.evaluate(-u),
        }
    }

    /// The largest margin with a meaning; infinite for the sigmoid itself.
    pub fn bound(&self) -> f64 {
        match self {
            Self::Exact => f64::INFINITY,
            Self::Polynomial(polynomial) => polynomial.bound(),
        }
    }
}

/// `w` and `v` between two steps: a run can stop here and go on.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// `w`, bias first.
    pub weights: Vec<f64>,
    /// `v`, at which the next gradient is taken.
    pub momentum: Vec<f64>,
}

impl State {
    /// The start: all zero, for rows of this width.
    pub fn zero(width: usize) -> Self {
        Self { weights: vec![0.0; width], momentum: vec![0.0; width] }
    }

    /// Takes one step on a batch and returns its largest `|margin|`, NaN when a margin is.
    ///
    /// # Panics
    /// When the state and the rows differ in width, or the batch reaches past the last row.
    pub fn advance(
        &mut self,
        rows: &SignedRows,
        batch: Range<usize>,
        step: Step,
        activation: &Activation,
    ) -> f64 {
        assert_eq!(self.weights.len(), rows.width(), "the state and the rows differ in width");
        let rate = step.gamma / batch.len() as f64;
        let mut moved: Vec<f64> = self.momentum.iter().map(|v| step.keep * v).collect();
        let mut largest = 0.0;
        for z in rows.batch(batch) {
            let margin = dot(z, &self.momentum);
            largest = larger(largest, margin.abs());
            let pull = rate * rows.class_weight(z) * activation.gradient(margin);
            moved.iter_mut().zip(z).for_each(|(w, z)| *w += pull * z);
        }
        let blend = |(new, old): (&f64, &f64)| (1.0 - step.eta) * new + step.eta * old;
        self.momentum = moved.iter().zip(&self.weights).map(blend).collect();
        self.weights = moved;
        largest
    }
}

/// What a run leaves: the model, and how near its margins came to the polynomial's bound.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingTrace {
    /// `w` after the last step, bias first: the model.
    pub weights: Vec<f64>,
    /// `v` after the last step: with `w`, where a longer run goes on.
    pub momentum: Vec<f64>,
    /// The largest `|margin|` met in each step.
    pub largest_margins: Vec<f64>,
    /// The first step in which a margin left the polynomial's interval, if one did.
    pub escape: Option<MarginEscape>,
}

impl TrainingTrace {
    /// The largest `|margin|` met in any step: the polynomial's bound should lie above it.
    pub fn largest_margin(&self) -> f64 {
        self.largest_margins.iter().copied().fold(0.0, larger)
    }
}

/// A warning: a margin left the interval on which the polynomial stands for the sigmoid.
///
/// A little outside costs accuracy; far outside, training diverges, and an encrypted run says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginEscape {
    /// The first step in which it happened, counting from 0.
    pub step: usize,
    /// The largest `|margin|` of that step.
    pub margin: f64,
    /// The bound it passed.
    pub bound: f64,
}

impl fmt::Display for MarginEscape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, margin, bound } = self;
        write!(
            f,
            "in step {} a margin of {margin:.2} left [-{bound}, {bound}], where the polynomial stands for the \
             sigmoid: take a wider interval, a smaller step size or fewer steps",
            step + 1
        )
    }
}

/// Trains from zero: step `i` on batch `i mod count`.
///
/// # Panics
/// When the batches divide another number of rows than there are.
pub fn train(
    rows: &SignedRows,
    batches: Batches,
    steps: impl IntoIterator<Item = Step>,
    activation: &Activation,
) -> TrainingTrace {
    assert_eq!(batches.rows(), rows.len(), "the batches divide another number of rows");
    let mut state = State::zero(rows.width());
    let mut advance = |(i, step)| state.advance(rows, batches.of_step(i), step, activation);
    let largest_margins: Vec<f64> = steps.into_iter().enumerate().map(&mut advance).collect();
    let bound = activation.bound();
    let outside = |margin: &f64| margin.is_nan() || *margin > bound;
    let escape = largest_margins.iter().position(outside).map(|step| MarginEscape {
        step,
        margin: largest_margins[step],
        bound,
    });
    TrainingTrace { weights: state.weights, momentum: state.momentum, largest_margins, escape }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The larger of the two, or NaN when either is: `f64::max` would lose it.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
mod tests;
