//! One modulus and numbers of every size: additions, products, reductions and powers.
//!
//! What is done with it stands with the tests of `lowtide-ring`, which replay what is found here.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/lowtide-ring/tests/replay/targets.rs"]
#[allow(dead_code, reason = "each target uses one of them")]
mod targets;

fuzz_target!(|input: &[u8]| targets::ring_arithmetic(input));
