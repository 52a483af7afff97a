//! Which vector instructions this CPU has, found at run time.

use std::{env, sync::OnceLock};

/// An instruction set this CPU has. Owning one is the proof.
///
/// The environment variable `LOWTIDE_ISA` (`scalar`, `avx2`, `avx512` or `avx512ifma`) caps what [`Isa::best`] and
/// [`Isa::available`] return; it cannot raise it above what the CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isa(Kind);

/// The kernels there are, slowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Portable Rust.
    Scalar,
    /// AVX2 and FMA: four lanes.
    Avx2,
    /// AVX-512 F, DQ, BW and VL: eight lanes, in double precision as with AVX2.
    Avx512,
    /// These, IFMA and VBMI: eight lanes, in integers of 52 bits.
    Avx512Ifma,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::Avx512, Self::Avx512Ifma];

    const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Avx512Ifma => "avx512ifma",
        }
    }
}

impl Isa {
    /// Portable code: every CPU has it.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The fastest set this CPU has, capped by `LOWTIDE_ISA`. Detected once.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self(detect().min(cap(env::var("LOWTIDE_ISA").ok().as_deref()))))
    }

    /// Every set up to [`Isa::best`], slowest first. Tests and benches walk this.
    pub fn available() -> impl Iterator<Item = Self> {
        let best = Self::best();
        Kind::ALL.map(Self).into_iter().filter(move |isa| *isa <= best)
    }

    /// `scalar`, `avx2`, `avx512` or `avx512ifma`: the word that `LOWTIDE_ISA` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name()
    }

    pub(crate) const fn kind(self) -> Kind {
        self.0
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Kind {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl");
    let ifma = is_x86_feature_detected!("avx512ifma") && is_x86_feature_detected!("avx512vbmi");
    match (avx2, avx512, ifma) {
        (true, true, true) => Kind::Avx512Ifma,
        (true, true, false) => Kind::Avx512,
        (true, false, _) => Kind::Avx2,
        (false, ..) => Kind::Scalar,
    }
}

#[cfg(not(target_arch = "x86_64"))]
const fn detect() -> Kind {
    Kind::Scalar
}

/// What `LOWTIDE_ISA` allows. A word it does not know caps nothing.
fn cap(word: Option<&str>) -> Kind {
    Kind::ALL.into_iter().find(|kind| word == Some(kind.name())).unwrap_or(Kind::Avx512Ifma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalar_is_always_there_and_comes_first() {
        assert_eq!(Isa::available().next(), Some(Isa::SCALAR));
        assert_eq!(Isa::available().last(), Some(Isa::best()));
    }

    #[test]
    fn the_cap_knows_its_words() {
        assert_eq!(["scalar", "avx2", "avx512", "avx512ifma"].map(|word| cap(Some(word))), Kind::ALL);
        assert_eq!([Some("avx1024"), None].map(cap), [Kind::Avx512Ifma; 2]);
    }
}
