//! `A^T B` from `A` and `B`: sums over rows.
//!
//! The same as `A B^T` with rows and columns exchanged, so see there first. In a frame whose column `c` is column `c - g e` of
//! `B`, which giant steps to the right give, column `c + d` of `A` belongs to the small step `d`.
//!
//! Rows go round by themselves. Columns of `A` do in half tiles once they are copied to the right half, where `B` finds room to
//! move: `C` diagonals in `C / g` frames. In full tiles what leaves a row enters the next one, so that only places where both
//! factors come from one row count, and diagonals of both signs, `2 C - 1` in `2 C / g` frames, put the result together. Of
//! frames to the left, `e < 0`, the last `g` columns hold what belongs to the row below. As a sum over all rows is the same in
//! every row, that matters only for which diagonal such a place keeps.

use std::ops::Range;

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
    /// Of columns of `A`.
    a: usize,
    /// Of columns of `B`.
    b: usize,
    /// Of rows of both.
    k: usize,
    /// Of rows of the result.
    result: usize,
    /// Pairs of a block of rows of the result and one of columns of `A` that stand for the same columns of `A`.
    pairs: usize,
}

impl Matrix {
    /// `A^T B`. Levels: 3, a product between two ciphertexts and two masks.
    ///
    /// With `a` blocks of columns of `A`, `b` of `B`, `k` blocks of their rows, `r = ceil(columns of A / R)`, and `p` pairs of one
    /// of the `r` and one of the `a` blocks that stand for the same columns, for powers of two `g <= s`, `g <= C`, `s <= R`, and
    /// with `D` diagonals in `F` frames, it takes `a b k D` products (`a b D` sums of products) and
    ///
    /// * rotations: `a k`, copies, in half tiles unless `C = 1`; `a k (g - 1) + b k (F - 1)`, diagonals;
    ///   `a b F (g - 1 + log2(s / g)) + a b (F - 1) + b r (R / s - 1)`, sums;
    /// * public products: `a b D g` unless `g = 1`, and `b p F R / s`.
    ///
    /// In half tiles `D = C` and `F = C / g`. In full ones `D = 2 C - 1` and `F = 2 C / g`, one less if `g = 1`, and all of
    /// this is at most. `g` and `s` are chosen as in [`Matrix::times_transposed`]. With `g = 1` a mask and its level fall
    /// away.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many rows.
    pub fn transposed_times(&self, other: &Self) -> Result<Self, Error> {
        let blocks = self.blocks_over_rows(other)?;
        let (b, tile) = (self.builder(), self.tile());
        let (rows, columns, width) = (tile.rows(), tile.columns(), tile.width());
        let plan = Plan::cheapest(columns, rows, |plan| deep(tile, blocks, plan));
        let (small, near) = (plan.small, plan.near);
        let operands = Operands::new(self, other, small);
        // Which small step lies where in a window depends on the sum of step and distance alone.
        let masks = |below: bool| -> Vec<Wire> {
            let row_of = |row, column| row + usize::from(below && column + small >= columns);
            let keeps = |step: usize| {
                mask(b, tile, |row, column| (row_of(row, column) + small - column % small) % small == step)
            };
            (0..small).map(keeps).collect()
        };
        let (here, below) = (masks(false), masks(true));
        let window = |i: usize, j: usize, e: i64| {
            let (masks, mut gather) = (if e < 0 { &below } else { &here }, Gather::default());
            for d in 0..small {
                if let Some(diagonal) = operands.diagonal(i, j, d, e) {
                    (0..small)
                        .for_each(|t| gather.add(&diagonal, &masks[(d + t) % small], (t * width) as i64));
                }
            }
            gather.finish(b)
        };
        let windows = |i: usize, j: usize, e: i64| {
            let alone = if small == 1 { operands.diagonal(i, j, 0, e) } else { None };
            let sum = alone.unwrap_or_else(|| window(i, j, e));
            sum::double(&sum, (small * width) as i64, (near * width) as i64).rotate(small as i64 * e)
        };
        let frames = frames(tile, small);
        let windows: Vec<Vec<Vec<Wire>>> = (0..blocks.a)
            .map(|i| (0..blocks.b).map(|j| frames.clone().map(|e| windows(i, j, e)).collect()).collect())
            .collect();
        let mut tiles = Vec::with_capacity(blocks.result * blocks.b);
        for result in 0..blocks.result {
            let mut gathers: Vec<Gather> = (0..blocks.b).map(|_| Gather::default()).collect();
            for i in meeting(rows, columns, result, blocks.a) {
                for (frame, e) in frames.clone().enumerate() {
                    for turn in (0..rows).step_by(near) {
                        let keeps = some_mask(b, tile, |row, column| {
                            let to = result * rows + (row + rows - turn) % rows;
                            let apart = (to % columns) as i64 - column as i64;
                            let apart = if tile.is_half() { apart.rem_euclid(columns as i64) } else { apart };
                            column < columns && to / columns == i && apart.div_euclid(small as i64) == e
                        });
                        let Some(keeps) = keeps else { continue };
                        let turn = (turn * width) as i64;
                        gathers
                            .iter_mut()
                            .enumerate()
                            .for_each(|(j, it)| it.add(&windows[i][j][frame], &keeps, turn));
                    }
                }
            }
            tiles.extend(gathers.into_iter().map(|gather| gather.finish(b)));
        }
        Ok(self.make(MatrixShape::new(self.columns(), other.columns()), tiles))
    }

    /// `A^T B` in half tiles. Levels: 2, a product between two ciphertexts and a mask.
    ///
    /// Named as for [`Matrix::transposed_times`], with any `g <= C` and `s <= R`, it takes `a b k C` products (`a b C` sums of
    /// products) and
    ///
    /// * rotations: `a k`, copies, unless `C = 1`; `a k (g - 1) + b k (C / g - 1)`, diagonals; `a b C log2 s`, sums of
    ///   neighbours; `b r (C / g (R / s - 1) + C / g - 1)`, sums of what they leave;
    /// * public products: `b p C R / s`.
    ///
    /// # Errors
    /// [`Error::FullTile`]; [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many rows.
    pub fn transposed_times_shallow(&self, other: &Self) -> Result<Self, Error> {
        let blocks = self.blocks_over_rows(other)?;
        let (b, tile) = (self.builder(), self.tile());
        if !tile.is_half() {
            return Err(Error::FullTile { operation: "a product of matrices at two levels", tile: *tile });
        }
        let (rows, columns, width) = (tile.rows(), tile.columns(), tile.width());
        let plan = Plan::cheapest(columns, rows, |plan| shallow(rows, columns, blocks, plan));
        let (small, near) = (plan.small, plan.near);
        let operands = Operands::new(self, other, small);
        let frames = columns / small;
        let mut gathers: Vec<Vec<Gather>> = Vec::new();
        gathers.resize_with(blocks.result * blocks.b, || (0..frames).map(|_| Gather::default()).collect());
        for result in 0..blocks.result {
            for i in meeting(rows, columns, result, blocks.a) {
                for d in 0..small {
                    for turn in (0..rows).step_by(near) {
                        let keeps = mask(b, tile, |row, column| {
                            let to = result * rows + (row + rows - turn) % rows;
                            to / columns == i && (column + d) % columns == to % columns
                        });
                        for (j, e) in (0..blocks.b).flat_map(|j| (0..frames).map(move |e| (j, e))) {
                            let Some(diagonal) = operands.diagonal(i, j, d, e as i64) else { continue };
                            let sums = sum::double(&diagonal, width as i64, (near * width) as i64);
                            gathers[result * blocks.b + j][e].add(&sums, &keeps, (turn * width) as i64);
                        }
                    }
                }
            }
        }
        let tile = |frames: Vec<Gather>| {
            let turned = frames.into_iter().enumerate();
            let turned = turned.map(|(e, frame)| frame.finish(b).rotate((small * e) as i64));
            sum::of(&turned.collect::<Vec<_>>()).expect("there is a frame")
        };
        let tiles = gathers.into_iter().map(tile).collect();
        Ok(self.make(MatrixShape::new(self.columns(), other.columns()), tiles))
    }

    fn blocks_over_rows(&self, other: &Self) -> Result<Blocks, Error> {
        let cure = "both must have as many rows";
        self.fits(other, "the product of the transposed", (self.rows(), other.rows()), cure)?;
        let (rows, columns) = (self.tile().rows(), self.tile().columns());
        let (a, result) = (self.column_blocks(), self.columns().div_ceil(rows));
        let pairs = (0..result).map(|result| meeting(rows, columns, result, a).count()).sum();
        Ok(Blocks { a, b: other.column_blocks(), k: self.row_blocks(), result, pairs })
    }
}

/// The blocks of columns that a block of rows of the result stands for.
fn meeting(rows: usize, columns: usize, result: usize, count: usize) -> impl Iterator<Item = usize> {
    result * rows / columns..(((result + 1) * rows).div_ceil(columns)).min(count)
}

/// The giant steps of the frames.
fn frames(tile: &Tile, small: usize) -> Range<i64> {
    let count = (tile.columns() / small) as i64;
    match (tile.is_half(), small) {
        (true, _) => 0..count,
        (false, 1) => 1 - count..count,
        (false, _) => -count..count,
    }
}

/// What [`Matrix::transposed_times`] takes at most.
fn deep(tile: &Tile, blocks: Blocks, plan: Plan) -> Option<Take> {
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
fn shallow(rows: usize, columns: usize, blocks: Blocks, plan: Plan) -> Option<Take> {
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

/// Both matrices by block of columns, then of rows; `A` copied to the right half of half tiles.
struct Operands {
    a: Vec<Vec<Wire>>,
    b: Vec<Vec<Wire>>,
    tile: Tile,
    small: usize,
}

impl Operands {
    fn new(a: &Matrix, b: &Matrix, small: usize) -> Self {
        let (columns, copied) = (a.tile().columns(), a.tile().is_half() && a.tile().columns() > 1);
        let copy = |x: &Wire| if copied { x + x.rotate(-(columns as i64)) } else { x.clone() };
        let column =
            |matrix: &Matrix, i: usize| (0..matrix.row_blocks()).map(|k| matrix.at(k, i).clone()).collect();
        let copies = |tiles: Vec<Wire>| tiles.iter().map(copy).collect();
        Self {
            a: (0..a.column_blocks()).map(|i| copies(column(a, i))).collect(),
            b: (0..b.column_blocks()).map(|j| column(b, j)).collect(),
            tile: *a.tile(),
            small,
        }
    }

    /// Products of block `i` of `A`, small step `d`, and block `j` of `B`, giant step `e`, over all rows; none of the diagonal
    /// that has no places.
    fn diagonal(&self, i: usize, j: usize, d: usize, e: i64) -> Option<Wire> {
        let giant = self.small as i64 * e;
        if d as i64 + giant == -(self.tile.columns() as i64) {
            return None;
        }
        let products = self.a[i].iter().zip(&self.b[j]).map(|(a, b)| a.rotate(d as i64) * b.rotate(-giant));
        sum::of(&products.collect::<Vec<_>>())
    }
}
