//! The session in the README, line by line.

use std::fs;

use crate::party::{names, ok, rows};

#[test]
fn the_session_in_the_readme_runs() {
    let readme = include_str!("../../README.md");
    let (_, session) = readme.split_once("```sh\n").expect("a session");
    let (session, _) = session.split_once("```").expect("its end");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("patients.csv"), rows(300, 1)).unwrap();
    fs::write(folder.path().join("later.csv"), rows(100, 2)).unwrap();
    let session = session.replace("\\\n", " ");
    let commands = session.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    let mut verbs = Vec::new();
    for command in commands.filter(|command| !command.is_empty()) {
        let arguments =
            command.strip_prefix("lowtide ").unwrap_or_else(|| panic!("not a command: {command}"));
        ok(folder.path(), arguments);
        verbs.extend(arguments.split_whitespace().next());
    }
    let all = ["plan", "keygen", "encrypt", "train", "decrypt", "score", "predict", "inspect"];
    assert!(all.iter().all(|verb| verbs.contains(verb)), "{verbs:?}");
    assert!(names(folder.path()).contains(&"model.json".into()));
}
