//! How an object lies in slots: its shape and its tile. Plain numbers to slots and back, and names for the tiles.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Wire};

use crate::{
    Axis, ColumnIndexed, Error, MatrixShape, Object, RowIndexed, ScalarShape, Shape, Tile, VectorShape,
};

mod text;

/// An object's shape and the tile that it lies in. What is outside the object is zero.
///
/// Tile `i` of an object named `z` is the input or output `z_i` of a circuit, so that the name and the layout are all that
/// its owner needs to encrypt it and to read it back. A layout is written as a line of text, `matrix 5 7 tile 4 8 half`,
/// and read back with [`str::parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout<S> {
    tile: Tile,
    shape: S,
}

impl Layout<ScalarShape> {
    /// One number.
    #[must_use]
    pub const fn scalar(tile: Tile) -> Self {
        Self { tile, shape: ScalarShape }
    }
}

impl Layout<VectorShape<RowIndexed>> {
    /// A vector that is indexed by rows.
    ///
    /// # Errors
    /// [`Error::Size`] without entries, or with too many.
    pub fn row_indexed(tile: Tile, length: usize) -> Result<Self, Error> {
        Self::vector(tile, length)
    }
}

impl Layout<VectorShape<ColumnIndexed>> {
    /// A vector that is indexed by columns.
    ///
    /// # Errors
    /// [`Error::Size`] without entries, or with too many.
    pub fn column_indexed(tile: Tile, length: usize) -> Result<Self, Error> {
        Self::vector(tile, length)
    }
}

impl<A: Axis> Layout<VectorShape<A>> {
    /// A vector along any axis.
    ///
    /// # Errors
    /// [`Error::Size`] without entries, or with too many.
    pub fn vector(tile: Tile, length: usize) -> Result<Self, Error> {
        Self::new(tile, VectorShape::new(length), [A::block(&tile), 1], [length, 1])
    }
}

impl Layout<MatrixShape> {
    /// A matrix.
    ///
    /// # Errors
    /// [`Error::Size`] without rows or columns, or with too many.
    pub fn matrix(tile: Tile, rows: usize, columns: usize) -> Result<Self, Error> {
        Self::new(tile, MatrixShape::new(rows, columns), [tile.rows(), tile.columns()], [rows, columns])
    }
}

impl<S: Shape> Layout<S> {
    /// The most numbers of an object, padding included.
    pub const MAX_NUMBERS: u64 = 1 << 32;

    fn new(tile: Tile, shape: S, block: [usize; 2], size: [usize; 2]) -> Result<Self, Error> {
        let blocks = |i: usize| size[i].div_ceil(block[i]) as u64;
        let slots = blocks(0).checked_mul(blocks(1)).and_then(|tiles| tiles.checked_mul(tile.slots() as u64));
        if !size.contains(&0) && slots.is_some_and(|slots| slots <= Self::MAX_NUMBERS) {
            Ok(Self { tile, shape })
        } else {
            Err(Error::Size { extent: shape.extent(), max: Self::MAX_NUMBERS })
        }
    }

    /// A layout of this one's tile, for a shape that fits the limits because its operands did.
    pub(crate) const fn with<T: Shape>(&self, shape: T) -> Layout<T> {
        Layout { tile: self.tile, shape }
    }

    /// The shape of its tiles.
    #[must_use]
    pub const fn tile(&self) -> &Tile {
        &self.tile
    }

    /// The object's shape.
    #[must_use]
    pub const fn shape(&self) -> &S {
        &self.shape
    }

    /// How many tiles it takes.
    #[must_use]
    pub fn tiles(&self) -> usize {
        self.shape.tiles(&self.tile)
    }

    /// The names of its tiles: `z_0`, `z_1`, … for an object named `z`.
    pub fn names(&self, name: &str) -> impl Iterator<Item = String> + use<S> {
        let name = name.to_owned();
        (0..self.tiles()).map(move |block| format!("{name}_{block}"))
    }

    /// An encrypted object that the circuit reads.
    ///
    /// # Errors
    /// [`Error::Slots`] unless the circuit has as many slots as the tile.
    pub fn input(&self, b: &Builder, name: &str) -> Result<Object<S>, Error> {
        Object::from_tiles(b, *self, self.names(name).map(|name| b.input(name)).collect())
    }

    /// An object that is known in clear when the circuit runs.
    ///
    /// # Errors
    /// [`Error::Slots`] unless the circuit has as many slots as the tile.
    pub fn public(&self, b: &Builder, name: &str) -> Result<Object<S>, Error> {
        Object::from_tiles(b, *self, self.names(name).map(|name| b.public(name)).collect())
    }

    /// An object that is known in clear when the circuit is written: its numbers, the rows of a matrix one after the other.
    ///
    /// # Errors
    /// [`Error::Slots`] unless the circuit has as many slots as the tile, [`Error::Numbers`] for another number of them.
    pub fn constant(&self, b: &Builder, numbers: &[f64]) -> Result<Object<S>, Error> {
        let tiles: Vec<Wire> = self.slots(numbers)?.into_iter().map(|slots| b.vector(slots)).collect();
        Object::from_tiles(b, *self, tiles)
    }

    /// The slots of each tile, for an object's numbers, the rows of a matrix one after the other. Everything else is zero.
    ///
    /// # Errors
    /// [`Error::Numbers`] for another number of them.
    pub fn slots(&self, numbers: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        let expected = self.shape.numbers();
        if numbers.len() != expected {
            return Err(Error::Numbers { extent: self.shape.extent(), found: numbers.len(), expected });
        }
        Ok((0..self.tiles()).map(|block| self.fill(block, |number| numbers[number])).collect())
    }

    /// One number wherever the tile holds one of the object's, zero elsewhere.
    pub(crate) fn fill(&self, block: usize, number: impl Fn(usize) -> f64) -> Vec<f64> {
        self.tile.slots_of(|i, k| self.shape.number(&self.tile, block, i, k).map_or(0.0, &number))
    }

    /// An object's tiles by name, for the `customer::encrypt` of `lowtide-circuit` or its
    /// [`read::clear`](lowtide_circuit::read::clear).
    ///
    /// # Errors
    /// [`Error::Numbers`] for another number of them than the object has.
    pub fn encode(&self, name: &str, numbers: &[f64]) -> Result<BTreeMap<String, Vec<f64>>, Error> {
        Ok(self.names(name).zip(self.slots(numbers)?).collect())
    }

    /// The numbers of an object among tiles by name, such as `customer::decrypt` gives them. Of copies the first one is
    /// read.
    ///
    /// # Errors
    /// [`Error::MissingTile`] or [`Error::TileSlots`].
    pub fn decode(&self, name: &str, tiles: &BTreeMap<String, Vec<f64>>) -> Result<Vec<f64>, Error> {
        let mut numbers = vec![None; self.shape.numbers()];
        for (block, name) in self.names(name).enumerate() {
            let Some(slots) = tiles.get(&name) else {
                return Err(Error::MissingTile { name, extent: self.shape.extent() });
            };
            let expected = self.tile.slots();
            if slots.len() != expected {
                return Err(Error::TileSlots { name, found: slots.len(), expected });
            }
            for (row, slots) in slots.chunks(self.tile.width()).enumerate() {
                for (column, value) in slots[..self.tile.columns()].iter().enumerate() {
                    if let Some(number) = self.shape.number(&self.tile, block, row, column) {
                        numbers[number].get_or_insert(*value);
                    }
                }
            }
        }
        Ok(numbers.into_iter().map(|number| number.expect("every number lies somewhere")).collect())
    }
}
