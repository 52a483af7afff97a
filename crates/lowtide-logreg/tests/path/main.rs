//! The whole path, from rows to a decrypted model.

#![cfg(feature = "customer")]

mod files;
mod problem;
mod training;
