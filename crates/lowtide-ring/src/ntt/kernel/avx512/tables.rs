//! Twiddle factors in the order in which passes and leaves read them.

use super::{
    super::{
        plan::{self, Step},
        twiddles,
    },
    LANES,
};
use crate::{Modulus, Shoup};

/// How many numbers a leaf keeps in registers: eight vectors.
pub(super) const LEAF: usize = LANES * LANES;

/// How many words of a stream a leaf reads: seven factors for all lanes and seven vectors, with their quotients.
pub(super) const LEAF_WORDS: usize = 7 * 2 + 7 * 2 * LANES;

/// What the transforms of one length modulo one prime read.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The logarithms of the radices, from the whole block inwards.
    pub(super) radices: Box<[u32]>,
    /// Factors and their quotients in the order of [`plan::descend`].
    pub(super) forward: Box<[u64]>,
    /// Factors and their quotients in the order of [`plan::ascend`]; the last stage does not use its own.
    pub(super) inverse: Box<[u64]>,
}

impl Tables {
    /// The smallest transform: one stage and its leaves.
    pub(crate) const MIN_DEGREE: usize = 2 * LEAF;

    /// How many parts of the values inner stages take one by one.
    pub(crate) const fn parts(&self) -> usize {
        plan::parts(&self.radices)
    }

    pub(crate) fn new(degree: usize, psi: u64, q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        let powers = |root| twiddles(degree, root, q).collect::<Vec<_>>();
        Self {
            forward: forward_stream(&radices, &powers(psi)),
            inverse: inverse_stream(&radices, &powers(q.inverse(psi))),
            radices,
        }
    }
}

fn forward_stream(radices: &[u32], twiddles: &[Shoup]) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::descend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, &twiddles[node..=node]),
        Step::Leaf { node } => {
            plan::descending(node, 3).for_each(|node| push(&mut stream, &twiddles[node..=node]));
            plan::descending(1, 3).for_each(|local| push_lanes(&mut stream, twiddles, node, local));
        }
    });
    stream.into()
}

fn inverse_stream(radices: &[u32], twiddles: &[Shoup]) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::ascend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, &twiddles[node..=node]),
        Step::Leaf { node } => {
            plan::ascending(1, 3).for_each(|local| push_lanes(&mut stream, twiddles, node, local));
            plan::ascending(node, 3).for_each(|node| push(&mut stream, &twiddles[node..=node]));
        }
    });
    stream.into()
}

/// The factors of eight blocks that are done lane by lane.
fn push_lanes(stream: &mut Vec<u64>, twiddles: &[Shoup], node: usize, local: usize) {
    let lanes: Vec<Shoup> = plan::across(node, LANES, local).map(|node| twiddles[node]).collect();
    push(stream, &lanes);
}

/// Factors, then their quotients in units of `2^-52`.
fn push(stream: &mut Vec<u64>, twiddles: &[Shoup]) {
    stream.extend(twiddles.iter().map(|w| w.value()));
    stream.extend(twiddles.iter().map(|w| w.quotient() >> 12));
}
