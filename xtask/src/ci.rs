//! `cargo xtask ci JOB`: what continuous integration runs, and what a person runs before pushing.

mod deny;
mod fuzz;
mod service;
mod test;

use std::{path::Path, time::Instant};

use clap::ValueEnum;

use crate::{bench, cargo::Run, error::Error, tidy};

/// A job of continuous integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Job {
    /// Formatting, as `rustfmt.toml` says.
    Fmt,
    /// The rules of the house that the compiler cannot check.
    Tidy,
    /// Lints on every target, and on what a service links; a warning is an error.
    Clippy,
    /// Documentation builds, with every link alive.
    Doc,
    /// Licences, bans and sources of dependencies; skipped where `cargo-deny` is missing.
    Deny,
    /// What a service links cannot name a secret key.
    Service,
    /// Every test and every example, then the arithmetic again on slower instruction sets.
    Test,
    /// A short run of every fuzz target; skipped where `cargo-fuzz` is missing.
    Fuzz,
    /// The benches build.
    BenchBuild,
    /// Everything above but `fuzz` and `bench-build`, quickest first.
    All,
}

impl Job {
    /// What `all` runs, quickest first.
    const IN_ALL: [Self; 7] =
        [Self::Fmt, Self::Tidy, Self::Clippy, Self::Doc, Self::Deny, Self::Service, Self::Test];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Clippy => "clippy",
            Self::Doc => "doc",
            Self::Deny => "deny",
            Self::Service => "service",
            Self::Test => "test",
            Self::Fuzz => "fuzz",
            Self::BenchBuild => "bench-build",
            Self::All => "all",
        }
    }
}

/// What a job does where a tool that it needs is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Says so and passes.
    Skips,
    /// Fails.
    Fails,
}

impl Missing {
    /// From the flag `--no-skip`.
    pub(crate) const fn from_flag(no_skip: bool) -> Self {
        if no_skip { Self::Fails } else { Self::Skips }
    }
}

/// What became of a job that did not fail.
enum Outcome {
    Passed,
    Skipped,
}

/// Runs one job and says how it went and how long it took.
pub(crate) fn run(root: &Path, job: Job, missing: Missing) -> Result<(), Error> {
    let (name, started) = (job.name(), Instant::now());
    eprintln!("ci {name}: started");
    let outcome = one(root, job, missing).map_err(|source| match source {
        Error::Job { .. } => source,
        _ => Error::Job { job: name, source: Box::new(source) },
    })?;
    let word = match outcome {
        Outcome::Passed => "passed",
        Outcome::Skipped => "SKIPPED",
    };
    eprintln!("ci {name}: {word} in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn one(root: &Path, job: Job, missing: Missing) -> Result<Outcome, Error> {
    match job {
        Job::Fmt => fmt(root)?,
        Job::Tidy => tidy::run(root)?,
        Job::Clippy => clippy(root)?,
        Job::Doc => Run::cargo(root, "doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings").run()?,
        Job::Deny => return skippable(deny::run(root), missing),
        Job::Service => service::run(root)?,
        Job::Test => test::run(root)?,
        Job::Fuzz => return skippable(fuzz::run(root), missing),
        Job::BenchBuild => bench::build(root)?,
        Job::All => Job::IN_ALL.into_iter().try_for_each(|job| run(root, job, missing))?,
    }
    Ok(Outcome::Passed)
}

/// The crates of the workspace, and those of `fuzz/`, which is a workspace of its own.
fn fmt(root: &Path) -> Result<(), Error> {
    Run::cargo(root, "fmt --all -- --check").run()?;
    if root.join("fuzz").join("Cargo.toml").exists() {
        Run::cargo(root, "fmt --manifest-path fuzz/Cargo.toml -- --check").run()?;
    }
    Ok(())
}

/// Everything with every feature that something turns on, then the libraries as a service links them.
fn clippy(root: &Path) -> Result<(), Error> {
    Run::cargo(root, "clippy --workspace --all-targets -- -D warnings").run()?;
    let service = "clippy -p lowtide-ckks -p lowtide-wire -p lowtide-logreg --no-default-features --lib";
    Run::cargo(root, service).words("-- -D warnings").run()
}

/// A missing tool is a reason to skip a job, unless the caller said otherwise.
fn skippable(result: Result<(), Error>, missing: Missing) -> Result<Outcome, Error> {
    match result {
        Ok(()) => Ok(Outcome::Passed),
        Err(reason @ Error::Missing { .. }) if missing == Missing::Skips => {
            eprintln!("skipped: {reason}");
            Ok(Outcome::Skipped)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absent() -> Result<(), Error> {
        Err(Error::Missing { tool: "cargo-deny", cure: "cargo install cargo-deny --locked" })
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for job in Job::value_variants() {
            let value = job.to_possible_value().expect("no job is hidden");
            assert_eq!(value.get_name(), job.name());
        }
    }

    #[test]
    fn all_leaves_out_fuzz_and_benches_alone() {
        let left_out: Vec<_> = Job::value_variants()
            .iter()
            .filter(|job| !Job::IN_ALL.contains(job))
            .map(|job| job.name())
            .collect();
        assert_eq!(left_out, ["fuzz", "bench-build", "all"]);
    }

    #[test]
    fn a_missing_tool_skips_or_fails_as_told() {
        assert!(matches!(skippable(absent(), Missing::Skips), Ok(Outcome::Skipped)));
        assert!(skippable(absent(), Missing::Fails).is_err());
        assert!(matches!(skippable(Ok(()), Missing::Fails), Ok(Outcome::Passed)));
    }

    #[test]
    fn a_finding_is_never_skipped() {
        assert!(skippable(Err(Error::Untidy(1)), Missing::Skips).is_err());
    }
}
