//! Why a routine stopped.

use std::{io, path::PathBuf};

/// Why a routine stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder of the checkout could not be read.
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A file of the checkout is not what its name says.
    #[error("{}: {reason}", path.display())]
    Malformed { path: PathBuf, reason: Box<str> },
    /// `cargo metadata` gave no answer.
    #[error(transparent)]
    Metadata(#[from] cargo_metadata::Error),
    /// A program could not be started.
    #[error("`{command}` did not start: {source}")]
    Start { command: Box<str>, source: io::Error },
    /// A program failed.
    #[error("`{command}` failed ({status})")]
    Failed { command: Box<str>, status: std::process::ExitStatus },
    /// A tool is missing on this machine.
    #[error("{tool} is missing: {cure}")]
    Missing { tool: &'static str, cure: &'static str },
    /// Two runs of a suite have no row in common.
    #[error("suite `{suite}` has no row that both revisions measure: choose another suite or filter")]
    NothingToCompare { suite: Box<str> },
    /// A job of continuous integration stopped.
    #[error("ci job `{job}` FAILED: {source}")]
    Job { job: &'static str, source: Box<Error> },
    /// The checks found something.
    #[error("tidy: {0} to cure")]
    Untidy(usize),
    /// The embedded data set was not made.
    #[error(transparent)]
    Dataset(#[from] crate::dataset::Error),
    /// What a service links can name a secret key.
    #[error("the feature `customer` is on in what a service links: {edge}; turn it off in that dependency")]
    Customer { edge: Box<str> },
}
