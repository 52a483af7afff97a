//! The orientations of vectors as types, so that a product with the wrong one does not compile.
//!
//! ```compile_fail
//! # use {lowtide_circuit::Builder, lowtide_linalg::{Layout, Tile}};
//! # let (tile, b) = (Tile::new(32, 4, true).unwrap(), Builder::new(32));
//! let x = Layout::row_indexed(tile, 4)?.input(&b, "x")?;
//! let y = Layout::column_indexed(tile, 4)?.input(&b, "y")?;
//! let sum = (&x + &y)?; // `(&x + &y.turned())?` is what exists.
//! # Ok::<(), lowtide_linalg::Error>(())
//! ```

use std::fmt::Debug;

use crate::{Extent, Orientation, Tile};

mod sealed {
    pub trait Sealed {}
}

/// What a vector is indexed by.
pub trait Axis: sealed::Sealed + Copy + Eq + Debug + 'static {
    /// The entries of a tile.
    #[must_use]
    fn block(tile: &Tile) -> usize;

    /// Which entry of its tile lies at `(row, column)`, if one does.
    #[must_use]
    fn entry(row: usize, column: usize) -> Option<usize>;

    /// A vector of so many entries.
    #[must_use]
    fn extent(length: usize) -> Extent;
}

/// `x[i]` at `(i, k)` in every column `k < C`: what the columns of a matrix sum to, and what meets its rows. The right half
/// of a half tile may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowIndexed {}

/// `y[k]` at `(i, k)` in every row `i`: what the rows of a matrix sum to, and what meets its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnIndexed {}

/// `x[i]` at `(i, 0)`, and anything in the other columns: what the columns of a matrix sum to before a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstColumn {}

/// An axis whose vectors are copied all over their tiles.
pub trait Spread: Axis {
    /// The axis that a turned vector has.
    type Other: Spread;
    /// The same as a value.
    const ORIENTATION: Orientation;
}

impl sealed::Sealed for RowIndexed {}
impl sealed::Sealed for ColumnIndexed {}
impl sealed::Sealed for FirstColumn {}

impl Axis for RowIndexed {
    fn block(tile: &Tile) -> usize {
        tile.rows()
    }
    fn entry(row: usize, _: usize) -> Option<usize> {
        Some(row)
    }
    fn extent(length: usize) -> Extent {
        Extent::RowIndexed { length }
    }
}

impl Axis for ColumnIndexed {
    fn block(tile: &Tile) -> usize {
        tile.columns()
    }
    fn entry(_: usize, column: usize) -> Option<usize> {
        Some(column)
    }
    fn extent(length: usize) -> Extent {
        Extent::ColumnIndexed { length }
    }
}

impl Axis for FirstColumn {
    fn block(tile: &Tile) -> usize {
        tile.rows()
    }
    fn entry(row: usize, column: usize) -> Option<usize> {
        (column == 0).then_some(row)
    }
    fn extent(length: usize) -> Extent {
        Extent::FirstColumn { length }
    }
}

impl Spread for RowIndexed {
    type Other = ColumnIndexed;
    const ORIENTATION: Orientation = Orientation::Row;
}

impl Spread for ColumnIndexed {
    type Other = RowIndexed;
    const ORIENTATION: Orientation = Orientation::Column;
}
