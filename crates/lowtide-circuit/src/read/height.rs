//! How many levels each node must still have: what is left of the circuit after it.

use super::{is_integer, secrecy, takes_level};
use crate::{Circuit, NodeId, Op, Secrecy};

/// Levels, by node.
pub(crate) struct Height {
    /// What the node's value must still pass through: the products on the longest chain that begins with it. For a public
    /// value, what the operation that uses it at the lowest level has before it is rescaled.
    pub(crate) after: Vec<usize>,
    /// The level at which the operation runs: one more where it takes one.
    pub(crate) runs_at: Vec<usize>,
    pub(crate) secrecy: Vec<Secrecy>,
    /// Whether ciphertexts meet the value: it is one, or is encoded.
    pub(crate) meets: Vec<bool>,
}

/// One walk from the outputs back. A node that no output uses is its own end.
pub(crate) fn height(circuit: &Circuit) -> Height {
    let secrecy = secrecy(circuit);
    let count = secrecy.len();
    let (mut after, mut runs_at, mut lowest) = (vec![0; count], vec![0; count], vec![usize::MAX; count]);
    let mut meets = vec![false; count];
    let encrypted = |id: NodeId| secrecy[id.index()] == Secrecy::Encrypted;
    for (id, node) in circuit.iter().rev() {
        let i = id.index();
        if !encrypted(id) {
            after[i] = if meets[i] { lowest[i] } else { 0 };
            continue;
        }
        meets[i] = true;
        runs_at[i] = after[i] + usize::from(takes_level(&node.op, |id| circuit.op(id)));
        for operand in node.op.operands() {
            let at = operand.index();
            // A product with an integer is a sum: the integer is not encoded.
            meets[at] |= !(matches!(node.op, Op::Mul(..)) && is_integer(circuit.op(operand)));
            after[at] = after[at].max(runs_at[i]);
            lowest[at] = lowest[at].min(runs_at[i]);
        }
    }
    Height { after, runs_at, secrecy, meets }
}
