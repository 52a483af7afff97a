//! What the fuzz targets found, and inputs chosen by hand, again and again: every file in `tests/findings/TARGET/`.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

mod targets;

/// Runs a target with each of its files.
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("findings").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display());
        target(&fs::read(file).unwrap());
    }
}

#[test]
fn arithmetic() {
    replay("ring_arithmetic", targets::ring_arithmetic);
}

#[test]
fn kernels() {
    replay("ring_kernels", targets::ring_kernels);
}

#[test]
fn transforms() {
    replay("ring_ntt", targets::ring_ntt);
}

#[test]
fn no_bytes_are_an_input_too() {
    for target in [targets::ring_arithmetic, targets::ring_kernels, targets::ring_ntt] {
        for length in 0..20 {
            target(&vec![0xff; length]);
        }
    }
}
