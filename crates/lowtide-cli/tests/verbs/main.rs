//! Every verb, through the program, on files, with customer and service in folders of their own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod circuit;
mod damage;
mod demo;
mod errors;
mod machines;
mod party;
mod path;
mod readme;
mod refresh;
mod report;
