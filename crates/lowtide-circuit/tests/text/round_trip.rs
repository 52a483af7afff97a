//! What is written is read back.

use lowtide_circuit::{Builder, Circuit, pass, read, text};
use proptest::prelude::*;

use crate::{
    form::Forms,
    random::{circuits, inputs, scattered},
};

fn assert_round_trip(circuit: &Circuit) -> Circuit {
    let written = text::print(circuit);
    let again = text::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    let mut forms = Forms::default();
    assert_eq!(forms.of(&again), forms.of(circuit), "\n{written}");
    assert_eq!(text::print(&again), written);
    again
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn authors_circuits((circuit, inputs) in (circuits(60), inputs())) {
        let again = assert_round_trip(&circuit);
        let (expected, found) = (read::clear(&circuit, &inputs).unwrap(), read::clear(&again, &inputs).unwrap());
        for (name, expected) in expected {
            for (x, y) in found[&name].iter().zip(expected) {
                prop_assert!(*x == y || (x.is_nan() && y.is_nan()), "{}: {} where {} belongs", name, x, y);
            }
        }
    }

    #[test]
    fn circuits_after_passes(circuit in circuits(60)) {
        assert_round_trip(&pass::optimize(&circuit));
    }

    #[test]
    fn regions_in_pieces(circuit in scattered()) {
        assert_round_trip(&circuit);
    }

    #[test]
    fn lines_are_short(circuit in circuits(200)) {
        let written = text::print(&circuit);
        for line in written.lines() {
            prop_assert!(line.chars().count() <= 110 + 4 * 5, "{}", line);
        }
    }

    #[test]
    fn numbers(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
        let b = Builder::new(1);
        b.output("y", &(b.input("x") * x));
        assert_round_trip(&b.finish().unwrap());
    }
}

#[test]
fn long_sums_and_powers() {
    let b = Builder::new(8);
    let wires: Vec<_> = (0..100).map(|i| b.input(format!("a_rather_long_name_{i}"))).collect();
    let sum = wires.iter().skip(1).fold(wires[0].clone(), |sum, wire| sum * 2.0 - wire);
    let power = (0..5000).fold(sum.clone(), |power, _| power * &sum);
    let signs = (0..3000).fold(power, |power, _| -power.square());
    b.output("y", &signs);
    let circuit = b.finish().unwrap();
    assert_round_trip(&circuit);
    assert!(text::print(&circuit).contains("^5001"));
}

#[test]
fn long_vectors_take_many_lines() {
    let b = Builder::new(256);
    let x = b.input("x");
    let weights = b.vector((0..256).map(|i| f64::from(i) / 7.0).collect::<Vec<_>>());
    let mask = b.vector((0..256).map(|i| f64::from(i / 100)).collect::<Vec<_>>());
    b.output("y", &b.region("product", || x * weights * mask));
    let circuit = b.finish().unwrap();
    assert_round_trip(&circuit);
    let written = text::print(&circuit);
    assert!(written.contains("[100 of 0, 100 of 1, 56 of 2]"), "{written}");
    assert!(written.lines().all(|line| line.len() <= 100), "{written}");
}

#[test]
fn large_circuits_take_little_time() {
    let b = Builder::new(2);
    let (mut x, y) = (b.input("x"), b.input("y"));
    for i in 0..20_000 {
        x = b.region(format!("step {i}"), || (&x * &y + 0.5).square() - &x);
    }
    b.output("z", &x);
    assert_round_trip(&b.finish().unwrap());
}

#[test]
fn what_is_not_used_is_kept() {
    let b = Builder::new(4);
    let (x, _) = (b.input("x"), b.public("p"));
    let _ = b.region("dead", || (&x + 1.0) * b.vector([1.0, 2.0, 3.0, 4.0]));
    let _ = b.constant(7.0);
    b.region("empty", || b.region("within", || ()));
    b.output("y", &x);
    b.output("x", &x);
    b.output("two", &b.constant(2.0));
    let circuit = assert_round_trip(&b.finish().unwrap());
    let written = text::print(&circuit);
    assert!(written.contains("t1 = (x + 1) * [1, 2, 3, 4]"), "{written}");
    assert!(written.contains("    region within { }\n}\n"), "{written}");
    assert!(written.ends_with("output y = x\noutput x\noutput two = 2\n"), "{written}");
}
