#![doc = include_str!("../README.md")]

pub mod automorphism;
pub mod basis;
mod bridge;
mod buffer;
mod compose;
pub mod error;
pub mod extend;
pub mod field;
pub mod isa;
pub mod modulus;
pub mod ntt;
pub mod packed;
pub mod poly;
pub mod prime;
pub mod sample;

pub use automorphism::Automorphism;
pub use basis::{Basis, Ring};
pub use buffer::{Buffer, Limb};
pub use error::Error;
pub use extend::{Division, Extension};
pub use field::{Field, Finish};
pub use isa::Isa;
pub use modulus::{Modulus, Shoup};
pub use ntt::Ntt;
pub use packed::{Packed, PackedPoly, PackedSlice};
pub use poly::{Coefficient, Evaluation, Form, Poly};
