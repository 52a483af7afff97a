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

use lowtide_circuit::{Builder, Wire};

use super::plan::Plan;
use crate::{
    Error, Matrix, MatrixShape, Tile,
    gather::{Gather, mask, some_mask},
    sum,
};

mod cost;

use cost::{Blocks, deep, frames, meeting, shallow};

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
        self.check_rows(other)?;
        let (b, tile, blocks) = (self.builder(), self.tile(), Blocks::new(self, other));
        let plan = Plan::cheapest(tile.columns(), tile.rows(), |plan| deep(tile, blocks, plan));
        let work = Work { tile, plan, operands: Operands::new(self, other, plan.small) };
        let masks = [false, true].map(|below| work.near_masks(b, below));
        let frames = frames(tile, plan.small);
        let windows = |i, j| frames.clone().map(|e| work.windows(b, &masks, (i, j, e))).collect();
        let windows: Vec<Vec<Vec<Wire>>> =
            (0..blocks.a).map(|i| (0..blocks.b).map(|j| windows(i, j)).collect()).collect();
        let mut tiles = Vec::with_capacity(blocks.result * blocks.b);
        for result in 0..blocks.result {
            let mut gathers: Vec<Gather> = (0..blocks.b).map(|_| Gather::default()).collect();
            for i in meeting(tile.rows(), tile.columns(), result, blocks.a) {
                for (frame, e) in frames.clone().enumerate() {
                    for turn in (0..tile.rows()).step_by(plan.near) {
                        let keeps = some_mask(b, tile, |row, column| {
                            work.is_wanted((result, i, e), turn, row, column)
                        });
                        let Some(keeps) = keeps else { continue };
                        for (gather, windows) in gathers.iter_mut().zip(&windows[i]) {
                            gather.add(&windows[frame], &keeps, (turn * tile.width()) as i64);
                        }
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
        self.check_rows(other)?;
        let (b, tile, blocks) = (self.builder(), self.tile(), Blocks::new(self, other));
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

    fn check_rows(&self, other: &Self) -> Result<(), Error> {
        let cure = "both must have as many rows";
        self.fits(other, "the product A^T B", (self.rows(), other.rows()), cure)
    }
}

/// A product at three levels.
struct Work<'a> {
    tile: &'a Tile,
    plan: Plan,
    operands: Operands,
}

impl Work<'_> {
    /// By the sum of small step and distance, modulo `g`: what a window keeps. In frames to the left the last `g` columns go by
    /// the row below.
    fn near_masks(&self, b: &Builder, below: bool) -> Vec<Wire> {
        let (small, columns) = (self.plan.small, self.tile.columns());
        let row_of = |row, column| row + usize::from(below && column + small >= columns);
        let keeps = |step: usize| {
            mask(b, self.tile, |row, column| (row_of(row, column) + small - column % small) % small == step)
        };
        (0..small).map(keeps).collect()
    }

    /// The sums of `s` neighbours of all diagonals of a giant step, side by side, in the columns of the result.
    fn windows(&self, b: &Builder, masks: &[Vec<Wire>; 2], (i, j, e): (usize, usize, i64)) -> Wire {
        let (Plan { small, near, .. }, width) = (self.plan, self.tile.width());
        let masks = &masks[usize::from(e < 0)];
        let mut gather = Gather::default();
        let mut alone = None;
        for d in 0..small {
            let Some(diagonal) = self.operands.diagonal(i, j, d, e) else { continue };
            if small == 1 {
                alone = Some(diagonal);
            } else {
                (0..small).for_each(|t| gather.add(&diagonal, &masks[(d + t) % small], (t * width) as i64));
            }
        }
        let sum = alone.unwrap_or_else(|| gather.finish(b));
        sum::double(&sum, (small * width) as i64, (near * width) as i64).rotate(small as i64 * e)
    }

    /// Whether a place of the windows of giant step `e`, with block `i` of `A`, belongs to a block of rows of the result,
    /// `turn` rows up.
    fn is_wanted(&self, (result, i, e): (usize, usize, i64), turn: usize, row: usize, column: usize) -> bool {
        let (rows, columns) = (self.tile.rows(), self.tile.columns());
        let to = result * rows + (row + rows - turn) % rows;
        let apart = (to % columns) as i64 - column as i64;
        let apart = if self.tile.is_half() { apart.rem_euclid(columns as i64) } else { apart };
        column < columns && to / columns == i && apart.div_euclid(self.plan.small as i64) == e
    }
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
