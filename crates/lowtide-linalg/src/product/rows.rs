//! `A B^T` from `A` and `B`: sums over columns.
//!
//! Slot `(i, k)` of `A` times that of `B` turned up by `d` rows is a product that belongs to row `i` and column `i + d` of the
//! result: the `d`-th diagonal. Turning `A` down by giant steps and `B` up by small ones gives all diagonals with few
//! rotations: in a frame whose row `i` is row `i - g e` of `A`, the small step `d` belongs to column `i + d`, counted modulo
//! `R`.
//!
//! What is left is a sum over the columns of every diagonal, each of whose `R` results stays in one slot of its row. The slot
//! wants `C` numbers from its own row, at distance `t`; masks keep what wants the same distance, diagonal by diagonal, and a
//! rotation brings it. Either twice, over `s` neighbours and then over what these leave, or once, after the sum of `s` neighbours
//! by doubling without a mask. Where a window has seen all `g` small steps, wider ones only repeat it: they double.
//!
//! The right half of half tiles has two uses. With both operands copied there, a row **goes round**: a window that begins at
//! `k < C` and is no wider than `C` sees every column. Or it holds the diagonals `d + R / 2` beside those of `d`, **in pairs**,
//! half as many products; then, as in full tiles, masks cut windows at the edges of aligned groups, and distances have both signs.

use lowtide_circuit::Wire;

use super::plan::{Plan, Take};
use crate::{
    Error, Matrix, MatrixShape, Tile,
    gather::{Gather, mask, some_mask},
    sum,
};

/// How many blocks there are.
#[derive(Clone, Copy)]
struct Blocks {
    /// Of rows of `A`.
    a: usize,
    /// Of rows of `B`.
    b: usize,
    /// Of columns of both.
    k: usize,
    /// Of columns of the result.
    result: usize,
    /// Pairs of a block of columns of the result and one of rows of `B` that stand for the same rows of `B`.
    pairs: usize,
}

impl Matrix {
    /// `A B^T`. Levels: 3, a product between two ciphertexts and two masks.
    ///
    /// With `a` blocks of rows of `A`, `b` of `B`, `k` blocks of their columns, `r = ceil(rows of B / C)`, and `p` pairs of one of
    /// the `r` and one of the `b` blocks that stand for the same rows, for powers of two `g <= s`, `s <= C`, and with `D` diagonals,
    /// `g <= D`, it takes `a b k D` products (`a b D` sums of products), `b k (g - 1) + a k (D / g - 1)` rotations for the diagonals,
    /// and
    ///
    /// * half tiles whose rows go round, `D = R`: `(a + b) k` rotations, copies, unless `C = 1`;
    ///   `a b D / g (g - 1 + log2(s / g)) + a b (D / g - 1) + a r (C / s - 1)`, sums; `a b D g` public products unless `g = 1`, and
    ///   `a p D / g C / s`;
    /// * half tiles with diagonals in pairs, `D = R / 2`, at most: `(a + b) k` rotations, copies;
    ///   `2 a b D / g (s - 1) + a b (D / g - 1) + a r (3 C / s - 2)`, sums; `a b D (2 s - 1)` public products unless `s = 1`, and
    ///   `a p D / g (3 C / s - 1)`;
    /// * full tiles, `D = R`, at most: `2 a b D / g (s - 1) + a b (D / g - 1) + 2 a r (C / s - 1)` rotations, sums;
    ///   `a b D (2 s - 1)` public products unless `s = 1`, and `a p D / g (2 C / s - 1)`.
    ///
    /// Of all these ways that is taken which makes sixteen times the rotations and the sums of products, plus the public products,
    /// least; of equals rows that go round, then the smaller `g`, then `s`. Where public products fall away, so does a level.
    ///
    /// Several products with one operand share its copies and diagonals, if their plans agree.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many columns.
    pub fn times_transposed(&self, other: &Self) -> Result<Self, Error> {
        let blocks = self.blocks_with(other)?;
        let (b, tile) = (self.builder(), self.tile());
        let (rows, columns, width) = (tile.rows(), tile.columns(), tile.width());
        let plan = Plan::cheapest(rows, columns, |plan| deep(tile, blocks, plan));
        let Plan { paired, small, near } = plan;
        let (diagonals, goes_round) = (diagonals(tile, paired), tile.is_half() && !paired);
        let giant = diagonals / small;
        let distances = |count: usize| {
            let count = count as i64;
            if goes_round { 0..count } else { 1 - count..count }
        };
        // Those of the right half are `C` further.
        let far = columns / near;
        let far_distances = distances(far).start..if paired { 2 * far as i64 } else { far as i64 };
        let operands = Operands::new(self, other, plan);
        // In windows of `first` columns diagonals lie side by side; where rows go round, wider ones only repeat them.
        let first = if goes_round { small } else { near };
        let masks: Vec<Vec<Wire>> = (0..small)
            .map(|d| {
                let keeps = |t: i64| {
                    mask(b, tile, |row, column| {
                        let to = column as i64 - t;
                        let is_near = goes_round || to.div_euclid(near as i64) == (column / near) as i64;
                        is_near && (to - row as i64 - d as i64).rem_euclid(small as i64) == 0
                    })
                };
                distances(first).map(keeps).collect()
            })
            .collect();
        let window = |i: usize, j: usize, e: usize| {
            let mut gather = Gather::default();
            for (d, masks) in masks.iter().enumerate() {
                let diagonal = operands.diagonal(i, j, d, e);
                masks.iter().zip(distances(first)).for_each(|(mask, t)| gather.add(&diagonal, mask, t));
            }
            gather.finish(b)
        };
        let windows = |i: usize, j: usize, e: usize| {
            let sum = if first == 1 { operands.diagonal(i, j, 0, e) } else { window(i, j, e) };
            sum::double(&sum, first as i64, near as i64).rotate((small * e * width) as i64)
        };
        let mut tiles = Vec::with_capacity(blocks.a * blocks.result);
        for i in 0..blocks.a {
            let windows: Vec<Vec<Wire>> =
                (0..blocks.b).map(|j| (0..giant).map(|e| windows(i, j, e)).collect()).collect();
            for result in 0..blocks.result {
                let mut gather = Gather::default();
                for (j, e) in
                    meeting(rows, columns, result, blocks.b).flat_map(|j| (0..giant).map(move |e| (j, e)))
                {
                    for t in far_distances.clone() {
                        let turn = t * near as i64;
                        let keeps = some_mask(b, tile, |row, column| {
                            let (to, right) = (column as i64 - turn, usize::from(column >= columns));
                            let place = result * columns + to.max(0) as usize;
                            let diagonal = (place + rows - row) % rows;
                            (0..columns as i64).contains(&to)
                                && place / rows == j
                                && (goes_round || diagonal / diagonals == right)
                                && diagonal % diagonals / small == e
                        });
                        if let Some(keeps) = keeps {
                            gather.add(&windows[j][e], &keeps, turn);
                        }
                    }
                }
                tiles.push(gather.finish(b));
            }
        }
        Ok(self.make(MatrixShape::new(self.rows(), other.rows()), tiles))
    }

    /// `A B^T` in half tiles. Levels: 2, a product between two ciphertexts and a mask.
    ///
    /// Named as for [`Matrix::times_transposed`], with any `g <= R` and `s <= C`, it takes `a b k R` products (`a b R` sums of
    /// products) and
    ///
    /// * rotations: `(a + b) k`, copies, unless `C = 1`; `b k (g - 1) + a k (R / g - 1)`, diagonals; `a b R log2 s`, sums of
    ///   neighbours; `a r (R / g (C / s - 1) + R / g - 1)`, sums of what they leave;
    /// * public products: `a p R C / s`.
    ///
    /// # Errors
    /// [`Error::FullTile`]; [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many columns.
    pub fn times_transposed_shallow(&self, other: &Self) -> Result<Self, Error> {
        let blocks = self.blocks_with(other)?;
        let (b, tile) = (self.builder(), self.tile());
        if !tile.is_half() {
            return Err(Error::FullTile { operation: "a product of matrices at two levels", tile: *tile });
        }
        let (rows, columns, width) = (tile.rows(), tile.columns(), tile.width());
        let plan = Plan::cheapest(rows, columns, |plan| shallow(rows, columns, blocks, plan));
        let (small, near) = (plan.small, plan.near);
        let operands = Operands::new(self, other, plan);
        let mut gathers: Vec<Vec<Gather>> = Vec::new();
        gathers
            .resize_with(blocks.a * blocks.result, || (0..rows / small).map(|_| Gather::default()).collect());
        for result in 0..blocks.result {
            for j in meeting(rows, columns, result, blocks.b) {
                for d in 0..small {
                    for turn in (0..columns).step_by(near) {
                        let keeps = mask(b, tile, |row, column| {
                            let to = result * columns + column.saturating_sub(turn);
                            (turn..turn + columns).contains(&column)
                                && to / rows == j
                                && (to + rows - row) % rows == d
                        });
                        for (i, e) in (0..blocks.a).flat_map(|i| (0..rows / small).map(move |e| (i, e))) {
                            let sums = sum::double(&operands.diagonal(i, j, d, e), 1, near as i64);
                            gathers[i * blocks.result + result][e].add(&sums, &keeps, turn as i64);
                        }
                    }
                }
            }
        }
        let tile = |frames: Vec<Gather>| {
            let turned = frames.into_iter().enumerate();
            let turned = turned.map(|(e, frame)| frame.finish(b).rotate((small * e * width) as i64));
            sum::of(&turned.collect::<Vec<_>>()).expect("there is a giant step")
        };
        let tiles = gathers.into_iter().map(tile).collect();
        Ok(self.make(MatrixShape::new(self.rows(), other.rows()), tiles))
    }

    fn blocks_with(&self, other: &Self) -> Result<Blocks, Error> {
        let cure = "both must have as many columns";
        self.fits(other, "the product with the transposed", (self.columns(), other.columns()), cure)?;
        let (rows, columns) = (self.tile().rows(), self.tile().columns());
        let (b, result) = (other.row_blocks(), other.rows().div_ceil(columns));
        let pairs = (0..result).map(|result| meeting(rows, columns, result, b).count()).sum();
        Ok(Blocks { a: self.row_blocks(), b, k: self.column_blocks(), result, pairs })
    }
}

/// The blocks of rows that a block of columns of the result stands for.
fn meeting(rows: usize, columns: usize, result: usize, count: usize) -> impl Iterator<Item = usize> {
    result * columns / rows..(((result + 1) * columns).div_ceil(rows)).min(count)
}

/// How many diagonals are computed.
const fn diagonals(tile: &Tile, paired: bool) -> usize {
    if paired { tile.rows() / 2 } else { tile.rows() }
}

/// What [`Matrix::times_transposed`] takes at most.
fn deep(tile: &Tile, blocks: Blocks, plan: Plan) -> Option<Take> {
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
fn shallow(rows: usize, columns: usize, blocks: Blocks, plan: Plan) -> Option<Take> {
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

/// Both matrices by block of rows, then of columns. In half tiles the right half holds a copy, of `B` in pairs half of all rows
/// up.
struct Operands {
    a: Vec<Vec<Wire>>,
    b: Vec<Vec<Wire>>,
    width: usize,
    small: usize,
}

impl Operands {
    fn new(a: &Matrix, b: &Matrix, plan: Plan) -> Self {
        let tile = *a.tile();
        let all = |matrix: &Matrix, up: usize| {
            let right = (up * tile.width()) as i64 - tile.columns() as i64;
            let copied = tile.is_half() && (plan.paired || tile.columns() > 1);
            let copy = |x: &Wire| if copied { x + x.rotate(right) } else { x.clone() };
            let row = |i| (0..matrix.column_blocks()).map(|k| copy(matrix.at(i, k))).collect();
            (0..matrix.row_blocks()).map(row).collect()
        };
        let up = if plan.paired { tile.rows() / 2 } else { 0 };
        Self { a: all(a, 0), b: all(b, up), width: tile.width(), small: plan.small }
    }

    /// Products of block `i` of `A`, giant step `e`, and block `j` of `B`, small step `d`, over all columns.
    fn diagonal(&self, i: usize, j: usize, d: usize, e: usize) -> Wire {
        let (up, down) = ((d * self.width) as i64, -((self.small * e * self.width) as i64));
        let products = self.a[i].iter().zip(&self.b[j]).map(|(a, b)| a.rotate(down) * b.rotate(up));
        sum::of(&products.collect::<Vec<_>>()).expect("a matrix has columns")
    }
}
