//! The deepest chain, with the sums and rotations between its products.

use crate::{Circuit, NodeId, Secrecy, read::Depth};

/// Which nodes are on it; each but the first uses the one before it.
pub(super) struct Chain {
    /// By node: what it uses on the chain.
    before: Vec<Option<NodeId>>,
    /// By node.
    on: Vec<bool>,
}

impl Chain {
    /// The chain behind [`Depth::critical_path`]; empty where nothing takes a level.
    pub(super) fn new(circuit: &Circuit, depth: &Depth, secrecy: &[Secrecy]) -> Self {
        let count = circuit.nodes().len();
        let mut chain = Self { before: vec![None; count], on: vec![false; count] };
        let deepest = circuit.outputs().iter().map(|(_, id)| *id).max_by_key(|id| depth.nodes[id.index()]);
        let mut at = deepest.filter(|_| depth.depth > 0);
        while let Some(id) = at {
            chain.on[id.index()] = true;
            // Of equally deep ones rather a ciphertext than what is public.
            at = circuit.op(id).operands().max_by_key(|id| (depth.nodes[id.index()], secrecy[id.index()]));
            chain.before[id.index()] = at;
        }
        chain
    }

    /// Whether a node is on it.
    pub(super) fn has(&self, id: NodeId) -> bool {
        self.on[id.index()]
    }

    /// Whether the use of `from` by `to` is on it.
    pub(super) fn has_edge(&self, from: NodeId, to: NodeId) -> bool {
        self.before[to.index()] == Some(from)
    }
}
