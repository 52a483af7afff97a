//! The tool kit against plain matrices: values, what lies outside of them, and the costs that documentation states.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod arithmetic;
mod encrypted;
mod layouts;
mod matrices;
mod plain;
mod products;
mod sums;
mod turned;
