//! Nodes to instructions.
//!
//! A product stays raw (not relinearized, not rescaled) as long as only one sum uses it; sums of raw values are raw, and
//! whoever needs a ciphertext brings the whole sum back at once.

use std::collections::HashMap;

use lowtide_ckks::{Level, Scale};

use super::{levels::Levels, ring::Chosen};
use crate::{
    Circuit, NodeId, Op, Program, RegionId, Secrecy,
    program::{Instruction, ProgramInput, PublicOp, Register, Step},
};

pub(super) fn lower(circuit: &Circuit, levels: &Levels, ring: Chosen) -> Program {
    let mut lowering = Lowering {
        circuit,
        levels,
        ring,
        uses: uses(circuit),
        steps: Vec::new(),
        values: Vec::with_capacity(circuit.nodes().len()),
        finished: HashMap::new(),
        node: NodeId(0),
    };
    for (id, node) in circuit.iter() {
        lowering.node = id;
        let value = lowering.node(id, &node.op);
        lowering.values.push(value);
    }
    lowering.program()
}

/// Where the value of a node is.
#[derive(Clone, Copy)]
enum Place {
    /// A public vector.
    Public(Register),
    /// A ciphertext at the level of its node.
    Ciphertext(Register),
    /// One level higher and at the square of that level's scale; a product if `quadratic`.
    Raw { register: Register, quadratic: bool },
}

struct Lowering<'a> {
    circuit: &'a Circuit,
    levels: &'a Levels,
    ring: Chosen,
    uses: Vec<usize>,
    steps: Vec<Step>,
    values: Vec<Place>,
    /// Ciphertexts of nodes, by node and level.
    finished: HashMap<(NodeId, Level), Register>,
    /// The node that is being lowered.
    node: NodeId,
}

fn uses(circuit: &Circuit) -> Vec<usize> {
    let mut uses = vec![0; circuit.nodes().len()];
    let operands = circuit.nodes().iter().flat_map(|node| node.op.operands());
    operands.chain(circuit.outputs().iter().map(|(_, id)| *id)).for_each(|id| uses[id.index()] += 1);
    uses
}

impl Lowering<'_> {
    fn node(&mut self, id: NodeId, op: &Op) -> Place {
        if self.levels.secrecy[id.index()] == Secrecy::Public {
            return Place::Public(self.public(op));
        }
        let level = self.levels.level[id.index()];
        match *op {
            Op::Input(input) => Place::Ciphertext(self.emit(Instruction::Input(input), level)),
            Op::Constant(_) => unreachable!("constants are public"),
            Op::Mul(a, b) if self.levels.rescaled[id.index()] => self.product(a, b, level),
            Op::Mul(a, b) => {
                let (factor, operand) = if self.is_public(a) { (a, b) } else { (b, a) };
                let Op::Constant(value) = self.circuit.op(factor) else { unreachable!("an integer") };
                let integer = value.scalar().expect("an integer") as i64;
                self.unary(operand, level, |register| Instruction::MulInteger(register, integer))
            }
            Op::Square(a) => {
                let operand = self.ciphertext(a, level + 1);
                let register = self.emit(Instruction::Square(operand), level + 1);
                Place::Raw { register, quadratic: true }
            }
            Op::Add(a, b) => self.sum(a, b, level, Instruction::Add),
            Op::Sub(a, b) => self.sum(a, b, level, Instruction::Sub),
            Op::Neg(a) => self.unary(a, level, Instruction::Neg),
            Op::Rotate(a, steps) => {
                let operand = self.ciphertext(a, level);
                Place::Ciphertext(self.emit(Instruction::Rotate(operand, steps), level))
            }
            Op::Conjugate(a) => {
                let operand = self.ciphertext(a, level);
                Place::Ciphertext(self.emit(Instruction::Conjugate(operand), level))
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
        self.emit(instruction, 0)
    }

    /// A product that ends at `level`, raw.
    fn product(&mut self, a: NodeId, b: NodeId, level: Level) -> Place {
        let above = level + 1;
        let (a, b) = if self.is_public(a) { (b, a) } else { (a, b) };
        let left = self.ciphertext(a, above);
        if let Place::Public(factor) = self.values[b.index()] {
            let scale = self.ring.scales[above].clone();
            let register = self.emit(Instruction::MulPublic(left, factor, scale), above);
            return Place::Raw { register, quadratic: false };
        }
        let right = self.ciphertext(b, above);
        Place::Raw { register: self.emit(Instruction::Mul(left, right), above), quadratic: true }
    }

    /// A sum or difference at `level`: raw when both parts are, and nothing else uses them.
    fn sum(
        &mut self,
        a: NodeId,
        b: NodeId,
        level: Level,
        join: fn(Register, Register) -> Instruction,
    ) -> Place {
        if let (Some((x, left)), Some((y, right))) = (self.raw(a, level), self.raw(b, level)) {
            let register = self.emit(join(x, y), level + 1);
            return Place::Raw { register, quadratic: left || right };
        }
        let subtract = matches!(join(Register(0), Register(0)), Instruction::Sub(..));
        match (self.values[a.index()], self.values[b.index()]) {
            (_, Place::Public(public)) => {
                let addend = if subtract {
                    self.partial(Instruction::Public(PublicOp::Neg(public)), 0)
                } else {
                    public
                };
                let x = self.ciphertext(a, level);
                Place::Ciphertext(self.emit(Instruction::AddPublic(x, addend), level))
            }
            (Place::Public(public), _) => {
                let mut y = self.ciphertext(b, level);
                if subtract {
                    y = self.partial(Instruction::Neg(y), level);
                }
                Place::Ciphertext(self.emit(Instruction::AddPublic(y, public), level))
            }
            _ => {
                let (x, y) = (self.ciphertext(a, level), self.ciphertext(b, level));
                Place::Ciphertext(self.emit(join(x, y), level))
            }
        }
    }

    /// An operation that keeps a raw value raw.
    fn unary(&mut self, a: NodeId, level: Level, make: impl Fn(Register) -> Instruction) -> Place {
        if let Some((x, quadratic)) = self.raw(a, level) {
            return Place::Raw { register: self.emit(make(x), level + 1), quadratic };
        }
        let x = self.ciphertext(a, level);
        Place::Ciphertext(self.emit(make(x), level))
    }

    /// The raw value of a node, when it is one for this level and is used once.
    fn raw(&self, id: NodeId, level: Level) -> Option<(Register, bool)> {
        match self.values[id.index()] {
            Place::Raw { register, quadratic }
                if self.uses[id.index()] == 1 && self.levels.level[id.index()] == level =>
            {
                Some((register, quadratic))
            }
            _ => None,
        }
    }

    /// The ciphertext of a node at a level that it reaches.
    fn ciphertext(&mut self, id: NodeId, level: Level) -> Register {
        if let Some(register) = self.finished.get(&(id, level)) {
            return *register;
        }
        let (own, outer) = (self.levels.level[id.index()], std::mem::replace(&mut self.node, id));
        let mut register = match self.values[id.index()] {
            Place::Ciphertext(register) => register,
            Place::Raw { .. } if self.finished.contains_key(&(id, own)) => self.finished[&(id, own)],
            Place::Raw { register, quadratic } => {
                let linear =
                    if quadratic { self.emit(Instruction::Relinearize(register), own + 1) } else { register };
                self.emit(Instruction::Rescale(linear), own)
            }
            Place::Public(_) => unreachable!("a public value is no ciphertext"),
        };
        self.finished.insert((id, own), register);
        if level < own {
            register = self.emit(Instruction::Lower(register, level), level);
            self.finished.insert((id, level), register);
        }
        self.node = outer;
        register
    }

    fn is_public(&self, id: NodeId) -> bool {
        self.levels.secrecy[id.index()] == Secrecy::Public
    }

    fn emit(&mut self, instruction: Instruction, level: Level) -> Register {
        let register = Register(self.steps.len() as u32);
        for operand in instruction.operands() {
            self.steps[operand.index()].last_use = register;
        }
        let (scale, node) = (self.scale(&instruction, level), Some(self.node));
        self.steps.push(Step { instruction, level, scale, node, region: self.region(), last_use: register });
        register
    }

    /// The scale of a result.
    fn scale(&self, instruction: &Instruction, level: Level) -> Scale {
        let of = |register: &Register| &self.steps[register.index()].scale;
        match instruction {
            Instruction::Input(input) if self.is_public_input(*input) => Scale::ONE,
            Instruction::Input(_) | Instruction::Lower(..) => self.ring.scales[level].clone(),
            Instruction::Public(_) => Scale::ONE,
            Instruction::MulPublic(a, _, scale) => of(a) * scale,
            Instruction::Mul(a, b) => of(a) * of(b),
            Instruction::Square(a) => of(a) * of(a),
            Instruction::Rescale(a) => of(a) / &Scale::prime(self.ring.params.literal().q[level + 1]),
            Instruction::Add(a, _)
            | Instruction::Sub(a, _)
            | Instruction::Neg(a)
            | Instruction::AddPublic(a, _)
            | Instruction::MulInteger(a, _)
            | Instruction::Relinearize(a)
            | Instruction::Drop(a, _)
            | Instruction::Rotate(a, _)
            | Instruction::Conjugate(a) => of(a).clone(),
        }
    }

    fn is_public_input(&self, input: u32) -> bool {
        self.circuit.inputs()[input as usize].secrecy == Secrecy::Public
    }

    /// A step on the way to the value of a node, which is not that value.
    fn partial(&mut self, instruction: Instruction, level: Level) -> Register {
        let register = self.emit(instruction, level);
        self.steps[register.index()].node = None;
        register
    }

    fn region(&self) -> RegionId {
        self.circuit.nodes()[self.node.index()].region
    }

    fn program(mut self) -> Program {
        let mut outputs = Vec::new();
        for (name, id) in self.circuit.outputs() {
            self.node = *id;
            let register = match self.values[id.index()] {
                Place::Public(register) => register,
                _ => self.ciphertext(*id, 0),
            };
            outputs.push((name.clone(), register));
        }
        let mut levels = vec![0; self.circuit.inputs().len()];
        for step in &self.steps {
            if let Instruction::Input(input) = step.instruction {
                levels[input as usize] = step.level;
            }
        }
        let input = |(input, level): (&crate::Input, Level)| ProgramInput {
            name: input.name.clone(),
            secrecy: input.secrecy,
            level,
            scale: self.ring.scales[level].clone(),
        };
        let inputs = self.circuit.inputs().iter().zip(levels).map(input).collect();
        let Chosen { params, scales, explanation } = self.ring;
        let circuit = self.circuit.clone();
        Program { params, circuit, inputs, steps: self.steps, outputs, scales, explanation }
    }
}
