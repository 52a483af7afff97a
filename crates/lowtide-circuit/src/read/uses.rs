//! How often each node is used.

use crate::{Circuit, Op};

/// By operations and outputs, for each node; a square uses its operand twice.
pub(crate) fn uses(circuit: &Circuit) -> Vec<usize> {
    let mut uses = vec![0; circuit.nodes().len()];
    for node in circuit.nodes() {
        let times = if matches!(node.op, Op::Square(_)) { 2 } else { 1 };
        node.op.operands().for_each(|id| uses[id.index()] += times);
    }
    circuit.outputs().iter().for_each(|(_, id)| uses[id.index()] += 1);
    uses
}
