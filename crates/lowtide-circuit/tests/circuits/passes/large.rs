//! A hundred thousand operations: passes take a time in proportion to them, no stack, and make no more of them.

use std::time::{Duration, Instant};

use lowtide_circuit::{Builder, Circuit, Wire};

use super::PASSES;

const LENGTH: usize = 100_000;

/// Each step made of the last.
fn chain(step: impl Fn(usize, Wire, &Wire) -> Wire) -> Circuit {
    let b = Builder::new(16);
    let x = b.input("x");
    let last = (0..LENGTH).fold(b.input("y"), |last, i| step(i, last, &x));
    b.output("last", &last);
    b.finish().unwrap()
}

/// The sum of terms of their own.
fn wide(term: impl Fn(usize, &Wire) -> Wire) -> Circuit {
    let b = Builder::new(1 << 17);
    let x = b.input("x");
    let terms: Vec<Wire> = (0..LENGTH).map(|i| term(i, &x)).collect();
    let sum = terms.iter().skip(1).fold(terms[0].clone(), |sum, term| sum + term);
    b.output("sum", &sum);
    b.finish().unwrap()
}

fn circuits() -> Vec<(&'static str, Circuit)> {
    let number = |i: usize| 1.0 + i as f64 / LENGTH as f64;
    vec![
        ("product", chain(|_, last, x| last * x)),
        ("signed product", chain(|_, last, x| -(x * last))),
        ("public factors", chain(|i, last, _| last * number(i))),
        ("turned factors", chain(|i, last, _| last.rotate(1) * number(i))),
        ("integers", chain(|_, last, _| last * 2.0)),
        ("squares", chain(|_, last, _| &last * &last)),
        ("doubles", chain(|_, last, _| &last + &last)),
        ("folded slots", chain(|i, last, _| last.rotate(1 << (i % 4)) + &last)),
        ("signs", chain(|_, last, x| x - last)),
        ("Horner", chain(|i, last, x| (last + number(i)) * x)),
        ("nested factors", chain(|i, last, x| (last + x * number(i)) * 0.5)),
        ("nested rotations", chain(|_, last, x| (last.rotate(1) + x).rotate(2) + x)),
        ("sum of products", wide(|i, x| x.rotate(i as i64) * x)),
        ("sum of public products", wide(|i, x| x.rotate(i as i64) * number(i))),
        ("sum of rotations", wide(|i, x| (x * number(i)).rotate(7))),
        ("sum of multiples", wide(|i, x| x * number(i))),
    ]
}

#[test]
fn passes_are_quick_on_large_circuits() {
    for (shape, circuit) in circuits() {
        for (name, pass) in PASSES {
            let start = Instant::now();
            let better = pass(&circuit);
            let time = start.elapsed();
            // A second is usual for all passes together; quadratic time would be hours.
            assert!(time < Duration::from_secs(20), "{name} of {shape}: {time:?}");
            assert!(better.nodes().len() <= circuit.nodes().len() + LENGTH, "{name} of {shape}");
        }
    }
}
