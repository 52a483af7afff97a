//! Vectors that change their orientation.

use lowtide_circuit::{Builder, Wire};

use super::{Orientation, turn};
use crate::{
    Spread, Tile, Vector, VectorShape,
    gather::{Gather, mask, root},
};

impl<A: Spread> Vector<A> {
    /// The same entries in the other orientation. Levels: 1. With `s` tiles of the vector, `t` of the result, and `p` pairs of
    /// them that share an entry:
    ///
    /// * from row-indexed: `p` public products, `t log2 R` rotations;
    /// * from column-indexed, half tiles: `p` public products, `t (1 + log2 C)` rotations;
    /// * from column-indexed, full tiles: at most `p C` public products, `s (g - 1) + t (C / g - 1)` rotations, where `g` is the power
    ///   of two at or above the root of `C`. (Two levels would do with `2 log2 C` rotations a tile: [`turn`].)
    #[must_use]
    pub fn turned(&self) -> Vector<A::Other> {
        let (b, tile, length) = (self.builder(), self.tile(), self.length());
        let tiles = if A::ORIENTATION == Orientation::Column && !tile.is_half() {
            cyclic(b, tile, self.tiles(), length)
        } else {
            turn(b, tile, self.tiles(), A::ORIENTATION, length)
        };
        self.make(VectorShape::new(length), tiles)
    }
}

/// A column-indexed vector in full tiles, whose rows all hold the same: turned by `t`, slot `(i, k)` holds entry `k + t` modulo
/// `C`, and a mask keeps it where row `i` wants that one.
fn cyclic(b: &Builder, tile: &Tile, x: &[Wire], length: usize) -> Vec<Wire> {
    let (rows, columns) = (tile.rows(), tile.columns());
    let small = root(columns);
    let block = |result: usize| {
        let mut gather = Gather::default();
        let top = result * rows;
        let last = (top + rows).min(length) - 1;
        let sources = x.iter().enumerate().take(last / columns + 1).skip(top / columns);
        for (source, x) in sources {
            for t in 0..columns {
                let large = t / small * small;
                // Where the giant step begins, `large` to the right of where it ends.
                let kept = mask(b, tile, |row, column| {
                    let slot = (row * columns + column + tile.slots() - large) % tile.slots();
                    let entry = top + slot / columns;
                    entry < length
                        && entry / columns == source
                        && (slot % columns + t) % columns == entry % columns
                });
                gather.add(&x.rotate((t % small) as i64), &kept, large as i64);
            }
        }
        gather.finish(b)
    };
    (0..length.div_ceil(rows)).map(block).collect()
}
