//! A trial in the clear, on the customer's own rows: what is tried, and the model that it leaves.

use std::{path::Path, str::FromStr};

use lowtide_logreg::{
    Error as Trainer, Model, Request,
    model::TrainingFacts,
    schedule::{Momentum, Preconditioner},
    sigmoid::Method,
    trial::{self, Grid, Trial},
};

use crate::{error::Error, rows::Prepared};

/// A number, or leave to choose one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Auto {
    Auto,
    Number(f64),
}

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
    fn among(self, numbers: Vec<f64>) -> Vec<f64> {
        match self {
            Self::Auto => numbers,
            Self::Number(number) => vec![number],
        }
    }
}

/// What was asked for: numbers, and what is to be chosen.
pub(super) struct Asked {
    pub(super) size: Auto,
    pub(super) decay: Option<f64>,
    pub(super) divisor: Option<f64>,
    pub(super) momentum: Momentum,
    pub(super) ridge: f64,
    pub(super) preconditioner: Preconditioner,
    pub(super) bound: Auto,
    pub(super) degree: usize,
    pub(super) fit: Method,
}

impl Asked {
    pub(super) fn grid(self) -> Grid {
        let Self { size, decay, divisor, momentum, ridge, preconditioner, bound, degree, fit } = self;
        let all = match preconditioner {
            Preconditioner::None => Grid::default(),
            Preconditioner::FixedHessian => Grid::fixed_hessian(),
        };
        let decays = match (decay, size) {
            (Some(decay), _) => vec![decay],
            (None, Auto::Auto) => all.decays,
            (None, Auto::Number(_)) => vec![0.1],
        };
        let divisors = match (divisor, size) {
            (Some(divisor), _) => vec![divisor],
            (None, Auto::Auto) => all.divisors,
            (None, Auto::Number(_)) => vec![1.0],
        };
        let (sizes, bounds) = (size.among(all.sizes), bound.among(all.bounds));
        Grid { sizes, decays, momentum, ridge, preconditioner, bounds, degree, fit, divisors }
    }
}

/// The best of the grid on these rows, which came from this file.
pub(super) fn best(prepared: &Prepared, request: &Request, grid: &Grid, path: &Path) -> Result<Trial, Error> {
    trial::best(request, grid, &prepared.rows).map_err(|error| match error {
        Trainer::NoSchedule { tried, bound } => Error::NoStepSize { path: path.into(), tried, bound },
        error => error.into(),
    })
}

/// The model of weights that were found in the clear.
pub(super) fn in_clear(prepared: &Prepared, trial: &Trial) -> Result<Model, Error> {
    let request = &trial.request;
    let training = TrainingFacts {
        circuit: "none: trained in the clear".into(),
        steps: request.steps,
        batch: request.batch,
        sigmoid: Some(request.sigmoid.clone()),
        schedule: request.schedule,
        security_bits: None,
    };
    let names = prepared.data.names().to_vec();
    Ok(Model::from_scaled(&trial.weights, prepared.scaling.clone(), names, prepared.labels(), training)?)
}
