//! `lowtide demo`: the whole path on embedded data, with the very verbs that a customer and a service would use.

use std::{path::PathBuf, time::Instant};

use clap::Parser;
use lowtide_data::mnist;

use self::{page::Page, report::Report, stage::Stage};
use super::{decrypt, encrypt, keygen, plan, refresh, train};
use crate::{
    error::{Error, Usage},
    picture::Picture,
    screen::Screen,
    store,
    units::{About, Bytes, Count, Of, Seconds},
};

mod compare;
mod history;
mod page;
mod report;
mod stage;

const AFTER_HELP: &str = "\
Examples:
  lowtide demo
  lowtide demo --steps 8 --circuit baseline
  lowtide demo --steps 32 --refresh-every 4
  lowtide demo --steps 3 --preconditioner fixed-hessian
  lowtide demo --keep demo --picture weights.svg
  lowtide demo --report report.html
  lowtide demo --json

The data are 11,982 handwritten digits, threes and eights, of 14 x 14 pixels.";

/// See all of it: train on encrypted MNIST digits, decrypt, compare
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The circuit
    #[arg(long, value_enum, default_value_t = plan::CircuitChoice::Auto, value_name = "NAME")]
    circuit: plan::CircuitChoice,
    /// Who multiplies rows with each other, in circuits with Gram matrices
    #[arg(long, value_enum, default_value_t = plan::GramChoice::Customer, value_name = "WHO")]
    gram: plan::GramChoice,
    /// Mini-batches to train on
    #[arg(long, value_name = "N", default_value_t = 6)]
    steps: usize,
    /// After so many steps the customer encrypts the weights anew
    #[arg(long, value_name = "N")]
    refresh_every: Option<usize>,
    /// Rows of a mini-batch, at most
    #[arg(long, value_name = "N", default_value_t = 64)]
    batch: usize,
    /// What gradients are multiplied by
    #[arg(long, value_enum, default_value_t = plan::PreconditionerChoice::None, value_name = "KIND")]
    preconditioner: plan::PreconditionerChoice,
    /// First step size [default: 0.9, beyond 12 steps 2; with a fixed Hessian 3, and 1]
    #[arg(long, value_name = "SIZE")]
    step_size: Option<f64>,
    /// Step i has size SIZE / (1 + DECAY i)
    #[arg(long, value_name = "DECAY", default_value_t = 0.1)]
    step_decay: f64,
    /// The sigmoid's polynomial is made for margins from -B to B [default: 8; beyond 12 steps 16]
    #[arg(long, value_name = "B")]
    sigmoid_bound: Option<f64>,
    /// Orders the rows; it has no part in any secret
    #[arg(long, value_name = "SEED", default_value_t = 3)]
    seed: u64,
    /// Draw the trained weights to this file as well
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// Write a page about the run to this file, for a browser; it trains once more for each smaller number of steps
    #[arg(long, conflicts_with = "refresh_every", value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Keep everything that customer and service wrote in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// What the two parties report of the run.
struct Run {
    plan: plan::Report,
    keys: keygen::Report,
    data: encrypt::Report,
    /// Leg by leg.
    training: Vec<train::Report>,
    refreshes: Vec<refresh::Report>,
}

/// More steps than this take margins beyond 8.
const FEW_STEPS: usize = 12;

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let begin = Instant::now();
    let (train, test) = (mnist::train(), mnist::test());
    if args.batch > train.rows() {
        return Err(Usage::BatchTooLarge { found: args.batch, rows: train.rows() }.into());
    }
    // The stage changes the working directory.
    let absolute = |path: &Option<PathBuf>| path.as_deref().map(stage::absolute).transpose();
    let (picture, page) = (absolute(&args.picture)?, absolute(&args.report)?);
    picture.iter().chain(&page).try_for_each(|path| store::check_room(path))?;
    let mut stage = Stage::new(args.keep.as_deref(), screen.for_known_data())?;
    stage.title(
        "Training on rows that the machine doing the training cannot read",
        format_args!(
            "MNIST, 3 against 8: {} of {} pixels to train on, {} to test with",
            Of(train.rows(), "row"),
            train.columns(),
            Count(test.rows()),
        ),
    )?;
    stage.supply("train.csv", &train)?;
    stage.supply("test.csv", &test)?;
    let run = play(args, &mut stage)?;
    let compared = compare::all(args, &stage, &train, &test)?;
    let model = store::load_model("model.json".as_ref())?;
    let drawn = Picture {
        weights: model.weights(),
        side: mnist::SIDE,
        negative: &model.labels().negative,
        positive: &model.labels().positive,
    };
    if let Some(path) = &picture {
        store::write(path, |out| out.write_all(drawn.svg().as_bytes()))?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let mut report = Report::new(&run, &compared, seconds, drawn.lines(), picture, stage.kept());
    if let Some(path) = page {
        let history = history::trace(&stage, args.seed, [&train, &test], &run, &compared)?;
        report.history = Some(history);
        let page = Page { report: &report, run: &run, picture: &drawn, args, bias: model.bias() };
        store::write(&path, |out| out.write_all(page.html().as_bytes()))?;
        report.report = Some(path);
    }
    Ok(report)
}

/// Customer, service, customer. The stage ends with the customer.
fn play(args: &Args, stage: &mut Stage) -> Result<Run, Error> {
    stage.enter(Stage::CUSTOMER)?;
    let plan = plan(args, stage)?;
    let keys: keygen::Args = stage.command("keygen", "--plan job.plan --out .")?;
    let keys = keygen::run(&keys, stage.screen())?;
    stage.outcome(format_args!(
        "{} stays, {} goes; {}",
        keygen::SECRET,
        keygen::EVALUATION,
        Seconds(keys.seconds)
    ))?;
    let data: encrypt::Args = stage.command(
        "encrypt",
        &format!(
            "--plan job.plan --key secret.key --data train.csv --scaling none --shuffle-seed {} --out data.enc \
             --preparation rows.prep",
            args.seed
        ),
    )?;
    let data = encrypt::run(&data, stage.screen())?;
    stage.outcome(format_args!(
        "{} in {}; {}",
        Of(data.rows_encrypted, "row"),
        Of(data.ciphertexts, "ciphertext"),
        Seconds(data.seconds)
    ))?;
    stage.send(&[(keygen::EVALUATION, keys.evaluation_key_bytes), ("data.enc", data.upload_bytes)])?;

    let (mut training, mut refreshes) = (Vec::new(), Vec::new());
    let mut from = String::new();
    for (leg, steps) in plan.legs.iter().enumerate() {
        stage.enter(Stage::SERVICE)?;
        let is_last = leg + 1 == plan.legs.len();
        let out = if is_last { "model.enc".into() } else { format!("step{steps:02}.ckpt") };
        training.push(train(stage, &from, &out)?);
        stage.enter(Stage::CUSTOMER)?;
        if !is_last {
            let fresh = format!("fresh{steps:02}.ckpt");
            refreshes.push(refresh(stage, &out, &fresh)?);
            from = format!(" --from {fresh}");
        }
    }
    let model: decrypt::Args = stage
        .command("decrypt", "--key secret.key --model model.enc --preparation rows.prep --out model.json")?;
    let model = decrypt::run(&model, stage.screen())?;
    stage.outcome(format_args!("{} and a bias, in the clear again", Of(model.features, "weight")))?;
    Ok(Run { plan, keys, data, training, refreshes })
}

/// The service trains up to the next refresh, or to the end.
fn train(stage: &Stage, from: &str, out: &str) -> Result<train::Report, Error> {
    let options = format!("--keys evaluation.keys --data data.enc{from} --out {out}");
    let training = train::run(&stage.command("train", &options)?, stage.screen())?;
    stage.outcome(format_args!(
        "{}; {} on {} ({})",
        Of(training.steps, "mini-batch"),
        Seconds(training.seconds),
        Of(training.threads, "thread"),
        training.isa
    ))?;
    stage.send(&[(out, training.model_bytes)])?;
    Ok(training)
}

/// The customer encrypts the weights of a checkpoint anew.
fn refresh(stage: &Stage, from: &str, out: &str) -> Result<refresh::Report, Error> {
    let options = format!("--key secret.key --from {from} --out {out}");
    let fresh = refresh::run(&stage.command("refresh", &options)?, stage.screen())?;
    stage.outcome(format_args!(
        "after {} steps of {}: {}, {}",
        fresh.steps_done,
        fresh.steps_planned,
        Of(fresh.ciphertexts, "ciphertext"),
        Seconds(fresh.seconds)
    ))?;
    stage.send(&[(out, fresh.start_bytes)])?;
    Ok(fresh)
}

fn plan(args: &Args, stage: &Stage) -> Result<plan::Report, Error> {
    let gram = match args.gram {
        plan::GramChoice::Customer => "",
        plan::GramChoice::Auto => " --gram auto",
        plan::GramChoice::Service => " --gram service",
    };
    let is_short = args.steps <= FEW_STEPS;
    let (preconditioner, size) = match args.preconditioner {
        plan::PreconditionerChoice::None => ("", if is_short { 0.9 } else { 2.0 }),
        plan::PreconditionerChoice::FixedHessian => {
            (" --preconditioner fixed-hessian", if is_short { 3.0 } else { 1.0 })
        }
    };
    let bound = if is_short { 8.0 } else { 16.0 };
    let (size, bound) = (args.step_size.unwrap_or(size), args.sigmoid_bound.unwrap_or(bound));
    let refreshes = args.refresh_every.map_or(String::new(), |every| format!(" --refresh-every {every}"));
    let options = format!(
        "--data train.csv --scaling none --shuffle-seed {} --steps {}{refreshes} --batch {} --circuit {}{gram}\
         {preconditioner} --step-size {size} --step-decay {} --sigmoid-bound {bound} --out job.plan --clear-model clear.json",
        args.seed, args.steps, args.batch, args.circuit, args.step_decay
    );
    let plan = plan::run(&stage.command("plan", &options)?, stage.screen())?;
    stage.outcome(format_args!(
        "{}-bit security: ring degree {}, {}, log2(QP) {:.0} of {}",
        plan.security_bits.unwrap_or(0),
        Count(plan.ring_degree),
        Of(plan.levels, "level"),
        plan.log2_qp,
        plan.log2_qp_limit
    ))?;
    stage.outcome(format_args!(
        "to send: {} of keys, {} of rows; training {} here",
        Bytes(plan.evaluation_key_bytes),
        Bytes(plan.upload_bytes),
        About(plan.seconds_train_estimate)
    ))?;
    Ok(plan)
}
