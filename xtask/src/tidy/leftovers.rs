//! What belongs to unfinished work: `todo!`, `unimplemented!`, `dbg!`, `#[ignore]`.

use super::{
    finding::Finding,
    source::{Source, Token, positions},
};

const MACROS: [&str; 3] = ["dbg", "todo", "unimplemented"];

pub(super) fn check(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in MACROS {
        for at in positions(tokens, &[name, "!"]).into_iter().filter(|at| called(tokens, *at)) {
            let what = format!("`{name}!` was left behind");
            findings.push(source.finding(tokens[at].line, what, "finish it or take it out"));
        }
    }
    for at in positions(tokens, &["#", "[", "ignore"]) {
        let cure = "make it quick enough to run, or take it out";
        findings.push(source.finding(tokens[at].line, "a test is ignored", cure));
    }
    findings
}

/// Whether `name!` is a macro with arguments, and not the beginning of `name != other`.
fn called(tokens: &[Token], at: usize) -> bool {
    tokens.get(at + 2).is_some_and(|token| ["(", "[", "{"].contains(&token.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let source = Source::new("a.rs", text);
        check(&source, &source.tokens().unwrap()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finished_work_passes() {
        let text = "/// todo!() once\nfn a(todo: u8, ignore: u8) { assert!(todo != ignore, \"dbg!()\"); }";
        assert_eq!(lines(text), Vec::<String>::new());
    }

    #[test]
    fn each_leftover_is_found_with_its_line() {
        let text = "fn a() {\n todo!()\n}\nfn b() {\n dbg!(1);\n unimplemented!()\n}\n#[ignore = \"slow\"]\nfn c() {}";
        let found = lines(text);
        assert_eq!(found.len(), 4);
        for (line, what) in [(2, "todo!"), (5, "dbg!"), (6, "unimplemented!"), (8, "ignored")] {
            let prefix = format!("a.rs:{line}: ");
            assert!(found.iter().any(|it| it.starts_with(&prefix) && it.contains(what)), "{what}: {found:?}");
        }
    }
}
