//! A trained model, as a person reads it and as rows are scored with it.
//!
//! Weights are kept on raw features: whoever applies the model needs a row and this, nothing else. The
//! scaling that training saw stands beside them, so that the weights it found can be told again.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::rows::check_finite;
use crate::schedule::Schedule;
use crate::sigmoid::{SigmoidPolynomial, sigmoid};

mod file;
mod scaling;

pub use file::{FORMAT, VERSION};
pub use scaling::{Scaling, ScalingKind};

/// A logistic-regression model: `probability = sigmoid(bias + weights . row)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    labels: Labels,
    features: Vec<String>,
    bias: f64,
    weights: Vec<f64>,
    scaling: Scaling,
    training: TrainingFacts,
}

/// What the two classes are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// The class of negative margins.
    pub negative: String,
    /// The class of positive margins, whose probability the model gives.
    pub positive: String,
}

/// How a model came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingFacts {
    /// The circuit that trained it.
    pub circuit: String,
    /// How many mini-batch steps.
    pub steps: usize,
    /// Rows in a mini-batch, at most.
    pub batch: usize,
    /// What stood for the sigmoid; nothing when it was the sigmoid itself.
    pub sigmoid: Option<SigmoidPolynomial>,
    /// Step sizes and momentum.
    pub schedule: Schedule,
    /// The security of the encryption in bits; nothing when training was in the clear.
    pub security_bits: Option<u32>,
}

impl Model {
    /// The model that training on scaled features found: weights bias first, one for each feature after it.
    ///
    /// With `s = (x - offset) factor`, a weight `w` on `s` is `w factor` on `x`, and the bias takes up
    /// `-w factor offset`.
    ///
    /// # Errors
    /// [`Error::Length`] unless names, weights and scaling agree; [`Error::NotFinite`];
    /// [`Error::SameLabels`].
    pub fn from_scaled(
        weights: &[f64],
        scaling: Scaling,
        features: Vec<String>,
        labels: Labels,
        training: TrainingFacts,
    ) -> Result<Self, Error> {
        let [bias, weights @ ..] = weights else {
            return Err(Error::Length {
                what: "weights with the bias",
                expected: features.len() + 1,
                found: 0,
            });
        };
        check_length("weights", features.len(), weights.len())?;
        check_length("scaled features", features.len(), scaling.len())?;
        let raw: Vec<f64> = weights.iter().zip(scaling.factors()).map(|(w, factor)| w * factor).collect();
        let bias = bias - dot(&raw, scaling.offsets());
        Self { labels, features, bias, weights: raw, scaling, training }.checked()
    }

    /// The weights on scaled features, bias first: what training found, up to rounding. A feature
    /// whose factor is 0 never reached training, and has the weight 0.
    pub fn scaled_weights(&self) -> Vec<f64> {
        let unscale = |(w, factor): (&f64, &f64)| if *factor == 0.0 { 0.0 } else { w / factor };
        let bias = self.bias + dot(&self.weights, self.scaling.offsets());
        [bias].into_iter().chain(self.weights.iter().zip(self.scaling.factors()).map(unscale)).collect()
    }

    /// `bias + weights . row`, for raw features: the log-odds of the positive class.
    ///
    /// # Errors
    /// [`Error::Length`] unless the row has one value for each feature; [`Error::NotFinite`].
    pub fn margin(&self, row: &[f64]) -> Result<f64, Error> {
        check_length("values in a row", self.features.len(), row.len())?;
        check_finite("values in a row", row)?;
        Ok(self.bias + dot(&self.weights, row))
    }

    /// The probability of the positive class.
    ///
    /// # Errors
    /// Those of [`margin`](Self::margin).
    pub fn probability(&self, row: &[f64]) -> Result<f64, Error> {
        self.margin(row).map(sigmoid)
    }

    /// The name of the likelier class; of the negative one when both are equally likely.
    ///
    /// # Errors
    /// Those of [`margin`](Self::margin).
    pub fn predict(&self, row: &[f64]) -> Result<&str, Error> {
        let positive = self.margin(row)? > 0.0;
        Ok(if positive { &self.labels.positive } else { &self.labels.negative })
    }

    /// The names of the classes.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The names of the features, in the order of a row.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The log-odds of a row of zeros.
    pub fn bias(&self) -> f64 {
        self.bias
    }

    /// The weights on raw features, in the order of a row.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// How features were scaled for training.
    pub fn scaling(&self) -> &Scaling {
        &self.scaling
    }

    /// How the model came about.
    pub fn training(&self) -> &TrainingFacts {
        &self.training
    }

    /// The one door: every model that exists went through here.
    fn checked(self) -> Result<Self, Error> {
        check_length("weights", self.features.len(), self.weights.len())?;
        check_length("scaled features", self.features.len(), self.scaling.len())?;
        check_finite("biases", &[self.bias])?;
        check_finite("weights", &self.weights)?;
        if self.labels.negative == self.labels.positive {
            return Err(Error::SameLabels { name: self.labels.positive });
        }
        Ok(self)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { what, expected, found }) }
}

#[cfg(test)]
mod tests;
