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
        "{} slots and {levels} levels of {} bits: the smallest ring for it{} has degree 2^{log_degree}, where log2(QP) = \
         {:.0} gives {}; key switches are cheapest there in {}",
        circuit.slots(),
        requirements.scale_bits,
        match params.ring() {
            Ring::ConjugateInvariant => ", conjugate-invariant,",
            _ => "",
        },
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
        "parameters as given: {} ring of degree 2^{log_degree}, log2(QP) = {log2_qp:.0} for {}, {depth} of {highest} levels \
         used",
        params.ring(),
        security(params)
    )
}

fn security(params: &Parameters) -> String {
    params.security().map_or("no security".to_owned(), |level| level.to_string())
}

/// The smallest ring in which some digit count is secure, and there the one with the cheapest key switches.
fn literal(circuit: &Circuit, levels: Level, requirements: &Requirements) -> Result<Literal, Error> {
    let Requirements { scale_bits, output_bits, security, ring, .. } = *requirements;
    // One bit for the sign, one for noise and scales that stray.
    let first_bits = scale_bits + output_bits + 2;
    let shape = |ring: Ring, digits| {
        let smallest = circuit.slots().ilog2() + u32::from(ring == Ring::Standard);
        Shape { ring, log_degree: smallest.max(5), first_bits, scale_bits, levels, digits }
    };
    let Some(wanted) = security else {
        return Ok(shape(ring.unwrap_or_default(), levels.min(2) + 1).literal()?);
    };
    let rings = ring.map_or_else(|| Ring::ALL.to_vec(), |ring| vec![ring]);
    let primes = |digits: usize| levels + 1 + (levels + 1).div_ceil(digits);
    let digits = (1..=levels + 1).filter(|digits| primes(*digits) <= 64);
    let candidates = digits.flat_map(|digits| rings.iter().map(move |ring| shape(*ring, digits)));
    let (mut best, mut refused): (Option<Literal>, _) = (None, None);
    for shape in candidates {
        match shape.secure_literal(wanted) {
            Ok(literal) => {
                let cost =
                    |it: &Literal| (it.log_degree, it.key_switch_work(levels), it.ring != Ring::Standard);
                if best.as_ref().is_none_or(|best| cost(&literal) < cost(best)) {
                    best = Some(literal);
                }
            }
            // The last one asks least of the ring.
            Err(error) => refused = Some(error),
        }
    }
    let log2_qp = shape(Ring::Standard, levels + 1).log2_qp();
    best.ok_or_else(|| refused.unwrap_or(Ckks::NoSecureRing { log2_qp, wanted }).into())
}
