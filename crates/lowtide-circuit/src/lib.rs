#![doc = include_str!("../README.md")]

pub mod analyse;
pub mod build;
pub mod circuit;
pub mod compile;
#[cfg(feature = "customer")]
pub mod customer;
pub mod draw;
mod error;
pub mod pass;
pub mod program;
pub mod read;
pub mod run;
pub mod speed;
pub mod text;
mod value;

pub use analyse::{Analysis, analyse};
pub use build::{Builder, Wire};
pub use circuit::{Circuit, Input, NodeId, Op, Region, RegionId, Secrecy};
pub use compile::{Requirements, compile, compile_for};
pub use error::Error;
pub use program::Program;
pub use run::run;
pub use value::{Numbers, Value};
