//! What a circuit costs: all operations one after the other, the longest chain, and how many could run side by side.

use super::height;
use crate::{Circuit, NodeId, Op, Secrecy};

/// What each kind of operation costs at one level, in seconds or any other unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prices {
    /// A product of two ciphertexts or a square, with what follows it: relinearization, rescaling.
    pub product: f64,
    /// A product of a ciphertext with a public vector or number, rescaled.
    pub public_product: f64,
    /// A sum, a difference, a negation, or a product with an integer.
    pub sum: f64,
    /// A rotation or a conjugation.
    pub rotation: f64,
}

/// Work, span and width.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The cost of all operations: the time on one thread.
    pub work: f64,
    /// The cost of the dearest chain: the time on as many threads as there is use for.
    pub span: f64,
    /// That chain's operations, first one first.
    pub path: Vec<NodeId>,
    /// The most operations that depend on equally long chains of operations, and so not on each other: they can run side
    /// by side.
    pub widest: usize,
}

impl Cost {
    /// Work over span: on how many threads the circuit runs at its best, on average. 1 when there is nothing to do.
    #[must_use]
    pub fn width(&self) -> f64 {
        if self.span > 0.0 { self.work / self.span } else { 1.0 }
    }
}

/// The cost of operations on ciphertexts; work in clear is free. `prices` is asked for each level at which an operation
/// runs: how many products are still to come on the longest chain from it to an output, itself included.
#[must_use]
pub fn cost(circuit: &Circuit, mut prices: impl FnMut(usize) -> Prices) -> Cost {
    let height = height::height(circuit);
    let highest = height.runs_at.iter().copied().max().unwrap_or(0);
    let prices: Vec<Prices> = (0..=highest).map(&mut prices).collect();
    let encrypted = |id: NodeId| height.secrecy[id.index()] == Secrecy::Encrypted;
    let price = |id: NodeId, op: &Op| {
        let level = height.runs_at[id.index()];
        let prices = &prices[level];
        match op {
            Op::Input(_) | Op::Constant(_) => None,
            _ if !encrypted(id) => None,
            Op::Rotate(..) | Op::Conjugate(_) => Some(prices.rotation),
            Op::Mul(..) | Op::Square(_) if level == height.after[id.index()] => Some(prices.sum),
            Op::Mul(a, b) if !encrypted(*a) || !encrypted(*b) => Some(prices.public_product),
            Op::Mul(..) | Op::Square(_) => Some(prices.product),
            Op::Add(..) | Op::Sub(..) | Op::Neg(_) => Some(prices.sum),
        }
    };
    let mut work = 0.0;
    let mut steps: Vec<Step> = Vec::with_capacity(circuit.nodes().len());
    let mut side_by_side: Vec<usize> = Vec::new();
    for (id, node) in circuit.iter() {
        let before =
            node.op.operands().max_by(|a, b| steps[a.index()].span.total_cmp(&steps[b.index()].span));
        let span = before.map_or(0.0, |before| steps[before.index()].span);
        let rank = node.op.operands().map(|operand| steps[operand.index()].rank).max().unwrap_or(0);
        let Some(price) = price(id, &node.op) else {
            steps.push(Step { span, rank, before, priced: false });
            continue;
        };
        work += price;
        steps.push(Step { span: span + price, rank: rank + 1, before, priced: true });
        side_by_side.resize(side_by_side.len().max(rank + 1), 0);
        side_by_side[rank] += 1;
    }
    let end = circuit
        .iter()
        .map(|(id, _)| id)
        .max_by(|a, b| steps[a.index()].span.total_cmp(&steps[b.index()].span));
    let mut path: Vec<NodeId> = std::iter::successors(end, |id| steps[id.index()].before).collect();
    path.retain(|id| steps[id.index()].priced);
    path.reverse();
    let span = end.map_or(0.0, |id| steps[id.index()].span);
    Cost { work, span, path, widest: side_by_side.into_iter().max().unwrap_or(0) }
}

/// The dearest chain up to a node.
struct Step {
    span: f64,
    /// Operations on the longest chain.
    rank: usize,
    before: Option<NodeId>,
    priced: bool,
}
