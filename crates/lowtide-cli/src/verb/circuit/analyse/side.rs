//! A circuit as written, or after the passes: what can be read off it, and what the program it compiles to takes.

use lowtide_circuit::{
    Circuit, Error, Program,
    read::{self, Prices},
};
use lowtide_ckks::{Level, Literal};
use serde::Serialize;

use super::super::needs::Needs;
use crate::speed;

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

/// Seconds, from the time of one rotation here; sums take none.
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
    pub(super) fn new(circuit: &Circuit, program: &Result<Program, Error>) -> Result<Self, Error> {
        let (depth, counts) = (read::depth(circuit), read::counts(circuit));
        let sum = |kind: &std::collections::BTreeMap<usize, usize>| kind.values().sum();
        let program_of = program.as_ref().ok();
        Ok(Self {
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
            time: program_of.map(Time::new).transpose()?,
            refused: program.as_ref().err().map(ToString::to_string),
        })
    }
}

impl Time {
    fn new(program: &Program) -> Result<Self, Error> {
        let (params, literal) = (program.params(), program.params().literal());
        let level = params.max_level();
        let limb = speed::rotation(params, level)? / literal.key_switch_work(level) as f64;
        let cost = read::cost(program.circuit(), |level| prices(literal, level, limb));
        Ok(Self { work: cost.work, span: cost.span, width: cost.width(), widest: cost.widest })
    }
}

/// Seconds of each operation, from those of the transform of one limb.
fn prices(literal: &Literal, level: Level, limb: f64) -> Prices {
    let switch = literal.key_switch_work(level) as f64;
    let rescale = 2.0 * (level as f64 + 1.0);
    Prices {
        product: limb * (switch + rescale),
        public_product: limb * rescale,
        sum: 0.0,
        rotation: limb * switch,
    }
}
