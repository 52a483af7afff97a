//! Twiddle factors in the order in which passes and leaves read them, and where values are reduced on the way.

use std::ops::Range;

use super::{
    super::plan::{self, Step},
    balanced,
    leaves::{LEAF, ROWS},
};
use crate::{Modulus, Shoup};

/// What the transforms of one length modulo one prime read.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The logarithms of the radices, from the whole block inwards: small ones first, as a forward transform has to reduce
    /// less often then.
    pub(super) radices: Box<[u32]>,
    /// Factors and their quotients in the order of [`plan::descend`].
    pub(super) forward: Box<[f64]>,
    /// Factors and their quotients in the order of [`plan::ascend`]; the last stage does not use its own.
    pub(super) inverse: Box<[f64]>,
    /// Which passes of the forward transform begin with a reduction; its leaves do.
    pub(super) reduced: Box<[bool]>,
}

impl Tables {
    /// The smallest transform with vectors of so many lanes: as many leaves as are side by side.
    pub(crate) const fn min_degree(lanes: usize) -> usize {
        LEAF * lanes / 2
    }

    pub(crate) fn new(degree: usize, lanes: usize, forward: &[Shoup], inverse: &[Shoup], q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        Self {
            forward: forward_stream(&radices, lanes, forward, q),
            inverse: inverse_stream(&radices, lanes, inverse, q),
            reduced: reductions(&radices),
            radices,
        }
    }
}

/// Where a forward transform has to reduce, for any `p < 2^50`.
///
/// A stage takes `a` and `b` up to `4 p` to numbers up to `a + (1/2 + b/32) p`, which are exact up to `8 p`. A reduction
/// takes `a` back to `p/2`; `b` needs none, as it is multiplied. Leaves begin with a reduction too, hence end below
/// `4 p`.
fn reductions(radices: &[u32]) -> Box<[bool]> {
    let mut bound = 1.0;
    let reduced = radices.iter().map(|stages| {
        let after = |first| (1..*stages).fold(stage(first, bound), |a, _| stage(a, a));
        let reduce = after(bound) > 3.99;
        bound = after(if reduce { 0.501 } else { bound });
        reduce
    });
    reduced.collect()
}

/// Units of `p`: what the sum of a number up to `a` and a product with one up to `b` is up to.
fn stage(a: f64, b: f64) -> f64 {
    a + 0.5 + b / 32.0
}

fn forward_stream(radices: &[u32], lanes: usize, twiddles: &[Shoup], q: Modulus) -> Box<[f64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::descend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, [twiddles[node]], q),
        Step::Leaf { node } if node % (lanes / 2) == 0 => {
            let between = |leaf| plan::descending(leaf, ROWS.ilog2()).collect();
            push_leaves(&mut stream, node..node + lanes / 2, between, twiddles, q);
        }
        Step::Leaf { .. } => {}
    });
    stream.into()
}

fn inverse_stream(radices: &[u32], lanes: usize, twiddles: &[Shoup], q: Modulus) -> Box<[f64]> {
    let mut stream = Vec::with_capacity(2 * twiddles.len());
    plan::ascend(radices, &mut |step| match step {
        Step::Stage { node } => push(&mut stream, [twiddles[node]], q),
        Step::Leaf { node } if node % (lanes / 2) == 0 => {
            let between = |leaf| plan::ascending(leaf, ROWS.ilog2()).collect();
            push_leaves(&mut stream, node..node + lanes / 2, between, twiddles, q);
        }
        Step::Leaf { .. } => {}
    });
    stream.into()
}

/// The factors of leaves side by side: those of the stages `between` the rows of each, then of their rows.
fn push_leaves(
    stream: &mut Vec<f64>,
    leaves: Range<usize>,
    between: impl Fn(usize) -> Vec<usize>,
    twiddles: &[Shoup],
    q: Modulus,
) {
    let between: Vec<_> = leaves.clone().map(between).collect();
    for stage in 0..ROWS - 1 {
        between.iter().for_each(|nodes| push(stream, [twiddles[nodes[stage]]], q));
    }
    let row = |i: usize| leaves.clone().map(move |leaf| ROWS * leaf + i);
    for i in 0..ROWS {
        row(i).for_each(|node| push(stream, [twiddles[node]], q));
    }
    for i in 0..ROWS {
        push(stream, row(i).flat_map(|node| [twiddles[2 * node], twiddles[2 * node + 1]]), q);
    }
}

/// Factors, then their quotients.
fn push(stream: &mut Vec<f64>, twiddles: impl IntoIterator<Item = Shoup, IntoIter: Clone>, q: Modulus) {
    let balanced = twiddles.into_iter().map(|w| balanced(w.value(), q));
    stream.extend(balanced.clone().map(|(factor, _)| factor));
    stream.extend(balanced.map(|(_, quotient)| quotient));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_lasts_six_stages() {
        assert_eq!(*reductions(&[1]), [false]);
        assert_eq!(*reductions(&[3, 3]), [false, true]);
        assert_eq!(*reductions(&[3, 3, 3]), [false, true, false]);
        assert_eq!(*reductions(&[2, 3, 3, 3]), [false, false, true, false]);
    }

    #[test]
    fn leaves_end_below_four() {
        // The first number of a leaf is reduced, and half a prime is taken from it.
        let first = stage(0.501 + 0.5, 3.99);
        assert!((1..LEAF.ilog2()).fold(first, |a, _| stage(a, a)) < 4.0);
    }
}
