//! The command line as a whole: what holds for every verb, and the verb.

use clap::Parser;
use rayon::ThreadPoolBuilder;

use crate::{error::Error, screen::Screen, verb::Verb};

const AFTER_HELP: &str = "\
All of it, on embedded data:
  lowtide demo

Step by step, as customer and service:
  lowtide plan --data train.csv --out job.plan           the customer plans,
  lowtide keygen --plan job.plan --out keys              makes keys,
  lowtide encrypt --plan job.plan --key keys/secret.key \\
      --data train.csv --out data.enc --preparation rows.prep
                       -> evaluation.keys and data.enc go to the service
  lowtide train --keys evaluation.keys --data data.enc --out model.enc
                       <- model.enc comes back
  lowtide decrypt --key keys/secret.key --model model.enc \\
      --preparation rows.prep --out model.json
  lowtide score --model model.json --data test.csv

More steps than one ring has levels for (`lowtide plan --refresh-every 4`):
  lowtide train ... --out step05.ckpt     the service trains up to a refresh,
  lowtide refresh --key keys/secret.key --from step05.ckpt --out fresh05.ckpt
  lowtide train ... --from fresh05.ckpt --out step09.ckpt          and goes on

A function of your own, written as a circuit:
  lowtide circuit --help

The environment variable LOWTIDE_ISA (scalar, avx2, avx512 or avx512ifma) caps
the vector instructions in use; results are the same to the last bit.";

/// Trains logistic regression on data that the machine doing the training cannot read.
///
/// The customer makes keys, encrypts its rows and sends them with the evaluation keys; the service trains on ciphertexts
/// and sends back an encrypted model; only the customer can decrypt it.
#[derive(Debug, Parser)]
#[command(name = "lowtide", version, max_term_width = 80, after_help = AFTER_HELP)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
    /// Print exactly one JSON object on stdout; everything else goes to stderr
    #[arg(long, global = true, display_order = 100)]
    json: bool,
    /// Print results and warnings only
    #[arg(long, short, global = true, display_order = 101)]
    quiet: bool,
    /// Threads to compute on [default: one for each core]
    #[arg(long, value_name = "N", global = true, display_order = 102,
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Command {
    /// Does what was asked for.
    pub(crate) fn run(&self) -> Result<(), Error> {
        if let Some(threads) = self.threads {
            let pool = ThreadPoolBuilder::new().num_threads(threads.into());
            pool.build_global().map_err(|source| Error::Threads { threads, source })?;
        }
        self.verb.run(&Screen::new(self.json, self.quiet))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Command::command().debug_assert();
    }
}
