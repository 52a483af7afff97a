//! `lowtide circuit analyse`: everything that can be known of a circuit before anything is encrypted.

use clap::Parser;
use lowtide_circuit::{
    Requirements, compile,
    pass::{self, Passes},
    speed::Speed,
};

pub(super) use self::report::Report;
use self::{side::Side, tried::Tried};
use super::{
    given::Given,
    source::Source,
    wanted::{Wanted, error_size},
};
use crate::error::Error;

mod report;
mod side;
mod tried;

const AFTER_HELP: &str = "\
Examples:
  lowtide circuit analyse quartic.circuit
  lowtide circuit analyse quartic.circuit --input x=0,1,2,3,4,5,6,7
  lowtide circuit analyse quartic.circuit --inputs samples.json --scale-bits 30

Without inputs: depth, operations, keys, bytes and ring, as written and after the
passes. With inputs such as those that will be encrypted, one set or a list of
them in a file, also how large values become, which scale they leave room for,
how exact the outputs will be, and what will go wrong. Nothing is encrypted.

Times are estimates for this machine, whose speed is measured in a quarter of a
second: work is all operations one after the other, span the dearest chain. The
numbers of nodes are those of `lowtide circuit show --nodes`, with --optimized
after the passes.";

/// Say what a circuit will take, and what will go wrong
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    given: Given,
    /// The largest error wanted of an output [default: half of the scale's bits]
    #[arg(long, value_name = "ERROR", value_parser = error_size, help_heading = "Inputs")]
    tolerance: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
}

pub(super) fn run(args: &Args) -> Result<Report, Error> {
    let circuit = args.source.read()?;
    let samples = args.given.is_there(&circuit).then(|| args.given.all(&circuit)).transpose()?;
    let requirements = Requirements::from(args.wanted);
    let plain = compile(&circuit, &Requirements { passes: Passes::NONE, ..requirements });
    let best = compile(&circuit, &requirements);
    let tried = match (&samples, &best) {
        (Some(samples), Ok(program)) => {
            let tolerance = args.tolerance.unwrap_or_else(|| args.wanted.half_precision());
            Some(Tried::new(program, samples, tolerance).map_err(|error| args.source.fault(error))?)
        }
        _ => None,
    };
    let speed = Speed::measure().map_err(|error| args.source.fault(error.into()))?;
    let sides = [Side::new(&circuit, &plain, &speed), Side::new(&pass::optimize(&circuit), &best, &speed)];
    Ok(Report::new(args.source.name(), &circuit, sides, tried))
}
