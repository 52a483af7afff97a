//! `lowtide encrypt`: rows in, ciphertexts out, on the customer's machine.

use std::{fmt, path::PathBuf, time::Instant};

use clap::Parser;
use lowtide_ckks::SecretKey;
use lowtide_logreg::{
    Error as Trainer, Plan,
    clear::{self, Activation},
    customer,
};
use lowtide_wire::Limits;
use serde::Serialize;

use crate::{
    error::Error,
    facts::Facts,
    progress::Bar,
    random,
    rows::{Options, Prepared},
    screen::Screen,
    store,
    units::{Bytes, Count, Of, Seconds},
};

const AFTER_HELP: &str = "\
Examples:
  lowtide encrypt --plan job.plan --key keys/secret.key --data train.csv \\
      --label diagnosis --positive malignant \\
      --out data.enc --preparation rows.prep
  lowtide encrypt --plan job.plan --key keys/secret.key --data pixels.csv \\
      --scaling none --out data.enc --preparation rows.prep

data.enc goes to the service. The preparation stays with you: it holds the names
of features and classes and the scaling, which `lowtide decrypt` needs. Give the
same options for rows here as to `lowtide plan --data`.";

/// Customer: encrypt rows under the secret key
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The plan
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// The secret key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The rows to train on: CSV with a header and a column of labels
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    #[command(flatten)]
    pub(crate) rows: Options,
    /// Where the encrypted rows go
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Where to keep names and scaling until decryption
    #[arg(long, value_name = "FILE")]
    pub(crate) preparation: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) data: PathBuf,
    pub(crate) upload_bytes: u64,
    pub(crate) ciphertexts: usize,
    pub(crate) rows: usize,
    pub(crate) rows_encrypted: usize,
    pub(crate) features: usize,
    pub(crate) largest_margin: f64,
    pub(crate) preparation: PathBuf,
    pub(crate) seconds: f64,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    store::check_room(&args.out)?;
    store::check_room(&args.preparation)?;
    let plan: Plan = store::load(&args.plan, &Limits::default())?;
    let secret: SecretKey = store::load(&args.key, &Limits::only(plan.params()))?;
    let prepared = args.rows.prepare(&args.data, screen)?;
    check(args, &plan, &prepared)?;
    let preparation = prepared.preparation(&plan)?;
    let largest_margin = rehearse(args, &plan, &prepared, screen);
    let begin = Instant::now();
    let dataset = {
        let bar = Bar::new(screen, "encrypting", plan.ciphertexts() as u64);
        let mut rng = random::from_system()?;
        customer::encrypt(&plan, &secret, &prepared.rows, &mut rng, &|| bar.advance())?
    };
    let seconds = begin.elapsed().as_secs_f64();
    let upload_bytes = store::save(&args.out, &dataset)?;
    store::save(&args.preparation, &preparation).inspect_err(|_| store::forget(&args.out))?;
    Ok(Report {
        data: args.out.clone(),
        upload_bytes,
        ciphertexts: plan.ciphertexts(),
        rows: prepared.rows.len(),
        rows_encrypted: plan.rows_used(),
        features: plan.request().features,
        largest_margin,
        preparation: args.preparation.clone(),
        seconds,
    })
}

/// Runs the steps in the clear: once the rows are encrypted, nobody sees a margin leave the sigmoid's interval.
fn rehearse(args: &Args, plan: &Plan, prepared: &Prepared, screen: &Screen) -> f64 {
    let request = plan.request();
    let activation = Activation::Polynomial(request.sigmoid.clone());
    let steps = request.schedule.steps(request.steps);
    let trace = clear::train(&prepared.rows, plan.batches(), steps, &activation);
    if let Some(escape) = trace.escape {
        screen.warn(format_args!("{}: {escape}", args.data.display()));
    }
    trace.largest_margin()
}

/// The rows have to be those that the plan was made for.
fn check(args: &Args, plan: &Plan, prepared: &Prepared) -> Result<(), Error> {
    let (found, wanted) = (&prepared.data, plan.request());
    for (what, found, expected) in
        [("rows", found.rows(), wanted.rows), ("features", found.columns(), wanted.features)]
    {
        if found != expected {
            let (data, plan) = (args.data.clone(), args.plan.clone());
            return Err(Error::OtherRows { what, data, found, plan, expected });
        }
    }
    if prepared.rows.is_weighted() != wanted.is_weighted {
        return Err(Error::unfit(&args.plan, Trainer::Weighted { planned: wanted.is_weighted }));
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (encrypted, ciphertexts) = (Of(self.rows_encrypted, "row"), Of(self.ciphertexts, "ciphertext"));
        Facts::under(format_args!("{encrypted} in {ciphertexts}, in {}", Seconds(self.seconds)))
            .remarked(
                "send",
                format_args!("{}, {}", self.data.display(), Bytes(self.upload_bytes)),
                format_args!("{encrypted} of {}: the plan uses no more", Count(self.rows)),
            )
            .remarked("keep", self.preparation.display(), "names and scaling, for `lowtide decrypt`")
            .fmt(f)
    }
}
