//! Scalars, vectors and matrices in a circuit that is being written.

use lowtide_circuit::{Builder, Wire};

use crate::{
    Axis, Error, Extent, Grid, Layout, MatrixShape, Orientation, ScalarShape, Shape, Tile, VectorShape,
};

/// A scalar, vector or matrix: its layout, and the wires of its tiles. Cheap to clone.
///
/// It is encrypted, or public where it was made by [`Layout::public`] or [`Layout::constant`] or computed of such alone;
/// every operation takes either, and with a public operand a product of ciphertexts becomes a public product.
///
/// **What is promised of its slots.** Outside the object everything is zero: rows and columns beyond it and the right half
/// of half tiles. Exempt is the right half under [`RowIndexed`](crate::RowIndexed) vectors and scalars, and all but the
/// first column under [`FirstColumn`](crate::FirstColumn) ones, where anything may lie. Every operation keeps that promise
/// and needs no more of its operands, so nothing ever has to be cleaned.
#[derive(Clone, Debug)]
pub struct Object<S> {
    b: Builder,
    layout: Layout<S>,
    tiles: Vec<Wire>,
}

/// One number, copied all over a tile.
pub type Scalar = Object<ScalarShape>;

/// Numbers along an axis.
pub type Vector<A> = Object<VectorShape<A>>;

/// Numbers in rows and columns.
pub type Matrix = Object<MatrixShape>;

impl<S: Shape> Object<S> {
    /// An object from its tiles, which keep what [`Object`] promises.
    ///
    /// # Errors
    /// [`Error::Slots`] unless the circuit has as many slots as the tile, [`Error::TileCount`] for another number of tiles.
    pub fn from_tiles(b: &Builder, layout: Layout<S>, tiles: Vec<Wire>) -> Result<Self, Error> {
        let (tile, expected) = (*layout.tile(), layout.tiles());
        if tile.slots() != b.slots() {
            return Err(Error::Slots { tile, slots: b.slots() });
        }
        if tiles.len() != expected {
            let extent = layout.shape().extent();
            return Err(Error::TileCount { extent, tile, found: tiles.len(), expected });
        }
        Ok(Self { b: b.clone(), layout, tiles })
    }

    /// Names its tiles as outputs, `name_0`, `name_1`, …, for [`Layout::decode`].
    pub fn output(&self, name: &str) {
        self.layout.names(name).zip(&self.tiles).for_each(|(name, tile)| self.b.output(name, tile));
    }

    /// How it lies in slots.
    #[must_use]
    pub const fn layout(&self) -> &Layout<S> {
        &self.layout
    }

    /// The shape of its tiles.
    #[must_use]
    pub const fn tile(&self) -> &Tile {
        self.layout.tile()
    }

    /// The wires of its tiles, in order.
    #[must_use]
    pub fn tiles(&self) -> &[Wire] {
        &self.tiles
    }

    /// Its kind and size.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.layout.shape().extent()
    }

    pub(crate) const fn shape(&self) -> &S {
        self.layout.shape()
    }

    pub(crate) const fn builder(&self) -> &Builder {
        &self.b
    }

    /// Another object in the same tile.
    pub(crate) fn make<T: Shape>(&self, shape: T, tiles: Vec<Wire>) -> Object<T> {
        let layout = self.layout.with(shape);
        debug_assert_eq!(layout.tiles(), tiles.len());
        Object { b: self.b.clone(), layout, tiles }
    }

    /// The same object, tile by tile.
    pub(crate) fn map(&self, f: impl Fn(&Wire) -> Wire) -> Self {
        self.make(*self.shape(), self.tiles.iter().map(f).collect())
    }

    /// # Errors
    /// [`Error::Tiles`] unless both lie in the same tile.
    pub(crate) fn same_tile<T: Shape>(&self, other: &Object<T>) -> Result<(), Error> {
        let (left, right) = (*self.tile(), *other.tile());
        if left == right { Ok(()) } else { Err(Error::Tiles { left, right }) }
    }

    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both lie in the same tile and the sizes fit.
    pub(crate) fn fits<T: Shape>(
        &self,
        other: &Object<T>,
        operation: &'static str,
        sizes: (usize, usize),
        cure: &'static str,
    ) -> Result<(), Error> {
        self.same_tile(other)?;
        if sizes.0 == sizes.1 {
            Ok(())
        } else {
            Err(Error::Shapes { operation, left: self.extent(), right: other.extent(), cure })
        }
    }
}

impl<A: Axis> Vector<A> {
    /// The number of entries.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.shape().length()
    }
}

impl Matrix {
    /// A matrix from a grid of its tiles, which are zero outside it.
    ///
    /// # Errors
    /// [`Error::Slots`] unless the circuit has as many slots as the tile, [`Error::TileCount`] for another number of tiles.
    pub fn from_grid(b: &Builder, layout: Layout<MatrixShape>, grid: Grid<Wire>) -> Result<Self, Error> {
        Self::from_tiles(b, layout, grid.into_tiles())
    }

    /// Its tiles as a grid.
    #[must_use]
    pub fn grid(&self) -> Grid<Wire> {
        Grid::new(self.column_blocks(), self.tiles.clone()).expect("a matrix fills whole rows of blocks")
    }

    /// The number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.shape().rows()
    }

    /// The number of columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.shape().columns()
    }

    /// The number of blocks of rows.
    #[must_use]
    pub const fn row_blocks(&self) -> usize {
        self.rows().div_ceil(self.tile().rows())
    }

    /// The number of blocks of columns.
    #[must_use]
    pub const fn column_blocks(&self) -> usize {
        self.columns().div_ceil(self.tile().columns())
    }

    /// One of its tiles.
    pub(crate) fn at(&self, row_block: usize, column_block: usize) -> &Wire {
        &self.tiles[row_block * self.column_blocks() + column_block]
    }

    /// The tiles that meet a vector: by block of the result, then by block of the vector.
    pub(crate) fn lines(&self, orientation: Orientation) -> Vec<Vec<Wire>> {
        let grid = self.grid();
        let lines = orientation.lines(&grid).into_iter();
        lines.map(|line| line.into_iter().cloned().collect()).collect()
    }
}
