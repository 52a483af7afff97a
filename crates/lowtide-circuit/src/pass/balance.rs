//! Products are re-associated to the least depth.
//!
//! A chain `((x x) x) x` has depth 3, the tree `(x x)(x x)` depth 2. All factors of a maximal product are gathered and
//! multiplied again, the two shallowest first: as in Huffman's construction, where a node's depth is one more than that
//! of its deeper factor, no order is less deep (Golumbic, "Combinatorial merging", 1976). A product inside another is
//! taken apart only when nothing else uses it, so that no work is done twice. Signs of factors become one sign. Public
//! factors meet in clear, and the ciphertext that they multiply is the shallowest factor. What gets no shallower by it stays
//! as it is.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    magnitude::{Magnitude, magnitudes},
    usage::Usage,
    writer::Writer,
};
use crate::{Circuit, NodeId, Op, Value, build::Draft, read};

/// The circuit with products of least depth.
#[must_use]
pub fn balance(circuit: &Circuit) -> Circuit {
    let plan = Plan::new(circuit);
    let mut writer = Writer::new(circuit);
    for (id, _) in plan.usage.nodes() {
        match plan.part[id.index()] {
            Part::Inside => {}
            Part::Product => {
                let Product { factors, public, negative } = plan.factors(id);
                let moved = |ids: Vec<(usize, NodeId)>| {
                    ids.into_iter().map(|(depth, id)| (depth, writer.at(id))).collect::<Vec<_>>()
                };
                let (factors, public) = (moved(factors), moved(public));
                let product = multiply(writer.enter(id), factors, public, negative);
                writer.put(id, product);
            }
            Part::Whole => {
                writer.copy(id);
            }
        }
    }
    writer.finish()
}

/// What becomes of a node.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// It stays as it is.
    Whole,
    /// It is a product that is written anew.
    Product,
    /// It is part of one, and of nothing else.
    Inside,
}

/// A maximal product: what is multiplied, with its depth, and the sign.
#[derive(Default)]
struct Product {
    factors: Vec<(usize, NodeId)>,
    public: Vec<(usize, NodeId)>,
    negative: bool,
}

struct Plan<'a> {
    usage: Usage<'a>,
    part: Vec<Part>,
    /// By node: its depth in the new circuit.
    depth: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn new(circuit: &'a Circuit) -> Self {
        let count = circuit.nodes().len();
        let mut plan =
            Self { usage: Usage::new(circuit), part: vec![Part::Whole; count], depth: vec![0; count] };
        let (root, magnitudes) = (plan.roots(), magnitudes(circuit));
        // The depth as it would be were the products written as they are, on what their factors have become.
        let mut written = vec![0; count];
        for (id, op) in plan.usage.nodes() {
            let i = id.index();
            let deepest = op.operands().map(|operand| written[operand.index()]).max().unwrap_or(0);
            let level = plan.usage.is_encrypted(id) && read::takes_level(op, |id| circuit.op(id));
            written[i] = deepest + usize::from(level);
            if root[i] == Some(id) {
                let product = plan.factors(id);
                let depth = least_depth(&product, |id| read::is_integer(circuit.op(id)));
                let public = product.public.iter().map(|(_, id)| magnitudes[id.index()]);
                if depth < written[i] && public.fold(Magnitude::ONE, Magnitude::times).is_modest() {
                    plan.part[i] = Part::Product;
                    written[i] = depth;
                }
            }
            plan.depth[i] = written[i];
        }
        for (i, root) in root.into_iter().enumerate() {
            if root.is_some_and(|root| root.index() != i && plan.part[root.index()] == Part::Product) {
                plan.part[i] = Part::Inside;
            }
        }
        plan
    }

    /// By node: the maximal product that it is part of. Products of two factors are none.
    fn roots(&self) -> Vec<Option<NodeId>> {
        let mut root = vec![None; self.part.len()];
        for (id, op) in self.usage.nodes().rev() {
            let inside = root[id.index()];
            if !self.is_product(op, id) && inside.is_none() || matches!(op, Op::Square(_)) {
                continue;
            }
            for operand in op.operands().filter(|operand| self.comes_apart(*operand)) {
                root[id.index()] = Some(inside.unwrap_or(id));
                root[operand.index()] = Some(inside.unwrap_or(id));
            }
        }
        root
    }

    fn is_product(&self, op: &Op, id: NodeId) -> bool {
        matches!(op, Op::Mul(..)) && self.usage.is_encrypted(id)
    }

    fn comes_apart(&self, id: NodeId) -> bool {
        let op = self.usage.circuit.op(id);
        let kind = matches!(op, Op::Mul(..) | Op::Square(_) | Op::Neg(_));
        kind && self.usage.uses(id) == 1 && self.usage.is_encrypted(id)
    }

    /// The factors of a maximal product.
    fn factors(&self, root: NodeId) -> Product {
        let mut product = Product::default();
        let mut stack: Vec<NodeId> = self.usage.circuit.op(root).operands().collect();
        stack.reverse();
        while let Some(id) = stack.pop() {
            let depth = |id: NodeId| (self.depth[id.index()], id);
            match *self.usage.circuit.op(id) {
                _ if !self.usage.is_encrypted(id) => product.public.push(depth(id)),
                _ if !self.comes_apart(id) => product.factors.push(depth(id)),
                Op::Mul(a, b) => stack.extend([b, a]),
                // x^2 inside a product of its own is two factors x.
                Op::Square(a) => product.factors.extend([depth(a), depth(a)]),
                Op::Neg(a) => {
                    product.negative = !product.negative;
                    stack.push(a);
                }
                _ => unreachable!("only products and signs come apart"),
            }
        }
        product
    }
}

/// The depth that [`multiply`] makes of a product.
fn least_depth(product: &Product, is_integer: impl Fn(NodeId) -> bool) -> usize {
    let mut heap: BinaryHeap<_> = product.factors.iter().map(|(depth, _)| Reverse(*depth)).collect();
    if product.public.iter().any(|(_, id)| !is_integer(*id)) {
        let Reverse(shallowest) = heap.pop().expect("an encrypted product has an encrypted factor");
        heap.push(Reverse(shallowest + 1));
    }
    loop {
        let Reverse(shallowest) = heap.pop().expect("an encrypted product has an encrypted factor");
        let Some(Reverse(second)) = heap.pop() else { return shallowest };
        heap.push(Reverse(second + 1));
    }
}

/// The product of factors with their depths, the two shallowest first, and of those equal ones. Public factors meet in
/// clear and then the shallowest factor, but for integers among themselves, which cost no level and come last.
fn multiply(
    draft: &mut Draft,
    factors: Vec<(usize, NodeId)>,
    mut public: Vec<(usize, NodeId)>,
    mut negative: bool,
) -> NodeId {
    if let Some((_, factor)) = public.first_mut().filter(|_| negative) {
        // Constants at once, since integers are worth knowing.
        *factor = match draft.op(*factor) {
            Op::Constant(value) => draft.intern(Op::Constant(Value::map(value, |x| -x))),
            _ => draft.intern(Op::Neg(*factor)),
        };
        negative = false;
    }
    let all_integers = public.iter().all(|(_, id)| read::is_integer(draft.op(*id)));
    let mut heap: BinaryHeap<_> = factors.into_iter().map(Reverse).collect();
    let (last, clear) = if all_integers { (public, Vec::new()) } else { (Vec::new(), public) };
    let clear = clear.into_iter().map(|(_, id)| id);
    if let Some(factor) = clear.reduce(|product, factor| draft.intern(Op::Mul(product, factor))) {
        let Reverse((depth, shallowest)) = heap.pop().expect("an encrypted product has an encrypted factor");
        heap.push(Reverse((depth + 1, draft.intern(Op::Mul(factor, shallowest)))));
    }
    let mut product = loop {
        let Reverse(first) = heap.pop().expect("an encrypted product has an encrypted factor");
        let Some(Reverse(second)) = heap.pop() else { break first.1 };
        let (one, other) = match heap.peek() {
            Some(Reverse(third)) if first.0 == second.0 && first != second && second == *third => {
                heap.pop();
                heap.push(Reverse(first));
                (second, second)
            }
            _ => (first, second),
        };
        heap.push(Reverse((one.0.max(other.0) + 1, draft.intern(Op::Mul(one.1, other.1)))));
    };
    for (_, integer) in last {
        product = draft.intern(Op::Mul(product, integer));
    }
    if negative { draft.intern(Op::Neg(product)) } else { product }
}
