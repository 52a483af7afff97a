//! One training run, measured: the unit of which tables are made.

use std::{
    env,
    process::{Command, Stdio},
};

use clap::Parser;
use lowtide_data::{Dataset, Label, mnist};
use lowtide_logreg::{
    Circuit, Gram, Plan, Request,
    plan::Compiler,
    rows::SignedRows,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};
use lowtide_ring::Ring;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use crate::{Failure, passage::Passage, scores::Scores};

/// What to train: MNIST, 3 against 8, as the demo does.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// The circuit
    #[arg(long, default_value = "fused", value_parser = circuit)]
    pub(crate) circuit: Circuit,
    /// Gram matrices are made by the service
    #[arg(long)]
    pub(crate) service: bool,
    /// The kind of ring, in place of the cheaper one
    #[arg(long, value_parser = ring)]
    pub(crate) ring: Option<Ring>,
    /// Mini-batches
    #[arg(long, default_value_t = 6)]
    pub(crate) steps: usize,
    /// Rows of a mini-batch
    #[arg(long, default_value_t = 128)]
    pub(crate) batch: usize,
    /// The part of the compiler to leave out
    #[arg(long, conflicts_with = "ring")]
    pub(crate) without: Option<String>,
    /// How often to train; the median time counts
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
    /// Threads
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
}

/// What was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) circuit: Circuit,
    pub(crate) without: Option<String>,
    pub(crate) threads: usize,
    pub(crate) levels: usize,
    pub(crate) ring: String,
    pub(crate) ring_degree: usize,
    pub(crate) log2_qp: f64,
    pub(crate) ct_products: usize,
    pub(crate) relinearizations: usize,
    pub(crate) public_products: usize,
    pub(crate) rescales: usize,
    pub(crate) rotations: usize,
    pub(crate) rotation_keys: usize,
    pub(crate) evaluation_key_bytes: u64,
    pub(crate) upload_bytes: u64,
    /// Bytes of values and scratch that the program foresees on one thread.
    pub(crate) foreseen_bytes: u64,
    /// The most that was resident while training.
    pub(crate) peak_rss_bytes: u64,
    pub(crate) seconds: f64,
    /// On the 1,984 rows to test with.
    #[serde(flatten)]
    pub(crate) scores: Scores,
    pub(crate) max_weight_error: f64,
}

/// A circuit by its name, whose parts may be joined by `_` as well.
pub(crate) fn circuit(name: &str) -> Result<Circuit, String> {
    let names = || Circuit::ALL.map(Circuit::name).join(" or ");
    Circuit::ALL
        .into_iter()
        .find(|circuit| circuit.name() == name.replace('_', "-"))
        .ok_or_else(|| format!("choose {}", names()))
}

/// A kind of ring by its name.
pub(crate) fn ring(name: &str) -> Result<Ring, String> {
    let names = || Ring::ALL.map(Ring::name).join(" or ");
    Ring::ALL.into_iter().find(|ring| ring.name() == name).ok_or_else(|| format!("choose {}", names()))
}

/// The compiler without one of its parts.
fn compiler(without: Option<&str>) -> Result<Compiler, Failure> {
    let Some(part) = without else { return Ok(Compiler::default()) };
    let found = Compiler::each_off().into_iter().find(|(name, _)| *name == part);
    found.map(|(_, compiler)| compiler).ok_or_else(|| format!("the compiler has no part {part:?}").into())
}

/// Measures a row in this process and prints it as JSON.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let data = mnist::train().shuffle(0);
    let rows = signed(&data)?;
    let request = Request {
        circuit: args.circuit,
        features: data.columns(),
        rows: data.rows(),
        batch: args.batch,
        steps: args.steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares)?,
        schedule: Schedule::new(StepSize { initial: 0.9, decay: 0.1 }, Momentum::Nesterov)?,
        divisor: 1.0,
        scale_bits: 34,
        security_bits: 128,
        is_weighted: false,
        gram: if args.service { Gram::Service } else { Gram::Customer },
        refresh_every: None,
    };
    let plan = match args.ring {
        Some(ring) => Plan::in_ring(&request, ring)?,
        None => Plan::with_compiler(&request, &compiler(args.without.as_deref())?)?,
    };
    let passage = Passage::new(&plan, &rows, args.runs, &mut ChaCha20Rng::from_seed([1; 32]))?;
    let (tally, program) = (plan.tally(), plan.legs()[0].program());
    let row = Row {
        circuit: args.circuit,
        without: args.without.clone(),
        threads: args.threads,
        levels: plan.params().max_level(),
        ring: plan.params().ring().to_string(),
        ring_degree: plan.params().ring_degree(),
        log2_qp: plan.params().log2_qp(),
        ct_products: tally.product_count(),
        relinearizations: tally.relinearizations.values().sum(),
        public_products: tally.public_products.values().sum(),
        rescales: tally.rescales.values().sum(),
        rotations: tally.rotation_count(),
        rotation_keys: tally.rotations.len(),
        evaluation_key_bytes: plan.evaluation_key_bytes(),
        upload_bytes: plan.upload_bytes(),
        foreseen_bytes: program.peak_bytes(),
        peak_rss_bytes: passage.peak_rss_bytes,
        seconds: passage.seconds,
        scores: Scores::of(&passage, &plan, &rows, &signed(&mnist::test())?)?,
        max_weight_error: passage.max_weight_error,
    };
    println!("{}", serde_json::to_string(&row)?);
    Ok(())
}

/// Rows with their labels, as training takes them.
pub(crate) fn signed(data: &Dataset) -> Result<SignedRows, lowtide_logreg::Error> {
    let labels: Vec<bool> = data.labels().iter().map(|label| *label == Label::Positive).collect();
    SignedRows::new(data.features(), data.columns(), &labels)
}

/// Measures a row in a process of its own, so that its memory is its own.
pub(crate) fn measure(args: &Args) -> Result<Row, Failure> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("row");
    for (option, value) in [
        ("--circuit", args.circuit.name().to_owned()),
        ("--steps", args.steps.to_string()),
        ("--batch", args.batch.to_string()),
        ("--runs", args.runs.to_string()),
        ("--threads", args.threads.to_string()),
    ] {
        command.args([option, &value]);
    }
    if let Some(ring) = args.ring {
        command.args(["--ring", ring.name()]);
    }
    if let Some(without) = &args.without {
        command.args(["--without", without]);
    }
    if args.service {
        command.arg("--service");
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        let without = args.without.as_deref().unwrap_or("nothing");
        return Err(format!("{} without {without} ended with {}", args.circuit, output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuits_go_by_either_spelling() {
        for each in Circuit::ALL {
            assert_eq!(circuit(each.name()), Ok(each));
            assert_eq!(circuit(&each.name().replace('-', "_")), Ok(each));
        }
        assert!(circuit("deep").is_err_and(|error| error.contains("baseline")));
    }
}
