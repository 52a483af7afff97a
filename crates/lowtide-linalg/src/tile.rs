//! How a piece of a matrix lies in the slots of one ciphertext.
//!
//! Slot `(i, k) = i W + k` of `R` rows and `W` columns. A **full** tile uses them all, `W = C`. A **half** tile has
//! `W = 2 C` and zeros in its right half, which is where a column sum finds room to stay clean without a mask.
//!
//! Vectors lie in tiles too: a **column-indexed** one, `y[k]` at `(i, k)` in every row `i`, is what a sum of rows leaves;
//! a **row-indexed** one, `x[i]` at `(i, k)` in every column `k < C`, what a sum of columns leaves.

use std::fmt;

/// The shape of a tile: powers of two whose product, doubled for a half tile, is the number of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    rows: usize,
    columns: usize,
    half: bool,
}

impl Tile {
    /// The tile of `slots` slots with `columns` columns of numbers, its right half empty if `half`.
    ///
    /// `None` unless both are powers of two and at least one row fits.
    #[must_use]
    pub const fn new(slots: usize, columns: usize, half: bool) -> Option<Self> {
        let width = columns << half as u32;
        if slots.is_power_of_two() && columns.is_power_of_two() && width <= slots {
            Some(Self { rows: slots / width, columns, half })
        } else {
            None
        }
    }

    /// `R`.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// `C`: columns of numbers.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// `W`: columns of slots.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.columns << self.half as u32
    }

    /// Whether the right half is empty.
    #[must_use]
    pub const fn is_half(&self) -> bool {
        self.half
    }

    /// `R W`.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.rows * self.width()
    }

    /// How many tiles a matrix of some rows and columns takes.
    #[must_use]
    pub const fn count(&self, rows: usize, columns: usize) -> usize {
        rows.div_ceil(self.rows) * columns.div_ceil(self.columns)
    }

    /// The slots of a matrix given by its entries; those outside are zero.
    #[must_use]
    pub fn slots_of(&self, entry: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let value = |slot: usize| {
            let (row, column) = (slot / self.width(), slot % self.width());
            if column < self.columns { entry(row, column) } else { 0.0 }
        };
        (0..self.slots()).map(value).collect()
    }

    /// Reads a column-indexed vector out of the first row.
    ///
    /// # Panics
    /// When there are fewer slots than the tile has columns.
    #[must_use]
    pub fn read_columns<'a>(&self, slots: &'a [f64]) -> &'a [f64] {
        &slots[..self.columns]
    }

    /// One in the first column, zero elsewhere: what cleans a column sum in a full tile.
    #[must_use]
    pub fn first_column(&self) -> Vec<f64> {
        self.slots_of(|_, column| if column == 0 { 1.0 } else { 0.0 })
    }
}

/// `a half tile of 64x32`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.half { "half" } else { "full" };
        write!(f, "a {kind} tile of {}x{}", self.rows, self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_fill_the_slots() {
        let full = Tile::new(64, 8, false).unwrap();
        assert_eq!((full.rows(), full.width(), full.slots()), (8, 8, 64));
        let half = Tile::new(64, 8, true).unwrap();
        assert_eq!((half.rows(), half.width(), half.slots()), (4, 16, 64));
        assert_eq!(Tile::new(64, 64, true), None);
        assert_eq!(Tile::new(64, 6, false), None);
        assert!(Tile::new(64, 64, false).is_some());
    }

    #[test]
    fn the_right_half_is_zero() {
        let half = Tile::new(16, 2, true).unwrap();
        let slots = half.slots_of(|i, k| (10 * i + k + 1) as f64);
        assert_eq!(slots[..8], [1.0, 2.0, 0.0, 0.0, 11.0, 12.0, 0.0, 0.0]);
    }
}
