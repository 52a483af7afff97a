//! Sums of the rows and of the columns of a tile, by doubling.

use lowtide_circuit::{Builder, Wire};

use crate::Tile;

mod each;
mod object;

pub use each::{columns_of_each, rows_of_each};
pub use object::{columns_of_all, rows_of_all};

/// Sums the rows: leaves the column-indexed vector `y[k] = sum_i x[i, k]` in every row. Levels: none. Rotations:
/// `log2 R`, all multiples of `W`, which wrap around the whole ciphertext and so leave nothing unclean.
#[must_use]
pub fn rows(tile: &Tile, x: &Wire) -> Wire {
    double(x, tile.width() as i64, tile.slots() as i64)
}

/// As [`rows`], for several tiles, each by itself. In half tiles the second of a pair, moved to the right half of the first, is
/// summed with it, and comes back to the left: of the rows, which are all the same then, it does not matter from which. Two
/// tiles take `2 + log2 R` rotations in place of `2 log2 R`, and leave each other's sums in their right halves, which must have
/// been zero.
pub(crate) fn rows_in_pairs(tile: &Tile, tiles: &[Wire]) -> Vec<Wire> {
    // With four rows or fewer a pair takes as many rotations as its tiles one by one.
    if !tile.is_half() || tile.rows() <= 4 {
        return tiles.iter().map(|x| rows(tile, x)).collect();
    }
    let right = -(tile.columns() as i64);
    let sums = |pair: &[Wire]| match pair {
        [x, y] => {
            let both = rows(tile, &(x + y.rotate(right)));
            vec![both.clone(), both.rotate(right)]
        }
        alone => alone.iter().map(|x| rows(tile, x)).collect(),
    };
    tiles.chunks(2).flat_map(sums).collect()
}

/// Sums the columns: leaves the row-indexed vector `x[i] = sum_k x[i, k]` in every column `k < C`.
///
/// * half tile: levels none, rotations `1 + log2 C`: the left half is copied into the right one, which must be zero, so
///   that `C` neighbours never leave the row. The right half of the result is not clean.
/// * full tile: levels 1, rotations `2 log2 C`: only the first column comes out clean, a mask keeps it, copies fill the
///   others. A single column is its own sum, at no level.
#[must_use]
pub fn columns(b: &Builder, tile: &Tile, x: &Wire) -> Wire {
    let columns = tile.columns() as i64;
    if tile.is_half() {
        return double(&(x + x.rotate(-columns)), 1, columns);
    }
    if columns == 1 {
        return x.clone();
    }
    copy_columns(tile, &(first_column(tile, x) * b.vector(tile.first_column())))
}

/// Sums the columns: leaves `x[i] = sum_k x[i, k]` in the first column, and anything in the others. Levels: none. Rotations:
/// `log2 C`.
#[must_use]
pub fn first_column(tile: &Tile, x: &Wire) -> Wire {
    double(x, 1, tile.columns() as i64)
}

/// Copies the first column into all `C`; the others must be zero. Levels: none. Rotations: `log2 C`.
#[must_use]
pub fn copy_columns(tile: &Tile, x: &Wire) -> Wire {
    let (mut copies, mut step) = (x.clone(), 1);
    while step < tile.columns() as i64 {
        copies = &copies + copies.rotate(-step);
        step *= 2;
    }
    copies
}

/// The sum of several vectors; `None` of none.
#[must_use]
pub fn of<'a>(vectors: impl IntoIterator<Item = &'a Wire>) -> Option<Wire> {
    let mut vectors = vectors.into_iter();
    let first = vectors.next()?.clone();
    Some(vectors.fold(first, |sum, x| sum + x))
}

/// `sum_j x rotated by j first`, for `j` from 0 to `end / first - 1`.
pub(crate) fn double(x: &Wire, first: i64, end: i64) -> Wire {
    let (mut sum, mut step) = (x.clone(), first);
    while step < end {
        sum = &sum + sum.rotate(step);
        step *= 2;
    }
    sum
}
