//! Bring features to one size before training, and carry the weights back afterwards.
//!
//! A [`Scaling`] is fitted on the training rows, on the customer's side, kept with the model, and applied to
//! any rows: `x' = (x - center) / width`, column by column. Values outside the range that it was fitted
//! on are **not clamped**: they are scaled by the same line, so a min-max feature may leave `[0, 1]`. That
//! keeps the model linear in the raw features, and so [`Scaling::unscale_weights`] exact.
//!
//! A column that is constant in the training rows has width 0, and becomes 0 in any row: no model can
//! learn from it, so none shall be moved by it.

use crate::{Error, Table};
use serde::{Deserialize, Serialize};

/// How a [`Scaling`] chooses its centers and widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Center 0, width 1: features as they are.
    Unscaled,
    /// Center: the mean. Width: the standard deviation (of the rows themselves, dividing by their number).
    Standard,
    /// Center: the smallest value. Width: the largest less the smallest. Training rows fill `[0, 1]`.
    MinMax,
}

/// A line for each column, `x' = (x - center) / width`: see [the module](self).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Scaling {
    method: Method,
    center: Vec<f64>,
    width: Vec<f64>,
}

impl Scaling {
    /// The line that leaves `columns` features as they are.
    #[must_use]
    pub fn unscaled(columns: usize) -> Self {
        Self { method: Method::Unscaled, center: vec![0.0; columns], width: vec![1.0; columns] }
    }

    /// Fits a scaling to the rows of `table`: at most three passes over it, `O(columns)` memory.
    ///
    /// # Errors
    /// [`Error::NoRows`] when there is nothing to fit to, unless the method is [`Method::Unscaled`];
    /// [`Error::SpreadOverflow`] when the values of a column lie too far apart for `f64`.
    pub fn fit(method: Method, table: &Table) -> Result<Self, Error> {
        let range = || Range::of(table).ok_or(Error::NoRows)?.check(table.names());
        let (center, width) = match method {
            Method::Unscaled => return Ok(Self::unscaled(table.columns())),
            Method::Standard => moments(table, &range()?),
            Method::MinMax => {
                let range = range()?;
                let width = range.width();
                (range.low, width)
            }
        };
        Ok(Self { method, center, width })
    }

    /// How it was fitted.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// How many columns it scales.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.center.len()
    }

    /// What is subtracted from each column.
    #[must_use]
    pub fn center(&self) -> &[f64] {
        &self.center
    }

    /// What each column is then divided by; 0 for a column that was constant, which becomes 0.
    #[must_use]
    pub fn width(&self) -> &[f64] {
        &self.width
    }

    /// Weights on raw features that give the margins which `weights` give on scaled ones.
    ///
    /// The bias comes first: `w_j = w'_j / width_j`, and `bias = bias' - sum_j w_j center_j`. A constant
    /// column gets weight 0.
    ///
    /// # Errors
    /// [`Error::WeightCount`] unless there is one weight more than columns; [`Error::WeightOverflow`]
    /// when a raw weight leaves the range of `f64`.
    pub fn unscale_weights(&self, weights: &[f64]) -> Result<Vec<f64>, Error> {
        self.convert(weights, |weight, width| if width == 0.0 { 0.0 } else { weight / width }, |_, raw| -raw)
    }

    /// Weights on scaled features that give the margins which `weights` give on raw ones: the way back
    /// from [`unscale_weights`](Self::unscale_weights).
    ///
    /// The bias comes first: `w'_j = w_j width_j`, and `bias' = bias + sum_j w_j center_j`. The weight of a
    /// constant column goes wholly into the bias.
    ///
    /// # Errors
    /// As [`unscale_weights`](Self::unscale_weights).
    pub fn scale_weights(&self, weights: &[f64]) -> Result<Vec<f64>, Error> {
        self.convert(weights, |weight, width| weight * width, |raw, _| raw)
    }

    /// Converts each weight by its width, and moves `shift(before, after) * center` into the bias.
    fn convert(
        &self,
        weights: &[f64],
        convert: impl Fn(f64, f64) -> f64,
        shift: impl Fn(f64, f64) -> f64,
    ) -> Result<Vec<f64>, Error> {
        if weights.len() != self.columns() + 1 {
            return Err(Error::WeightCount { expected: self.columns() + 1, found: weights.len() });
        }
        let mut converted = weights.to_vec();
        for j in 0..self.columns() {
            let before = weights[j + 1];
            let after = convert(before, self.width[j]);
            if !after.is_finite() {
                return Err(Error::WeightOverflow { weight: j + 1 });
            }
            converted[j + 1] = after;
            converted[0] += shift(before, after) * self.center[j];
        }
        if converted[0].is_finite() { Ok(converted) } else { Err(Error::WeightOverflow { weight: 0 }) }
    }

    pub(crate) fn check_columns(&self, columns: usize) -> Result<(), Error> {
        if columns == self.columns() {
            return Ok(());
        }
        Err(Error::ColumnMismatch { expected: self.columns(), found: columns })
    }

    /// Scales one row in place, or names the column that leaves the range of `f64`.
    pub(crate) fn apply(&self, row: &mut [f64]) -> Result<(), usize> {
        for (j, ((value, center), &width)) in row.iter_mut().zip(&self.center).zip(&self.width).enumerate() {
            *value = if width == 0.0 { 0.0 } else { (*value - center) / width };
            if !value.is_finite() {
                return Err(j);
            }
        }
        Ok(())
    }
}

/// The smallest and the largest value of each column.
pub(crate) struct Range {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
}

impl Range {
    /// The range of each column, or nothing for a table without rows.
    pub(crate) fn of(table: &Table) -> Option<Self> {
        let first = table.iter().next()?.to_vec();
        let mut range = Self { low: first.clone(), high: first };
        for row in table.iter() {
            for (j, &value) in row.iter().enumerate() {
                range.low[j] = range.low[j].min(value);
                range.high[j] = range.high[j].max(value);
            }
        }
        Some(range)
    }

    /// Holds every width, times the number of values that a sum of them may have, to being a number.
    fn check(self, names: &[String]) -> Result<Self, Error> {
        const ROOM: f64 = f64::MAX / (1u64 << 53) as f64;
        match self.width().iter().position(|&width| width > ROOM) {
            Some(j) => {
                Err(Error::SpreadOverflow { column: names[j].clone(), low: self.low[j], high: self.high[j] })
            }
            None => Ok(self),
        }
    }

    /// The largest less the smallest value of each column: 0 exactly when they are the same.
    fn width(&self) -> Vec<f64> {
        self.high.iter().zip(&self.low).map(|(high, low)| high - low).collect()
    }
}

/// Mean and standard deviation of each column.
///
/// The mean is summed from the smallest value and the squares in units of the range, so that neither a
/// large offset nor very large or small values cost digits, and a constant column has deviation 0.
fn moments(table: &Table, range: &Range) -> (Vec<f64>, Vec<f64>) {
    let rows = table.rows() as f64;
    let width = range.width();
    let mut mean = vec![0.0; table.columns()];
    for row in table.iter() {
        for (j, value) in row.iter().enumerate() {
            mean[j] += value - range.low[j];
        }
    }
    mean.iter_mut().zip(&range.low).for_each(|(sum, low)| *sum = low + *sum / rows);
    let mut deviation = vec![0.0; table.columns()];
    for row in table.iter() {
        for (j, value) in row.iter().enumerate() {
            let distance = if width[j] == 0.0 { 0.0 } else { (value - mean[j]) / width[j] };
            deviation[j] += distance * distance;
        }
    }
    deviation
        .iter_mut()
        .zip(&width)
        .for_each(|(sum, width): (&mut f64, _)| *sum = width * (*sum / rows).sqrt());
    (mean, deviation)
}

/// A scaling as a model file may claim it to be.
#[derive(Deserialize)]
struct Unchecked {
    method: Method,
    center: Vec<f64>,
    width: Vec<f64>,
}

impl TryFrom<Unchecked> for Scaling {
    type Error = Error;

    fn try_from(claim: Unchecked) -> Result<Self, Error> {
        let Unchecked { method, center, width } = claim;
        if center.len() != width.len() {
            return Err(Error::ScalingShape { centers: center.len(), widths: width.len() });
        }
        for (j, (&center, &width)) in center.iter().zip(&width).enumerate() {
            if !(center.is_finite() && width.is_finite() && width >= 0.0) {
                return Err(Error::ScalingValue { column: j + 1, center, width });
            }
        }
        Ok(Self { method, center, width })
    }
}
