//! Twiddle factors in the order in which passes and leaves read them.

use super::{
    super::plan::{self, Step},
    LANES,
    lanes::Montgomery,
};
use crate::Modulus;

/// How many vectors of a leaf are in registers.
pub(super) const ROWS: usize = 8;

/// How many numbers a leaf has.
pub(super) const LEAF: usize = ROWS * LANES;

/// How many words of a stream a leaf reads: seven factors for all lanes, with their quotients, and 56 for single lanes.
pub(super) const LEAF_WORDS: usize = 7 * 2 + 7 * LANES;

/// Which of the nodes below two neighbours, from left to right, lane after lane takes its factor from: in the stages
/// between numbers four, two and one apart. Their bits are in the order of the lanes (see [`super::lanes`]).
const LANE_ORDERS: [&[usize]; 3] = [&[0, 1], &[0, 2, 1, 3], &[0, 4, 1, 5, 2, 6, 3, 7]];

/// What the transforms of one length modulo one prime read.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The logarithms of the radices, from the whole block inwards.
    pub(super) radices: Box<[u32]>,
    /// Factors in the order of [`plan::descend`], with their quotients; for single lanes, the words of
    /// [`Montgomery`].
    pub(super) forward: Box<[u64]>,
    /// The same in the order of [`plan::ascend`]; a stage that is the last one does not use its own.
    pub(super) inverse: Box<[u64]>,
}

impl Tables {
    /// The smallest transform: one stage and its leaves.
    pub(crate) const MIN_DEGREE: usize = 2 * LEAF;

    pub(crate) fn new(degree: usize, forward: &[u64], inverse: &[u64], q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        Self {
            forward: forward_stream(&radices, forward, q),
            inverse: inverse_stream(&radices, inverse, q),
            radices,
        }
    }
}

fn forward_stream(radices: &[u32], twiddles: &[u64], q: Modulus) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::descend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, twiddles[node], q),
        Step::Leaf { node } => {
            plan::descending(node, 3).for_each(|node| push(&mut stream, twiddles[node], q));
            LANE_ORDERS.iter().for_each(|order| push_lanes(&mut stream, twiddles, node, order, q));
        }
    });
    stream.into()
}

fn inverse_stream(radices: &[u32], twiddles: &[u64], q: Modulus) -> Box<[u64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::ascend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, twiddles[node], q),
        Step::Leaf { node } => {
            LANE_ORDERS.iter().rev().for_each(|order| push_lanes(&mut stream, twiddles, node, order, q));
            plan::ascending(node, 3).for_each(|node| push(&mut stream, twiddles[node], q));
        }
    });
    stream.into()
}

/// The factors of a stage of a leaf that is done lane by lane: two neighbours after the other.
fn push_lanes(stream: &mut Vec<u64>, twiddles: &[u64], node: usize, order: &[usize], q: Modulus) {
    let nodes = ROWS / 2 * order.len();
    for first in (node * nodes..(node + 1) * nodes).step_by(order.len()) {
        stream.extend(order.iter().map(|i| Montgomery::word(twiddles[first + i], q)));
    }
}

/// A factor, then its quotient in units of `2^-52`.
fn push(stream: &mut Vec<u64>, factor: u64, q: Modulus) {
    stream.extend([factor, q.shoup(factor).quotient() >> 12]);
}
