//! Fewer rotations: merged ones, and small and giant steps.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire, pass, read};
use proptest::prelude::*;

use super::improvement;

const SLOTS: usize = 64;

/// A term of a sum over rotations.
#[derive(Clone, Copy, Debug)]
struct Turn {
    source: usize,
    steps: u8,
    kind: u8,
    sum: usize,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (0..2_usize, 0..64_u8, 0..24_u8, 0..2_usize).prop_map(|(source, steps, kind, sum)| Turn {
        source,
        steps,
        kind,
        sum,
    });
    // Of few values, or of steps that are multiples of four.
    (prop::collection::vec(turn, 2..100), 0..3_u8).prop_map(|(mut turns, shape)| {
        for turn in &mut turns {
            match shape {
                0 => (turn.source, turn.sum) = (0, 0),
                1 => turn.steps &= !3,
                _ => {}
            }
        }
        turns
    })
}

fn vector(seed: usize) -> Vec<f64> {
    (0..SLOTS).map(|slot| ((seed * 31 + slot * 7) as f64).sin()).collect()
}

/// Two sums over rotations of two values.
fn circuit(turns: &[Turn]) -> Circuit {
    let b = Builder::new(SLOTS);
    let sources = [b.input("x"), b.input("y") * 0.5];
    let public = b.public("p");
    let mut sums = [b.input("x"), b.input("y")];
    for (i, turn) in turns.iter().enumerate() {
        let turned = sources[turn.source].rotate(turn.steps.into());
        let sum = &mut sums[turn.sum];
        *sum = match turn.kind {
            0..=9 => &*sum + turned * b.vector(vector(i)),
            10..=13 => &*sum - turned * 0.25,
            14..=16 => &*sum + turned * public.rotate(i as i64),
            17..=20 => &*sum + turned,
            21 => &*sum + turned.square(),
            22 => &*sum + public.rotate(i as i64),
            _ => (&*sum - turned).rotate(1),
        };
    }
    b.output("first", &sums[0]);
    b.output("second", &sums[1]);
    b.finish().unwrap()
}

fn inputs() -> BTreeMap<String, Vec<f64>> {
    ["x", "y", "p"].into_iter().enumerate().map(|(i, name)| (name.to_owned(), vector(100 + i))).collect()
}

proptest! {
    #[test]
    fn sums_over_rotations_cost_no_more(turns in turns()) {
        let circuit = circuit(&turns);
        for pass in [pass::take_giant_steps, pass::merge_rotations, pass::optimize] {
            let better = pass(&circuit);
            improvement::assert_same(&circuit, &better, &inputs())?;
            improvement::assert_no_dearer(&circuit, &better, true)?;
        }
    }
}

/// Depth, rotations and their keys, as written and improved.
fn rotations(
    pass: fn(&Circuit) -> Circuit,
    write: impl Fn(&Builder, &Wire, &Wire) -> Wire,
) -> [[usize; 3]; 2] {
    let b = Builder::new(SLOTS);
    let (x, y) = (b.input("x"), b.input("y"));
    b.output("result", &write(&b, &x, &y));
    let circuit = b.finish().unwrap();
    let better = pass::remove_dead(&pass(&circuit));
    improvement::assert_same(&circuit, &better, &inputs()).unwrap();
    improvement::assert_no_dearer(&circuit, &better, true).unwrap();
    [circuit, better].map(|circuit| {
        let rotations = read::rotations(&circuit);
        [read::depth(&circuit).depth, rotations.values().sum(), rotations.len()]
    })
}

fn diagonals(b: &Builder, x: &Wire, steps: impl Iterator<Item = usize>) -> Wire {
    steps.map(|k| x.rotate(k as i64) * b.vector(vector(k))).reduce(|sum, term| sum + term).unwrap()
}

#[test]
fn a_matrix_takes_giant_steps() {
    let giant = |write: &dyn Fn(&Builder, &Wire, &Wire) -> Wire| rotations(pass::take_giant_steps, write);
    assert_eq!(giant(&|b, x, _| diagonals(b, x, 0..64)), [[1, 63, 63], [1, 14, 14]]);
    assert_eq!(giant(&|b, x, _| diagonals(b, x, (0..64).step_by(4))), [[1, 15, 15], [1, 6, 6]]);
    assert_eq!(
        giant(&|b, x, _| diagonals(b, x, 0..64) + diagonals(b, &x.square(), 0..64)),
        [[2, 126, 63], [2, 28, 14]]
    );
    // Two matrices and one vector share the small steps.
    let two = |b: &Builder, x: &Wire, y: &Wire| {
        let other = (0..64).map(|k| x.rotate(k) * (k as f64 + 0.5)).reduce(|sum, term| sum + term).unwrap();
        diagonals(b, x, 0..64) + other * y
    };
    assert_eq!(giant(&two), [[2, 63, 63], [2, 21, 18]]);
    // Few rotations stay.
    assert_eq!(giant(&|b, x, _| diagonals(b, x, 0..4)), [[1, 3, 3]; 2]);
    // Rotations that are there anyway stay, too.
    let products = |b: &Builder, x: &Wire, y: &Wire| {
        let used = (0..64).map(|k| x.rotate(k) * y).reduce(|sum, term| sum + term).unwrap();
        diagonals(b, x, 0..64) + used
    };
    assert_eq!(giant(&products), [[1, 63, 63]; 2]);
}

#[test]
fn a_sum_of_rotations_takes_giant_steps() {
    let window =
        |_: &Builder, x: &Wire, _: &Wire| (0..64).map(|k| x.rotate(k)).reduce(|sum, x| sum + x).unwrap();
    assert_eq!(rotations(pass::take_giant_steps, window), [[0, 63, 63], [0, 14, 14]]);
}

#[test]
fn rotations_come_after_what_they_have_in_common() {
    let merge = |write: &dyn Fn(&Builder, &Wire, &Wire) -> Wire| rotations(pass::merge_rotations, write);
    assert_eq!(merge(&|_, x, y| x.rotate(3) - y.rotate(3)), [[0, 2, 1], [0, 1, 1]]);
    assert_eq!(merge(&|_, x, y| x.rotate(3) + (-y.rotate(3) + x.rotate(1))), [[0, 3, 2], [0, 2, 2]]);
    assert_eq!(merge(&|_, x, y| x.rotate(3) * y.rotate(3) * x), [[2, 2, 1], [2, 1, 1]]);
    assert_eq!(merge(&|b, x, _| (-x.rotate(3) * b.public("p")).rotate(4)), [[1, 2, 2], [1, 1, 1]]);
    assert_eq!(merge(&|b, x, _| (x.rotate(3) * b.vector(vector(1))).rotate(61)), [[1, 2, 2], [1, 0, 0]]);
    // All the way through a sum with a public addend and a product.
    let deep = |b: &Builder, x: &Wire, y: &Wire| {
        let sum = x.rotate(5) * b.vector(vector(2)) - y.rotate(5) + b.public("p");
        (sum * x.square().rotate(5)).rotate(2)
    };
    assert_eq!(merge(&deep), [[2, 4, 2], [2, 1, 1]]);
}

#[test]
fn rotations_of_one_value_share_their_decomposition() {
    let merge = |write: &dyn Fn(&Builder, &Wire, &Wire) -> Wire| rotations(pass::merge_rotations, write);
    // Rotations of x and y by many steps: two decompositions, where turning each sum would take eight.
    let matrices = |b: &Builder, x: &Wire, y: &Wire| diagonals(b, x, 1..9) + diagonals(b, y, 1..9);
    assert_eq!(merge(&matrices), [[1, 16, 8]; 2]);
    // Products under one sum are relinearized once as they are.
    let correlation = |_: &Builder, x: &Wire, y: &Wire| x.rotate(1) * y.rotate(1) + x.square();
    assert_eq!(merge(&correlation), [[1, 2, 1]; 2]);
    // But these are one square.
    let energy = |_: &Builder, x: &Wire, _: &Wire| {
        (1..6).map(|k| x.rotate(k).square()).reduce(|sum, x| sum + x).unwrap()
    };
    assert_eq!(merge(&energy), [[1, 5, 5]; 2]);
    let b = Builder::new(SLOTS);
    b.output("energy", &energy(&b, &b.input("x"), &b.input("x")));
    assert_eq!(
        read::counts(&pass::remove_dead(&pass::merge_rotations(&b.finish().unwrap()))).ciphertext_products(),
        1
    );
}
