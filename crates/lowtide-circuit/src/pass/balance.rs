//! Products are re-associated to the least depth.
//!
//! A chain `((x x) x) x` has depth 3, the tree `(x x)(x x)` depth 2. All factors of a maximal product are gathered and
//! multiplied again, the two shallowest first: as in Huffman's construction, where a node's depth is one more than that
//! of its deeper factor, no order is less deep (Golumbic, "Combinatorial merging", 1976). A product inside another is
//! taken apart only when nothing else uses it, so that no work is done twice.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{Circuit, NodeId, Op, Secrecy, build::Draft, read};

/// The circuit with products of least depth.
#[must_use]
pub fn balance(circuit: &Circuit) -> Circuit {
    let parts = Parts { circuit, uses: uses(circuit), secrecy: read::secrecy(circuit) };
    let mut writer = Writer::new(circuit);
    let mut moved: Vec<NodeId> = Vec::with_capacity(circuit.nodes().len());
    for (_, node) in circuit.iter() {
        writer.draft.region = node.region;
        let id = match node.op {
            Op::Mul(a, b) => {
                let mut factors = Vec::new();
                parts.gather(a, &mut factors);
                parts.gather(b, &mut factors);
                writer.product(factors.into_iter().map(|factor| moved[factor.index()]))
            }
            ref op => writer.write(op.map(|operand| moved[operand.index()])),
        };
        moved.push(id);
    }
    for (name, id) in circuit.outputs() {
        writer.draft.output(name.clone(), moved[id.index()]);
    }
    writer.draft.finish().expect("a pass keeps a circuit sound")
}

/// How often each node is used, by operations and outputs; a square uses its operand twice.
fn uses(circuit: &Circuit) -> Vec<usize> {
    let mut uses = vec![0; circuit.nodes().len()];
    for node in circuit.nodes() {
        let times = if matches!(node.op, Op::Square(_)) { 2 } else { 1 };
        node.op.operands().for_each(|id| uses[id.index()] += times);
    }
    circuit.outputs().iter().for_each(|(_, id)| uses[id.index()] += 1);
    uses
}

/// What decides whether a factor is taken apart.
struct Parts<'a> {
    circuit: &'a Circuit,
    uses: Vec<usize>,
    secrecy: Vec<Secrecy>,
}

impl Parts<'_> {
    /// The factors of a product: those of encrypted factors that are products of no other use in turn.
    fn gather(&self, id: NodeId, factors: &mut Vec<NodeId>) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let alone = self.uses[id.index()] == 1 && self.secrecy[id.index()] == Secrecy::Encrypted;
            match *self.circuit.op(id) {
                Op::Mul(a, b) if alone => stack.extend([b, a]),
                // x^2 inside a product of its own is two factors x.
                Op::Square(a) if alone => stack.extend([a, a]),
                _ => factors.push(id),
            }
        }
    }
}

/// A draft that knows how deep its nodes are.
struct Writer {
    draft: Draft,
    depth: Vec<(usize, Secrecy)>,
    secrecy: Vec<Secrecy>,
}

impl Writer {
    fn new(circuit: &Circuit) -> Self {
        let secrecy = circuit.inputs().iter().map(|input| input.secrecy).collect();
        Self { draft: Draft::like(circuit), depth: Vec::new(), secrecy }
    }

    fn write(&mut self, op: Op) -> NodeId {
        let secrecy = match &op {
            Op::Input(input) => self.secrecy[*input as usize],
            op => op.operands().map(|id| self.depth[id.index()].1).max().unwrap_or(Secrecy::Public),
        };
        let deepest = op.operands().map(|id| self.depth[id.index()].0).max().unwrap_or(0);
        let level = secrecy == Secrecy::Encrypted && read::takes_level(&op, |id| self.draft.op(id));
        let id = self.draft.intern(op);
        if id.index() == self.depth.len() {
            self.depth.push((deepest + usize::from(level), secrecy));
        }
        id
    }

    /// The two shallowest factors first; public ones before encrypted ones, so that they meet in clear. Integers, which
    /// cost no level, meet other public factors too, or come last where there are none.
    fn product(&mut self, factors: impl Iterator<Item = NodeId>) -> NodeId {
        let (integers, mut factors): (Vec<_>, Vec<_>) =
            factors.partition(|id| read::is_integer(self.draft.op(*id)));
        let public = factors.iter().any(|id| self.depth[id.index()].1 == Secrecy::Public);
        let last = if public || factors.is_empty() {
            factors.extend(integers);
            Vec::new()
        } else {
            integers
        };
        let entry = |writer: &Self, id: NodeId| {
            let (depth, secrecy) = writer.depth[id.index()];
            Reverse((secrecy, depth, id))
        };
        let mut heap: BinaryHeap<_> = factors.into_iter().map(|id| entry(self, id)).collect();
        while heap.len() > 1 {
            let mut shallowest = || heap.pop().expect("at least two factors").0.2;
            let (first, second) = (shallowest(), shallowest());
            let product = self.write(Op::Mul(first, second));
            heap.push(entry(self, product));
        }
        let Reverse((_, _, product)) = heap.pop().expect("a product has factors");
        last.into_iter().fold(product, |product, integer| self.write(Op::Mul(product, integer)))
    }
}
