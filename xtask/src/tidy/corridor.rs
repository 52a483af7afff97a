//! Unsafe code lives in one corridor, and each block in it says why it is sound.

use super::{
    finding::Finding,
    source::{Source, Token, positions},
};

/// The crate with the corridor.
pub(super) const CRATE: &str = "lowtide-ring";

const FILES: [&str; 2] = ["crates/lowtide-ring/src/isa.rs", "crates/lowtide-ring/src/ntt/kernel.rs"];
const FOLDER: &str = "crates/lowtide-ring/src/ntt/kernel/";

/// Attributes that would let unsafe code in.
const PERMITS: [&str; 3] = ["allow", "expect", "warn"];

pub(super) fn check(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    if FILES.contains(&source.path()) || source.path().starts_with(FOLDER) {
        unexplained(source, tokens)
    } else {
        outside(source, tokens)
    }
}

fn outside(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let cure = "write it safely, or move it into crates/lowtide-ring/src/ntt/kernel/";
    let used = positions(tokens, &["unsafe"])
        .into_iter()
        .map(|at| source.finding(tokens[at].line, "`unsafe` outside its corridor", cure));
    let permitted = positions(tokens, &["unsafe_code"])
        .into_iter()
        .filter(|at| attribute(tokens, *at).is_some_and(|name| PERMITS.contains(&name)))
        .map(|at| {
            source.finding(
                tokens[at].line,
                "unsafe code is let in outside its corridor",
                "remove the attribute",
            )
        });
    used.chain(permitted).collect()
}

/// `allow` for a token inside `allow(…)`.
fn attribute(tokens: &[Token], at: usize) -> Option<&str> {
    let open = tokens[..at].iter().rposition(|token| token.text == "(")?;
    tokens.get(open.checked_sub(1)?).map(|token| token.text.as_str())
}

fn unexplained(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let lines: Vec<&str> = source.lines().collect();
    let blocks = [["unsafe", "{"], ["unsafe", "impl"]].map(|pattern| positions(tokens, &pattern)).concat();
    blocks
        .into_iter()
        .map(|at| tokens[at].line)
        .filter(|line| !explained(&lines, line - 1))
        .map(|line| {
            source.finding(
                line,
                "`unsafe` without a reason",
                "say why it is sound in a `// SAFETY:` comment above",
            )
        })
        .collect()
}

/// Whether the line, or the comment above the statement that it belongs to, says `SAFETY:`.
fn explained(lines: &[&str], at: usize) -> bool {
    if lines[at].contains("SAFETY:") {
        return true;
    }
    let above = lines[..at].iter().rev().map(|line| line.trim());
    above
        .take_while(|line| !ends_something(line))
        .any(|line| line.starts_with("//") && line.contains("SAFETY:"))
}

/// Whether a line of code ends a statement, a block, an arm, or is blank.
fn ends_something(line: &str) -> bool {
    let code = !line.starts_with("//");
    line.is_empty() || (code && [";", "{", "}", "},", "),"].iter().any(|end| line.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIDE: &str = "crates/lowtide-ring/src/ntt/kernel/avx2.rs";

    fn findings(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, text);
        check(&source, &source.tokens().unwrap()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn safe_code_passes_anywhere_and_so_does_the_word_in_text() {
        let text =
            "/// Not unsafe.\nfn a() -> &'static str { \"unsafe { }\" } // unsafe\n#![deny(unsafe_code)]";
        assert_eq!(findings("crates/a/src/lib.rs", text), Vec::<String>::new());
    }

    #[test]
    fn unsafe_outside_is_found_in_every_form() {
        for text in
            ["fn a() { unsafe { b() } }", "unsafe fn a() {}", "unsafe impl Send for A {}", "m! { unsafe }"]
        {
            assert_eq!(findings("crates/lowtide-ring/src/ntt.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_permission_outside_is_found() {
        let text = "\n#[allow(dead_code, unsafe_code)]\nmod a;";
        let found = findings("crates/lowtide-ring/src/lib.rs", text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/lowtide-ring/src/lib.rs:2: "), "{}", found[0]);
    }

    #[test]
    fn inside_a_block_needs_a_reason() {
        assert_eq!(findings(INSIDE, "fn a() {\n    unsafe { b() }\n}").len(), 1);
        assert_eq!(findings(INSIDE, "fn a() {\n    // SAFETY: in bounds.\n    unsafe { b() }\n}").len(), 0);
    }

    #[test]
    fn a_reason_stands_above_the_statement_of_its_block() {
        let text = "fn a() {\n    // SAFETY: the chunk has four lanes,\n    // all of them ours.\n    let x =\n        unsafe { b() };\n}";
        assert_eq!(findings(INSIDE, text), Vec::<String>::new());
    }

    #[test]
    fn one_reason_does_not_serve_two_blocks() {
        let text = "fn a() {\n    // SAFETY: in bounds.\n    unsafe { b() };\n    unsafe { c() };\n}";
        let found = findings(INSIDE, text);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains(":4: "), "{}", found[0]);
    }

    #[test]
    fn the_corridor_is_two_files_and_a_folder() {
        let text = "// SAFETY: a.\nunsafe impl Send for A {}";
        for path in [INSIDE, FILES[0], FILES[1]] {
            assert_eq!(findings(path, text), Vec::<String>::new());
        }
        assert_eq!(findings("crates/lowtide-ckks/src/isa.rs", text).len(), 1);
    }
}
