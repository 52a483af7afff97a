//! How good three models of the same steps are on the same rows: trained on ciphertexts, by the plaintext twin, and with the
//! sigmoid itself.

use lowtide_logreg::{Plan, clear::Activation, metrics::Metrics, rows::SignedRows, trial};
use serde::{Deserialize, Serialize};

use crate::{Failure, passage::Passage};

/// Accuracy and area under the ROC curve, both in `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scores {
    pub(crate) accuracy_encrypted: f64,
    pub(crate) accuracy_clear: f64,
    pub(crate) accuracy_exact: f64,
    pub(crate) auc_encrypted: f64,
    pub(crate) auc_clear: f64,
    pub(crate) auc_exact: f64,
}

impl Scores {
    /// Scores a run on rows to test with, beside the same schedule with the sigmoid itself.
    pub(crate) fn of(
        passage: &Passage,
        plan: &Plan,
        rows: &SignedRows,
        test: &SignedRows,
    ) -> Result<Self, Failure> {
        let exact = trial::rehearse(plan.request(), rows, &Activation::Exact)?.weights;
        let score = |weights: &[f64]| Metrics::of_weights(weights, test);
        let (encrypted, clear, exact) = (score(&passage.weights)?, score(&passage.expected)?, score(&exact)?);
        Ok(Self {
            accuracy_encrypted: encrypted.accuracy,
            accuracy_clear: clear.accuracy,
            accuracy_exact: exact.accuracy,
            auc_encrypted: encrypted.auc,
            auc_clear: clear.auc,
            auc_exact: exact.auc,
        })
    }

    /// The mean of each, over folds.
    pub(crate) fn mean(folds: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| folds.iter().map(of).sum::<f64>() / folds.len() as f64;
        Self {
            accuracy_encrypted: mean(|fold| fold.accuracy_encrypted),
            accuracy_clear: mean(|fold| fold.accuracy_clear),
            accuracy_exact: mean(|fold| fold.accuracy_exact),
            auc_encrypted: mean(|fold| fold.auc_encrypted),
            auc_clear: mean(|fold| fold.auc_clear),
            auc_exact: mean(|fold| fold.auc_exact),
        }
    }

    /// How far encryption moved accuracy or AUC, whichever more; NaN when either is.
    pub(crate) fn drift(&self) -> f64 {
        let (accuracy, auc) =
            (self.accuracy_encrypted - self.accuracy_clear, self.auc_encrypted - self.auc_clear);
        // `f64::max` would lose a NaN.
        if accuracy.is_nan() || accuracy.abs() > auc.abs() { accuracy.abs() } else { auc.abs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_folds_and_its_drift() {
        let one =
            Scores { accuracy_encrypted: 0.5, accuracy_clear: 0.75, auc_clear: 0.5, ..Scores::default() };
        let two =
            Scores { accuracy_encrypted: 1.0, accuracy_clear: 0.75, auc_clear: 0.25, ..Scores::default() };
        let mean = Scores::mean(&[one, two]);
        assert_eq!((mean.accuracy_encrypted, mean.accuracy_clear, mean.auc_clear), (0.75, 0.75, 0.375));
        // Folds that differ in opposite ways make up for each other in accuracy.
        assert_eq!((one.drift(), mean.drift()), (0.5, 0.375));
    }
}
