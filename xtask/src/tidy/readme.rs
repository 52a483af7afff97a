//! Every crate has a README, and every library's is its front page, so that its example is a doc test.

use super::{finding::Finding, source::Source, tree::Tree};
use crate::error::Error;

const INCLUDE: [&str; 9] = ["#", "!", "[", "doc", "=", "include_str", "!", "(", "\"../README.md\""];

/// Words after a fence with which rustdoc still runs what is in it.
const RUN: [&str; 4] = ["", "rust", "should_panic", "edition2024"];

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for name in tree.crates() {
        let (readme, library) = (format!("crates/{name}/README.md"), format!("crates/{name}/src/lib.rs"));
        if !tree.has(&readme) {
            findings.push(Finding::new(&readme, 1, "this crate has no README", "write one with an example"));
            continue;
        }
        if tree.has(&library) {
            if !example(&tree.read(&readme)?) {
                let what = "no example that runs";
                findings.push(Finding::new(&readme, 1, what, "add one between ```rust and ```"));
            }
            findings.extend(front_page(&Source::new(library.clone(), tree.read(&library)?)));
        }
    }
    Ok(findings)
}

fn front_page(source: &Source) -> Option<Finding> {
    let tokens = source.tokens().unwrap_or_default();
    let places = super::source::positions(&tokens, &INCLUDE);
    places.is_empty().then(|| {
        source.finding(
            1,
            "the README is not the front page",
            "add `#![doc = include_str!(\"../README.md\")]`",
        )
    })
}

/// Whether a README has a block of code that rustdoc runs.
fn example(readme: &str) -> bool {
    let mut inside = false;
    readme.lines().filter_map(|line| line.trim_start().strip_prefix("```")).any(|info| {
        let opens = !inside;
        inside = !inside;
        opens && info.trim().split(',').all(|word| RUN.contains(&word.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Fixture;

    const FRONT: &str = "#![doc = include_str!(\"../README.md\")]\n";
    const EXAMPLE: &str = "# a\n```rust\nassert!(true);\n```\n";

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let found = check(&Fixture::new(files).tree()).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_front_page_with_an_example_passes() {
        let found = findings(&[("crates/a/src/lib.rs", FRONT), ("crates/a/README.md", EXAMPLE)]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_library_without_front_page_does_not() {
        let commented = format!("// {FRONT}//! a\n");
        let found = findings(&[("crates/a/src/lib.rs", &commented), ("crates/a/README.md", EXAMPLE)]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn an_example_that_does_not_run_is_none() {
        for readme in ["# a\n", "```text\na\n```\n", "```rust,no_run\na\n```\n", "```sh\na\n```\n\nmore\n"] {
            assert!(!example(readme), "{readme}");
        }
        assert!(example("```sh\na\n```\n\n```\nassert!(true);\n```\n"));
    }

    #[test]
    fn a_program_needs_a_readme_and_no_more() {
        assert_eq!(findings(&[("crates/a/src/main.rs", "")]).len(), 1);
        assert_eq!(
            findings(&[("crates/a/src/main.rs", ""), ("crates/a/README.md", "# a")]),
            Vec::<String>::new()
        );
    }
}
