//! How raw features became the numbers that training saw.

use serde::{Deserialize, Serialize};

use super::check_length;
use crate::Error;
use crate::rows::check_finite;

/// How offsets and factors were chosen. They alone count; the kind is for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScalingKind {
    /// Mean 0 and standard deviation 1.
    Standard,
    /// From 0 to 1.
    MinMax,
    /// As they came.
    None,
}

/// `scaled = (x - offset) * factor`, for each feature.
///
/// A factor of 0 silences a feature, one that is constant for example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Scaling {
    kind: ScalingKind,
    offsets: Vec<f64>,
    factors: Vec<f64>,
}

impl Scaling {
    /// A scaling by these offsets and factors, one of each for every feature.
    ///
    /// # Errors
    /// [`Error::Length`] when there are more of one than of the other; [`Error::NotFinite`].
    pub fn new(kind: ScalingKind, offsets: Vec<f64>, factors: Vec<f64>) -> Result<Self, Error> {
        check_length("scaling factors", offsets.len(), factors.len())?;
        check_finite("scaling offsets", &offsets)?;
        check_finite("scaling factors", &factors)?;
        Ok(Self { kind, offsets, factors })
    }

    /// No scaling, of this many features.
    pub fn none(features: usize) -> Self {
        Self { kind: ScalingKind::None, offsets: vec![0.0; features], factors: vec![1.0; features] }
    }

    /// Scales one row in place.
    ///
    /// # Errors
    /// [`Error::Length`] unless the row has one value for each feature.
    pub fn apply(&self, row: &mut [f64]) -> Result<(), Error> {
        check_length("values in a row", self.len(), row.len())?;
        let scale = |((x, offset), factor): ((&mut f64, &f64), &f64)| *x = (*x - offset) * factor;
        row.iter_mut().zip(&self.offsets).zip(&self.factors).for_each(scale);
        Ok(())
    }

    /// How offsets and factors were chosen.
    pub fn kind(&self) -> ScalingKind {
        self.kind
    }

    /// What is subtracted first.
    pub fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    /// What is multiplied then.
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// How many features are scaled.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there is no feature.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }
}

/// A scaling as files hold it, not yet checked.
#[derive(Deserialize)]
#[serde(rename = "Scaling", deny_unknown_fields)]
struct Written {
    kind: ScalingKind,
    offsets: Vec<f64>,
    factors: Vec<f64>,
}

impl TryFrom<Written> for Scaling {
    type Error = Error;

    fn try_from(Written { kind, offsets, factors }: Written) -> Result<Self, Error> {
        Self::new(kind, offsets, factors)
    }
}
