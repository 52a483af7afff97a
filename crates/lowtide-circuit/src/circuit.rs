//! A circuit: operations on slot vectors, in an order in which each stands behind what it uses.
//!
//! It says what is computed, on reals, and nothing of levels, scales, relinearization or rescaling. It cannot be changed;
//! passes make new ones.

use std::{collections::HashSet, fmt};

use crate::{Error, Value};

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Its place in [`Circuit::nodes`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// `%7`.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// Where a region stands; 0 is the whole circuit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub(crate) u32);

impl RegionId {
    /// Its place in [`Circuit::regions`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The input of this number.
    Input(u32),
    /// A public constant.
    Constant(Value),
    /// The sum.
    Add(NodeId, NodeId),
    /// The difference.
    Sub(NodeId, NodeId),
    /// The negative.
    Neg(NodeId),
    /// The product, slot by slot.
    Mul(NodeId, NodeId),
    /// The square, slot by slot.
    Square(NodeId),
    /// Slot `i` takes the value of slot `i + steps`, cyclically; steps from 1 to slots - 1.
    Rotate(NodeId, u32),
    /// The complex conjugate: on real slots, nothing changes.
    Conjugate(NodeId),
}

impl Op {
    /// What it uses, in order.
    pub fn operands(&self) -> impl Iterator<Item = NodeId> + use<> {
        let pair = match *self {
            Self::Input(_) | Self::Constant(_) => [None, None],
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) => [Some(a), Some(b)],
            Self::Neg(a) | Self::Square(a) | Self::Rotate(a, _) | Self::Conjugate(a) => [Some(a), None],
        };
        pair.into_iter().flatten()
    }

    /// The same operation on other operands.
    #[must_use]
    pub fn map(&self, f: impl Fn(NodeId) -> NodeId) -> Self {
        match self {
            Self::Input(_) | Self::Constant(_) => self.clone(),
            Self::Add(a, b) => Self::Add(f(*a), f(*b)),
            Self::Sub(a, b) => Self::Sub(f(*a), f(*b)),
            Self::Mul(a, b) => Self::Mul(f(*a), f(*b)),
            Self::Neg(a) => Self::Neg(f(*a)),
            Self::Square(a) => Self::Square(f(*a)),
            Self::Rotate(a, steps) => Self::Rotate(f(*a), *steps),
            Self::Conjugate(a) => Self::Conjugate(f(*a)),
        }
    }

    /// A word for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Input(_) => "input",
            Self::Constant(_) => "constant",
            Self::Add(..) => "add",
            Self::Sub(..) => "subtract",
            Self::Neg(_) => "negate",
            Self::Mul(..) => "multiply",
            Self::Square(_) => "square",
            Self::Rotate(..) => "rotate",
            Self::Conjugate(_) => "conjugate",
        }
    }
}

/// Whether a value is hidden from whoever computes the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Secrecy {
    /// Known in clear when the circuit runs.
    Public,
    /// A ciphertext.
    Encrypted,
}

/// A named input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name, unlike that of any other input.
    pub name: String,
    /// Whether it is encrypted.
    pub secrecy: Secrecy,
}

/// A part of the circuit that has a name in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// What it is part of.
    pub parent: RegionId,
}

/// An operation, and the region it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The operation.
    pub op: Op,
    /// The innermost region.
    pub region: RegionId,
}

/// Operations in order, and the names that lead in and out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    slots: usize,
    inputs: Vec<Input>,
    nodes: Vec<Node>,
    outputs: Vec<(String, NodeId)>,
    regions: Vec<Region>,
}

impl Circuit {
    /// The largest number of slots.
    pub const MAX_SLOTS: usize = 1 << 17;

    /// A circuit from its parts: the one door. Region 0 is the whole circuit and its own parent.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(
        slots: usize,
        inputs: Vec<Input>,
        nodes: Vec<Node>,
        outputs: Vec<(String, NodeId)>,
        regions: Vec<Region>,
    ) -> Result<Self, Error> {
        let circuit = Self { slots, inputs, nodes, outputs, regions };
        circuit.check()?;
        Ok(circuit)
    }

    /// The number of slots of every vector.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.slots
    }

    /// The inputs.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The operations.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The operations with their places.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> + ExactSizeIterator {
        self.nodes.iter().enumerate().map(|(i, node)| (NodeId(i as u32), node))
    }

    /// One operation.
    ///
    /// # Panics
    /// When it belongs to another, larger circuit.
    #[must_use]
    pub fn op(&self, id: NodeId) -> &Op {
        &self.nodes[id.index()].op
    }

    /// The outputs, by name.
    #[must_use]
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// The regions.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The full name of a region: `training/step 1/gradient`; empty for the whole circuit.
    #[must_use]
    pub fn region_name(&self, region: RegionId) -> String {
        let mut names = Vec::new();
        let mut at = region;
        while at.index() != 0 {
            names.push(self.regions[at.index()].name.as_str());
            at = self.regions[at.index()].parent;
        }
        names.reverse();
        names.join("/")
    }

    fn check(&self) -> Result<(), Error> {
        let Self { slots, inputs, nodes, outputs, regions } = self;
        if !slots.is_power_of_two() || *slots > Self::MAX_SLOTS {
            return Err(Error::Slots { slots: *slots, max: Self::MAX_SLOTS });
        }
        if outputs.is_empty() {
            return Err(Error::NoOutput);
        }
        check_names("input", inputs.iter().map(|input| &input.name))?;
        check_names("output", outputs.iter().map(|(name, _)| name))?;
        let exists = |what, index: usize, count| {
            if index < count { Ok(()) } else { Err(Error::Missing { what, index, count }) }
        };
        for (i, region) in regions.iter().enumerate() {
            // A region stands behind what it is part of, so that walking up ends.
            exists("region", region.parent.index(), i.max(1))?;
        }
        for (id, node) in self.iter() {
            exists("region", node.region.index(), regions.len())?;
            match &node.op {
                Op::Input(input) => exists("input", *input as usize, inputs.len())?,
                Op::Constant(value) => value.check(*slots)?,
                Op::Rotate(_, steps) => exists("slot", *steps as usize, *slots)?,
                _ => {}
            }
            if let Some(operand) = node.op.operands().find(|operand| *operand >= id) {
                return Err(Error::Order { node: id, operand });
            }
        }
        outputs.iter().try_for_each(|(_, id)| exists("node", id.index(), nodes.len()))
    }
}

fn check_names<'a>(what: &'static str, names: impl Iterator<Item = &'a String>) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for name in names {
        if !is_name(name) {
            return Err(Error::Name { name: name.clone() });
        }
        if !seen.insert(name) {
            return Err(Error::RepeatedName { what, name: name.clone() });
        }
    }
    Ok(())
}

/// A letter or `_`, then letters, digits and `_`, at most 64 in all.
fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.len() <= 64
        && name.chars().all(word)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}
