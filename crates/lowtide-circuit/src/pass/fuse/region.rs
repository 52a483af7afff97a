//! Where a public factor could go: what lies between a public product and the next ones below it.

use super::super::{
    magnitude::{Magnitude, magnitudes},
    usage::Usage,
};
use crate::{NodeId, Op, read};

/// What a factor meets on its way down.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The product of this public value, not too large or small, and this ciphertext.
    Factor(NodeId, NodeId),
    /// A sum, sign, rotation or conjugation: the factor goes through to all operands.
    Linear,
    /// A product of ciphertexts: the factor goes to one of them.
    Product(NodeId, NodeId),
    /// Anything else.
    Other,
}

/// What it costs to take a factor into a node that nothing else uses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Carry {
    /// Nothing: it meets other factors in clear.
    Free,
    /// As much as above the node, but fewer levels.
    Same,
    /// More.
    More,
}

/// What it costs to take a public product's factor down to where its region ends.
#[derive(Clone, Copy)]
struct Cost {
    /// Products that come to be at places that each stand once.
    shared: usize,
    /// And at places that stand for themselves on each path, as when the factor is turned on the way.
    paths: usize,
    /// Whether it meets anything down there.
    gains: bool,
    /// Whether one path leads to each node.
    is_tree: bool,
}

/// The region of a public product `d X` are the linear operations below it that nothing else uses, however often they use
/// each other, and what they end in.
pub(super) struct Regions<'a> {
    pub(super) usage: Usage<'a>,
    pub(super) magnitudes: Vec<Magnitude>,
    kind: Vec<Kind>,
    /// By node: the public product whose region it is in.
    owner: Vec<Option<NodeId>>,
    /// By linear node of a region: whether anything below it takes a factor in.
    is_gainful: Vec<bool>,
    carry: Vec<Carry>,
    /// By public product.
    cost: Vec<Cost>,
}

impl<'a> Regions<'a> {
    pub(super) fn new(usage: Usage<'a>) -> Self {
        let count = usage.circuit.nodes().len();
        let mut regions = Self {
            magnitudes: magnitudes(usage.circuit),
            kind: vec![Kind::Other; count],
            owner: vec![None; count],
            is_gainful: vec![false; count],
            carry: vec![Carry::More; count],
            cost: Vec::new(),
            usage,
        };
        for (id, op) in regions.usage.nodes() {
            regions.kind[id.index()] = regions.classify(id, op);
        }
        regions.find_owners();
        regions.look_below();
        regions.cost = regions.costs();
        regions
    }

    pub(super) fn kind(&self, id: NodeId) -> Kind {
        self.kind[id.index()]
    }

    pub(super) fn carry(&self, id: NodeId) -> Carry {
        self.carry[id.index()]
    }

    pub(super) fn is_integer(&self, id: NodeId) -> bool {
        read::is_integer(self.usage.circuit.op(id))
    }

    /// Whether a public product's factor goes down: not where it would become several, not as an integer where it would
    /// become one more, and not as a vector where two paths would turn it differently.
    pub(super) fn sinks(&self, id: NodeId, is_integer: bool, is_scalar: bool) -> bool {
        let Cost { shared, paths, gains, is_tree } = self.cost[id.index()];
        let cost = if is_scalar { shared } else { paths };
        gains && cost <= usize::from(!is_integer) && (is_tree || is_scalar)
    }

    /// Whether all uses of an operand bring it the same factor when they bring it one.
    pub(super) fn follows(&self, operand: NodeId, user: NodeId) -> bool {
        let region = match self.kind(user) {
            Kind::Factor(..) => Some(user),
            Kind::Linear => self.owner[user.index()],
            Kind::Product(..) | Kind::Other => None,
        };
        let same = region.is_some() && self.owner[operand.index()] == region;
        same || region.is_none() && self.usage.uses(operand) == 1
    }

    /// Whether a linear node hands a factor on to its operands.
    pub(super) fn goes_through(&self, id: NodeId) -> bool {
        let i = id.index();
        let below = if self.owner[i].is_some() { self.is_gainful[i] } else { self.carry[i] != Carry::More };
        matches!(self.kind[i], Kind::Linear) && below
    }

    /// A public product whose factor is none of the integers, which cost no level.
    pub(super) fn is_split(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Factor(factor, _) if !self.is_integer(factor))
    }

    fn classify(&self, id: NodeId, op: &Op) -> Kind {
        if !self.usage.is_encrypted(id) {
            return Kind::Other;
        }
        match *op {
            Op::Mul(a, b) => match (self.usage.is_encrypted(a), self.usage.is_encrypted(b)) {
                (true, true) => Kind::Product(a, b),
                (false, _) if self.magnitudes[a.index()].is_modest() => Kind::Factor(a, b),
                (_, false) if self.magnitudes[b.index()].is_modest() => Kind::Factor(b, a),
                _ => Kind::Other,
            },
            Op::Add(..) | Op::Sub(..) | Op::Neg(_) | Op::Rotate(..) | Op::Conjugate(_) => Kind::Linear,
            Op::Input(_) | Op::Constant(_) | Op::Square(_) => Kind::Other,
        }
    }

    fn find_owners(&mut self) {
        /// Who leads to a node.
        #[derive(Clone, Copy, PartialEq)]
        enum From {
            Nobody,
            One(NodeId),
            Several,
        }
        let mut from = vec![From::Nobody; self.kind.len()];
        let outputs = self.usage.circuit.outputs();
        outputs.iter().for_each(|(_, id)| from[id.index()] = From::Several);
        for (id, op) in self.usage.nodes().rev() {
            if let From::One(owner) = from[id.index()] {
                self.owner[id.index()] = Some(owner);
            }
            let here = match (self.kind(id), from[id.index()]) {
                (Kind::Factor(..), _) => From::One(id),
                (Kind::Linear, From::One(owner)) => From::One(owner),
                _ => From::Several,
            };
            for operand in op.operands() {
                let from = &mut from[operand.index()];
                *from = if *from == From::Nobody || *from == here { here } else { From::Several };
            }
        }
    }

    fn look_below(&mut self) {
        for (id, op) in self.usage.nodes() {
            let i = id.index();
            self.is_gainful[i] = match self.kind[i] {
                Kind::Factor(..) | Kind::Product(..) => true,
                Kind::Linear => op.operands().any(|operand| {
                    let inside = self.owner[operand.index()] == self.owner[i];
                    if inside { self.is_gainful[operand.index()] } else { self.is_split(operand) }
                }),
                Kind::Other => false,
            };
            self.carry[i] = match self.kind[i] {
                _ if self.usage.uses(id) > 1 => {
                    if self.is_split(id) {
                        Carry::Same
                    } else {
                        Carry::More
                    }
                }
                Kind::Factor(..) => {
                    if self.is_split(id) {
                        Carry::Free
                    } else {
                        Carry::Same
                    }
                }
                Kind::Product(a, b) => self.carry(a).min(self.carry(b)).min(Carry::Same),
                Kind::Linear => self.carry_all(op),
                Kind::Other => Carry::More,
            };
        }
    }

    /// Into all operands of a linear node; there, one that takes no factor in may get a product of its own.
    fn carry_all(&self, op: &Op) -> Carry {
        let all: Vec<Carry> = op
            .operands()
            .map(|operand| if self.usage.is_encrypted(operand) { self.carry(operand) } else { Carry::Free })
            .collect();
        match *all {
            [one] => one,
            [Carry::Free, Carry::Free] => Carry::Free,
            [Carry::Free, _] | [_, Carry::Free] => Carry::Same,
            _ => Carry::More,
        }
    }

    fn costs(&self) -> Vec<Cost> {
        let none = Cost { shared: 0, paths: 0, gains: false, is_tree: true };
        let mut costs = vec![none; self.kind.len()];
        let mut is_reached = vec![false; self.kind.len()];
        let mut outside: Vec<(NodeId, NodeId)> = Vec::new();
        for (id, op) in self.usage.nodes().rev() {
            let owner = self.owner[id.index()].filter(|_| is_reached[id.index()]);
            let is_used_once = self.usage.uses(id) == 1;
            let mut end = |cost: usize, gains: bool| {
                if let Some(owner) = owner {
                    let total = &mut costs[owner.index()];
                    total.shared += cost;
                    total.paths += cost;
                    total.gains |= gains;
                    total.is_tree &= is_used_once;
                }
            };
            let mut reach = |region: NodeId, operand: NodeId| {
                if !self.usage.is_encrypted(operand) {
                    return;
                }
                if self.owner[operand.index()] == Some(region) {
                    is_reached[operand.index()] = true;
                } else {
                    outside.push((region, operand));
                }
            };
            match self.kind(id) {
                Kind::Factor(factor, operand) => {
                    // An integer becomes a factor that is none.
                    end(usize::from(self.is_integer(factor)), true);
                    reach(id, operand);
                }
                Kind::Linear if self.is_gainful[id.index()] => {
                    if let Some(owner) = owner {
                        op.operands().for_each(|operand| reach(owner, operand));
                    }
                    end(0, false);
                }
                Kind::Product(a, b) => {
                    let is_free = [a, b].iter().any(|operand| self.carry(*operand) == Carry::Free);
                    end(usize::from(!is_free), true);
                }
                Kind::Linear | Kind::Other => end(1, false),
            }
        }
        outside.sort_unstable();
        for (i, (region, end)) in outside.iter().enumerate() {
            let cost = &mut costs[region.index()];
            cost.paths += 1;
            cost.shared += usize::from(i == 0 || outside[i - 1] != outside[i]);
            cost.gains |= self.is_split(*end);
        }
        costs
    }
}
