//! What a program does, counted.

use std::{collections::BTreeMap, ops::AddAssign};

use lowtide_ckks::{KeyList, Level};
use lowtide_ring::Ring;

use super::{Instruction, Program};

/// Operations on ciphertexts, by the level at which they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Products and squares of two ciphertexts.
    pub products: BTreeMap<Level, usize>,
    /// Relinearizations.
    pub relinearizations: BTreeMap<Level, usize>,
    /// Products with public numbers and vectors, those with 1 included.
    pub public_products: BTreeMap<Level, usize>,
    /// Rescales of ciphertexts.
    pub rescales: BTreeMap<Level, usize>,
    /// Rotations, those in sums of rotations included: by steps, then how many by level.
    pub rotations: BTreeMap<i64, BTreeMap<Level, usize>>,
    /// Conjugations.
    pub conjugations: BTreeMap<Level, usize>,
}

impl Program {
    /// What it does, counted.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for step in &self.steps {
            if let Instruction::RotateSum(_, turns) = &step.instruction {
                for steps in turns.iter().filter(|steps| **steps != 0) {
                    let levels = tally.rotations.entry(i64::from(*steps)).or_default();
                    *levels.entry(step.level).or_default() += 1;
                }
                continue;
            }
            let kinds: &mut [&mut BTreeMap<Level, usize>] = match &step.instruction {
                Instruction::Mul(..) | Instruction::Square(_) => &mut [&mut tally.products],
                Instruction::RelinearizeRescale(_) => &mut [&mut tally.relinearizations, &mut tally.rescales],
                Instruction::MulPublic(..) => &mut [&mut tally.public_products],
                Instruction::Rescale(_) => &mut [&mut tally.rescales],
                Instruction::Lower(..) => &mut [&mut tally.public_products, &mut tally.rescales],
                Instruction::Rotate(_, steps) => &mut [tally.rotations.entry(i64::from(*steps)).or_default()],
                Instruction::Conjugate(_) => &mut [&mut tally.conjugations],
                _ => continue,
            };
            let level = step.level + usize::from(step.instruction.rescales());
            kinds.iter_mut().for_each(|kind| *kind.entry(level).or_default() += 1);
        }
        tally
    }

    /// The rotations it does, with the highest level of each.
    #[must_use]
    pub fn rotations(&self) -> Vec<(i64, Level)> {
        let highest = |levels: &BTreeMap<Level, usize>| levels.keys().max().copied().unwrap_or(0);
        self.tally().rotations.iter().map(|(steps, levels)| (*steps, highest(levels))).collect()
    }

    /// The highest level at which it relinearizes; `None` when it never does.
    #[must_use]
    pub fn relinearization_level(&self) -> Option<Level> {
        self.tally().relinearizations.keys().max().copied()
    }

    /// The highest level at which it takes a key to conjugate; `None` when it never does, and where slots are real.
    #[must_use]
    pub fn conjugation_level(&self) -> Option<Level> {
        let level = self.tally().conjugations.keys().max().copied();
        level.filter(|_| self.params.ring() != Ring::ConjugateInvariant)
    }

    /// The keys that it runs on: these and no others.
    #[must_use]
    pub fn key_list(&self) -> KeyList {
        KeyList {
            relinearization: self.relinearization_level(),
            rotations: self.rotations(),
            conjugation: self.conjugation_level(),
        }
    }

    /// The work of a run: transforms of one limb, more or less; what [`crate::run::Progress`] counts.
    #[must_use]
    pub fn work(&self) -> u64 {
        (0..self.tasks.len()).map(|task| self.task_work(task)).sum()
    }

    /// The work of a task.
    pub(crate) fn task_work(&self, task: usize) -> u64 {
        let steps = &self.steps[self.task(task)];
        steps.iter().map(|step| self.step_work(&step.instruction, step.level)).sum()
    }

    fn step_work(&self, instruction: &Instruction, level: Level) -> u64 {
        let literal = self.params.literal();
        match instruction {
            // A sum of rotations is transformed as one is.
            Instruction::Rotate(..) | Instruction::RotateSum(..) | Instruction::Conjugate(_) => {
                literal.key_switch_work(level)
            }
            Instruction::RelinearizeRescale(_) => literal.key_switch_work(level + 1),
            // One limb back, and forth at every other prime, for two components.
            Instruction::Rescale(_) | Instruction::Lower(..) => 2 * (level as u64 + 2),
            Instruction::Encode(_) => level as u64 + 2,
            _ => 0,
        }
    }
}

/// What both do, counted together.
impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        let join = |all: &mut BTreeMap<Level, usize>, more: BTreeMap<Level, usize>| {
            more.into_iter().for_each(|(level, count)| *all.entry(level).or_default() += count);
        };
        join(&mut self.products, other.products);
        join(&mut self.relinearizations, other.relinearizations);
        join(&mut self.public_products, other.public_products);
        join(&mut self.rescales, other.rescales);
        join(&mut self.conjugations, other.conjugations);
        for (steps, levels) in other.rotations {
            join(self.rotations.entry(steps).or_default(), levels);
        }
    }
}

impl Tally {
    /// The number of products and squares of two ciphertexts.
    #[must_use]
    pub fn product_count(&self) -> usize {
        self.products.values().sum()
    }

    /// The number of rotations.
    #[must_use]
    pub fn rotation_count(&self) -> usize {
        self.rotations.values().flat_map(BTreeMap::values).sum()
    }

    /// Products with keys by level: relinearizations, rotations and conjugations.
    #[must_use]
    pub fn key_switches(&self) -> BTreeMap<Level, usize> {
        let mut all = self.relinearizations.clone();
        for (level, count) in self.rotations.values().flatten().chain(&self.conjugations) {
            *all.entry(*level).or_default() += count;
        }
        all
    }
}
