//! Rows with a label each.

use crate::table::check_names;
use crate::{Error, Scaling, Table, permutation};
use serde::{Deserialize, Serialize};

/// Which of the two classes a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// -1 to the trainer.
    Negative,
    /// +1 to the trainer.
    Positive,
}

impl Label {
    /// -1.0 or +1.0.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Negative => -1.0,
            Self::Positive => 1.0,
        }
    }
}

/// What the labels are called: the column they stand in, and its two values as the source spells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classes {
    /// The name of the label column.
    pub column: String,
    /// The value that means -1.
    pub negative: String,
    /// The value that means +1.
    pub positive: String,
}

impl Classes {
    /// What the source calls this label.
    #[must_use]
    pub fn name(&self, label: Label) -> &str {
        match label {
            Label::Negative => &self.negative,
            Label::Positive => &self.positive,
        }
    }
}

/// The columns that a model was trained on: keep it with the model, and read later files by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// The label column and its values.
    pub classes: Classes,
}

impl Schema {
    /// Holds a schema, which may come from a file, to what one made from a table always is.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.features.is_empty() { Err(Error::NoColumns) } else { check_names(&self.features) }
    }
}

/// A [`Table`] with a label for each row.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    table: Table,
    labels: Vec<Label>,
    classes: Classes,
}

impl Dataset {
    /// A data set from a table and one label a row.
    ///
    /// # Errors
    /// [`Error::LabelCount`] when there is not one label for each row.
    pub fn new(table: Table, labels: Vec<Label>, classes: Classes) -> Result<Self, Error> {
        if table.rows() != labels.len() {
            return Err(Error::LabelCount { rows: table.rows(), labels: labels.len() });
        }
        Ok(Self { table, labels, classes })
    }

    /// The rows without their labels.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.table.rows()
    }

    /// How many features a row has; the label is none of them.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.table.columns()
    }

    /// The name of each feature.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.table.names()
    }

    /// All features, row-major.
    #[must_use]
    pub fn features(&self) -> &[f64] {
        self.table.features()
    }

    /// The features of row `i`.
    ///
    /// # Panics
    /// When `i >= rows()`.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        self.table.row(i)
    }

    /// The label of row `i`, as -1.0 or +1.0.
    ///
    /// # Panics
    /// When `i >= rows()`.
    #[must_use]
    pub fn label(&self, i: usize) -> f64 {
        self.labels[i].sign()
    }

    /// Every label in turn; [`Label::sign`] makes it a number.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// What the labels are called.
    #[must_use]
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// The number of row `i` in its source: see [`Table`].
    ///
    /// # Panics
    /// When `i >= rows()`.
    #[must_use]
    pub fn source(&self, i: usize) -> u64 {
        self.table.source(i)
    }

    /// What a model trained on these rows must remember to read others.
    #[must_use]
    pub fn schema(&self) -> Schema {
        Schema { features: self.names().to_vec(), classes: self.classes.clone() }
    }

    /// How many rows carry this label.
    #[must_use]
    pub fn count(&self, label: Label) -> usize {
        self.labels.iter().filter(|&&each| each == label).count()
    }

    /// The rows at `indices`, in that order. An index may come twice.
    ///
    /// # Panics
    /// When an index is not below `rows()`.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let labels = indices.iter().map(|&i| self.labels[i]).collect();
        Self { table: self.table.select(indices), labels, classes: self.classes.clone() }
    }

    /// The same rows in the order that `seed` decides, now and in every later version.
    #[must_use]
    pub fn shuffle(&self, seed: u64) -> Self {
        self.select(&permutation(self.rows(), seed))
    }

    /// Two shuffled parts, `share` of each class in the second, so that both keep the balance of the
    /// whole: `let (train, test) = data.split(0.2, seed)?`.
    ///
    /// A class of `n` rows gives `share * n` of them, rounded, but at least 1 and at most `n - 1`.
    ///
    /// # Errors
    /// [`Error::ShareOutOfRange`] when `share` is not between 0 and 1; [`Error::TooFewToSplit`] when a
    /// class has fewer than two rows.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Self, Self), Error> {
        if !(share > 0.0 && share < 1.0) {
            return Err(Error::ShareOutOfRange { share });
        }
        let mut wanted = [Label::Negative, Label::Positive].map(|label| (label, self.count(label)));
        for (label, rows) in &mut wanted {
            if *rows < 2 {
                return Err(Error::TooFewToSplit { class: self.classes.name(*label).into(), rows: *rows });
            }
            *rows = ((share * *rows as f64).round() as usize).clamp(1, *rows - 1);
        }
        let (second, first): (Vec<_>, Vec<_>) = permutation(self.rows(), seed).into_iter().partition(|&i| {
            let left = &mut wanted[usize::from(self.labels[i] == Label::Positive)].1;
            let taken = *left > 0;
            *left -= usize::from(taken);
            taken
        });
        Ok((self.select(&first), self.select(&second)))
    }

    /// Shuffled folds for cross-validation: `count` pairs of rows to train on and rows to test with, such that each row is
    /// tested with once. Sizes differ by at most one row, and so do those of a class.
    ///
    /// # Errors
    /// [`Error::FoldCount`] when there are fewer than two, or more than rows of a class.
    pub fn folds(&self, count: usize, seed: u64) -> Result<Vec<(Self, Self)>, Error> {
        let least = self.count(Label::Negative).min(self.count(Label::Positive));
        if count < 2 || count > least {
            return Err(Error::FoldCount { count, least });
        }
        let order = permutation(self.rows(), seed);
        // One class is dealt after the other, and the second goes on where the first ended.
        let of = |label| order.iter().filter(move |&&i| self.labels[i] == label);
        let dealt = of(Label::Negative).chain(of(Label::Positive)).enumerate();
        let mut fold = vec![0; self.rows()];
        dealt.for_each(|(place, &i)| fold[i] = place % count);
        let pair = |tested: usize| {
            let (test, train): (Vec<_>, Vec<_>) = order.iter().partition(|&&i| fold[i] == tested);
            (self.select(&train), self.select(&test))
        };
        Ok((0..count).map(pair).collect())
    }

    /// The same rows with `scaling` applied to their features.
    ///
    /// # Errors
    /// As [`Table::scaled`].
    pub fn scaled(&self, scaling: &Scaling) -> Result<Self, Error> {
        let table = self.table.scaled(scaling)?;
        Ok(Self { table, labels: self.labels.clone(), classes: self.classes.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `negative` rows, then `positive` rows, each holding its own number.
    fn numbered(negative: usize, positive: usize) -> Dataset {
        let values = (0..negative + positive).map(|i| i as f64).collect();
        let labels = (0..negative + positive)
            .map(|i| if i < negative { Label::Negative } else { Label::Positive })
            .collect();
        let classes = Classes { column: "y".into(), negative: "no".into(), positive: "yes".into() };
        Dataset::new(Table::new(vec!["x".into()], values).unwrap(), labels, classes).unwrap()
    }

    #[test]
    fn one_label_for_each_row() {
        let data = numbered(2, 3);
        let error = Dataset::new(data.table().clone(), vec![Label::Positive], data.classes().clone());
        assert!(matches!(error, Err(Error::LabelCount { rows: 5, labels: 1 })));
    }

    #[test]
    fn shuffling_moves_row_label_and_source_together() {
        let data = numbered(20, 30).shuffle(7);
        assert_eq!((data.count(Label::Negative), data.count(Label::Positive)), (20, 30));
        for i in 0..data.rows() {
            assert_eq!(data.row(i)[0], data.source(i) as f64);
            assert_eq!(data.label(i), if data.source(i) < 20 { -1.0 } else { 1.0 });
        }
        assert_eq!(data, numbered(20, 30).shuffle(7));
        assert_ne!(data, numbered(20, 30).shuffle(8));
    }

    #[test]
    fn a_split_needs_two_rows_of_each_class() {
        let error = numbered(5, 1).split(0.5, 0).unwrap_err();
        assert!(matches!(&error, Error::TooFewToSplit { class, rows: 1 } if class == "yes"));
        for share in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(matches!(numbered(5, 5).split(share, 0), Err(Error::ShareOutOfRange { .. })));
        }
    }

    #[test]
    fn folds_need_a_row_of_each_class_in_each() {
        for count in [0, 1, 4] {
            let error = numbered(9, 3).folds(count, 0).unwrap_err();
            assert!(matches!(error, Error::FoldCount { least: 3, .. }), "{error}");
        }
        assert_eq!(numbered(9, 3).folds(3, 5).unwrap(), numbered(9, 3).folds(3, 5).unwrap());
    }

    proptest! {
        #[test]
        fn each_row_is_tested_with_in_one_fold_and_trained_on_in_the_others(
            negative in 5usize..40, positive in 5usize..40, count in 2usize..6, seed: u64,
        ) {
            let whole = numbered(negative, positive);
            let mut tested: Vec<u64> = Vec::new();
            for (train, test) in whole.folds(count, seed).unwrap() {
                let mut rows: Vec<u64> = (0..test.rows()).map(|i| test.source(i)).collect();
                tested.extend(&rows);
                rows.extend((0..train.rows()).map(|i| train.source(i)));
                rows.sort_unstable();
                prop_assert!(rows.into_iter().eq(0..whole.rows() as u64));
                prop_assert!((test.rows() * count).abs_diff(whole.rows()) < count);
                for label in [Label::Negative, Label::Positive] {
                    prop_assert!((test.count(label) * count).abs_diff(whole.count(label)) < count);
                }
            }
            tested.sort_unstable();
            prop_assert!(tested.into_iter().eq(0..whole.rows() as u64));
        }

        #[test]
        fn a_split_keeps_every_row_and_the_balance(
            negative in 2usize..40, positive in 2usize..40, share in 0.01..0.99, seed: u64,
        ) {
            let (first, second) = numbered(negative, positive).split(share, seed).unwrap();
            let mut rows: Vec<u64> = (0..first.rows()).map(|i| first.source(i)).collect();
            rows.extend((0..second.rows()).map(|i| second.source(i)));
            rows.sort_unstable();
            prop_assert!(rows.into_iter().eq(0..(negative + positive) as u64));
            for (label, of) in [(Label::Negative, negative), (Label::Positive, positive)] {
                prop_assert!(first.count(label) > 0 && second.count(label) > 0);
                prop_assert!((second.count(label) as f64 - share * of as f64).abs() <= 1.0);
            }
        }
    }
}
