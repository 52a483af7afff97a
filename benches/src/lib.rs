//! Criterion suites for every layer, with the rivals beside us in the same run.

pub mod selection;
pub mod unit;
pub mod welch;
