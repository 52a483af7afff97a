//! Sums are re-associated such that products meet as products.
//!
//! A product of ciphertexts that only one sum uses stays as it is until that sum needs a ciphertext: `x y + u v + ...` is
//! relinearized and rescaled once, as long as nothing comes in between that is no such product. So these come first, by
//! themselves; then what sits at one level of its own, so that it comes down as one value; what is public meets in clear
//! and comes last. Each of these groups, and the groups among themselves, are added in the order in which they are there,
//! the two earliest first (Golumbic, "Combinatorial merging", 1976): a sum is no longer than it must be. A tree like that
//! keeps one more partial sum each time its size doubles, where a chain would keep one; but a chain of `n` terms has the
//! last of them wait for `n` sums one after the other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use super::{
    sum::{Sums, Term, add, close},
    writer::Writer,
};
use crate::{
    Circuit, NodeId, Op,
    build::Draft,
    read::{
        self,
        height::{Height, height},
    },
};

/// The circuit with sums that are relinearized and brought down as few times as can be.
#[must_use]
pub fn balance_sums(circuit: &Circuit) -> Circuit {
    let sums = Sums::new(circuit);
    let height = height(circuit);
    let (wanted, is_product) = (wanted(&sums, &height), products(&sums));
    let mut writer = Writer::new(circuit);
    let mut ranks = Ranks::default();
    for (id, _) in sums.usage.nodes().filter(|(id, _)| !sums.is_inside(*id)) {
        let Some(terms) = sums.terms(id) else {
            writer.copy(id);
            continue;
        };
        let level = height.after[id.index()];
        let mut here: HashMap<NodeId, usize> = HashMap::new();
        terms.iter().for_each(|term| *here.entry(term.id).or_default() += 1);
        let (mut raw, mut public) = (Vec::new(), Vec::new());
        let mut others: BTreeMap<Reverse<usize>, Vec<Term>> = BTreeMap::new();
        for term in terms {
            let moved = Term { id: writer.at(term.id), ..term };
            if !sums.usage.is_encrypted(term.id) {
                public.push(moved);
            } else if is_product[term.id.index()] && sums.usage.uses(term.id) == 1 {
                raw.push(moved);
            } else {
                // What comes down for something else, too, is there.
                let is_there = wanted.get(&(term.id, level)).is_some_and(|wanted| *wanted > here[&term.id]);
                let from = if is_there { level } else { height.after[term.id.index()] };
                others.entry(Reverse(from)).or_default().push(moved);
            }
        }
        let draft = writer.enter(id);
        let groups = others.into_values().chain([raw]);
        let totals = groups.filter_map(|terms| ranks.total(draft, terms)).collect();
        let total = ranks.total(draft, totals).expect("an encrypted sum has an encrypted term");
        let public = public.into_iter().reduce(|sum, term| add(draft, sum, term));
        let sum = close(draft, total, public);
        writer.put(id, sum);
    }
    writer.finish()
}

/// How often a value is wanted at a level.
fn wanted(sums: &Sums<'_>, height: &Height) -> HashMap<(NodeId, usize), usize> {
    let mut wanted = HashMap::new();
    for (id, op) in sums.usage.nodes().filter(|(id, _)| sums.usage.is_encrypted(*id)) {
        for operand in op.operands() {
            *wanted.entry((operand, height.runs_at[id.index()])).or_default() += 1;
        }
    }
    for (_, id) in sums.usage.circuit.outputs() {
        *wanted.entry((*id, 0)).or_default() += 1;
    }
    wanted
}

/// By node: whether its value is a product that must be rescaled, or made of nothing but such products by sums, signs and
/// integers, each with no other use.
fn products(sums: &Sums<'_>) -> Vec<bool> {
    let usage = &sums.usage;
    let circuit = usage.circuit;
    let mut products = vec![false; circuit.nodes().len()];
    for (id, op) in usage.nodes().filter(|(id, _)| usage.is_encrypted(*id)) {
        let is_part = |operand: NodeId| products[operand.index()] && usage.uses(operand) == 1;
        products[id.index()] = match *op {
            Op::Mul(a, b) => {
                let inner = if usage.is_encrypted(a) { a } else { b };
                read::takes_level(op, |id| circuit.op(id)) || is_part(inner)
            }
            Op::Square(_) => true,
            Op::Add(a, b) | Op::Sub(a, b) => is_part(a) && is_part(b),
            Op::Neg(a) => is_part(a),
            _ => false,
        };
    }
    products
}

/// By node of a draft: how many operations stand one after the other up to it.
#[derive(Default)]
struct Ranks(Vec<usize>);

impl Ranks {
    /// The sum of terms, those first that are there first.
    fn total(&mut self, draft: &mut Draft, terms: Vec<Term>) -> Option<Term> {
        let mut heap: BinaryHeap<_> =
            terms.into_iter().map(|term| Reverse((self.of(draft, term.id), term.id, term))).collect();
        loop {
            let Reverse((_, _, first)) = heap.pop()?;
            let Some(Reverse((_, _, second))) = heap.pop() else { return Some(first) };
            let sum = add(draft, first, second);
            heap.push(Reverse((self.of(draft, sum.id), sum.id, sum)));
        }
    }

    fn of(&mut self, draft: &Draft, id: NodeId) -> usize {
        for i in self.0.len()..=id.index() {
            let op = draft.op(NodeId(i as u32));
            let before = op.operands().map(|operand| self.0[operand.index()]).max();
            self.0.push(before.map_or(0, |before| before + 1));
        }
        self.0[id.index()]
    }
}
