//! `lowtide decrypt`: the model, back with the customer.

use std::{fmt, path::PathBuf};

use clap::Parser;
use lowtide_ckks::{SecretKey, SecurityLevel};
use lowtide_logreg::{EncryptedModel, Model, Plan, Preparation, customer, model::TrainingFacts};
use lowtide_wire::Limits;
use serde::Serialize;

use crate::{
    error::Error,
    facts::Facts,
    screen::{Screen, printable},
    store,
    units::Of,
};

/// Bits after the binary point that may be shown to others.
pub(crate) const BITS: u32 = 20;

const AFTER_HELP: &str = "\
Example:
  lowtide decrypt --key keys/secret.key --model model.enc \\
      --preparation rows.prep --out model.json

Weights are rounded to --bits after the binary point. Exact decryptions together
with their ciphertexts are evidence about the secret key (Li and Micciancio,
ePrint 2020/1533): use --raw only for numbers that nobody else will see.";

/// Customer: decrypt a trained model into JSON that a person can read
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The secret key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The encrypted model, or a checkpoint: the model after so many steps
    #[arg(long, value_name = "FILE")]
    pub(crate) model: PathBuf,
    /// What `lowtide encrypt` left: names, scaling and, if the plan has one, the fixed Hessian
    #[arg(long, value_name = "FILE")]
    pub(crate) preparation: PathBuf,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Bits after the binary point to which weights are rounded
    #[arg(long, value_name = "N", default_value_t = BITS,
          value_parser = clap::value_parser!(u32).range(4..=40))]
    pub(crate) bits: u32,
    /// Do not round: for weights that nobody else will see
    #[arg(long, conflicts_with = "bits")]
    pub(crate) raw: bool,
}

/// What was made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) model: PathBuf,
    pub(crate) features: usize,
    pub(crate) steps: usize,
    pub(crate) steps_planned: usize,
    pub(crate) rounded_bits: Option<u32>,
    pub(crate) spread: f64,
    pub(crate) positive: String,
    pub(crate) strongest: Vec<Weight>,
}

/// A weight for the feature as training saw it, so that sizes compare.
#[derive(Debug, Serialize)]
pub(crate) struct Weight {
    feature: String,
    weight: f64,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    store::check_room(&args.out)?;
    let encrypted: EncryptedModel = store::load(&args.model, &Limits::default())?;
    let plan = encrypted.plan();
    let limits = Limits::only(plan.params());
    let secret: SecretKey = store::load(&args.key, &limits)?;
    let preparation: Preparation = store::load(&args.preparation, &limits)?;
    let unfit = |path: &PathBuf| {
        let path = path.clone();
        move |source| Error::unfit(path, source)
    };
    let decrypted =
        customer::decrypt(&secret, &encrypted, preparation.fixed_hessian()).map_err(unfit(&args.model))?;
    let rounded_bits = (!args.raw).then_some(args.bits);
    let weights = rounded_bits.map_or_else(|| decrypted.weights.clone(), |bits| decrypted.rounded(bits));
    let model = Model::from_scaled(
        &weights,
        preparation.scaling().clone(),
        preparation.features().to_vec(),
        preparation.labels().clone(),
        TrainingFacts {
            steps: encrypted.steps(),
            ..training_facts(plan, plan.params().security().map(SecurityLevel::bits))
        },
    )
    .map_err(unfit(&args.preparation))?;
    store::save_model(&args.out, &model)?;
    if args.raw {
        screen.warn(format_args!(
            "{} holds exact decryptions: whoever has them and {} can work towards the secret key; show them to nobody",
            args.out.display(),
            args.model.display()
        ));
    }
    Ok(Report {
        model: args.out.clone(),
        features: model.features().len(),
        steps: encrypted.steps(),
        steps_planned: plan.request().steps,
        rounded_bits,
        spread: decrypted.spread,
        positive: model.labels().positive.clone(),
        strongest: strongest(&model),
    })
}

/// How the plan trains, as a model tells it.
pub(crate) fn training_facts(plan: &Plan, security_bits: Option<u32>) -> TrainingFacts {
    let request = plan.request();
    TrainingFacts {
        circuit: request.circuit.name().into(),
        steps: request.steps,
        batch: request.batch,
        sigmoid: Some(request.sigmoid.clone()),
        schedule: request.schedule,
        security_bits,
    }
}

/// The few weights that decide most.
fn strongest(model: &Model) -> Vec<Weight> {
    let scaled = model.scaled_weights();
    let mut weights: Vec<Weight> = model
        .features()
        .iter()
        .zip(scaled.into_iter().skip(1))
        .map(|(feature, weight)| Weight { feature: feature.clone(), weight })
        .collect();
    weights.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    weights.truncate(5);
    weights
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounding = match self.rounded_bits {
            Some(bits) => format!("weights rounded to {bits} bits after the point"),
            None => "exact weights: show them to nobody".into(),
        };
        let features = Of(self.features, "feature");
        let facts = Facts::under(format_args!("A model of {features}: {}", self.model.display()));
        let facts = match self.steps_planned {
            planned if planned == self.steps => facts,
            planned => facts.remarked(
                "checkpoint",
                format_args!("{} of {}", self.steps, Of(planned, "step")),
                "training can go on: see `lowtide refresh`",
            ),
        };
        let facts = facts
            .fact("rounding", rounding)
            .remarked("copies differ", format_args!("{:.1e}", self.spread), "by the noise of encryption")
            .text(format_args!("strongest for {}, on scaled features:", printable(&self.positive)));
        let weight = |facts: Facts, weight: &Weight| {
            facts.text(format_args!("  {:+.4}  {}", weight.weight, printable(&weight.feature)))
        };
        self.strongest.iter().fold(facts, weight).fmt(f)
    }
}
