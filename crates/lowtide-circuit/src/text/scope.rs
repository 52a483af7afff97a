//! What a text has said so far: names, operations and regions, all within limits.

use std::collections::{BTreeMap, HashMap};

use super::{Fault, Limits, edit, lex::cut};
use crate::{Circuit, Error, Input, NodeId, Op, Region, RegionId, Secrecy, Value, circuit::Node};

/// The circuit so far.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) slots: usize,
    limits: Limits,
    inputs: Vec<Input>,
    nodes: Vec<Node>,
    known: HashMap<Op, NodeId>,
    outputs: Vec<(String, NodeId)>,
    regions: Vec<Region>,
    /// The regions of one name in one place.
    siblings: HashMap<(RegionId, String), Vec<RegionId>>,
    /// The regions that are open, outermost first, and the byte at which each was opened.
    path: Vec<(RegionId, usize)>,
    /// Each name's value, and the byte at which it was bound.
    names: BTreeMap<&'a str, (NodeId, usize)>,
    output_names: BTreeMap<&'a str, usize>,
    /// Operations, constants and names written.
    written: usize,
    /// Numbers in vectors.
    numbers: usize,
}

impl<'a> Scope<'a> {
    pub(super) fn new(slots: usize, limits: Limits) -> Self {
        Self {
            slots,
            limits,
            inputs: Vec::new(),
            nodes: Vec::new(),
            known: HashMap::new(),
            outputs: Vec::new(),
            regions: vec![Region { name: String::new(), parent: RegionId(0) }],
            siblings: HashMap::new(),
            path: Vec::new(),
            names: BTreeMap::new(),
            output_names: BTreeMap::new(),
            written: 0,
            numbers: 0,
        }
    }

    /// The node of an operation, made when there is none yet.
    pub(super) fn intern(&mut self, op: Op) -> Result<NodeId, Fault> {
        self.count()?;
        let op = match op {
            Op::Add(a, b) if b < a => Op::Add(b, a),
            Op::Mul(a, b) if b < a => Op::Mul(b, a),
            op => op,
        };
        if let Some(id) = self.known.get(&op) {
            return Ok(*id);
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { op: op.clone(), region: self.region() });
        self.known.insert(op, id);
        Ok(id)
    }

    /// A number in every slot.
    pub(super) fn scalar(&mut self, x: f64) -> Result<NodeId, Fault> {
        self.intern(Op::Constant(Value::Scalar(x)))
    }

    /// A vector of as many numbers as there are slots.
    pub(super) fn vector(&mut self, values: Vec<f64>) -> Result<NodeId, Fault> {
        if values.len() != self.slots {
            return Err(Fault::Length { found: values.len(), expected: self.slots });
        }
        self.intern(Op::Constant(Value::Vector(values.into())))
    }

    /// Puts one number `count` times behind the others of a vector.
    pub(super) fn extend(&mut self, values: &mut Vec<f64>, x: f64, count: usize) -> Result<(), Fault> {
        let found = values.len().saturating_add(count);
        if found > self.slots {
            return Err(Fault::Length { found, expected: self.slots });
        }
        self.numbers += count;
        if self.numbers > self.limits.numbers {
            return Err(Fault::Limit { what: "numbers in vectors", limit: self.limits.numbers });
        }
        values.resize(found, x);
        Ok(())
    }

    pub(super) fn input(&mut self, name: &'a str, secrecy: Secrecy) -> Result<NodeId, Fault> {
        let id = self.intern(Op::Input(self.inputs.len() as u32))?;
        self.nodes[id.index()].region = RegionId(0);
        self.inputs.push(Input { name: name.to_owned(), secrecy });
        Ok(id)
    }

    /// Refuses a name that is bound; `line` tells the line of a byte.
    pub(super) fn check_new(&self, name: &str, line: impl Fn(usize) -> usize) -> Result<(), Fault> {
        self.names.get(name).map_or(Ok(()), |(_, at)| {
            Err(Fault::Repeated { what: "the value", name: cut(name), line: line(*at) })
        })
    }

    /// Binds a name that is new.
    pub(super) fn bind(&mut self, name: &'a str, id: NodeId, at: usize) -> Result<(), Fault> {
        self.count()?;
        self.names.insert(name, (id, at));
        Ok(())
    }

    /// What a name stands for.
    pub(super) fn value(&self, name: &str) -> Result<NodeId, Fault> {
        self.names.get(name).map(|(id, _)| *id).ok_or_else(|| Fault::Unknown {
            what: "value",
            name: cut(name),
            nearest: edit::nearest(name, self.names.keys().copied()),
        })
    }

    /// Refuses the name of an output that there is.
    pub(super) fn check_output(&self, name: &str, line: impl Fn(usize) -> usize) -> Result<(), Fault> {
        self.output_names.get(name).map_or(Ok(()), |at| {
            Err(Fault::Repeated { what: "the output", name: cut(name), line: line(*at) })
        })
    }

    pub(super) fn output(&mut self, name: &'a str, id: NodeId, at: usize) -> Result<(), Fault> {
        self.count()?;
        self.output_names.insert(name, at);
        self.outputs.push((name.to_owned(), id));
        Ok(())
    }

    /// Opens a new region inside the open one.
    pub(super) fn open(&mut self, name: String, at: usize) -> Result<(), Fault> {
        if self.regions.len() > self.limits.regions {
            return Err(Fault::Limit { what: "regions", limit: self.limits.regions });
        }
        let (parent, id) = (self.region(), RegionId(self.regions.len() as u32));
        self.siblings.entry((parent, name.clone())).or_default().push(id);
        self.regions.push(Region { name, parent });
        self.push(id, at)
    }

    /// Goes on with a region of the open one: the last of this name, or that of a number from 1.
    pub(super) fn reopen(&mut self, name: String, number: Option<usize>, at: usize) -> Result<(), Fault> {
        let key = (self.region(), name);
        let named = self.siblings.get(&key).map_or(&[][..], Vec::as_slice);
        let found = number.map_or(named.last(), |number| named.get(number.wrapping_sub(1)));
        match found.copied() {
            Some(id) => self.push(id, at),
            None => {
                let here = self.siblings.keys().filter(|(parent, _)| *parent == key.0);
                let names: BTreeMap<_, _> = here.map(|(_, name)| (name.as_str(), ())).collect();
                let nearest = edit::nearest(&key.1, names.into_keys().filter(|name| *name != key.1));
                Err(Fault::Unknown { what: "such region here", name: cut(&key.1), nearest })
            }
        }
    }

    /// Closes the innermost region, or says that there is none.
    pub(super) fn close(&mut self) -> bool {
        self.path.pop().is_some()
    }

    /// The innermost open region's name, and the byte at which it was opened.
    pub(super) fn innermost(&self) -> Option<(&str, usize)> {
        self.path.last().map(|(id, at)| (self.regions[id.index()].name.as_str(), *at))
    }

    pub(super) fn finish(self) -> Result<Circuit, Error> {
        Circuit::new(self.slots, self.inputs, self.nodes, self.outputs, self.regions)
    }

    fn region(&self) -> RegionId {
        self.path.last().map_or(RegionId(0), |(id, _)| *id)
    }

    fn push(&mut self, id: RegionId, at: usize) -> Result<(), Fault> {
        if self.path.len() >= self.limits.nesting {
            return Err(Fault::Limit { what: "regions within regions", limit: self.limits.nesting });
        }
        self.path.push((id, at));
        Ok(())
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.written += 1;
        if self.written > self.limits.operations {
            return Err(Fault::Limit {
                what: "operations, constants and names",
                limit: self.limits.operations,
            });
        }
        Ok(())
    }
}
