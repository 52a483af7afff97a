//! The smallest secure ring.

use lowtide_ckks::{Error as Ckks, Level, Parameters, Shape};
use lowtide_ring::Ring;

use super::Requirements;
use crate::{Circuit, Error};

/// Parameters, and why these, in words.
pub(super) fn choose(
    circuit: &Circuit,
    levels: Level,
    requirements: &Requirements,
) -> Result<(Parameters, String), Error> {
    let shape = shape(circuit, levels, requirements)?;
    let literal = shape.literal()?;
    let params = match requirements.security {
        Some(wanted) => Parameters::with_security(literal, wanted)?,
        None => Parameters::insecure(literal)?,
    };
    let explanation = format!(
        "{} slots and {levels} levels of {} bits: the smallest ring for it has degree 2^{}, where log2(QP) = {:.0} gives \
         {}; {} digits a key switch are the fewest that fit",
        circuit.slots(),
        requirements.scale_bits,
        shape.log_degree,
        params.log2_qp(),
        security(&params),
        params.digits(levels),
    );
    Ok((params, explanation))
}

/// What parameters that were given are, in words.
pub(super) fn explain_given(params: &Parameters, depth: Level) -> String {
    let (log_degree, highest) = (params.literal().log_degree, params.max_level());
    let log2_qp = params.log2_qp();
    format!(
        "parameters as given: degree 2^{log_degree}, log2(QP) = {log2_qp:.0} for {}, {depth} of {highest} levels used",
        security(params)
    )
}

fn security(params: &Parameters) -> String {
    params.security().map_or("no security".to_owned(), |level| level.to_string())
}

/// The smallest ring in which some digit count is secure, and there the fewest digits.
fn shape(circuit: &Circuit, levels: Level, requirements: &Requirements) -> Result<Shape, Error> {
    let Requirements { scale_bits, output_bits, security, .. } = *requirements;
    // One bit for the sign, one for noise and scales that stray.
    let first_bits = scale_bits + output_bits + 2;
    let smallest = circuit.slots().ilog2() + 1;
    let shape = |log_degree, digits| Shape {
        ring: Ring::Standard,
        log_degree,
        first_bits,
        scale_bits,
        levels,
        digits,
    };
    let Some(wanted) = security else { return Ok(shape(smallest.max(5), levels.min(2) + 1)) };
    let fits = |digits: usize| {
        let literal = shape(smallest, digits).secure_literal(wanted).ok()?;
        Some(shape(literal.log_degree, digits))
    };
    let primes = |digits: usize| levels + 1 + (levels + 1).div_ceil(digits);
    let candidates = (1..=levels + 1).filter(|digits| primes(*digits) <= 64).filter_map(fits);
    let log2_qp = shape(10, levels + 1).log2_qp();
    let none = Error::Ckks(Ckks::NoSecureRing { log2_qp, wanted });
    candidates.min_by_key(|shape| (shape.log_degree, shape.digits)).ok_or(none)
}
