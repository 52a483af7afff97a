#![doc = include_str!("../README.md")]

pub mod embedding;
pub mod error;
pub mod precision;
pub mod slots;

pub use embedding::Embedding;
pub use error::Error;
pub use num_complex::Complex64;
pub use precision::Precision;
pub use slots::Encoder;
