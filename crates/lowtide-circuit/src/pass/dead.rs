//! What no output uses goes away.

use crate::{Circuit, NodeId, build::Draft};

/// The circuit without nodes that no output uses. Inputs keep their names and numbers, used or not.
#[must_use]
pub fn remove_dead(circuit: &Circuit) -> Circuit {
    let mut used = vec![false; circuit.nodes().len()];
    circuit.outputs().iter().for_each(|(_, id)| used[id.index()] = true);
    for (id, node) in circuit.iter().rev() {
        if used[id.index()] {
            node.op.operands().for_each(|operand| used[operand.index()] = true);
        }
    }
    let mut draft = Draft::like(circuit);
    let mut moved = vec![NodeId(0); circuit.nodes().len()];
    for (id, node) in circuit.iter().filter(|(id, _)| used[id.index()]) {
        draft.region = node.region;
        moved[id.index()] = draft.intern(node.op.map(|operand| moved[operand.index()]));
    }
    for (name, id) in circuit.outputs() {
        draft.output(name.clone(), moved[id.index()]);
    }
    draft.finish().expect("a pass keeps a circuit sound")
}
