//! The sessions in the README, line by line.

use std::{fs, path::Path};

use crate::party::{names, ok, rows};

/// Runs the commands of the README's block of this number, and gives the words behind `lowtide`.
fn run_session(number: usize, folder: &Path) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let session = readme.split("```sh\n").nth(number).expect("a session");
    let (session, _) = session.split_once("```").expect("its end");
    let session = session.replace("\\\n", " ");
    let commands = session.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    let arguments = |command: &str| {
        let arguments =
            command.strip_prefix("lowtide ").unwrap_or_else(|| panic!("not a command: {command}"));
        ok(folder, arguments);
        arguments.to_owned()
    };
    commands.filter(|command| !command.is_empty()).map(arguments).collect()
}

#[test]
fn the_session_in_the_readme_runs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("patients.csv"), rows(300, 1)).unwrap();
    fs::write(folder.path().join("later.csv"), rows(100, 2)).unwrap();
    let lines = run_session(1, folder.path());
    let verbs: Vec<_> = lines.iter().filter_map(|line| line.split_whitespace().next()).collect();
    let all = ["plan", "keygen", "encrypt", "train", "decrypt", "score", "predict", "inspect"];
    assert!(all.iter().all(|verb| verbs.contains(verb)), "{verbs:?}");
    assert!(names(folder.path()).contains(&"model.json".into()));
}

#[test]
fn the_session_with_a_circuit_runs() {
    let readme = include_str!("../../README.md");
    let (_, circuit) = readme.split_once("```text\nlowtide circuit 1\n").expect("a circuit");
    let (circuit, _) = circuit.split_once("```").expect("its end");
    let (_, inputs) = readme.split_once("`inputs.json` is `").expect("inputs");
    let (inputs, _) = inputs.split_once('`').expect("their end");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("quartic.circuit"), format!("lowtide circuit 1\n{circuit}")).unwrap();
    fs::write(folder.path().join("inputs.json"), inputs).unwrap();
    let lines = run_session(2, folder.path());
    for verb in ["circuit show", "circuit draw", "circuit analyse", "circuit run"] {
        assert!(lines.iter().any(|line| line.starts_with(verb)), "{verb}: {lines:?}");
    }
    assert!(names(folder.path()).contains(&"quartic.svg".into()));
}
