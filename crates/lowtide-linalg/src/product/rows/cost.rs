//! What `A B^T` takes, by blocks and plan.

use super::super::plan::{Plan, Take};
use crate::{Matrix, Tile};

/// How many blocks there are.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    /// Of rows of `A`.
    pub(super) a: usize,
    /// Of rows of `B`.
    pub(super) b: usize,
    /// Of columns of both.
    pub(super) k: usize,
    /// Of columns of the result.
    pub(super) result: usize,
    /// Pairs of a block of columns of the result and one of rows of `B` that stand for the same rows of `B`.
    pub(super) pairs: usize,
}

impl Blocks {
    /// Those of two matrices.
    pub(super) fn new(a: &Matrix, b: &Matrix) -> Self {
        let (rows, columns) = (a.tile().rows(), a.tile().columns());
        let result = b.rows().div_ceil(columns);
        let pairs = (0..result).map(|result| meeting(rows, columns, result, b.row_blocks()).count()).sum();
        Self { a: a.row_blocks(), b: b.row_blocks(), k: a.column_blocks(), result, pairs }
    }
}

/// The blocks of rows that a block of columns of the result stands for.
pub(super) fn meeting(
    rows: usize,
    columns: usize,
    result: usize,
    count: usize,
) -> impl Iterator<Item = usize> {
    result * columns / rows..(((result + 1) * columns).div_ceil(rows)).min(count)
}

/// How many diagonals are computed.
pub(super) const fn diagonals(tile: &Tile, paired: bool) -> usize {
    if paired { tile.rows() / 2 } else { tile.rows() }
}

/// What [`Matrix::times_transposed`] takes at most.
pub(super) fn deep(tile: &Tile, blocks: Blocks, plan: Plan) -> Option<Take> {
    let Blocks { a, b, k, result, pairs } = blocks;
    let Plan { paired, small, near } = plan;
    let diagonals = diagonals(tile, paired);
    if small > near || small > diagonals || paired && !tile.is_half() {
        return None;
    }
    let (giant, far) = (diagonals / small, tile.columns() / near);
    let copied = tile.is_half() && (paired || tile.columns() > 1);
    let copies = if copied { (a + b) * k } else { 0 };
    let turns = b * k * (small - 1) + a * k * (giant - 1) + a * b * (giant - 1);
    let (near_turns, near_masks, far_masks) = if tile.is_half() && !paired {
        (small - 1 + (near / small).ilog2() as usize, if small > 1 { small } else { 0 }, far)
    } else {
        (
            2 * (near - 1),
            if near > 1 { 2 * near - 1 } else { 0 },
            if paired { 3 * far - 1 } else { 2 * far - 1 },
        )
    };
    Some(Take {
        rotations: copies + turns + a * b * giant * near_turns + a * result * (far_masks - 1),
        products: a * b * diagonals,
        public_products: a * b * diagonals * near_masks + a * pairs * giant * far_masks,
    })
}

/// What [`Matrix::times_transposed_shallow`] takes.
pub(super) fn shallow(rows: usize, columns: usize, blocks: Blocks, plan: Plan) -> Option<Take> {
    let Blocks { a, b, k, result, pairs } = blocks;
    let (giant, far) = (rows / plan.small, columns / plan.near);
    let copies = if columns > 1 { (a + b) * k } else { 0 };
    let diagonals = b * k * (plan.small - 1) + a * k * (giant - 1);
    let sums = a * b * rows * plan.near.ilog2() as usize + a * result * (giant * (far - 1) + giant - 1);
    (!plan.paired).then_some(Take {
        rotations: copies + diagonals + sums,
        products: a * b * rows,
        public_products: a * pairs * rows * far,
    })
}
