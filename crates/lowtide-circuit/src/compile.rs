//! From a circuit to a program: levels, scales, relinearization, rescaling, and parameters.
//!
//! **Levels** are given from the outputs upwards, each value as low as its uses allow, so that inputs travel and
//! operations run at the fewest primes (`levels`). **Scales** go by level, `S_(l-1) = S_l^2 / q_l`: then products, sums
//! and rescales of values at one level fit exactly. Where a value is used lower down, the constant that it meets there
//! takes a scale of its own that makes the product fit, at no cost; where there is none, the value is multiplied by 1
//! (`align`). **Relinearization and rescaling** wait: a sum of products is made of products and brought back once
//! (`lower`). **Sums of rotations** of one value are one step (`turns`). Steps come in an **order** that keeps few values at
//! a time (`order`).

use lowtide_ckks::{Parameters, SecurityLevel};
use lowtide_ring::Ring;

use crate::{
    Circuit, Error, Program,
    pass::{self, Passes},
};

mod align;
mod levels;
mod lower;
mod order;
mod ring;
mod turns;

/// What a program should offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirements {
    /// `log2` of the scale: more bits, more precision, a larger ring.
    pub scale_bits: u32,
    /// Bits of the largest output in absolute value.
    pub output_bits: u32,
    /// The security that the ring must have; `None` for tests in small rings alone.
    pub security: Option<SecurityLevel>,
    /// The kind of ring; `None` for whichever needs the smaller degree, the standard one where both need the same.
    pub ring: Option<Ring>,
    /// The most bytes that evaluation keys may take, as [`Program::key_bytes`] counts them: without
    /// [`Lowering::double_hoisting`] they are fewer; where that is not enough, rotations that are rare are made of others.
    pub key_bytes: Option<u64>,
    /// What the circuit is improved by.
    pub passes: Passes,
    /// How it is brought down to the scheme.
    pub lowering: Lowering,
}

impl Requirements {
    /// A scale of 40 bits, outputs up to 256, 128 bits of security, everything that makes programs better.
    pub const DEFAULT: Self = Self {
        scale_bits: 40,
        output_bits: 8,
        security: Some(SecurityLevel::Classical128),
        ring: None,
        key_bytes: None,
        passes: Passes::ALL,
        lowering: Lowering::ALL,
    };
}

impl Default for Requirements {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What the compiler does beyond the passes: all of it, unless something is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lowering {
    /// Relinearizes and rescales a sum of products once, not each product.
    pub lazy_relinearization: bool,
    /// Decomposes a value once for all its rotations (Halevi and Shoup, ePrint 2018/244).
    pub hoisting: bool,
    /// Makes a sum of rotations of one value in one piece, two links of a chain by doubling as well: less time, more keys
    /// where there are chains.
    pub double_hoisting: bool,
    /// Gives each input the level of its first use, not the highest.
    pub input_levels: bool,
    /// Chooses the scales of constants such that values from higher levels fit without a product with 1.
    pub aligned_constants: bool,
    /// Orders steps such that few values are kept at a time; otherwise they come as the circuit was written.
    pub ordered: bool,
}

impl Lowering {
    /// All of it.
    pub const ALL: Self = Self {
        lazy_relinearization: true,
        hoisting: true,
        double_hoisting: true,
        input_levels: true,
        aligned_constants: true,
        ordered: true,
    };
    /// None of it.
    pub const NONE: Self = Self {
        lazy_relinearization: false,
        hoisting: false,
        double_hoisting: false,
        input_levels: false,
        aligned_constants: false,
        ordered: false,
    };
}

impl Lowering {
    /// Each of them left out in turn, by name.
    #[must_use]
    pub const fn each_off() -> [(&'static str, Self); 6] {
        let all = Self::ALL;
        [
            ("lazy relinearization", Self { lazy_relinearization: false, ..all }),
            ("hoisting", Self { hoisting: false, ..all }),
            ("double hoisting", Self { double_hoisting: false, ..all }),
            ("input levels", Self { input_levels: false, ..all }),
            ("aligned constants", Self { aligned_constants: false, ..all }),
            ("order", Self { ordered: false, ..all }),
        ]
    }
}

impl Default for Lowering {
    fn default() -> Self {
        Self::ALL
    }
}

/// Improves a circuit, chooses the smallest secure ring and lowers the circuit to it.
///
/// # Errors
/// When no ring is large enough, [`Error::KeyBytes`] when keys do not fit their limit, or the requirements make no sense.
pub fn compile(circuit: &Circuit, requirements: &Requirements) -> Result<Program, Error> {
    let circuit = pass::optimize_with(circuit, &requirements.passes);
    let depth = levels::levels(&circuit, requirements.lowering.input_levels).highest;
    let (params, explanation) = ring::choose(&circuit, depth, requirements)?;
    fit(&circuit, &params, &explanation, requirements)
}

/// Improves a circuit and lowers it to parameters that are given; of the requirements, only how it does so and the limit on
/// keys are heeded.
///
/// # Errors
/// [`Error::TooDeep`] or [`Error::TooWide`] when the circuit does not fit them, [`Error::KeyBytes`] when keys do not fit
/// their limit.
pub fn compile_for(
    circuit: &Circuit,
    params: &Parameters,
    requirements: &Requirements,
) -> Result<Program, Error> {
    let circuit = pass::optimize_with(circuit, &requirements.passes);
    let depth = levels::levels(&circuit, requirements.lowering.input_levels).highest;
    let highest = params.max_level();
    if depth > highest {
        return Err(Error::TooDeep { depth, highest });
    }
    let (slots, room) = (circuit.slots(), params.slots());
    if slots > room {
        return Err(Error::TooWide { slots, room });
    }
    fit(&circuit, params, &ring::explain_given(params, depth), requirements)
}

/// The program with as many rotation keys as fit.
fn fit(
    circuit: &Circuit,
    params: &Parameters,
    explanation: &str,
    requirements: &Requirements,
) -> Result<Program, Error> {
    let lower = |circuit: &Circuit, lowering: &Lowering| {
        let levels = levels::levels(circuit, lowering.input_levels);
        lower::lower(circuit, levels, params.clone(), explanation.to_owned(), lowering)
    };
    let program = lower(circuit, &requirements.lowering);
    let Some(limit) = requirements.key_bytes.filter(|limit| program.key_bytes() > *limit) else {
        return Ok(program);
    };
    // Links of a chain one by one take fewer keys, and cost less than rotations made of others.
    let single = Lowering { double_hoisting: false, ..requirements.lowering };
    let program = lower(circuit, &single);
    if program.key_bytes() <= limit {
        return Ok(program);
    }
    let (mut best, mut needed) = (None, program.key_bytes());
    let (mut low, mut high) = (1, program.rotations().len());
    while low < high {
        let keys = low.midpoint(high);
        match pass::limit_rotations(circuit, keys).map(|circuit| lower(&circuit, &single)) {
            Ok(fewer) if fewer.key_bytes() > limit => {
                needed = needed.min(fewer.key_bytes());
                high = keys;
            }
            Ok(fewer) => {
                best = Some(fewer);
                low = keys + 1;
            }
            // Fewer than there can be.
            Err(_) => low = keys + 1,
        }
    }
    best.ok_or(Error::KeyBytes { needed, limit })
}
