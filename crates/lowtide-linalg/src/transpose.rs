//! Transposition.

use std::collections::BTreeMap;

use lowtide_circuit::Wire;

use crate::{
    Matrix, MatrixShape,
    gather::{Gather, root},
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
        let (b, tile) = (self.builder(), self.tile());
        let (height, width) = (tile.rows(), tile.width());
        let shape = MatrixShape::new(self.columns(), self.rows());
        let small = root(2 * height.min(tile.columns())) as i64;
        let blocks = (shape.rows().div_ceil(height), shape.columns().div_ceil(tile.columns()));
        let block = |index: usize| {
            let (top, left) = (index / blocks.1 * height, index % blocks.1 * tile.columns());
            // By giant step: by tile and small step, the slots that they bring.
            let mut wanted: BTreeMap<i64, BTreeMap<(usize, i64), Vec<usize>>> = BTreeMap::new();
            let places = (0..height).flat_map(|row| (0..tile.columns()).map(move |column| (row, column)));
            for (row, column) in places {
                let (from_row, from_column) = (left + column, top + row);
                let source = (from_row / height, from_column / tile.columns());
                if source.0 >= self.row_blocks() || source.1 >= self.column_blocks() {
                    continue;
                }
                let (from_row, from_column) = (from_row % height, from_column % tile.columns());
                let (from, to) = (from_row * width + from_column, row * width + column);
                // All distances of one pair of tiles are this one and a common one.
                let diagonal = if height < tile.columns() {
                    from_row as i64 - row as i64
                } else {
                    column as i64 - from_column as i64
                };
                let near = diagonal.rem_euclid(small);
                let giant = from as i64 - to as i64 - near * (width as i64 - 1);
                let slot = (to as i64 + giant).rem_euclid(tile.slots() as i64) as usize;
                let source = source.0 * self.column_blocks() + source.1;
                wanted.entry(giant).or_default().entry((source, near)).or_default().push(slot);
            }
            let mut gather = Gather::default();
            for (giant, terms) in wanted {
                for ((source, near), slots) in terms {
                    let mut kept = vec![0.0; tile.slots()];
                    slots.into_iter().for_each(|slot| kept[slot] = 1.0);
                    let turned = self.tiles()[source].rotate(near * (width as i64 - 1));
                    gather.add(&turned, &b.vector(kept), giant.rem_euclid(tile.slots() as i64));
                }
            }
            gather.finish(b)
        };
        let tiles: Vec<Wire> = (0..blocks.0 * blocks.1).map(block).collect();
        self.make(shape, tiles)
    }
}
