//! Sums of the rows and of the columns of a tile, by doubling.

use lowtide_ckks::Error;

use crate::{Arithmetic, Tile};

/// Sums the rows: leaves the column-indexed vector `y[k] = sum_i x[i, k]` in every row. Levels: none. Rotations:
/// `log2 R`, all multiples of `W`, which wrap around the whole ciphertext and so leave nothing unclean.
///
/// # Errors
/// What the arithmetic says.
pub fn rows<A: Arithmetic>(a: &A, tile: &Tile, x: &A::Vector) -> Result<A::Vector, Error> {
    double(a, x, tile.width() as i64, tile.slots() as i64)
}

/// Sums the columns: leaves the row-indexed vector `x[i] = sum_k x[i, k]` in every column `k < C`.
///
/// * half tile: levels none, rotations `1 + log2 C`: the left half is copied into the right one, which must be zero, so
///   that `C` neighbours never leave the row. The right half of the result is not clean.
/// * full tile: levels 1, rotations `2 log2 C`: only the first column comes out clean, a mask keeps it, copies fill the
///   others.
///
/// # Errors
/// What the arithmetic says.
pub fn columns<A: Arithmetic>(a: &A, tile: &Tile, x: &A::Vector) -> Result<A::Vector, Error> {
    let columns = tile.columns() as i64;
    if tile.is_half() {
        let doubled = a.add(x, &a.rotate(x, -columns)?)?;
        return double(a, &doubled, 1, columns);
    }
    let summed = double(a, x, 1, columns)?;
    let mask = if a.slots() == 0 { Vec::new() } else { tile.first_column() };
    let mut clean = a.mul_mask(&summed, &mask)?;
    let mut step = 1;
    while step < columns {
        clean = a.add(&clean, &a.rotate(&clean, -step)?)?;
        step *= 2;
    }
    Ok(clean)
}

/// `sum_j x rotated by j first`, for `j` from 0 to `end / first - 1`.
fn double<A: Arithmetic>(a: &A, x: &A::Vector, first: i64, end: i64) -> Result<A::Vector, Error> {
    let (mut sum, mut step) = (x.clone(), first);
    while step < end {
        sum = a.add(&sum, &a.rotate(&sum, step)?)?;
        step *= 2;
    }
    Ok(sum)
}
