//! What was published of encrypted training on data sets that many papers share.

use serde::Serialize;

/// Where it stands.
pub(super) const SOURCE: &str = "\
Published: Kim, Song, Kim, Lee and Cheon, \"Logistic regression model training based on the approximate homomorphic encryption\"
(BMC Medical Genomics 2018): seven steps on all rows to train on, five folds; figures as Chiang quotes them (2022).";

/// Accuracy and AUC, both in `[0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Published {
    pub(super) accuracy: f64,
    pub(super) auc: f64,
}

impl Published {
    /// Of the data set that goes by this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (accuracy, auc) = match name {
            "lbw" => (0.6919, 0.689),
            "nhanes3" => (0.7922, 0.717),
            "pcs" => (0.6827, 0.740),
            "uis" => (0.7444, 0.603),
            _ => return None,
        };
        Some(Self { accuracy, auc })
    }
}
