//! Nodes to instructions.
//!
//! A product stays raw (not relinearized, not rescaled) as long as only one sum uses it; sums of raw values are raw, and
//! whoever needs a ciphertext brings the whole sum back at once.

use std::collections::HashMap;

use lowtide_ckks::{Level, Parameters, Scale};

use super::{
    Lowering as Choices, align,
    levels::Levels,
    order,
    turns::{Turned, Turns},
};
use crate::{
    Circuit, NodeId, Op, Program,
    program::{Instruction, Kind, ProgramInput, PublicOp, Register, Step},
    read,
};

pub(super) fn lower(
    circuit: &Circuit,
    mut levels: Levels,
    params: Parameters,
    explanation: String,
    choices: &Choices,
) -> Program {
    let canonical = canonical(&params);
    let scales = align::align(circuit, &mut levels, &canonical, choices.aligned_constants);
    let uses = read::uses(circuit);
    let turns = if choices.double_hoisting {
        Turns::find(circuit, &levels, &scales, &uses)
    } else {
        Turns::none(uses.len())
    };
    let mut lowering = Lowering {
        circuit,
        levels: &levels,
        canonical: &canonical,
        scales: &scales,
        primes: params.literal().q.iter().map(|prime| Scale::prime(*prime)).collect(),
        choices,
        uses,
        turns,
        steps: Vec::new(),
        values: Vec::with_capacity(circuit.nodes().len()),
        finished: HashMap::new(),
        encoded: HashMap::new(),
        node: NodeId(0),
    };
    for (id, node) in circuit.iter() {
        lowering.node = id;
        let value = lowering.node(id, &node.op);
        lowering.values.push(value);
    }
    let outputs = lowering.outputs();
    let order::Ordered { steps, outputs, tasks } = order::order(lowering.steps, outputs, choices);
    let input = |(number, input): (usize, &crate::Input)| {
        let own = |step: &&Step| step.instruction == Instruction::Input(number as u32);
        let (level, scale) =
            steps.iter().find(own).map_or((0, canonical[0].clone()), |step| (step.level, step.scale.clone()));
        ProgramInput { name: input.name.clone(), secrecy: input.secrecy, level, scale }
    };
    let inputs = circuit.inputs().iter().enumerate().map(input).collect();
    Program {
        params,
        circuit: circuit.clone(),
        inputs,
        steps,
        tasks,
        outputs,
        scales: canonical,
        explanation,
    }
}

/// The scale of each level: `S_top = 2^s`, `S_(l-1) = S_l^2 / q_l`.
fn canonical(params: &Parameters) -> Vec<Scale> {
    let mut scales = vec![params.default_scale().clone()];
    for level in (1..=params.max_level()).rev() {
        let scale = &scales[scales.len() - 1];
        scales.push(&(scale * scale) / &Scale::prime(params.literal().q[level]));
    }
    scales.reverse();
    scales
}

/// Where the value of a node is.
#[derive(Clone, Copy)]
enum Place {
    /// A public vector.
    Public(Register),
    /// A ciphertext at the level and scale of its node.
    Ciphertext(Register),
    /// One level higher, its scale times that level's prime: a product, or a ciphertext that is still to be rescaled.
    Raw(Register),
    /// Nowhere: it is a part of a sum of rotations, and nothing else.
    Inside,
}

struct Lowering<'a> {
    circuit: &'a Circuit,
    levels: &'a Levels,
    /// Scales by level.
    canonical: &'a [Scale],
    /// Scales by node.
    scales: &'a [Scale],
    primes: Vec<Scale>,
    choices: &'a Choices,
    uses: Vec<usize>,
    /// Sums of rotations.
    turns: Turns,
    steps: Vec<Step>,
    values: Vec<Place>,
    /// Ciphertexts of nodes, by node, level and scale.
    finished: HashMap<(NodeId, Level, Scale), Register>,
    /// Public vectors as plaintexts.
    encoded: HashMap<(Register, Level, Scale), Register>,
    /// The node that is being lowered.
    node: NodeId,
}

impl Lowering<'_> {
    fn node(&mut self, id: NodeId, op: &Op) -> Place {
        if !self.levels.is_encrypted(id) {
            return Place::Public(self.public(op));
        }
        if self.turns.is_part(id) {
            return Place::Inside;
        }
        let (level, scale) = (self.levels.of(id), self.scales[id.index()].clone());
        if let Some(Turned { source, steps }) = self.turns.take(id) {
            let operand = self.ciphertext(source, level, &scale);
            return Place::Ciphertext(self.emit(Instruction::RotateSum(operand, steps), level, scale));
        }
        match *op {
            Op::Input(input) => Place::Ciphertext(self.emit(Instruction::Input(input), level, scale)),
            Op::Constant(_) => unreachable!("constants are public"),
            Op::Mul(a, b) if self.levels.rescaled[id.index()] => {
                let raw = self.product(a, b, level, &scale);
                self.eager(id, raw)
            }
            Op::Mul(a, b) => {
                let (factor, operand) = if self.levels.is_encrypted(b) { (a, b) } else { (b, a) };
                let Op::Constant(value) = self.circuit.op(factor) else { unreachable!("an integer") };
                let integer = value.scalar().expect("an integer") as i64;
                self.unary(operand, level, scale, |register| Instruction::MulInteger(register, integer))
            }
            Op::Square(a) => {
                let above = level + 1;
                let operand = self.ciphertext(a, above, &self.canonical[above].clone());
                let register = self.emit(Instruction::Square(operand), above, &scale * &self.primes[above]);
                self.eager(id, register)
            }
            Op::Add(a, b) => self.sum(a, b, level, scale, Instruction::Add),
            Op::Sub(a, b) => self.sum(a, b, level, scale, Instruction::Sub),
            Op::Neg(a) => self.unary(a, level, scale, Instruction::Neg),
            Op::Rotate(a, steps) => {
                let operand = self.ciphertext(a, level, &scale);
                Place::Ciphertext(self.emit(Instruction::Rotate(operand, steps), level, scale))
            }
            Op::Conjugate(a) => {
                let operand = self.ciphertext(a, level, &scale);
                Place::Ciphertext(self.emit(Instruction::Conjugate(operand), level, scale))
            }
        }
    }

    fn public(&mut self, op: &Op) -> Register {
        let at = |lowering: &Self, id: NodeId| match lowering.values[id.index()] {
            Place::Public(register) => register,
            _ => unreachable!("public values use public values"),
        };
        let instruction = match *op {
            Op::Input(input) => Instruction::Input(input),
            Op::Constant(ref value) => Instruction::Public(PublicOp::Constant(value.clone())),
            Op::Add(a, b) => Instruction::Public(PublicOp::Add(at(self, a), at(self, b))),
            Op::Sub(a, b) => Instruction::Public(PublicOp::Sub(at(self, a), at(self, b))),
            Op::Mul(a, b) => Instruction::Public(PublicOp::Mul(at(self, a), at(self, b))),
            Op::Square(a) => Instruction::Public(PublicOp::Mul(at(self, a), at(self, a))),
            Op::Neg(a) => Instruction::Public(PublicOp::Neg(at(self, a))),
            Op::Rotate(a, steps) => Instruction::Public(PublicOp::Rotate(at(self, a), steps)),
            // Public vectors are real.
            Op::Conjugate(a) => return at(self, a),
        };
        self.emit(instruction, 0, Scale::ONE)
    }

    /// A product that ends at `level` and `scale`, raw.
    fn product(&mut self, a: NodeId, b: NodeId, level: Level, scale: &Scale) -> Register {
        let above = level + 1;
        let raw = scale * &self.primes[above];
        let (a, b) = if self.levels.is_encrypted(a) { (a, b) } else { (b, a) };
        if let Place::Public(factor) = self.values[b.index()] {
            let own = if self.choices.aligned_constants {
                self.scales[a.index()].clone()
            } else {
                self.canonical[above].clone()
            };
            let left = self.ciphertext(a, above, &own);
            let constant = &raw / &own;
            let factor = self.factor(factor, above, &constant);
            let register = self.emit(Instruction::MulPublic(left, factor, constant), above, raw);
            return register;
        }
        let (own, other) = (&self.scales[a.index()], &self.scales[b.index()]);
        let fits = own * other == raw;
        let canonical = &self.canonical[above];
        let (own, other) =
            if fits { (own.clone(), other.clone()) } else { (canonical.clone(), canonical.clone()) };
        let (left, right) = (self.ciphertext(a, above, &own), self.ciphertext(b, above, &other));
        self.emit(Instruction::Mul(left, right), above, raw)
    }

    /// A sum or difference at `level` and `scale`: raw when both parts are, and nothing else uses them.
    fn sum(
        &mut self,
        a: NodeId,
        b: NodeId,
        level: Level,
        scale: Scale,
        join: fn(Register, Register) -> Instruction,
    ) -> Place {
        if let (Some(x), Some(y)) = (self.raw(a, level, &scale), self.raw(b, level, &scale)) {
            let raw = &scale * &self.primes[level + 1];
            return Place::Raw(self.emit(join(x, y), level + 1, raw));
        }
        let subtract = matches!(join(Register(0), Register(0)), Instruction::Sub(..));
        Place::Ciphertext(match (self.values[a.index()], self.values[b.index()]) {
            (_, Place::Public(public)) => {
                let addend = if subtract {
                    self.partial(Instruction::Public(PublicOp::Neg(public)), 0, Scale::ONE)
                } else {
                    public
                };
                let x = self.ciphertext(a, level, &scale);
                let addend = self.factor(addend, level, &scale);
                self.emit(Instruction::AddPublic(x, addend), level, scale)
            }
            (Place::Public(public), _) => {
                let mut y = self.ciphertext(b, level, &scale);
                if subtract {
                    y = self.partial(Instruction::Neg(y), level, scale.clone());
                }
                let public = self.factor(public, level, &scale);
                self.emit(Instruction::AddPublic(y, public), level, scale)
            }
            _ => {
                let (x, y) = (self.ciphertext(a, level, &scale), self.ciphertext(b, level, &scale));
                self.emit(join(x, y), level, scale)
            }
        })
    }

    /// An operation that keeps a raw value raw.
    fn unary(
        &mut self,
        a: NodeId,
        level: Level,
        scale: Scale,
        make: impl Fn(Register) -> Instruction,
    ) -> Place {
        if let Some(x) = self.raw(a, level, &scale) {
            let raw = &scale * &self.primes[level + 1];
            return Place::Raw(self.emit(make(x), level + 1, raw));
        }
        let x = self.ciphertext(a, level, &scale);
        Place::Ciphertext(self.emit(make(x), level, scale))
    }

    /// The raw value of a node, when it is one for this level and scale and is used once.
    fn raw(&self, id: NodeId, level: Level, scale: &Scale) -> Option<Register> {
        let fits = || self.levels.of(id) == level && self.scales[id.index()] == *scale;
        match self.values[id.index()] {
            Place::Raw(register) if self.uses[id.index()] == 1 && fits() => Some(register),
            _ => None,
        }
    }

    /// What becomes of a fresh product.
    fn eager(&mut self, id: NodeId, raw: Register) -> Place {
        if self.choices.lazy_relinearization {
            Place::Raw(raw)
        } else {
            Place::Ciphertext(self.finish(id, raw))
        }
    }

    /// Relinearizes and rescales the raw value of a node.
    fn finish(&mut self, id: NodeId, raw: Register) -> Register {
        let (own, scale) = (self.levels.of(id), self.scales[id.index()].clone());
        let step = if self.steps[raw.index()].kind == Kind::Product {
            Instruction::RelinearizeRescale(raw)
        } else {
            Instruction::Rescale(raw)
        };
        self.emit(step, own, scale)
    }

    /// The ciphertext of a node at a level that it reaches and a scale: its own, or, below its own level, any.
    fn ciphertext(&mut self, id: NodeId, level: Level, scale: &Scale) -> Register {
        let key = |level, scale: &Scale| (id, level, scale.clone());
        if let Some(register) = self.finished.get(&key(level, scale)) {
            return *register;
        }
        let own_scale = self.scales[id.index()].clone();
        let own = key(self.levels.of(id), &own_scale);
        let outer = std::mem::replace(&mut self.node, id);
        let mut register = match (self.finished.get(&own), self.values[id.index()]) {
            (Some(register), _) => *register,
            (None, Place::Ciphertext(register)) => register,
            (None, Place::Raw(register)) => self.finish(id, register),
            (None, Place::Public(_)) => unreachable!("a public value is no ciphertext"),
            (None, Place::Inside) => unreachable!("nothing else uses a part of a sum"),
        };
        self.finished.insert(own.clone(), register);
        if key(level, scale) != own {
            debug_assert!(level < own.1, "a scale is changed on the way down alone");
            let step = if *scale == own_scale {
                Instruction::Drop(register, level)
            } else {
                Instruction::Lower(register, level)
            };
            register = self.emit(step, level, scale.clone());
            self.finished.insert(key(level, scale), register);
        }
        self.node = outer;
        register
    }

    /// A public value as sums and products take it: a number as it is, a vector encoded.
    fn factor(&mut self, public: Register, level: Level, scale: &Scale) -> Register {
        let step = &self.steps[public.index()];
        if matches!(&step.instruction, Instruction::Public(PublicOp::Constant(value)) if value.scalar().is_some())
        {
            return public;
        }
        let key = (public, level, scale.clone());
        if let Some(register) = self.encoded.get(&key) {
            return *register;
        }
        let node = step.node;
        let register = self.partial(Instruction::Encode(public), level, scale.clone());
        self.steps[register.index()].node = node;
        self.encoded.insert(key, register);
        register
    }

    fn emit(&mut self, instruction: Instruction, level: Level, scale: Scale) -> Register {
        let register = Register(self.steps.len() as u32);
        let (node, region) = (Some(self.node), self.circuit.nodes()[self.node.index()].region);
        let kind = instruction.kind(|operand| self.steps[operand.index()].kind);
        self.steps.push(Step { instruction, kind, level, scale, node, region, last_use: register });
        register
    }

    /// A step on the way to the value of a node, which is not that value.
    fn partial(&mut self, instruction: Instruction, level: Level, scale: Scale) -> Register {
        let register = self.emit(instruction, level, scale);
        self.steps[register.index()].node = None;
        register
    }

    /// The outputs, at level 0 when they are encrypted.
    fn outputs(&mut self) -> Vec<(String, Register)> {
        let circuit = self.circuit;
        let output = |(name, id): &(String, NodeId)| {
            self.node = *id;
            let register = match self.values[id.index()] {
                Place::Public(register) => register,
                _ => self.ciphertext(*id, 0, &self.scales[id.index()].clone()),
            };
            (name.clone(), register)
        };
        circuit.outputs().iter().map(output).collect()
    }
}
