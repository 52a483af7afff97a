//! The roundings of public vectors that have been encoded.
//!
//! They are not random: the same vector at the same scale is rounded in the same way, its negative to the negative, and
//! rotated it is rotated.

use std::collections::BTreeMap;

use lowtide_ckks::Scale;

use super::source::Sources;
use crate::{
    Program,
    program::{Instruction, PublicOp, Register},
};

/// The sources of all vectors encoded so far.
pub(super) struct Encodings {
    /// By step, of public ones.
    roots: Vec<Root>,
    /// By step: the vectors whose encodings nothing uses after it.
    last: BTreeMap<Register, Vec<Register>>,
    known: BTreeMap<Register, Vec<(Scale, u32)>>,
    slots: u32,
}

/// A vector that another is up to its sign and a rotation.
#[derive(Clone, Copy)]
struct Root {
    of: Register,
    sign: f64,
    turn: u32,
}

impl Encodings {
    pub(super) fn new(program: &Program) -> Self {
        let slots = program.slots() as u32;
        let mut roots: Vec<Root> = Vec::with_capacity(program.steps().len());
        let mut last_use: BTreeMap<Register, Register> = BTreeMap::new();
        for (i, step) in program.steps().iter().enumerate() {
            let at = Register(i as u32);
            let root = match &step.instruction {
                Instruction::Encode(a) => roots[a.index()],
                Instruction::Public(PublicOp::Neg(a)) => {
                    Root { sign: -roots[a.index()].sign, ..roots[a.index()] }
                }
                Instruction::Public(PublicOp::Rotate(a, steps)) => {
                    Root { turn: (roots[a.index()].turn + steps) % slots, ..roots[a.index()] }
                }
                _ => Root { of: at, sign: 1.0, turn: 0 },
            };
            roots.push(root);
            if let Instruction::AddPublic(_, b) | Instruction::MulPublic(_, b, _) = &step.instruction {
                last_use.insert(roots[b.index()].of, at);
            }
        }
        let mut last: BTreeMap<Register, Vec<Register>> = BTreeMap::new();
        last_use.into_iter().for_each(|(root, at)| last.entry(at).or_default().push(root));
        Self { roots, last, known: BTreeMap::new(), slots }
    }

    /// The source of an encoding's rounding, how far it is turned, and its sign.
    pub(super) fn source(
        &mut self,
        public: Register,
        scale: &Scale,
        at: Register,
        sources: &mut Sources,
    ) -> (u32, u32, f64) {
        let Root { of, sign, turn } = self.roots[public.index()];
        let known = self.known.entry(of).or_default();
        if let Some((_, source)) = known.iter().find(|(own, _)| own == scale) {
            return (*source, turn, sign);
        }
        let source = sources.add(at, self.slots as usize);
        sources.pin(source);
        known.push((scale.clone(), source));
        (source, turn, sign)
    }

    /// Forgets the vectors that are not used after a step.
    pub(super) fn free(&mut self, at: Register, sources: &mut Sources) {
        for root in self.last.remove(&at).into_iter().flatten() {
            for (_, source) in self.known.remove(&root).into_iter().flatten() {
                sources.unpin(source);
            }
        }
    }
}
