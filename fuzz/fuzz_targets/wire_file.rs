//! Any bytes as a file: the envelope, and whatever is behind a digest that happens to be right.
//!
//! What is done with it stands with the tests of `lowtide-wire`, which replay what is found here.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lowtide-wire/tests/files/exercise.rs"]
mod exercise;
#[path = "../../crates/lowtide-wire/tests/files/targets.rs"]
#[allow(dead_code, reason = "each target uses one of them")]
mod targets;

fuzz_target!(|input: &[u8]| targets::wire_file(input));
