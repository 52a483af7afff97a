//! Any bytes as a circuit's text: refused or read, and what was read is written and read again.
//!
//! What is done with it stands with the tests of `lowtide-circuit`, which replay what is found here.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lowtide-circuit/tests/text/targets.rs"]
mod targets;

fuzz_target!(|input: &[u8]| targets::circuit_text(input));
