#![doc = include_str!("../README.md")]

pub mod circuits;
pub mod clear;
#[cfg(feature = "customer")]
pub mod customer;
mod error;
pub mod file;
mod fixed_hessian;
pub mod metrics;
pub mod model;
pub mod plan;
pub mod planner;
pub mod rows;
pub mod schedule;
pub mod sigmoid;
pub mod train;
pub mod trial;
pub mod twin;

pub use circuits::{Circuit, Gram};
pub use error::Error;
pub use file::Preparation;
pub use fixed_hessian::FixedHessian;
pub use model::Model;
pub use plan::{Plan, Request};
pub use train::{EncryptedDataset, EncryptedModel, FreshStart};
