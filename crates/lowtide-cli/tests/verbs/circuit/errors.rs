//! What is wrong with a circuit is said with file, line, column and cure.

use std::fs;

use crate::party::refused;

/// The verbs that read a circuit.
const VERBS: [&str; 2] = ["show", "draw"];

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
