#![doc = include_str!("../README.md")]

pub mod arithmetic;
pub mod clear;
pub mod encrypted;
pub mod grid;
pub mod sum;
pub mod tile;

pub use arithmetic::Arithmetic;
pub use clear::{Clear, Tally};
pub use encrypted::Encrypted;
pub use grid::Grid;
pub use tile::Tile;
