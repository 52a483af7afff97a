//! How good a model is: accuracy, area under the ROC curve, log-loss.
//!
//! All three read margins `w . (1, x)`, not probabilities: a margin of 40 still differs from one of 50,
//! and their probabilities do not.

use serde::Serialize;

use crate::Error;
use crate::rows::{SignedRows, check_finite};

/// The scores of one model on one set of labelled rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// The share of rows classified rightly, in `[0, 1]`.
    pub accuracy: f64,
    /// The area under the ROC curve, in `[0, 1]`.
    pub auc: f64,
    /// The mean negative log-likelihood, in nats.
    pub log_loss: f64,
}

impl Metrics {
    /// Scores margins against labels, `true` for the positive class.
    ///
    /// ```
    /// use lowtide_logreg::metrics::Metrics;
    ///
    /// let metrics = Metrics::of(&[-2.0, -0.5, 0.1, 3.0], &[false, true, false, true])?;
    /// assert_eq!((metrics.accuracy, metrics.auc), (0.5, 0.75));
    /// # Ok::<(), lowtide_logreg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoRows`], [`Error::Length`], [`Error::NotFinite`], and [`Error::OneClass`] when all
    /// labels agree.
    pub fn of(margins: &[f64], labels: &[bool]) -> Result<Self, Error> {
        Ok(Self {
            accuracy: accuracy(margins, labels)?,
            auc: auc(margins, labels)?,
            log_loss: log_loss(margins, labels)?,
        })
    }

    /// Scores weights, bias first, on rows that were scaled as those which they were found on.
    ///
    /// # Errors
    /// As [`Metrics::of`], and [`Error::Length`] unless there is a weight for each entry of a row.
    pub fn of_weights(weights: &[f64], rows: &SignedRows) -> Result<Self, Error> {
        if weights.len() != rows.width() {
            return Err(Error::Length { what: "weights", expected: rows.width(), found: weights.len() });
        }
        // The bias of a signed row is its sign.
        let signed = rows.batch(0..rows.len()).map(|z| {
            let margin: f64 = z.iter().zip(weights).map(|(x, w)| x * w).sum();
            (z[0] * margin, z[0] > 0.0)
        });
        let (margins, labels): (Vec<f64>, Vec<bool>) = signed.unzip();
        Self::of(&margins, &labels)
    }
}

/// The share of rows whose margin has the sign of their class. A margin of zero, the probability 1/2,
/// counts as negative.
///
/// # Errors
/// [`Error::NoRows`], [`Error::Length`], [`Error::NotFinite`].
pub fn accuracy(margins: &[f64], labels: &[bool]) -> Result<f64, Error> {
    check(margins, labels)?;
    let right = margins.iter().zip(labels).filter(|(u, label)| (**u > 0.0) == **label).count();
    Ok(right as f64 / margins.len() as f64)
}

/// The chance that a positive row has a larger margin than a negative one, ties counting half.
///
/// From ranks, tied ones averaged: `(R - p (p + 1) / 2) / (p n)` with `R` the sum of the ranks of the
/// `p` positive rows among `p + n` (Mann and Whitney 1947; Hanley and McNeil 1982).
///
/// # Errors
/// [`Error::NoRows`], [`Error::Length`], [`Error::NotFinite`], and [`Error::OneClass`] when all labels
/// agree.
pub fn auc(margins: &[f64], labels: &[bool]) -> Result<f64, Error> {
    check(margins, labels)?;
    let rows = labels.len();
    let positive = labels.iter().filter(|label| **label).count();
    let negative = rows - positive;
    if positive == 0 || negative == 0 {
        return Err(Error::OneClass { rows, positive: positive > 0 });
    }
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_unstable_by(|&i, &j| margins[i].total_cmp(&margins[j]));
    // Twice the rank sum, in integers: exact. Ranks count from 1; a tie over [start, end) has the mean
    // rank (start + 1 + end) / 2.
    let (mut doubled, mut start) = (0u128, 0);
    for tied in order.chunk_by(|&i, &j| margins[i] == margins[j]) {
        let end = start + tied.len();
        let positives = tied.iter().filter(|&&i| labels[i]).count();
        doubled += positives as u128 * (start + 1 + end) as u128;
        start = end;
    }
    let (p, n) = (positive as u128, negative as u128);
    Ok((doubled - p * (p + 1)) as f64 / (2 * p * n) as f64)
}

/// The mean of `ln(1 + e^(-y u))`, without overflow for any margin and without loss for small ones.
///
/// # Errors
/// [`Error::NoRows`], [`Error::Length`], [`Error::NotFinite`].
pub fn log_loss(margins: &[f64], labels: &[bool]) -> Result<f64, Error> {
    check(margins, labels)?;
    let loss = |(u, label): (&f64, &bool)| softplus(if *label { -u } else { *u });
    Ok(margins.iter().zip(labels).map(loss).sum::<f64>() / margins.len() as f64)
}

/// `ln(1 + e^x)`.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn check(margins: &[f64], labels: &[bool]) -> Result<(), Error> {
    if labels.is_empty() {
        return Err(Error::NoRows);
    }
    if margins.len() != labels.len() {
        return Err(Error::Length { what: "margins", expected: labels.len(), found: margins.len() });
    }
    check_finite("margins", margins)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_answers() {
        // scikit-learn's documentation of roc_auc_score: scores 0.1, 0.4, 0.35, 0.8.
        let labels = [false, false, true, true];
        assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &labels).unwrap(), 0.75);
        assert_eq!(auc(&[1.0, 2.0, 3.0, 4.0], &labels).unwrap(), 1.0);
        assert_eq!(auc(&[4.0, 3.0, 2.0, 1.0], &labels).unwrap(), 0.0);
        assert_eq!(auc(&[7.0; 4], &labels).unwrap(), 0.5);
        assert_eq!(auc(&[0.0, -0.0, 0.0, -0.0], &labels).unwrap(), 0.5);
        assert_eq!(accuracy(&[-1.0, 0.0, 0.0, 2.0], &labels).unwrap(), 0.75);
        assert!((log_loss(&[0.0; 4], &labels).unwrap() - 2f64.ln()).abs() < 1e-15);
        let confident = log_loss(&[-1000.0, 1000.0, 1000.0, 1000.0], &labels).unwrap();
        assert_eq!(confident, 250.0);
        let tiny = log_loss(&[-50.0], &[false]).unwrap();
        assert!((tiny / (-50f64).exp() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn weights_are_scored_by_the_margins_of_rows() {
        let (values, labels) = ([-2.0, -0.5, 0.1, 3.0], [false, true, false, true]);
        let rows = SignedRows::new(&values, 1, &labels).unwrap();
        let margins = values.map(|x| 0.25 + 2.0 * x);
        assert_eq!(
            Metrics::of_weights(&[0.25, 2.0], &rows).unwrap(),
            Metrics::of(&margins, &labels).unwrap()
        );
        let short = Metrics::of_weights(&[0.25], &rows);
        assert!(matches!(short, Err(Error::Length { expected: 2, found: 1, .. })));
    }

    #[test]
    fn refusals_name_the_values() {
        assert!(matches!(Metrics::of(&[], &[]), Err(Error::NoRows)));
        assert!(matches!(
            Metrics::of(&[1.0], &[true, false]),
            Err(Error::Length { expected: 2, found: 1, .. })
        ));
        assert!(matches!(
            Metrics::of(&[1.0, f64::NAN], &[true, false]),
            Err(Error::NotFinite { index: 1, .. })
        ));
        let one = Metrics::of(&[1.0, 2.0], &[true, true]).unwrap_err();
        assert_eq!(one.to_string(), "all 2 rows are positive: score on rows of both classes");
    }

    proptest! {
        /// Few distinct margins, so that ties are common.
        #[test]
        fn auc_counts_pairs(rows in prop::collection::vec((-4i32..5, any::<bool>()), 2..80)) {
            let margins: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 2.0).collect();
            let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let (mut won, mut pairs) = (0.0, 0.0);
            for (u, _) in margins.iter().zip(&labels).filter(|row| *row.1) {
                for (v, _) in margins.iter().zip(&labels).filter(|row| !*row.1) {
                    pairs += 1.0;
                    won += if u > v { 1.0 } else if u < v { 0.0 } else { 0.5 };
                }
            }
            prop_assume!(pairs > 0.0);
            prop_assert!((auc(&margins, &labels).unwrap() - won / pairs).abs() < 1e-12);
            // Turning every margin over turns the curve over.
            let turned: Vec<f64> = margins.iter().map(|u| -u).collect();
            prop_assert!((auc(&turned, &labels).unwrap() + won / pairs - 1.0).abs() < 1e-12);
        }

        #[test]
        fn log_loss_is_the_mean_of_minus_log_probability(
            rows in prop::collection::vec((-30.0f64..30.0, any::<bool>()), 1..40)
        ) {
            let (margins, labels): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
            let probability = |(u, label): &(f64, bool)| crate::sigmoid::sigmoid(if *label { *u } else { -u });
            let direct = -rows.iter().map(|row| probability(row).ln()).sum::<f64>() / rows.len() as f64;
            prop_assert!((log_loss(&margins, &labels).unwrap() - direct).abs() < 1e-12 * (1.0 + direct));
        }
    }
}
