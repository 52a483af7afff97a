//! `lowtide demo`: the whole path on embedded data, with the very verbs that a customer and a service would use.

use std::{path::PathBuf, time::Instant};

use clap::Parser;
use lowtide_data::mnist;

use self::{report::Report, stage::Stage};
use super::{decrypt, encrypt, keygen, plan, train};
use crate::{
    error::{Error, Usage},
    picture::Picture,
    screen::Screen,
    store,
    units::{About, Bytes, Count, Of, Seconds},
};

mod compare;
mod report;
mod stage;

const AFTER_HELP: &str = "\
Examples:
  lowtide demo
  lowtide demo --steps 8 --circuit baseline
  lowtide demo --keep demo --picture weights.svg
  lowtide demo --json

The data are 11,982 handwritten digits, threes and eights, of 14 x 14 pixels.";

/// See all of it: train on encrypted MNIST digits, decrypt, compare
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The circuit
    #[arg(long, value_enum, default_value_t = plan::CircuitChoice::Auto, value_name = "NAME")]
    circuit: plan::CircuitChoice,
    /// Mini-batches to train on
    #[arg(long, value_name = "N", default_value_t = 6)]
    steps: usize,
    /// Rows of a mini-batch, at most
    #[arg(long, value_name = "N", default_value_t = 64)]
    batch: usize,
    /// Orders the rows; it has no part in any secret
    #[arg(long, value_name = "SEED", default_value_t = 3)]
    seed: u64,
    /// Draw the trained weights to this file as well
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// Keep everything that customer and service wrote in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// What the two parties report of the run.
struct Run {
    plan: plan::Report,
    keys: keygen::Report,
    data: encrypt::Report,
    training: train::Report,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let begin = Instant::now();
    let (train, test) = (mnist::train(), mnist::test());
    if args.batch > train.rows() {
        return Err(Usage::BatchTooLarge { found: args.batch, rows: train.rows() }.into());
    }
    // The stage changes the working directory.
    let picture = args.picture.as_deref().map(stage::absolute).transpose()?;
    picture.as_deref().map_or(Ok(()), store::check_room)?;
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
    Ok(Report::new(&run, &compared, seconds, drawn.lines(), picture, stage.kept()))
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

    stage.enter(Stage::SERVICE)?;
    let training: train::Args =
        stage.command("train", "--keys evaluation.keys --data data.enc --out model.enc")?;
    let training = train::run(&training, stage.screen())?;
    stage.outcome(format_args!(
        "{}; {} on {} ({})",
        Of(training.steps, "mini-batch"),
        Seconds(training.seconds),
        Of(training.threads, "thread"),
        training.isa
    ))?;
    stage.send(&[("model.enc", training.model_bytes)])?;

    stage.enter(Stage::CUSTOMER)?;
    let model: decrypt::Args = stage
        .command("decrypt", "--key secret.key --model model.enc --preparation rows.prep --out model.json")?;
    let model = decrypt::run(&model, stage.screen())?;
    stage.outcome(format_args!("{} and a bias, in the clear again", Of(model.features, "weight")))?;
    Ok(Run { plan, keys, data, training })
}

fn plan(args: &Args, stage: &Stage) -> Result<plan::Report, Error> {
    let options = format!(
        "--data train.csv --scaling none --shuffle-seed {} --steps {} --batch {} --circuit {} --step-size 0.9 \
         --sigmoid-bound 8 --out job.plan --clear-model clear.json",
        args.seed, args.steps, args.batch, args.circuit
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
