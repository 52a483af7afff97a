//! `lowtide circuit draw`.

use std::fs;

use super::{examples, folder};
use crate::party::{json, ok, refused};

#[test]
fn every_example_is_drawn_both_ways() {
    let folder = folder();
    for (name, _) in examples() {
        for passes in ["", " --optimized"] {
            let svg = ok(folder.path(), &format!("circuit draw {name}.circuit{passes}"));
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
            let dot = ok(folder.path(), &format!("circuit draw {name}.circuit --format dot{passes}"));
            assert!(dot.starts_with("digraph circuit {") && dot.ends_with("}\n"), "{name}");
            assert_eq!(json(folder.path(), &format!("circuit draw {name}.circuit{passes}"))["picture"], svg);
        }
    }
}

#[test]
fn a_file_says_its_kind_by_its_name() {
    let folder = folder();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for (out, begin) in [("a.svg", "<svg"), ("a.dot", "digraph"), ("a.gv", "digraph"), ("a", "<svg")] {
        let said = ok(folder.path(), &format!("circuit draw quartic.circuit --out {out}"));
        assert!(said.contains(out), "{said}");
        assert!(read(out).starts_with(begin), "{out}");
        let report = json(folder.path(), &format!("circuit draw quartic.circuit --out {out}"));
        assert!(report["picture"].is_null());
        assert_eq!(report["bytes"], read(out).len());
    }
    assert_eq!(ok(folder.path(), "circuit draw quartic.circuit --quiet --out b.svg --format dot"), "");
    assert!(read("b.svg").starts_with("digraph"));
    refused(
        folder.path(),
        "circuit draw quartic.circuit --out no/such/a.svg",
        1,
        &["no/such/a.svg", "folder"],
    );
}

#[test]
fn passes_change_the_picture() {
    let folder = folder();
    let (written, better) = (
        ok(folder.path(), "circuit draw quartic.circuit"),
        ok(folder.path(), "circuit draw quartic.circuit --optimized"),
    );
    assert!(written.contains("depth 3") && better.contains("depth 2") && !better.contains("depth 3"));
}
