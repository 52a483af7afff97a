//! Matrices that are transposed or change their tile.

use crate::{
    Error, Layout, Matrix, MatrixShape, Tile,
    gather::{Origin, carry, root},
};

impl Matrix {
    /// The transposed matrix, in the same tile. Levels: 1.
    ///
    /// The entry at `(i, k)` of a tile goes to `(k, i)`, which is `(k - i) (W - 1)` slots on: `2 n - 1` distances, `n` the lesser
    /// of `R` and `C`, in small steps, which a tile takes once for all its uses, and giant ones. With `g` the power of two at
    /// or above the root of `2 n`, and `p` pairs of a tile and one of the result that share entries, there are at most `g - 1`
    /// rotations a tile and `2 n / g` a pair, and `2 n - 1` public products a pair. In square tiles, with `n > 1`, it is exactly
    /// one less a pair: `g + 2 n / g - 2` rotations a tile. Of a tile of 64x64 that is 22.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let (height, width) = (self.tile().rows(), self.tile().width());
        let result = self.layout().with(MatrixShape::new(self.columns(), self.rows()));
        let step = (width as i64 - 1, root(2 * height.min(self.tile().columns())));
        let tiles = carry(self.builder(), self.tiles(), result.tiles(), step, |block, to| {
            let (row, column) = place(&result, block, to)?;
            let (source, slot) = slot(self.layout(), column, row)?;
            // All distances of one pair of tiles are this one and a common one.
            let units = if height < self.tile().columns() {
                (slot / width) as i64 - (to / width) as i64
            } else {
                (to % width) as i64 - (slot % width) as i64
            };
            Some(Origin { source, slot, units })
        });
        self.make(*result.shape(), tiles)
    }

    /// The same matrix in another tile of as many slots: with as many rows as this one has columns, for instance. Levels: 1.
    ///
    /// With `n` the lesser number of rows, `W` and `W'` the widths, and `p` pairs of a tile and one of the result that share
    /// entries, row `i` is carried `i (W - W')` slots on, beside what a pair has in common: at most `g - 1` rotations a tile,
    /// `n / g` a pair and `n` public products a pair, where `g` is the power of two at or above the root of `n`. Of equal widths,
    /// it is one rotation and one public product a pair at most.
    ///
    /// # Errors
    /// [`Error::Slots`] for a tile of another number of slots, [`Error::Size`] where padding grows too large.
    pub fn in_tile(&self, tile: Tile) -> Result<Self, Error> {
        if tile.slots() != self.tile().slots() {
            return Err(Error::Slots { tile, slots: self.tile().slots() });
        }
        let result = Layout::matrix(tile, self.rows(), self.columns())?;
        let n = tile.rows().min(self.tile().rows());
        let unit = self.tile().width() as i64 - tile.width() as i64;
        let small = if unit == 0 { 1 } else { root(n) };
        let tiles = carry(self.builder(), self.tiles(), result.tiles(), (unit, small), |block, to| {
            let (row, column) = place(&result, block, to)?;
            let (source, slot) = slot(self.layout(), row, column)?;
            Some(Origin { source, slot, units: if unit == 0 { 0 } else { (row % n) as i64 } })
        });
        Self::from_tiles(self.builder(), result, tiles)
    }
}

/// The entry that lies in a slot of a tile.
fn place(layout: &Layout<MatrixShape>, block: usize, slot: usize) -> Option<(usize, usize)> {
    let (tile, blocks) = (layout.tile(), layout.shape().columns().div_ceil(layout.tile().columns()));
    let (row, column) = (slot / tile.width(), slot % tile.width());
    let at = (block / blocks * tile.rows() + row, block % blocks * tile.columns() + column);
    (column < tile.columns()).then_some(at)
}

/// The tile and the slot of an entry, padding included.
fn slot(layout: &Layout<MatrixShape>, row: usize, column: usize) -> Option<(usize, usize)> {
    let (tile, shape) = (layout.tile(), layout.shape());
    let blocks = (shape.rows().div_ceil(tile.rows()), shape.columns().div_ceil(tile.columns()));
    let (down, across) = (row / tile.rows(), column / tile.columns());
    let slot = row % tile.rows() * tile.width() + column % tile.columns();
    (down < blocks.0 && across < blocks.1).then_some((down * blocks.1 + across, slot))
}
