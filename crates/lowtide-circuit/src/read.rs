//! Readings: what can be known of a circuit without running it encrypted.
//!
//! Each is a fold over the nodes in order, one small file.

mod clear;
mod cost;
mod count;
mod depth;
pub(crate) mod height;
mod noise;
mod range;
mod rehearsal;
mod rotation;
mod secrecy;
mod uses;

pub use clear::{clear, clear_nodes};
pub use cost::{Cost, Prices, cost};
pub use count::{Counts, counts};
pub use depth::{Depth, depth};
pub use noise::{Prediction, StepPrediction, noise};
pub use range::{ModulusBudget, Range, ScaleAdvice, ScaleLimit, first_prime_advice, ranges, scale_advice};
pub use rehearsal::rehearsal;
pub use rotation::rotations;
pub use secrecy::secrecy;

pub(crate) use clear::compute;
pub(crate) use depth::{is_integer, takes_level};
pub(crate) use uses::uses;

use crate::{Circuit, NodeId, Op};

impl Circuit {
    /// Reads every node in order: `read(id, op, before)` is given what was read of all nodes before it.
    pub(crate) fn fold<T>(&self, mut read: impl FnMut(NodeId, &Op, &[T]) -> T) -> Vec<T> {
        let mut all = Vec::with_capacity(self.nodes().len());
        for (id, node) in self.iter() {
            let value = read(id, &node.op, &all);
            all.push(value);
        }
        all
    }
}
