//! Circuits, written, improved, and run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[cfg(feature = "customer")]
mod encrypted;
mod passes;
mod random;
#[cfg(feature = "customer")]
mod runs;
