//! What a check says: where, what, and how to cure it.

use std::fmt;

/// One thing to cure. Sorts by path, then line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    path: String,
    line: usize,
    what: String,
    cure: String,
}

impl Finding {
    /// A finding at a line of a file, counted from one.
    pub(super) fn new(path: &str, line: usize, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), cure: cure.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, what, cure } = self;
        write!(f, "{path}:{line}: {what}: {cure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_with_place_thing_and_cure() {
        let finding = Finding::new("crates/a/src/lib.rs", 3, "`dbg!` was left behind", "remove it");
        assert_eq!(finding.to_string(), "crates/a/src/lib.rs:3: `dbg!` was left behind: remove it");
    }
}
