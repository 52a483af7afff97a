//! Every pass on random circuits: the same outputs, never deeper, never more products.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire, pass, read};
use proptest::prelude::*;

const SLOTS: usize = 4;

/// One more operation on the wires so far.
fn grow(
    b: &Builder,
    wires: &mut Vec<Wire>,
    (kind, i, j, number): (u8, prop::sample::Index, prop::sample::Index, i8),
) {
    let (x, y) = (wires[i.index(wires.len())].clone(), wires[j.index(wires.len())].clone());
    let wire = match kind {
        0 | 1 => &x * &y,
        2 => &x + &y,
        3 => &x - &y,
        4 => -&x,
        5 => x.square(),
        6 => x.rotate(number.into()),
        7 => x * f64::from(number),
        8 => x + f64::from(number) / 4.0,
        9 => x.conjugate(),
        10 => b.constant(f64::from(number % 3)),
        _ => b.vector([1.0, 0.5, f64::from(number), -1.0]),
    };
    wires.push(wire);
}

fn circuits() -> impl Strategy<Value = Circuit> {
    let step = (0..12_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), -5..6_i8);
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let b = Builder::new(SLOTS);
        let mut wires = vec![b.input("x"), b.input("y"), b.public("p")];
        steps.into_iter().for_each(|step| grow(&b, &mut wires, step));
        b.output("last", wires.last().unwrap());
        b.output("middle", &wires[wires.len() / 2]);
        b.finish().unwrap()
    })
}

fn inputs() -> impl Strategy<Value = BTreeMap<String, Vec<f64>>> {
    let vector = || prop::collection::vec(-1.0..1.0_f64, SLOTS);
    (vector(), vector(), vector())
        .prop_map(|(x, y, p)| BTreeMap::from([("x".into(), x), ("y".into(), y), ("p".into(), p)]))
}

type Pass = fn(&Circuit) -> Circuit;

const PASSES: [(&str, Pass); 5] = [
    ("balance", pass::balance),
    ("fold_constants", pass::fold_constants),
    ("find_squares", pass::find_squares),
    ("remove_dead", pass::remove_dead),
    ("optimize", pass::optimize),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn passes_keep_the_outputs_and_the_depth(circuit in circuits(), inputs in inputs()) {
        let expected = read::clear(&circuit, &inputs).unwrap();
        let live = pass::remove_dead(&circuit);
        for (name, pass) in PASSES {
            let better = pass(&circuit);
            let found = read::clear(&better, &inputs).unwrap();
            for (output, expected) in &expected {
                for (x, y) in found[output].iter().zip(expected) {
                    let close = (x - y).abs() <= 1e-9 * (1.0 + y.abs()) || !y.is_finite() || y.abs() > 1e12;
                    prop_assert!(close, "{}: {} where {} belongs", name, x, y);
                }
            }
            prop_assert!(read::depth(&better).depth <= read::depth(&circuit).depth, "{} is deeper", name);
            let (before, after) = (read::counts(&live), read::counts(&pass::remove_dead(&better)));
            let products = |counts: &read::Counts| {
                counts.ciphertext_products() + counts.public_products.values().sum::<usize>()
            };
            prop_assert!(products(&after) <= products(&before), "{}: more products", name);
            prop_assert!(after.rotation_count() <= before.rotation_count(), "{}: more rotations", name);
        }
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
