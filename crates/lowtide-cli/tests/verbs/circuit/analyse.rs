//! `lowtide circuit analyse`.

use std::fs;

use serde_json::Value;

use super::{examples, folder};
use crate::party::{json, ok, refused};

#[test]
fn every_example_is_analysed() {
    let folder = folder();
    for (name, _) in examples() {
        let report = json(folder.path(), &format!("circuit analyse {name}.circuit"));
        assert!(report["tried"].is_null());
        for side in ["written", "optimized"] {
            let side = &report[side];
            let (depth, program) = (side["depth"].as_u64().unwrap(), &side["program"]);
            assert_eq!(side["critical_path"].as_array().unwrap().len() as u64, depth, "{name}");
            assert_eq!(program["levels"], depth, "{name}");
            assert_eq!(program["security_bits"], 128);
            assert!(program["evaluation_key_bytes"].as_u64().unwrap() > 1 << 16);
            assert!(program["upload_bytes"].as_u64().unwrap() > 1 << 15);
            let [work, span] = ["work", "span"].map(|key| side["time"][key].as_f64().unwrap());
            assert!(0.0 < span && span <= work * 1.000_001, "{name}: {work} {span}");
        }
        let better = |key: &str| {
            let of = |side: &str| report[side]["program"][key].as_u64().unwrap();
            assert!(of("optimized") <= of("written"), "{name}: {key}");
        };
        // A giant step over rotations costs a rescale, and saves rotations.
        ["levels", "ring_degree", "relinearizations", "upload_bytes", "evaluation_key_bytes"]
            .iter()
            .for_each(|key| better(key));
        let shown = ok(folder.path(), &format!("circuit analyse {name}.circuit"));
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for word in ["as written", "after the passes", "Critical path", "why", "--input", "--inputs FILE"] {
            assert!(shown.contains(word), "{name}: {word}: {shown}");
        }
    }
}

#[test]
fn both_forms_stand_side_by_side() {
    let folder = folder();
    let report = json(folder.path(), "circuit analyse quartic.circuit");
    let of = |side: &str, key: &str| report[side][key].clone();
    assert_eq!([of("written", "depth"), of("optimized", "depth")], [3, 2].map(Value::from));
    assert_eq!([of("written", "products"), of("optimized", "squares")], [3, 2].map(Value::from));
    assert_eq!(report["written"]["critical_path"][2], "%3 multiply");
    let rings = ["written", "optimized"].map(|side| report[side]["program"]["ring_degree"].as_u64().unwrap());
    assert_eq!(rings, [16384, 8192]);
    // The other spelling.
    let row = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let shown = ok(folder.path(), "circuit analyze quartic.circuit");
    let depth = shown.lines().find(|line| line.trim_start().starts_with("depth")).unwrap();
    assert_eq!(row(depth), ["depth", "3", "2"]);

    let network = json(folder.path(), "circuit analyse two_layer_network.circuit");
    let rotations = network["optimized"]["program"]["rotations"].as_array().unwrap();
    let rotation =
        |key: &str| rotations.iter().map(|rotation| rotation[key].as_u64().unwrap()).collect::<Vec<_>>();
    // The last two, by 4 and by 2, are one sum of rotations by 2, 4 and 6.
    assert_eq!(rotation("steps"), [1, 2, 3, 4, 6]);
    assert_eq!(rotation("count"), [2, 2, 1, 2, 1]);
    assert_eq!(rotation("level"), [3, 3, 3, 2, 0]);
}

#[test]
fn inputs_give_ranges_advice_and_faults() {
    let folder = folder();
    let report = json(folder.path(), "circuit analyse quartic.circuit --input x=0,1,2,-1,0.5,1.5,-2,3");
    let tried = &report["tried"];
    assert_eq!((&tried["samples"], &tried["faults"]), (&1.into(), &Value::Array(Vec::new())));
    let output = &tried["outputs"][0];
    assert_eq!((&output["name"], &output["min"], &output["max"]), (&"y".into(), &2.0.into(), &83.0.into()));
    assert!(output["error"].as_f64().unwrap() < 1e-4 && output["bits_behind"].as_f64().unwrap() > 13.0);
    assert_eq!(tried["nodes"][0]["level"], 2);
    assert_eq!(tried["advice"]["output_bits"], 7);
    assert!(tried["advice"]["log2_scale"].as_f64().unwrap() > 40.0);

    fs::write(folder.path().join("samples.json"), r#"[{"x": 1}, {"x": 9}, {"x": [0, 0, 0, 0, 0, 0, 0, 0]}]"#)
        .unwrap();
    let analyse = "circuit analyse quartic.circuit --inputs samples.json";
    let tried = &json(folder.path(), analyse)["tried"];
    assert_eq!((&tried["samples"], &tried["advice"]["output_bits"]), (&3.into(), &13.into()));
    assert_eq!((&tried["outputs"][0]["min"], &tried["outputs"][0]["max"]), (&2.0.into(), &6563.0.into()));
    assert!(tried["faults"][0].as_str().unwrap().starts_with("overflow at %2 square"));
    assert!(ok(folder.path(), analyse).contains("What will go wrong"));
    // The cure that was named cures.
    let cured = json(folder.path(), &format!("{analyse} --output-bits 13"));
    assert_eq!(cured["tried"]["faults"], Value::Array(Vec::new()));
    let precise = json(folder.path(), &format!("{analyse} --output-bits 13 --tolerance 1e-13"));
    assert!(precise["tried"]["faults"][0].as_str().unwrap().starts_with("precision of output"));
    refused(
        folder.path(),
        "circuit run quartic.circuit --inputs samples.json",
        1,
        &["samples.json", "3 sets"],
    );
}

#[test]
fn a_circuit_that_no_ring_holds_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    // The passes cannot help a chain of squares.
    let squares: Vec<_> = (1..=70).map(|i| format!("x{i} = square(x{})\n", i - 1)).collect();
    let circuit = format!("lowtide circuit 1\nslots 4\ninput x0\n{}output y = x70\n", squares.concat());
    fs::write(folder.path().join("deep.circuit"), circuit).unwrap();
    let report = json(folder.path(), "circuit analyse deep.circuit --scale-bits 50 --input x0=1");
    assert_eq!((&report["written"]["depth"], &report["written"]["squares"]), (&70.into(), &70.into()));
    assert!(report["optimized"]["program"].is_null() && report["tried"].is_null());
    assert!(!report["optimized"]["refused"].as_str().unwrap().is_empty());
    let shown = ok(folder.path(), "circuit analyse deep.circuit --scale-bits 50");
    assert!(shown.contains("No program after the passes") && shown.contains("54 more"), "{shown}");
    refused(folder.path(), "circuit run deep.circuit --scale-bits 50 --input x0=1", 1, &["deep.circuit"]);
}
