//! Rows of numbers under named columns.

use crate::{Error, Scaling};
use std::collections::HashMap;

/// Named features, row after row. Every value is finite, every name is distinct and not empty.
///
/// Each row remembers its number in the source it came from (the line of a CSV file, counted from 1; the
/// item of an IDX file or of a table made in memory, counted from 0), also after selecting and shuffling.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    names: Vec<String>,
    features: Vec<f64>,
    sources: Vec<u64>,
}

impl Table {
    /// A table from row-major values: `names.len()` of them a row.
    ///
    /// # Errors
    /// [`Error::NoColumns`], [`Error::UnnamedColumn`] or [`Error::DuplicateColumn`] when the names do not
    /// tell the columns apart; [`Error::PartialRow`] when the values do not fill whole rows;
    /// [`Error::NonFinite`] when one is NaN or infinite.
    pub fn new(names: Vec<String>, features: Vec<f64>) -> Result<Self, Error> {
        check_names(&names)?;
        if names.is_empty() {
            return Err(Error::NoColumns);
        }
        if !features.len().is_multiple_of(names.len()) {
            return Err(Error::PartialRow { values: features.len(), columns: names.len() });
        }
        if let Some(at) = features.iter().position(|value| !value.is_finite()) {
            let (row, column) = ((at / names.len()) as u64, names[at % names.len()].clone());
            return Err(Error::NonFinite { row, column, value: features[at] });
        }
        let sources = (0..(features.len() / names.len()) as u64).collect();
        Ok(Self { names, features, sources })
    }

    /// A table from parts that a reader has checked.
    pub(crate) fn from_checked(names: Vec<String>, features: Vec<f64>, sources: Vec<u64>) -> Self {
        debug_assert_eq!(features.len(), names.len() * sources.len());
        Self { names, features, sources }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.sources.len()
    }

    /// How many features a row has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// The name of each feature.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All values, row-major: row `i` is at `i * columns() .. (i + 1) * columns()`.
    #[must_use]
    pub fn features(&self) -> &[f64] {
        &self.features
    }

    /// The features of row `i`.
    ///
    /// # Panics
    /// When `i >= rows()`.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.features[i * self.columns()..(i + 1) * self.columns()]
    }

    /// Every row in turn.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        (0..self.rows()).map(|i| self.row(i))
    }

    /// The number of row `i` in its source: see [`Table`].
    ///
    /// # Panics
    /// When `i >= rows()`.
    #[must_use]
    pub fn source(&self, i: usize) -> u64 {
        self.sources[i]
    }

    /// The rows at `indices`, in that order. An index may come twice.
    ///
    /// # Panics
    /// When an index is not below `rows()`.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        let features = indices.iter().flat_map(|&i| self.row(i)).copied().collect();
        let sources = indices.iter().map(|&i| self.sources[i]).collect();
        Self { names: self.names.clone(), features, sources }
    }

    /// The same rows with `scaling` applied.
    ///
    /// # Errors
    /// [`Error::ColumnMismatch`] when the scaling was fitted to another number of columns;
    /// [`Error::Overflow`] when a scaled value leaves the range of `f64`.
    pub fn scaled(&self, scaling: &Scaling) -> Result<Self, Error> {
        let mut scaled = self.clone();
        scaling.check_columns(self.columns())?;
        for (row, &source) in scaled.features.chunks_exact_mut(self.columns()).zip(&self.sources) {
            if let Err(column) = scaling.apply(row) {
                return Err(Error::Overflow { row: source, column: self.names[column].clone() });
            }
        }
        Ok(scaled)
    }
}

/// Holds names to being there and distinct.
pub(crate) fn check_names(names: &[String]) -> Result<(), Error> {
    let mut seen = HashMap::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(Error::UnnamedColumn { column: i + 1 });
        }
        if let Some(first) = seen.insert(name, i) {
            return Err(Error::DuplicateColumn { name: name.clone(), first: first + 1, second: i + 1 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new(vec!["a".into(), "b".into()], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap()
    }

    #[test]
    fn rows_and_columns() {
        let table = table();
        assert_eq!((table.rows(), table.columns()), (3, 2));
        assert_eq!(table.row(1), [3.0, 4.0]);
        assert_eq!(table.iter().map(|row| row[0]).collect::<Vec<_>>(), [1.0, 3.0, 5.0]);
    }

    #[test]
    fn selected_rows_remember_their_source() {
        let picked = table().select(&[2, 0, 2]).select(&[0, 1]);
        assert_eq!(picked.features(), [5.0, 6.0, 1.0, 2.0]);
        assert_eq!((picked.source(0), picked.source(1)), (2, 0));
    }

    #[test]
    fn names_and_shape_are_checked() {
        let new = |names: &[&str], features: &[f64]| {
            Table::new(names.iter().map(ToString::to_string).collect(), features.to_vec())
        };
        assert!(matches!(new(&[], &[]), Err(Error::NoColumns)));
        assert!(matches!(new(&["a", ""], &[]), Err(Error::UnnamedColumn { column: 2 })));
        assert!(matches!(
            new(&["a", "b", "a"], &[]),
            Err(Error::DuplicateColumn { first: 1, second: 3, name }) if name == "a"
        ));
        assert!(matches!(new(&["a", "b"], &[1.0]), Err(Error::PartialRow { values: 1, columns: 2 })));
        assert!(matches!(
            new(&["a", "b"], &[1.0, 2.0, 3.0, f64::NAN]),
            Err(Error::NonFinite { row: 1, column, .. }) if column == "b"
        ));
        assert_eq!(new(&["a", "b"], &[]).unwrap().rows(), 0);
    }
}
