//! Instructions that kernels execute, by valgrind: the same number in every run, however busy the machine is.

use std::path::Path;

use super::{Isa, name};
use crate::{cargo::Run, error::Error};

/// What `benches/src/bin/counts.rs` can run.
const KERNELS: [&str; 4] = ["forward", "inverse", "inner-product", "base-conversion"];

/// Coefficients of a vector there.
const DEGREE: u64 = 1 << 13;

/// Calls of a kernel by which the longer one of two runs is longer.
const CALLS: u64 = 4;

/// Prints instructions a coefficient, on one instruction set or on those that valgrind knows.
pub(super) fn run(root: &Path, isa: Option<Isa>) -> Result<(), Error> {
    if matches!(isa, Some(Isa::Avx512 | Isa::Avx512Ifma)) {
        return Err(Error::Missing { tool: "AVX-512 in valgrind", cure: "count scalar or avx2" });
    }
    if !Run::program(root, "valgrind", "--version").works() {
        return Err(Error::Missing { tool: "valgrind", cure: "install your system's package of that name" });
    }
    Run::cargo(root, "build --release --quiet -p lowtide-benches --bin counts").run()?;
    let sets = isa.map_or_else(|| vec![Isa::Scalar, Isa::Avx2], |isa| vec![isa]);
    let mut table = vec![String::from("| N = 2^13 | instructions | a coefficient |\n|---|---|---:|")];
    for kernel in KERNELS {
        for isa in sets.iter().map(name) {
            let count = |calls: u64| collected(root, &format!("{kernel} {isa} {calls}"));
            // Whatever comes before the calls goes away.
            let each = (count(1 + CALLS)? - count(1)?) as f64 / (CALLS * DEGREE) as f64;
            table.push(format!("| {kernel} | {isa} | {each:.2} |"));
        }
    }
    println!("{}\nValgrind does not know AVX-512.", table.join("\n"));
    Ok(())
}

/// Instructions of one run.
fn collected(root: &Path, words: &str) -> Result<u64, Error> {
    let valgrind = "--tool=callgrind --callgrind-out-file=/dev/null --log-fd=1 target/release/counts";
    let log = Run::program(root, "valgrind", valgrind).words(words).output()?;
    total(&log).ok_or(Error::Missing { tool: "a total of callgrind", cure: "update valgrind" })
}

/// What callgrind says at its end: `==42== Collected : 123`.
fn total(log: &str) -> Option<u64> {
    log.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_at_the_end_of_the_log() {
        let log =
            "==42== Events    : Ir\n==42== Collected : 123456\n==42== \n==42== I   refs:      123,456\n";
        assert_eq!(total(log), Some(123_456));
        assert_eq!(total("==42== Command: counts\n"), None);
    }

    #[test]
    fn what_valgrind_cannot_count_is_refused() {
        let error = run(crate::root(), Some(Isa::Avx512)).unwrap_err();
        assert_eq!(error.to_string(), "AVX-512 in valgrind is missing: count scalar or avx2");
    }
}
