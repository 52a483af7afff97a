//! Random circuits.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire};
use proptest::prelude::*;

/// Slots of a random circuit.
pub(crate) const SLOTS: usize = 4;

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

/// Circuits of up to `steps` operations.
pub(crate) fn circuits(steps: usize) -> impl Strategy<Value = Circuit> {
    let step = (0..12_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), -5..6_i8);
    prop::collection::vec(step, 1..steps).prop_map(|steps| {
        let b = Builder::new(SLOTS);
        let mut wires = vec![b.input("x"), b.input("y"), b.public("p")];
        steps.into_iter().for_each(|step| grow(&b, &mut wires, step));
        b.output("last", wires.last().unwrap());
        b.output("middle", &wires[wires.len() / 2]);
        b.finish().unwrap()
    })
}

/// Inputs for them.
pub(crate) fn inputs() -> impl Strategy<Value = BTreeMap<String, Vec<f64>>> {
    let vector = || prop::collection::vec(-1.0..1.0_f64, SLOTS);
    (vector(), vector(), vector())
        .prop_map(|(x, y, p)| BTreeMap::from([("x".into(), x), ("y".into(), y), ("p".into(), p)]))
}
