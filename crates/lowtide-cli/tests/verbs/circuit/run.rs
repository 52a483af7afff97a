//! `lowtide circuit run`.

use std::fs;

use serde_json::{Value, json};

use super::{examples, folder};
use crate::party::{json, lowtide, ok, refused, text};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// Inputs within -1 and 1 for every input of a circuit.
fn inputs(shown: &Value) -> Value {
    let slots = shown["slots"].as_u64().unwrap();
    let numbers: Vec<f64> = (0..slots).map(|i| (i as f64 * 0.7).sin()).collect();
    let names = shown["inputs"].as_array().unwrap().iter();
    names.map(|input| (input["name"].as_str().unwrap().to_owned(), json!(numbers))).collect()
}

#[test]
fn every_example_runs_within_what_was_foretold() {
    let folder = folder();
    for (name, _) in examples() {
        let shown = json(folder.path(), &format!("circuit show {name}.circuit"));
        fs::write(folder.path().join("inputs.json"), inputs(&shown).to_string()).unwrap();
        let report = json(folder.path(), &format!("circuit run {name}.circuit --inputs inputs.json"));
        let (error, foretold) = (number(&report["largest_error"]), number(&report["foretold_error"]));
        assert!(error > 0.0 && error <= foretold && foretold < 1e-4, "{name}: {error} {foretold}");
        assert_eq!(report["program"]["security_bits"], 128);
        assert!(
            ["keygen", "encrypt", "run", "decrypt"]
                .iter()
                .all(|phase| number(&report["seconds"][phase]) > 0.0)
        );
        assert!(cfg!(not(target_os = "linux")) || number(&report["peak_rss_bytes"]) > 1e6);
        for output in shown["outputs"].as_array().unwrap() {
            let output = &report["outputs"][output.as_str().unwrap()];
            assert_eq!(
                output["decrypted"].as_array().unwrap().len() as u64,
                shown["slots"].as_u64().unwrap()
            );
            let worst = output["worst_slot"].as_u64().unwrap() as usize;
            let [found, clear] = ["decrypted", "clear"].map(|key| number(&output[key][worst]));
            assert_eq!((found - clear).abs(), number(&output["largest_error"]));
        }
    }
}

#[test]
fn numbers_are_those_of_the_circuit() {
    let folder = folder();
    let report = json(folder.path(), "circuit run quartic.circuit --input x=0,1,2,-1,0.5,1.5,-2,3");
    let clear: Vec<f64> = report["outputs"]["y"]["clear"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(clear, [2.0, 3.0, 18.0, 3.0, 2.0625, 7.0625, 18.0, 83.0]);
    let shown = ok(folder.path(), "circuit run quartic.circuit --input x=3");
    for word in ["83.0000000", "decrypted", "in the clear", "largest error", "foretold", "128 bits", "memory"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    for line in shown.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn inputs_come_from_a_file_and_options_go_before_it() {
    let folder = folder();
    let circuit = "lowtide circuit 1\nslots 4\ninput x\npublic p\noutput y = x * p\noutput q = p + 1\n";
    fs::write(folder.path().join("public.circuit"), circuit).unwrap();
    fs::write(folder.path().join("inputs.json"), r#"{"x": [1, 2, 3, 4], "p": 0.5}"#).unwrap();
    let run = "circuit run public.circuit --inputs inputs.json";
    let report = json(folder.path(), run);
    assert_eq!(report["outputs"]["y"]["clear"], json!([0.5, 1.0, 1.5, 2.0]));
    assert_eq!(report["outputs"]["q"]["decrypted"], json!([1.5, 1.5, 1.5, 1.5]));
    assert_eq!(report["program"]["inputs"][1]["bytes"], 0);
    let report = json(folder.path(), &format!("{run} --input x=-1"));
    assert_eq!(report["outputs"]["y"]["clear"], json!([-0.5, -0.5, -0.5, -0.5]));
}

#[test]
fn the_twin_names_the_first_value_that_is_off() {
    let folder = folder();
    let run = "circuit run quartic.circuit --input x=0.5 --twin";
    let report = json(folder.path(), run);
    assert!(report["twin"]["first"].is_null() && number(&report["twin"]["largest_error"]) < 1e-6, "{report}");
    let report = json(folder.path(), &format!("{run} --bound 1e-15"));
    assert_eq!(report["twin"]["bound"], 1e-15);
    let first = &report["twin"]["first"];
    assert_eq!((&first["node"], &first["level"]), (&"%0 input".into(), &2.into()));
    assert!((number(&first["decrypted"]) - number(&first["clear"])).abs() > 1e-15);
    let shown = ok(folder.path(), &format!("{run} --bound 1e-15"));
    assert!(shown.contains("%0 input is the first to be off"), "{shown}");
    assert!(ok(folder.path(), run).contains("stays within what is foretold of it"));
    assert!(ok(folder.path(), &format!("{run} --bound 1e-3")).contains("stays within 1.0e-3"));
    // Where a value leaves the modulus, it is far from what was foretold.
    let report = json(folder.path(), "circuit run quartic.circuit --input x=9 --twin");
    let first = &report["twin"]["first"];
    assert!(
        first["node"].as_str().unwrap().starts_with("%2 square") && report["twin"]["bound"].is_null(),
        "{report}"
    );
    assert!((number(&first["decrypted"]) - number(&first["clear"])).abs() > 1e3 * number(&first["bound"]));
    assert!(json(folder.path(), "circuit run quartic.circuit --input x=0.5")["twin"].is_null());
    refused(folder.path(), "circuit run quartic.circuit --input x=0.5 --bound 1", 2, &["--twin"]);
}

#[test]
fn values_without_room_are_told() {
    let folder = folder();
    let run = "circuit run quartic.circuit --input x=9";
    let output = lowtide(folder.path(), run).output().unwrap();
    assert!(output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("warning: overflow at %2 square") && said.contains("4 more output bits"), "{said}");
    assert!(text(&output.stdout).contains("values overflow"));
    let cured = lowtide(folder.path(), &format!("{run} --output-bits 13 --quiet")).output().unwrap();
    assert_eq!(text(&cured.stderr), "");
    let report = json(folder.path(), &format!("{run} --output-bits 13"));
    assert!(number(&report["largest_error"]) < 1e-4, "{report}");
}

#[test]
fn security_scale_and_memory_are_heeded() {
    let folder = folder();
    let run = "circuit run quartic.circuit --input x=0.5";
    let of = |options: &str| json(folder.path(), &format!("{run} {options}"))["program"].clone();
    for bits in [128, 192, 256] {
        let program = of(&format!("--security {bits}"));
        assert!(program["security_bits"].as_u64().unwrap() >= bits, "{program}");
    }
    assert_eq!(of("--scale-bits 30")["scale_bits"], 30);
    refused(folder.path(), &format!("{run} --memory 1"), 1, &["quartic.circuit", "1048576", "allow it more"]);
    let enough = json(folder.path(), &format!("{run} --memory 3"));
    assert!(number(&enough["largest_error"]) < 1e-6);
    for (options, code, words) in [
        ("--scale-bits 60", 2, &["--scale-bits", "60", "20..=50"][..]),
        ("--security 100", 2, &["128"]),
        ("--memory 0", 2, &["--memory"]),
    ] {
        refused(folder.path(), &format!("{run} {options}"), code, words);
    }
}

#[test]
fn threads_do_not_change_what_a_run_is() {
    let folder = folder();
    for threads in [1, 2] {
        let run = format!("circuit run two_layer_network.circuit --input features=0.5 --threads {threads}");
        assert_eq!(json(folder.path(), &run)["threads"], threads);
    }
}
