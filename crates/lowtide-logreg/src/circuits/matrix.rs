//! What the customer encrypts: matrices that are plain arithmetic on rows, cut into tiles.

use std::{collections::BTreeMap, fmt};

use lowtide_circuit::{Builder, Wire};
use lowtide_linalg::{Grid, Orientation};

use super::{Circuit, Job};

/// A matrix that a circuit reads. Mini-batches count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matrix {
    /// `Z`, the rows of a mini-batch, by features.
    Batch(usize),
    /// `Z^T`, the same with a feature to a row.
    Transposed(usize),
    /// `Z_rows Z_columns^T`, the products of the rows of two mini-batches.
    Gram {
        /// Whose rows its rows stand for.
        rows: usize,
        /// Whose rows its columns stand for.
        columns: usize,
    },
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(batch) => write!(f, "mini-batch {batch}"),
            Self::Transposed(batch) => write!(f, "mini-batch {batch}, transposed"),
            Self::Gram { rows, columns } => write!(f, "the Gram matrix of mini-batches {rows} and {columns}"),
        }
    }
}

impl Matrix {
    /// The name of a tile, counted row block after row block.
    pub(crate) fn tile_name(self, tile: usize) -> String {
        match self {
            Self::Batch(batch) => format!("batch{batch}_tile{tile}"),
            Self::Transposed(batch) => format!("transposed{batch}_tile{tile}"),
            Self::Gram { rows, columns } => format!("gram{rows}_{columns}_tile{tile}"),
        }
    }

    /// The mini-batch whose rows a row-indexed or column-indexed vector of margins stands for.
    pub(super) const fn batch(batch: usize, margins: Orientation) -> Self {
        match margins {
            Orientation::Row => Self::Batch(batch),
            Orientation::Column => Self::Transposed(batch),
        }
    }

    /// What leads from margins on the rows of one mini-batch to those of the next.
    pub(super) const fn gram(from: usize, to: usize, margins: Orientation) -> Self {
        match margins {
            Orientation::Row => Self::Gram { rows: from, columns: to },
            Orientation::Column => Self::Gram { rows: to, columns: from },
        }
    }
}

impl Job {
    /// The mini-batch of a step.
    pub(super) fn batch(&self, i: usize) -> usize {
        i % self.rows.len()
    }

    /// What a step reads.
    pub(crate) fn reads(&self, i: usize) -> Vec<Matrix> {
        match self.circuit {
            Circuit::Baseline | Circuit::Fused => vec![Matrix::Batch(self.batch(i))],
            Circuit::TwoLevel => {
                let batch = |i| Matrix::batch(self.batch(i), self.margins(i));
                match (i, self.is_last(i)) {
                    (_, true) => vec![batch(i)],
                    // From zero weights the next margins need no other.
                    (0, false) => vec![batch(i), self.gram(i)],
                    (_, false) => vec![batch(i), self.gram(i), batch(i + 1)],
                }
            }
        }
    }

    /// Everything that the circuit reads, in the order of first use.
    pub(crate) fn matrices(&self) -> Vec<Matrix> {
        let mut all = Vec::new();
        for matrix in (0..self.steps.len()).flat_map(|i| self.reads(i)) {
            if !all.contains(&matrix) {
                all.push(matrix);
            }
        }
        all
    }

    /// Rows and columns of a matrix.
    pub(crate) fn size(&self, matrix: Matrix) -> (usize, usize) {
        match matrix {
            Matrix::Batch(batch) => (self.rows[batch], self.width),
            Matrix::Transposed(batch) => (self.width, self.rows[batch]),
            Matrix::Gram { rows, columns } => (self.rows[rows], self.rows[columns]),
        }
    }

    /// Its blocks of rows and of columns.
    pub(crate) fn blocks(&self, matrix: Matrix) -> (usize, usize) {
        let (rows, columns) = self.size(matrix);
        Grid::<()>::blocks(&self.tile, rows, columns)
    }

    /// Its ciphertexts.
    pub(crate) fn tiles(&self, matrix: Matrix) -> usize {
        let (rows, columns) = self.blocks(matrix);
        rows * columns
    }

    /// How the margins of a step lie: the two orientations take turns, and the last one leaves column-indexed weights.
    pub(super) fn margins(&self, i: usize) -> Orientation {
        if (self.steps.len() - 1 - i).is_multiple_of(2) { Orientation::Row } else { Orientation::Column }
    }

    /// What leads from the margins of step `i` to those of the next.
    pub(super) fn gram(&self, i: usize) -> Matrix {
        Matrix::gram(self.batch(i), self.batch(i + 1), self.margins(i))
    }

    /// The power of two that a matrix is divided by before it is encrypted.
    pub(crate) fn unit(&self, matrix: Matrix) -> f64 {
        match matrix {
            Matrix::Batch(batch) | Matrix::Transposed(batch) => self.batch_unit(batch),
            Matrix::Gram { .. } => self.gram_unit(matrix),
        }
    }
}

/// The inputs of a circuit that is being written: each matrix once.
pub(super) struct Inputs<'a> {
    job: &'a Job,
    grids: BTreeMap<Matrix, Grid<Wire>>,
}

impl<'a> Inputs<'a> {
    pub(super) const fn new(job: &'a Job) -> Self {
        Self { job, grids: BTreeMap::new() }
    }

    /// Adds what a step reads and no step before it did.
    pub(super) fn read(&mut self, b: &Builder, i: usize) {
        for matrix in self.job.reads(i) {
            let (_, columns) = self.job.blocks(matrix);
            let tiles = || (0..self.job.tiles(matrix)).map(|tile| b.input(matrix.tile_name(tile))).collect();
            let grid = || Grid::new(columns, tiles()).expect("whole rows of blocks");
            self.grids.entry(matrix).or_insert_with(grid);
        }
    }

    /// The tiles of a matrix that some step up to now reads, divided by their unit.
    pub(super) fn grid(&self, matrix: Matrix) -> &Grid<Wire> {
        &self.grids[&matrix]
    }

    /// The mini-batch of a step in the circuits that know no other matrix.
    pub(super) fn batch(&self, i: usize) -> Batch<'_> {
        let matrix = Matrix::Batch(self.job.batch(i));
        Batch { tiles: self.grid(matrix), unit: self.job.unit(matrix) }
    }
}

/// A mini-batch: its tiles, divided by a power of two.
pub(super) struct Batch<'a> {
    pub(super) tiles: &'a Grid<Wire>,
    pub(super) unit: f64,
}
