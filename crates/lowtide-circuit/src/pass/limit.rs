//! Few rotation keys: rotations that are rare are made of rotations that are kept.
//!
//! Written in digits to the base `2^w`, every rotation is a sum of rotations by `d 2^(w i)`: the larger `w`, the fewer
//! rotations and the more keys. The largest base that fits is taken, and the keys that are left go to the rotations that
//! are used most and would take most digits. What two rotations have in common is computed once.

use std::collections::{BTreeMap, BTreeSet};

use super::rewrite;
use crate::{Circuit, Error, NodeId, Op, build::Draft};

/// The circuit with at most `keys` different rotations. Its depth stays; rotations may become more.
///
/// # Errors
/// [`Error::TooFewKeys`] when not even digits to the base 2 can do with so few.
pub fn limit_rotations(circuit: &Circuit, keys: usize) -> Result<Circuit, Error> {
    let uses = uses(circuit);
    if uses.len() <= keys {
        return Ok(circuit.clone());
    }
    let widths = 1..=circuit.slots().ilog2().max(1);
    let least = terms(uses.keys(), 1).len();
    let width = widths.rev().find(|width| terms(uses.keys(), *width).len() <= keys);
    let width = width.ok_or(Error::TooFewKeys { keys, least })?;
    let whole = whole(&uses, width, keys);
    Ok(rewrite(circuit, |draft, _, op| match op {
        Op::Rotate(a, steps) if !whole.contains(&steps) => {
            digits(steps, width).fold(a, |at, digit| turn(draft, at, digit))
        }
        op => draft.intern(op),
    }))
}

/// How often slots are turned by each number of steps.
fn uses(circuit: &Circuit) -> BTreeMap<u32, usize> {
    let mut uses = BTreeMap::new();
    for node in circuit.nodes() {
        if let Op::Rotate(_, steps) = node.op {
            *uses.entry(steps).or_default() += 1;
        }
    }
    uses
}

/// The parts of a number of steps, the largest first: what many have in common comes first, as the first steps of a walk.
fn digits(steps: u32, width: u32) -> impl Iterator<Item = u32> {
    let mask = (1_u32 << width) - 1;
    (0..u32::BITS / width + 1)
        .rev()
        .filter(move |i| i * width < u32::BITS)
        .map(move |i| steps & (mask << (i * width)))
        .filter(|digit| *digit != 0)
}

fn terms<'a>(steps: impl Iterator<Item = &'a u32>, width: u32) -> BTreeSet<u32> {
    steps.flat_map(|steps| digits(*steps, width)).collect()
}

/// The rotations that keep a key of their own although they have several digits.
fn whole(uses: &BTreeMap<u32, usize>, width: u32, keys: usize) -> BTreeSet<u32> {
    let saved = |steps: &u32| uses[steps] * (digits(*steps, width).count() - 1);
    let mut wanted: Vec<u32> = uses.keys().copied().filter(|steps| saved(steps) > 0).collect();
    wanted.sort_by_key(|steps| std::cmp::Reverse(saved(steps)));
    let mut whole = BTreeSet::new();
    for steps in wanted {
        whole.insert(steps);
        let left = terms(uses.keys().filter(|steps| !whole.contains(*steps)), width);
        if left.union(&whole).count() > keys {
            whole.remove(&steps);
        }
    }
    whole
}

/// A rotation, and rotations of rotations as one after the other.
fn turn(draft: &mut Draft, at: NodeId, steps: u32) -> NodeId {
    draft.intern(Op::Rotate(at, steps))
}
