//! What can be wrong with operands.

use crate::{Extent, Tile};

/// Why an operation was refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The operands do not fit each other.
    #[error("{operation} of a {left} and a {right}: {cure}")]
    Shapes {
        /// What was asked for.
        operation: &'static str,
        /// The first operand.
        left: Extent,
        /// The second one.
        right: Extent,
        /// What would fit.
        cure: &'static str,
    },
    /// The operands lie in tiles of different shapes.
    #[error("one operand lies in {left}, the other in {right}: lay both out in the same tile")]
    Tiles {
        /// The tile of the first operand.
        left: Tile,
        /// That of the second.
        right: Tile,
    },
    /// The circuit has another number of slots than the tile.
    #[error("{tile} has {} slots, the circuit {slots}: make both equal", tile.slots())]
    Slots {
        /// The tile.
        tile: Tile,
        /// The slots of the circuit.
        slots: usize,
    },
    /// The operation needs the room of half tiles.
    #[error("{operation} takes half tiles, and this is {tile}")]
    FullTile {
        /// What was asked for.
        operation: &'static str,
        /// The tile.
        tile: Tile,
    },
    /// An object without numbers, or with more than can be counted.
    #[error("a {extent} cannot be laid out: take at least one and at most {max} numbers, padding included")]
    Size {
        /// What was asked for.
        extent: Extent,
        /// The most numbers.
        max: u64,
    },
    /// Another number of tiles than the object has.
    #[error("a {extent} in {tile} takes {expected} tiles, not {found}")]
    TileCount {
        /// The object.
        extent: Extent,
        /// The tile.
        tile: Tile,
        /// The tiles given.
        found: usize,
        /// The tiles that it has.
        expected: usize,
    },
    /// Another number of numbers than the object has.
    #[error("a {extent} has {expected} numbers, not {found}")]
    Numbers {
        /// The object.
        extent: Extent,
        /// The numbers given.
        found: usize,
        /// The numbers that it has.
        expected: usize,
    },
    /// A tile with another number of slots.
    #[error("tile {name} has {found} slots where {expected} belong")]
    TileSlots {
        /// Its name.
        name: String,
        /// Its slots.
        found: usize,
        /// The slots of the tile.
        expected: usize,
    },
    /// A tile is not there.
    #[error("there is no vector named {name}: it holds a tile of a {extent}")]
    MissingTile {
        /// The name.
        name: String,
        /// The object.
        extent: Extent,
    },
    /// Nothing to add up.
    #[error("a sum of no objects has no shape: give at least one")]
    Empty,
    /// A layout that cannot be read.
    #[error("{text:?} is no layout of this kind: take for instance \"matrix 5 7 tile 4 8 half\"")]
    Layout {
        /// What was given.
        text: String,
    },
}
