//! `cargo xtask bench` and `cargo xtask reproduce`: the suites of `benches/`, and the tables that claims rest on.

mod against;
mod counts;

use std::path::Path;

use clap::ValueEnum;

use crate::{cargo::Run, error::Error};

/// What to run, and how.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One suite; all but `counts` unless given.
    suite: Option<Suite>,
    /// Run the suite at this revision of git as well, and print both medians and their ratio, row by row.
    #[arg(long, value_name = "REV", requires = "suite")]
    against: Option<String>,
    /// With `--against`: how often the two take turns.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "against")]
    rounds: usize,
    /// At most this instruction set.
    #[arg(long)]
    isa: Option<Isa>,
    /// With the rows of `tfhe-ntt` and `concrete-ntt` in `ntt`.
    #[arg(long)]
    rivals: bool,
    /// What to pass on to the suite, after `--`: a filter such as `N=2^15`, or an option of criterion's.
    #[arg(last = true)]
    args: Vec<String>,
}

/// A suite of `benches/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Transforms.
    Ntt,
    /// Element-wise kernels, sums of products.
    Ring,
    /// The scheme's operations.
    Ckks,
    /// Products and sums of encrypted matrices.
    Linalg,
    /// Two steps of training, circuit by circuit.
    Logreg,
    /// Whether secrets show in time.
    #[value(name = "constant_time")]
    ConstantTime,
    /// Instructions that kernels execute, by valgrind.
    Counts,
}

/// What `LOWTIDE_ISA` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Isa {
    Scalar,
    Avx2,
    Avx512,
    #[value(name = "avx512ifma")]
    Avx512Ifma,
}

/// Runs what was asked for.
pub(crate) fn run(root: &Path, args: &Args) -> Result<(), Error> {
    match (args.suite, &args.against) {
        (Some(Suite::Counts), _) => counts::run(root, args.isa),
        (Some(suite), Some(revision)) => against::run(root, suite, revision, args),
        (suite, _) => suites(root, suite, args).run(),
    }
}

/// The command that runs one suite, or all of them, in a checkout.
fn suites(root: &Path, suite: Option<Suite>, args: &Args) -> Run {
    let run = Run::cargo(root, "bench -p lowtide-benches").words(&select(suite)).arg("--");
    let run = args.args.iter().fold(run, |run, arg| run.arg(arg));
    let run = if args.rivals { run.env("LOWTIDE_RIVALS", "1") } else { run };
    args.isa.into_iter().fold(run, |run, isa| run.env("LOWTIDE_ISA", &name(&isa)))
}

/// Makes a table anew.
pub(crate) fn reproduce(root: &Path, table: &[String]) -> Result<(), Error> {
    let run = Run::cargo(root, "run --release --quiet -p lowtide-benches --bin reproduce --");
    table.iter().fold(run, |run, arg| run.arg(arg)).run()
}

/// Builds every suite and runs none.
pub(crate) fn build(root: &Path) -> Result<(), Error> {
    Run::cargo(root, "bench -p lowtide-benches --benches --no-run").run()
}

/// One suite by its name; or all of them, where one that fails does not stop the rest.
fn select(suite: Option<Suite>) -> String {
    suite
        .map_or_else(|| String::from("--benches --no-fail-fast"), |suite| format!("--bench {}", name(&suite)))
}

/// The word for it on the command line.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |word| word.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn parse(words: &str) -> Result<Args, clap::Error> {
        Cli::try_parse_from(["bench"].into_iter().chain(words.split_whitespace())).map(|cli| cli.args)
    }

    fn shown(words: &str) -> String {
        let args = parse(words).unwrap();
        suites(Path::new("."), args.suite, &args).shown().to_owned()
    }

    #[test]
    fn words_become_a_command() {
        assert_eq!(shown(""), "cargo bench -p lowtide-benches --benches --no-fail-fast --");
        assert_eq!(shown("constant_time"), "cargo bench -p lowtide-benches --bench constant_time --");
        assert_eq!(
            shown("ntt --isa avx2 --rivals -- forward --quick"),
            "LOWTIDE_ISA=avx2 LOWTIDE_RIVALS=1 cargo bench -p lowtide-benches --bench ntt -- forward --quick"
        );
        assert!(shown("ring --isa avx512ifma").starts_with("LOWTIDE_ISA=avx512ifma cargo bench "));
    }

    #[test]
    fn a_comparison_is_of_one_suite() {
        let args = parse("ckks --against main --rounds 3").unwrap();
        assert_eq!((args.suite, args.against.as_deref(), args.rounds), (Some(Suite::Ckks), Some("main"), 3));
        assert!(parse("--against main").is_err(), "of which suite");
        assert!(parse("ckks --rounds 3").is_err(), "rounds of what");
        assert!(parse("ckks N=2^15").is_err(), "a filter goes behind two dashes");
        assert!(parse("fft").is_err() && parse("ntt --isa sse").is_err());
    }

    #[test]
    fn every_suite_is_run_by_a_main_of_its_own() {
        // With cargo's harness in front of it a suite would find nothing to run, and say so nowhere.
        let benches = crate::root().join("benches");
        let manifest = std::fs::read_to_string(benches.join("Cargo.toml")).unwrap();
        let manifest: toml::Value = toml::from_str(&manifest).unwrap();
        let listed = manifest["bench"].as_array().unwrap();
        let own = |stem: &str| {
            let is_own = |entry: &&toml::Value| entry["name"].as_str() == Some(stem);
            listed.iter().find(is_own).is_some_and(|entry| entry["harness"].as_bool() == Some(false))
        };
        let suites: Vec<String> = Suite::value_variants().iter().map(name).collect();
        for file in benches.join("benches").read_dir().unwrap() {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert!(own(stem) && suites.iter().any(|suite| suite == stem), "{stem}");
        }
        assert_eq!(suites.len(), listed.len() + 1, "all but `counts`, which is a program");
    }
}
