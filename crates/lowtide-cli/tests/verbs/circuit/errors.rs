//! What is wrong with a circuit is said with file, line, column and cure.

use std::fs;

use super::folder;
use crate::party::refused;

/// The verbs that read a circuit.
const VERBS: [&str; 4] = ["show", "draw", "analyse", "run"];

#[test]
fn faults_of_a_text_are_placed() {
    let folder = tempfile::tempdir().unwrap();
    for (text, words) in [
        (
            &b"lowtide circuit 1\nslots 4\ninput price\noutput y = prise + 1\n"[..],
            &["line 4, column 12", "`prise`", "`price`"][..],
        ),
        (b"lowtide circuit 2\nslots 4\n", &["line 1, column 17", "version 2"]),
        (b"lowtide circuit 1\nslots 3\n", &["line 2, column 7", "3 slots"]),
        (b"lowtide circuit 1\nslots 4\ninput x\n", &["no output"]),
        (
            b"lowtide circuit 1\nslots 4\ninput x\noutput y = x * [1, 2]\n",
            &["line 4", "2 numbers", "4 slots"],
        ),
        (b"lowtide circuit 1\nslots 4\nregion \"a\xe9\" {\n", &["line 3, column 10", "UTF-8"]),
        (b"\xff", &["line 1, column 1", "UTF-8"]),
        (b"", &["line 1, column 1", "lowtide circuit 1"]),
    ] {
        fs::write(folder.path().join("wrong.circuit"), text).unwrap();
        let words: Vec<_> = words.iter().chain(&["wrong.circuit"]).copied().collect();
        for verb in VERBS {
            refused(folder.path(), &format!("circuit {verb} wrong.circuit"), 1, &words);
        }
    }
}

#[test]
fn files_that_are_not_there_and_words_that_are_not_known() {
    let folder = tempfile::tempdir().unwrap();
    for verb in VERBS {
        refused(
            folder.path(),
            &format!("circuit {verb} nowhere.circuit"),
            1,
            &["cannot open nowhere.circuit"],
        );
        refused(folder.path(), &format!("circuit {verb} ."), 1, &["cannot read .", "directory"]);
        refused(folder.path(), &format!("circuit {verb}"), 2, &["<FILE>"]);
    }
    refused(folder.path(), "circuit frobnicate x", 2, &["frobnicate"]);
    refused(folder.path(), "circuit draw x --format png", 2, &["png", "svg", "dot"]);
}

#[test]
fn inputs_that_do_not_fit_are_told() {
    let folder = folder();
    for (inputs, words) in [
        ("", &["no value for input `a`, `b`", "--input a=NUMBERS", "8 of them", "--inputs"][..]),
        ("--input a=1", &["no value for input `b`", "--input b=NUMBERS"]),
        ("--input a=1,2,3 --input b=1", &["3 numbers for input `a`", "8 slots", "one for all slots"]),
        ("--input a=1 --input b=1 --input c=1", &["no input `c`", "`a`, `b`"]),
        ("--input a=1 --input b=1 --input a=2", &["--input a=... is there twice"]),
        ("--inputs nowhere.json", &["cannot read nowhere.json"]),
        ("--inputs broken.json", &["broken.json", "line 1 column"]),
        ("--inputs list.json", &["list.json", "one object"]),
        ("--inputs word.json", &["word.json", "input `a`", "a number or a list of numbers"]),
        ("--inputs short.json", &["2 numbers for input `b`", "8 slots"]),
        ("--inputs huge.json", &["huge.json", "number out of range"]),
    ] {
        for (name, text) in [
            ("broken.json", "{\"a\": [1, 2"),
            ("list.json", "[1, 2]"),
            ("word.json", "{\"a\": [1, \"two\"]}"),
            ("short.json", "{\"a\": 1, \"b\": [1, 2]}"),
            ("huge.json", "{\"a\": 1e999}"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        refused(folder.path(), &format!("circuit run dot_product.circuit {inputs}"), 1, words);
        if !inputs.is_empty() {
            refused(folder.path(), &format!("circuit analyse dot_product.circuit {inputs}"), 1, words);
        }
    }
    for (inputs, word) in
        [("a", "NAME=NUMBERS"), ("a=", "no number"), ("a=1,x", "no number"), ("a=inf", "no number")]
    {
        refused(folder.path(), &format!("circuit run dot_product.circuit --input {inputs}"), 2, &[word]);
    }
    for size in ["0", "-1", "nan", "inf", "x"] {
        let words = [size, "a number above 0"];
        refused(
            folder.path(),
            &format!("circuit run quartic.circuit --input x=1 --twin --bound={size}"),
            2,
            &words,
        );
        refused(folder.path(), &format!("circuit analyse quartic.circuit --tolerance={size}"), 2, &words);
    }
    // A number that no scale can hold is refused before anything is made.
    refused(
        folder.path(),
        "circuit run dot_product.circuit --input a=1e300 --input b=1",
        1,
        &["dot_product.circuit"],
    );
}

#[test]
fn keys_that_do_not_fit_their_limit_are_refused() {
    let folder = folder();
    let words = ["bytes at least", "1048576"];
    refused(
        folder.path(),
        "circuit run two_layer_network.circuit --input features=0.5 --key-memory 1",
        1,
        &words,
    );
}
