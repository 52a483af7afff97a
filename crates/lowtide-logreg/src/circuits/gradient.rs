//! Margins, and the fused product of a tile with the activation of its margins.
//!
//! `T q(u) = a_0 T + (lead T u)(u^2 + alpha)` is two levels below `u` for any tile `T`, since `lead T u` and `u^2` run
//! side by side; degrees five and seven multiply by `u^4 + b u^2 + c` one level further down.

use lowtide_ckks::{Error, Level, Scale};
use lowtide_linalg::{Arithmetic, Grid, sum};

use super::{Job, State, par_map};
use crate::sigmoid::GradientFactors;

/// Levels from the margins to the gradient.
pub(super) const fn depth(degree: usize) -> Level {
    match degree {
        0 | 1 => 1,
        2 | 3 => 2,
        _ => 3,
    }
}

/// `Z v / unit`, by block of rows: row-indexed vectors. The plan chose an interval that no margin leaves.
pub(super) fn margins<A: Arithmetic>(
    a: &A,
    job: &Job,
    tiles: &Grid<A::Vector>,
    state: &State<A::Vector>,
) -> Result<Vec<A::Vector>, Error> {
    par_map(tiles.row_blocks(), |block| {
        let pairs: Vec<_> = tiles.row(block).iter().zip(&state.v).collect();
        let sums = sum::columns(a, &job.tile, &a.sum_of_products(&pairs)?)?;
        Ok(a.bounded(sums, job.largest_margin / state.unit.abs()))
    })
}

/// `factor Z^T q(unit u)`, by block of columns: column-indexed vectors at the job's scale, [`depth`] levels below `u`.
pub(super) fn gradient<A: Arithmetic>(
    a: &A,
    job: &Job,
    tiles: &Grid<A::Vector>,
    u: &[A::Vector],
    unit: f64,
    factor: f64,
) -> Result<Vec<A::Vector>, Error> {
    let factors = job.factors.of_multiple(unit);
    let level = a.level(&u[0]);
    let even = par_map(u.len(), |block| Even::new(a, &u[block], &factors))?;
    // The scale of the leading tile is what makes the last product come out at the job's scale.
    let lead_scale = even[0].lead_scale(a, &u[0], &job.scale);
    let columns = tiles.column_blocks();
    let odd = par_map(u.len() * columns, |index| {
        let block = index / columns;
        let lead = a.mul_constant_to(&tiles.tiles()[index], factor * factors.lead(), level, &lead_scale)?;
        even[block].first_product(a, &lead, &u[block])
    })?;
    par_map(columns, |column| {
        let odd: Vec<_> = odd.iter().skip(column).step_by(columns).collect();
        let product = Even::last_product(a, &even, &odd)?;
        let rows = a.sum(tiles.column(column))?;
        let line =
            a.mul_constant_to(&rows, factor * factors.constant(), a.level(&product), &a.scale(&product))?;
        sum::rows(a, &job.tile, &a.add(&product, &line)?)
    })
}

/// The even factors of the activation, for one block of margins.
enum Even<V> {
    /// No further factor.
    One,
    /// `u^2 + alpha`, one level below `u`.
    Quadratic(V),
    /// `u^4 + b u^2 + c`, two levels below `u`.
    Quartic(V),
    /// Both.
    Sextic(V, V),
}

impl<V: Clone + Send + Sync> Even<V> {
    fn new<A: Arithmetic<Vector = V>>(a: &A, u: &V, factors: &GradientFactors) -> Result<Self, Error> {
        let quartic = |square: &V, b: f64, c: f64| {
            let fourth = a.square(square)?;
            let second = a.mul_constant_to(square, b, a.level(&fourth), &a.scale(&fourth))?;
            a.add_constant(&a.add(&fourth, &second)?, c)
        };
        Ok(match *factors {
            GradientFactors::Linear { .. } => Self::One,
            GradientFactors::Cubic { alpha, .. } => Self::Quadratic(a.add_constant(&a.square(u)?, alpha)?),
            GradientFactors::Quintic { b, c, .. } => Self::Quartic(quartic(&a.square(u)?, b, c)?),
            GradientFactors::Septic { alpha, b, c, .. } => {
                let square = a.square(u)?;
                Self::Sextic(a.add_constant(&square, alpha)?, quartic(&square, b, c)?)
            }
        })
    }

    /// The scale at the level of `u` from which the products end at `target`.
    fn lead_scale<A: Arithmetic<Vector = V>>(&self, a: &A, u: &V, target: &Scale) -> Scale {
        let partners: Vec<&V> = match self {
            Self::One => vec![u],
            Self::Quadratic(even) | Self::Quartic(even) => vec![u, even],
            Self::Sextic(quadratic, quartic) => vec![u, quadratic, quartic],
        };
        partners.into_iter().fold(target.clone(), |scale, partner| {
            let prime = Scale::prime(a.prime(a.level(partner)));
            &(&scale * &prime) / &a.scale(partner)
        })
    }

    /// `lead u`, times the quadratic where a quartic is still to come.
    fn first_product<A: Arithmetic<Vector = V>>(&self, a: &A, lead: &V, u: &V) -> Result<V, Error> {
        let product = a.sum_of_products(&[(lead, u)])?;
        match self {
            Self::One | Self::Quadratic(_) => Ok(product),
            Self::Quartic(quartic) => a.drop_to(&product, a.level(quartic)),
            Self::Sextic(quadratic, _) => a.sum_of_products(&[(&product, quadratic)]),
        }
    }

    /// The sum over blocks of rows of the products with the last factor: one relinearization.
    fn last_product<'e, A: Arithmetic<Vector = V>>(a: &A, even: &'e [Self], odd: &[&V]) -> Result<V, Error> {
        let last = |even: &'e Self| match even {
            Self::One => None,
            Self::Quadratic(last) | Self::Quartic(last) | Self::Sextic(_, last) => Some(last),
        };
        let Some(last) = even.iter().map(last).collect::<Option<Vec<_>>>() else {
            return a.sum(odd.iter().copied());
        };
        let pairs: Vec<_> = odd.iter().copied().zip(last).collect();
        a.sum_of_products(&pairs)
    }
}
