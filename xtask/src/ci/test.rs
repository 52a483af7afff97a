//! Every test of the workspace, with the example of every README; then the arithmetic again, slower.

use std::path::Path;

use crate::{cargo::Run, error::Error};

/// Values of `LOWTIDE_ISA` below the best there may be: what older machines run.
const CAPS: [&str; 3] = ["scalar", "avx2", "avx512"];

/// `cargo test` and not another runner: its result lines are those that every reader of a log knows, and
/// it runs the doc tests too.
pub(super) fn run(root: &Path) -> Result<(), Error> {
    Run::cargo(root, "test --workspace --exclude lowtide-benches").run()?;
    for cap in CAPS {
        let capped = Run::cargo(root, "test -p lowtide-ring -p lowtide-ckks --lib --tests");
        capped.env("LOWTIDE_ISA", cap).run()?;
        // What measures the machine calls kernels as nothing else does.
        Run::cargo(root, "test -p lowtide-circuit --lib speed").env("LOWTIDE_ISA", cap).run()?;
        // The program from end to end, built as for all tests.
        let program = Run::cargo(root, "test --workspace --exclude lowtide-benches --test verbs path::");
        program.env("LOWTIDE_ISA", cap).run()?;
    }
    Ok(())
}
