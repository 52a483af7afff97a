//! Every routine the project has, as `cargo xtask VERB`.

mod bench;
mod cargo;
mod ci;
mod dataset;
mod error;
mod fuzz;
mod tidy;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::error::Error;

/// Every routine the project has.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check the rules of the house that the compiler cannot: one line for each finding.
    Tidy,
    /// Run one job exactly as continuous integration runs it.
    Ci {
        /// Which job.
        job: ci::Job,
        /// Fail, instead of skipping, where a tool that the job needs is not installed.
        #[arg(long)]
        no_skip: bool,
    },
    /// Run the suites of `benches/`, or one of them, or one at two revisions.
    Bench(bench::Args),
    /// Make a table that claims rest on anew, on this machine.
    Reproduce {
        /// Which table (`crockett`, `csv`, `ablation`, `planner`), with its options; `--help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        table: Vec<String>,
    },
    /// Make the embedded data set anew from the four files of MNIST.
    Vectors {
        /// The folder that holds them, as `train-images-idx3-ubyte.gz` and so on.
        #[arg(long, value_name = "FOLDER")]
        mnist: PathBuf,
    },
    /// Run one fuzz target.
    Fuzz {
        /// A target of `fuzz/fuzz_targets/`.
        target: String,
        /// For how long.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().verb, root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb, root: &Path) -> Result<(), Error> {
    match verb {
        Verb::Tidy => tidy::run(root),
        Verb::Ci { job, no_skip } => ci::run(root, job, ci::Missing::from_flag(no_skip)),
        Verb::Bench(args) => bench::run(root, &args),
        Verb::Reproduce { table } => bench::reproduce(root, &table),
        Verb::Vectors { mnist } => Ok(dataset::run(&mnist)?),
        Verb::Fuzz { target, seconds } => fuzz::Fuzzer::find(root)?.run(&target, seconds),
    }
}

/// The checkout that this binary was built from.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}

/// Joins a path that the checks write with `/` on every system.
fn join(root: &Path, relative: &str) -> PathBuf {
    relative.split('/').fold(root.to_path_buf(), |path, part| path.join(part))
}
