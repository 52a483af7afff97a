//! A file over about 400 lines is two ideas; from 450 on it is an error, unless `ci/tidy.toml` says why.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{finding::Finding, source::Source, tree::Tree};
use crate::error::Error;

const LIST: &str = "ci/tidy.toml";
const LIMIT: usize = 450;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Exceptions {
    /// Path to reason.
    long_files: BTreeMap<String, String>,
}

pub(super) fn check(tree: &Tree, sources: &[Source]) -> Result<Vec<Finding>, Error> {
    let Exceptions { long_files } = tree.read_toml(LIST)?;
    Ok(over(sources, &long_files))
}

fn over(sources: &[Source], excused: &BTreeMap<String, String>) -> Vec<Finding> {
    let long: Vec<_> = sources.iter().filter(|source| source.lines().len() > LIMIT).collect();
    let found = long.iter().filter(|source| !excused.contains_key(source.path())).map(|source| {
        let what = format!("{} lines, over {LIMIT}", source.lines().len());
        source.finding(LIMIT + 1, what, format!("split it by idea, or give a reason in {LIST}"))
    });
    let stale = excused.keys().filter(|path| !long.iter().any(|source| source.path() == *path)).map(|path| {
        Finding::new(LIST, 1, format!("`{path}` is not over {LIMIT} lines any more"), "take it off the list")
    });
    found.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, lines: usize) -> Source {
        Source::new(path, "//\n".repeat(lines))
    }

    fn excuse(path: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(path.to_owned(), String::from("one table"))])
    }

    #[test]
    fn at_the_limit_passes_and_one_line_more_does_not() {
        assert_eq!(over(&[source("a.rs", LIMIT)], &BTreeMap::new()), []);
        assert_eq!(over(&[source("a.rs", LIMIT + 1)], &BTreeMap::new()).len(), 1);
    }

    #[test]
    fn a_reason_excuses_and_a_stale_reason_is_found() {
        assert_eq!(over(&[source("a.rs", LIMIT + 1)], &excuse("a.rs")), []);
        assert_eq!(over(&[source("a.rs", 10)], &excuse("a.rs")).len(), 1);
        assert_eq!(over(&[], &excuse("gone.rs")).len(), 1);
    }
}
