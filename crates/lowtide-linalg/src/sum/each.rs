//! The sums of many matrices, each by itself, with rotations that all of them share.
//!
//! After `s` doublings a slot holds the sum of `2^s` neighbours. One mask then keeps of each matrix what its place in the
//! result still wants from some distance, and what wants the same distance is turned at once:
//! `sum_t rotate(sum_j mask_jt x_j, 2^s t)`.

use super::{
    double, first_column,
    object::{column, row, stack},
};
use crate::{
    Error, Matrix, MatrixShape,
    gather::{Gather, mask},
};

/// The sums of the rows of `n` matrices, equal in shape, as the `n` rows of a matrix. Levels: 1.
///
/// With `h` blocks of rows in the result, a block of columns takes `n s + h (R / 2^s - 1)` rotations and `n R / 2^s` public
/// products, for the `s` that makes rotations fewest. One by one, `n log2 R` rotations would give `n` vectors at no level.
///
/// # Errors
/// [`Error::Empty`] of none, [`Error::Tiles`] or [`Error::Shapes`] unless all have one layout.
pub fn rows_of_each(matrices: &[&Matrix]) -> Result<Matrix, Error> {
    let first = alike(matrices)?;
    let (b, tile, n) = (first.builder(), first.tile(), matrices.len());
    let (size, width) = (tile.rows(), tile.width());
    let result = MatrixShape::new(n, first.columns());
    let blocks = n.div_ceil(size);
    let window = 1 << doublings(n, blocks, size);
    let mut gathers: Vec<Gather> = (0..blocks * first.column_blocks()).map(|_| Gather::default()).collect();
    for k in 0..first.column_blocks() {
        for (j, matrix) in matrices.iter().enumerate() {
            let x = double(&stack(column(matrix, k)), width as i64, (window * width) as i64);
            for t in (0..size).step_by(window) {
                let kept = mask(b, tile, |row, _| row == (j + t) % size);
                gathers[j / size * first.column_blocks() + k].add(&x, &kept, (t * width) as i64);
            }
        }
    }
    Ok(first.make(result, gathers.into_iter().map(|gather| gather.finish(b)).collect()))
}

/// The sums of the columns of `n` matrices, equal in shape, as the `n` columns of a matrix. Levels: 1.
///
/// With `g` blocks of columns in the result, a block of rows takes
///
/// * half tiles: `n (1 + s) + g (C / 2^s - 1)` rotations and `n C / 2^s` public products, for the `s` that makes rotations
///   fewest,
/// * full tiles: `n log2 C + n - g` rotations and `n` public products.
///
/// # Errors
/// [`Error::Empty`] of none, [`Error::Tiles`] or [`Error::Shapes`] unless all have one layout.
pub fn columns_of_each(matrices: &[&Matrix]) -> Result<Matrix, Error> {
    let first = alike(matrices)?;
    let (b, tile, n) = (first.builder(), first.tile(), matrices.len());
    let size = tile.columns();
    let result = MatrixShape::new(first.rows(), n);
    let blocks = n.div_ceil(size);
    let window = 1 << doublings(n, blocks, size);
    let mut gathers: Vec<Gather> = (0..first.row_blocks() * blocks).map(|_| Gather::default()).collect();
    for i in 0..first.row_blocks() {
        for (j, matrix) in matrices.iter().enumerate() {
            let (x, gather) = (stack(row(matrix, i)), &mut gathers[i * blocks + j / size]);
            if !tile.is_half() {
                gather.add(&first_column(tile, &x), &b.vector(tile.first_column()), -((j % size) as i64));
                continue;
            }
            // Copied to the right half, a row goes round; the places read end before the right edge.
            let x = double(&(&x + x.rotate(-(size as i64))), 1, window as i64);
            for t in (0..size).step_by(window) {
                gather.add(&x, &mask(b, tile, |_, column| column == j % size + t), t as i64);
            }
        }
    }
    Ok(first.make(result, gathers.into_iter().map(|gather| gather.finish(b)).collect()))
}

/// The first of matrices of one layout.
fn alike<'a>(matrices: &[&'a Matrix]) -> Result<&'a Matrix, Error> {
    let first = *matrices.first().ok_or(Error::Empty)?;
    let cure = "all must have the same shape";
    for it in matrices {
        let sizes = |matrix: &Matrix| (matrix.rows(), matrix.columns());
        first.fits(*it, "the sums", (sizes(first).0, sizes(it).0), cure)?;
        first.fits(*it, "the sums", (sizes(first).1, sizes(it).1), cure)?;
    }
    Ok(first)
}

/// The `s` that makes `n s + blocks (size / 2^s - 1)` least; of equals the largest, which takes the fewest products.
fn doublings(n: usize, blocks: usize, size: usize) -> usize {
    let cost = |s: usize| n * s + blocks * ((size >> s) - 1);
    (0..=size.ilog2() as usize).rev().min_by_key(|s| cost(*s)).expect("at least none")
}
