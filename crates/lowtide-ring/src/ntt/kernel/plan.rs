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

/// The logarithms of the radices of passes that do so many stages, from the whole block inwards: as few passes of up
/// to three stages as can be, those as equal as can be, and the smaller ones outside: rows that are far apart share a set
/// of the nearest cache, and the fewer they are, the better.
pub(super) fn radices(stages: u32) -> Box<[u32]> {
    let passes = stages.div_ceil(3);
    (1..=passes).map(|left| (stages + left - 1) / passes).collect()
}

/// The steps of a forward transform, which splits blocks: every node before those below it.
pub(super) fn descend(radices: &[u32], visit: &mut impl FnMut(Step)) {
    fn blocks(node: usize, radices: &[u32], visit: &mut impl FnMut(Step)) {
        let Some((&depth, inner)) = radices.split_first() else { return visit(Step::Leaf { node }) };
        descending(node, depth).for_each(|node| visit(Step::Stage { node }));
        (node << depth..(node + 1) << depth).for_each(|child| blocks(child, inner, visit));
    }
    blocks(1, radices, visit);
}

/// The steps of an inverse transform, which joins blocks: every node after those below it.
pub(super) fn ascend(radices: &[u32], visit: &mut impl FnMut(Step)) {
    fn blocks(node: usize, radices: &[u32], visit: &mut impl FnMut(Step)) {
        let Some((&depth, inner)) = radices.split_first() else { return visit(Step::Leaf { node }) };
        (node << depth..(node + 1) << depth).for_each(|child| blocks(child, inner, visit));
        ascending(node, depth).for_each(|node| visit(Step::Stage { node }));
    }
    blocks(1, radices, visit);
}

/// The nodes of `depth` stages from `node` downwards, stage after stage.
pub(super) fn descending(node: usize, depth: u32) -> impl Iterator<Item = usize> {
    (0..depth).flat_map(move |d| node << d..(node + 1) << d)
}

/// The nodes of `depth` stages from `node` downwards, stage after stage, the last stage first.
pub(super) fn ascending(node: usize, depth: u32) -> impl Iterator<Item = usize> {
    (0..depth).rev().flat_map(move |d| node << d..(node + 1) << d)
}

/// Where a node stands in the whole heap that is `node` in the one below `root`.
pub(super) const fn below(root: usize, node: usize) -> usize {
    let depth = node.ilog2();
    (root << depth) + node - (1 << depth)
}

/// Numbers in the order of their use.
#[derive(Debug)]
pub(super) struct Stream<'a, T>(&'a [T]);

impl<'a, T> Stream<'a, T> {
    pub(super) const fn new(numbers: &'a [T]) -> Self {
        Self(numbers)
    }

    /// The next `count` numbers.
    ///
    /// # Panics
    /// When fewer are left: the stream was made for another plan.
    #[inline(always)]
    pub(super) const fn slice(&mut self, count: usize) -> &'a [T] {
        let (next, rest) = self.0.split_at(count);
        self.0 = rest;
        next
    }

    /// The next `K` groups of `W` numbers.
    ///
    /// # Panics
    /// When fewer are left: the stream was made for another plan.
    #[inline]
    pub(super) fn take<const W: usize, const K: usize>(&mut self) -> &'a [[T; W]; K] {
        self.slice(W * K).as_chunks().0.first_chunk().expect("K groups")
    }
}

/// A block as `R` rows of equal length, one after the other.
pub(super) struct Rows<'a, T, const R: usize> {
    block: &'a mut [T],
    /// The length of a row: `R` of them are the block.
    stride: usize,
}

impl<'a, T, const R: usize> Rows<'a, T, R> {
    /// # Panics
    /// When the length of the block is not a multiple of `R`.
    #[inline]
    pub(super) fn new(block: &'a mut [T]) -> Self {
        assert!(block.len().is_multiple_of(R));
        let stride = block.len() / R;
        Self { block, stride }
    }

    pub(super) const fn stride(&self) -> usize {
        self.stride
    }

    /// # Panics
    /// When there is no such row or column; a loop over both needs no check for each.
    #[inline]
    pub(super) fn at(&mut self, row: usize, column: usize) -> &mut T {
        assert!(row < R && column < self.stride);
        // SAFETY: R rows of this stride are the block, so row * stride + column is below its length.
        unsafe { self.block.get_unchecked_mut(row * self.stride + column) }
    }

    /// So many numbers of a row, from a column on.
    ///
    /// # Panics
    /// When the row has fewer; a loop over rows and columns needs no check for each.
    #[inline]
    pub(super) fn span<const W: usize>(&mut self, row: usize, column: usize) -> &mut [T; W] {
        assert!(row < R && column + W <= self.stride);
        // SAFETY: R rows of this stride are the block, so W numbers from row * stride + column on are in it.
        unsafe { &mut *self.block.as_mut_ptr().add(row * self.stride + column).cast() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radices_add_up() {
        assert_eq!(*radices(0), []);
        assert_eq!(*radices(3), [3]);
        assert_eq!(*radices(4), [2, 2]);
        assert_eq!(*radices(8), [2, 3, 3]);
        assert_eq!(*radices(10), [2, 2, 3, 3]);
        assert!((0..20).all(|stages| radices(stages).iter().sum::<u32>() == stages));
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
}
