//! A program: a circuit lowered to what the scheme does, with every level and scale decided.

use lowtide_ckks::{Level, Parameters, Scale};

use crate::{Circuit, NodeId, RegionId, Secrecy, Value};

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
    /// A ciphertext plus a public vector.
    AddPublic(Register, Register),
    /// A ciphertext times a public vector encoded at a scale; not rescaled.
    MulPublic(Register, Register, Scale),
    /// A ciphertext or product times a small integer.
    MulInteger(Register, i64),
    /// The product of two ciphertexts; not relinearized.
    Mul(Register, Register),
    /// The square of a ciphertext; not relinearized.
    Square(Register),
    /// A product back to a ciphertext.
    Relinearize(Register),
    /// Division by the last prime.
    Rescale(Register),
    /// A ciphertext at a lower level, its scale as it was: free, and free of noise.
    Drop(Register, Level),
    /// A ciphertext at a lower level and the step's scale: a product with 1, rescaled.
    Lower(Register, Level),
    /// A rotation to the left.
    Rotate(Register, u32),
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

    /// The rotations it does, with the highest level of each: keys for these and no others are needed.
    #[must_use]
    pub fn rotations(&self) -> Vec<(i64, Level)> {
        let mut all = std::collections::BTreeMap::new();
        for step in &self.steps {
            if let Instruction::Rotate(_, steps) = step.instruction {
                let highest: &mut Level = all.entry(i64::from(steps)).or_default();
                *highest = step.level.max(*highest);
            }
        }
        all.into_iter().collect()
    }

    /// The highest level at which it relinearizes; `None` when it never does.
    #[must_use]
    pub fn relinearization_level(&self) -> Option<Level> {
        self.highest(|instruction| matches!(instruction, Instruction::Relinearize(_)))
    }

    /// The highest level at which it conjugates; `None` when it never does.
    #[must_use]
    pub fn conjugation_level(&self) -> Option<Level> {
        self.highest(|instruction| matches!(instruction, Instruction::Conjugate(_)))
    }

    fn highest(&self, is: impl Fn(&Instruction) -> bool) -> Option<Level> {
        self.steps.iter().filter(|step| is(&step.instruction)).map(|step| step.level).max()
    }
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
            | Self::MulInteger(a, _)
            | Self::Square(a)
            | Self::Relinearize(a)
            | Self::Rescale(a)
            | Self::Drop(a, _)
            | Self::Lower(a, _)
            | Self::Rotate(a, _)
            | Self::Conjugate(a)
            | Self::Public(PublicOp::Neg(a) | PublicOp::Rotate(a, _)) => [Some(a), None],
        };
        pair.into_iter().flatten()
    }
}
