//! Rotations come after sums and products, where that makes fewer of them.
//!
//! `rotate(x) + rotate(y)` is `rotate(x + y)`, `rotate(x) rotate(y)` is `rotate(x y)`, and `rotate(p rotate(x))` is one
//! rotation of `p' x`: what is public turns for free. A rotation is about half work of its own and half the decomposition
//! of what is turned, which all rotations of one value share; so two of values that are turned by other steps as well stay
//! as they are. Products that a sum adds up are relinearized together, so one of them is turned by itself only when all
//! that it is turned by share the product.

use std::collections::{BTreeMap, HashMap};

use super::{
    sum::{Sums, Term, close, total},
    writer::Writer,
};
use crate::{Circuit, NodeId, Op};

/// The circuit with fewer rotations.
#[must_use]
pub fn merge_rotations(circuit: &Circuit) -> Circuit {
    let sums = Sums::new(circuit);
    let mut merger = Merger {
        turned: turned(&sums),
        pairs: pairs(&sums),
        is_term: is_term(&sums),
        sums,
        writer: Writer::new(circuit),
    };
    let nodes: Vec<(NodeId, &Op)> = merger.sums.usage.nodes().collect();
    for (id, op) in nodes {
        if !merger.sums.is_inside(id) {
            merger.write(id, op);
        }
    }
    merger.writer.finish()
}

struct Merger<'a> {
    sums: Sums<'a>,
    writer: Writer<'a>,
    /// By node: how many rotations it has.
    turned: Vec<usize>,
    /// By two nodes: how many products there are of rotations of both by the same steps.
    pairs: HashMap<(NodeId, NodeId), usize>,
    /// By node: whether a sum uses it.
    is_term: Vec<bool>,
}

/// A value that is a rotation of another, and what it takes to turn it back: signs, conjugations, public factors.
struct Turned {
    steps: u32,
    chain: Vec<NodeId>,
    end: End,
    /// The rotations that go away with it, each with the decomposition that nothing else needs.
    saved: usize,
}

enum End {
    /// A node that is now a rotation of this one.
    Rotation(NodeId),
    /// A product of two such values.
    Product(Box<(Turned, Turned)>),
}

impl Merger<'_> {
    fn write(&mut self, id: NodeId, op: &Op) {
        let moved = match *op {
            _ if !self.sums.usage.is_encrypted(id) => None,
            Op::Rotate(a, steps) => self.rotation(id, a, steps),
            Op::Mul(a, b) if a != b => self.product(id, a, b),
            Op::Mul(..) | Op::Square(_) => self.square(id, op),
            _ => self.sum(id),
        };
        match moved {
            Some(moved) => self.writer.put(id, moved),
            None => {
                self.sums.parts(id).into_iter().for_each(|part| {
                    self.writer.copy(part);
                });
                self.writer.copy(id);
            }
        }
    }

    /// Two rotations as one.
    fn rotation(&mut self, id: NodeId, a: NodeId, steps: u32) -> Option<NodeId> {
        let turned = self.peel(a)?;
        let inner = self.core(id, &turned);
        Some(self.turn(id, inner, turned.steps + steps))
    }

    fn product(&mut self, id: NodeId, a: NodeId, b: NodeId) -> Option<NodeId> {
        if self.sums.usage.public_product(id).is_some() {
            return None;
        }
        let (x, y) = (self.peel(a)?, self.peel(b)?);
        let is_shared = || pair(&self.sums, &Op::Mul(a, b)).is_some_and(|pair| self.pairs[&pair] > 1);
        let is_alone = self.sums.usage.uses(id) > 1 || !self.is_term[id.index()];
        if x.steps != y.steps || !(is_alone && x.saved + y.saved > 2 || is_shared()) {
            return None;
        }
        let op = Op::Mul(self.core(id, &x), self.core(id, &y));
        let product = self.writer.enter(id).intern(op);
        Some(self.turn(id, product, x.steps))
    }

    fn square(&mut self, id: NodeId, op: &Op) -> Option<NodeId> {
        let (factor, _) = pair(&self.sums, op).filter(|pair| self.pairs[pair] > 1)?;
        let Op::Rotate(_, steps) = *self.sums.usage.circuit.op(op.operands().next()?) else { return None };
        let op = Op::Square(self.writer.at(factor));
        let square = self.writer.enter(id).intern(op);
        Some(self.turn(id, square, steps))
    }

    /// A sum whose terms are turned together where they can be; nothing when it is good as it is.
    fn sum(&mut self, id: NodeId) -> Option<NodeId> {
        let terms = self.sums.terms(id)?;
        let mut groups: BTreeMap<u32, Vec<(Term, Turned)>> = BTreeMap::new();
        let (mut rest, mut public) = (Vec::new(), Vec::new());
        for term in terms {
            match self.peel(term.id).or_else(|| self.peel_product(term.id)) {
                Some(turned) => groups.entry(turned.steps).or_default().push((term, turned)),
                None if self.sums.usage.is_encrypted(term.id) => rest.push(term),
                None => public.push(term),
            }
        }
        let gains = |group: &[(Term, Turned)]| {
            let has_product = group.iter().any(|(_, turned)| matches!(turned.end, End::Product(_)));
            let saved: usize = group.iter().map(|(_, turned)| turned.saved).sum();
            group.len() > 1 && saved > if has_product { 4 } else { 2 }
        };
        if !groups.values().any(|group| gains(group)) {
            return None;
        }
        let is_one = rest.is_empty() && groups.len() == 1;
        let moved = |merger: &Self, term: Term| Term { id: merger.writer.at(term.id), ..term };
        let mut encrypted: Vec<Term> = rest.into_iter().map(|term| moved(self, term)).collect();
        let public = public.into_iter().map(|term| moved(self, term)).collect();
        let mut public = total(self.writer.enter(id), public);
        for (steps, group) in groups {
            if !gains(&group) {
                encrypted.extend(group.into_iter().map(|(term, _)| moved(self, term)));
                continue;
            }
            let inner =
                group.iter().map(|(term, turned)| Term { id: self.core(id, turned), ..*term }).collect();
            let mut sum = total(self.writer.enter(id), inner).expect("a group has members");
            if let Some(public) = public.take_if(|_| is_one) {
                let public = Term { id: self.turn_public(public.id, steps), ..public };
                sum = Term { negative: false, id: close(&mut self.writer.draft, sum, Some(public)) };
            }
            encrypted.push(Term { id: self.turn(id, sum.id, steps), ..sum });
        }
        let sum = total(&mut self.writer.draft, encrypted).expect("a group is a term");
        Some(close(&mut self.writer.draft, sum, public))
    }

    /// A node that nothing else uses as the rotation of another.
    fn peel(&self, mut id: NodeId) -> Option<Turned> {
        let usage = &self.sums.usage;
        let mut chain = Vec::new();
        while usage.is_encrypted(id) && usage.uses(id) == 1 && !self.sums.is_inside(id) {
            if let Op::Rotate(_, steps) = *self.writer.draft.op(self.writer.at(id)) {
                let saved = match usage.circuit.op(id) {
                    Op::Rotate(source, _) if self.turned[source.index()] > 1 => 1,
                    _ => 2,
                };
                return Some(Turned { steps, chain, end: End::Rotation(id), saved });
            }
            chain.push(id);
            id = match *usage.circuit.op(id) {
                Op::Neg(inner) | Op::Conjugate(inner) => inner,
                _ => usage.public_product(id)?.1,
            };
        }
        None
    }

    /// A product of ciphertexts that nothing else uses as the rotation of another.
    fn peel_product(&self, id: NodeId) -> Option<Turned> {
        let Op::Mul(a, b) = *self.sums.usage.circuit.op(id) else { return None };
        let is_own = self.sums.usage.uses(id) == 1 && a != b;
        let (x, y) = (self.peel(a).filter(|_| is_own)?, self.peel(b)?);
        let (steps, saved) = (x.steps, x.saved + y.saved);
        let is_product = matches!(self.writer.draft.op(self.writer.at(id)), Op::Mul(..));
        (steps == y.steps && is_product).then(|| Turned {
            steps,
            chain: Vec::new(),
            end: End::Product(Box::new((x, y))),
            saved,
        })
    }

    /// What a value is a rotation of, in the new circuit.
    fn core(&mut self, place: NodeId, turned: &Turned) -> NodeId {
        let mut core = match &turned.end {
            End::Rotation(id) => match *self.writer.draft.op(self.writer.at(*id)) {
                Op::Rotate(inner, _) => inner,
                _ => unreachable!("it was a rotation"),
            },
            End::Product(factors) => {
                let op = Op::Mul(self.core(place, &factors.0), self.core(place, &factors.1));
                self.writer.enter(place).intern(op)
            }
        };
        for id in turned.chain.iter().rev() {
            let op = match *self.sums.usage.circuit.op(*id) {
                Op::Neg(_) => Op::Neg(core),
                Op::Conjugate(_) => Op::Conjugate(core),
                _ => {
                    let (factor, _) = self.sums.usage.public_product(*id).expect("part of a chain");
                    let factor = self.writer.at(factor);
                    Op::Mul(self.turn_public(factor, turned.steps), core)
                }
            };
            core = self.writer.enter(*id).intern(op);
        }
        core
    }

    /// A public value that is turned back by so many steps.
    fn turn_public(&mut self, public: NodeId, steps: u32) -> NodeId {
        self.writer.turn(public, self.sums.usage.circuit.slots() as u32 - steps)
    }

    fn turn(&mut self, place: NodeId, id: NodeId, steps: u32) -> NodeId {
        let slots = self.sums.usage.circuit.slots() as u32;
        match steps % slots {
            0 => id,
            steps => self.writer.enter(place).intern(Op::Rotate(id, steps)),
        }
    }
}

/// By node: how many rotations it has.
fn turned(sums: &Sums<'_>) -> Vec<usize> {
    let mut turned = vec![0; sums.usage.circuit.nodes().len()];
    for (_, op) in sums.usage.nodes() {
        if let Op::Rotate(source, _) = op {
            turned[source.index()] += 1;
        }
    }
    turned
}

/// By node: whether a sum uses it.
fn is_term(sums: &Sums<'_>) -> Vec<bool> {
    let mut is_term = vec![false; sums.usage.circuit.nodes().len()];
    for (_, op) in sums.usage.nodes().filter(|(_, op)| matches!(op, Op::Add(..) | Op::Sub(..) | Op::Neg(_))) {
        op.operands().for_each(|operand| is_term[operand.index()] = true);
    }
    is_term
}

/// How often two nodes are turned by the same steps to be multiplied.
fn pairs(sums: &Sums<'_>) -> HashMap<(NodeId, NodeId), usize> {
    let mut pairs = HashMap::new();
    for pair in sums.usage.nodes().filter_map(|(_, op)| pair(sums, op)) {
        *pairs.entry(pair).or_default() += 1;
    }
    pairs
}

/// What the factors of a product are rotations of, by the same steps, if nothing else uses these.
fn pair(sums: &Sums<'_>, op: &Op) -> Option<(NodeId, NodeId)> {
    let (a, b, uses) = match *op {
        Op::Square(a) => (a, a, 1),
        Op::Mul(a, b) => (a, b, if a == b { 2 } else { 1 }),
        _ => return None,
    };
    let is_own = |id: NodeId| sums.usage.is_encrypted(id) && sums.usage.uses(id) == uses;
    match (sums.usage.circuit.op(a), sums.usage.circuit.op(b)) {
        (Op::Rotate(x, s), Op::Rotate(y, t)) if s == t && is_own(a) && is_own(b) => {
            Some((*x.min(y), *x.max(y)))
        }
        _ => None,
    }
}
