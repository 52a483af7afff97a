#![doc = include_str!("../README.md")]

mod ciphertext;
mod envelope;
mod error;
mod file;
pub mod format;
mod inspect;
mod key;
mod kind;
mod limits;
mod literal;
mod pack;
mod payload;
mod reader;
mod scale;
#[cfg(feature = "customer")]
mod secret;
mod sizes;
mod writer;

pub use envelope::{Envelope, Header};
pub use error::Error;
pub use file::{load, save, save_new};
pub use inspect::{Contents, Summary, inspect};
pub use kind::Kind;
pub use limits::Limits;
pub use payload::{Payload, Wire, decode, encode};
pub use reader::Reader;
pub use sizes::Sizes;
pub use writer::Writer;
