//! `lowtide train`: all that a service does. No secret key is read here, and none would be of use.

use std::{
    fmt,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use clap::Parser;
use lowtide_ckks::EvaluationKeys;
use lowtide_logreg::{
    EncryptedDataset,
    train::{Options, Progress, Span, train_with},
};
use lowtide_ring::isa::Isa;
use lowtide_wire::Limits;
use serde::Serialize;

use self::region::Region;
use crate::{
    error::Error,
    facts::Facts,
    progress::Bar,
    screen::Screen,
    store,
    units::{Bytes, Of, Seconds},
};

pub(crate) mod region;

const AFTER_HELP: &str = "\
Example:
  lowtide train --keys evaluation.keys --data data.enc --out model.enc

The plan travels inside data.enc. model.enc goes back to the customer.";

/// Service: train on encrypted rows, with evaluation keys alone
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The evaluation keys
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: PathBuf,
    /// The encrypted rows
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// Where the encrypted model goes
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) model: PathBuf,
    pub(crate) model_bytes: u64,
    pub(crate) circuit: &'static str,
    pub(crate) steps: usize,
    pub(crate) products: usize,
    pub(crate) rotations: usize,
    pub(crate) threads: usize,
    pub(crate) isa: &'static str,
    pub(crate) seconds_load: f64,
    pub(crate) seconds: f64,
    /// Where the time went, and at which levels.
    pub(crate) regions: Vec<Region>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    store::check_room(&args.out)?;
    let begin = Instant::now();
    let (data, keys) = {
        let _life = Bar::spinner(screen, "reading keys and ciphertexts");
        let data: EncryptedDataset = store::load(&args.data, &Limits::default())?;
        let keys: EvaluationKeys = store::load(&args.keys, &Limits::only(data.plan().params()))?;
        (data, keys)
    };
    let seconds_load = begin.elapsed().as_secs_f64();
    let (plan, begin) = (data.plan(), Instant::now());
    let spans = Mutex::new(Vec::new());
    let trained = {
        let bar = Bar::new(screen, "training", plan.work());
        let on_progress = |progress: Progress<'_>| {
            bar.reach(progress.done);
            bar.say(progress.region.to_owned());
        };
        let on_task = |span: Span| spans.lock().unwrap_or_else(PoisonError::into_inner).push(span);
        let options =
            Options { on_progress: Some(&on_progress), on_task: Some(&on_task), ..Options::default() };
        train_with(&keys, &data, options).map_err(|source| Error::unfit(&args.keys, source))?
    };
    let seconds = begin.elapsed().as_secs_f64();
    let spans = spans.into_inner().unwrap_or_else(PoisonError::into_inner);
    let model_bytes = store::save(&args.out, &trained)?;
    Ok(Report {
        model: args.out.clone(),
        model_bytes,
        circuit: plan.request().circuit.name(),
        steps: plan.request().steps,
        products: plan.tally().product_count(),
        rotations: plan.tally().rotation_count(),
        threads: rayon::current_num_threads(),
        isa: Isa::best().name(),
        seconds_load,
        seconds,
        regions: region::all(plan.program(), &spans),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (steps, seconds) = (Of(self.steps, "mini-batch"), Seconds(self.seconds));
        Facts::under(format_args!("Trained on {steps}, in {seconds}"))
            .remarked(
                "send back",
                format_args!("{}, {}", self.model.display(), Bytes(self.model_bytes)),
                "the encrypted model",
            )
            .fact(
                "computed",
                format_args!(
                    "{} and {} on {} ({})",
                    Of(self.products, "product"),
                    Of(self.rotations, "rotation"),
                    Of(self.threads, "thread"),
                    self.isa
                ),
            )
            .fmt(f)
    }
}
