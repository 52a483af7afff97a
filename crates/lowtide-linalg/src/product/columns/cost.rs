//! What `A^T B` takes, by blocks and plan.

use std::ops::Range;

use super::super::plan::{Plan, Take};
use crate::{Matrix, Tile};

/// How many blocks there are.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    /// Of columns of `A`.
    pub(super) a: usize,
    /// Of columns of `B`.
    pub(super) b: usize,
    /// Of rows of both.
    pub(super) k: usize,
    /// Of rows of the result.
    pub(super) result: usize,
    /// Pairs of a block of rows of the result and one of columns of `A` that stand for the same columns of `A`.
    pub(super) pairs: usize,
}

impl Blocks {
    /// Those of two matrices.
    pub(super) fn new(a: &Matrix, b: &Matrix) -> Self {
        let (rows, columns) = (a.tile().rows(), a.tile().columns());
        let result = a.columns().div_ceil(rows);
        let pairs = (0..result).map(|result| meeting(rows, columns, result, a.column_blocks()).count()).sum();
        Self { a: a.column_blocks(), b: b.column_blocks(), k: a.row_blocks(), result, pairs }
    }
}

/// The blocks of columns that a block of rows of the result stands for.
pub(super) fn meeting(
    rows: usize,
    columns: usize,
    result: usize,
    count: usize,
) -> impl Iterator<Item = usize> {
    result * rows / columns..(((result + 1) * rows).div_ceil(columns)).min(count)
}

/// The giant steps of the frames.
pub(super) fn frames(tile: &Tile, small: usize) -> Range<i64> {
    let count = (tile.columns() / small) as i64;
    match (tile.is_half(), small) {
        (true, _) => 0..count,
        (false, 1) => 1 - count..count,
        (false, _) => -count..count,
    }
}

/// What [`Matrix::transposed_times`] takes at most.
pub(super) fn deep(tile: &Tile, blocks: Blocks, plan: Plan) -> Option<Take> {
    let Blocks { a, b, k, result, pairs } = blocks;
    let Plan { paired, small, near } = plan;
    if paired || small > near {
        return None;
    }
    let (columns, far) = (tile.columns(), tile.rows() / near);
    let frames = frames(tile, small).count();
    let (copies, diagonals) = match tile.is_half() {
        true => (if columns > 1 { a * k } else { 0 }, columns),
        false => (0, 2 * columns - 1),
    };
    let turns = a * k * (small - 1) + b * k * (frames - 1);
    let near_turns = small - 1 + (near / small).ilog2() as usize;
    let sums = a * b * frames * near_turns + a * b * (frames - 1) + b * result * (far - 1);
    let near_products = if small > 1 { a * b * diagonals * small } else { 0 };
    Some(Take {
        rotations: copies + turns + sums,
        products: a * b * diagonals,
        public_products: near_products + b * pairs * frames * far,
    })
}

/// What [`Matrix::transposed_times_shallow`] takes.
pub(super) fn shallow(rows: usize, columns: usize, blocks: Blocks, plan: Plan) -> Option<Take> {
    let Blocks { a, b, k, result, pairs } = blocks;
    let (frames, far) = (columns / plan.small, rows / plan.near);
    let copies = if columns > 1 { a * k } else { 0 };
    let diagonals = a * k * (plan.small - 1) + b * k * (frames - 1);
    let sums = a * b * columns * plan.near.ilog2() as usize + b * result * (frames * (far - 1) + frames - 1);
    (!plan.paired).then_some(Take {
        rotations: copies + diagonals + sums,
        products: a * b * columns,
        public_products: b * pairs * columns * far,
    })
}
