#![doc = include_str!("../README.md")]

pub mod csv;
mod dataset;
mod error;
pub mod idx;
mod limits;
#[cfg(feature = "mnist")]
pub mod mnist;
mod nearest;
pub mod scale;
mod shuffle;
mod table;
mod warning;

pub use crate::dataset::{Classes, Dataset, Label, Schema};
pub use crate::error::{Cell, Error};
pub use crate::limits::Limits;
pub use crate::scale::{Method, Scaling};
pub use crate::shuffle::permutation;
pub use crate::table::Table;
pub use crate::warning::{Loaded, Warning};
