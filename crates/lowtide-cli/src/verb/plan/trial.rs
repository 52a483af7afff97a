//! A run of the same steps in the clear, on the customer's own rows: what margins do, and which step size serves best.

use std::{path::Path, str::FromStr};

use lowtide_logreg::{
    Model, Request,
    clear::{self, Activation, MarginEscape},
    metrics::Metrics,
    model::TrainingFacts,
    rows::Batches,
    schedule::{Momentum, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};

use crate::{error::Error, rows::Prepared, verb::score::measure};

/// A number, or leave to choose one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Auto {
    Auto,
    Number(f64),
}

/// What may be chosen among.
pub(super) struct Candidates {
    pub(super) size: Auto,
    pub(super) decay: Option<f64>,
    pub(super) momentum: Momentum,
    pub(super) bound: Auto,
    pub(super) degree: usize,
    pub(super) fit: Method,
}

/// A run in the clear.
pub(super) struct Trial {
    pub(super) request: Request,
    /// How many were tried.
    pub(super) tried: usize,
    pub(super) largest_margin: f64,
    pub(super) escape: Option<MarginEscape>,
    /// What it led to, and how well it does on the rows that it saw.
    pub(super) model: Model,
    pub(super) metrics: Metrics,
}

/// First step sizes from 0.01 to 3, each 1.68 times the one before.
const SIZES: [f64; 12] = [0.01, 0.0168, 0.0282, 0.0474, 0.0796, 0.134, 0.225, 0.377, 0.634, 1.06, 1.79, 3.0];
const DECAYS: [f64; 2] = [0.0, 0.1];
const BOUNDS: [f64; 2] = [8.0, 16.0];
/// How much of the interval margins may fill when there is a choice.
const FILLED: f64 = 0.8;

impl FromStr for Auto {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Number).map_err(|_| "give a number, or `auto`"),
        }
    }
}

impl Auto {
    fn among(self, grid: &[f64]) -> Vec<f64> {
        match self {
            Self::Auto => grid.to_vec(),
            Self::Number(number) => vec![number],
        }
    }
}

impl Candidates {
    /// One of them; the only one when all numbers are given.
    pub(super) fn first(&self) -> Result<(Schedule, SigmoidPolynomial), Error> {
        Ok(self.all()?.swap_remove(0))
    }

    fn all(&self) -> Result<Vec<(Schedule, SigmoidPolynomial)>, Error> {
        let decays = match (self.decay, self.size) {
            (Some(decay), _) => vec![decay],
            (None, Auto::Auto) => DECAYS.to_vec(),
            (None, Auto::Number(_)) => vec![0.1],
        };
        let mut pairs = Vec::new();
        for bound in self.bound.among(&BOUNDS) {
            let sigmoid = SigmoidPolynomial::fit(self.degree, bound, self.fit)?;
            for initial in self.size.among(&SIZES) {
                for &decay in &decays {
                    let schedule = Schedule::new(StepSize { initial, decay }, self.momentum)?;
                    pairs.push((schedule, sigmoid.clone()));
                }
            }
        }
        Ok(pairs)
    }
}

/// The candidate whose margins stay well inside the interval and whose model has the smallest log-loss on the rows. When
/// there is no choice, it is taken as it is.
pub(super) fn best(
    prepared: &Prepared,
    candidates: &Candidates,
    path: &Path,
    request: impl Fn((Schedule, SigmoidPolynomial)) -> Request,
) -> Result<Trial, Error> {
    let pairs = candidates.all()?;
    let tried = pairs.len();
    let (mut best, mut widest): (Option<Trial>, f64) = (None, 0.0);
    for pair in pairs {
        widest = widest.max(pair.1.bound());
        let Some(trial) = run(prepared, request(pair), tried)? else { continue };
        let better = |best: &Trial| trial.metrics.log_loss < best.metrics.log_loss;
        if best.as_ref().is_none_or(better) {
            best = Some(trial);
        }
    }
    best.ok_or_else(|| Error::NoStepSize { path: path.into(), tried, bound: widest })
}

/// One run; nothing when its margins go too far and there are others to choose.
fn run(prepared: &Prepared, request: Request, tried: usize) -> Result<Option<Trial>, Error> {
    let batches = Batches::new(request.rows, request.batch)?;
    let activation = Activation::Polynomial(request.sigmoid.clone());
    let trace = clear::train(&prepared.rows, batches, request.schedule.steps(request.steps), &activation);
    let largest_margin = trace.largest_margin();
    let inside = largest_margin <= FILLED * request.sigmoid.bound();
    if tried > 1 && !inside || trace.weights.iter().any(|weight| !weight.is_finite()) {
        return Ok(None);
    }
    let model = in_clear(prepared, &request, &trace.weights)?;
    let metrics = measure(&model, &prepared.data)?;
    Ok(Some(Trial { request, tried, largest_margin, escape: trace.escape, model, metrics }))
}

/// The model of weights that were found in the clear.
fn in_clear(prepared: &Prepared, request: &Request, weights: &[f64]) -> Result<Model, Error> {
    let training = TrainingFacts {
        circuit: "none: trained in the clear".into(),
        steps: request.steps,
        batch: request.batch,
        sigmoid: Some(request.sigmoid.clone()),
        schedule: request.schedule,
        security_bits: None,
    };
    let names = prepared.data.names().to_vec();
    Ok(Model::from_scaled(weights, prepared.scaling.clone(), names, prepared.labels(), training)?)
}
