//! A matrix of any size, cut into tiles.

use crate::Tile;

/// Tiles that cover a matrix: row blocks of column blocks. What lies outside the matrix is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<V> {
    column_blocks: usize,
    tiles: Vec<V>,
}

impl<V> Grid<V> {
    /// How many blocks of rows and of columns a matrix needs.
    #[must_use]
    pub const fn blocks(tile: &Tile, rows: usize, columns: usize) -> (usize, usize) {
        (rows.div_ceil(tile.rows()), columns.div_ceil(tile.columns()))
    }

    /// A grid from its tiles, row block after row block. `None` unless they fill whole rows of blocks.
    #[must_use]
    pub fn new(column_blocks: usize, tiles: Vec<V>) -> Option<Self> {
        if column_blocks > 0 && !tiles.is_empty() && tiles.len().is_multiple_of(column_blocks) {
            Some(Self { column_blocks, tiles })
        } else {
            None
        }
    }

    /// The number of blocks of rows.
    #[must_use]
    pub fn row_blocks(&self) -> usize {
        self.tiles.len() / self.column_blocks
    }

    /// The number of blocks of columns.
    #[must_use]
    pub fn column_blocks(&self) -> usize {
        self.column_blocks
    }

    /// The tiles, row block after row block.
    #[must_use]
    pub fn tiles(&self) -> &[V] {
        &self.tiles
    }

    /// The tiles, row block after row block.
    #[must_use]
    pub fn into_tiles(self) -> Vec<V> {
        self.tiles
    }

    /// The tiles of one block of rows, by block of columns.
    ///
    /// # Panics
    /// When there is no such block.
    #[must_use]
    pub fn row(&self, block: usize) -> &[V] {
        &self.tiles[block * self.column_blocks..(block + 1) * self.column_blocks]
    }

    /// The tiles of one block of columns, by block of rows.
    pub fn column(&self, block: usize) -> impl Iterator<Item = &V> {
        self.tiles.iter().skip(block).step_by(self.column_blocks)
    }
}

impl Grid<Vec<f64>> {
    /// The slots of a `rows x columns` matrix given by its entries, tile by tile.
    #[must_use]
    pub fn of_matrix(tile: &Tile, rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let (row_blocks, column_blocks) = Self::blocks(tile, rows, columns);
        let block = |index: usize| {
            let (top, left) = (index / column_blocks * tile.rows(), index % column_blocks * tile.columns());
            tile.slots_of(|i, k| {
                let (row, column) = (top + i, left + k);
                if row < rows && column < columns { entry(row, column) } else { 0.0 }
            })
        };
        Self { column_blocks, tiles: (0..row_blocks * column_blocks).map(block).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_falls_into_tiles() {
        let tile = Tile::new(4, 2, false).unwrap();
        let grid = Grid::of_matrix(&tile, 3, 3, |i, k| (3 * i + k + 1) as f64);
        assert_eq!((grid.row_blocks(), grid.column_blocks()), (2, 2));
        assert_eq!(grid.row(0), [vec![1.0, 2.0, 4.0, 5.0], vec![3.0, 0.0, 6.0, 0.0]]);
        assert_eq!(
            grid.column(0).cloned().collect::<Vec<_>>(),
            [vec![1.0, 2.0, 4.0, 5.0], vec![7.0, 8.0, 0.0, 0.0]]
        );
        assert_eq!(Grid::new(2, vec![1, 2, 3]), None);
    }
}
