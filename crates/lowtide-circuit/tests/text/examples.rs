//! The circuits in `examples/circuits/`: read, printed, and held against plain arithmetic.

use std::{collections::BTreeMap, f64::consts::PI, fs, path::Path};

use lowtide_circuit::{Circuit, pass, read, text};

use crate::form::Forms;

const FIRST: [[f64; 8]; 8] = [
    [0.01, 0.45, -0.36, 0.45, -0.19, -0.08, 0.33, -0.09],
    [0.05, -0.47, 0.25, 0.04, -0.17, 0.29, -0.2, -0.05],
    [-0.37, -0.1, -0.3, -0.24, 0.25, -0.22, -0.01, 0.48],
    [0.46, 0.22, 0.04, -0.22, -0.34, 0.47, 0.02, -0.38],
    [0.12, 0.28, 0.11, 0.42, -0.46, 0.03, -0.04, -0.44],
    [0.14, 0.35, 0.09, -0.24, 0.34, 0.01, 0.01, 0.25],
    [-0.35, 0.32, 0.18, 0.29, -0.31, 0.3, -0.31, -0.42],
    [0.36, 0.36, 0.38, -0.03, -0.23, -0.49, 0.15, 0.22],
];
const FIRST_BIAS: [f64; 8] = [0.2, -0.13, -0.17, 0.08, 0.18, 0.28, -0.21, -0.01];
const SECOND: [[f64; 8]; 2] = [
    [0.39, -0.08, 0.09, -0.48, 0.17, 0.42, 0.33, 0.39],
    [0.16, -0.25, 0.27, -0.29, 0.33, -0.44, 0.33, -0.34],
];
const SECOND_BIAS: [f64; 2] = [-0.07, -0.11];

/// Every file of the folder, by name.
pub(crate) fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/circuits");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.push((name, fs::read_to_string(path).unwrap()));
    }
    files.sort();
    files
}

fn circuit(name: &str) -> Circuit {
    let (_, text) = files().into_iter().find(|(file, _)| file == name).unwrap();
    text::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Each output slot before and after the passes is what it should be; depths before and after are these.
fn assert_computes(
    name: &str,
    inputs: &[(&str, &[f64])],
    expected: &[f64],
    tolerance: f64,
    depths: [usize; 2],
) {
    let circuit = circuit(name);
    let better = pass::optimize(&circuit);
    assert_eq!([&circuit, &better].map(|circuit| read::depth(circuit).depth), depths, "{name}");
    let inputs: BTreeMap<String, Vec<f64>> =
        inputs.iter().map(|(name, values)| ((*name).to_owned(), values.to_vec())).collect();
    for circuit in [&circuit, &better] {
        let outputs = read::clear(circuit, &inputs).unwrap();
        assert_eq!(outputs.len(), 1);
        let found = outputs.values().next().unwrap();
        assert_eq!(found.len(), expected.len());
        for (x, y) in found.iter().zip(expected) {
            assert!((x - y).abs() <= tolerance, "{name}: {x} where {y} belongs");
        }
    }
}

/// The values of some function in slots.
fn ramp(slots: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..slots).map(|slot| f(slot as f64)).collect()
}

#[test]
fn all_files_are_read_and_printed() {
    let files = files();
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    let known = ["chebyshev15", "dot_product", "moving_average", "quartic", "two_layer_network"];
    assert_eq!(names, known.map(|name| format!("{name}.circuit")));
    for (name, text) in files {
        assert!(text.lines().all(|line| line.len() <= 120), "{name}");
        let circuit = text::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let printed = text::print(&circuit);
        let again = text::parse(&printed).unwrap();
        let mut forms = Forms::default();
        assert_eq!(forms.of(&again), forms.of(&circuit), "{name}\n{printed}");
        assert_eq!(text::print(&again), printed);
    }
}

#[test]
fn quartic() {
    let x = ramp(8, |i| (i - 4.0) / 3.0);
    let expected: Vec<_> = x.iter().map(|x| x.powi(4) + 2.0).collect();
    assert_computes("quartic.circuit", &[("x", &x)], &expected, 1e-12, [3, 2]);
}

#[test]
fn dot_product() {
    let (a, b) = (ramp(8, |i| i / 8.0 - 0.4), ramp(8, |i| (3.0 * i).sin()));
    let sum: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    assert_computes("dot_product.circuit", &[("a", &a), ("b", &b)], &[sum; 8], 1e-12, [1, 1]);
}

#[test]
fn moving_average() {
    let x = ramp(16, |i| (i * i).cos());
    let expected: Vec<f64> =
        (0..16).map(|i| (i..i + 8).map(|slot| x[slot % 16]).sum::<f64>() / 8.0).collect();
    assert_computes("moving_average.circuit", &[("x", &x)], &expected, 1e-12, [1, 1]);
}

/// The coefficients from the function's values at the Chebyshev points, the sum as written.
#[test]
fn chebyshev15() {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let points = (0..16).map(|i| (f64::from(i) + 0.5) * PI / 16.0);
    let coefficient = |k: f64| {
        let sum: f64 = points.clone().map(|angle| sigmoid(8.0 * angle.cos()) * (k * angle).cos()).sum();
        sum / if k == 0.0 { 16.0 } else { 8.0 }
    };
    let series = |x: f64| {
        let angle = (x / 8.0).acos();
        (0..16).map(f64::from).map(|k| coefficient(k) * (k * angle).cos()).sum::<f64>()
    };
    for offset in [0.0, 0.3, 1.1] {
        let x = ramp(8, |i| -8.0 + 2.1 * i + offset);
        let expected: Vec<_> = x.iter().map(|x| series(*x)).collect();
        assert!(x.iter().zip(&expected).all(|(x, y)| (sigmoid(*x) - y).abs() < 0.005));
        assert_computes("chebyshev15.circuit", &[("x", &x)], &expected, 1e-12, [6, 6]);
    }
}

#[test]
fn two_layer_network() {
    let features = ramp(8, |i| (i + 0.5).sin());
    let dot = |row: &[f64; 8], x: &[f64]| row.iter().zip(x).map(|(weight, x)| weight * x).sum::<f64>();
    let hidden: Vec<f64> = (0..8).map(|i| (dot(&FIRST[i], &features) + FIRST_BIAS[i]).powi(2)).collect();
    let score = |i: usize| dot(&SECOND[i], &hidden) + SECOND_BIAS[i];
    let expected: Vec<f64> = (0..8).map(|slot| score(slot % 2)).collect();
    assert_computes("two_layer_network.circuit", &[("features", &features)], &expected, 1e-12, [3, 3]);
}
