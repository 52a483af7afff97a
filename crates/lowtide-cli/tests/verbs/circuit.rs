//! Circuits through the program: the examples of the repository, and texts that are wrong.

use std::{
    fs,
    path::{Path, PathBuf},
};

mod analyse;
mod draw;
mod errors;
mod run;
mod show;

/// The circuits that the repository holds, by name.
fn examples() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/circuits");
    let mut examples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "circuit"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    examples.sort();
    assert!(examples.len() >= 5, "{examples:?}");
    examples
}

/// A folder with the examples, so that no path has a space.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, path) in examples() {
        fs::copy(path, folder.path().join(format!("{name}.circuit"))).unwrap();
    }
    folder
}
