//! Texts of strangers: refused or read, in little time and memory, and never more than that.

use lowtide_circuit::{
    Error,
    text::{self, Fault, Limits},
};
use proptest::{prelude::*, sample::Index};

use crate::{examples, random::circuits, targets};

const WORDS: &[&str] = &[
    "lowtide",
    "circuit",
    "slots",
    "1",
    "4",
    "0.5",
    "1e999",
    "99999999999",
    "input",
    "public",
    "output",
    "region",
    "again",
    "x",
    "y",
    "rotate",
    "square",
    "conjugate",
    "of",
    "=",
    "+",
    "-",
    "*",
    "^",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\n",
    "\n",
    "#",
    "\"a b\"",
    "\"",
    "/",
    "é",
    " ",
];

const HEADER: &str = "lowtide circuit 1\nslots 4\ninput x\n";

fn fault(text: &str) -> Fault {
    match text::parse(text) {
        Err(Error::Text { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

fn limit(text: &str) -> &'static str {
    match fault(text) {
        Fault::Limit { what, .. } => what,
        other => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        targets::circuit_text(&bytes);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        targets::circuit_text(format!("{HEADER}{}\noutput z = x", words.join(" ")).as_bytes());
        targets::circuit_text(words.join(" ").as_bytes());
    }

    #[test]
    fn mutated_circuits(circuit in circuits(30), edits in prop::collection::vec(any::<(Index, u8, Index)>(), 1..4)) {
        let mut bytes = text::print(&circuit).into_bytes();
        for (place, kind, word) in edits {
            let at = place.index(bytes.len().max(1)).min(bytes.len());
            match kind % 4 {
                0 if at < bytes.len() => bytes[at] = kind / 2,
                1 => bytes.truncate(at),
                2 => drop(bytes.drain(at..(at + 3).min(bytes.len()))),
                _ => drop(bytes.splice(at..at, word.get(WORDS).bytes())),
            }
        }
        targets::circuit_text(&bytes);
    }

    #[test]
    fn mutated_examples(file in any::<Index>(), place in any::<Index>(), word in any::<Index>()) {
        let files = examples::files();
        let mut text = file.get(&files).1.clone().into_bytes();
        let at = place.index(text.len());
        text.splice(at..at, word.get(WORDS).bytes());
        targets::circuit_text(&text);
    }
}

#[test]
fn nesting_has_a_limit() {
    let deep = |open: &str, close: &str, depth: usize| {
        format!("{HEADER}output y = {}x{}\n", open.repeat(depth), close.repeat(depth))
    };
    assert!(text::parse(&deep("(", ")", 64)).is_ok());
    assert_eq!(limit(&deep("(", ")", 65)), "parentheses within parentheses");
    assert_eq!(limit(&deep("(", ")", 1_000_000)), "parentheses within parentheses");
    assert_eq!(limit(&deep("square(", ")", 1_000_000)), "parentheses within parentheses");
    assert_eq!(limit(&deep("-(", ")", 1_000_000)), "parentheses within parentheses");
    assert!(text::parse(&deep("-", "", 100_000)).is_ok());
    let regions =
        |depth| format!("{HEADER}{}{}output y = x", "region a {\n".repeat(depth), "}\n".repeat(depth));
    assert!(text::parse(&regions(64)).is_ok());
    assert_eq!(limit(&regions(65)), "regions within regions");
}

#[test]
fn sizes_have_a_limit() {
    let operations = "operations, constants and names";
    assert_eq!(limit(&format!("{HEADER}output y = x^4000000000")), operations);
    let again = (0..2000).map(|i| format!("a{i} = x^1000\n")).collect::<String>();
    assert_eq!(limit(&format!("{HEADER}{again}")), operations);
    let aliases = (0..1_100_000).map(|i| format!("a{i} = x\n")).collect::<String>();
    assert_eq!(limit(&format!("{HEADER}{aliases}")), operations);
    let inputs = (0..1_100_000).map(|i| format!("input a{i}\n")).collect::<String>();
    assert_eq!(limit(&format!("{HEADER}{inputs}")), operations);
    let outputs = (0..1_100_000).map(|i| format!("output a{i} = x\n")).collect::<String>();
    assert_eq!(limit(&format!("{HEADER}{outputs}")), operations);
    let regions = "region a { }\n".repeat(70_000);
    assert_eq!(limit(&format!("{HEADER}{regions}")), "regions");
    let vectors = "output y = ".to_owned() + &"[131072 of 0] + ".repeat(40) + "x";
    assert_eq!(limit(&format!("lowtide circuit 1\nslots 131072\ninput x\n{vectors}")), "numbers in vectors");
    assert_eq!(limit(&" ".repeat((1 << 26) + 1)), "bytes");
    let name = "a".repeat(65);
    for statement in [format!("input {name}"), format!("{name} = x"), format!("output {name} = x")] {
        assert_eq!(limit(&format!("{HEADER}{statement}\n")), "bytes in a name");
    }
    assert_eq!(limit(&format!("{HEADER}region {} {{ }}", "a".repeat(257))), "bytes in a name");
}

#[test]
fn limits_can_be_narrower() {
    let text = format!("{HEADER}output y = x * x + 2\n");
    let limits = Limits { operations: 6, ..Limits::default() };
    assert!(text::parse_within(&text, &limits).is_ok());
    let limits = Limits { operations: 5, ..Limits::default() };
    assert!(text::parse_within(&text, &limits).is_err());
    // But never so wide that the stack ends.
    let deep = format!("{HEADER}output y = {}x{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(text::parse_within(&deep, &Limits { nesting: usize::MAX, ..limits }).is_err());
}

#[test]
fn errors_are_short() {
    let long = "z".repeat(1 << 20);
    for text in [
        long.clone(),
        format!("{HEADER}output y = {long}"),
        format!("{HEADER}output y = x {long}"),
        format!("{HEADER}output y = 1{long}"),
        format!("{HEADER}output y = {long}(x)"),
        format!("{HEADER}again {} {{", &long[..250]),
        format!("{HEADER}region \"{}\" {{", &long[..250]),
        format!("lowtide circuit 1{long}"),
    ] {
        assert!(text::parse(&text).unwrap_err().to_string().len() < 300);
    }
}
