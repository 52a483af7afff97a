//! What a program takes in a setting, whatever its own parameters: time, keys, memory.
//!
//! A program knows its levels and which operation stands where; digit counts change neither. So one compilation prices all
//! of them.

use std::collections::HashMap;

use lowtide_ckks::Level;

use super::{Effort, Setting, Speed};
use crate::{
    Program,
    program::{Instruction, Kind, Step},
};

/// What a run takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Seconds on one thread.
    pub work: f64,
    /// Seconds of the dearest chain of operations, each on as many threads as it has limbs to share out.
    pub span: f64,
    /// Bytes of the evaluation keys, as a service holds them.
    pub key_bytes: u64,
    /// Bytes of the values kept at once and of the operation at hand, at their most.
    pub value_bytes: u64,
    /// Bytes of the ciphertexts that come in.
    pub input_bytes: u64,
    /// Bytes of the tables of transforms.
    pub table_bytes: u64,
}

impl Usage {
    /// Seconds on so many threads: all of the work shared out, but no less than the dearest chain.
    #[must_use]
    pub fn seconds(&self, threads: usize) -> f64 {
        (self.work / threads.max(1) as f64).max(self.span)
    }

    /// Bytes that the service needs in all.
    #[must_use]
    pub const fn memory_bytes(&self) -> u64 {
        self.key_bytes + self.value_bytes + self.input_bytes + self.table_bytes
    }
}

impl Program {
    /// What a run takes in this setting on so many threads. [`Program::params`] decide nothing but levels.
    #[must_use]
    pub fn usage_in(&self, setting: Setting, speed: &Speed, threads: usize) -> Usage {
        let key_bytes = self.key_bytes_in(setting);
        let mut known: HashMap<Task, (f64, f64)> = HashMap::new();
        let mut ends = vec![0.0_f64; self.steps().len()];
        let (mut work, mut span) = (0.0, 0.0_f64);
        for task in 0..self.tasks().len() {
            let range = self.task(task);
            let steps = &self.steps()[range.clone()];
            let Some(task) = Task::new(self, steps) else {
                continue;
            };
            let (alone, shared) = *known.entry(task).or_insert_with(|| {
                let alone = speed.seconds(&task.effort(setting), key_bytes);
                (alone, alone / task.threads(setting, threads))
            });
            let ready = |step: &Step| {
                step.instruction.operands().map(|operand| ends[operand.index()]).fold(0.0, f64::max)
            };
            let end = steps.iter().map(ready).fold(0.0, f64::max) + shared;
            ends[range].fill(end);
            work += alone;
            span = span.max(end);
        }
        let primes = self.params().max_level() + 1 + setting.special;
        let inputs = self.inputs().iter().map(|input| 2 * (input.level as u64 + 1)).sum::<u64>();
        let limb = 8_u64 << setting.log_degree;
        Usage {
            work,
            span,
            key_bytes,
            value_bytes: self.peak_bytes_in(setting),
            input_bytes: inputs * limb,
            // Twiddles and their quotients, both ways.
            table_bytes: 4 * primes as u64 * limb,
        }
    }
}

/// What decides how long a task takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Task {
    operation: Operation,
    level: Level,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    /// Element-wise: see [`Setting::element_wise`].
    Passes {
        polynomials: usize,
        numbers: usize,
        different: usize,
    },
    Encode,
    Product,
    Relinearize,
    Rescale,
    Lower,
    Rotations(usize),
    /// Of so many rotations.
    RotationSum(usize),
}

impl Task {
    /// Nothing for what takes no time to speak of.
    fn new(program: &Program, steps: &[Step]) -> Option<Self> {
        let step = steps.first()?;
        let polynomials = match step.kind {
            Kind::Product => 3,
            _ => 2,
        };
        let passes = |numbers, different| Operation::Passes { polynomials, numbers, different };
        let number =
            |register: &crate::program::Register| program.steps()[register.index()].kind == Kind::Public;
        let operation = match &step.instruction {
            Instruction::Input(_) | Instruction::Public(_) => return None,
            // A copy, and a pass over both.
            Instruction::Add(..) | Instruction::Sub(..) => passes(5, 3),
            Instruction::MulPublic(_, factor, _) if !number(factor) => passes(5, 3),
            Instruction::Drop(..) => passes(2, 2),
            Instruction::Neg(_)
            | Instruction::MulInteger(..)
            | Instruction::MulPublic(..)
            | Instruction::AddPublic(..) => passes(4, 2),
            Instruction::Encode(_) => Operation::Encode,
            Instruction::Mul(..) | Instruction::Square(_) => Operation::Product,
            Instruction::RelinearizeRescale(_) => Operation::Relinearize,
            Instruction::Rescale(_) => Operation::Rescale,
            Instruction::Lower(..) => Operation::Lower,
            Instruction::RotateSum(..) => Operation::RotationSum(step.instruction.key_switches()),
            Instruction::Rotate(..) | Instruction::Conjugate(_) => Operation::Rotations(steps.len()),
        };
        Some(Self { operation, level: step.level + usize::from(step.instruction.rescales()) })
    }

    fn effort(self, setting: Setting) -> Effort {
        let level = self.level;
        match self.operation {
            Operation::Passes { polynomials, numbers, different } => {
                setting.element_wise(level, polynomials, numbers, different)
            }
            Operation::Encode => setting.encode(level),
            Operation::Product => setting.product(level),
            Operation::Relinearize => setting.relinearize_rescale(level),
            Operation::Rescale => setting.rescale(level),
            Operation::Lower => setting.element_wise(level, 2, 4, 2) + setting.rescale(level),
            Operation::Rotations(count) => setting.rotations(level, count),
            Operation::RotationSum(count) => setting.rotation_sum(level, count),
        }
    }

    /// How many threads share it: operations are shared out by limbs.
    fn threads(self, setting: Setting, threads: usize) -> f64 {
        let limbs = match self.operation {
            Operation::Encode => 1,
            Operation::Relinearize | Operation::Rotations(_) | Operation::RotationSum(_) => {
                self.level + 1 + setting.special
            }
            _ => self.level + 1,
        };
        threads.clamp(1, limbs) as f64
    }
}
