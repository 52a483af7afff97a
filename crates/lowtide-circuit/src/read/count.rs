//! How often each operation occurs, by kind and depth.

use std::collections::BTreeMap;

use super::{depth, secrecy};
use crate::{Circuit, Op, Secrecy};

/// Operations on ciphertexts, each by the depth it stands at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Products of two ciphertexts.
    pub products: BTreeMap<usize, usize>,
    /// Squares.
    pub squares: BTreeMap<usize, usize>,
    /// Products of a ciphertext with a public vector or number.
    pub public_products: BTreeMap<usize, usize>,
    /// Sums and differences.
    pub sums: BTreeMap<usize, usize>,
    /// Negations.
    pub negations: BTreeMap<usize, usize>,
    /// Rotations.
    pub rotations: BTreeMap<usize, usize>,
    /// Conjugations.
    pub conjugations: BTreeMap<usize, usize>,
}

/// Counts what a ciphertext takes part in; work in clear is not counted. Nodes that no output uses are.
#[must_use]
pub fn counts(circuit: &Circuit) -> Counts {
    let (secrecy, depth) = (secrecy(circuit), depth(circuit));
    let mut counts = Counts::default();
    for (id, node) in circuit.iter().filter(|(id, _)| secrecy[id.index()] == Secrecy::Encrypted) {
        let public = |id: &crate::NodeId| secrecy[id.index()] == Secrecy::Public;
        let kind = match &node.op {
            Op::Input(_) | Op::Constant(_) => continue,
            Op::Add(..) | Op::Sub(..) => &mut counts.sums,
            Op::Neg(_) => &mut counts.negations,
            Op::Mul(a, b) if public(a) || public(b) => &mut counts.public_products,
            Op::Mul(..) => &mut counts.products,
            Op::Square(_) => &mut counts.squares,
            Op::Rotate(..) => &mut counts.rotations,
            Op::Conjugate(_) => &mut counts.conjugations,
        };
        *kind.entry(depth.nodes[id.index()]).or_default() += 1;
    }
    counts
}

impl Counts {
    /// Products and squares of ciphertexts: what must be relinearized.
    #[must_use]
    pub fn ciphertext_products(&self) -> usize {
        self.products.values().chain(self.squares.values()).sum()
    }

    /// Rotations in all.
    #[must_use]
    pub fn rotation_count(&self) -> usize {
        self.rotations.values().sum()
    }
}
