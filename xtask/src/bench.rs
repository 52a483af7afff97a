//! `cargo xtask bench` and `cargo xtask reproduce`: the suites of `benches/`, those of criterion and the one that asks whether
//! secrets show in time, and the tables that claims rest on.

use std::path::Path;

use crate::{cargo::Run, error::Error};

/// Runs one suite, or all of them, with `args` passed on.
pub(crate) fn run(root: &Path, suite: Option<&str>, args: &[String]) -> Result<(), Error> {
    let run = Run::cargo(root, "bench -p lowtide-benches").words(&select(suite)).arg("--");
    args.iter().fold(run, |run, arg| run.arg(arg)).run()
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
fn select(suite: Option<&str>) -> String {
    suite.map_or_else(|| String::from("--benches --no-fail-fast"), |name| format!("--bench {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_suite_goes_by_its_name_and_all_go_to_the_end() {
        assert_eq!(select(Some("constant_time")), "--bench constant_time");
        assert_eq!(select(None), "--benches --no-fail-fast");
    }

    #[test]
    fn every_suite_is_run_by_a_main_of_its_own() {
        // With cargo's harness in front of it a suite would find nothing to run, and say so nowhere.
        let benches = crate::root().join("benches");
        let manifest = std::fs::read_to_string(benches.join("Cargo.toml")).unwrap();
        let manifest: toml::Value = toml::from_str(&manifest).unwrap();
        let listed = manifest["bench"].as_array().unwrap();
        for file in benches.join("benches").read_dir().unwrap() {
            let path = file.unwrap().path();
            let Some(stem) = path.file_stem().filter(|_| path.is_file()) else { continue };
            let own = |entry: &toml::Value| {
                entry["name"].as_str() == stem.to_str() && entry["harness"].as_bool() == Some(false)
            };
            assert!(listed.iter().any(own), "{}", path.display());
        }
    }
}
