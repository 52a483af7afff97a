//! The checkout, as the checks see it: paths with `/`, folders in order, files as text.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::{manifest::Manifest, source::Source};
use crate::{error::Error, join};

/// Where Rust of ours lives.
const RUST: [&str; 4] = ["benches", "crates", "fuzz", "xtask"];

/// Folders that hold what a build or a fuzzer made.
const MADE: [&str; 4] = ["target", "corpus", "artifacts", "coverage"];

/// The checkout.
pub(super) struct Tree {
    root: PathBuf,
    crates: Vec<String>,
}

impl Tree {
    /// Looks which crates there are.
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let mut tree = Self { root: root.to_path_buf(), crates: Vec::new() };
        let folders = tree.entries("crates")?.into_iter().filter(|entry| join(root, entry).is_dir());
        tree.crates = folders.filter_map(|entry| entry.strip_prefix("crates/").map(str::to_owned)).collect();
        Ok(tree)
    }

    /// The folder that holds everything.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder names under `crates/`.
    pub(super) fn crates(&self) -> &[String] {
        &self.crates
    }

    /// Whether there is such a file or folder.
    pub(super) fn has(&self, path: &str) -> bool {
        join(&self.root, path).exists()
    }

    /// A file's text.
    pub(super) fn read(&self, path: &str) -> Result<String, Error> {
        fs::read_to_string(join(&self.root, path)).map_err(|source| self.unreadable(path, source))
    }

    /// A file of `ci/`, typed.
    pub(super) fn read_toml<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        toml::from_str(&self.read(path)?).map_err(|error| self.malformed(path, &error))
    }

    /// A `Cargo.toml`.
    pub(super) fn manifest(&self, path: &str) -> Result<Manifest, Error> {
        let text = self.read(path)?;
        Manifest::parse(path, &text).map_err(|error| self.malformed(path, &error))
    }

    /// The manifests of the workspace's members.
    pub(super) fn members(&self) -> Result<Vec<Manifest>, Error> {
        let rooms = self.crates.iter().map(|name| format!("crates/{name}/Cargo.toml"));
        let outside = ["benches/Cargo.toml", "xtask/Cargo.toml"].map(String::from);
        rooms.chain(outside).filter(|path| self.has(path)).map(|path| self.manifest(&path)).collect()
    }

    /// Every file of Rust that a person wrote.
    pub(super) fn rust_files(&self) -> Result<Vec<Source>, Error> {
        let mut files = Vec::new();
        let mut folders: Vec<String> =
            RUST.map(String::from).into_iter().filter(|path| self.has(path)).collect();
        while let Some(folder) = folders.pop() {
            for path in self.entries(&folder)? {
                let name = path.rsplit('/').next().unwrap_or_default();
                if join(&self.root, &path).is_dir() {
                    if !MADE.contains(&name) && !name.starts_with('.') {
                        folders.push(path);
                    }
                } else if path.ends_with(".rs") {
                    let text = self.read(&path)?;
                    files.push(Source::new(path, text));
                }
            }
        }
        Ok(files)
    }

    /// What a folder holds, in order; nothing when there is no such folder.
    pub(super) fn entries(&self, folder: &str) -> Result<Vec<String>, Error> {
        if !self.has(folder) {
            return Ok(Vec::new());
        }
        let read = || -> io::Result<Vec<String>> {
            let names =
                fs::read_dir(join(&self.root, folder))?.map(|entry| entry.map(|entry| entry.file_name()));
            names.map(|name| Ok(format!("{folder}/{}", name?.to_string_lossy()))).collect()
        };
        let mut entries = read().map_err(|source| self.unreadable(folder, source))?;
        entries.sort();
        Ok(entries)
    }

    fn unreadable(&self, path: &str, source: io::Error) -> Error {
        Error::Read { path: join(&self.root, path), source }
    }

    fn malformed(&self, path: &str, error: &toml::de::Error) -> Error {
        Error::Malformed { path: join(&self.root, path), reason: error.to_string().into() }
    }
}

/// A checkout in a temporary folder, for the tests of the checks.
#[cfg(test)]
pub(super) struct Fixture {
    folder: tempfile::TempDir,
}

#[cfg(test)]
impl Fixture {
    /// A folder with these files.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = join(folder.path(), path);
            fs::create_dir_all(path.parent().expect("a file sits in a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Self { folder }
    }

    /// The checkout that it makes.
    pub(super) fn tree(&self) -> Tree {
        Tree::open(self.folder.path()).expect("a tree")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_crates_and_rust_but_nothing_that_a_build_made() {
        let fixture = Fixture::new(&[
            ("crates/b/src/lib.rs", "//! b"),
            ("crates/a/src/lib.rs", "//! a"),
            ("crates/README.md", "the map"),
            ("fuzz/target/debug/made.rs", ""),
            ("fuzz/fuzz_targets/one.rs", ""),
        ]);
        let tree = fixture.tree();
        assert_eq!(tree.crates(), ["a", "b"]);
        let mut paths: Vec<_> =
            tree.rust_files().unwrap().iter().map(|source| source.path().to_owned()).collect();
        paths.sort();
        assert_eq!(paths, ["crates/a/src/lib.rs", "crates/b/src/lib.rs", "fuzz/fuzz_targets/one.rs"]);
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = Fixture::new(&[]).tree().read("ci/layers.toml").unwrap_err();
        assert!(error.to_string().contains("layers.toml"), "{error}");
    }
}
