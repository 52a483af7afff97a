//! What a reader noticed and let pass.

use crate::error::list;
use std::fmt;

/// What was read, and what the reader noticed on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<T> {
    /// The rows.
    pub data: T,
    /// Worth showing to a person; nothing here stops the work.
    pub warnings: Vec<Warning>,
}

/// Something odd in a file, which does not stop the work.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Every row has the same value in this column, so nothing can be learned from it.
    ConstantColumn {
        /// The name of the column.
        column: String,
        /// Its one value.
        value: f64,
    },
    /// The first line holds whole numbers only: names that count the columns, or a row that was lost.
    NumericHeader {
        /// The names as read.
        names: Vec<String>,
    },
    /// These columns are in the file and not in the schema.
    IgnoredColumns {
        /// Their names, in the order of the file.
        names: Vec<String>,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConstantColumn { column, value } => {
                write!(f, "column `{column}` is {value} in every row: a model learns nothing from it")
            }
            Self::NumericHeader { names } => write!(
                f,
                "the first line was read as column names, though all are numbers ({}): \
                 if it is a row, add a header above it",
                list(names)
            ),
            Self::IgnoredColumns { names } => {
                write!(f, "ignored columns that the model does not have: {}", list(names))
            }
        }
    }
}
