//! Any bytes as a circuit: the passes keep it one, and the compiler refuses it or makes a program that holds together.
//!
//! What is done with it stands with the tests of `lowtide-circuit`, which replay what is found here.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lowtide-circuit/tests/circuits/hostile.rs"]
mod hostile;

fuzz_target!(|input: &[u8]| hostile::circuit_compile(input));
