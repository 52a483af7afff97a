//! From a circuit to a program: levels, scales, relinearization, rescaling, and parameters.
//!
//! **Levels** are given from the outputs upwards, each value as low as its uses allow, so that inputs travel and
//! operations run at the fewest primes (`levels`). **Scales** are a function of the level alone, `S_(l-1) = S_l^2 / q_l`:
//! then products, sums and rescales of values at one level fit exactly, and a value comes down to a lower level by one
//! product with the number 1. The primes are chosen one after the other so that no scale strays from the wanted one
//! (`ring`; in the spirit of Kim, Papadimitriou and Polyakov, "Approximate homomorphic encryption with reduced
//! approximation error", ePrint 2020/1118). **Relinearization and rescaling** wait: a sum of products is made of products
//! and brought back once (`lower`).

use lowtide_ckks::SecurityLevel;

use crate::{Circuit, Error, Program, pass};

mod levels;
mod lower;
mod ring;

/// What a program should offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Requirements {
    /// `log2` of the scale: more bits, more precision, a larger ring.
    pub scale_bits: u32,
    /// Bits of the largest output in absolute value.
    pub output_bits: u32,
    /// The security that the ring must have; `None` for tests in small rings alone.
    pub security: Option<SecurityLevel>,
}

impl Default for Requirements {
    /// A scale of 40 bits, outputs up to 256, 128 bits of security.
    fn default() -> Self {
        Self { scale_bits: 40, output_bits: 8, security: Some(SecurityLevel::Classical128) }
    }
}

/// Improves a circuit, chooses parameters and lowers it.
///
/// # Errors
/// When no ring is large enough, or the requirements make no sense.
pub fn compile(circuit: &Circuit, requirements: &Requirements) -> Result<Program, Error> {
    let circuit = pass::optimize(circuit);
    let levels = levels::levels(&circuit);
    let ring = ring::choose(&circuit, levels.highest, requirements)?;
    Ok(lower::lower(&circuit, &levels, ring))
}
