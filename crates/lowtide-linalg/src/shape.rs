//! What kinds of objects there are, and where their numbers lie.

use std::{fmt, fmt::Debug, marker::PhantomData};

use crate::{Axis, Tile};

mod sealed {
    pub trait Sealed {}
}

/// The shape of an object: how many numbers it has, and where they lie in its tiles.
pub trait Shape: sealed::Sealed + Copy + Eq + Debug + 'static {
    /// How many numbers it has.
    #[must_use]
    fn numbers(&self) -> usize;

    /// How many tiles it takes.
    #[must_use]
    fn tiles(&self, tile: &Tile) -> usize;

    /// Which of its numbers lies in tile `block` at `(row, column)`, `column < C`, if one does.
    #[must_use]
    fn number(&self, tile: &Tile, block: usize, row: usize, column: usize) -> Option<usize>;

    /// Kind and size as a value.
    #[must_use]
    fn extent(&self) -> Extent;

    /// The shape of a kind and size, if it is of this kind.
    #[must_use]
    fn of_extent(extent: Extent) -> Option<Self>;
}

/// Of a scalar: one number at every `(i, k)`, `k < C`. The right half of a half tile may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScalarShape;

/// Of a vector: blocks in order, each in its tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VectorShape<A> {
    length: usize,
    axis: PhantomData<A>,
}

/// Of a matrix: row block after row block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatrixShape {
    rows: usize,
    columns: usize,
}

/// The kind and size of an object, as errors and files name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// One number.
    Scalar,
    /// A vector that is indexed by rows.
    RowIndexed {
        /// Its entries.
        length: usize,
    },
    /// A vector that is indexed by columns.
    ColumnIndexed {
        /// Its entries.
        length: usize,
    },
    /// A vector that is indexed by rows, in the first column alone.
    FirstColumn {
        /// Its entries.
        length: usize,
    },
    /// A matrix.
    Matrix {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
}

impl<A: Axis> VectorShape<A> {
    pub(crate) const fn new(length: usize) -> Self {
        Self { length, axis: PhantomData }
    }

    /// The number of entries.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }
}

impl MatrixShape {
    pub(crate) const fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns }
    }

    /// The number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }
}

/// `3x5 matrix`.
impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar => write!(f, "scalar"),
            Self::RowIndexed { length } => write!(f, "row-indexed vector of {length}"),
            Self::ColumnIndexed { length } => write!(f, "column-indexed vector of {length}"),
            Self::FirstColumn { length } => write!(f, "first column of {length}"),
            Self::Matrix { rows, columns } => write!(f, "{rows}x{columns} matrix"),
        }
    }
}

impl sealed::Sealed for ScalarShape {}
impl<A> sealed::Sealed for VectorShape<A> {}
impl sealed::Sealed for MatrixShape {}

impl Shape for ScalarShape {
    fn numbers(&self) -> usize {
        1
    }
    fn tiles(&self, _: &Tile) -> usize {
        1
    }
    fn number(&self, _: &Tile, _: usize, _: usize, _: usize) -> Option<usize> {
        Some(0)
    }
    fn extent(&self) -> Extent {
        Extent::Scalar
    }
    fn of_extent(extent: Extent) -> Option<Self> {
        (extent == Extent::Scalar).then_some(Self)
    }
}

impl<A: Axis> Shape for VectorShape<A> {
    fn numbers(&self) -> usize {
        self.length
    }
    fn tiles(&self, tile: &Tile) -> usize {
        self.length.div_ceil(A::block(tile))
    }
    fn number(&self, tile: &Tile, block: usize, row: usize, column: usize) -> Option<usize> {
        let index = block * A::block(tile) + A::entry(row, column)?;
        (index < self.length).then_some(index)
    }
    fn extent(&self) -> Extent {
        A::extent(self.length)
    }
    fn of_extent(extent: Extent) -> Option<Self> {
        let length = match extent {
            Extent::RowIndexed { length }
            | Extent::ColumnIndexed { length }
            | Extent::FirstColumn { length } => length,
            Extent::Scalar | Extent::Matrix { .. } => return None,
        };
        (A::extent(length) == extent).then(|| Self::new(length))
    }
}

impl Shape for MatrixShape {
    fn numbers(&self) -> usize {
        self.rows * self.columns
    }
    fn tiles(&self, tile: &Tile) -> usize {
        self.rows.div_ceil(tile.rows()) * self.columns.div_ceil(tile.columns())
    }
    fn number(&self, tile: &Tile, block: usize, row: usize, column: usize) -> Option<usize> {
        let blocks = self.columns.div_ceil(tile.columns());
        let (row, column) = (block / blocks * tile.rows() + row, block % blocks * tile.columns() + column);
        (row < self.rows && column < self.columns).then_some(row * self.columns + column)
    }
    fn extent(&self) -> Extent {
        Extent::Matrix { rows: self.rows, columns: self.columns }
    }
    fn of_extent(extent: Extent) -> Option<Self> {
        match extent {
            Extent::Matrix { rows, columns } => Some(Self { rows, columns }),
            _ => None,
        }
    }
}
