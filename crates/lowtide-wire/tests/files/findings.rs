//! What fuzzing found, replayed: `tests/findings/TARGET/` holds inputs of the fuzz target of that name, and a few of
//! the kind that it starts from.

use std::{fs, path::Path};

use crate::targets::{wire_file, wire_parameters, wire_payload};

#[test]
fn findings_stay_cured() {
    replay("wire_file", wire_file);
    replay("wire_parameters", wire_parameters);
    replay("wire_payload", wire_payload);
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings").join(target);
    for input in fs::read_dir(folder).unwrap() {
        run(&fs::read(input.unwrap().path()).unwrap());
    }
}
