//! A rehearsal: the clear run, in which every operation is as far off as its encrypted twin.

use std::collections::BTreeMap;

use lowtide_ckks::Noise;

use super::{clear, secrecy, takes_level};
use crate::{Error, NodeId, Op, Program, Secrecy, Value};

/// The outputs of a run in clear whose products and rotations are off by errors of the size that rounding has when they are
/// rescaled and switched, drawn anew for every slot from a generator that begins with `seed`.
///
/// Its distance from [`clear()`](super::clear()) is what to expect of an encrypted run. [`noise`](super::noise()) says more: a
/// bound that a run almost never passes, which long iterations make far too large to choose a scale by.
///
/// # Errors
/// As [`clear()`](super::clear()).
pub fn rehearsal(
    program: &Program,
    inputs: &BTreeMap<String, Vec<f64>>,
    seed: u64,
) -> Result<BTreeMap<String, Vec<f64>>, Error> {
    let (circuit, params) = (program.circuit(), program.params());
    let secrecy = secrecy(circuit);
    // A component rounded, times the secret: what a rescale leaves, and a key switch about as much.
    let expansion = params.ring().expansion(params.ring_degree()) as f64;
    let deviation = (expansion * Noise::ROUNDING * (1.0 + expansion * Noise::TERNARY)).sqrt();
    let width = 12.0_f64.sqrt() * deviation / params.default_scale().to_f64();
    let errs = |id: NodeId| match circuit.op(id) {
        Op::Rotate(..) | Op::Conjugate(_) => true,
        op => takes_level(op, |id| circuit.op(id)),
    };
    let mut state = seed | 1;
    let mut error = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        width * ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5)
    };
    let mut outputs: BTreeMap<NodeId, Vec<f64>> =
        circuit.outputs().iter().map(|(_, id)| (*id, Vec::new())).collect();
    clear::walk(circuit, inputs, |id, value| {
        let value = if secrecy[id.index()] == Secrecy::Encrypted && errs(id) {
            let numbers: Vec<f64> = (0..circuit.slots()).map(|slot| value.at(slot) + error()).collect();
            Value::Vector(numbers.into())
        } else {
            value
        };
        if let Some(output) = outputs.get_mut(&id) {
            *output = value.to_vec(circuit.slots());
        }
        value
    })?;
    Ok(circuit.outputs().iter().map(|(name, id)| (name.clone(), outputs[id].clone())).collect())
}
