//! Conversion, scoring, and files that are not what they should be.

use proptest::prelude::*;

use super::*;
use crate::schedule::{Momentum, StepSize};
use crate::sigmoid::Method;

fn facts() -> TrainingFacts {
    TrainingFacts {
        circuit: "fused".into(),
        steps: 6,
        batch: 64,
        sigmoid: Some(SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares).unwrap()),
        schedule: Schedule::new(StepSize { initial: 1.0, decay: 0.1 }, Momentum::Nesterov).unwrap(),
        security_bits: Some(128),
    }
}

fn labels() -> Labels {
    Labels { negative: "benign".into(), positive: "a \"bad\" \\ one".into() }
}

fn model(weights: &[f64], scaling: Scaling) -> Result<Model, Error> {
    let features = (0..scaling.len()).map(|k| format!("feature {k}")).collect();
    Model::from_scaled(weights, scaling, features, labels(), facts())
}

fn example() -> Model {
    let scaling = Scaling::new(ScalingKind::Standard, vec![10.0, -2.0, 3.0], vec![0.5, 4.0, 0.0]).unwrap();
    model(&[0.25, 1.5, -0.125, 7.0], scaling).unwrap()
}

#[test]
fn weights_move_to_raw_features() {
    let model = example();
    assert_eq!(model.weights(), [0.75, -0.5, 0.0]);
    assert_eq!(model.bias(), 0.25 - 7.5 - 1.0);
    assert_eq!(model.scaled_weights(), [0.25, 1.5, -0.125, 0.0]);
    // Scaled row (1, 8, 0): 0.25 + 1.5 - 1.
    assert_eq!(model.margin(&[12.0, 0.0, 99.0]).unwrap(), 0.75);
    assert_eq!(model.predict(&[12.0, 0.0, 99.0]).unwrap(), labels().positive);
    assert_eq!(model.predict(&[11.0, 0.0, 0.0]).unwrap(), "benign");
    assert_eq!(model.probability(&[11.0, 0.0, 0.0]).unwrap(), 0.5);
}

#[test]
fn a_row_must_fit() {
    assert!(matches!(example().margin(&[1.0]), Err(Error::Length { expected: 3, found: 1, .. })));
    assert!(matches!(example().predict(&[1.0, f64::NAN, 0.0]), Err(Error::NotFinite { index: 1, .. })));
}

#[test]
fn what_cannot_be_a_model() {
    assert!(matches!(model(&[], Scaling::none(2)), Err(Error::Length { expected: 3, found: 0, .. })));
    assert!(matches!(model(&[1.0, 2.0], Scaling::none(2)), Err(Error::Length { expected: 2, found: 1, .. })));
    assert!(matches!(model(&[f64::NAN, 2.0], Scaling::none(1)), Err(Error::NotFinite { index: 0, .. })));
    let same = Labels { negative: "3".into(), positive: "3".into() };
    let twice = Model::from_scaled(&[0.0], Scaling::none(0), vec![], same, facts());
    assert!(matches!(twice, Err(Error::SameLabels { .. })));
    let uneven = Scaling::new(ScalingKind::MinMax, vec![0.0], vec![]);
    assert!(matches!(uneven, Err(Error::Length { expected: 1, found: 0, .. })));
}

#[test]
fn json_is_for_people() {
    let json = example().to_json().unwrap();
    for line in [
        "  \"format\": \"lowtide-model\",\n  \"version\": 1,\n",
        "\"positive\": \"a \\\"bad\\\" \\\\ one\"",
        "\"bias\": -8.25,",
        "\"kind\": \"standard\",",
        "\"circuit\": \"fused\",",
        "\"security_bits\": 128\n",
        "\"checksum\": \"blake3:",
    ] {
        assert!(json.contains(line), "{line} not in {json}");
    }
    assert_eq!(Model::from_json(&json).unwrap(), example());
}

#[test]
fn spaces_do_no_harm_and_the_checksum_can_be_taken_off() {
    let json = example().to_json().unwrap();
    let value: String = json.replace('\n', "\r\n\t").replace("{", " { ");
    assert_eq!(Model::from_json(&value).unwrap(), example());
    let (content, _) = json.split_once(",\n  \"checksum\"").unwrap();
    assert_eq!(Model::from_json(&format!("{content}\n}}")).unwrap(), example());
    let edited = Model::from_json(&format!("{}\n}}", content.replace("-8.25", "-9.25"))).unwrap();
    assert_eq!(edited.bias(), -9.25);
}

#[test]
fn each_fault_has_its_error() {
    let json = example().to_json().unwrap();
    let load = |from: &str, to: &str| {
        assert!(json.contains(from));
        Model::from_json(&json.replacen(from, to, 1)).unwrap_err()
    };
    assert!(matches!(load("lowtide-model", "other"), Error::ModelFormat { found } if found == "other"));
    let future = load("\"version\": 1,", "\"version\": 7, \"news\": 0,");
    assert!(future.to_string().ends_with("reads version 1: use a newer Lowtide"));
    assert!(matches!(load("-8.25", "-8.35"), Error::ModelChecksum { .. }));
    assert!(matches!(load("-8.25", "null"), Error::MalformedModel { .. }));
    assert!(matches!(load("-8.25", "1e999"), Error::MalformedModel { .. }));
    assert!(matches!(load("\"bias\"", "\"bios\""), Error::MalformedModel { .. }));
    assert!(matches!(Model::from_json("[]"), Err(Error::MalformedModel { .. })));
    assert!(matches!(Model::from_json(&json[..json.len() / 2]), Err(Error::MalformedModel { .. })));
    // Without its checksum, what the file says is still held to account.
    let (content, _) = json.split_once(",\n  \"checksum\"").unwrap();
    let shorter = format!("{content}\n}}").replacen("\"feature 2\"", "\"feature 2\", \"feature 3\"", 1);
    assert!(matches!(Model::from_json(&shorter), Err(Error::Length { expected: 4, found: 3, .. })));
}

#[test]
fn no_damaged_byte_passes() {
    let json = example().to_json().unwrap();
    for i in 0..json.len() {
        for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
            let mut bytes = json.clone().into_bytes();
            bytes[i] ^= mask;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(Model::from_json(&text).is_err(), "byte {i} ^ {mask:#x}: {text}");
            }
        }
    }
}

proptest! {
    #[test]
    fn raw_and_scaled_agree_and_files_are_exact(
        columns in prop::collection::vec((-5.0f64..5.0, -9.0f64..9.0, 1e-3f64..1e3, -9.0f64..9.0), 0..8),
        bias in -5.0f64..5.0,
    ) {
        let column = |pick: fn(&(f64, f64, f64, f64)) -> f64| columns.iter().map(pick).collect::<Vec<_>>();
        let weights: Vec<f64> = [bias].into_iter().chain(column(|c| c.0)).collect();
        let scaling = Scaling::new(ScalingKind::Standard, column(|c| c.1), column(|c| c.2)).unwrap();
        let model = model(&weights, scaling.clone()).unwrap();
        let mut row = column(|c| c.3);
        let raw = model.margin(&row).unwrap();
        scaling.apply(&mut row).unwrap();
        prop_assert!((raw - bias - dot(&weights[1..], &row)).abs() < 1e-9);
        for (back, weight) in model.scaled_weights().iter().zip(&weights) {
            prop_assert!((back - weight).abs() < 1e-9);
        }
        prop_assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
    }
}
