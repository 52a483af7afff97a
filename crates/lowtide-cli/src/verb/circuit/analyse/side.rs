//! A circuit as written, or after the passes: what can be read off it, and what the program it compiles to takes.

use lowtide_circuit::{
    Circuit, Error, Program,
    read::{self, Prices},
    speed::{Setting, Speed},
};
use serde::Serialize;

use super::super::needs::Needs;

/// One of two forms of a circuit.
#[derive(Debug, Serialize)]
pub(super) struct Side {
    pub(super) nodes: usize,
    pub(super) depth: usize,
    /// The products on one deepest chain.
    pub(super) critical_path: Vec<String>,
    #[serde(flatten)]
    pub(super) operations: Operations,
    /// What its program takes; nothing when it does not compile.
    pub(super) program: Option<Needs>,
    pub(super) time: Option<Time>,
    /// Why it does not compile.
    pub(super) refused: Option<String>,
}

/// Operations on ciphertexts.
#[derive(Debug, Serialize)]
pub(super) struct Operations {
    pub(super) products: usize,
    pub(super) squares: usize,
    pub(super) public_products: usize,
    pub(super) sums: usize,
    pub(super) negations: usize,
    pub(super) rotations: usize,
    pub(super) conjugations: usize,
}

/// Seconds of a run here.
#[derive(Debug, Serialize)]
pub(super) struct Time {
    /// All operations one after the other.
    pub(super) work: f64,
    /// The dearest chain.
    pub(super) span: f64,
    /// Work over span.
    pub(super) width: f64,
    /// The most operations side by side.
    pub(super) widest: usize,
}

impl Side {
    pub(super) fn new(circuit: &Circuit, program: &Result<Program, Error>, speed: &Speed) -> Self {
        let (depth, counts) = (read::depth(circuit), read::counts(circuit));
        let sum = |kind: &std::collections::BTreeMap<usize, usize>| kind.values().sum();
        let program_of = program.as_ref().ok();
        Self {
            nodes: circuit.nodes().len(),
            depth: depth.depth,
            critical_path: depth.path_names(circuit),
            operations: Operations {
                products: sum(&counts.products),
                squares: sum(&counts.squares),
                public_products: sum(&counts.public_products),
                sums: sum(&counts.sums),
                negations: sum(&counts.negations),
                rotations: sum(&counts.rotations),
                conjugations: sum(&counts.conjugations),
            },
            program: program_of.map(Needs::new),
            time: program_of.map(|program| Time::new(program, speed)),
            refused: program.as_ref().err().map(ToString::to_string),
        }
    }
}

impl Time {
    fn new(program: &Program, speed: &Speed) -> Self {
        let usage = program.usage_in(Setting::of(program.params().literal()), speed, 1);
        // How many stand side by side hangs on no price.
        let alike = Prices { product: 1.0, public_product: 1.0, sum: 0.0, rotation: 1.0 };
        let widest = read::cost(program.circuit(), |_| alike).widest;
        let width = if usage.span > 0.0 { usage.work / usage.span } else { 1.0 };
        Self { work: usage.work, span: usage.span, width, widest }
    }
}
