//! What is encrypted: matrices that are plain arithmetic on rows, and the weights to start from.

use std::fmt;

use lowtide_linalg::{
    Orientation,
    expression::{Factor, Given},
};

use super::Job;

/// What a circuit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A matrix made of rows.
    Rows(Matrix),
    /// A vector to start from: row-indexed as a matrix of equal columns, column-indexed as one of equal rows.
    Start(Part, Orientation),
}

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
    /// A row of this mini-batch times the weight of its class.
    Weighted(usize),
}

/// What a circuit leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// `w` after the last step, the model.
    Weights,
    /// `w` before the last step. Momentum is a sum of the two, which the circuit would take a level for and the customer takes
    /// in clear.
    Before,
}

impl Outcome {
    /// Its name in a circuit.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Before => "before",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weights => "weights",
            Self::Before => "weights before the last step",
        })
    }
}

/// What there is between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `w`, the model.
    Weights,
    /// `v`, from which the next gradient is taken.
    Momentum,
}

impl Part {
    /// `weights` or `momentum`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Momentum => "momentum",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(matrix) => matrix.fmt(f),
            Self::Start(part, Orientation::Row) => write!(f, "the {} to start from, by row", part.name()),
            Self::Start(part, Orientation::Column) => {
                write!(f, "the {} to start from, by column", part.name())
            }
        }
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rows, self.columns) {
            (Axis::Feature, Axis::Feature) => f.write_str("the matrix of second moments"),
            (rows, Axis::Feature) => write!(f, "mini-batch {rows}"),
            (Axis::Feature, columns) => write!(f, "mini-batch {columns}, transposed"),
            (rows, columns) => write!(f, "the Gram matrix of mini-batches {rows} and {columns}"),
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature => f.write_str("features"),
            Self::Sample(batch) => write!(f, "{batch}"),
            Self::Weighted(batch) => write!(f, "{batch} (weighted)"),
        }
    }
}

impl Source {
    /// Its name in a circuit.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Rows(matrix) => matrix.name(),
            Self::Start(part, Orientation::Row) => format!("{}_by_row", part.name()),
            Self::Start(part, Orientation::Column) => format!("{}_by_column", part.name()),
        }
    }

    /// The name of a tile, counted row block after row block.
    pub(crate) fn tile_name(self, tile: usize) -> String {
        format!("{}_tile{tile}", self.name())
    }
}

impl Matrix {
    fn name(self) -> String {
        match (self.rows, self.columns) {
            (Axis::Feature, Axis::Feature) => "moments".to_owned(),
            (rows, Axis::Feature) => format!("batch{}", rows.name()),
            (Axis::Feature, columns) => format!("transposed{}", columns.name()),
            (rows, columns) => format!("gram{}_{}", rows.name(), columns.name()),
        }
    }
}

impl Axis {
    fn name(self) -> String {
        match self {
            Self::Feature => "s".to_owned(),
            Self::Sample(batch) => batch.to_string(),
            Self::Weighted(batch) => format!("{batch}w"),
        }
    }
}

impl Job {
    /// What is given to the circuit, whose matrices are the mini-batches that it uses and then the same, weighted.
    pub(super) fn source(&self, given: &Given) -> Source {
        match given {
            Given::Product(chain) => {
                let (first, last) = chain.first().zip(chain.last()).expect("a chain is not empty");
                Source::Rows(Matrix { rows: self.axis(*first), columns: self.axis(last.transpose()) })
            }
            Given::Vector(name, orientation) => {
                let part = if **name == *Part::Momentum.name() { Part::Momentum } else { Part::Weights };
                Source::Start(part, *orientation)
            }
        }
    }

    /// What the rows of a factor stand for.
    fn axis(&self, factor: Factor) -> Axis {
        let batch = |local: usize| (self.first + local) % self.batches;
        match factor.matrix.checked_sub(self.rows.len()) {
            _ if factor.is_transposed => Axis::Feature,
            None => Axis::Sample(batch(factor.matrix)),
            Some(local) => Axis::Weighted(batch(local)),
        }
    }
}
