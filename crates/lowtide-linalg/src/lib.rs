#![doc = include_str!("../README.md")]

pub mod expression;
pub mod grid;
pub mod orientation;
pub mod sum;
pub mod tile;

pub use grid::Grid;
pub use orientation::Orientation;
pub use tile::Tile;
