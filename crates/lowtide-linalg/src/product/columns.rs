//! `A^T B` from `A` and `B`: sums over rows.
//!
//! The same as `A B^T` with rows and columns exchanged, so see there first. In a frame whose column `c` is column `c - g e` of
//! `B`, which giant steps to the right give, column `c + d` of `A` belongs to the small step `d`. Rows go round by themselves.
//! Columns of `A` do in half tiles once they are copied to the right half, where `B` finds room to move. In full tiles each
//! step of `A` is put together from two, behind masks.

use lowtide_circuit::Wire;

use super::plan::{Plan, Take};
use crate::{
    Error, Matrix, MatrixShape,
    gather::{Gather, mask},
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
    /// `A^T B`. Levels: 3; in half tiles a product between two ciphertexts and two masks, in full tiles what
    /// [`Matrix::transposed_times_shallow`] takes.
    ///
    /// With `a` blocks of columns of `A`, `b` of `B`, `k` blocks of their rows, `r = ceil(columns of A / R)`, and `p` pairs of one
    /// of the `r` and one of the `a` blocks that stand for the same columns, for powers of two `g <= s`, `g <= C`, `s <= R`, it
    /// takes in half tiles `a b k C` products (`a b C` sums of products) and
    ///
    /// * rotations: `a k`, copies, unless `C = 1`; `a k (g - 1) + b k (C / g - 1)`, diagonals;
    ///   `a b C / g (g - 1 + log2(s / g)) + a b (C / g - 1) + b r (R / s - 1)`, sums;
    /// * public products: `a b C g` unless `g = 1`, and `b p C / g R / s`.
    ///
    /// `g` and `s` are chosen as in [`Matrix::times_transposed`].
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many rows.
    pub fn transposed_times(&self, other: &Self) -> Result<Self, Error> {
        let (b, tile) = (self.builder(), self.tile());
        if !tile.is_half() {
            return self.transposed_times_shallow(other);
        }
        let blocks = self.blocks_over_rows(other)?;
        let (rows, columns, width) = (tile.rows(), tile.columns(), tile.width());
        let plan = Plan::cheapest(
            columns,
            rows,
            |plan| plan.small <= plan.near,
            |plan| deep(rows, columns, blocks, plan),
        );
        let (small, near) = (plan.small, plan.near);
        let giant = columns / small;
        let operands = Operands::new(self, other, small);
        // Which small step lies where in a window depends on the sum of step and distance alone.
        let mask_of =
            |step: usize| mask(b, tile, |row, column| (row + small - column % small) % small == step);
        let masks: Vec<Wire> = (0..small).map(mask_of).collect();
        let window = |i: usize, j: usize, e: usize| {
            let mut gather = Gather::default();
            for d in 0..small {
                let diagonal = operands.diagonal(i, j, d, e);
                (0..small).for_each(|t| gather.add(&diagonal, &masks[(d + t) % small], (t * width) as i64));
            }
            gather.finish(b)
        };
        let windows = |i: usize, j: usize, e: usize| {
            let sum = if small == 1 { operands.diagonal(i, j, 0, e) } else { window(i, j, e) };
            sum::double(&sum, (small * width) as i64, (near * width) as i64).rotate((small * e) as i64)
        };
        let windows: Vec<Vec<Vec<Wire>>> = (0..blocks.a)
            .map(|i| (0..blocks.b).map(|j| (0..giant).map(|e| windows(i, j, e)).collect()).collect())
            .collect();
        let mut tiles = Vec::with_capacity(blocks.result * blocks.b);
        for result in 0..blocks.result {
            let mut gathers: Vec<Gather> = (0..blocks.b).map(|_| Gather::default()).collect();
            for (i, e) in
                meeting(rows, columns, result, blocks.a).flat_map(|i| (0..giant).map(move |e| (i, e)))
            {
                for turn in (0..rows).step_by(near) {
                    let keeps = mask(b, tile, |row, column| {
                        let to = result * rows + (row + rows - turn) % rows;
                        column < columns
                            && to / columns == i
                            && (to % columns + columns - column) % columns / small == e
                    });
                    let turn = (turn * width) as i64;
                    gathers
                        .iter_mut()
                        .enumerate()
                        .for_each(|(j, it)| it.add(&windows[i][j][e], &keeps, turn));
                }
            }
            tiles.extend(gathers.into_iter().map(|gather| gather.finish(b)));
        }
        Ok(self.make(MatrixShape::new(self.columns(), other.columns()), tiles))
    }

    /// `A^T B`. Levels: 2 in half tiles, a product between two ciphertexts and a mask; 3 in full tiles, with a mask before.
    ///
    /// Named as for [`Matrix::transposed_times`], with any `g <= C` in half tiles, `g = C` in full ones, and any `s <= R`, it takes
    /// `a b k C` products (`a b C` sums of products) and
    ///
    /// * rotations: `a k`, copies in half tiles, unless `C = 1`; `a k (g - 1) + b k (C / g - 1)`, diagonals, and again
    ///   `a k (C - 1)` in full tiles; `a b C log2 s`, sums of neighbours; `b r (C / g (R / s - 1) + C / g - 1)`, sums of what
    ///   they leave;
    /// * public products: `b p C R / s`, and in full tiles `2 a k (C - 1)`.
    ///
    /// # Errors
    /// [`Error::Tiles`] or [`Error::Shapes`] unless both have equally many rows.
    pub fn transposed_times_shallow(&self, other: &Self) -> Result<Self, Error> {
        let blocks = self.blocks_over_rows(other)?;
        let (b, tile) = (self.builder(), self.tile());
        let (rows, columns, width, half) = (tile.rows(), tile.columns(), tile.width(), tile.is_half());
        let allowed = |plan: Plan| half || plan.small == columns;
        let plan = Plan::cheapest(columns, rows, allowed, |plan| shallow(rows, columns, half, blocks, plan));
        let (small, near) = (plan.small, plan.near);
        let giant = columns / small;
        let operands = Operands::new(self, other, small);
        let mut gathers: Vec<Vec<Gather>> = Vec::new();
        gathers.resize_with(blocks.result * blocks.b, || (0..giant).map(|_| Gather::default()).collect());
        for result in 0..blocks.result {
            for i in meeting(rows, columns, result, blocks.a) {
                for d in 0..small {
                    for turn in (0..rows).step_by(near) {
                        let keeps = mask(b, tile, |row, column| {
                            let to = result * rows + (row + rows - turn) % rows;
                            to / columns == i && (column + d) % columns == to % columns
                        });
                        for (j, e) in (0..blocks.b).flat_map(|j| (0..giant).map(move |e| (j, e))) {
                            let diagonal = operands.diagonal(i, j, d, e);
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
            sum::of(&turned.collect::<Vec<_>>()).expect("there is a giant step")
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

/// What [`Matrix::transposed_times`] takes in half tiles.
fn deep(rows: usize, columns: usize, blocks: Blocks, plan: Plan) -> Take {
    let Blocks { a, b, k, result, pairs } = blocks;
    let (giant, far) = (columns / plan.small, rows / plan.near);
    let copies = if columns > 1 { a * k } else { 0 };
    let diagonals = a * k * (plan.small - 1) + b * k * (giant - 1);
    let near_turns = plan.small - 1 + (plan.near / plan.small).ilog2() as usize;
    let sums = a * b * giant * near_turns + a * b * (giant - 1) + b * result * (far - 1);
    let near_products = if plan.small > 1 { a * b * columns * plan.small } else { 0 };
    Take { rotations: copies + diagonals + sums, public_products: near_products + b * pairs * giant * far }
}

/// What [`Matrix::transposed_times_shallow`] takes.
fn shallow(rows: usize, columns: usize, half: bool, blocks: Blocks, plan: Plan) -> Take {
    let Blocks { a, b, k, result, pairs } = blocks;
    let (giant, far) = (columns / plan.small, rows / plan.near);
    let copies = if half && columns > 1 { a * k } else { 0 };
    let again = if half { 0 } else { a * k * (columns - 1) };
    let diagonals = a * k * (plan.small - 1) + again + b * k * (giant - 1);
    let sums = a * b * columns * plan.near.ilog2() as usize + b * result * (giant * (far - 1) + giant - 1);
    Take { rotations: copies + diagonals + sums, public_products: 2 * again + b * pairs * columns * far }
}

/// Both matrices by block of columns, then of rows; `A` in small steps to the left.
struct Operands {
    a: Vec<Vec<Vec<Wire>>>,
    b: Vec<Vec<Wire>>,
    small: usize,
}

impl Operands {
    fn new(a: &Matrix, b: &Matrix, small: usize) -> Self {
        let (builder, tile, columns) = (a.builder(), a.tile(), a.tile().columns());
        let steps = |x: &Wire| -> Vec<Wire> {
            if tile.is_half() {
                let copied = if columns > 1 { x + x.rotate(-(columns as i64)) } else { x.clone() };
                return (0..small).map(|d| copied.rotate(d as i64)).collect();
            }
            let step = |d: usize| {
                let mut gather = Gather::default();
                let stay = mask(builder, tile, |_, column| column + d < columns);
                let wrap = mask(builder, tile, |_, column| column + d >= columns);
                let (left, right) = (x.rotate(d as i64), x.rotate(d as i64 - columns as i64));
                gather.add(&left, &stay, 0);
                gather.add(&right, &wrap, 0);
                gather.finish(builder)
            };
            (0..small).map(|d| if d == 0 { x.clone() } else { step(d) }).collect()
        };
        let column = |j| (0..b.row_blocks()).map(|k| b.at(k, j).clone()).collect();
        Self {
            a: (0..a.column_blocks())
                .map(|i| (0..a.row_blocks()).map(|k| steps(a.at(k, i))).collect())
                .collect(),
            b: (0..b.column_blocks()).map(column).collect(),
            small,
        }
    }

    /// Products of block `i` of `A`, small step `d`, and block `j` of `B`, giant step `e`, over all rows.
    fn diagonal(&self, i: usize, j: usize, d: usize, e: usize) -> Wire {
        let right = -((self.small * e) as i64);
        let products = self.a[i].iter().zip(&self.b[j]).map(|(a, b)| &a[d] * b.rotate(right));
        sum::of(&products.collect::<Vec<_>>()).expect("a matrix has rows")
    }
}
