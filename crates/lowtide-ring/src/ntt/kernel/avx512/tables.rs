//! Twiddle factors in the order in which passes and leaves read them.

use super::{
    super::plan::{self, Step},
    LANES,
    passes::Packing,
};
use crate::{Modulus, Shoup};

/// How many numbers a leaf keeps in registers: eight vectors.
pub(super) const LEAF: usize = LANES * LANES;

/// How many words of a stream a leaf reads: seven factors for all lanes, with their quotients, and seven vectors.
pub(super) const LEAF_WORDS: usize = 7 * 2 + 7 * LANES;

/// What the transforms of one length modulo one prime read.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The logarithms of the radices, from the whole block inwards.
    pub(super) radices: Box<[u32]>,
    /// Factors in the order of [`plan::descend`], with their quotients or, where they are for single lanes, packed.
    pub(super) forward: Box<[u64]>,
    /// The same in the order of [`plan::ascend`]; the last stage does not use its own.
    pub(super) inverse: Box<[u64]>,
}

impl Tables {
    /// The smallest transform: one stage and its leaves.
    pub(crate) const MIN_DEGREE: usize = 2 * LEAF;

    pub(crate) fn new(degree: usize, forward: &[Shoup], inverse: &[Shoup], q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        Self {
            forward: forward_stream(&radices, forward, q),
            inverse: inverse_stream(&radices, inverse, q),
            radices,
        }
    }
}

fn forward_stream(radices: &[u32], twiddles: &[Shoup], q: Modulus) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::descend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, &twiddles[node..=node]),
        Step::Leaf { node } => {
            plan::descending(node, 3).for_each(|node| push(&mut stream, &twiddles[node..=node]));
            plan::descending(1, 3).for_each(|local| push_lanes(&mut stream, twiddles, node, local, q));
        }
    });
    stream.into()
}

fn inverse_stream(radices: &[u32], twiddles: &[Shoup], q: Modulus) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::ascend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, &twiddles[node..=node]),
        Step::Leaf { node } => {
            plan::ascending(1, 3).for_each(|local| push_lanes(&mut stream, twiddles, node, local, q));
            plan::ascending(node, 3).for_each(|node| push(&mut stream, &twiddles[node..=node]));
        }
    });
    stream.into()
}

/// The factors of eight blocks that are done lane by lane.
fn push_lanes(stream: &mut Vec<u64>, twiddles: &[Shoup], node: usize, local: usize, q: Modulus) {
    stream.extend(plan::across(node, LANES, local).map(|node| Packing::word(twiddles[node], q)));
}

/// Factors, then their quotients in units of `2^-52`.
fn push(stream: &mut Vec<u64>, twiddles: &[Shoup]) {
    stream.extend(twiddles.iter().map(|w| w.value()));
    stream.extend(twiddles.iter().map(|w| w.quotient() >> 12));
}
