//! Twiddle factors in the order in which passes and leaves read them, and where values are reduced on the way.

use std::ops::Range;

use super::{
    super::plan::{self, Step},
    balanced,
    leaves::{LEAF, ROWS},
};
use crate::Modulus;

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

    pub(crate) fn new(degree: usize, lanes: usize, forward: &[u64], inverse: &[u64], q: Modulus) -> Self {
        let radices = plan::radices(degree.ilog2() - LEAF.ilog2());
        let depth = ROWS.ilog2();
        let mut forward = Writer::new(lanes, forward, plan::descending(1, depth).collect(), q);
        let mut inverse = Writer::new(lanes, inverse, plan::ascending(1, depth).collect(), q);
        plan::descend(&radices, &mut |step| forward.push_step(step));
        plan::ascend(&radices, &mut |step| inverse.push_step(step));
        let [forward, inverse] = [forward, inverse].map(|writer| writer.numbers.into());
        Self { forward, inverse, reduced: reductions(&radices), radices }
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

/// What puts factors in the order of their use.
struct Writer<'a> {
    numbers: Vec<f64>,
    lanes: usize,
    twiddles: &'a [u64],
    /// The nodes of the stages between the rows of a leaf, were it the whole.
    between: Vec<usize>,
    q: Modulus,
}

impl<'a> Writer<'a> {
    fn new(lanes: usize, twiddles: &'a [u64], between: Vec<usize>, q: Modulus) -> Self {
        Self { numbers: Vec::with_capacity(2 * twiddles.len()), lanes, twiddles, between, q }
    }

    /// The factors of a step, those of leaves with the first one of as many as are side by side.
    fn push_step(&mut self, step: Step) {
        match step {
            Step::Stage { node } => self.push([node]),
            Step::Leaf { node } if node % (self.lanes / 2) == 0 => {
                self.push_leaves(node..node + self.lanes / 2);
            }
            Step::Leaf { .. } => {}
        }
    }

    /// The factors of leaves side by side: those of the stages between the rows of each, then of their rows.
    fn push_leaves(&mut self, leaves: Range<usize>) {
        for i in 0..self.between.len() {
            let node = self.between[i];
            leaves.clone().for_each(|leaf| self.push([plan::below(leaf, node)]));
        }
        let row = |i: usize| leaves.clone().map(move |leaf| ROWS * leaf + i);
        for i in 0..ROWS {
            row(i).for_each(|node| self.push([node]));
        }
        for i in 0..ROWS {
            self.push(row(i).flat_map(|node| [2 * node, 2 * node + 1]));
        }
    }

    /// Factors, then their quotients.
    fn push(&mut self, nodes: impl IntoIterator<Item = usize, IntoIter: Clone>) {
        let Self { numbers, twiddles, q, .. } = self;
        let factors = nodes.into_iter().map(|node| balanced(twiddles[node], *q));
        numbers.extend(factors.clone().map(|(factor, _)| factor));
        numbers.extend(factors.map(|(_, quotient)| quotient));
    }
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
