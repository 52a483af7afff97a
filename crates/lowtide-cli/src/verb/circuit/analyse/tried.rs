//! What is known of a circuit on inputs such as those that will be encrypted.

use lowtide_circuit::{
    Error as CircuitError, NodeId, Program, analyse,
    analyse::OutputAnalysis,
    read::{self, ModulusBudget, ScaleLimit},
};
use lowtide_ckks::SecurityLevel;
use serde::Serialize;

use super::super::given::Inputs;

/// What is known on the inputs tried.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    /// Sets of inputs.
    pub(super) samples: usize,
    /// The largest error wanted.
    pub(super) tolerance: f64,
    pub(super) outputs: Vec<Output>,
    /// By node of the circuit after the passes.
    pub(super) nodes: Vec<Node>,
    /// The node with the largest values.
    pub(super) largest: Option<Largest>,
    pub(super) advice: Advice,
    /// What will go wrong.
    pub(super) faults: Vec<String>,
}

/// An output.
#[derive(Debug, Serialize)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) min: f64,
    pub(super) max: f64,
    /// The largest error, predicted.
    pub(super) error: f64,
    /// Binary digits behind the point that are right.
    pub(super) bits_behind: f64,
}

/// A node.
#[derive(Debug, Serialize)]
pub(super) struct Node {
    node: String,
    min: f64,
    max: f64,
    error: f64,
    level: Option<usize>,
    log2_scale: Option<f64>,
}

/// The node with the largest values.
#[derive(Debug, Serialize)]
pub(super) struct Largest {
    pub(super) node: String,
    pub(super) magnitude: f64,
}

/// Which scale and which first prime these values leave room for.
#[derive(Debug, Serialize)]
pub(super) struct Advice {
    /// The binary logarithm of the largest scale at which every value fits this ring; nothing when none does.
    pub(super) log2_scale: Option<f64>,
    /// What forbids a larger one.
    pub(super) limit: String,
    /// The fewest bits for the largest output at which every value fits, at the scale that was asked for.
    pub(super) output_bits: u32,
}

impl Tried {
    pub(super) fn new(program: &Program, samples: &[Inputs], tolerance: f64) -> Result<Self, CircuitError> {
        let (circuit, analysis) = (program.circuit(), analyse(program, samples, tolerance)?);
        let name = |id: NodeId| {
            let node = &circuit.nodes()[id.index()];
            let region = circuit.region_name(node.region);
            let place = if region.is_empty() { region } else { format!(" in {region}") };
            format!("{id} {}{place}", node.op.name())
        };
        let nodes = || circuit.iter().zip(&analysis.nodes);
        let largest = nodes().max_by(|(_, a), (_, b)| a.range.magnitude().total_cmp(&b.range.magnitude()));
        let ranges: Vec<_> = analysis.nodes.iter().map(|node| node.range).collect();
        let literal = program.params().literal();
        let log2 = |primes: &[u64]| primes.iter().map(|prime| (*prime as f64).log2()).sum::<f64>();
        let allowed =
            |level: SecurityLevel| f64::from(level.max_log2_qp(literal.log_degree)) - log2(&literal.p);
        let budget = ModulusBudget {
            first_bits: log2(&literal.q[..1]),
            modulus_bits: program.params().security().map_or_else(|| log2(&literal.q), allowed),
        };
        let scale = read::scale_advice(circuit, &ranges, &budget);
        let scale_bits = f64::from(literal.log_scale);
        // A bit for the sign is in it; one for noise is not, and both are in the first prime.
        let first = read::first_prime_advice(circuit, &ranges, scale_bits) - scale_bits;
        let output = |output: &OutputAnalysis| Output {
            name: output.name.clone(),
            min: output.range.min,
            max: output.range.max,
            error: output.error,
            bits_behind: output.bits_behind(),
        };
        Ok(Self {
            samples: samples.len(),
            tolerance,
            outputs: analysis.outputs.iter().map(output).collect(),
            largest: largest
                .map(|((id, _), node)| Largest { node: name(id), magnitude: node.range.magnitude() }),
            nodes: nodes()
                .map(|((id, _), node)| Node {
                    node: name(id),
                    min: node.range.min,
                    max: node.range.max,
                    error: node.error,
                    level: node.placed.as_ref().map(|(level, _)| *level),
                    log2_scale: node.placed.as_ref().map(|(_, scale)| scale.log2()),
                })
                .collect(),
            advice: Advice {
                log2_scale: scale.log2_scale,
                limit: match scale.limit {
                    ScaleLimit::Value(id) => name(id),
                    ScaleLimit::Modulus => "the modulus that security allows in this ring".into(),
                },
                output_bits: (first.ceil() - 1.0).max(0.0) as u32,
            },
            faults: analysis.faults.iter().map(ToString::to_string).collect(),
        })
    }
}
