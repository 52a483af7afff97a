//! The whole path, from rows to a decrypted model.

#![cfg(feature = "customer")]

mod bits;
mod files;
mod problem;
mod training;
