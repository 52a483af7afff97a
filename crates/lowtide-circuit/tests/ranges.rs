//! Ranges, scales and costs against their definitions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use lowtide_circuit::{
    Builder, Circuit, Op, Secrecy, Value, pass,
    read::{self, ModulusBudget, Prices, ScaleLimit},
};
use proptest::prelude::*;

#[path = "circuits/random.rs"]
mod random;

/// The levels left after each encrypted node, by following every chain.
fn levels_after(circuit: &Circuit) -> Vec<usize> {
    let (depth, secrecy) = (read::depth(circuit).nodes, read::secrecy(circuit));
    let mut after = vec![0; depth.len()];
    for (id, node) in circuit.iter().rev() {
        let deepest = node.op.operands().map(|id| depth[id.index()]).max().unwrap_or(0);
        let takes = depth[id.index()] - deepest;
        for operand in node.op.operands().filter(|_| secrecy[id.index()] == Secrecy::Encrypted) {
            after[operand.index()] = after[operand.index()].max(after[id.index()] + takes);
        }
    }
    after
}

/// Whether every ciphertext fits: `2 |v| s <= q s^l`.
fn fits(circuit: &Circuit, ranges: &[read::Range], first_bits: f64, scale: f64) -> bool {
    let (after, secrecy) = (levels_after(circuit), read::secrecy(circuit));
    (0..ranges.len())
        .filter(|i| secrecy[*i] == Secrecy::Encrypted && ranges[*i].magnitude() > 0.0)
        .all(|i| 1.0 + ranges[i].magnitude().log2() + scale <= first_bits + after[i] as f64 * scale + 1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ranges_are_those_of_the_values(
        circuit in random::circuits(40),
        samples in prop::collection::vec(random::inputs(), 1..4),
    ) {
        let ranges = read::ranges(&circuit, &samples).unwrap();
        for (id, _) in circuit.iter() {
            let numbers: Vec<f64> = samples
                .iter()
                .flat_map(|sample| read::clear_nodes(&circuit, sample).unwrap()[id.index()].to_vec(random::SLOTS))
                .collect();
            let range = ranges[id.index()];
            if numbers.iter().any(|x| x.is_nan()) {
                prop_assert_eq!(range.magnitude(), f64::INFINITY);
                continue;
            }
            prop_assert_eq!(range.min, numbers.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(range.max, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            prop_assert_eq!(range.magnitude(), numbers.iter().fold(0.0, |m, x| x.abs().max(m)));
        }
    }

    #[test]
    fn advice_fits_and_no_more_would(
        circuit in random::circuits(30),
        sample in random::inputs(),
        first_bits in 30.0..60.0_f64,
        levels in 20.0..60.0_f64,
    ) {
        let circuit = pass::optimize(&circuit);
        let ranges = read::ranges(&circuit, &[sample]).unwrap();
        let depth = read::depth(&circuit).depth as f64;
        let modulus_bits = first_bits + depth.max(1.0) * levels;
        let advice = read::scale_advice(&circuit, &ranges, &ModulusBudget { first_bits, modulus_bits });
        let whole = |scale: f64| first_bits.max(scale) + depth * scale <= modulus_bits + 1e-6;
        if let Some(scale) = advice.log2_scale {
            prop_assert!(fits(&circuit, &ranges, first_bits, scale), "{:?}", advice);
            prop_assert!(depth == 0.0 || first_bits + depth * scale <= modulus_bits + 1e-6);
            // What limits it is tight: a little more breaks the node's bound or the whole modulus.
            match advice.limit {
                ScaleLimit::Modulus => prop_assert!(!whole(scale + 0.01) || depth == 0.0),
                ScaleLimit::Value(id) => {
                    let bits = 1.0 + ranges[id.index()].magnitude().log2();
                    prop_assert!((bits + scale - first_bits).abs() < 1e-6);
                }
            }
            let first = read::first_prime_advice(&circuit, &ranges, scale);
            prop_assert!(first <= first_bits.max(scale) + 1e-6, "{} for {:?}", first, advice);
        } else {
            // None fits: neither small scales nor large ones.
            let limited = matches!(advice.limit, ScaleLimit::Value(_));
            prop_assert!(limited);
            let public_too_large = match advice.limit {
                ScaleLimit::Value(id) => read::secrecy(&circuit)[id.index()] == Secrecy::Public,
                ScaleLimit::Modulus => false,
            };
            for scale in 0..=levels as usize {
                prop_assert!(public_too_large || !fits(&circuit, &ranges, first_bits, scale as f64 + 1e-6));
            }
        }
        for scale in [20.0, 40.0] {
            let first = read::first_prime_advice(&circuit, &ranges, scale);
            prop_assert!(first.is_nan() || fits(&circuit, &ranges, first, scale));
        }
    }

    #[test]
    fn work_and_span_are_sums_over_all_and_over_the_dearest_chain(circuit in random::circuits(60)) {
        let prices = |level: usize| {
            let level = level as f64;
            Prices { product: 10.0 + level, public_product: 3.0 + level, sum: 0.5, rotation: 5.0 + 2.0 * level }
        };
        let cost = read::cost(&circuit, prices);
        let (after, depth, secrecy) = (levels_after(&circuit), read::depth(&circuit).nodes, read::secrecy(&circuit));
        let mut spans: Vec<f64> = Vec::new();
        let mut work = 0.0;
        for (id, node) in circuit.iter() {
            let deepest = node.op.operands().map(|id| depth[id.index()]).max().unwrap_or(0);
            let takes = depth[id.index()] > deepest;
            let prices = prices(after[id.index()] + usize::from(takes));
            let public = node.op.operands().any(|id| secrecy[id.index()] == Secrecy::Public);
            let price = match node.op {
                Op::Input(_) | Op::Constant(_) => 0.0,
                _ if secrecy[id.index()] == Secrecy::Public => 0.0,
                Op::Rotate(..) | Op::Conjugate(_) => prices.rotation,
                _ if !takes => prices.sum,
                _ => if public { prices.public_product } else { prices.product },
            };
            work += price;
            spans.push(price + node.op.operands().map(|id| spans[id.index()]).fold(0.0, f64::max));
        }
        let span = spans.iter().copied().fold(0.0, f64::max);
        prop_assert!((cost.work - work).abs() <= 1e-9 * work, "{} for {}", cost.work, work);
        prop_assert!((cost.span - span).abs() <= 1e-9 * span, "{} for {}", cost.span, span);
        prop_assert!(cost.width() >= 1.0 - 1e-9 && cost.widest <= circuit.nodes().len());
        prop_assert!(cost.path.is_sorted() && cost.path.iter().all(|id| secrecy[id.index()] == Secrecy::Encrypted));
        prop_assert!(cost.path.is_empty() == (cost.work == 0.0));
    }
}

fn one(x: f64) -> BTreeMap<String, Vec<f64>> {
    BTreeMap::from([("x".into(), vec![x; 4])])
}

#[test]
fn a_deliberate_overflow_is_found_at_its_node() {
    let b = Builder::new(4);
    let x = b.input("x");
    let large = b.region("too large", || &x * 3000.5);
    b.output("y", &large.square());
    let circuit = b.finish().unwrap();
    let ranges = read::ranges(&circuit, &[one(1000.0)]).unwrap();
    let budget = |first_bits| ModulusBudget { first_bits, modulus_bits: first_bits + 80.0 };
    // The output takes about 43 bits and its sign one.
    let advice = read::scale_advice(&circuit, &ranges, &budget(60.0));
    let output = circuit.outputs()[0].1;
    assert_eq!(advice.limit, ScaleLimit::Value(output));
    assert!((advice.log2_scale.unwrap() - (60.0 - 1.0 - 3_000_500.0_f64.log2() * 2.0)).abs() < 1e-9);
    assert_eq!(read::scale_advice(&circuit, &ranges, &budget(40.0)).log2_scale, None);
    // Small values leave the modulus to limit the scale: 80 bits for two levels.
    let ranges = read::ranges(&circuit, &[one(0.001)]).unwrap();
    let advice = read::scale_advice(&circuit, &ranges, &budget(60.0));
    assert_eq!((advice.log2_scale, advice.limit), (Some(40.0), ScaleLimit::Modulus));
}

#[test]
fn values_that_are_no_numbers_and_no_samples() {
    let b = Builder::new(4);
    let x = b.input("x");
    b.output("y", &(x.square() - x.square().square()));
    let circuit = b.finish().unwrap();
    let ranges = read::ranges(&circuit, &[one(1e200)]).unwrap();
    assert_eq!(ranges.last().unwrap().magnitude(), f64::INFINITY);
    let budget = ModulusBudget { first_bits: 60.0, modulus_bits: 200.0 };
    assert_eq!(read::scale_advice(&circuit, &ranges, &budget).log2_scale, None);
    let ranges = read::ranges(&circuit, &[]).unwrap();
    assert!(ranges.iter().all(|range| *range == read::Range::EMPTY && range.magnitude() == 0.0));
    assert_eq!(read::scale_advice(&circuit, &ranges, &budget).log2_scale, Some(70.0));
    assert!(read::ranges(&circuit, &[BTreeMap::new()]).is_err());
    assert!(Value::Scalar(1.0).scalar().is_some());
}

#[test]
fn a_tree_is_wider_than_a_chain() {
    let b = Builder::new(4);
    let all: Vec<_> = (0..8).map(|i| b.input(format!("x{i}"))).collect();
    let product = all.iter().skip(1).fold(all[0].clone(), |product, x| product * x);
    b.output("y", &product);
    let chain = b.finish().unwrap();
    let prices = |_| Prices { product: 1.0, ..Prices::default() };
    let (chain_cost, tree_cost) = (read::cost(&chain, prices), read::cost(&pass::optimize(&chain), prices));
    assert_eq!((chain_cost.work, chain_cost.span, chain_cost.widest), (7.0, 7.0, 1));
    assert_eq!((tree_cost.work, tree_cost.span, tree_cost.widest), (7.0, 3.0, 4));
    assert!((tree_cost.width() - 7.0 / 3.0).abs() < 1e-12);
    assert_eq!(chain_cost.path.len(), 7);
}
