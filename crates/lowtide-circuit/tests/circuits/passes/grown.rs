//! Random circuits of sums, products and constants that are mostly used once: what passes take apart.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire};
use proptest::{prelude::*, sample::Index};

/// Slots of a grown circuit.
pub(super) const SLOTS: usize = 8;

/// Few numbers, so that the same one meets itself.
const NUMBERS: [f64; 8] = [0.5, -0.5, 0.25, 1.5, 2.0, -3.0, 0.1, 700.0];

#[derive(Clone, Copy, Debug)]
struct Step {
    kind: u8,
    place: Index,
    number: u8,
}

/// Circuits of up to `steps` operations.
pub(super) fn circuits(steps: usize) -> impl Strategy<Value = Circuit> {
    let step = (0..32_u8, any::<Index>(), any::<u8>()).prop_map(|(kind, place, number)| Step {
        kind,
        place,
        number,
    });
    prop::collection::vec(step, 1..steps).prop_map(|steps| {
        let b = Builder::new(SLOTS);
        let inputs = vec![b.input("x"), b.input("y"), b.input("z"), b.public("p")];
        let mut grower = Grower { b: &b, stack: inputs.clone(), all: inputs };
        steps.iter().for_each(|step| grower.grow(step));
        let total = grower.stack.iter().skip(1).fold(grower.stack[0].clone(), |sum, x| sum + x);
        b.output("total", &total);
        b.output("middle", &grower.all[grower.all.len() / 2]);
        b.finish().unwrap()
    })
}

/// Inputs for them.
pub(super) fn inputs() -> impl Strategy<Value = BTreeMap<String, Vec<f64>>> {
    let vector = || prop::collection::vec(-1.0..1.0_f64, SLOTS);
    prop::collection::vec(vector(), 4)
        .prop_map(|values| ["x", "y", "z", "p"].map(str::to_owned).into_iter().zip(values).collect())
}

/// A machine with a stack: what is taken from it is used once, unless it is fetched again.
struct Grower<'a> {
    b: &'a Builder,
    stack: Vec<Wire>,
    all: Vec<Wire>,
}

impl Grower<'_> {
    fn grow(&mut self, step: &Step) {
        let number = NUMBERS[usize::from(step.number) % NUMBERS.len()];
        let wire = match step.kind {
            0..=3 => self.all[step.place.index(self.all.len())].clone(),
            4..=7 => self.pop(step) + self.pop(step),
            8..=10 => self.pop(step) - self.pop(step),
            11..=13 => self.pop(step) * self.pop(step),
            14..=18 => self.pop(step) * number,
            19..=20 => self.pop(step) * self.vector(step),
            21 => self.pop(step) * &self.all[3],
            22 => self.pop(step) * self.all[3].rotate(step.number.into()),
            23..=26 => self.pop(step).rotate((step.number % 3).into()),
            27 => -self.pop(step),
            28 => self.pop(step).square(),
            29 => self.pop(step) + number,
            30 => self.pop(step).conjugate(),
            _ => self.vector(step),
        };
        self.stack.push(wire.clone());
        self.all.push(wire);
    }

    fn vector(&self, step: &Step) -> Wire {
        let first = NUMBERS[usize::from(step.number) % 4];
        self.b.vector([first, 0.5, -1.0, 0.0, 1.0, first, 0.25, 2.0])
    }

    /// One of the newest three; a new one when there is none.
    fn pop(&mut self, step: &Step) -> Wire {
        if self.stack.is_empty() {
            return self.all[step.place.index(self.all.len())].clone();
        }
        let newest = self.stack.len() - 1 - step.place.index(self.stack.len().min(3));
        self.stack.remove(newest)
    }
}
