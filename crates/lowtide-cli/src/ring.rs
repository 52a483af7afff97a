//! The kind of ring, as an option takes it.

use std::fmt;

use clap::ValueEnum;
use lowtide_ring::Ring;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RingChoice {
    /// The cheaper
    Auto,
    /// Half as many slots as coefficients, for complex numbers
    Standard,
    /// As many slots as coefficients, for real numbers
    ConjugateInvariant,
}

impl RingChoice {
    /// Nothing for a free choice.
    pub(crate) const fn named(self) -> Option<Ring> {
        match self {
            Self::Auto => None,
            Self::Standard => Some(Ring::Standard),
            Self::ConjugateInvariant => Some(Ring::ConjugateInvariant),
        }
    }
}

/// The word that the option takes.
impl fmt::Display for RingChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.named().map_or("auto", Ring::name))
    }
}
