//! The level of every value: as low as its uses allow.

use lowtide_ckks::Level;

use crate::{Circuit, NodeId, Op, Secrecy, read};

/// Levels by node.
pub(super) struct Levels {
    pub(super) secrecy: Vec<Secrecy>,
    /// Of encrypted nodes: the level of the result; 0 for public ones.
    pub(super) level: Vec<Level>,
    /// Whether a node is a product that must be rescaled: its operands sit one level higher.
    pub(super) rescaled: Vec<bool>,
    /// Of any encrypted node or product's operand.
    pub(super) highest: Level,
}

/// Outputs end at level 0; what a product uses sits one level above it, what anything else uses beside it.
pub(super) fn levels(circuit: &Circuit, input_levels: bool) -> Levels {
    let secrecy = read::secrecy(circuit);
    let encrypted = |id: NodeId| secrecy[id.index()] == Secrecy::Encrypted;
    let rescaled: Vec<bool> = circuit
        .iter()
        .map(|(id, node)| encrypted(id) && read::takes_level(&node.op, |id| circuit.op(id)))
        .collect();
    let mut level = vec![0; circuit.nodes().len()];
    for (id, node) in circuit.iter().rev().filter(|(id, _)| encrypted(*id)) {
        let above = level[id.index()] + usize::from(rescaled[id.index()]);
        for operand in node.op.operands().filter(|operand| encrypted(*operand)) {
            level[operand.index()] = level[operand.index()].max(above);
        }
    }
    let highest = level.iter().copied().max().unwrap_or(0);
    if !input_levels {
        let inputs = circuit.iter().filter(|(id, node)| matches!(node.op, Op::Input(_)) && encrypted(*id));
        inputs.for_each(|(id, _)| level[id.index()] = highest);
    }
    Levels { secrecy, level, rescaled, highest }
}

impl Levels {
    pub(super) fn is_encrypted(&self, id: NodeId) -> bool {
        self.secrecy[id.index()] == Secrecy::Encrypted
    }

    pub(super) fn of(&self, id: NodeId) -> Level {
        self.level[id.index()]
    }

    /// Whether the node is a sum, a rotation or the like: its value has the scale of its operands.
    pub(super) fn is_linear(&self, id: NodeId, op: &Op) -> bool {
        let source = matches!(op, Op::Input(_) | Op::Constant(_));
        self.is_encrypted(id) && !source && !self.rescaled[id.index()]
    }
}
