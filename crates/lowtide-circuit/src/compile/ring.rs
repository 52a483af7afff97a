//! The smallest secure ring.

use lowtide_ckks::{Error as Ckks, Level, Literal, Parameters, Shape};
use lowtide_ring::Ring;

use super::Requirements;
use crate::{Circuit, Error};

/// Parameters, and why these, in words.
pub(super) fn choose(
    circuit: &Circuit,
    levels: Level,
    requirements: &Requirements,
) -> Result<(Parameters, String), Error> {
    let literal = literal(circuit, levels, requirements)?;
    let log_degree = literal.log_degree;
    let params = match requirements.security {
        Some(wanted) => Parameters::with_security(literal, wanted)?,
        None => Parameters::insecure(literal)?,
    };
    let explanation = format!(
        "{} slots and {levels} levels of {} bits: the smallest ring for it has degree 2^{log_degree}, where log2(QP) = \
         {:.0} gives {}; key switches are cheapest there in {}",
        circuit.slots(),
        requirements.scale_bits,
        params.log2_qp(),
        security(&params),
        match params.digits(levels) {
            1 => "1 digit".to_owned(),
            digits => format!("{digits} digits"),
        },
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

/// The smallest ring in which some digit count is secure, and there the one with the cheapest key switches.
fn literal(circuit: &Circuit, levels: Level, requirements: &Requirements) -> Result<Literal, Error> {
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
    let Some(wanted) = security else {
        return Ok(shape(smallest.max(5), levels.min(2) + 1).literal()?);
    };
    let primes = |digits: usize| levels + 1 + (levels + 1).div_ceil(digits);
    let candidates = (1..=levels + 1).filter(|digits| primes(*digits) <= 64);
    let (mut best, mut refused): (Option<Literal>, _) = (None, None);
    for digits in candidates {
        match shape(smallest, digits).secure_literal(wanted) {
            Ok(literal) => {
                let cost = |literal: &Literal| (literal.log_degree, literal.key_switch_work(levels));
                if best.as_ref().is_none_or(|best| cost(&literal) < cost(best)) {
                    best = Some(literal);
                }
            }
            // The last one asks least of the ring.
            Err(error) => refused = Some(error),
        }
    }
    let log2_qp = shape(10, levels + 1).log2_qp();
    best.ok_or_else(|| refused.unwrap_or(Ckks::NoSecureRing { log2_qp, wanted }).into())
}
