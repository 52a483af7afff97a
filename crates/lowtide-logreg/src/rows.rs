//! Rows ready for training, and their division into mini-batches.

use std::{borrow::Cow, ops::Range};

use crate::Error;

/// Rows `z_j = y_j (1, x_j)` with `y_j` in {-1, +1}: bias first, and the label's sign on every entry.
///
/// The margin of a row is then `z_j . w`, positive when the model is right, whatever the class.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedRows {
    width: usize,
    /// Row after row.
    entries: Vec<f64>,
    /// What a row of the negative and of the positive class weighs in gradients.
    class_weights: Option<[f64; 2]>,
}

impl SignedRows {
    /// Joins features, row after row, with labels, `true` for the positive class.
    ///
    /// # Errors
    /// [`Error::NoRows`] without labels; [`Error::Length`] unless there are `labels.len() * features`
    /// values; [`Error::NotFinite`] when one is NaN or infinite.
    pub fn new(values: &[f64], features: usize, labels: &[bool]) -> Result<Self, Error> {
        if labels.is_empty() {
            return Err(Error::NoRows);
        }
        let expected = labels.len() * features;
        if values.len() != expected {
            return Err(Error::Length { what: "feature values", expected, found: values.len() });
        }
        check_finite("feature values", values)?;
        let mut entries = Vec::with_capacity(expected + labels.len());
        for (j, label) in labels.iter().enumerate() {
            let sign = if *label { 1.0 } else { -1.0 };
            entries.push(sign);
            entries.extend(values[j * features..(j + 1) * features].iter().map(|x| sign * x));
        }
        Ok(Self { width: features + 1, entries, class_weights: None })
    }

    /// The same rows with weights for the negative and the positive class: how much a row of the class counts in the gradient.
    /// Who trains sees that there are weights, and not which.
    ///
    /// # Errors
    /// [`Error::ClassWeight`] unless both are above zero and finite.
    pub fn with_class_weights(self, negative: f64, positive: f64) -> Result<Self, Error> {
        match [negative, positive].into_iter().find(|weight| !(weight.is_finite() && *weight > 0.0)) {
            Some(weight) => Err(Error::ClassWeight { weight }),
            None => Ok(Self { class_weights: Some([negative, positive]), ..self }),
        }
    }

    /// The same rows with weights that make up for a class that is rare: `rows / (2 rows of the class)`.
    ///
    /// # Errors
    /// [`Error::ClassWeight`] when there is but one class.
    pub fn with_balanced_classes(self) -> Result<Self, Error> {
        let positive = self.batch(0..self.len()).filter(|z| z[0] > 0.0).count();
        let weight = |count: usize| self.len() as f64 / (2 * count) as f64;
        let (negative, positive) = (weight(self.len() - positive), weight(positive));
        self.with_class_weights(negative, positive)
    }

    /// Whether classes have weights.
    pub fn is_weighted(&self) -> bool {
        self.class_weights.is_some()
    }

    /// What one of the rows counts in the gradient: 1 without class weights. The bias of a row is its sign.
    pub fn class_weight(&self, row: &[f64]) -> f64 {
        self.class_weights.map_or(1.0, |weights| weights[usize::from(row[0] > 0.0)])
    }

    /// The rows with each entry divided by its unit. Weights that are trained on them go back by [`undivide`].
    pub(crate) fn divided(&self, units: &[f64]) -> Cow<'_, Self> {
        let mut divided = Cow::Borrowed(self);
        if units.iter().any(|unit| *unit != 1.0) {
            let divide = |row: &mut [f64]| row.iter_mut().zip(units).for_each(|(x, unit)| *x /= unit);
            divided.to_mut().entries.chunks_exact_mut(self.width).for_each(divide);
        }
        divided
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.entries.len() / self.width
    }

    /// Never: there is at least one row.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries of a row: the features and the bias.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Row `j`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, j: usize) -> &[f64] {
        &self.entries[j * self.width..(j + 1) * self.width]
    }

    /// The rows of a batch.
    ///
    /// # Panics
    /// When the batch reaches past the last row.
    pub fn batch(&self, rows: Range<usize>) -> impl ExactSizeIterator<Item = &[f64]> {
        self.entries[rows.start * self.width..rows.end * self.width].chunks_exact(self.width)
    }
}

/// How rows are divided: `ceil(rows / m)` mini-batches of neighbouring rows, whose sizes differ by at
/// most one; batch `b` of `count` is `[b rows / count, (b + 1) rows / count)`. Step `i` trains on batch
/// `i mod count`.
///
/// Rows that arrive sorted by class should be shuffled first.
///
/// ```
/// use lowtide_logreg::rows::Batches;
///
/// let batches = Batches::new(10, 4)?;
/// let sizes: Vec<_> = batches.iter().map(|batch| batch.len()).collect();
/// assert_eq!(sizes, [3, 3, 4]);
/// assert_eq!(batches.of_step(3), batches.of_step(0));
/// # Ok::<(), lowtide_logreg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    rows: usize,
    count: usize,
}

impl Batches {
    /// Divides `rows` rows into batches of at most `m`.
    ///
    /// # Errors
    /// [`Error::NoRows`] or [`Error::EmptyBatch`] when either is 0.
    pub fn new(rows: usize, m: usize) -> Result<Self, Error> {
        match (rows, m) {
            (0, _) => Err(Error::NoRows),
            (_, 0) => Err(Error::EmptyBatch),
            _ => Ok(Self { rows, count: rows.div_ceil(m) }),
        }
    }

    /// How many batches there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many rows there are in all.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The size of the largest batch, at most the `m` asked for.
    pub fn largest(&self) -> usize {
        self.rows.div_ceil(self.count)
    }

    /// Every batch in turn, as a range of rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let batches = *self;
        (0..batches.count).map(move |b| batches.of_step(b))
    }

    /// The batch of step `i`, as a range of rows.
    pub fn of_step(&self, i: usize) -> Range<usize> {
        let start = |b: usize| (b as u128 * self.rows as u128 / self.count as u128) as usize;
        let b = i % self.count;
        start(b)..start(b + 1)
    }
}

/// Weights on entries that were divided, bias first, become weights on the entries as they were; the margins are the same.
pub(crate) fn undivide(weights: &mut [f64], units: &[f64]) {
    weights.iter_mut().zip(units).for_each(|(weight, unit)| *weight /= unit);
}

/// Every value finite, or the first that is not.
pub(crate) fn check_finite(what: &'static str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(Error::NotFinite { what, index, value: values[index] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_sign_the_rows() {
        let rows = SignedRows::new(&[1.0, 2.0, 3.0, 4.0], 2, &[true, false]).unwrap();
        assert_eq!((rows.len(), rows.width()), (2, 3));
        assert_eq!(rows.row(0), [1.0, 1.0, 2.0]);
        assert_eq!(rows.row(1), [-1.0, -3.0, -4.0]);
        assert_eq!(rows.batch(0..2).collect::<Vec<_>>(), [rows.row(0), rows.row(1)]);
    }

    #[test]
    fn refuses_rows_that_do_not_fit() {
        assert!(matches!(SignedRows::new(&[], 2, &[]), Err(Error::NoRows)));
        let ragged = SignedRows::new(&[1.0, 2.0, 3.0], 2, &[true, false]);
        assert!(matches!(ragged, Err(Error::Length { expected: 4, found: 3, .. })));
        let nan = SignedRows::new(&[1.0, f64::NAN], 1, &[true, false]);
        assert!(matches!(nan, Err(Error::NotFinite { index: 1, .. })));
        assert!(matches!(Batches::new(0, 4), Err(Error::NoRows)));
        assert!(matches!(Batches::new(4, 0), Err(Error::EmptyBatch)));
    }

    proptest! {
        #[test]
        fn batches_cover_every_row_once_and_evenly(rows in 1usize..5000, m in 1usize..600) {
            let batches = Batches::new(rows, m).unwrap();
            prop_assert_eq!(batches.count(), rows.div_ceil(m));
            let mut next = 0;
            for batch in batches.iter() {
                prop_assert_eq!(batch.start, next);
                prop_assert!(batch.len() <= m && batch.len() <= batches.largest());
                prop_assert!(batch.len() + 1 >= batches.largest() && !batch.is_empty());
                next = batch.end;
            }
            prop_assert_eq!(next, rows);
            prop_assert_eq!(batches.of_step(batches.count() + 1), batches.of_step(1));
        }
    }
}
