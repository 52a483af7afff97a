//! Sums in one piece: maximal trees of sums, differences and signs, and what they add up.

use super::usage::Usage;
use crate::{Circuit, NodeId, Op, build::Draft};

/// A term of a sum, in an old circuit or a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) negative: bool,
    pub(super) id: NodeId,
}

/// The maximal sums of ciphertexts of a circuit. A sum inside another is part of it when nothing else uses it.
pub(super) struct Sums<'a> {
    pub(super) usage: Usage<'a>,
    is_inside: Vec<bool>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(circuit: &'a Circuit) -> Self {
        let mut sums = Self { usage: Usage::new(circuit), is_inside: vec![false; circuit.nodes().len()] };
        for (id, op) in sums.usage.nodes() {
            if sums.is_sum(id) {
                for operand in op.operands() {
                    sums.is_inside[operand.index()] = sums.is_sum(operand) && sums.usage.uses(operand) == 1;
                }
            }
        }
        sums
    }

    /// Whether a node is a part of a sum, and of nothing else.
    pub(super) fn is_inside(&self, id: NodeId) -> bool {
        self.is_inside[id.index()]
    }

    /// The parts of a maximal sum that are sums themselves, in order.
    pub(super) fn parts(&self, root: NodeId) -> Vec<NodeId> {
        let (mut parts, mut next) = (Vec::new(), vec![root]);
        while let Some(id) = next.pop() {
            let inside = self.usage.circuit.op(id).operands().filter(|operand| self.is_inside(*operand));
            inside.for_each(|operand| {
                parts.push(operand);
                next.push(operand);
            });
        }
        parts.sort_unstable();
        parts
    }

    /// The terms of a maximal sum, in order; nothing when the node is none, or the sign of one term.
    pub(super) fn terms(&self, root: NodeId) -> Option<Vec<Term>> {
        if !self.is_sum(root) || self.is_inside(root) {
            return None;
        }
        let mut terms = Vec::new();
        let mut stack = vec![Term { negative: false, id: root }];
        while let Some(Term { negative, id }) = stack.pop() {
            if id != root && !self.is_inside(id) {
                terms.push(Term { negative, id });
                continue;
            }
            let (first, second) = match *self.usage.circuit.op(id) {
                Op::Add(a, b) => (Term { negative, id: a }, Some(Term { negative, id: b })),
                Op::Sub(a, b) => (Term { negative, id: a }, Some(Term { negative: !negative, id: b })),
                Op::Neg(a) => (Term { negative: !negative, id: a }, None),
                _ => unreachable!("no other operation is a sum"),
            };
            stack.extend(second);
            stack.push(first);
        }
        let is_sign = terms.len() == 1 && self.usage.circuit.op(root).operands().next() == Some(terms[0].id);
        (!is_sign).then_some(terms)
    }

    fn is_sum(&self, id: NodeId) -> bool {
        let op = self.usage.circuit.op(id);
        matches!(op, Op::Add(..) | Op::Sub(..) | Op::Neg(_)) && self.usage.is_encrypted(id)
    }
}

/// Two terms as one.
pub(super) fn add(draft: &mut Draft, a: Term, b: Term) -> Term {
    let (negative, op) = match (a.negative, b.negative) {
        (false, true) => (false, Op::Sub(a.id, b.id)),
        (true, false) => (false, Op::Sub(b.id, a.id)),
        (negative, _) => (negative, Op::Add(a.id, b.id)),
    };
    Term { negative, id: draft.intern(op) }
}

/// The sum of terms, neighbours first; nothing when there are none.
pub(super) fn total(draft: &mut Draft, mut terms: Vec<Term>) -> Option<Term> {
    while terms.len() > 1 {
        let pair = |pair: &[Term]| match *pair {
            [a, b] => add(draft, a, b),
            _ => pair[0],
        };
        terms = terms.chunks(2).map(pair).collect();
    }
    terms.pop()
}

/// The value of an encrypted sum, with a public addend, which takes a sign for free.
pub(super) fn close(draft: &mut Draft, sum: Term, public: Option<Term>) -> NodeId {
    let sum = match public {
        Some(public) if sum.negative => {
            let id = if public.negative { draft.intern(Op::Neg(public.id)) } else { public.id };
            add(draft, sum, Term { negative: false, id })
        }
        Some(public) => add(draft, sum, public),
        None => sum,
    };
    if sum.negative { draft.intern(Op::Neg(sum.id)) } else { sum.id }
}
