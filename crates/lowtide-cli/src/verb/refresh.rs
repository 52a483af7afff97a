//! `lowtide refresh`: spent weights, encrypted anew by their owner, so that training goes on.

use std::{fmt, path::PathBuf, time::Instant};

use clap::Parser;
use lowtide_ckks::SecretKey;
use lowtide_logreg::{EncryptedModel, customer};
use lowtide_wire::Limits;
use serde::Serialize;

use crate::{
    error::Error,
    facts::Facts,
    random,
    screen::Screen,
    store,
    units::{Bytes, Of, Seconds},
};

const AFTER_HELP: &str = "\
Example:
  lowtide refresh --key keys/secret.key --from step06.ckpt --out fresh06.ckpt

step06.ckpt is what `lowtide train` left; fresh06.ckpt goes to the service, which
trains on with `lowtide train ... --from fresh06.ckpt`. It is a fresh encryption
and says nothing of the weights. Never tell the service what a checkpoint
decrypts to.";

/// Customer: encrypt the weights of a checkpoint anew, so that training goes on
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The secret key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The checkpoint that came back
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// Where the fresh start goes
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) start: PathBuf,
    pub(crate) start_bytes: u64,
    pub(crate) ciphertexts: usize,
    pub(crate) steps_done: usize,
    pub(crate) steps_planned: usize,
    pub(crate) leg: usize,
    pub(crate) legs: usize,
    pub(crate) seconds: f64,
}

pub(crate) fn run(args: &Args, _screen: &Screen) -> Result<Report, Error> {
    store::check_room(&args.out)?;
    let checkpoint: EncryptedModel = store::load(&args.from, &Limits::default())?;
    let plan = checkpoint.plan();
    let secret: SecretKey = store::load(&args.key, &Limits::only(plan.params()))?;
    let begin = Instant::now();
    let mut rng = random::from_system()?;
    let start = customer::refresh(&secret, &checkpoint, &mut rng)
        .map_err(|source| Error::unfit(&args.from, source))?;
    let seconds = begin.elapsed().as_secs_f64();
    Ok(Report {
        start: args.out.clone(),
        start_bytes: store::save(&args.out, &start)?,
        ciphertexts: start.matrices().iter().map(|matrix| matrix.tiles().len()).sum(),
        steps_done: checkpoint.steps(),
        steps_planned: plan.request().steps,
        leg: start.leg() + 1,
        legs: plan.legs().len(),
        seconds,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps_done, steps_planned, leg, legs, .. } = self;
        let (ciphertexts, seconds) = (Of(self.ciphertexts, "ciphertext"), Seconds(self.seconds));
        Facts::under(format_args!("Weights and momentum in {ciphertexts}, in {seconds}"))
            .remarked(
                "send",
                format_args!("{}, {}", self.start.display(), Bytes(self.start_bytes)),
                "for `lowtide train --from`",
            )
            .remarked(
                "trained",
                format_args!("{steps_done} of {}", Of(*steps_planned, "step")),
                format_args!("leg {leg} of {legs} begins here"),
            )
            .fmt(f)
    }
}
