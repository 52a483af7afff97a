#![doc = include_str!("../README.md")]

pub mod grid;
pub mod sum;
pub mod tile;

pub use grid::Grid;
pub use tile::Tile;
