//! Margins, and the fused product of a tile with the activation of its margins.
//!
//! `T q(u) = a_0 T + (lead T u)(u^2 + alpha)` is two levels below `u` for any tile `T`, since `lead T u` and `u^2` run
//! side by side; degrees five and seven multiply by `u^4 + b u^2 + c` one level further down.

use lowtide_circuit::{Builder, Wire};
use lowtide_linalg::{Grid, sum};

use super::{Batch, Job, total};
use crate::sigmoid::GradientFactors;

/// `Z v`, by block of rows: row-indexed vectors.
pub(super) fn margins(b: &Builder, job: &Job, tiles: &Grid<Wire>, v: &[Wire]) -> Vec<Wire> {
    let margin = |block| {
        let products: Vec<Wire> = tiles.row(block).iter().zip(v).map(|(tile, v)| tile * v).collect();
        sum::columns(b, &job.tile, &total(&products))
    };
    b.region("margins", || (0..tiles.row_blocks()).map(margin).collect())
}

/// `factor Z^T q(unit u)`, by block of columns: column-indexed vectors. The tiles hold `Z` divided by the unit of the
/// batch.
pub(super) fn gradient(
    b: &Builder,
    job: &Job,
    batch: &Batch<'_>,
    u: &[Wire],
    unit: f64,
    factor: f64,
) -> Vec<Wire> {
    let activation = Activation::new(b, job, u, unit);
    let factor = factor * batch.unit;
    let (lead, constant) = (factor * activation.lead(), factor * job.factors.constant());
    let column = |column: usize| {
        let tiles: Vec<&Wire> = batch.tiles.column(column).collect();
        sum::rows(&job.tile, &activation.line(&tiles, lead, constant))
    };
    b.region("gradient", || (0..batch.tiles.column_blocks()).map(column).collect())
}

/// The activation of margins, ready to meet tiles.
pub(super) struct Activation<'a> {
    u: &'a [Wire],
    even: Vec<Even>,
    lead: f64,
}

impl<'a> Activation<'a> {
    /// `q(unit u)`, by block of margins.
    pub(super) fn new(b: &Builder, job: &Job, u: &'a [Wire], unit: f64) -> Self {
        let factors = job.factors.of_multiple(unit);
        let even = b.region("activation", || u.iter().map(|u| Even::new(u, &factors)).collect());
        Self { u, even, lead: factors.lead() }
    }

    /// The leading coefficient of `q(unit u)`.
    pub(super) const fn lead(&self) -> f64 {
        self.lead
    }

    /// The tiles that meet the blocks of margins, times their odd factors and `lead` in place of the leading coefficient,
    /// and `constant` times the tiles: in all, before the sum.
    pub(super) fn line(&self, tiles: &[&Wire], lead: f64, constant: f64) -> Wire {
        let odd = tiles.iter().zip(self.u).zip(&self.even);
        let odd: Vec<Wire> = odd.map(|((tile, u), even)| even.product(&(*tile * lead * u))).collect();
        total(&odd) + total(tiles.iter().copied()) * constant
    }
}

/// The even factors of the activation, for one block of margins.
enum Even {
    /// No further factor.
    One,
    /// `u^2 + alpha`, one level below `u`.
    Quadratic(Wire),
    /// `u^4 + b u^2 + c`, two levels below `u`.
    Quartic(Wire),
    /// Both.
    Sextic(Wire, Wire),
}

impl Even {
    fn new(u: &Wire, factors: &GradientFactors) -> Self {
        let quartic = |square: &Wire, b: f64, c: f64| square.square() + square * b + c;
        match *factors {
            GradientFactors::Linear { .. } => Self::One,
            GradientFactors::Cubic { alpha, .. } => Self::Quadratic(u.square() + alpha),
            GradientFactors::Quintic { b, c, .. } => Self::Quartic(quartic(&u.square(), b, c)),
            GradientFactors::Septic { alpha, b, c, .. } => {
                let square = u.square();
                Self::Sextic(&square + alpha, quartic(&square, b, c))
            }
        }
    }

    /// The product of an odd value with all of them.
    fn product(&self, odd: &Wire) -> Wire {
        match self {
            Self::One => odd.clone(),
            Self::Quadratic(even) | Self::Quartic(even) => odd * even,
            Self::Sextic(quadratic, quartic) => odd * quadratic * quartic,
        }
    }
}
