//! The two ways in which a vector lies in tiles, and how to get from one to the other.

use lowtide_circuit::{Builder, Wire};

use crate::{Grid, Tile, sum};

mod turned;

/// How a vector lies in tiles, one block a tile. A product with a matrix turns it: what is summed over rows was
/// row-indexed, and leaves column-indexed sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Orientation {
    /// Blocks of `R` entries: `x[i]` at `(i, k)` in every column `k < C`.
    Row,
    /// Blocks of `C` entries: `y[k]` at `(i, k)` in every row `i`.
    Column,
}

impl Orientation {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Row => Self::Column,
            Self::Column => Self::Row,
        }
    }

    /// The entries of a block.
    #[must_use]
    pub const fn block(self, tile: &Tile) -> usize {
        match self {
            Self::Row => tile.rows(),
            Self::Column => tile.columns(),
        }
    }

    /// The sum that leaves a vector of this orientation: of the columns for a row-indexed one, of the rows for a
    /// column-indexed one. Levels and rotations are those of [`sum::columns`] and [`sum::rows`].
    #[must_use]
    pub fn sum(self, b: &Builder, tile: &Tile, x: &Wire) -> Wire {
        match self {
            Self::Row => sum::columns(b, tile, x),
            Self::Column => sum::rows(tile, x),
        }
    }

    /// The tiles of a matrix that a vector of this orientation meets: by block of the result, then by block of the
    /// vector. The result has the other orientation.
    #[must_use]
    pub fn lines<V>(self, grid: &Grid<V>) -> Vec<Vec<&V>> {
        match self {
            Self::Row => (0..grid.column_blocks()).map(|block| grid.column(block).collect()).collect(),
            Self::Column => (0..grid.row_blocks()).map(|block| grid.row(block).iter().collect()).collect(),
        }
    }
}

/// The blocks of a vector of `length` entries in the other orientation than `from`: products with tiles of the identity,
/// then sums. Levels: one, and one more where a sum of columns in full tiles masks.
///
/// # Panics
/// When there are fewer blocks than the vector has.
#[must_use]
pub fn turn(b: &Builder, tile: &Tile, x: &[Wire], from: Orientation, length: usize) -> Vec<Wire> {
    let (to, size) = (from.other(), from.block(tile));
    let (blocks, results) = (length.div_ceil(size), length.div_ceil(to.block(tile)));
    let meets = |block: usize, result: usize| {
        let (other, last) = (to.block(tile), |start: usize, size: usize| (start + size).min(length));
        block * size < last(result * other, other) && result * other < last(block * size, size)
    };
    let result = |result: usize| {
        let product = |block: usize| {
            let (top, left) = if from == Orientation::Row { (block, result) } else { (result, block) };
            let (top, left) = (top * tile.rows(), left * tile.columns());
            let on = |i: usize, k: usize| top + i == left + k && top + i < length;
            &x[block] * b.vector(tile.slots_of(|i, k| if on(i, k) { 1.0 } else { 0.0 }))
        };
        let products: Vec<Wire> = (0..blocks).filter(|block| meets(*block, result)).map(product).collect();
        to.sum(b, tile, &sum::of(&products).expect("every entry lies in a block"))
    };
    (0..results).map(result).collect()
}
