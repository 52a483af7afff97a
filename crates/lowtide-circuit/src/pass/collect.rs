//! Like terms are collected and common factors taken out.
//!
//! In a sum, `c x + d x` becomes `(c + d) x`, `c x + c y` becomes `c (x + y)`, `x y + x z` becomes `x (y + z)`, and
//! `x + x - 3 x` becomes `-x`: fewer products, at the same depth, since the sum of what is multiplied is no deeper than the
//! deepest of it. A term is taken apart when nothing but the sum uses it.

use std::collections::HashMap;

use super::{
    sum::{Sums, Term, close, total},
    writer::Writer,
};
use crate::{Circuit, NodeId, Op, Value, build::Draft, read};

mod factors;

use factors::{Factor, Product, groups};

/// Multiples up to this cost no level.
const LARGEST_MULTIPLE: i64 = 1024;

/// The circuit with fewer products in sums.
#[must_use]
pub fn collect_terms(circuit: &Circuit) -> Circuit {
    let sums = Sums::new(circuit);
    let mut is_left_out = vec![false; circuit.nodes().len()];
    let mut plans: HashMap<NodeId, Vec<Part>> = HashMap::new();
    for (id, _) in sums.usage.nodes() {
        let Some(terms) = sums.terms(id) else { continue };
        if let Some(plan) = plan(&sums, &terms, &mut is_left_out) {
            plans.insert(id, plan);
        }
    }
    // The parts of a sum that is written anew are not written.
    for (id, op) in sums.usage.nodes().rev() {
        if plans.contains_key(&id) || is_left_out[id.index()] && sums.is_inside(id) {
            op.operands()
                .filter(|operand| sums.is_inside(*operand))
                .for_each(|operand| is_left_out[operand.index()] = true);
        }
    }
    let mut writer = Writer::new(circuit);
    for (id, _) in sums.usage.nodes().filter(|(id, _)| !is_left_out[id.index()]) {
        match plans.get(&id) {
            Some(parts) => {
                let sum = write(&sums, &mut writer, id, parts);
                writer.put(id, sum);
            }
            None => {
                writer.copy(id);
            }
        }
    }
    writer.finish()
}

/// A part of a sum.
enum Part {
    /// A multiple of a term.
    Multiple(i64, NodeId),
    /// A factor times a sum of multiples; of one where there is nothing else.
    Group(Factor, Vec<(i64, Option<Factor>)>),
}

/// A multiple of a term, and how many of its uses that makes.
struct Entry {
    id: NodeId,
    times: i64,
    uses: usize,
}

/// How a sum is written better, and what is left out then; nothing when it is good as it is.
fn plan(sums: &Sums<'_>, terms: &[Term], is_left_out: &mut [bool]) -> Option<Vec<Part>> {
    let usage = &sums.usage;
    let (entries, multiples) = collect(sums, terms);
    // Terms that are products of this sum alone, with their places among the entries.
    let (mut places, mut products) = (Vec::new(), Vec::new());
    for (i, entry) in entries.iter().enumerate() {
        let is_own = usage.is_encrypted(entry.id) && entry.uses == usage.uses(entry.id) && entry.times != 0;
        if let Some(product) = Product::of(usage, entry.id, entry.times).filter(|_| is_own) {
            places.push(i);
            products.push(product);
        }
    }
    let mut groups = groups(usage, &products);
    let mut is_grouped = vec![false; entries.len()];
    groups.iter().flat_map(|group| &group.products).for_each(|i| is_grouped[places[*i]] = true);
    // A ciphertext that is a term itself joins its products with public values; so does an integer multiple of these.
    let plain: HashMap<NodeId, usize> = entries.iter().enumerate().map(|(i, entry)| (entry.id, i)).collect();
    let is_public = |factor: Factor| match factor {
        Factor::Node(id) => !usage.is_encrypted(id),
        Factor::Number(_) => true,
    };
    for (i, product) in products.iter().enumerate() {
        let [a, b] = product.factors;
        let factor = if is_public(a) { b } else { a };
        let is_split = is_public(a) || is_public(b);
        let Factor::Node(id) = factor else { continue };
        let gains = product.times.abs() != 1 || plain.get(&id).is_some_and(|at| !is_grouped[*at]);
        if is_split && !is_grouped[places[i]] && gains {
            is_grouped[places[i]] = true;
            groups.push(factors::Group { factor, products: vec![i] });
        }
    }
    let mut parts = Vec::new();
    for group in groups {
        let mut multiples: Vec<(i64, Option<Factor>)> = Vec::new();
        for i in &group.products {
            multiples.push((products[*i].times, Some(products[*i].without(group.factor))));
            is_left_out[entries[places[*i]].id.index()] = true;
        }
        let all_public = multiples.iter().all(|(_, other)| other.is_some_and(is_public));
        if let (Factor::Node(id), true) = (group.factor, all_public)
            && let Some(at) = plain.get(&id).filter(|at| !is_grouped[**at])
        {
            multiples.push((entries[*at].times, None));
            is_grouped[*at] = true;
        }
        parts.push(Part::Group(group.factor, multiples));
    }
    if parts.is_empty() && entries.len() == terms.len() && entries.iter().all(|entry| entry.times != 0) {
        return None;
    }
    multiples.into_iter().for_each(|id| is_left_out[id.index()] = true);
    let rest = entries.iter().zip(is_grouped).filter(|(entry, is_grouped)| !is_grouped && entry.times != 0);
    parts.extend(rest.map(|(entry, _)| Part::Multiple(entry.times, entry.id)));
    Some(parts)
}

/// Terms with how often they are there; and the multiples by an integer that were taken apart for it.
fn collect(sums: &Sums<'_>, terms: &[Term]) -> (Vec<Entry>, Vec<NodeId>) {
    let usage = &sums.usage;
    let (mut entries, mut multiples): (Vec<Entry>, _) = (Vec::new(), Vec::new());
    let mut known: HashMap<NodeId, usize> = HashMap::new();
    for Term { negative, id } in terms {
        let (mut id, mut times) = (*id, if *negative { -1 } else { 1 });
        while let Some((factor, inner)) = multiple(sums, id)
            && (times * factor).abs() <= LARGEST_MULTIPLE
        {
            multiples.push(id);
            (id, times) = (inner, times * factor);
        }
        match known.get(&id).map(|i| &mut entries[*i]) {
            Some(entry) if (entry.times + times).abs() <= LARGEST_MULTIPLE || !usage.is_encrypted(id) => {
                entry.times += times;
                entry.uses += 1;
            }
            _ => {
                known.insert(id, entries.len());
                entries.push(Entry { id, times, uses: 1 });
            }
        }
    }
    (entries, multiples)
}

/// The integer and the ciphertext of a multiple that nothing else uses.
fn multiple(sums: &Sums<'_>, id: NodeId) -> Option<(i64, NodeId)> {
    let (circuit, usage) = (sums.usage.circuit, &sums.usage);
    let Op::Mul(a, b) = *circuit.op(id) else { return None };
    let (factor, inner) = if usage.is_encrypted(a) { (b, a) } else { (a, b) };
    let is_multiple = usage.uses(id) == 1 && usage.is_encrypted(id) && read::is_integer(circuit.op(factor));
    match circuit.op(factor) {
        Op::Constant(Value::Scalar(x)) if is_multiple => Some((*x as i64, inner)),
        _ => None,
    }
}

fn write(sums: &Sums<'_>, writer: &mut Writer<'_>, root: NodeId, parts: &[Part]) -> NodeId {
    let (mut encrypted, mut public, mut is_own) = (Vec::new(), Vec::new(), Vec::new());
    writer.enter(root);
    for part in parts {
        match part {
            Part::Multiple(times, id) => {
                let moved = writer.at(*id);
                let term = multiply(&mut writer.draft, *times, moved);
                if sums.usage.is_encrypted(*id) {
                    encrypted.push(term);
                    is_own.push(times.abs() != 1 || sums.usage.uses(*id) == 1);
                } else {
                    public.push(term);
                }
            }
            Part::Group(factor, multiples) => {
                encrypted.push(group(sums, writer, *factor, multiples));
                is_own.push(true);
            }
        }
    }
    let draft = &mut writer.draft;
    if public.is_empty() && encrypted.iter().all(|term| term.negative) {
        // A number that a term of this sum has anyway takes the sign, so that the sum needs none.
        let signed = encrypted.iter_mut().zip(is_own).filter(|(_, is_own)| *is_own);
        for (term, _) in signed {
            if let Some(id) = negative(draft, term.id) {
                *term = Term { negative: false, id };
                break;
            }
        }
    }
    let public = total(draft, public);
    match total(draft, encrypted) {
        Some(sum) => close(draft, sum, public),
        None => {
            let zero = Term { negative: false, id: constant(draft, 0.0) };
            close(draft, public.unwrap_or(zero), None)
        }
    }
}

/// A product with a number with the other sign.
fn negative(draft: &mut Draft, id: NodeId) -> Option<NodeId> {
    let Op::Mul(a, b) = *draft.op(id) else { return None };
    let (x, other) = match (draft.op(a), draft.op(b)) {
        (Op::Constant(Value::Scalar(x)), _) => (*x, b),
        (_, Op::Constant(Value::Scalar(x))) => (*x, a),
        _ => return None,
    };
    let factor = constant(draft, -x);
    Some(draft.intern(Op::Mul(factor, other)))
}

/// A factor times a sum.
fn group(
    sums: &Sums<'_>,
    writer: &mut Writer<'_>,
    factor: Factor,
    multiples: &[(i64, Option<Factor>)],
) -> Term {
    let (mut encrypted, mut public, mut number) = (Vec::new(), Vec::new(), 0.0);
    for (times, other) in multiples {
        match other {
            None => number += *times as f64,
            Some(Factor::Number(bits)) => number += *times as f64 * f64::from_bits(*bits),
            Some(Factor::Node(id)) => {
                let moved = writer.at(*id);
                let term = multiply(&mut writer.draft, *times, moved);
                if sums.usage.is_encrypted(*id) { &mut encrypted } else { &mut public }.push(term);
            }
        }
    }
    let factor = match factor {
        Factor::Node(id) => writer.at(id),
        Factor::Number(bits) => constant(&mut writer.draft, f64::from_bits(bits)),
    };
    let draft = &mut writer.draft;
    if number != 0.0 || encrypted.is_empty() && public.is_empty() {
        public.push(Term { negative: false, id: constant(draft, number) });
    }
    let (encrypted, public) = (total(draft, encrypted), total(draft, public));
    let sum = match (encrypted, public) {
        (Some(sum), None) => sum,
        // In clear a sign costs nothing.
        (Some(sum), public) => Term { negative: false, id: close(draft, sum, public) },
        (None, public) => {
            let id = close(draft, public.expect("a group has members"), None);
            Term { negative: false, id }
        }
    };
    Term { id: draft.intern(Op::Mul(factor, sum.id)), ..sum }
}

/// A multiple of a node, as a term.
fn multiply(draft: &mut Draft, times: i64, id: NodeId) -> Term {
    let negative = times < 0;
    if times.abs() == 1 {
        return Term { negative, id };
    }
    let factor = constant(draft, times.abs() as f64);
    Term { negative, id: draft.intern(Op::Mul(factor, id)) }
}

fn constant(draft: &mut Draft, number: f64) -> NodeId {
    draft.intern(Op::Constant(Value::Scalar(number)))
}
