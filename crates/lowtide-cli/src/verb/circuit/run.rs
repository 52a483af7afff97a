//! `lowtide circuit run`: a circuit on encrypted inputs, beside the same in clear.

use std::time::Instant;

use clap::Parser;
use lowtide_circuit::{
    analyse, compile,
    customer::{self, Bound},
    read,
    run::{Options, Progress, run as run_encrypted},
};
use lowtide_ckks::SecretKey;

pub(super) use self::report::Report;
use self::report::{Both, Seconds, Twin};
use super::{
    given::Given,
    source::Source,
    wanted::{Wanted, error_size},
};
use crate::{
    error::Error,
    progress::Bar,
    random,
    screen::{Screen, printable},
};

mod report;

const AFTER_HELP: &str = "\
Examples:
  lowtide circuit run quartic.circuit --input x=0,1,2,3,4,5,6,7
  lowtide circuit run dot_product.circuit --inputs vectors.json --json
  lowtide circuit run quartic.circuit --input x=0.5 --scale-bits 30 --twin

Keys are made, used and forgotten: this is for whoever writes a circuit, on
numbers that may be known. With --twin every value on the way is decrypted and
held against the one in clear, and the first that is off is named.";

/// Run a circuit encrypted, beside the same in clear
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    wanted: Wanted,
    /// The most memory that values may take while it runs, in MiB [default: no limit]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    memory: Option<u64>,
    /// Decrypt every value on the way, and name the first that is off
    #[arg(long, help_heading = "Twin")]
    twin: bool,
    /// How far off a value may be [default: what is foretold of each]
    #[arg(long, value_name = "ERROR", value_parser = error_size, requires = "twin", help_heading = "Twin")]
    bound: Option<f64>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let circuit = args.source.read()?;
    let inputs = args.given.one(&circuit)?;
    let fault = |error| args.source.fault(error);
    let clear = read::clear(&circuit, &inputs).map_err(fault)?;
    let mut clock = Clock::start();
    let program = compile(&circuit, &args.wanted.into()).map_err(fault)?;
    let compiling = clock.lap();
    // What is off shows below; what leaves the modulus shows as anything.
    let foretold = analyse(&program, std::slice::from_ref(&inputs), f64::INFINITY).map_err(fault)?;
    for fault in &foretold.faults {
        screen.warn(fault);
    }
    clock.lap();
    let mut rng = random::from_system()?;
    let (secret, keys) = {
        let _life = Bar::spinner(screen, "making keys");
        let secret = SecretKey::generate(program.params(), &mut rng);
        let keys = customer::keys(&program, &secret, &mut rng).map_err(fault)?;
        (secret, keys)
    };
    let keygen = clock.lap();
    let encrypted = customer::encrypt(&program, &secret, &inputs, &mut rng).map_err(fault)?;
    let encryption = clock.lap();
    let outputs = {
        let bar = Bar::new(screen, "running", program.work());
        let on_progress = |progress: Progress<'_>| {
            bar.reach(progress.done);
            bar.say(if progress.region.is_empty() { "running".into() } else { printable(progress.region) });
        };
        let memory = args.memory.map(|mebibytes| mebibytes << 20);
        let options = Options { on_progress: Some(&on_progress), memory, ..Options::default() };
        run_encrypted(&program, &keys, &encrypted, options).map_err(fault)?
    };
    let running = clock.lap();
    let found = customer::decrypt(&program, &secret, &outputs).map_err(fault)?;
    let seconds =
        Seconds { compile: compiling, keygen, encrypt: encryption, run: running, decrypt: clock.lap() };
    let twin = if args.twin {
        let _life = Bar::spinner(screen, "running the twin");
        let bound = args.bound.map_or(Bound::Predicted(&foretold.prediction), Bound::Absolute);
        let twin = customer::twin(&program, &secret, &keys, &inputs, bound, &mut rng).map_err(fault)?;
        Some(Twin::new(args.bound, twin))
    } else {
        None
    };
    Ok(Report::new(args.source.name(), &program, Both { found, clear, foretold }, seconds, twin))
}

/// The time of one phase after the other.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the last lap.
    fn lap(&mut self) -> f64 {
        let seconds = self.0.elapsed().as_secs_f64();
        self.0 = Instant::now();
        seconds
    }
}
