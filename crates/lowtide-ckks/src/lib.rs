#![doc = include_str!("../README.md")]

mod add;
mod bridge;
mod ciphertext;
mod constant;
#[cfg(feature = "customer")]
mod decrypt;
#[cfg(feature = "customer")]
mod encrypt;
mod error;
mod key;
#[cfg(feature = "customer")]
mod keygen;
mod keyswitch;
mod mul;
mod noise;
mod params;
mod plaintext;
mod public;
mod rotate;
mod scale;
#[cfg(feature = "customer")]
mod secret;
pub mod security;
mod shape;

pub use bridge::BridgeKeys;
pub use ciphertext::{Ciphertext, Product};
pub use error::Error;
pub use key::{EvaluationKeys, GaloisKey, KeyList, RelinearizationKey, Seed, SwitchingKey};
pub use noise::Noise;
pub use params::{Fingerprint, Level, Literal, Parameters};
pub use plaintext::Plaintext;
pub use public::PublicKey;
pub use rotate::Hoisted;
pub use scale::Scale;
#[cfg(feature = "customer")]
pub use secret::SecretKey;
pub use security::SecurityLevel;
pub use shape::Shape;
