//! `lowtide circuit show`.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use super::{examples, folder};
use crate::party::{json, ok, text};

#[test]
fn what_is_shown_is_the_circuit_again() {
    let folder = folder();
    for (name, _) in examples() {
        for passes in ["", " --optimized"] {
            let shown = ok(folder.path(), &format!("circuit show {name}.circuit --quiet{passes}"));
            fs::write(folder.path().join("again.circuit"), &shown).unwrap();
            assert_eq!(ok(folder.path(), "circuit show again.circuit --quiet"), shown, "{name}{passes}");
            let report = json(folder.path(), &format!("circuit show {name}.circuit{passes}"));
            assert_eq!(report["text"], shown);
            assert_eq!(report["optimized"], !passes.is_empty());
            assert_eq!(report["file"], format!("{name}.circuit"));
        }
    }
}

#[test]
fn facts_stand_above_the_text() {
    let folder = folder();
    let shown = ok(folder.path(), "circuit show two_layer_network.circuit --nodes");
    for word in [
        "8",
        "3 levels deep",
        "features",
        "scores",
        "layer 1",
        "layer 2",
        "lowtide circuit 1",
        "%0   input features",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let report = json(folder.path(), "circuit show quartic.circuit --nodes");
    assert_eq!(
        (&report["depth"], &report["operations"], &report["slots"]),
        (&3.into(), &4.into(), &8.into())
    );
    assert_eq!(report["inputs"][0]["name"], "x");
    assert_eq!(report["inputs"][0]["encrypted"], true);
    let nodes = report["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 6);
    assert_eq!((&nodes[1]["operation"], &nodes[1]["depth"]), (&"multiply %0 %0".into(), &1.into()));
    assert_eq!(json(folder.path(), "circuit show quartic.circuit --optimized")["depth"], 2);
}

#[test]
fn a_circuit_can_come_through_a_pipe() {
    let folder = folder();
    let circuit = fs::read(folder.path().join("quartic.circuit")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_lowtide"))
        .args(["circuit", "show", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&circuit).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && text(&output.stdout).starts_with("standard input\n"));
}

#[test]
fn names_cannot_command_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let circuit =
        "lowtide circuit 1\nslots 2\ninput x\nregion \"\\u{1b}[2J\" {\n    y = x + 1\n}\noutput y\n";
    fs::write(folder.path().join("odd.circuit"), circuit).unwrap();
    let shown = ok(folder.path(), "circuit show odd.circuit --nodes");
    assert!(shown.contains("[2J") && !shown.contains('\u{1b}'), "{shown:?}");
}
