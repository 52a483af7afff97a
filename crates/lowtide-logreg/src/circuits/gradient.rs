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
    batch: &Batch,
    u: &[Wire],
    unit: f64,
    factor: f64,
) -> Vec<Wire> {
    let (factors, factor) = (job.factors.of_multiple(unit), factor * batch.unit);
    let even: Vec<Even> = b.region("activation", || u.iter().map(|u| Even::new(u, &factors)).collect());
    let column = |column: usize| {
        let tiles: Vec<&Wire> = batch.tiles.column(column).collect();
        let odd = tiles.iter().zip(u).zip(&even).map(|((tile, u), even)| {
            let lead = *tile * (factor * factors.lead());
            even.product(&(lead * u))
        });
        let odd: Vec<Wire> = odd.collect();
        let line = total(tiles) * (factor * factors.constant());
        sum::rows(&job.tile, &(total(&odd) + line))
    };
    b.region("gradient", || (0..batch.tiles.column_blocks()).map(column).collect())
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
