//! Which rotations of ciphertexts a circuit needs keys for.

use std::collections::BTreeMap;

use super::secrecy;
use crate::{Circuit, Op, Secrecy};

/// By steps to the left, from 1 to slots - 1: how often.
#[must_use]
pub fn rotations(circuit: &Circuit) -> BTreeMap<u32, usize> {
    let secrecy = secrecy(circuit);
    let mut all = BTreeMap::new();
    for (id, node) in circuit.iter() {
        if let Op::Rotate(_, steps) = node.op
            && secrecy[id.index()] == Secrecy::Encrypted
        {
            *all.entry(steps).or_default() += 1;
        }
    }
    all
}
