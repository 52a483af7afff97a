//! Where public factors end up.

use lowtide_circuit::{Builder, Circuit, Op, Wire, pass, read};

const SLOTS: usize = 8;

/// Depth, public products and products of what is written, and of what has fused factors; integers are no products here.
fn before_and_after(write: impl Fn(&Builder, &Wire, &Wire) -> Wire) -> [(usize, usize, usize); 2] {
    let b = Builder::new(SLOTS);
    let (x, y) = (b.input("x"), b.input("y"));
    b.output("result", &write(&b, &x, &y));
    let circuit = b.finish().unwrap();
    [circuit.clone(), pass::fuse_factors(&circuit)].map(|circuit| summary(&circuit))
}

fn summary(circuit: &Circuit) -> (usize, usize, usize) {
    let circuit = pass::remove_dead(circuit);
    let only = |product, public_product| {
        let prices = read::Prices { product, public_product, ..read::Prices::default() };
        read::cost(&circuit, |_| prices).work as usize
    };
    (read::depth(&circuit).depth, only(0.0, 1.0), only(1.0, 0.0))
}

fn vector(b: &Builder) -> Wire {
    b.vector([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
}

#[test]
fn through_rotations_and_signs() {
    assert_eq!(before_and_after(|_, x, _| (x * 0.3).rotate(3) * 0.7), [(2, 2, 0), (1, 1, 0)]);
    assert_eq!(before_and_after(|_, x, _| -(x * 0.3).rotate(3).conjugate() * 0.7), [(2, 2, 0), (1, 1, 0)]);
    let of_vector = before_and_after(|b, x, _| (x * vector(b)).rotate(3) * (vector(b) + b.public("p")));
    assert_eq!(of_vector, [(2, 2, 0), (1, 1, 0)]);
    // To the shallower factor, past the rotation: x y runs one level lower.
    assert_eq!(before_and_after(|_, x, y| (x * y.square()).rotate(3) * 0.7), [(3, 1, 2), (2, 1, 2)]);
}

#[test]
fn into_sums() {
    assert_eq!(before_and_after(|_, x, y| (x * 0.3 - y * 0.6) * 0.7), [(2, 3, 0), (1, 2, 0)]);
    assert_eq!(before_and_after(|b, x, y| (x * vector(b) + y * 0.6) * 0.7 + 1.0), [(2, 3, 0), (1, 2, 0)]);
    // Into one of two, and a product of its own with the other: as many as before, at fewer levels.
    assert_eq!(before_and_after(|_, x, y| (x * 0.3 + y) * 0.7), [(2, 2, 0), (1, 2, 0)]);
    assert_eq!(before_and_after(|_, x, y| (x * y.square() + 0.5) * 0.7), [(3, 1, 2), (2, 1, 2)]);
    // But never one more.
    assert_eq!(before_and_after(|_, x, y| (x + y) * 0.7), [(1, 1, 0); 2]);
    assert_eq!(before_and_after(|_, x, y| (x * y + x.rotate(1) * y) * 0.7), [(2, 1, 2); 2]);
    assert_eq!(before_and_after(|_, x, y| (x * 0.3 + y) * 2.0), [(1, 1, 0); 2]);
}

/// The mean of a weighted vector: each sum is used twice, and all uses lead to the one factor.
#[test]
fn into_folded_slots() {
    let mean = |b: &Builder, x: &Wire, factor: Wire| {
        let products = x * vector(b);
        [4, 2, 1].into_iter().fold(products, |sum, steps| &sum + sum.rotate(steps)) * factor
    };
    assert_eq!(before_and_after(|b, x, _| mean(b, x, b.constant(0.125))), [(2, 2, 0), (1, 1, 0)]);
    // A vector would be turned differently on each path.
    assert_eq!(before_and_after(|b, x, _| mean(b, x, vector(b))), [(2, 2, 0); 2]);
    // An output within wants the sum as it is.
    let with_output = before_and_after(|b, x, _| {
        let products = x * vector(b);
        let pairs = &products + products.rotate(4);
        b.output("pairs", &pairs);
        (&pairs + pairs.rotate(2)) * 0.125
    });
    assert_eq!(with_output, [(2, 2, 0); 2]);
}

#[test]
fn in_products() {
    assert_eq!(before_and_after(|_, x, y| (x * 0.3) * (y * 0.7)), [(2, 2, 1), (2, 1, 1)]);
    assert_eq!(
        before_and_after(|_, x, y| (x * 0.3) * (y * 0.7).rotate(1) * (x * 0.2)),
        [(3, 3, 2), (3, 1, 2)]
    );
    assert_eq!(before_and_after(|_, x, y| (x * 0.3) * y * 0.7), [(3, 2, 1), (2, 1, 1)]);
    assert_eq!(before_and_after(|_, x, y| (x * y.square()) * 0.7), [(3, 1, 2), (2, 1, 2)]);
}

#[test]
fn what_others_use_stays() {
    let shared = |b: &Builder, x: &Wire| {
        let small = x * 0.3;
        b.output("small", &small);
        small
    };
    // Made once more, with both factors: a level less.
    assert_eq!(before_and_after(|b, x, _| shared(b, x) * 0.7), [(2, 2, 0), (1, 2, 0)]);
    assert_eq!(before_and_after(|b, x, _| shared(b, x).rotate(1) * 0.7), [(2, 2, 0), (1, 2, 0)]);
    assert_eq!(before_and_after(|b, x, y| shared(b, x) * (y * 0.7)), [(2, 2, 1); 2]);
}

#[test]
fn integers_stay_integers() {
    let multiplied = |numbers: [f64; 2]| {
        let b = Builder::new(SLOTS);
        b.output("y", &numbers.into_iter().fold(b.input("x"), |x, number| x * number));
        let circuit = pass::remove_dead(&pass::fuse_factors(&b.finish().unwrap()));
        let constants = circuit.nodes().iter().filter(|node| matches!(node.op, Op::Constant(_))).count();
        (read::depth(&circuit).depth, constants)
    };
    assert_eq!(multiplied([3.0, 2.0]), (0, 1));
    assert_eq!(multiplied([32.0, 32.0]), (0, 1));
    // Too large a product would cost a level.
    assert_eq!(multiplied([33.0, 32.0]), (0, 2));
    assert_eq!(multiplied([33.0, 0.5]), (1, 1));
}

/// Each number on the way is one; the product of the factors before the input is none, or zero.
#[test]
fn factors_neither_overflow_nor_vanish() {
    for (factors, input) in
        [([1e200, 1e200, 1e-200, 1e-200], 1e-150), ([1e-200, 1e-200, 1e200, 1e200], 1e150)]
    {
        for turned in [0, 1] {
            let b = Builder::new(SLOTS);
            let y = factors.into_iter().fold(b.input("x"), |x, number| x.rotate(turned) * number);
            b.output("y", &y);
            let circuit = b.finish().unwrap();
            let inputs = [("x".to_owned(), vec![input; SLOTS])].into();
            for pass in [pass::fuse_factors, pass::balance, pass::optimize] {
                let found = read::clear(&pass(&circuit), &inputs).unwrap()["y"][0];
                assert!((found / input - 1.0).abs() < 1e-12, "{found} where {input} belongs");
            }
        }
    }
}
