//! Plain matrices, and circuits that are read in clear with garbage wherever it is allowed.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, read};
use lowtide_linalg::{Extent, Layout, Object, Shape, Tile};
use proptest::prelude::*;

/// A matrix in clear.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plain {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

impl Plain {
    pub(crate) fn new(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..rows * columns).map(|i| entry(i / columns, i % columns)).collect();
        Self { rows, columns, values }
    }

    /// Numbers in `[-1, 1]` from a small generator.
    pub(crate) fn random(rows: usize, columns: usize, seed: u64) -> Self {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
        };
        let values = (0..rows * columns).map(|_| next()).collect();
        Self { rows, columns, values }
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    pub(crate) fn transposed(&self) -> Self {
        Self::new(self.columns, self.rows, |i, k| self.at(k, i))
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        assert_eq!(self.columns, other.rows);
        let entry = |i, k| (0..self.columns).map(|j| self.at(i, j) * other.at(j, k)).sum();
        Self::new(self.rows, other.columns, entry)
    }

    pub(crate) fn ones(rows: usize, columns: usize) -> Self {
        Self::new(rows, columns, |_, _| 1.0)
    }
}

/// What a circuit takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) levels: usize,
    pub(crate) products: usize,
    pub(crate) public: usize,
    pub(crate) rotations: usize,
}

impl Cost {
    pub(crate) fn of(circuit: &Circuit) -> Self {
        let counts = read::counts(circuit);
        Self {
            levels: read::depth(circuit).depth,
            products: counts.ciphertext_products(),
            public: counts.public_products.values().sum(),
            rotations: counts.rotation_count(),
        }
    }
}

/// A circuit that is being written, with the values of its inputs.
pub(crate) struct Case {
    pub(crate) b: Builder,
    inputs: BTreeMap<String, Vec<f64>>,
}

impl Case {
    pub(crate) fn new(tile: &Tile) -> Self {
        Self { b: Builder::new(tile.slots()), inputs: BTreeMap::new() }
    }

    /// An encrypted object, with garbage wherever nothing is promised of it.
    pub(crate) fn input<S: Shape>(&mut self, layout: Layout<S>, name: &str, numbers: &[f64]) -> Object<S> {
        self.give(layout, name, numbers);
        layout.input(&self.b, name).unwrap()
    }

    /// The same, known in clear.
    pub(crate) fn public<S: Shape>(&mut self, layout: Layout<S>, name: &str, numbers: &[f64]) -> Object<S> {
        self.give(layout, name, numbers);
        layout.public(&self.b, name).unwrap()
    }

    fn give<S: Shape>(&mut self, layout: Layout<S>, name: &str, numbers: &[f64]) {
        for (name, mut slots) in layout.encode(name, numbers).unwrap() {
            for (slot, value) in slots.iter_mut().enumerate().filter(|(slot, _)| is_free(&layout, *slot)) {
                *value = 1e3 + slot as f64;
            }
            self.inputs.insert(name, slots);
        }
    }

    /// The numbers of an object, once it is certain that all slots hold what is promised, and what it took.
    pub(crate) fn finish<S: Shape>(self, object: &Object<S>) -> (Vec<f64>, Cost) {
        object.output("result");
        let circuit = self.b.finish().unwrap();
        let outputs = read::clear(&circuit, &self.inputs).unwrap();
        let layout = object.layout();
        let numbers = layout.decode("result", &outputs).unwrap();
        for (name, expected) in layout.encode("result", &numbers).unwrap() {
            for slot in (0..layout.tile().slots()).filter(|slot| !is_free(layout, *slot)) {
                let found = outputs[&name][slot];
                let close = (found - expected[slot]).abs() < 1e-9;
                assert!(close, "{layout}: slot {slot} of {name} holds {found}, not {}", expected[slot]);
            }
        }
        (numbers, Cost::of(&circuit))
    }
}

/// Whether a slot may hold anything.
fn is_free<S: Shape>(layout: &Layout<S>, slot: usize) -> bool {
    let column = slot % layout.tile().width();
    match layout.shape().extent() {
        Extent::Matrix { .. } | Extent::ColumnIndexed { .. } => false,
        Extent::RowIndexed { .. } | Extent::Scalar => column >= layout.tile().columns(),
        Extent::FirstColumn { .. } => column > 0,
    }
}

pub(crate) fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() < 1e-9, "number {i} is {x}, not {y}");
    }
}

/// Full and half tiles of 64 slots, of every shape.
pub(crate) fn tiles() -> impl Strategy<Value = Tile> {
    (0..7_u32, any::<bool>()).prop_filter_map("too wide", |(log, half)| Tile::new(64, 1 << log, half))
}

pub(crate) fn log(power: usize) -> usize {
    power.ilog2() as usize
}
