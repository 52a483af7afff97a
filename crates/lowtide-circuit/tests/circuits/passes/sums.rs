//! Sums: like terms, common factors, and how seldom sums of products are relinearized.

use lowtide_circuit::{
    Builder, Circuit, Requirements, Wire, compile,
    pass::{self, Passes},
    read,
};
use proptest::prelude::*;

use super::grown;

const SLOTS: usize = 8;

/// Relinearizations and rescales of a circuit as it is, compiled for a small ring.
fn reductions(circuit: &Circuit, passes: Passes) -> (usize, usize) {
    let requirements = Requirements { security: None, passes, ..Requirements::DEFAULT };
    let tally = compile(circuit, &requirements).unwrap().tally();
    (tally.relinearizations.values().sum(), tally.rescales.values().sum())
}

const BALANCED: Passes = Passes { balance_sums: true, ..Passes::NONE };

proptest! {
    #[test]
    fn balanced_sums_are_relinearized_no_more_often(circuit in grown::circuits(40)) {
        let circuit = pass::remove_dead(&circuit);
        if read::depth(&circuit).depth <= 10 {
            let (before, after) = (reductions(&circuit, Passes::NONE), reductions(&circuit, BALANCED));
            prop_assert!(after.0 <= before.0, "{} where there were {}", after.0, before.0);
        }
    }
}

fn circuit(write: impl Fn(&Builder, &[Wire]) -> Wire) -> Circuit {
    let b = Builder::new(SLOTS);
    let x: Vec<Wire> = (0..8).map(|i| b.input(format!("x{i}"))).collect();
    b.output("result", &write(&b, &x));
    b.finish().unwrap()
}

#[test]
fn products_are_added_to_products() {
    // A sum of products with values between them.
    let mixed = circuit(|_, x| &x[0] * &x[1] + &x[2] + &x[3] * &x[4] - (&x[5] - &x[6].square()) + 1.0);
    assert_eq!((reductions(&mixed, Passes::NONE), reductions(&mixed, BALANCED)), ((3, 3), (1, 1)));
    // Products in the parts of a difference, with a sign and an integer.
    let signed = circuit(|_, x| (&x[0] - &x[1] * &x[2] * 3.0) - (&x[3] - (-(&x[4] * 0.5) + &x[5] * &x[6])));
    assert_eq!((reductions(&signed, Passes::NONE), reductions(&signed, BALANCED)), ((2, 2), (1, 1)));
    // A product that something else uses is brought back anyway.
    let shared = circuit(|b, x| {
        let product = &x[0] * &x[1];
        b.output("product", &product);
        product + &x[2] + &x[3] * &x[4] + &x[5] + &x[6] * &x[7]
    });
    assert_eq!((reductions(&shared, Passes::NONE), reductions(&shared, BALANCED)), ((3, 3), (2, 2)));
}

#[test]
fn what_comes_down_comes_down_together() {
    // x1 to x4 are there two levels above their sum.
    let write = |b: &Builder, x: &[Wire]| {
        let products = x[1..5].iter().map(|x| x * &x.square() * x);
        let high = products.reduce(|sum, product| sum + product).unwrap();
        b.output("high", &high);
        &x[1] + &x[0] * &x[5] + &x[2] + &x[0] * &x[6] + &x[3] + &x[0] * &x[7] + &x[4]
    };
    let circuit = circuit(write);
    let (before, after) = (reductions(&circuit, Passes::NONE), reductions(&circuit, BALANCED));
    assert_eq!((before.0 - after.0, before.1 - after.1), (2, 5));
}

#[test]
fn sums_are_no_longer_than_they_must_be() {
    let sum =
        circuit(|_, x| (0..64).map(|i| x[i % 8].rotate(i as i64 / 8)).reduce(|sum, x| sum + x).unwrap());
    let prices = |_| read::Prices { sum: 1.0, ..read::Prices::default() };
    assert_eq!(read::cost(&sum, prices).span, 63.0);
    let balanced = read::cost(&pass::balance_sums(&sum), prices);
    assert_eq!((balanced.work, balanced.span), (63.0, 6.0));
}

/// Depth, products, public products and sums of the circuit with collected terms.
fn collected(write: impl Fn(&Builder, &[Wire]) -> Wire) -> (usize, usize, usize, usize) {
    let circuit = pass::remove_dead(&pass::fold_constants(&pass::collect_terms(&circuit(write))));
    let only = |product, public_product, sum| {
        let prices = read::Prices { product, public_product, sum, rotation: 0.0 };
        read::cost(&circuit, |_| prices).work as usize
    };
    (read::depth(&circuit).depth, only(1.0, 0.0, 0.0), only(0.0, 1.0, 0.0), only(0.0, 0.0, 1.0))
}

#[test]
fn like_terms_are_one() {
    assert_eq!(collected(|_, x| &x[0] * 0.3 + &x[1] + &x[0] * 0.4), (1, 0, 1, 1));
    assert_eq!(collected(|_, x| &x[0] * 0.3 + &x[1] - &x[0] * 0.3), (0, 0, 0, 0));
    assert_eq!(collected(|_, x| &x[0] * 0.5 + &x[1] + &x[0] * 0.5), (0, 0, 0, 1));
    assert_eq!(collected(|b, x| &x[0] * b.public("p") + &x[1] + &x[0] * 0.3 - &x[0]), (1, 0, 1, 1));
    // Three times x is one operation.
    assert_eq!(collected(|_, x| &x[0] + &x[1] + &x[0] * 4.0 - &x[0] - &x[0]), (0, 0, 0, 2));
    let product = |x: &[Wire]| &x[0] * &x[1];
    assert_eq!(collected(|_, x| product(x) + &x[2] + product(x)), (1, 1, 0, 2));
}

#[test]
fn common_factors_come_out() {
    assert_eq!(collected(|_, x| &x[0] * 0.3 + &x[1] - &x[2] * 0.3), (1, 0, 1, 2));
    assert_eq!(collected(|_, x| &x[0] * 0.3 + &x[1] + &x[2] * -0.3), (1, 0, 1, 2));
    assert_eq!(collected(|b, x| &x[0] * b.public("p") + &x[1] - &x[2] * b.public("p")), (1, 0, 1, 2));
    assert_eq!(collected(|_, x| &x[0] * &x[1] + &x[2] * &x[0] - &x[3]), (1, 1, 0, 2));
    assert_eq!(collected(|_, x| x[0].square() + &x[2] * &x[0] + &x[0] * 0.3), (1, 1, 0, 2));
    // The factor that saves most: x0 of three products, not x1 of two.
    let polynomial = |x: &[Wire]| &x[0] * &x[1] + &x[1] * &x[2] + &x[0] * &x[3] + &x[4] * &x[0];
    assert_eq!(collected(|_, x| polynomial(x)), (1, 2, 0, 3));
}

#[test]
fn what_others_use_is_not_taken_apart() {
    let shared = |b: &Builder, x: &[Wire]| {
        let product = &x[0] * 0.3;
        b.output("product", &product);
        product + &x[0] * 0.4 + &x[1] * 0.3
    };
    assert_eq!(collected(shared), (1, 0, 3, 2));
}

/// Small multiples are free; together they are 2000 times x, which would cost a level.
#[test]
fn multiples_stay_small() {
    assert_eq!(collected(|_, x| &x[0] * 1000.0 + &x[1] + &x[0] * 1001.0), (0, 0, 0, 4));
    let many = |x: &[Wire]| (0..3000).fold(x[1].clone(), |sum, _| sum + &x[0]);
    assert_eq!(collected(|_, x| many(x)), (0, 0, 0, 5));
}
