//! A suite at two revisions, in turn, and the ratios of their medians.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{Args, Suite, name, select, suites};
use crate::{cargo::Run, error::Error};

/// Medians in nanoseconds, by the name of the row.
type Medians = BTreeMap<String, f64>;

/// Checks the revision out below `target/`, runs the suite there and here, and prints the rows that both have.
pub(super) fn run(root: &Path, suite: Suite, revision: &str, args: &Args) -> Result<(), Error> {
    let git = |words: &str| Run::program(root, "git", words);
    let commit =
        git("rev-parse --verify --end-of-options").arg(&format!("{revision}^{{commit}}")).output()?;
    let folder = root.join("target").join("against");
    let checkout = Checkout::new(root, folder.join("checkout"), commit.trim())?;
    let target = folder.join("target");
    let there = |run: Run| run.env("CARGO_TARGET_DIR", &target.to_string_lossy());
    there(build(&checkout.path, suite)).run()?;
    build(root, suite).run()?;

    let (mut then, mut now) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        then.push(measure(there(suites(&checkout.path, Some(suite), args)), &folder.join("then"))?);
        now.push(measure(suites(root, Some(suite), args), &folder.join("now"))?);
    }
    let rows = compare(&then, &now);
    if rows.is_empty() {
        return Err(Error::NothingToCompare { suite: name(&suite).into() });
    }
    println!("| row | {revision} | here | ratio |\n|---|---:|---:|---:|");
    for (row, then, now) in rows {
        println!("| {row} | {} | {} | {:.2} |", time(then), time(now), then / now);
    }
    Ok(())
}

fn build(root: &Path, suite: Suite) -> Run {
    Run::cargo(root, "bench -p lowtide-benches --no-run").words(&select(Some(suite)))
}

/// A revision in a folder of its own, which goes away with this value.
struct Checkout<'a> {
    root: &'a Path,
    path: PathBuf,
}

impl<'a> Checkout<'a> {
    fn new(root: &'a Path, path: PathBuf, commit: &str) -> Result<Self, Error> {
        // What an interrupted run left behind would be in the way.
        let checkout = Self { root, path };
        checkout.remove();
        let add = Run::program(root, "git", "worktree add --quiet --force --detach");
        add.arg(&checkout.path.to_string_lossy()).arg(commit).run()?;
        Ok(checkout)
    }

    fn remove(&self) {
        if self.path.exists() {
            let remove = Run::program(self.root, "git", "worktree remove --force --force");
            // A folder that stays is in nobody's way but the next comparison's, which says so.
            remove.arg(&self.path.to_string_lossy()).works();
        }
    }
}

impl Drop for Checkout<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Runs a suite whose results go into `folder`, and reads them.
fn measure(run: Run, folder: &Path) -> Result<Medians, Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    }
    run.env("CRITERION_HOME", &folder.to_string_lossy()).run()?;
    let mut medians = Medians::new();
    if folder.exists() {
        collect(folder, &mut medians)?;
    }
    Ok(medians)
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// All results below a folder: criterion puts those of a row into `ROW/new/`.
fn collect(folder: &Path, medians: &mut Medians) -> Result<(), Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    if folder.ends_with("new") {
        let row: Benchmark = read(&folder.join("benchmark.json"))?;
        let estimates: Estimates = read(&folder.join("estimates.json"))?;
        medians.insert(row.full_id, estimates.median.point_estimate);
        return Ok(());
    }
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, medians)?;
        }
    }
    Ok(())
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, Error> {
    let text = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&text)
        .map_err(|error| Error::Malformed { path: path.to_owned(), reason: error.to_string().into() })
}

/// The rows that all rounds of both have, with the medians of their rounds.
fn compare(then: &[Medians], now: &[Medians]) -> Vec<(String, f64, f64)> {
    let middle = |rounds: &[Medians], row: &str| {
        let mut times: Vec<f64> =
            rounds.iter().map(|round| round.get(row).copied()).collect::<Option<_>>()?;
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    let rows: BTreeSet<&String> = now.iter().flat_map(BTreeMap::keys).collect();
    rows.into_iter()
        .filter_map(|row| {
            let (then, now) = (middle(then, row)?, middle(now, row)?);
            Some((row.clone(), then, now))
        })
        .collect()
}

/// Three digits and a unit.
fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "us"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_found_where_criterion_leaves_them() {
        let folder = tempfile::tempdir().unwrap();
        for (row, median) in [("forward_avx2", 2e3), ("group/add", 5.0)] {
            let new = folder.path().join(row).join("new");
            fs::create_dir_all(&new).unwrap();
            fs::write(new.join("benchmark.json"), format!(r#"{{"full_id":"{row}"}}"#)).unwrap();
            let estimates = format!(r#"{{"median":{{"point_estimate":{median}}}}}"#);
            fs::write(new.join("estimates.json"), estimates).unwrap();
        }
        let mut medians = Medians::new();
        collect(folder.path(), &mut medians).unwrap();
        assert_eq!(medians, [("forward_avx2".to_owned(), 2e3), ("group/add".to_owned(), 5.0)].into());
    }

    #[test]
    fn rows_of_both_are_compared_by_the_medians_of_their_rounds() {
        let round =
            |times: &[(&str, f64)]| times.iter().map(|(row, time)| ((*row).to_owned(), *time)).collect();
        let then = [round(&[("a", 4.0), ("gone", 1.0)]), round(&[("a", 6.0)]), round(&[("a", 5.0)])];
        let now = [round(&[("a", 2.0), ("new", 1.0)]), round(&[("a", 9.0)]), round(&[("a", 1.0)])];
        assert_eq!(compare(&then, &now), [("a".to_owned(), 5.0, 2.0)]);
    }

    #[test]
    fn times_have_three_digits() {
        let times = [7.125, 47_500.0, 2.0e6, 1.234e10].map(time);
        assert_eq!(times, ["7.12 ns", "47.5 us", "2.00 ms", "12.3 s"]);
    }
}
