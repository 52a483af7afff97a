//! `cargo xtask fuzz`: the targets of `fuzz/`, a workspace of its own.
//!
//! Sanitizers need a nightly compiler. Where there is none, the stable one is told to behave like it
//! (`RUSTC_BOOTSTRAP=1`), in a target folder of its own.

use std::path::Path;

use crate::{cargo::Run, error::Error};

/// A way to run fuzz targets on this machine.
pub(crate) struct Fuzzer<'a> {
    root: &'a Path,
    nightly: bool,
}

impl<'a> Fuzzer<'a> {
    /// Looks for `cargo-fuzz` and for a nightly compiler.
    pub(crate) fn find(root: &'a Path) -> Result<Self, Error> {
        if !Run::cargo(root, "fuzz --version").works() {
            return Err(Error::Missing { tool: "cargo-fuzz", cure: "cargo install cargo-fuzz --locked" });
        }
        Ok(Self { root, nightly: Run::program(root, "rustup", "run nightly cargo --version").works() })
    }

    /// The names of all targets.
    pub(crate) fn targets(&self) -> Result<Vec<String>, Error> {
        Ok(self.cargo("fuzz list").output()?.split_whitespace().map(String::from).collect())
    }

    /// Runs one target for so many seconds; a crash is an error.
    pub(crate) fn run(&self, target: &str, seconds: u32) -> Result<(), Error> {
        self.cargo("fuzz run").arg(target).arg("--").arg(&format!("-max_total_time={seconds}")).run()
    }

    fn cargo(&self, words: &str) -> Run {
        if self.nightly {
            Run::program(self.root, "rustup", "run nightly cargo").words(words)
        } else {
            Run::cargo(self.root, words).env("RUSTC_BOOTSTRAP", "1")
        }
    }
}
