//! The smallest secure ring, and primes that keep every scale near the wanted one.

use lowtide_ckks::{Error as Ckks, Level, Parameters, Scale, Shape};
use lowtide_ring::Ring;

use super::Requirements;
use crate::{Circuit, Error};

/// A ring with a scale for every level.
pub(super) struct Chosen {
    pub(super) params: Parameters,
    pub(super) scales: Vec<Scale>,
    pub(super) explanation: String,
}

pub(super) fn choose(circuit: &Circuit, levels: Level, requirements: &Requirements) -> Result<Chosen, Error> {
    let shape = shape(circuit, levels, requirements)?;
    let literal = shape.literal()?;
    let params = match requirements.security {
        Some(wanted) => Parameters::with_security(literal, wanted)?,
        None => Parameters::insecure(literal)?,
    };
    let scales = scales(&params);
    let security = params.security().map_or("no security".to_owned(), |level| level.to_string());
    let explanation = format!(
        "{} slots and {levels} levels of {} bits: the smallest ring for it has degree 2^{}, where log2(QP) = {:.0} gives \
         {security}; {} digits a key switch are the fewest that fit",
        circuit.slots(),
        requirements.scale_bits,
        shape.log_degree,
        params.log2_qp(),
        params.digits(levels),
    );
    Ok(Chosen { params, scales, explanation })
}

/// The smallest ring in which some digit count is secure, and there the fewest digits.
fn shape(circuit: &Circuit, levels: Level, requirements: &Requirements) -> Result<Shape, Error> {
    let Requirements { scale_bits, output_bits, security } = *requirements;
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

/// `S_top = 2^s`, `S_(l-1) = S_l^2 / q_l`.
fn scales(params: &Parameters) -> Vec<Scale> {
    let mut scales = vec![params.default_scale().clone()];
    for level in (1..=params.max_level()).rev() {
        let scale = &scales[scales.len() - 1];
        scales.push(&(scale * scale) / &Scale::prime(params.literal().q[level]));
    }
    scales.reverse();
    scales
}
