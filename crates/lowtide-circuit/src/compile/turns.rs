//! Sums of rotations of one value, which take one decomposition and one division by the special primes (double hoisting:
//! Bossuat, Mouchet, Troncoso-Pastoriza and Hubaux, ePrint 2020/1203).
//!
//! Two kinds are found. **Written out**, `x + rot(x, 1) + rot(x, 2)`, with each rotation used there alone. **By doubling**,
//! two links of a chain at a time: `y = x + rot(x, a)` and `y + rot(y, b)`, with `y` used there alone, are `x` turned by 0,
//! `a`, `b` and `a + b`, which saves a decomposition and a division for one key more. A third link would save as much again
//! for four keys more, which are to be made, sent and kept; so two it is.
//!
//! Links are paired from the beginning of a chain. Where one is left, it is the last: chains differ in how they end, as they
//! are of different lengths, or go on together from some link on, and those that begin alike then share their keys.

use std::collections::HashMap;

use lowtide_ckks::Scale;

use super::levels::Levels;
use crate::{Circuit, NodeId, Op};

/// Terms of a link of a chain.
const LINK: usize = 2;

/// The sums of rotations of a circuit that become one step each.
pub(super) struct Turns {
    /// By the node whose value it is.
    sums: HashMap<NodeId, Turned>,
    /// Nodes whose values are parts of such sums, and nothing else.
    parts: Vec<bool>,
}

/// A value turned by different steps, added up.
pub(super) struct Turned {
    /// The value.
    pub(super) source: NodeId,
    /// How far: increasing, below the number of slots; 0 for the value itself.
    pub(super) steps: Box<[u32]>,
}

impl Turns {
    /// None of a circuit of so many nodes.
    pub(super) fn none(nodes: usize) -> Self {
        Self { sums: HashMap::new(), parts: vec![false; nodes] }
    }

    /// All of them, for values at these levels and scales that are used so often.
    pub(super) fn find(circuit: &Circuit, levels: &Levels, scales: &[Scale], uses: &[usize]) -> Self {
        let trees = Trees::new(circuit, levels, scales, uses);
        let mut rotations = vec![0; uses.len()];
        for node in circuit.nodes() {
            if let Op::Rotate(source, _) = node.op {
                rotations[source.index()] += 1;
            }
        }
        let mut turns = Self::none(uses.len());
        for (id, _) in circuit.iter().filter(|(id, _)| !trees.inside[id.index()]) {
            let Some(tree) = trees.tree(id) else { continue };
            let is_paired = turns.sums.get(&tree.source).is_some_and(|below| below.steps.len() > LINK);
            let doubled = (!is_paired).then(|| trees.doubled(id, &tree)).flatten();
            let tree = doubled.unwrap_or(tree);
            let turned = tree.steps.iter().filter(|steps| **steps != 0).count();
            // One rotation is no sum; two among others would save one division, and cost one decomposition.
            let others = rotations[tree.source.index()] > turned;
            if turned > if others { 2 } else { 1 } {
                tree.parts.iter().for_each(|part| turns.parts[part.index()] = true);
                turns.sums.insert(id, Turned { source: tree.source, steps: tree.steps.into() });
            }
        }
        turns
    }

    /// The sum that a node's value is.
    pub(super) fn take(&mut self, id: NodeId) -> Option<Turned> {
        self.sums.remove(&id)
    }

    /// Whether a node's value is never there alone.
    pub(super) fn is_part(&self, id: NodeId) -> bool {
        self.parts[id.index()]
    }
}

/// A sum whose terms are one value, turned.
struct Tree {
    source: NodeId,
    /// Increasing, each once.
    steps: Vec<u32>,
    /// The sums and rotations that it is made of, but for itself.
    parts: Vec<NodeId>,
}

/// All such sums.
struct Trees<'a> {
    circuit: &'a Circuit,
    levels: &'a Levels,
    scales: &'a [Scale],
    uses: &'a [usize],
    /// By node: what its terms are rotations of, if they are of one value.
    source: Vec<Option<NodeId>>,
    /// By node: whether it is a part of a larger one.
    inside: Vec<bool>,
}

impl<'a> Trees<'a> {
    fn new(circuit: &'a Circuit, levels: &'a Levels, scales: &'a [Scale], uses: &'a [usize]) -> Self {
        let (source, inside) = (vec![None; uses.len()], vec![false; uses.len()]);
        let mut trees = Self { circuit, levels, scales, uses, source, inside };
        for (id, node) in circuit.iter().filter(|(id, _)| levels.is_encrypted(*id)) {
            let Op::Add(a, b) = node.op else { continue };
            let sources = [a, b].map(|term| match *circuit.op(term) {
                Op::Add(..) if trees.belongs(id, term) => trees.source[term.index()].unwrap_or(term),
                Op::Rotate(source, _) if trees.belongs(id, term) => source,
                _ => term,
            });
            if sources[0] == sources[1] {
                trees.source[id.index()] = Some(sources[0]);
                for term in [a, b] {
                    let is_sum = trees.source[term.index()].is_some();
                    trees.inside[term.index()] = is_sum && trees.belongs(id, term);
                }
            }
        }
        trees
    }

    /// Whether nothing but this sum uses a term, which is as the sum is.
    fn belongs(&self, sum: NodeId, term: NodeId) -> bool {
        self.uses[term.index()] == 1 && self.fits(sum, term)
    }

    fn fits(&self, a: NodeId, b: NodeId) -> bool {
        self.levels.of(a) == self.levels.of(b) && self.scales[a.index()] == self.scales[b.index()]
    }

    /// The sum at a node; nothing when it is none, or turns a value by the same steps twice.
    fn tree(&self, root: NodeId) -> Option<Tree> {
        let source = self.source[root.index()]?;
        let mut tree = Tree { source, steps: Vec::new(), parts: Vec::new() };
        let mut next = vec![root];
        while let Some(id) = next.pop() {
            let is_part = id == root || self.inside[id.index()];
            match *self.circuit.op(id) {
                _ if id == source => tree.steps.push(0),
                Op::Add(a, b) if is_part => next.extend([a, b]),
                Op::Rotate(_, steps) => tree.steps.push(steps),
                _ => unreachable!("all terms are rotations of one value"),
            }
            if id != root && id != source {
                tree.parts.push(id);
            }
        }
        tree.are_distinct().then_some(tree)
    }

    /// Two links of a chain: this sum of two terms, with what it turns, which nothing else uses and is such a sum as well.
    fn doubled(&self, id: NodeId, tree: &Tree) -> Option<Tree> {
        let link = tree.source;
        let is_chain = tree.steps.len() == LINK && self.uses[link.index()] == 2 && self.fits(id, link);
        let below = is_chain.then(|| self.tree(link)).flatten().filter(|below| below.steps.len() == LINK)?;
        let slots = self.circuit.slots() as u64;
        let both = |(a, b): (u32, u32)| ((u64::from(a) + u64::from(b)) % slots) as u32;
        let pairs = below.steps.iter().flat_map(|a| tree.steps.iter().map(move |b| (*a, *b)));
        let parts = [&*tree.parts, &[link], &below.parts].concat();
        let mut doubled = Tree { source: below.source, steps: pairs.map(both).collect(), parts };
        doubled.are_distinct().then_some(doubled)
    }
}

impl Tree {
    /// Sorts the steps; whether none is there twice.
    fn are_distinct(&mut self) -> bool {
        self.steps.sort_unstable();
        self.steps.is_sorted_by(|a, b| a < b)
    }
}
