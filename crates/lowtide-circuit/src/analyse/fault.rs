//! Faults, in the author's terms.

use std::fmt;

use crate::{NodeId, Program, program::Step, read::StepPrediction, run};

/// What will go wrong when a program runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A value leaves the modulus: what comes out is unrelated to it.
    Overflow(Overflow),
    /// An output drowns in noise.
    PrecisionLoss(PrecisionLoss),
}

/// A place of the circuit and what is known there.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The node, unless the step stands on the way to one.
    pub node: Option<NodeId>,
    /// The node with its operation and region: `%7 multiply in step 1/gradient`.
    pub place: String,
    /// The largest absolute value there.
    pub magnitude: f64,
    /// The largest error there.
    pub error: f64,
}

/// A value without room.
#[derive(Clone, Debug, PartialEq)]
pub struct Overflow {
    /// The value.
    pub site: Site,
    /// The level at which it does not fit.
    pub level: usize,
    /// The rescales that are left to it, once those are done that its scale calls for.
    pub spare: usize,
    /// `log2` of its scale there.
    pub log2_scale: f64,
    /// The bits that it takes at this scale, with a sign.
    pub bits: f64,
    /// The bits that there are.
    pub room: f64,
}

/// An output that misses the error wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionLoss {
    /// The output.
    pub output: String,
    /// Its largest absolute value.
    pub magnitude: f64,
    /// Its largest error.
    pub error: f64,
    /// The largest error wanted.
    pub wanted: f64,
    /// Where it is lost: where the relative error first passes the output's.
    pub site: Site,
    /// `log2` of the program's scale.
    pub log2_scale: f64,
}

impl Site {
    pub(super) fn of(program: &Program, step: &Step, known: &StepPrediction) -> Self {
        let place = run::place(program, step);
        Self { node: step.node, place, magnitude: known.magnitude, error: known.error }
    }
}

impl Fault {
    /// Where it happens.
    #[must_use]
    pub const fn site(&self) -> &Site {
        match self {
            Self::Overflow(overflow) => &overflow.site,
            Self::PrecisionLoss(loss) => &loss.site,
        }
    }
}

/// What, where, by how much, and the cure.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow(overflow) => overflow.fmt(f),
            Self::PrecisionLoss(loss) => loss.fmt(f),
        }
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { site, level, spare, log2_scale, bits, room } = self;
        let lacking = (bits - room).ceil();
        if !bits.is_finite() {
            return write!(f, "overflow at {}: its values are no finite numbers", site.place);
        }
        write!(
            f,
            "overflow at {}: values up to {} take {bits:.1} bits at a scale of 2^{log2_scale:.1}, level {level} has \
             {room:.1}: divide them by 2^{lacking}, or ",
            site.place,
            number(site.magnitude),
        )?;
        match spare {
            0 => write!(f, "take {}", more(lacking, "output bit")),
            _ => write!(f, "take a scale of {}", more((lacking / *spare as f64).ceil(), "bit")),
        }
    }
}

impl fmt::Display for PrecisionLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { output, magnitude, error, wanted, site, log2_scale } = self;
        write!(
            f,
            "precision of output {output:?}: errors up to {} on values up to {}, where {} is wanted; it is lost at {}, \
             whose values are up to {} and off by up to {}: make these larger, or take a scale of {} than 2^{log2_scale:.0}",
            number(*error),
            number(*magnitude),
            number(*wanted),
            site.place,
            number(site.magnitude),
            number(site.error),
            more((error / wanted).log2().ceil(), "bit"),
        )
    }
}

/// `1 more bit`, `2 more bits`.
fn more(count: f64, what: &str) -> String {
    if count == 1.0 { format!("1 more {what}") } else { format!("{count} more {what}s") }
}

/// Three digits are enough.
fn number(x: f64) -> String {
    if x != 0.0 && !(1e-3..1e6).contains(&x.abs()) {
        return format!("{x:.2e}");
    }
    format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}
