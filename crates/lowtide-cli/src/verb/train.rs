//! `lowtide train`: all that a service does. No secret key is read here, and none would be of use.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use clap::Parser;
use lowtide_ckks::EvaluationKeys;
use lowtide_logreg::{
    EncryptedDataset, FreshStart,
    train::{Options, Progress, Span, go_on_with, train_with},
};
use lowtide_ring::isa::Isa;
use lowtide_wire::{Error as WireError, Kind, Limits};
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
Examples:
  lowtide train --keys evaluation.keys --data data.enc --out model.enc
  lowtide train --keys evaluation.keys --data data.enc --out step06.ckpt
  lowtide train --keys evaluation.keys --data data.enc --from fresh06.ckpt \\
      --out step10.ckpt

The plan travels inside data.enc. model.enc goes back to the customer. If the plan
has refreshes, training stops where the first is due: a checkpoint goes back, and
what the customer makes of it with `lowtide refresh` comes in with --from.";

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
    /// Go on from this fresh start, which `lowtide refresh` made
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Where the encrypted model goes, or the checkpoint
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) model: PathBuf,
    pub(crate) model_bytes: u64,
    pub(crate) circuit: &'static str,
    /// Trained in this go.
    pub(crate) steps: usize,
    pub(crate) steps_done: usize,
    pub(crate) steps_planned: usize,
    pub(crate) leg: usize,
    pub(crate) legs: usize,
    /// What is left to do, unless all is done.
    pub(crate) refresh_needed: bool,
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
    let (data, keys, start) = {
        let _life = Bar::spinner(screen, "reading keys and ciphertexts");
        let data: EncryptedDataset = store::load(&args.data, &Limits::default())?;
        let keys: EvaluationKeys = store::load(&args.keys, &Limits::only(data.plan().params()))?;
        let start = args.from.as_deref().map(|from| fresh(from, &data)).transpose()?;
        (data, keys, start)
    };
    let seconds_load = begin.elapsed().as_secs_f64();
    let (plan, begin) = (data.plan(), Instant::now());
    let leg = &plan.legs()[start.as_ref().map_or(0, FreshStart::leg)];
    let spans = Mutex::new(Vec::new());
    let trained = {
        let bar = Bar::new(screen, "training", leg.program().work());
        let on_progress = |progress: Progress<'_>| {
            bar.reach(progress.done);
            bar.say(progress.region.to_owned());
        };
        let on_task = |span: Span| spans.lock().unwrap_or_else(PoisonError::into_inner).push(span);
        let options =
            Options { on_progress: Some(&on_progress), on_task: Some(&on_task), ..Options::default() };
        let trained = match &start {
            None => train_with(&keys, &data, options),
            Some(start) => go_on_with(&keys, &data, start, options),
        };
        trained.map_err(|source| Error::unfit(&args.keys, source))?
    };
    let seconds = begin.elapsed().as_secs_f64();
    let spans = spans.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (model_bytes, tally) = (store::save(&args.out, &trained)?, leg.program().tally());
    Ok(Report {
        model: args.out.clone(),
        model_bytes,
        circuit: plan.request().circuit.name(),
        steps: leg.steps().len(),
        steps_done: trained.steps(),
        steps_planned: plan.request().steps,
        leg: trained.leg() + 1,
        legs: plan.legs().len(),
        refresh_needed: !trained.is_finished(),
        products: tally.product_count(),
        rotations: tally.rotation_count(),
        threads: rayon::current_num_threads(),
        isa: Isa::best().name(),
        seconds_load,
        seconds,
        regions: region::all(leg.program(), &spans),
    })
}

/// What to start from, which has to be of the same plan as the rows.
fn fresh(path: &Path, data: &EncryptedDataset) -> Result<FreshStart, Error> {
    let start: FreshStart =
        store::load(path, &Limits::only(data.plan().params())).map_err(|error| match error {
            Error::Content { path, source: WireError::WrongKind { found: Kind::Model, .. } } => {
                Error::NotRefreshed { path }
            }
            error => error,
        })?;
    if start.plan().is_same(data.plan()) {
        Ok(start)
    } else {
        Err(Error::unfit(path, lowtide_logreg::Error::OtherPlan))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (steps, seconds) = (Of(self.steps, "mini-batch"), Seconds(self.seconds));
        let facts = Facts::under(format_args!("Trained on {steps}, in {seconds}")).remarked(
            "send back",
            format_args!("{}, {}", self.model.display(), Bytes(self.model_bytes)),
            if self.refresh_needed { "a checkpoint" } else { "the encrypted model" },
        );
        let facts = match self.legs {
            1 => facts,
            legs => facts.remarked(
                "trained",
                format_args!("{} of {}", self.steps_done, Of(self.steps_planned, "step")),
                format_args!("leg {} of {legs}", self.leg),
            ),
        };
        let facts = match self.refresh_needed {
            false => facts,
            true => facts.told(
                "to go on",
                format_args!(
                    "the customer runs `lowtide refresh --from {}`, and you `lowtide train --from` what comes of it",
                    self.model.display()
                ),
            ),
        };
        facts
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
