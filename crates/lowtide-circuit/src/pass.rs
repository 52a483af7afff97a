//! Passes: a circuit in, a better one with the same outputs out.
//!
//! Each is one small file. None makes a circuit deeper or costlier, and a property holds each against the clear reading.

mod balance;
mod dead;
mod fold;
mod square;

pub use balance::balance;
pub use dead::remove_dead;
pub use fold::fold_constants;
pub use square::find_squares;

use crate::{Circuit, NodeId, Op, build::Draft};

/// All passes, in the order in which they help each other.
#[must_use]
pub fn optimize(circuit: &Circuit) -> Circuit {
    let folded = fold_constants(circuit);
    let balanced = fold_constants(&balance(&folded));
    remove_dead(&find_squares(&balanced))
}

/// Writes a circuit anew, node by node: `rewrite(draft, op)` is given each operation with its new operands and returns
/// the node that takes its place. Equal nodes become one.
fn rewrite(circuit: &Circuit, mut rewrite: impl FnMut(&mut Draft, NodeId, Op) -> NodeId) -> Circuit {
    let mut draft = Draft::like(circuit);
    let mut moved: Vec<NodeId> = Vec::with_capacity(circuit.nodes().len());
    for (id, node) in circuit.iter() {
        draft.region = node.region;
        let op = node.op.map(|operand| moved[operand.index()]);
        moved.push(rewrite(&mut draft, id, op));
    }
    for (name, id) in circuit.outputs() {
        draft.output(name.clone(), moved[id.index()]);
    }
    draft.finish().expect("a pass keeps a circuit sound")
}
