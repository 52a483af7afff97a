//! A module is named for the noun or verb it holds, in `foo.rs` beside `foo/`.

use super::{
    finding::Finding,
    source::{Source, positions},
};

/// Names that say nothing of what a module holds.
const EMPTY: [&str; 8] = ["common", "helper", "helpers", "misc", "types", "util", "utilities", "utils"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    file(source).into_iter().chain(inline(source)).collect()
}

fn file(source: &Source) -> Option<Finding> {
    let mut parts = source.path().rsplit('/');
    let stem = parts.next()?.strip_suffix(".rs")?;
    if stem == "mod" {
        let folder = parts.next().unwrap_or("it");
        return Some(source.finding(1, "a `mod.rs`", format!("call it `{folder}.rs`, beside its folder")));
    }
    EMPTY.contains(&stem).then(|| empty(source, 1, stem))
}

fn inline(source: &Source) -> Vec<Finding> {
    let tokens = source.tokens().unwrap_or_default();
    let named = EMPTY.into_iter().flat_map(|name| {
        let lines: Vec<usize> =
            positions(&tokens, &["mod", name, "{"]).into_iter().map(|at| tokens[at].line).collect();
        lines.into_iter().map(move |line| empty(source, line, name))
    });
    named.collect()
}

fn empty(source: &Source, line: usize, name: &str) -> Finding {
    source.finding(line, format!("a module named `{name}`"), "name it for the noun or verb it holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Source::new(path, text)).len()
    }

    #[test]
    fn nouns_and_verbs_pass() {
        assert_eq!(found("crates/a/src/poly.rs", "mod rescale { } fn utils() {}"), 0);
        assert_eq!(found("crates/a/src/model.rs", ""), 0);
    }

    #[test]
    fn mod_rs_and_empty_names_do_not() {
        assert_eq!(found("crates/a/src/poly/mod.rs", ""), 1);
        assert_eq!(found("crates/a/src/utils.rs", ""), 1);
        assert_eq!(found("crates/a/tests/common.rs", ""), 1);
        assert_eq!(found("crates/a/src/lib.rs", "\nmod helpers {\n}"), 1);
    }

    #[test]
    fn the_cure_names_the_file_to_be() {
        let findings = check(&Source::new("crates/a/src/poly/mod.rs", ""));
        assert!(findings[0].to_string().contains("`poly.rs`"), "{}", findings[0]);
    }
}
