//! What the customer encrypts: matrices that are plain arithmetic on rows.

use std::fmt;

use lowtide_linalg::expression::{Factor, Given};

/// A matrix that a circuit reads: what its rows and its columns stand for.
///
/// A mini-batch `Z` has a sample to a row and a feature to a column; `Z^T` is the same the other way; and the Gram matrix
/// `Z Z'^T` of two mini-batches holds the products of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matrix {
    /// What a row stands for.
    pub rows: Axis,
    /// What a column stands for.
    pub columns: Axis,
}

/// What a row or a column of a matrix stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// A feature, or the bias, which comes first.
    Feature,
    /// A row of this mini-batch. They count from 0.
    Sample(usize),
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rows, self.columns) {
            (Axis::Sample(batch), Axis::Feature) => write!(f, "mini-batch {batch}"),
            (Axis::Feature, Axis::Sample(batch)) => write!(f, "mini-batch {batch}, transposed"),
            (Axis::Sample(left), Axis::Sample(right)) => {
                write!(f, "the Gram matrix of mini-batches {left} and {right}")
            }
            (Axis::Feature, Axis::Feature) => f.write_str("the matrix of second moments"),
        }
    }
}

impl Matrix {
    /// What is given to a circuit whose matrix `b` is mini-batch `b`.
    pub(super) fn of(given: &Given) -> Self {
        match given {
            Given::Product(chain) => {
                let ends = chain.first().zip(chain.last()).expect("a chain is not empty");
                Self { rows: Axis::rows(*ends.0), columns: Axis::columns(*ends.1) }
            }
            Given::Vector(..) => unreachable!("training reads no vector"),
        }
    }

    /// Its name in a circuit.
    pub(crate) fn name(self) -> String {
        match (self.rows, self.columns) {
            (Axis::Sample(batch), Axis::Feature) => format!("batch{batch}"),
            (Axis::Feature, Axis::Sample(batch)) => format!("transposed{batch}"),
            (Axis::Sample(left), Axis::Sample(right)) => format!("gram{left}_{right}"),
            (Axis::Feature, Axis::Feature) => "moments".to_owned(),
        }
    }

    /// The name of a tile, counted row block after row block.
    pub(crate) fn tile_name(self, tile: usize) -> String {
        format!("{}_tile{tile}", self.name())
    }
}

impl Axis {
    const fn rows(factor: Factor) -> Self {
        if factor.is_transposed { Self::Feature } else { Self::Sample(factor.matrix) }
    }

    const fn columns(factor: Factor) -> Self {
        Self::rows(factor.transpose())
    }
}
