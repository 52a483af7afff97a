//! A short run of every fuzz target: enough to see that they build and that nothing shallow is wrong.

use std::path::Path;

use crate::{error::Error, fuzz::Fuzzer};

/// Long enough to leave the corpus of first guesses, short enough for every push.
const SECONDS: u32 = 20;

pub(super) fn run(root: &Path) -> Result<(), Error> {
    let fuzzer = Fuzzer::find(root)?;
    fuzzer.targets()?.iter().try_for_each(|target| fuzzer.run(target, SECONDS))
}
