//! `lowtide keygen`: a secret key to keep, and evaluation keys to send.

use std::{fmt, fs, path::PathBuf, time::Instant};

use clap::Parser;
use lowtide_ckks::SecretKey;
use lowtide_logreg::{Plan, customer};
use lowtide_wire::{Limits, Sizes};
use serde::Serialize;

use crate::{
    error::Error,
    facts::Facts,
    progress::Bar,
    random,
    screen::Screen,
    store,
    units::{Bytes, Seconds},
};

/// The name of the file that stays.
pub(crate) const SECRET: &str = "secret.key";
/// The name of the file that goes to the service.
pub(crate) const EVALUATION: &str = "evaluation.keys";

const AFTER_HELP: &str = "\
Example:
  lowtide keygen --plan job.plan --out keys

keys/secret.key stays with you and opens everything: only you can read the file.
keys/evaluation.keys goes to the service, which computes with it and can decrypt
nothing. Make a new pair for every training run.";

/// Customer: make a secret key, and the evaluation keys that go with it
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The plan
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// The folder for secret.key and evaluation.keys, made if need be
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace keys that are there: what they encrypt is lost
    #[arg(long)]
    pub(crate) force: bool,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) secret_key: PathBuf,
    pub(crate) secret_key_bytes: u64,
    pub(crate) evaluation_keys: PathBuf,
    pub(crate) evaluation_key_bytes: u64,
    pub(crate) relinearization_key_bytes: u64,
    pub(crate) rotation_keys: usize,
    pub(crate) parameters: String,
    pub(crate) seconds: f64,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let plan: Plan = store::load(&args.plan, &Limits::default())?;
    let (secret_key, evaluation_keys) = (args.out.join(SECRET), args.out.join(EVALUATION));
    if !args.force {
        for path in [&secret_key, &evaluation_keys] {
            if path.symlink_metadata().is_ok() {
                return Err(Error::KeyExists { path: path.clone() });
            }
        }
    }
    let begin = Instant::now();
    let (secret, keys) = {
        let _life = Bar::spinner(screen, "making keys");
        let mut rng = random::from_system()?;
        let secret = SecretKey::generate(plan.params(), &mut rng);
        let keys = customer::evaluation_keys(&plan, &secret, &mut rng)?;
        (secret, keys)
    };
    let seconds = begin.elapsed().as_secs_f64();
    fs::create_dir_all(&args.out).map_err(Error::file("make the folder", &args.out))?;
    let (secret_key_bytes, evaluation_key_bytes) = if args.force {
        (store::save(&secret_key, &secret)?, store::save(&evaluation_keys, &keys)?)
    } else {
        // Half a pair is none.
        let secret_key_bytes = store::save_new(&secret_key, &secret)?;
        (
            secret_key_bytes,
            store::save_new(&evaluation_keys, &keys).inspect_err(|_| store::forget(&secret_key))?,
        )
    };
    let level = plan.legs().iter().filter_map(|leg| leg.program().relinearization_level()).max();
    let relinearization_key_bytes =
        level.map_or(0, |level| Sizes::new(plan.params().literal()).switching_key(level));
    Ok(Report {
        secret_key,
        secret_key_bytes,
        evaluation_keys,
        evaluation_key_bytes,
        relinearization_key_bytes,
        rotation_keys: keys.galois().len(),
        parameters: plan.params().fingerprint().to_string(),
        seconds,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rotation_keys, .. } = self;
        Facts::under(format_args!("A key pair, in {}", Seconds(self.seconds)))
            .remarked(
                "keep",
                format_args!("{}, {}", self.secret_key.display(), Bytes(self.secret_key_bytes)),
                "opens everything; readable by you alone",
            )
            .remarked(
                "send",
                format_args!("{}, {}", self.evaluation_keys.display(), Bytes(self.evaluation_key_bytes)),
                format_args!("one key for products, {rotation_keys} for rotations"),
            )
            .fmt(f)
    }
}
