//! `cargo xtask bench`: the criterion suites of `benches/`.

use std::path::Path;

use crate::{cargo::Run, error::Error};

/// Runs one suite, or all of them, with `args` passed on to criterion.
pub(crate) fn run(root: &Path, suite: Option<&str>, args: &[String]) -> Result<(), Error> {
    let select = suite.map_or_else(|| String::from("--benches"), |name| format!("--bench {name}"));
    let run = Run::cargo(root, "bench -p lowtide-benches").words(&select).arg("--");
    args.iter().fold(run, |run, arg| run.arg(arg)).run()
}

/// Builds every suite and runs none.
pub(crate) fn build(root: &Path) -> Result<(), Error> {
    Run::cargo(root, "bench -p lowtide-benches --benches --no-run").run()
}
