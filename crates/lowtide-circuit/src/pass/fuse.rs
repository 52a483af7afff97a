//! Public factors meet in clear.
//!
//! A factor goes down through sums, signs, rotations and products to where it meets others: `c rotate(d x)` becomes
//! `rotate(c' d x)`, `c (p x + q y)` becomes `(c p) x + (c q) y`, `(c x)(d y)` becomes `(c d x) y`, and `c (x y)` becomes
//! `(c x) y` with the shallower factor. Each time there are no more products than before, and a level is saved where the
//! factor had one of its own. It goes where the author has written a constant, or where one cipher product can take it; not
//! where it would become several products, and not into what something else uses. What it went past runs one level lower.

use super::{magnitude::Magnitude, usage::Usage, writer::Writer};
use crate::{Circuit, NodeId, Op, Value, read};

mod region;

use region::{Carry, Kind, Regions};

/// The circuit with fewer products of ciphertexts with public values.
#[must_use]
pub fn fuse_factors(circuit: &Circuit) -> Circuit {
    let regions = Regions::new(Usage::new(circuit));
    let mut writer = Writer::new(circuit);
    // What is public uses what is public alone; first, so that factors can meet before they are used.
    for (id, _) in regions.usage.nodes().filter(|(id, _)| !regions.usage.is_encrypted(*id)) {
        writer.copy(id);
    }
    let count = circuit.nodes().len();
    let mut fusion = Fusion {
        regions,
        depth: read::depth(circuit).nodes,
        carried: vec![None; count],
        plan: vec![Plan::Keep; count],
        writer,
        is_changed: false,
    };
    fusion.plan();
    fusion.write();
    if fusion.is_changed { fusion.writer.finish() } else { circuit.clone() }
}

/// A public value that is on its way down, in the new circuit.
#[derive(Clone, Copy)]
struct Factor {
    id: NodeId,
    magnitude: Magnitude,
}

/// What becomes of a node beyond what its operands become.
#[derive(Clone, Copy)]
enum Plan {
    /// Nothing.
    Keep,
    /// It is multiplied.
    Times(Factor),
    /// A public product whose factor is now this one.
    Refactor(Factor),
    /// Its operands take this factor in, each as far as it goes.
    Through(Factor),
    /// A product of ciphertexts whose operand of this id takes the factor in.
    Into(NodeId, Factor),
    /// A public product whose factor went elsewhere.
    Strip,
}

struct Fusion<'a> {
    regions: Regions<'a>,
    depth: Vec<usize>,
    /// By node: the factor that all its uses bring.
    carried: Vec<Option<Factor>>,
    plan: Vec<Plan>,
    writer: Writer<'a>,
    is_changed: bool,
}

impl Fusion<'_> {
    /// From the outputs down.
    fn plan(&mut self) {
        let usage = &self.regions.usage;
        let encrypted: Vec<(NodeId, &Op)> = usage.nodes().filter(|(id, _)| usage.is_encrypted(*id)).collect();
        for (id, op) in encrypted.into_iter().rev() {
            let carried = self.carried[id.index()];
            self.plan[id.index()] = match self.regions.kind(id) {
                Kind::Factor(factor, operand) if !matches!(self.plan[id.index()], Plan::Strip) => {
                    self.factor(id, factor, operand, carried)
                }
                Kind::Factor(..) => Plan::Strip,
                Kind::Product(a, b) => self.product(id, a, b, carried),
                Kind::Linear if self.regions.goes_through(id) => match carried {
                    Some(factor) => {
                        let inner = self.before(op, factor);
                        op.operands().for_each(|operand| self.give(id, operand, inner));
                        Plan::Through(inner)
                    }
                    None => Plan::Keep,
                },
                _ => carried.map_or(Plan::Keep, Plan::Times),
            };
            self.is_changed |= !matches!(self.plan[id.index()], Plan::Keep | Plan::Refactor(_));
        }
    }

    /// A public product goes down, or stays with all that came to it.
    fn factor(&mut self, id: NodeId, factor: NodeId, operand: NodeId, carried: Option<Factor>) -> Plan {
        let own = self.public(factor);
        let all = carried.map_or(own, |carried| self.times(carried, own));
        let op = self.writer.draft.op(all.id);
        let (is_integer, is_scalar) = (read::is_integer(op), matches!(op, Op::Constant(Value::Scalar(_))));
        if all.magnitude.is_modest() && self.regions.sinks(id, is_integer, is_scalar) {
            self.give(id, operand, all);
            return Plan::Through(all);
        }
        Plan::Refactor(all)
    }

    /// A product of ciphertexts hands a factor on to one of them. Where both could have one, the factor of one goes to
    /// the other.
    fn product(&mut self, id: NodeId, a: NodeId, b: NodeId, mut carried: Option<Factor>) -> Plan {
        let is_free = |id: NodeId| self.regions.carry(id) == Carry::Free;
        let (is_free_a, is_free_b) = (is_free(a), is_free(b));
        let mut into = None;
        if is_free_a && is_free_b {
            let (shallow, deep) =
                if self.depth[a.index()] <= self.depth[b.index()] { (a, b) } else { (b, a) };
            for (from, to) in [(deep, shallow), (shallow, deep)] {
                let Some((place, factor)) = self.only_factor(from) else { continue };
                let all = carried.map_or(factor, |carried| self.times(carried, factor));
                if all.magnitude.is_modest() {
                    self.plan[place.index()] = Plan::Strip;
                    (carried, into) = (Some(all), Some(to));
                    break;
                }
            }
        }
        let Some(factor) = carried else { return Plan::Keep };
        let depth = |id: NodeId| self.depth[id.index()];
        let into = into.unwrap_or_else(|| {
            let key = |id: NodeId, is_free: bool| (!is_free, depth(id), self.regions.carry(id), id);
            if key(a, is_free_a) <= key(b, is_free_b) { a } else { b }
        });
        if self.regions.carry(into) != Carry::More {
            self.give(id, into, factor);
        }
        Plan::Into(into, factor)
    }

    /// The public product that a node is but for signs and rotations, and its factor as it would be above those.
    fn only_factor(&mut self, id: NodeId) -> Option<(NodeId, Factor)> {
        let mut turned = 0;
        let mut at = id;
        loop {
            match (self.regions.kind(at), self.regions.usage.circuit.op(at)) {
                (Kind::Factor(factor, _), _) => {
                    let factor = self.public(factor);
                    return Some((at, self.turn(factor, turned)));
                }
                (Kind::Linear, Op::Rotate(inner, steps)) => {
                    turned = (turned + steps) % self.slots();
                    at = *inner;
                }
                (Kind::Linear, Op::Neg(inner) | Op::Conjugate(inner)) => at = *inner,
                _ => return None,
            }
        }
    }

    /// The factor that does below an operation what this one does above it.
    fn before(&mut self, op: &Op, factor: Factor) -> Factor {
        match op {
            Op::Rotate(_, steps) => self.turn(factor, self.slots() - steps),
            _ => factor,
        }
    }

    /// A factor for an operand, where it takes it along.
    fn give(&mut self, user: NodeId, operand: NodeId, factor: Factor) {
        if self.regions.usage.is_encrypted(operand) && self.regions.follows(operand, user) {
            self.carried[operand.index()] = Some(factor);
        }
    }

    /// From the inputs up.
    fn write(&mut self) {
        let usage = &self.regions.usage;
        let encrypted: Vec<(NodeId, &Op)> = usage.nodes().filter(|(id, _)| usage.is_encrypted(*id)).collect();
        for (id, op) in encrypted {
            self.writer.enter(id);
            let moved = match (self.plan[id.index()], self.regions.kind(id)) {
                (Plan::Keep, _) => self.intern(self.writer.op(id)),
                (Plan::Times(factor), _) => {
                    let whole = self.intern(self.writer.op(id));
                    self.intern(Op::Mul(factor.id, whole))
                }
                (Plan::Strip, Kind::Factor(_, operand)) => self.writer.at(operand),
                (Plan::Refactor(factor), Kind::Factor(_, operand)) => self.multiply(factor, operand),
                (Plan::Through(factor), Kind::Factor(_, operand)) => self.carried(id, operand, factor),
                (Plan::Through(factor), _) => {
                    let operands: Vec<NodeId> =
                        op.operands().map(|operand| self.carried(id, operand, factor)).collect();
                    let place = |old: NodeId| {
                        let at = op.operands().position(|operand| operand == old);
                        operands[at.expect("an operand of its own")]
                    };
                    self.intern(op.map(place))
                }
                (Plan::Into(into, factor), Kind::Product(a, b)) => {
                    let other = if into == a { b } else { a };
                    let product = Op::Mul(self.carried(id, into, factor), self.writer.at(other));
                    self.intern(product)
                }
                _ => unreachable!("plans are made for kinds"),
            };
            self.writer.put(id, moved);
        }
    }

    /// An operand with the factor that its user brings.
    fn carried(&mut self, user: NodeId, operand: NodeId, factor: Factor) -> NodeId {
        if !self.regions.usage.is_encrypted(operand) {
            let operand = self.public(operand);
            return self.times(factor, operand).id;
        }
        if self.carried[operand.index()].is_some() && self.regions.follows(operand, user) {
            return self.writer.at(operand);
        }
        match (self.regions.kind(operand), self.plan[operand.index()]) {
            // A public product that others use as well is made once more, with both factors.
            (Kind::Factor(_, inner), Plan::Refactor(own)) if self.regions.is_split(operand) => {
                let all = self.times(factor, own);
                if all.magnitude.is_modest() {
                    return self.intern(Op::Mul(all.id, self.writer.at(inner)));
                }
            }
            _ => {}
        }
        self.intern(Op::Mul(factor.id, self.writer.at(operand)))
    }

    /// A public product; two integers in a row are one where that is small enough to cost no level.
    fn multiply(&mut self, factor: Factor, operand: NodeId) -> NodeId {
        if let (Kind::Factor(_, inner), Plan::Refactor(own)) =
            (self.regions.kind(operand), self.plan[operand.index()])
        {
            let all = self.times(factor, own);
            let is_integer = |factor: Factor| read::is_integer(self.writer.draft.op(factor.id));
            if [factor, own, all].into_iter().all(is_integer) {
                self.is_changed = true;
                return self.intern(Op::Mul(all.id, self.writer.at(inner)));
            }
        }
        self.intern(Op::Mul(factor.id, self.writer.at(operand)))
    }

    fn slots(&self) -> u32 {
        self.regions.usage.circuit.slots() as u32
    }

    /// A public value of the old circuit.
    fn public(&self, id: NodeId) -> Factor {
        Factor { id: self.writer.at(id), magnitude: self.regions.magnitudes[id.index()] }
    }

    fn times(&mut self, a: Factor, b: Factor) -> Factor {
        let magnitude = a.magnitude.times(b.magnitude);
        let draft = &mut self.writer.draft;
        let op = match (draft.op(a.id), draft.op(b.id)) {
            (Op::Constant(Value::Scalar(x)), Op::Constant(Value::Scalar(y))) if (x * y).is_finite() => {
                Op::Constant(Value::Scalar(x * y))
            }
            _ => Op::Mul(a.id, b.id),
        };
        Factor { id: draft.intern(op), magnitude }
    }

    fn turn(&mut self, factor: Factor, steps: u32) -> Factor {
        Factor { id: self.writer.turn(factor.id, steps), ..factor }
    }

    fn intern(&mut self, op: Op) -> NodeId {
        self.writer.draft.intern(op)
    }
}
