//! What is used, how often, and by whom.

use crate::{Circuit, NodeId, Op, Secrecy, read};

/// Which nodes an output needs.
pub(super) fn live(circuit: &Circuit) -> Vec<bool> {
    let mut live = vec![false; circuit.nodes().len()];
    circuit.outputs().iter().for_each(|(_, id)| live[id.index()] = true);
    for (id, node) in circuit.iter().rev() {
        if live[id.index()] {
            node.op.operands().for_each(|operand| live[operand.index()] = true);
        }
    }
    live
}

/// What passes ask about the nodes of a circuit before they take something apart.
pub(super) struct Usage<'a> {
    pub(super) circuit: &'a Circuit,
    live: Vec<bool>,
    uses: Vec<usize>,
    secrecy: Vec<Secrecy>,
}

impl<'a> Usage<'a> {
    pub(super) fn new(circuit: &'a Circuit) -> Self {
        let live = live(circuit);
        let mut uses = vec![0; live.len()];
        for (_, node) in circuit.iter().filter(|(id, _)| live[id.index()]) {
            node.op.operands().for_each(|operand| uses[operand.index()] += 1);
        }
        circuit.outputs().iter().for_each(|(_, id)| uses[id.index()] += 1);
        Self { circuit, live, uses, secrecy: read::secrecy(circuit) }
    }

    /// What an output needs, in order.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = (NodeId, &'a Op)> {
        self.circuit.iter().filter(|(id, _)| self.live[id.index()]).map(|(id, node)| (id, &node.op))
    }

    /// How many operands and outputs a node is, of what an output needs. A square has one operand.
    pub(super) fn uses(&self, id: NodeId) -> usize {
        self.uses[id.index()]
    }

    pub(super) fn is_encrypted(&self, id: NodeId) -> bool {
        self.secrecy[id.index()] == Secrecy::Encrypted
    }

    /// The public factor and the ciphertext of a product of both.
    pub(super) fn public_product(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        match *self.circuit.op(id) {
            Op::Mul(a, b) => match (self.is_encrypted(a), self.is_encrypted(b)) {
                (true, false) => Some((b, a)),
                (false, true) => Some((a, b)),
                _ => None,
            },
            _ => None,
        }
    }
}
