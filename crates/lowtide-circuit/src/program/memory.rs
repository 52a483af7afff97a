//! How much a run keeps at a time.

use lowtide_ring::packed::packed_bytes;

use super::{Instruction, Program, Register, Step};
use crate::speed::Setting;

impl Program {
    /// Bytes that a run on one thread takes at its fullest: the values that it still needs, and what the operation at hand
    /// works with. Inputs and keys, which are the caller's, and tables are not counted.
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        self.peak_bytes_in(self.setting())
    }

    /// As [`Program::peak_bytes`], were the ring and the number of special primes others.
    pub(crate) fn peak_bytes_in(&self, setting: Setting) -> u64 {
        self.usage(setting).into_iter().max().unwrap_or(0)
    }

    pub(crate) fn setting(&self) -> Setting {
        Setting::of(self.params.literal())
    }

    /// Bytes of the evaluation keys that it runs on, as a service holds them; files are half as long.
    #[must_use]
    pub fn key_bytes(&self) -> u64 {
        self.key_bytes_in(self.setting())
    }

    /// As [`Program::key_bytes`], were the ring and the number of special primes others, but for a bit more or less of those.
    pub(crate) fn key_bytes_in(&self, setting: Setting) -> u64 {
        let list = self.key_list();
        let rotations = list.rotations.iter().map(|(_, level)| *level);
        let levels = list.relinearization.into_iter().chain(rotations).chain(list.conjugation);
        let literal = self.params.literal();
        let bytes = |prime: &u64| packed_bytes(1 << setting.log_degree, prime.ilog2() + 1) as u64;
        let special = setting.special as u64 * literal.p.first().map_or(0, bytes);
        let half = |level: usize| special + literal.q[..=level].iter().map(bytes).sum::<u64>();
        levels.map(|level| 2 * setting.digits(level) as u64 * half(level)).sum()
    }

    /// Bytes taken while each task runs, when they run in order.
    pub(crate) fn usage(&self, setting: Setting) -> Vec<u64> {
        let value_bytes = |step: usize| limb_bytes(setting, self.steps[step].limbs());
        let mut kept = 0;
        let mut usage = Vec::with_capacity(self.tasks.len());
        let mut output = vec![false; self.steps.len()];
        self.outputs.iter().for_each(|(_, register)| output[register.index()] = true);
        for task in 0..self.tasks.len() {
            let range = self.task(task);
            usage.push(kept + self.task_bytes_in(task, setting));
            kept += range.clone().map(value_bytes).sum::<u64>();
            // A value goes when its last user is done; what nobody uses stays only when it is an output.
            let mut freed: Vec<usize> = range
                .clone()
                .flat_map(|i| self.steps[i].instruction.operands())
                .map(Register::index)
                .filter(|operand| range.contains(&self.steps[*operand].last_use.index()) && !output[*operand])
                .collect();
            freed.sort_unstable();
            freed.dedup();
            kept -= freed.into_iter().map(value_bytes).sum::<u64>();
        }
        usage
    }

    /// Bytes of the value of a step.
    pub(crate) fn value_bytes(&self, step: usize) -> u64 {
        limb_bytes(self.setting(), self.steps[step].limbs())
    }

    /// Bytes that a task adds while it runs: its values and its scratch.
    pub(crate) fn task_bytes(&self, task: usize) -> u64 {
        self.task_bytes_in(task, self.setting())
    }

    fn task_bytes_in(&self, task: usize, setting: Setting) -> u64 {
        let range = self.task(task);
        let hoisted = range.len() > 1;
        let scratch =
            self.steps[range.clone()].iter().map(|step| scratch_limbs(step, hoisted, setting)).max();
        let values = range.map(|i| self.steps[i].limbs()).sum::<usize>();
        limb_bytes(setting, values + scratch.unwrap_or(0))
    }
}

/// How many primes a key switch lifts its digits to at a time.
const TILE: usize = 4;

/// Limbs that an operation works with besides its operands and its value.
fn scratch_limbs(step: &Step, hoisted: bool, setting: Setting) -> usize {
    let level = step.level + usize::from(step.instruction.rescales());
    let (own, special) = (level + 1, setting.special);
    match step.instruction {
        // The component in coefficients and in digits, the digits of a tile of primes, and two sums over `P Q`; all lifted
        // digits where they are kept for several rotations.
        Instruction::RelinearizeRescale(_)
        | Instruction::Rotate(..)
        | Instruction::RotateSum(..)
        | Instruction::Conjugate(_) => {
            let digits = setting.digits(level);
            let lifted = digits * if hoisted { own + special } else { TILE };
            2 * own + lifted + 2 * (own + special)
        }
        Instruction::Lower(..) => 2 * own,
        Instruction::Rescale(_) => 2,
        _ => 0,
    }
}

const fn limb_bytes(setting: Setting, limbs: usize) -> u64 {
    limbs as u64 * (8 << setting.log_degree)
}
