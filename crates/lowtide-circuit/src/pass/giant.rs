//! Sums over many rotations of one value take small steps and giant steps.
//!
//! A matrix times a vector by its diagonals is `sum over k of p_k rotate(x, k)`. With `k = j + i` for few small steps `i`
//! and few giant steps `j`, that is `sum over j of rotate(sum over i of p' rotate(x, i), j)`, where `p'` is `p_k` turned
//! back by `j`, in clear: about `2 sqrt(n)` rotations and keys where there were `n`, at the same depth (Halevi and Shoup,
//! "Faster homomorphic linear transformations in HElib", ePrint 2018/244). All sums over rotations of one value share
//! its small steps.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    sum::{Sums, Term, close, total},
    writer::Writer,
};
use crate::{Circuit, NodeId, Op};

/// What a small step costs: its key is applied to a value that has been decomposed for all of them.
const SMALL: usize = 1;
/// What a giant step costs: as much for its key, and as much for the decomposition of what it turns.
const GIANT: usize = 2;

/// The circuit with fewer rotations in long sums.
#[must_use]
pub fn take_giant_steps(circuit: &Circuit) -> Circuit {
    let sums = Sums::new(circuit);
    let plans = plans(&sums);
    let mut is_left_out = vec![false; circuit.nodes().len()];
    for (root, terms) in &plans {
        sums.parts(*root).into_iter().for_each(|part| is_left_out[part.index()] = true);
        for turned in terms.values() {
            is_left_out[turned.rotation.index()] = true;
            if turned.factor.is_some() {
                is_left_out[turned.term.index()] = true;
            }
        }
    }
    let mut writer = Writer::new(circuit);
    for (id, _) in sums.usage.nodes().filter(|(id, _)| !is_left_out[id.index()]) {
        match plans.get(&id) {
            Some(terms) => {
                let sum = write(&sums, &mut writer, id, terms);
                writer.put(id, sum);
            }
            None => {
                writer.copy(id);
            }
        }
    }
    writer.finish()
}

/// A term that is a rotation, or a public multiple of one.
#[derive(Clone, Copy)]
struct Turned {
    term: NodeId,
    factor: Option<NodeId>,
    rotation: NodeId,
    source: NodeId,
    steps: u32,
    /// Steps of the first rotation, once it is known.
    small: u32,
}

/// By sum: the terms that are written anew.
type Plans = HashMap<NodeId, HashMap<NodeId, Turned>>;

fn plans(sums: &Sums<'_>) -> Plans {
    let usage = &sums.usage;
    // By value: the rotations that it has, and the sums over them.
    let mut rotations: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    let mut found: BTreeMap<NodeId, Vec<(NodeId, Turned)>> = BTreeMap::new();
    for (id, op) in usage.nodes().filter(|(id, _)| usage.is_encrypted(*id)) {
        if let Op::Rotate(source, _) = *op {
            rotations.entry(source).or_default().push(id);
        }
        let terms = sums.terms(id).unwrap_or_default();
        for turned in terms.iter().filter_map(|term| turned(sums, term.id)) {
            found.entry(turned.source).or_default().push((id, turned));
        }
    }
    let mut plans = Plans::new();
    for (source, mut found) in found {
        let mut uses: HashMap<NodeId, usize> = HashMap::new();
        found.iter().for_each(|(_, turned)| *uses.entry(turned.rotation).or_default() += 1);
        // A rotation that something else needs as well is there anyway.
        let is_needed = |rotation: &NodeId| uses.get(rotation) != Some(&usage.uses(*rotation));
        let rotations = &rotations[&source];
        let kept: HashSet<u32> =
            rotations.iter().filter(|id| is_needed(id)).map(|id| steps(usage.circuit, *id)).collect();
        found.retain(|(_, turned)| !is_needed(&turned.rotation));
        let pairs: Vec<(NodeId, u32)> = found.iter().map(|(root, turned)| (*root, turned.steps)).collect();
        let Some(stride) = stride(&pairs, &kept, rotations.len() * SMALL, usage.circuit.slots() as u32)
        else {
            continue;
        };
        for (root, turned) in found {
            let turned = Turned { small: turned.steps % stride, ..turned };
            plans.entry(root).or_default().insert(turned.term, turned);
        }
    }
    plans
}

fn steps(circuit: &Circuit, rotation: NodeId) -> u32 {
    match *circuit.op(rotation) {
        Op::Rotate(_, steps) => steps,
        _ => unreachable!("a rotation"),
    }
}

fn turned(sums: &Sums<'_>, term: NodeId) -> Option<Turned> {
    let usage = &sums.usage;
    let (factor, rotation) = match usage.public_product(term) {
        Some((factor, rotation)) if usage.uses(term) == 1 => (Some(factor), rotation),
        _ => (None, term),
    };
    match *usage.circuit.op(rotation) {
        Op::Rotate(source, steps) if usage.is_encrypted(rotation) => {
            Some(Turned { term, factor, rotation, source, steps, small: steps })
        }
        _ => None,
    }
}

/// The smallest giant step with which all sums over rotations of one value are cheapest; nothing when they cost less as
/// they are.
fn stride(pairs: &[(NodeId, u32)], kept: &HashSet<u32>, cost_now: usize, slots: u32) -> Option<u32> {
    let strides = (1..=slots.ilog2()).flat_map(|log| [1 << log, 3 << (log - 1)]);
    let cost = |stride: u32| {
        let small = pairs.iter().map(|(_, steps)| steps % stride).filter(|steps| *steps > 0);
        let small: HashSet<u32> = small.chain(kept.iter().copied()).collect();
        let giant = pairs.iter().map(|(root, steps)| (*root, steps / stride)).filter(|(_, giant)| *giant > 0);
        let giant: HashSet<(NodeId, u32)> = giant.collect();
        // Of equally cheap ones that with the fewest small steps, which are all kept at once.
        (SMALL * small.len() + GIANT * giant.len(), small.len(), stride)
    };
    let (least, _, stride) = strides.map(cost).min()?;
    (least < cost_now).then_some(stride)
}

fn write(sums: &Sums<'_>, writer: &mut Writer<'_>, root: NodeId, turned: &HashMap<NodeId, Turned>) -> NodeId {
    let slots = sums.usage.circuit.slots() as u32;
    let (mut encrypted, mut public) = (Vec::new(), Vec::new());
    let mut giant: BTreeMap<(NodeId, u32), Vec<Term>> = BTreeMap::new();
    writer.enter(root);
    for term in sums.terms(root).expect("plans are made for sums") {
        let Some(Turned { factor, source, steps, small, .. }) = turned.get(&term.id) else {
            let moved = Term { id: writer.at(term.id), ..term };
            if sums.usage.is_encrypted(term.id) { &mut encrypted } else { &mut public }.push(moved);
            continue;
        };
        let source = writer.at(*source);
        let mut id = if *small > 0 { writer.draft.intern(Op::Rotate(source, *small)) } else { source };
        let large = steps - small;
        if let Some(factor) = factor {
            let factor = writer.at(*factor);
            let factor = writer.turn(factor, slots - large);
            id = writer.draft.intern(Op::Mul(factor, id));
        }
        if large > 0 {
            giant.entry((source, large)).or_default().push(Term { id, ..term });
        } else {
            encrypted.push(Term { id, ..term });
        }
    }
    let draft = &mut writer.draft;
    for ((_, large), terms) in giant {
        let sum = total(draft, terms).expect("a giant step has terms");
        encrypted.push(Term { id: draft.intern(Op::Rotate(sum.id, large)), ..sum });
    }
    let public = total(draft, public);
    let sum = total(draft, encrypted).expect("a sum has terms");
    close(draft, sum, public)
}
