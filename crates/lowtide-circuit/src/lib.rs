#![doc = include_str!("../README.md")]

pub mod build;
pub mod circuit;
mod error;
pub mod pass;
pub mod read;
mod value;

pub use build::{Builder, Wire};
pub use circuit::{Circuit, Input, NodeId, Op, Region, RegionId, Secrecy};
pub use error::Error;
pub use value::Value;
