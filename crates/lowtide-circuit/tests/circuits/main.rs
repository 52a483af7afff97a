//! Circuits, written, improved, and run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[cfg(feature = "customer")]
mod encrypted;
mod hostile;
mod keys;
mod passes;
#[cfg(feature = "customer")]
mod predict;
mod random;
#[cfg(feature = "customer")]
mod random_bounded;
#[cfg(feature = "customer")]
mod runs;
#[cfg(feature = "customer")]
mod turns;
