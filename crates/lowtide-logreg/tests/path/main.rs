//! The whole path, from rows to a decrypted model.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![cfg(feature = "customer")]

mod bits;
mod divisor;
mod files;
mod hessian;
mod legs;
mod problem;
mod training;
