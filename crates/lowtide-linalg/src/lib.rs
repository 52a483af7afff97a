#![doc = include_str!("../README.md")]

pub mod arithmetic;
pub mod axis;
mod error;
pub mod expression;
mod gather;
pub mod grid;
pub mod layout;
pub mod object;
pub mod orientation;
pub mod product;
pub mod shape;
pub mod sum;
pub mod tile;
pub mod transpose;

pub use axis::{Axis, ColumnIndexed, FirstColumn, RowIndexed, Spread};
pub use error::Error;
pub use grid::Grid;
pub use layout::Layout;
pub use object::{Matrix, Object, Scalar, Vector};
pub use orientation::Orientation;
pub use shape::{Extent, MatrixShape, ScalarShape, Shape, VectorShape};
pub use tile::Tile;
