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

use std::ops::Range;

use lowtide_circuit::{Builder, Wire};

use super::plan::Plan;
use crate::{
    Error, Matrix, MatrixShape, Tile,
    gather::{Gather, mask, some_mask},
    sum,
};

mod cost;

use cost::{Blocks, deep, diagonals, meeting, shallow};

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
        self.check_columns(other)?;
        let (b, tile, blocks) = (self.builder(), self.tile(), Blocks::new(self, other));
        let plan = Plan::cheapest(tile.rows(), tile.columns(), |plan| deep(tile, blocks, plan));
        let giant = diagonals(tile, plan.paired) / plan.small;
        let work = Work { tile, plan, operands: Operands::new(self, other, plan) };
        let masks = work.near_masks(b);
        let mut tiles = Vec::with_capacity(blocks.a * blocks.result);
        for i in 0..blocks.a {
            let windows = |j| (0..giant).map(|e| work.windows(b, &masks, (i, j, e))).collect();
            let windows: Vec<Vec<Wire>> = (0..blocks.b).map(windows).collect();
            for result in 0..blocks.result {
                let mut gather = Gather::default();
                for j in meeting(tile.rows(), tile.columns(), result, blocks.b) {
                    for (e, window) in windows[j].iter().enumerate() {
                        for turn in work.far_distances() {
                            let keeps = some_mask(b, tile, |row, column| {
                                work.is_wanted((result, j, e), turn, row, column)
                            });
                            keeps.iter().for_each(|keeps| gather.add(window, keeps, turn));
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
        self.check_columns(other)?;
        let (b, tile, blocks) = (self.builder(), self.tile(), Blocks::new(self, other));
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

    fn check_columns(&self, other: &Self) -> Result<(), Error> {
        let cure = "both must have as many columns";
        self.fits(other, "the product A B^T", (self.columns(), other.columns()), cure)
    }
}

/// A product at three levels.
struct Work<'a> {
    tile: &'a Tile,
    plan: Plan,
    operands: Operands,
}

impl Work<'_> {
    fn goes_round(&self) -> bool {
        self.tile.is_half() && !self.plan.paired
    }

    /// Columns of a window that is gathered. Where rows go round, wider ones only repeat its diagonals.
    fn first(&self) -> usize {
        if self.goes_round() { self.plan.small } else { self.plan.near }
    }

    fn near_distances(&self) -> Range<i64> {
        let count = self.first() as i64;
        if self.goes_round() { 0..count } else { 1 - count..count }
    }

    /// Multiples of `s`. Those of the right half are `C` further.
    fn far_distances(&self) -> impl Iterator<Item = i64> {
        let (near, far) = (self.plan.near as i64, (self.tile.columns() / self.plan.near) as i64);
        let start = if self.goes_round() { 0 } else { 1 - far };
        let end = if self.plan.paired { 2 * far } else { far };
        (start..end).map(move |t| t * near)
    }

    /// By small step, then by distance: what a window keeps of the diagonal.
    fn near_masks(&self, b: &Builder) -> Vec<Vec<Wire>> {
        let (small, near) = (self.plan.small as i64, self.plan.near as i64);
        let keeps = |d: i64, t: i64| {
            mask(b, self.tile, |row, column| {
                let (column, to) = (column as i64, column as i64 - t);
                let is_near = self.goes_round() || to.div_euclid(near) == column.div_euclid(near);
                is_near && (to - row as i64 - d).rem_euclid(small) == 0
            })
        };
        (0..small).map(|d| self.near_distances().map(|t| keeps(d, t)).collect()).collect()
    }

    /// The sums of `s` neighbours of all diagonals of a giant step, side by side, in the rows of the result.
    fn windows(&self, b: &Builder, masks: &[Vec<Wire>], (i, j, e): (usize, usize, usize)) -> Wire {
        let (first, Plan { small, near, .. }) = (self.first(), self.plan);
        let sum = if first == 1 {
            self.operands.diagonal(i, j, 0, e)
        } else {
            let mut gather = Gather::default();
            for (d, masks) in masks.iter().enumerate() {
                let diagonal = self.operands.diagonal(i, j, d, e);
                masks.iter().zip(self.near_distances()).for_each(|(mask, t)| gather.add(&diagonal, mask, t));
            }
            gather.finish(b)
        };
        sum::double(&sum, first as i64, near as i64).rotate((small * e * self.tile.width()) as i64)
    }

    /// Whether a place of the windows of giant step `e`, with block `j` of `B`, belongs to a block of columns of the result,
    /// `turn` to the left.
    fn is_wanted(&self, (result, j, e): (usize, usize, usize), turn: i64, row: usize, column: usize) -> bool {
        let (rows, columns) = (self.tile.rows(), self.tile.columns());
        let Some(to) = column.checked_add_signed(-turn as isize).filter(|to| *to < columns) else {
            return false;
        };
        let place = result * columns + to;
        let (diagonal, half) = ((place + rows - row) % rows, diagonals(self.tile, self.plan.paired));
        let is_half = self.goes_round() || diagonal / half == usize::from(column >= columns);
        place / rows == j && is_half && diagonal % half / self.plan.small == e
    }
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
