//! The order in which a transform does its work: depth first and in place, several stages in one pass over a block.
//!
//! The blocks of a transform are the nodes of a binary heap: node 1 is the whole of it, and the stage that splits
//! node `k` into its halves `2 k` and `2 k + 1` multiplies by power `brv(k)` of the root. A pass of radix `2^r` does the
//! `r` stages of `2^r - 1` nodes while their numbers are in registers; a last kernel, the leaf, does all that is left
//! of a small block. Twiddle factors are stored in the order in which they are used, so that a transform reads them as
//! one stream.

/// What stands next in the order of execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One stage of a pass.
    Stage { node: usize },
    /// All stages from this node downwards.
    Leaf { node: usize },
}

/// The logarithms of the radices of the passes of `stages` stages, from the whole block inwards: the innermost pass
/// of up to `innermost` stages, and the others of up to three each, as equal as can be.
pub(super) fn radices(stages: u32, innermost: u32) -> Vec<u32> {
    let last = stages.min(innermost);
    let outer = stages - last;
    let count = outer.div_ceil(3);
    let mut radices: Vec<u32> = (0..count).map(|i| (outer + i) / count).collect();
    radices.extend((last > 0).then_some(last));
    radices
}

/// The steps of a forward transform, which splits blocks: every node before those below it.
pub(super) fn descend(radices: &[u32], visit: &mut impl FnMut(Step)) {
    fn blocks(node: usize, radices: &[u32], visit: &mut impl FnMut(Step)) {
        let Some((&depth, inner)) = radices.split_first() else { return visit(Step::Leaf { node }) };
        descend_stages(node, depth, &mut |node| visit(Step::Stage { node }));
        (node << depth..(node + 1) << depth).for_each(|child| blocks(child, inner, visit));
    }
    blocks(1, radices, visit);
}

/// The steps of an inverse transform, which joins blocks: every node after those below it.
pub(super) fn ascend(radices: &[u32], visit: &mut impl FnMut(Step)) {
    fn blocks(node: usize, radices: &[u32], visit: &mut impl FnMut(Step)) {
        let Some((&depth, inner)) = radices.split_first() else { return visit(Step::Leaf { node }) };
        (node << depth..(node + 1) << depth).for_each(|child| blocks(child, inner, visit));
        ascend_stages(node, depth, &mut |node| visit(Step::Stage { node }));
    }
    blocks(1, radices, visit);
}

/// The nodes of `depth` stages from `node` downwards, each before those below it.
pub(super) fn descend_stages(node: usize, depth: u32, visit: &mut dyn FnMut(usize)) {
    if depth > 0 {
        visit(node);
        descend_stages(2 * node, depth - 1, visit);
        descend_stages(2 * node + 1, depth - 1, visit);
    }
}

/// The nodes of `depth` stages from `node` downwards, each after those below it.
pub(super) fn ascend_stages(node: usize, depth: u32, visit: &mut dyn FnMut(usize)) {
    if depth > 0 {
        ascend_stages(2 * node, depth - 1, visit);
        ascend_stages(2 * node + 1, depth - 1, visit);
        visit(node);
    }
}

/// The nodes that `lanes` subtrees of `node` have at the place that `local` has in a heap of its own.
pub(super) fn across(node: usize, lanes: usize, local: usize) -> impl Iterator<Item = usize> {
    let depth = local.ilog2();
    (0..lanes).map(move |lane| ((lanes * node + lane) << depth) + local - (1 << depth))
}

/// Numbers in the order of their use.
#[derive(Debug)]
pub(super) struct Stream<'a, T>(&'a [T]);

impl<'a, T> Stream<'a, T> {
    pub(super) const fn new(numbers: &'a [T]) -> Self {
        Self(numbers)
    }

    /// The next `K` numbers.
    ///
    /// # Panics
    /// When fewer are left: the stream was made for another plan.
    #[inline]
    pub(super) fn take<const K: usize>(&mut self) -> &'a [T; K] {
        let (next, rest) = self.0.split_first_chunk().expect("a stream as long as its plan");
        self.0 = rest;
        next
    }
}

/// Two arrays in a row.
#[inline]
pub(super) fn halves<T, const H: usize>(x: &[T]) -> (&[T; H], &[T; H]) {
    let (low, high) = x.split_at(H);
    (low.try_into().expect("a half"), high.try_into().expect("a half"))
}

/// Two arrays in a row.
#[inline]
pub(super) fn halves_mut<T, const H: usize>(x: &mut [T]) -> (&mut [T; H], &mut [T; H]) {
    let (low, high) = x.split_at_mut(H);
    (low.try_into().expect("a half"), high.try_into().expect("a half"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radices_add_up() {
        assert_eq!(radices(0, 4), []);
        assert_eq!(radices(3, 4), [3]);
        assert_eq!(radices(8, 4), [2, 2, 4]);
        assert_eq!(radices(9, 4), [2, 3, 4]);
        assert_eq!(radices(10, 4), [3, 3, 4]);
        assert_eq!(radices(11, 4), [2, 2, 3, 4]);
    }

    #[test]
    fn every_node_is_visited_once() {
        let (mut down, mut up) = (Vec::new(), Vec::new());
        descend(&[2, 1, 3], &mut |step| down.push(step));
        ascend(&[2, 1, 3], &mut |step| up.push(step));
        let mut expected: Vec<Step> = (1..64).map(|node| Step::Stage { node }).collect();
        expected.extend((64..128).map(|node| Step::Leaf { node }));
        for steps in [down, up] {
            assert_eq!(steps.len(), expected.len());
            assert!(expected.iter().all(|step| steps.contains(step)));
        }
    }

    #[test]
    fn lanes_stand_side_by_side() {
        // Node 5 has the subtrees 20 to 23; their roots, their left and their right children:
        assert!(across(5, 4, 1).eq([20, 21, 22, 23]));
        assert!(across(5, 4, 2).eq([40, 42, 44, 46]));
        assert!(across(5, 4, 3).eq([41, 43, 45, 47]));
    }
}
