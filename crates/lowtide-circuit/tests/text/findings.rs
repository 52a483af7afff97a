//! What fuzzing found, replayed: `tests/findings/circuit_text/` holds inputs of the fuzz target of that name, and a few
//! of the kind that it starts from.

use std::{fs, path::Path};

use crate::{examples, targets::circuit_text};

#[test]
fn findings_stay_cured() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings/circuit_text");
    for input in fs::read_dir(folder).unwrap() {
        circuit_text(&fs::read(input.unwrap().path()).unwrap());
    }
}

#[test]
fn examples_are_inputs_too() {
    for (_, text) in examples::files() {
        circuit_text(text.as_bytes());
    }
}
