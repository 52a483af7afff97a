//! Every pass on random circuits: the same outputs, never deeper, never dearer.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire, pass, read, text};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::random::{self, SLOTS};

mod factors;
mod grown;
mod improvement;
mod large;
mod rotations;
mod sums;

type Pass = fn(&Circuit) -> Circuit;

const PASSES: [(&str, Pass); 10] = [
    ("balance", pass::balance),
    ("fold_constants", pass::fold_constants),
    ("merge_rotations", pass::merge_rotations),
    ("take_giant_steps", pass::take_giant_steps),
    ("collect_terms", pass::collect_terms),
    ("balance_sums", pass::balance_sums),
    ("fuse_factors", pass::fuse_factors),
    ("find_squares", pass::find_squares),
    ("remove_dead", pass::remove_dead),
    ("optimize", pass::optimize),
];

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn passes_make_nothing_dearer(circuit in random::circuits(40), inputs in random::inputs()) {
        assert_improvements(&circuit, &inputs)?;
    }

    #[test]
    fn passes_make_nothing_dearer_that_is_used_once(circuit in grown::circuits(60), inputs in grown::inputs()) {
        assert_improvements(&circuit, &inputs)?;
    }

    #[test]
    fn a_chain_of_products_becomes_a_tree(length in 1..70_usize) {
        let b = Builder::new(SLOTS);
        let factors: Vec<Wire> = (0..length).map(|i| b.input(format!("x{i}"))).collect();
        let product = factors.iter().skip(1).fold(factors[0].clone(), |product, x| product * x);
        b.output("y", &product);
        let depth = read::depth(&pass::balance(&b.finish().unwrap())).depth;
        prop_assert_eq!(depth, length.next_power_of_two().ilog2() as usize);
    }
}

/// Each pass promises the same outputs, no more depth and no more cost.
fn assert_improvements(circuit: &Circuit, inputs: &BTreeMap<String, Vec<f64>>) -> Result<(), TestCaseError> {
    for (name, pass) in PASSES {
        let better = pass(circuit);
        let named = |error| TestCaseError::fail(format!("{name}: {error}\n{}", text::print(circuit)));
        improvement::assert_same(circuit, &better, inputs).map_err(named)?;
        // The order of factors decides at which level each is made.
        let levels = !["balance", "optimize"].contains(&name);
        improvement::assert_no_dearer(circuit, &better, levels).map_err(named)?;
    }
    Ok(())
}

#[test]
fn the_same_expression_is_the_same_node() {
    let b = Builder::new(SLOTS);
    let (x, y) = (b.input("x"), b.input("y"));
    b.output("a", &((&x + &y) * 2.0));
    b.output("b", &((&y + &x) * 2.0));
    b.output("c", &(2.0 * (b.input("x") + b.input("y"))));
    let circuit = b.finish().unwrap();
    assert_eq!(circuit.nodes().len(), 5);
    assert!(circuit.outputs().iter().all(|(_, id)| *id == circuit.outputs()[0].1));
}

#[test]
fn public_work_takes_no_level() {
    let b = Builder::new(SLOTS);
    let (x, p) = (b.input("x"), b.public("p"));
    b.output("y", &(&x * &(&p * &p * &p) + &x * 3.0));
    let circuit = b.finish().unwrap();
    let depth = read::depth(&circuit);
    assert_eq!(depth.depth, 1);
    assert_eq!(depth.critical_path.len(), 1);
    assert_eq!(read::counts(&circuit).public_products.values().sum::<usize>(), 2);
}

#[test]
fn the_critical_path_is_named() {
    let b = Builder::new(SLOTS);
    let x = b.input("x");
    let square = b.region("powers", || b.region("second", || &x * &x));
    b.output("y", &b.region("last", || &square * &x));
    let circuit = b.finish().unwrap();
    let path = read::depth(&circuit).path_names(&circuit);
    assert_eq!(path, ["%1 multiply in powers/second", "%2 multiply in last"]);
}

#[test]
fn errors_say_what_is_wrong() {
    let finish = |write: &dyn Fn(&Builder)| {
        let b = Builder::new(SLOTS);
        write(&b);
        b.finish().unwrap_err().to_string()
    };
    assert!(finish(&|_| ()).contains("no output"));
    assert!(finish(&|b| b.output("1x", &b.input("x"))).contains("\"1x\""));
    assert!(finish(&|b| b.output("y", &b.vector([1.0]))).contains("1 numbers"));
    assert!(finish(&|b| b.output("y", &(b.input("x") * f64::NAN))).contains("NaN"));
    let twice = finish(&|b| {
        b.output("y", &b.input("x"));
        b.output("y", &b.input("z"));
    });
    assert!(twice.contains("two outputs named \"y\""), "{twice}");
    assert!(Builder::new(3).finish().unwrap_err().to_string().contains("power of two"));
}
