//! What the suites share.

pub mod bound;
pub mod kernels;
pub mod selection;
pub mod unit;
pub mod welch;
