//! Which nodes are ciphertexts.

use crate::{Circuit, Op, Secrecy};

/// By node: encrypted when anything it uses is.
#[must_use]
pub fn secrecy(circuit: &Circuit) -> Vec<Secrecy> {
    circuit.fold(|_, op, before: &[Secrecy]| match op {
        Op::Input(input) => circuit.inputs()[*input as usize].secrecy,
        op => op.operands().map(|id| before[id.index()]).max().unwrap_or(Secrecy::Public),
    })
}
