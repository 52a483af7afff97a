//! Logistic regression trained on encrypted rows, and in the clear beside it.

pub mod circuits;
pub mod clear;
mod error;
pub mod metrics;
pub mod model;
pub mod rows;
pub mod schedule;
pub mod sigmoid;

pub use circuits::Circuit;
pub use error::Error;
