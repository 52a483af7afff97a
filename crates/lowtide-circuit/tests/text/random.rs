//! Circuits of every shape.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Region, Wire};
use proptest::{prelude::*, sample::Index};

pub(crate) const SLOTS: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct Step {
    kind: u8,
    operands: (Index, Index),
    number: i8,
    /// How many of the next steps stand in a region of this one's.
    region: usize,
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let region = prop_oneof![6 => Just(0_usize), 1 => 1..6_usize];
    let step = (0..14_u8, any::<(Index, Index)>(), -5..6_i8, region)
        .prop_map(|(kind, operands, number, region)| Step { kind, operands, number, region });
    prop::collection::vec(step, 1..most)
}

/// Writes the steps, some of them in regions of regions.
fn write(b: &Builder, wires: &mut Vec<Wire>, steps: &[Step]) {
    let Some((step, rest)) = steps.split_first() else { return };
    let (inner, rest) = rest.split_at(step.region.min(rest.len()));
    if inner.is_empty() {
        grow(b, wires, step);
    } else {
        let names = ["powers", "step 1", "a \"b\" \\ \n\u{7} é", "", "again"];
        b.region(names[step.number.unsigned_abs() as usize % names.len()], || {
            grow(b, wires, step);
            write(b, wires, inner);
        });
    }
    write(b, wires, rest);
}

fn grow(b: &Builder, wires: &mut Vec<Wire>, step: &Step) {
    let wire = |index: &Index| wires[index.index(wires.len())].clone();
    let (x, y) = (wire(&step.operands.0), wire(&step.operands.1));
    let last = wires.last().unwrap().clone();
    let number = f64::from(step.number);
    let wire = match step.kind {
        0 => &x * &y,
        1 => &x * &x * &x * &x,
        2 => &last + &y,
        3 => &last - &y,
        4 => -&last,
        5 => last.square(),
        6 => last.rotate(step.number.into()),
        7 => last * number,
        8 => last + number / 3.0,
        9 => last.conjugate(),
        10 => b.constant(number * 1e-9),
        11 => b.vector([1.0 / 3.0, -0.0, number, f64::MAX]),
        12 => x - last,
        _ => &last * &(&x + &y),
    };
    wires.push(wire);
}

/// Circuits as an author writes them.
pub(crate) fn circuits(most: usize) -> impl Strategy<Value = Circuit> {
    (steps(most), any::<[Index; 3]>(), 0..4_u8).prop_map(|(steps, places, names)| {
        let b = Builder::new(SLOTS);
        let mut wires = vec![b.input("x"), b.public("t1"), b.region("inputs", || b.input("rotate"))];
        write(&b, &mut wires, &steps);
        let names = match names {
            0 => ["last", "x", "t2"],
            1 => ["t3", "t1", "output"],
            2 => ["square", "region", "of"],
            _ => ["y", "y_2", "_"],
        };
        b.output(names[0], wires.last().unwrap());
        for (name, place) in names.into_iter().zip(places).skip(1) {
            b.output(name, &wires[place.index(wires.len())]);
        }
        b.finish().unwrap()
    })
}

/// Circuits whose nodes stand in regions in no order.
pub(crate) fn scattered() -> impl Strategy<Value = Circuit> {
    (circuits(40), prop::collection::vec(any::<Index>(), 40 * 4), any::<Index>()).prop_map(
        |(circuit, places, shape)| {
            // Five regions: two of one name in one place, and one region in another.
            let b = Builder::new(SLOTS);
            let mut wire = b.input("x");
            let mut next = || {
                wire = &wire + 1.0;
                b.output(format!("y{}", wires_so_far(&b)), &wire);
            };
            b.region("a", || {
                next();
                b.region("b", &mut next);
            });
            for name in ["a", "c", "c"] {
                b.region(name, &mut next);
            }
            let ids: Vec<_> = b.finish().unwrap().nodes().iter().map(|node| node.region).collect();
            let mut regions = b.finish().unwrap().regions().to_vec();
            if shape.index(2) == 0 {
                let parent = regions[2].parent;
                regions[5] = Region { name: "b".into(), parent };
            }
            let mut nodes = circuit.nodes().to_vec();
            for (node, place) in nodes.iter_mut().zip(&places) {
                node.region = ids[place.index(ids.len())];
            }
            let (inputs, outputs) = (circuit.inputs().to_vec(), circuit.outputs().to_vec());
            Circuit::new(SLOTS, inputs, nodes, outputs, regions).unwrap()
        },
    )
}

fn wires_so_far(b: &Builder) -> usize {
    b.finish().map_or(0, |circuit| circuit.nodes().len())
}

pub(crate) fn inputs() -> impl Strategy<Value = BTreeMap<String, Vec<f64>>> {
    let vector = || prop::collection::vec(-1.0..1.0_f64, SLOTS);
    (vector(), vector(), vector())
        .prop_map(|(x, y, z)| BTreeMap::from([("x".into(), x), ("t1".into(), y), ("rotate".into(), z)]))
}
