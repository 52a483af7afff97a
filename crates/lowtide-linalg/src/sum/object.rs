//! Sums of whole objects.

use lowtide_circuit::Wire;

use super::{columns, copy_columns, double, first_column, of, rows};
use crate::{
    ColumnIndexed, Error, FirstColumn, Matrix, Orientation, RowIndexed, Scalar, ScalarShape, Spread, Vector,
    VectorShape,
};

/// The sum of all rows of several matrices with equally many columns. Blocks are added up before anything is turned, so that
/// however many there are, rotations are those of one: `log2 R` a block of columns. Levels: none.
///
/// # Errors
/// [`Error::Empty`] of none, [`Error::Tiles`] or [`Error::Shapes`] for another tile or another number of columns.
pub fn rows_of_all(matrices: &[&Matrix]) -> Result<Vector<ColumnIndexed>, Error> {
    let first = *matrices.first().ok_or(Error::Empty)?;
    let cure = "all must have as many columns";
    matrices
        .iter()
        .try_for_each(|it| first.fits(*it, "the sum of rows", (first.columns(), it.columns()), cure))?;
    let block = |k| rows(first.tile(), &stack(matrices.iter().flat_map(|it| column(it, k))));
    Ok(first.make(VectorShape::new(first.columns()), (0..first.column_blocks()).map(block).collect()))
}

/// The sum of all columns of several matrices with equally many rows. Blocks are added up before anything is turned, so that
/// however many there are, levels and rotations are those of one: a block of rows takes what [`columns`] says of a tile.
///
/// # Errors
/// [`Error::Empty`] of none, [`Error::Tiles`] or [`Error::Shapes`] for another tile or another number of rows.
pub fn columns_of_all(matrices: &[&Matrix]) -> Result<Vector<RowIndexed>, Error> {
    let first = *matrices.first().ok_or(Error::Empty)?;
    let cure = "all must have as many rows";
    matrices
        .iter()
        .try_for_each(|it| first.fits(*it, "the sum of columns", (first.rows(), it.rows()), cure))?;
    let block = |i| columns(first.builder(), first.tile(), &stack(matrices.iter().flat_map(|it| row(it, i))));
    Ok(first.make(VectorShape::new(first.rows()), (0..first.row_blocks()).map(block).collect()))
}

impl Matrix {
    /// The sum of its rows. Levels: none. Rotations: `log2 R` a block of columns.
    #[must_use]
    pub fn sum_rows(&self) -> Vector<ColumnIndexed> {
        rows_of_all(&[self]).expect("it fits itself")
    }

    /// The sum of its columns. Levels: none in half tiles, 1 in full ones (none with `C = 1`). A block of rows takes
    ///
    /// * half tiles: `1 + log2 C` rotations,
    /// * full tiles: `2 log2 C` rotations and a public product, the mask.
    #[must_use]
    pub fn sum_columns(&self) -> Vector<RowIndexed> {
        columns_of_all(&[self]).expect("it fits itself")
    }

    /// The sum of its columns, left in the first column without a mask. Levels: none. Rotations: `log2 C` a block of rows.
    ///
    /// Such sums can be added up and multiplied before [`Vector::spread`] brings them to all columns.
    #[must_use]
    pub fn sum_columns_unmasked(&self) -> Vector<FirstColumn> {
        let block = |i| first_column(self.tile(), &stack(row(self, i)));
        self.make(VectorShape::new(self.rows()), (0..self.row_blocks()).map(block).collect())
    }
}

impl Vector<FirstColumn> {
    /// Copied to all columns, behind a mask. Levels: 1. A block takes `log2 C` rotations and a public product.
    #[must_use]
    pub fn spread(&self) -> Vector<RowIndexed> {
        self.spread_times(1.0)
    }

    /// As [`Vector::spread`], times a public factor, which the mask takes along for nothing.
    #[must_use]
    pub fn spread_times(&self, factor: f64) -> Vector<RowIndexed> {
        let mask: Vec<f64> = self.tile().first_column().into_iter().map(|one| one * factor).collect();
        let mask = self.builder().vector(mask);
        let tiles = self.tiles().iter().map(|x| copy_columns(self.tile(), &(x * &mask)));
        self.make(VectorShape::new(self.length()), tiles.collect())
    }
}

impl<A: Spread> Vector<A> {
    /// The sum of its entries. Levels: none. Rotations: `log2 R` of a row-indexed vector, `log2 W` of a column-indexed one.
    #[must_use]
    pub fn sum(&self) -> Scalar {
        let (tile, all) = (self.tile(), stack(self.tiles().iter().cloned()));
        let sum = match A::ORIENTATION {
            Orientation::Row => rows(tile, &all),
            // Every row holds the same, so that what comes in from the next one is what went out of this one.
            Orientation::Column => double(&all, 1, tile.width() as i64),
        };
        self.make(ScalarShape, vec![sum])
    }
}

/// The tiles of a block of columns.
pub(super) fn column(matrix: &Matrix, block: usize) -> impl Iterator<Item = Wire> {
    (0..matrix.row_blocks()).map(move |i| matrix.at(i, block).clone())
}

/// The tiles of a block of rows.
pub(super) fn row(matrix: &Matrix, block: usize) -> impl Iterator<Item = Wire> {
    (0..matrix.column_blocks()).map(move |k| matrix.at(block, k).clone())
}

/// The sum of some tiles.
pub(super) fn stack(tiles: impl Iterator<Item = Wire>) -> Wire {
    let tiles: Vec<Wire> = tiles.collect();
    of(&tiles).expect("a matrix has tiles")
}
