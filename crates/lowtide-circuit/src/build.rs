//! Writing circuits with plain operators.

use std::{
    cell::RefCell,
    collections::HashMap,
    ops::{Add, Mul, Neg, Sub},
    rc::Rc,
};

use crate::{Circuit, Error, Input, NodeId, Op, Region, RegionId, Secrecy, Value, circuit::Node};

/// Where a circuit is written. Wires of one builder meet in operators; `finish` gives the circuit.
#[derive(Clone, Debug)]
pub struct Builder(Rc<RefCell<Draft>>);

/// A value in a circuit that is being written. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wire {
    draft: Rc<RefCell<Draft>>,
    id: NodeId,
}

impl Builder {
    /// A circuit on vectors of `slots` numbers.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self(Rc::new(RefCell::new(Draft::new(slots))))
    }

    /// The number of slots of every vector.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.0.borrow().slots
    }

    /// An encrypted input.
    #[must_use]
    pub fn input(&self, name: impl Into<String>) -> Wire {
        self.named(name.into(), Secrecy::Encrypted)
    }

    /// An input that is known in clear when the circuit runs.
    #[must_use]
    pub fn public(&self, name: impl Into<String>) -> Wire {
        self.named(name.into(), Secrecy::Public)
    }

    /// One number in every slot.
    #[must_use]
    pub fn constant(&self, value: f64) -> Wire {
        self.wire(Op::Constant(Value::Scalar(value)))
    }

    /// A constant vector: as many numbers as there are slots.
    #[must_use]
    pub fn vector(&self, values: impl Into<Vec<f64>>) -> Wire {
        self.wire(Op::Constant(Value::Vector(values.into().into())))
    }

    /// Writes what `body` writes into a region with a name; regions nest.
    pub fn region<T>(&self, name: impl Into<String>, body: impl FnOnce() -> T) -> T {
        let outer = self.0.borrow().region;
        let inner = self.0.borrow_mut().enter(name.into(), outer);
        self.0.borrow_mut().region = inner;
        let result = body();
        self.0.borrow_mut().region = outer;
        result
    }

    /// Names an output.
    pub fn output(&self, name: impl Into<String>, wire: &Wire) {
        assert!(Rc::ptr_eq(&self.0, &wire.draft), "a wire of another builder");
        self.0.borrow_mut().outputs.push((name.into(), wire.id));
    }

    /// The circuit.
    ///
    /// # Errors
    /// When there is no output, or a name, a constant or the number of slots is not as it should be.
    pub fn finish(&self) -> Result<Circuit, Error> {
        self.0.borrow().clone().finish()
    }

    fn named(&self, name: String, secrecy: Secrecy) -> Wire {
        let input = self.0.borrow_mut().input(Input { name, secrecy });
        self.wire(Op::Input(input))
    }

    fn wire(&self, op: Op) -> Wire {
        Wire { id: self.0.borrow_mut().intern(op), draft: Rc::clone(&self.0) }
    }
}

impl Wire {
    /// Turned `steps` places to the left: slot `i` takes the value of slot `i + steps`.
    #[must_use]
    pub fn rotate(&self, steps: i64) -> Self {
        let slots = self.draft.borrow().slots as i64;
        match steps.checked_rem_euclid(slots) {
            Some(0) | None => self.clone(),
            Some(steps) => self.wire(Op::Rotate(self.id, steps as u32)),
        }
    }

    /// The square.
    #[must_use]
    pub fn square(&self) -> Self {
        self.wire(Op::Square(self.id))
    }

    /// The complex conjugate.
    #[must_use]
    pub fn conjugate(&self) -> Self {
        self.wire(Op::Conjugate(self.id))
    }

    fn wire(&self, op: Op) -> Self {
        Self { id: self.draft.borrow_mut().intern(op), draft: Rc::clone(&self.draft) }
    }

    fn join(&self, other: &Self, op: fn(NodeId, NodeId) -> Op) -> Self {
        assert!(Rc::ptr_eq(&self.draft, &other.draft), "wires of two builders");
        self.wire(op(self.id, other.id))
    }

    fn constant(&self, value: f64) -> Self {
        self.wire(Op::Constant(Value::Scalar(value)))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait<&Wire> for &Wire {
            type Output = Wire;
            fn $method(self, other: &Wire) -> Wire {
                self.join(other, Op::$trait)
            }
        }
        impl $trait<Wire> for &Wire {
            type Output = Wire;
            fn $method(self, other: Wire) -> Wire {
                self.join(&other, Op::$trait)
            }
        }
        impl $trait<&Wire> for Wire {
            type Output = Wire;
            fn $method(self, other: &Wire) -> Wire {
                self.join(other, Op::$trait)
            }
        }
        impl $trait<Wire> for Wire {
            type Output = Wire;
            fn $method(self, other: Wire) -> Wire {
                self.join(&other, Op::$trait)
            }
        }
        impl $trait<f64> for &Wire {
            type Output = Wire;
            fn $method(self, other: f64) -> Wire {
                self.join(&self.constant(other), Op::$trait)
            }
        }
        impl $trait<f64> for Wire {
            type Output = Wire;
            fn $method(self, other: f64) -> Wire {
                self.join(&self.constant(other), Op::$trait)
            }
        }
        impl $trait<&Wire> for f64 {
            type Output = Wire;
            fn $method(self, other: &Wire) -> Wire {
                other.constant(self).join(other, Op::$trait)
            }
        }
        impl $trait<Wire> for f64 {
            type Output = Wire;
            fn $method(self, other: Wire) -> Wire {
                other.constant(self).join(&other, Op::$trait)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);

impl Neg for &Wire {
    type Output = Wire;
    fn neg(self) -> Wire {
        self.wire(Op::Neg(self.id))
    }
}

impl Neg for Wire {
    type Output = Self;
    fn neg(self) -> Self {
        -&self
    }
}

/// A circuit that is being written, by an author or by a pass: the same operation twice is one node.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    slots: usize,
    inputs: Vec<Input>,
    nodes: Vec<Node>,
    outputs: Vec<(String, NodeId)>,
    regions: Vec<Region>,
    /// Where new nodes go.
    pub(crate) region: RegionId,
    known: HashMap<Op, NodeId>,
}

impl Draft {
    fn new(slots: usize) -> Self {
        let whole = Region { name: String::new(), parent: RegionId(0) };
        Self {
            slots,
            inputs: Vec::new(),
            nodes: Vec::new(),
            outputs: Vec::new(),
            regions: vec![whole],
            region: RegionId(0),
            known: HashMap::new(),
        }
    }

    /// A draft with the inputs and regions of a circuit, and no nodes.
    pub(crate) fn like(circuit: &Circuit) -> Self {
        Self {
            inputs: circuit.inputs().to_vec(),
            regions: circuit.regions().to_vec(),
            ..Self::new(circuit.slots())
        }
    }

    /// The node of an operation, made when there is none yet. Operands of sums and products are put in order.
    pub(crate) fn intern(&mut self, op: Op) -> NodeId {
        let op = match op {
            Op::Add(a, b) if b < a => Op::Add(b, a),
            Op::Mul(a, b) if b < a => Op::Mul(b, a),
            op => op,
        };
        if let Some(id) = self.known.get(&op) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { op: op.clone(), region: self.region });
        self.known.insert(op, id);
        id
    }

    pub(crate) fn op(&self, id: NodeId) -> &Op {
        &self.nodes[id.index()].op
    }

    /// The number of an input, which may have been named before.
    fn input(&mut self, input: Input) -> u32 {
        let known = self.inputs.iter().position(|other| *other == input);
        known.unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        }) as u32
    }

    fn enter(&mut self, name: String, parent: RegionId) -> RegionId {
        self.regions.push(Region { name, parent });
        RegionId(self.regions.len() as u32 - 1)
    }

    pub(crate) fn output(&mut self, name: String, id: NodeId) {
        self.outputs.push((name, id));
    }

    pub(crate) fn finish(self) -> Result<Circuit, Error> {
        Circuit::new(self.slots, self.inputs, self.nodes, self.outputs, self.regions)
    }
}
