//! Writing: which values get names, and which stand where they are used.
//!
//! A value has a name when it is used more than once, or in another region, or not at all, or when the line would be too
//! long without. What is decided here depends on the circuit's shape and on the order of what has a name, both of which
//! survive reading: so a text that is read and printed again is the same text.

use std::collections::{HashMap, HashSet};

use super::{
    number,
    phrase::{Binding, Phrase},
};
use crate::{Circuit, NodeId, Op, RegionId, Value};

/// Expressions are no wider than this, less what regions move them in.
const WIDTH: usize = 84;
/// Vectors wider than this have names; so have vectors a third as wide that are used twice.
const VECTOR: usize = 60;
/// What a name that is not known yet is counted as.
const NAME: usize = 4;

/// What is known of every node, those before the one that is planned.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    circuit: &'a Circuit,
    named: Vec<bool>,
    /// Names that come from outputs.
    labels: HashMap<NodeId, &'a str>,
    /// Of the expression, where it has no name.
    bindings: Vec<Binding>,
    widths: Vec<usize>,
    powers: Vec<Option<(NodeId, u32)>>,
    phrases: Vec<Option<Phrase>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(circuit: &'a Circuit) -> Self {
        let count = circuit.nodes().len();
        let mut plan = Self {
            circuit,
            named: Vec::with_capacity(count),
            labels: labels(circuit),
            bindings: Vec::with_capacity(count),
            widths: Vec::with_capacity(count),
            powers: Vec::with_capacity(count),
            phrases: Vec::with_capacity(count),
        };
        let uses = Uses::new(circuit);
        let depths = region_depths(circuit);
        for (id, node) in circuit.iter() {
            plan.push(&node.op, WIDTH.saturating_sub(4 * depths[node.region.index()]).max(WIDTH / 2));
            let named = match &node.op {
                Op::Input(_) => false,
                Op::Constant(value) => plan.is_apart(value, uses.count[id.index()]),
                _ => uses.count[id.index()] != 1 || uses.elsewhere[id.index()],
            };
            plan.named.push(named);
        }
        plan
    }

    /// Whether a statement binds a name to it.
    pub(super) fn is_named(&self, id: NodeId) -> bool {
        self.named[id.index()]
    }

    /// The name that comes from an output.
    pub(super) fn label(&self, id: NodeId) -> Option<&'a str> {
        self.labels.get(&id).copied()
    }

    /// How an operation is written; none for inputs and constants.
    pub(super) fn phrase(&self, id: NodeId) -> Option<Phrase> {
        self.phrases[id.index()]
    }

    /// Whether it is a number, written where it is used.
    pub(super) fn is_number(&self, id: NodeId) -> bool {
        matches!(self.circuit.op(id), Op::Constant(Value::Scalar(_))) && !self.is_named(id)
    }

    /// How tightly it holds together where it is used.
    pub(super) fn binding(&self, id: NodeId) -> Binding {
        if self.is_name(id) { Binding::Atom } else { self.bindings[id.index()] }
    }

    /// Its width where it is used.
    pub(super) fn width(&self, id: NodeId) -> usize {
        match self.circuit.op(id) {
            Op::Input(input) => self.circuit.inputs()[*input as usize].name.len(),
            _ if self.is_named(id) => self.label(id).map_or(NAME, str::len),
            _ => self.widths[id.index()],
        }
    }

    /// The base and exponent of a product, when it is a power of a name.
    pub(super) fn power(&self, a: NodeId, b: NodeId) -> Option<(NodeId, u32)> {
        if a == b {
            return self.is_name(a).then_some((a, 2));
        }
        [(a, b), (b, a)].into_iter().find_map(|(power, base)| match self.powers[power.index()] {
            Some((of, exponent)) if of == base && !self.is_named(power) => Some((base, exponent + 1)),
            _ => None,
        })
    }

    /// The operands of a sum or product in the order in which they are written: first what needs no parentheses there
    /// and would behind, then names, inputs, other expressions and constants.
    pub(super) fn in_order(&self, a: NodeId, b: NodeId, binding: Binding) -> (NodeId, NodeId) {
        let class = |id| match self.circuit.op(id) {
            Op::Input(input) => (2, *input as usize),
            Op::Constant(_) if self.is_named(id) => (4, id.index()),
            Op::Constant(_) => (5, 0),
            _ if self.is_named(id) => (1, id.index()),
            _ if self.binding(id) == binding => (0, id.index()),
            _ => (3, id.index()),
        };
        let swap = match (class(a), class(b), self.circuit.op(a), self.circuit.op(b)) {
            ((5, _), (5, _), Op::Constant(x), Op::Constant(y)) => number::constant(y) < number::constant(x),
            (x, y, ..) => y < x,
        };
        if swap { (b, a) } else { (a, b) }
    }

    /// Plans the next node. Operands that make it too wide get names, the widest first.
    fn push(&mut self, op: &Op, limit: usize) {
        let mut phrase = Phrase::new(self, op);
        while let Some(wide) = phrase.filter(|phrase| phrase.width(self) > limit) {
            // The first of the widest: `max_by_key` would give the last.
            let inline =
                wide.operands().filter(|id| !self.is_name(*id) && self.phrases[id.index()].is_some());
            let widest =
                inline.reduce(|first, id| if self.width(id) > self.width(first) { id } else { first });
            let Some(widest) = widest else { break };
            self.named[widest.index()] = true;
            phrase = Phrase::new(self, op);
        }
        let (binding, width) = match (&phrase, op) {
            (Some(phrase), _) => (phrase.binding(), phrase.width(self)),
            (None, Op::Constant(value)) => {
                let negative = value.scalar().is_some_and(|x| x < 0.0) && matches!(value, Value::Scalar(_));
                (if negative { Binding::Sign } else { Binding::Atom }, number::width(value, VECTOR))
            }
            (None, _) => (Binding::Atom, 0),
        };
        self.bindings.push(binding);
        self.widths.push(width);
        self.powers.push(match phrase {
            Some(Phrase::Power(base, exponent)) => Some((base, exponent)),
            _ => None,
        });
        self.phrases.push(phrase);
    }

    /// Whether a constant has a statement of its own.
    fn is_apart(&self, value: &Value, uses: usize) -> bool {
        let width = self.widths.last().copied().unwrap_or(0);
        let wide = width > VECTOR || (uses > 1 && width > VECTOR / 3);
        uses == 0 || (matches!(value, Value::Vector(_)) && wide)
    }

    /// Whether it is written as a name.
    fn is_name(&self, id: NodeId) -> bool {
        self.is_named(id) || matches!(self.circuit.op(id), Op::Input(_))
    }
}

/// The nodes that may be called as an output is: the first output of each, unless an input has the name.
fn labels(circuit: &Circuit) -> HashMap<NodeId, &str> {
    let inputs: HashSet<_> = circuit.inputs().iter().map(|input| input.name.as_str()).collect();
    let mut labels = HashMap::new();
    for (name, id) in circuit.outputs().iter().filter(|(name, _)| !inputs.contains(name.as_str())) {
        labels.entry(*id).or_insert(name.as_str());
    }
    labels
}

/// By region.
fn region_depths(circuit: &Circuit) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::with_capacity(circuit.regions().len());
    for (i, region) in circuit.regions().iter().enumerate() {
        depths.push(if i == 0 { 0 } else { depths[region.parent.index()] + 1 });
    }
    depths
}

/// How nodes are used.
struct Uses {
    /// How often, by operations and outputs.
    count: Vec<usize>,
    /// Whether anything of another region uses it.
    elsewhere: Vec<bool>,
}

impl Uses {
    fn new(circuit: &Circuit) -> Self {
        let (mut count, mut elsewhere) = (vec![0; circuit.nodes().len()], vec![false; circuit.nodes().len()]);
        let mut mark = |id: NodeId, region: RegionId| {
            count[id.index()] += 1;
            elsewhere[id.index()] |= circuit.nodes()[id.index()].region != region;
        };
        for node in circuit.nodes() {
            node.op.operands().for_each(|id| mark(id, node.region));
        }
        circuit.outputs().iter().for_each(|(_, id)| mark(*id, RegionId(0)));
        Self { count, elsewhere }
    }
}
