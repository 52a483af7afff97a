//! Every line of code in the table beside HIT is run: in a README or an example.

use std::{fs, path::Path};

/// The code between backticks in the third column of the table whose head begins so.
fn lines(readme: &str, head: &str) -> Vec<String> {
    let (_, table) = readme.split_once(head).expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let ours = rows.map(|row| row.split(" | ").nth(2).expect("three columns"));
    let code = ours.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    code.filter(|code| code.contains('(')).map(str::to_owned).collect()
}

/// What stands between fences that rustdoc runs.
fn blocks(readme: &str) -> String {
    let mut parts = readme.split("```");
    let mut text = String::new();
    while let Some(block) = parts.nth(1) {
        if let Some(code) = block.strip_prefix("rust\n") {
            text += code;
        }
    }
    text
}

#[test]
fn every_line_of_the_table_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect(path);
    let readme = read("README.md");
    let mut run = blocks(&readme) + &blocks(&read("../lowtide-linalg/README.md"));
    for example in ["analyse", "compile_and_run", "depth", "draw", "twin", "write"] {
        run += &read(&format!("examples/{example}.rs"));
    }
    let lines = lines(&readme, "| HIT | what HIT's does | here |");
    assert!(lines.len() >= 14, "{lines:?}");
    for line in lines {
        assert!(run.contains(&line), "nothing runs `{line}`");
    }
}
