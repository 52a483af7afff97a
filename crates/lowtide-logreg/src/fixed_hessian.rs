//! A fixed Hessian: a step size for each weight, from the rows alone.
//!
//! The loss of a mini-batch of `m` rows is nowhere more curved than `(1 / 4m) Z^T Z`, whatever the weights, since the sigmoid
//! is nowhere steeper than 1/4; and that matrix lies below a diagonal one, its sums of absolute values (Bonte and Vercauteren,
//! "Privacy-preserving logistic regression training", 2018, who call it the simplified fixed Hessian):
//!
//! ```text
//! d_j = (1 / 4m) sum_i c_i |z_ij| sum_k |z_ik|        c_i: what the row counts, 1 without class weights
//! w'  = v + gamma D^-1 (1 / m) Z^T q(Z v)             in place of v + gamma (1 / m) Z^T q(Z v)
//! ```
//!
//! With `gamma = 1` no step overshoots, however features are scaled, and none has to be found; as the bound is rarely met,
//! larger steps are often better. Of several mini-batches each `d_j` is the largest: a bound for all of them, so that a
//! feature that is rare is not given a weight which the few rows that have it cannot bear.
//!
//! No circuit knows of it. `D` is the same in every step, so in `u = D^1/2 w` the step is plain descent on rows
//! `X = Z D^-1/2`, and so is one with momentum, a sum of such:
//!
//! ```text
//! u'  = D^1/2 v + gamma (1 / m) X^T q(X D^1/2 v)
//! ```
//!
//! The customer divides columns by `d_j^1/2` before it encrypts them, and weights after it has decrypted them. That takes
//! neither a level nor a byte, and who trains learns nothing of `D`. A product with `D^-1` in every step would take a level
//! each; `Z D^-1` as a matrix beside `Z`, as class weights have it, up to three quarters more to send (`lowtide plan` with
//! `--class-weights`, and without); and a service that works out `D^-1` by itself would take levels for a division that is
//! free in clear. Numbers stay where a circuit wants them too: no entry of `X` is beyond `2 (m / c_i)^1/2`.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Request,
    rows::{Batches, SignedRows},
    schedule::Preconditioner,
};

/// The diagonal of a fixed Hessian, bias first. It says how large features are: a secret of the customer, who keeps it until
/// decryption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>")]
pub struct FixedHessian(Vec<f64>);

impl FixedHessian {
    /// Of each entry the largest of these mini-batches; 1 where no row has anything, and the weight stays zero.
    fn of(rows: &SignedRows, batches: impl Iterator<Item = Range<usize>>) -> Result<Self, Error> {
        let mut largest = vec![0.0_f64; rows.width()];
        for batch in batches {
            let mut diagonal = vec![0.0; rows.width()];
            let quarter = 0.25 / batch.len() as f64;
            for z in rows.batch(batch) {
                let sum = quarter * rows.class_weight(z) * z.iter().map(|z| z.abs()).sum::<f64>();
                diagonal.iter_mut().zip(z).for_each(|(d, z)| *d += z.abs() * sum);
            }
            largest.iter_mut().zip(diagonal).for_each(|(d, of_batch)| *d = d.max(of_batch));
        }
        largest.iter_mut().filter(|d| **d == 0.0).for_each(|d| *d = 1.0);
        Self::try_from(largest)
    }

    /// `d_j`, bias first, all above 0.
    #[must_use]
    pub fn diagonal(&self) -> &[f64] {
        &self.0
    }
}

impl TryFrom<Vec<f64>> for FixedHessian {
    type Error = Error;

    fn try_from(diagonal: Vec<f64>) -> Result<Self, Error> {
        match diagonal.iter().position(|d| !(d.is_finite() && *d > 0.0)) {
            Some(index) => Err(Error::Diagonal { index, value: diagonal[index] }),
            None => Ok(Self(diagonal)),
        }
    }
}

impl Request {
    /// The fixed Hessian of the rows to train on, where the schedule has one. The mini-batches that are used decide it.
    ///
    /// # Errors
    /// [`Error::Length`] or [`Error::Weighted`] when the rows are not those of the request; [`Error::Diagonal`] when they are
    /// so large that their squares overflow.
    pub fn fixed_hessian(&self, rows: &SignedRows) -> Result<Option<FixedHessian>, Error> {
        self.check_rows(rows)?;
        match self.schedule.preconditioner() {
            Preconditioner::None => Ok(None),
            Preconditioner::FixedHessian => {
                let batches = Batches::new(self.rows, self.batch)?.iter().take(self.steps);
                FixedHessian::of(&rows.divided(&self.divisors()), batches).map(Some)
            }
        }
    }

    /// What each entry of these rows, bias first, is divided by while a model is trained.
    pub(crate) fn units_of(&self, rows: &SignedRows) -> Result<Vec<f64>, Error> {
        self.units(self.fixed_hessian(rows)?.as_ref())
    }

    /// The same, of rows that have this fixed Hessian.
    pub(crate) fn units(&self, hessian: Option<&FixedHessian>) -> Result<Vec<f64>, Error> {
        let mut units = self.divisors();
        let is_planned = self.schedule.preconditioner() == Preconditioner::FixedHessian;
        if is_planned != hessian.is_some() {
            return Err(Error::FixedHessian { is_planned });
        }
        if let Some(FixedHessian(diagonal)) = hessian {
            let (expected, found) = (units.len(), diagonal.len());
            if found != expected {
                return Err(Error::Length { what: "entries of the fixed Hessian", expected, found });
            }
            units.iter_mut().zip(diagonal).for_each(|(unit, d)| *unit *= d.sqrt());
        }
        Ok(units)
    }

    fn divisors(&self) -> Vec<f64> {
        let mut divisors = vec![self.divisor; self.width()];
        divisors[0] = 1.0;
        divisors
    }
}

#[cfg(test)]
mod tests;
