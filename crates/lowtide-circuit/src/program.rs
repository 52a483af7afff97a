//! A program: a circuit lowered to what the scheme does, with every level and scale decided.

use std::ops::Range;

use lowtide_ckks::{Level, Parameters, Scale};

use crate::{Circuit, NodeId, RegionId, Secrecy, Value};

mod memory;
mod tally;

pub use tally::Tally;

/// Where a value is kept while a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub(crate) u32);

impl Register {
    /// Its place in [`Program::steps`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation of the scheme. Ciphertexts and public vectors share the registers; each operation knows what it takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Instruction {
    /// An input: a ciphertext at the level and scale that the program lists, or a public vector.
    Input(u32),
    /// A public value: a constant, or an operation on public registers.
    Public(PublicOp),
    /// The sum of two ciphertexts, or of two products, or of a product and an unrescaled ciphertext.
    Add(Register, Register),
    /// The difference of the same.
    Sub(Register, Register),
    /// The negative of a ciphertext or a product.
    Neg(Register),
    /// A public vector as a plaintext, at the level and scale of the step.
    Encode(Register),
    /// A ciphertext plus a public number or a plaintext.
    AddPublic(Register, Register),
    /// A ciphertext times a public number at a scale, or a plaintext of that scale; not rescaled.
    MulPublic(Register, Register, Scale),
    /// A ciphertext or product times a small integer.
    MulInteger(Register, i64),
    /// The product of two ciphertexts; not relinearized.
    Mul(Register, Register),
    /// The square of a ciphertext; not relinearized.
    Square(Register),
    /// A product back to a ciphertext, divided by the last prime at once.
    RelinearizeRescale(Register),
    /// Division by the last prime.
    Rescale(Register),
    /// A ciphertext at a lower level, its scale as it was: free, and free of noise.
    Drop(Register, Level),
    /// A ciphertext at a lower level and the step's scale: a product with 1, rescaled.
    Lower(Register, Level),
    /// A rotation to the left.
    Rotate(Register, u32),
    /// The sum of rotations of a ciphertext to the left, by different steps in increasing order, 0 for itself: one
    /// decomposition and one division for all of them.
    RotateSum(Register, Box<[u32]>),
    /// The conjugate.
    Conjugate(Register),
}

/// An operation on public values, done in clear.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicOp {
    /// A constant.
    Constant(Value),
    /// The sum.
    Add(Register, Register),
    /// The difference.
    Sub(Register, Register),
    /// The product.
    Mul(Register, Register),
    /// The negative.
    Neg(Register),
    /// A rotation to the left.
    Rotate(Register, u32),
}

/// An operation, where its value stands, and what the author called it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The operation. Its registers stand before it.
    pub instruction: Instruction,
    /// What the result is.
    pub kind: Kind,
    /// The level of the result; 0 for public values.
    pub level: Level,
    /// The scale of the result; one for public values.
    pub scale: Scale,
    /// The node of the program's circuit whose value this is; `None` on the way to one.
    pub node: Option<NodeId>,
    /// The region of the circuit that it belongs to.
    pub region: RegionId,
    /// The last step that uses the result, after which it is freed unless it is an output.
    pub last_use: Register,
}

/// What an input must be.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramInput {
    /// Its name.
    pub name: String,
    /// Whether it is encrypted.
    pub secrecy: Secrecy,
    /// The level at which it is first used: it is encrypted no higher.
    pub level: Level,
    /// The scale at that level.
    pub scale: Scale,
}

/// A circuit that is ready to run, with parameters for it.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) params: Parameters,
    pub(crate) circuit: Circuit,
    pub(crate) inputs: Vec<ProgramInput>,
    pub(crate) steps: Vec<Step>,
    pub(crate) tasks: Vec<Register>,
    pub(crate) outputs: Vec<(String, Register)>,
    pub(crate) scales: Vec<Scale>,
    pub(crate) explanation: String,
}

impl Program {
    /// The parameters that it runs under.
    #[must_use]
    pub const fn params(&self) -> &Parameters {
        &self.params
    }

    /// The slots of its vectors; ciphertexts hold them as often as they have room.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.circuit.slots()
    }

    /// The circuit that it computes: the author's, after all passes.
    #[must_use]
    pub const fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// What its inputs must be.
    #[must_use]
    pub fn inputs(&self) -> &[ProgramInput] {
        &self.inputs
    }

    /// What it does, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Its outputs.
    #[must_use]
    pub fn outputs(&self) -> &[(String, Register)] {
        &self.outputs
    }

    /// The scale that every ciphertext at a level has.
    ///
    /// # Panics
    /// When there is no such level.
    #[must_use]
    pub fn scale(&self, level: Level) -> &Scale {
        &self.scales[level]
    }

    /// Why these parameters, in words.
    #[must_use]
    pub fn explanation(&self) -> &str {
        &self.explanation
    }

    /// Where each task begins: a step, or all rotations of one value, which share its decomposition.
    #[must_use]
    pub fn tasks(&self) -> &[Register] {
        &self.tasks
    }

    /// What the values of the steps are.
    pub(crate) fn task(&self, task: usize) -> Range<usize> {
        let end = self.tasks.get(task + 1).map_or(self.steps.len(), |next| next.index());
        self.tasks[task].index()..end
    }
}

impl Step {
    /// The limbs of its value: one polynomial modulo one prime each. Inputs are the caller's, public vectors are small.
    #[must_use]
    pub const fn limbs(&self) -> usize {
        let polynomials = match self.kind {
            Kind::Input | Kind::Public => 0,
            Kind::Plaintext => 1,
            Kind::Ciphertext => 2,
            Kind::Product => 3,
        };
        polynomials * (self.level + 1)
    }
}

/// What the value of a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An input, whatever it is.
    Input,
    /// A public vector.
    Public,
    /// A public vector, encoded.
    Plaintext,
    /// A ciphertext.
    Ciphertext,
    /// A product that has not been relinearized.
    Product,
}

impl Instruction {
    /// The registers it reads.
    pub fn operands(&self) -> impl Iterator<Item = Register> + use<> {
        let pair = match *self {
            Self::Input(_) | Self::Public(PublicOp::Constant(_)) => [None, None],
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::AddPublic(a, b)
            | Self::MulPublic(a, b, _)
            | Self::Mul(a, b)
            | Self::Public(PublicOp::Add(a, b) | PublicOp::Sub(a, b) | PublicOp::Mul(a, b)) => {
                [Some(a), Some(b)]
            }
            Self::Neg(a)
            | Self::Encode(a)
            | Self::MulInteger(a, _)
            | Self::Square(a)
            | Self::RelinearizeRescale(a)
            | Self::Rescale(a)
            | Self::Drop(a, _)
            | Self::Lower(a, _)
            | Self::Rotate(a, _)
            | Self::RotateSum(a, _)
            | Self::Conjugate(a)
            | Self::Public(PublicOp::Neg(a) | PublicOp::Rotate(a, _)) => [Some(a), None],
        };
        pair.into_iter().flatten()
    }

    /// How often it multiplies digits with a key: once to relinearize, rotate or conjugate, in a sum of rotations for each.
    #[must_use]
    pub fn key_switches(&self) -> usize {
        match self {
            Self::RelinearizeRescale(_) | Self::Rotate(..) | Self::Conjugate(_) => 1,
            Self::RotateSum(_, steps) => steps.iter().filter(|steps| **steps != 0).count(),
            _ => 0,
        }
    }

    /// Whether its result is one level lower than the level at which it works.
    pub(crate) const fn rescales(&self) -> bool {
        matches!(self, Self::Rescale(_) | Self::RelinearizeRescale(_) | Self::Lower(..))
    }

    /// Puts other registers in place of those it reads.
    pub(crate) fn rename(&mut self, f: impl Fn(Register) -> Register) {
        match self {
            Self::Input(_) | Self::Public(PublicOp::Constant(_)) => {}
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::AddPublic(a, b)
            | Self::MulPublic(a, b, _)
            | Self::Mul(a, b)
            | Self::Public(PublicOp::Add(a, b) | PublicOp::Sub(a, b) | PublicOp::Mul(a, b)) => {
                (*a, *b) = (f(*a), f(*b));
            }
            Self::Neg(a)
            | Self::Encode(a)
            | Self::MulInteger(a, _)
            | Self::Square(a)
            | Self::RelinearizeRescale(a)
            | Self::Rescale(a)
            | Self::Drop(a, _)
            | Self::Lower(a, _)
            | Self::Rotate(a, _)
            | Self::RotateSum(a, _)
            | Self::Conjugate(a)
            | Self::Public(PublicOp::Neg(a) | PublicOp::Rotate(a, _)) => *a = f(*a),
        }
    }

    /// What its result is, given what it reads.
    pub(crate) fn kind(&self, of: impl Fn(Register) -> Kind) -> Kind {
        match *self {
            Self::Input(_) => Kind::Input,
            Self::Public(_) => Kind::Public,
            Self::Encode(_) => Kind::Plaintext,
            Self::Mul(..) | Self::Square(_) => Kind::Product,
            Self::Add(a, b) | Self::Sub(a, b) if [of(a), of(b)].contains(&Kind::Product) => Kind::Product,
            Self::Neg(a) | Self::MulInteger(a, _) if of(a) == Kind::Product => Kind::Product,
            _ => Kind::Ciphertext,
        }
    }
}
