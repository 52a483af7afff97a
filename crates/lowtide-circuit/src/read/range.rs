//! How large values become on representative inputs, and which scale they leave room for.

use std::collections::BTreeMap;

use super::height;
use crate::{Circuit, Error, NodeId, Value, read};

/// The smallest and the largest number that a node takes in any slot, on any of the inputs tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest; more than `max` when nothing was tried.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Range {
    /// Of no number.
    pub const EMPTY: Self = Self { min: f64::INFINITY, max: f64::NEG_INFINITY };

    /// The largest absolute value; 0 when nothing was tried.
    #[must_use]
    pub fn magnitude(&self) -> f64 {
        if self.min > self.max { 0.0 } else { self.min.abs().max(self.max.abs()) }
    }

    /// The range with one more number. One that is none may be anything.
    #[must_use]
    pub const fn with(self, x: f64) -> Self {
        if x.is_nan() {
            return Self { min: f64::NEG_INFINITY, max: f64::INFINITY };
        }
        Self { min: self.min.min(x), max: self.max.max(x) }
    }
}

/// The range of every node, over all the inputs given. A value is let go once nothing uses it any more.
///
/// # Errors
/// As [`read::clear`].
pub fn ranges(circuit: &Circuit, samples: &[BTreeMap<String, Vec<f64>>]) -> Result<Vec<Range>, Error> {
    let mut ranges = vec![Range::EMPTY; circuit.nodes().len()];
    for sample in samples {
        read::clear::visit(circuit, sample, |id, value| {
            let range = ranges[id.index()];
            ranges[id.index()] = match value {
                Value::Scalar(x) => range.with(*x),
                Value::Vector(numbers) => numbers.iter().fold(range, |range, x| range.with(*x)),
            };
        })?;
    }
    Ok(ranges)
}

/// How large moduli may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModulusBudget {
    /// The binary logarithm of the first prime: all that is left at level 0.
    pub first_bits: f64,
    /// The binary logarithm of the product of all primes: what security leaves for the ring.
    pub modulus_bits: f64,
}

/// The largest scale, and why not a larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleAdvice {
    /// The binary logarithm of the largest scale at which every value fits; nothing when none does.
    pub log2_scale: Option<f64>,
    /// What forbids a larger scale, or any.
    pub limit: ScaleLimit,
}

/// What a scale is limited by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleLimit {
    /// The value of this node: it has no room at its level.
    Value(NodeId),
    /// The whole modulus, shared between the levels.
    Modulus,
}

/// The largest scale at which no value overflows, in one look at each node.
///
/// A value `v` at a scale `s`, with `l` levels left under primes of the size of `s`, fits when `2 |v| s <= q s^l` for a
/// first prime `q`: the sign takes a bit. In logarithms that is a line in `log s` for each node: at level 0 it bounds the
/// scale from above, at level 1 it says that `|v|` is at most `q/2`, from level 2 on it bounds the scale from below. A
/// product before it is rescaled asks for the same as after. The level is the lowest that the rest of the circuit allows,
/// where the least room is; public values are held to it as well, because they are encoded there. Noise is not counted:
/// leave a bit for it.
///
/// # Panics
/// When the ranges are those of another circuit.
#[must_use]
pub fn scale_advice(circuit: &Circuit, ranges: &[Range], budget: &ModulusBudget) -> ScaleAdvice {
    let ModulusBudget { first_bits, modulus_bits } = *budget;
    let depth = height::height(circuit).runs_at.into_iter().max().unwrap_or(0);
    let shared = if depth > 0 { (modulus_bits - first_bits) / depth as f64 } else { modulus_bits };
    let mut most = (shared, ScaleLimit::Modulus);
    let mut least = (0.0, ScaleLimit::Modulus);
    for (id, bits, level) in sizes(circuit, ranges) {
        let limit = ScaleLimit::Value(id);
        match level {
            0 if first_bits - bits < most.0 => most = (first_bits - bits, limit),
            1 if bits > first_bits => return ScaleAdvice { log2_scale: None, limit },
            2.. => {
                let needed = (bits - first_bits) / (level - 1) as f64;
                if needed > least.0 {
                    least = (needed, limit);
                }
            }
            _ => {}
        }
    }
    let log2_scale = Some(most.0).filter(|scale| *scale >= least.0);
    ScaleAdvice { log2_scale, limit: if log2_scale.is_some() || most.0 < 0.0 { most.1 } else { least.1 } }
}

/// The binary logarithm of the smallest first prime at which no value overflows, for a scale; the other way round than
/// [`scale_advice`].
///
/// # Panics
/// When the ranges are those of another circuit.
#[must_use]
pub fn first_prime_advice(circuit: &Circuit, ranges: &[Range], log2_scale: f64) -> f64 {
    let needed = |(_, bits, level): (NodeId, f64, usize)| bits + (1.0 - level as f64) * log2_scale;
    sizes(circuit, ranges).map(needed).fold(log2_scale, f64::max)
}

/// Every value that meets a ciphertext: the bits before its point with one for the sign, and its lowest level.
fn sizes(circuit: &Circuit, ranges: &[Range]) -> impl Iterator<Item = (NodeId, f64, usize)> {
    assert_eq!(ranges.len(), circuit.nodes().len(), "the ranges of another circuit");
    let height = height::height(circuit);
    circuit.iter().filter_map(move |(id, _)| {
        let i = id.index();
        let size = ranges[i].magnitude();
        (height.meets[i] && size > 0.0).then(|| (id, size.log2() + 1.0, height.after[i]))
    })
}
