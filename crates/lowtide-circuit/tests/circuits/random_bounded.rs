//! Random circuits that can be run encrypted: bounded in depth and in size.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Input, Wire};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// What a circuit for encryption keeps to.
const DEPTH: usize = 8;
const SIZE: f64 = 16.0;

/// A wire with its depth and a bound on its absolute value, for inputs in `[-1, 1]`.
#[derive(Clone)]
struct Bounded {
    wire: Wire,
    depth: usize,
    size: f64,
    used: bool,
}

/// One more operation on the wires so far, such that depth and values stay within bounds.
fn grow(
    b: &Builder,
    slots: usize,
    wires: &mut Vec<Bounded>,
    (kind, i, j, number): (u8, prop::sample::Index, prop::sample::Index, i8),
) {
    // Of two, the later one half of the time, so that circuits become deep.
    let late = |index: prop::sample::Index| {
        let (index, count) = (index.index(2 * wires.len()), wires.len());
        if index < count { index } else { count - 1 - (index - count) / 4 }
    };
    let (i, j) = (late(i), late(j));
    let (x, y) = (wires[i].clone(), wires[j].clone());
    let (depth, odd) = (x.depth.max(y.depth), f64::from(number) / 7.0);
    let (wire, depth, size) = match kind {
        0..=3 if depth < DEPTH && x.size * y.size <= SIZE => (&x.wire * &y.wire, depth + 1, x.size * y.size),
        4 if x.depth < DEPTH && x.size * x.size <= SIZE => (x.wire.square(), x.depth + 1, x.size * x.size),
        0..=6 if x.size + y.size <= SIZE => (&x.wire + &y.wire, depth, x.size + y.size),
        7 | 8 if x.size + y.size <= SIZE => (&x.wire - &y.wire, depth, x.size + y.size),
        9 => (x.wire.rotate(number.into()), x.depth, x.size),
        10 => (x.wire.conjugate(), x.depth, x.size),
        11 => (-&x.wire, x.depth, x.size),
        12 if x.size * 3.0 <= SIZE => (&x.wire * 3.0, x.depth, x.size * 3.0),
        13 if x.size + 1.0 <= SIZE => (&x.wire + odd, x.depth, x.size + 1.0),
        14 if x.size + 1.0 <= SIZE => {
            let numbers: Vec<f64> = (0..slots).map(|slot| odd / (slot + 1) as f64).collect();
            (&x.wire + &b.vector(numbers), x.depth, x.size + 1.0)
        }
        15 if x.depth < DEPTH => {
            let numbers: Vec<f64> = (0..slots).map(|slot| odd / (slot + 1) as f64).collect();
            (&x.wire * &b.vector(numbers), x.depth + 1, x.size)
        }
        // Whatever would have grown too large is made smaller.
        _ if x.depth < DEPTH => (&x.wire * (odd / 2.0), x.depth + 1, x.size / 2.0),
        _ => (x.wire.rotate(1), x.depth, x.size),
    };
    (wires[i].used, wires[j].used) = (true, true);
    wires.push(Bounded { wire, depth, size, used: false });
}

/// Circuits of up to `steps` operations with at most 8 levels, values up to 16 and 1, 4, 16 or 64 slots, in which no
/// operation is without use.
pub(crate) fn circuits(steps: usize) -> impl Strategy<Value = Circuit> {
    let step = (0..18_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), -7..8_i8);
    let slots = prop::sample::select(vec![1, 4, 16, 64]);
    (slots, prop::collection::vec(step, 1..steps)).prop_map(|(slots, steps)| {
        let b = Builder::new(slots);
        let input = |wire| Bounded { wire, depth: 0, size: 1.0, used: false };
        let mut wires = vec![input(b.input("x")), input(b.input("y")), input(b.public("p"))];
        steps.into_iter().for_each(|step| grow(&b, slots, &mut wires, step));
        for (i, wire) in wires.iter().enumerate().filter(|(_, wire)| !wire.used) {
            b.output(format!("w{i}"), &wire.wire);
        }
        b.finish().unwrap()
    })
}

/// Inputs for a circuit, in `[-1, 1]`.
pub(crate) fn inputs(circuit: &Circuit, seed: u64) -> BTreeMap<String, Vec<f64>> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let vector = |input: &Input| {
        let numbers = (0..circuit.slots()).map(|_| rng.random_range(-1.0..1.0)).collect();
        (input.name.clone(), numbers)
    };
    circuit.inputs().iter().map(vector).collect()
}
