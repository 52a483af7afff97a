//! Why a candidate was taken: for each thing that was decided, the best that decides it otherwise.

use std::fmt;

use super::Candidate;

/// Something that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Which circuit trains.
    Circuit,
    /// Who makes Gram matrices.
    Gram,
    /// How many rows a mini-batch has.
    Batch,
    /// The ring: its degree, or its kind.
    Ring,
    /// The number of digits.
    Digits,
    /// The shape of tiles.
    Tile,
}

impl Aspect {
    /// Everything that is decided, from the large to the small.
    pub const ALL: [Self; 6] = [Self::Circuit, Self::Gram, Self::Batch, Self::Ring, Self::Digits, Self::Tile];

    /// `circuit`, `gram`, `batch`, `ring`, `digits` or `tile`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Circuit => "circuit",
            Self::Gram => "gram",
            Self::Batch => "batch",
            Self::Ring => "ring",
            Self::Digits => "digits",
            Self::Tile => "tile",
        }
    }

    fn differs(self, a: &Candidate, b: &Candidate) -> bool {
        match self {
            Self::Circuit => a.request.circuit != b.request.circuit,
            Self::Gram => a.gram() != b.gram(),
            Self::Batch => a.request.batch != b.request.batch,
            Self::Ring => (a.literal.log_degree, a.literal.ring) != (b.literal.log_degree, b.literal.ring),
            Self::Digits => a.literal.p.len() != b.literal.p.len(),
            Self::Tile => a.tile.columns() != b.tile.columns(),
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The best candidate that decides one thing otherwise, and whatever follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What it decides otherwise.
    pub aspect: Aspect,
    /// The candidate.
    pub other: Candidate,
}

/// A reason for each thing that could be otherwise. `others` come in order of time.
pub(super) fn reasons(best: &Candidate, others: &[Candidate]) -> Vec<Reason> {
    let reason = |aspect: Aspect| {
        let same = |other: &&Candidate| {
            // Of two that change the same, the one that changes nothing larger explains more.
            Aspect::ALL.into_iter().take_while(|larger| *larger != aspect).all(|it| !it.differs(best, other))
        };
        let otherwise = || others.iter().filter(|other| aspect.differs(best, other));
        let other = otherwise().find(same).or_else(|| otherwise().next())?;
        Some(Reason { aspect, other: other.clone() })
    };
    Aspect::ALL.into_iter().filter_map(reason).collect()
}
