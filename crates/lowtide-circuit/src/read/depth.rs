//! Multiplicative depth: the levels that the circuit takes, and the chain that takes them.

use super::secrecy;
use crate::{Circuit, NodeId, Op, Secrecy, Value};

/// How deep a circuit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// The depth of the deepest output.
    pub depth: usize,
    /// By node.
    pub nodes: Vec<usize>,
    /// The products on one deepest chain, first one first.
    pub critical_path: Vec<NodeId>,
}

/// Depth as the scheme counts it: every product of a ciphertext that must be rescaled is one level, with a ciphertext,
/// a public vector or a number. Products with an integer are free, as are sums, rotations and conjugations; so is what
/// is computed in clear.
#[must_use]
pub fn depth(circuit: &Circuit) -> Depth {
    let secrecy = secrecy(circuit);
    let nodes = circuit.fold(|id, op, before: &[usize]| {
        let deepest = op.operands().map(|id| before[id.index()]).max().unwrap_or(0);
        deepest
            + usize::from(secrecy[id.index()] == Secrecy::Encrypted && takes_level(op, |id| circuit.op(id)))
    });
    let deepest = circuit.outputs().iter().map(|(_, id)| *id).max_by_key(|id| nodes[id.index()]);
    let mut critical_path = Vec::new();
    let mut at = deepest;
    while let Some(id) = at {
        let op = circuit.op(id);
        at = op.operands().max_by_key(|id| nodes[id.index()]);
        if nodes[id.index()] > at.map_or(0, |id| nodes[id.index()]) {
            critical_path.push(id);
        }
    }
    critical_path.reverse();
    Depth { depth: deepest.map_or(0, |id| nodes[id.index()]), nodes, critical_path }
}

/// Whether an operation on ciphertexts must be rescaled, given what its operands are.
pub(crate) fn takes_level<'a>(op: &Op, operand: impl Fn(NodeId) -> &'a Op) -> bool {
    match *op {
        Op::Square(_) => true,
        Op::Mul(a, b) => !is_integer(operand(a)) && !is_integer(operand(b)),
        _ => false,
    }
}

/// Whether a product with the operation's value is a sum: a small integer, the same in every slot. Constant vectors are not
/// looked through for that; passes turn those of one number into it.
pub(crate) fn is_integer(op: &Op) -> bool {
    let small = |x: f64| x.fract() == 0.0 && x.abs() <= 1024.0;
    matches!(op, Op::Constant(Value::Scalar(x)) if small(*x))
}

impl Depth {
    /// The critical path as text: one line a product, with its region.
    #[must_use]
    pub fn path_names(&self, circuit: &Circuit) -> Vec<String> {
        let line = |id: &NodeId| {
            let node = &circuit.nodes()[id.index()];
            let region = circuit.region_name(node.region);
            let region = if region.is_empty() { region } else { format!(" in {region}") };
            format!("{id} {}{region}", node.op.name())
        };
        self.critical_path.iter().map(line).collect()
    }
}
