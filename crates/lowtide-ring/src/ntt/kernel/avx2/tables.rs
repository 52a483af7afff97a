//! Twiddle factors in the order in which passes and leaves read them, and where values are reduced on the way.

use super::{
    super::plan::{self, Step},
    LANES, balanced,
};
use crate::{Modulus, Shoup};

/// How many numbers a leaf keeps in registers: eight vectors.
pub(super) const LEAF: usize = 8 * LANES;

/// How many numbers of a stream a leaf reads: seven factors for all lanes and six vectors, with their quotients.
pub(super) const LEAF_WORDS: usize = 7 * 2 + 6 * 2 * LANES;

/// What the transforms of one length modulo one prime read.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The logarithms of the radices, from the whole block inwards.
    pub(super) radices: Box<[u32]>,
    /// Factors and their quotients in the order of [`plan::descend`].
    pub(super) forward: Box<[f64]>,
    /// Factors and their quotients in the order of [`plan::ascend`]; the last stage does not use its own.
    pub(super) inverse: Box<[f64]>,
    /// Which passes of the forward transform, and whether the leaves after them, begin with a reduction.
    pub(super) reduced: Box<[bool]>,
}

impl Tables {
    /// The smallest transform: one stage and its leaves.
    pub(crate) const MIN_DEGREE: usize = 2 * LEAF;

    pub(crate) fn new(degree: usize, forward: &[Shoup], inverse: &[Shoup], q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        Self {
            forward: forward_stream(&radices, forward, q),
            inverse: inverse_stream(&radices, inverse, q),
            reduced: reductions(&radices),
            radices,
        }
    }
}

/// Where a forward transform has to reduce, for any `p < 2^50`.
///
/// A stage takes numbers up to `a p`, with `a < 4`, to numbers up to `(a + 1/2 + a/32) p`, which are exact up to `8 p`. A
/// reduction takes them back to `p/2`.
fn reductions(radices: &[u32]) -> Box<[bool]> {
    let leaf = LEAF.ilog2();
    let after = |stages: &u32, bound: f64| (0..*stages).fold(bound, |a, _| a + 0.5 + a / 32.0);
    let mut bound = 1.0;
    let steps = radices.iter().chain([&leaf]);
    let reduced = steps.map(|stages| {
        // What the last of these stages multiplies.
        let reduce = after(&(stages - 1), bound) > 3.99;
        bound = after(stages, if reduce { 0.501 } else { bound });
        reduce
    });
    reduced.collect()
}

fn forward_stream(radices: &[u32], twiddles: &[Shoup], q: Modulus) -> Box<[f64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::descend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, [twiddles[node]], q),
        Step::Leaf { node } => {
            plan::descending(node, 3).for_each(|node| push(&mut stream, [twiddles[node]], q));
            for half in [2 * node, 2 * node + 1] {
                plan::descending(1, 2).for_each(|local| push(&mut stream, across(twiddles, half, local), q));
            }
        }
    });
    stream.into()
}

fn inverse_stream(radices: &[u32], twiddles: &[Shoup], q: Modulus) -> Box<[f64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::ascend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, [twiddles[node]], q),
        Step::Leaf { node } => {
            for half in [2 * node, 2 * node + 1] {
                plan::ascending(1, 2).for_each(|local| push(&mut stream, across(twiddles, half, local), q));
            }
            plan::ascending(node, 3).for_each(|node| push(&mut stream, [twiddles[node]], q));
        }
    });
    stream.into()
}

/// The factors of four blocks that are done lane by lane.
fn across(twiddles: &[Shoup], node: usize, local: usize) -> impl Iterator<Item = Shoup> {
    plan::across(node, LANES, local).map(|node| twiddles[node])
}

/// Factors, then their quotients.
fn push(stream: &mut Vec<f64>, twiddles: impl IntoIterator<Item = Shoup>, q: Modulus) {
    let (factors, quotients): (Vec<f64>, Vec<f64>) =
        twiddles.into_iter().map(|w| balanced(w.value(), q)).unzip();
    stream.extend(factors);
    stream.extend(quotients);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_lasts_six_stages() {
        assert_eq!(*reductions(&[1]), [false, false]);
        assert_eq!(*reductions(&[3, 3]), [false, false, true]);
        assert_eq!(*reductions(&[3, 3, 3]), [false, false, true, true]);
    }
}
