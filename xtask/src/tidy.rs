//! The rules of the house that the compiler cannot check, one file for each.
//!
//! A rule reads a [`Tree`] or one of its files and answers with findings; it never changes anything.

mod corridor;
mod finding;
mod layers;
mod leftovers;
mod length;
mod lints;
mod manifest;
mod map;
mod naming;
mod readme;
mod source;
mod tree;
mod versions;
mod workflow;

use std::path::Path;

use crate::{error::Error, tidy::finding::Finding};
use tree::Tree;

/// Checks everything and prints one line for each finding.
pub(crate) fn run(root: &Path) -> Result<(), Error> {
    let mut findings = all(&Tree::open(root)?)?;
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Untidy(findings.len())) }
}

fn all(tree: &Tree) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    findings.extend(layers::check(tree)?);
    findings.extend(lints::check(tree)?);
    findings.extend(map::check(tree)?);
    findings.extend(readme::check(tree)?);
    findings.extend(versions::check(tree)?);
    findings.extend(workflow::check(tree)?);

    let sources = tree.rust_files()?;
    findings.extend(length::check(tree, &sources)?);
    for source in &sources {
        findings.extend(naming::check(source));
        match source.tokens() {
            Ok(tokens) => {
                findings.extend(corridor::check(source, &tokens));
                findings.extend(leftovers::check(source, &tokens));
            }
            Err(line) => findings.push(source.finding(line, "this is not Rust", "make it compile")),
        }
    }
    Ok(findings)
}
