//! `lowtide plan`: everything that can be known before anything is spent.

use std::{fmt, path::PathBuf};

use clap::{Parser, ValueEnum};
use lowtide_ckks::SecurityLevel;
use lowtide_logreg::{
    Circuit, Gram, Request,
    schedule::{Momentum, Preconditioner, Schedule, StepSize},
    sigmoid::{Method, SigmoidPolynomial},
};

use self::{
    trial::{Asked, Auto},
    wish::{Batch, Left, Room},
};
use crate::{
    error::{Error, Usage},
    ring::RingChoice,
    rows::Options,
    screen::Screen,
    security::SecurityChoice,
    store,
};

mod candidates;
mod report;
mod trial;
mod wish;

pub(crate) use report::Report;

const AFTER_HELP: &str = "\
Examples:
  lowtide plan --features 30 --rows 455 --steps 6 --batch 128
  lowtide plan --data train.csv --label diagnosis --steps 8 --out job.plan
  lowtide plan --data pixels.csv --scaling none --step-size 0.9 --out job.plan
  lowtide plan --features 30 --rows 455 --steps 32 --refresh-every 4
  lowtide plan --data rare.csv --class-weights balanced --ridge 0.01
  lowtide plan --data pixels.csv --steps 3 --preconditioner fixed-hessian
  lowtide plan --features 30 --rows 455 --batch auto --memory 2GiB --precision 16

Circuit, ring, digits of key switches and tiles are chosen by the time that they
would take here, within --memory. The table shows the best with what each would
take: seconds of training, bytes to send and to keep, and binary digits behind the
point that weights have; what else there is says what deciding otherwise costs.

With --data the same steps are run in the clear, on this machine, to see that no
margin leaves the interval on which a polynomial stands for the sigmoid, and to
choose what is `auto`. The plan travels with the data: it tells the service how
many rows and features there are, the step size, interval and divisor chosen,
and whether classes have weights, but not which.";

/// Customer: choose parameters, and see what training will take
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Features of a row
    #[arg(long, value_name = "N", required_unless_present = "data", conflicts_with = "data")]
    features: Option<usize>,
    /// Rows to train on
    #[arg(long, value_name = "N", required_unless_present = "data", conflicts_with = "data")]
    rows: Option<usize>,
    /// Read features and rows from this file, and try the steps on it in the clear
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Mini-batches to train on
    #[arg(long, value_name = "N", default_value_t = 6)]
    steps: usize,
    /// After so many steps the customer encrypts the weights anew: then there may be as many steps as you like
    #[arg(long, value_name = "N")]
    refresh_every: Option<usize>,
    /// Rows of a mini-batch, at most; or `auto`: the most that cost nothing over the fewest
    #[arg(long, value_name = "N", default_value = "128")]
    batch: Batch,
    /// The circuit
    #[arg(long, value_enum, default_value_t = CircuitChoice::Auto, value_name = "NAME")]
    circuit: CircuitChoice,
    /// Who multiplies rows with each other, in circuits with Gram matrices
    #[arg(long, value_enum, default_value_t = GramChoice::Customer, value_name = "WHO")]
    gram: GramChoice,
    /// Where the plan goes [default: nowhere, it is only shown]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// First step size, or `auto` [default: 0.9, or 1 with a fixed Hessian; with --data auto]
    #[arg(long, value_name = "SIZE", help_heading = "Training")]
    step_size: Option<Auto>,
    /// Step i has size SIZE / (1 + DECAY i) [default: 0.1; if SIZE is auto, so is this]
    #[arg(long, value_name = "DECAY", help_heading = "Training")]
    step_decay: Option<f64>,
    /// Features are divided by this while training, the bias is not [default: 1; if SIZE is auto, so is this]
    #[arg(long, value_name = "N", help_heading = "Training")]
    divisor: Option<f64>,
    /// How movement carries on
    #[arg(long, value_enum, default_value_t = MomentumChoice::Nesterov, value_name = "KIND",
          help_heading = "Training")]
    momentum: MomentumChoice,
    /// What gradients are multiplied by
    #[arg(long, value_enum, default_value_t = PreconditionerChoice::None, value_name = "KIND",
          help_heading = "Training")]
    preconditioner: PreconditionerChoice,
    /// Strength of a ridge term: LAMBDA / 2 |w|^2 joins the loss; it costs no level
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0, help_heading = "Training")]
    ridge: f64,
    /// Degree of the polynomial in place of the sigmoid: 1, 3, 5 or 7
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Training")]
    sigmoid_degree: usize,
    /// It is made for margins from -B to B; or `auto` [default: 8; with --data auto]
    #[arg(long, value_name = "B", help_heading = "Training")]
    sigmoid_bound: Option<Auto>,
    /// How it is fitted
    #[arg(long, value_enum, default_value_t = FitChoice::LeastSquares, value_name = "HOW",
          help_heading = "Training")]
    sigmoid_fit: FitChoice,

    /// Bits of the scale: more are more exact, and may take a larger ring
    #[arg(long, value_name = "BITS", default_value_t = 34, help_heading = "Encryption")]
    scale_bits: u32,
    /// The kind of ring
    #[arg(long, value_enum, default_value_t = RingChoice::Auto, value_name = "KIND",
          help_heading = "Encryption")]
    ring: RingChoice,
    /// Choose the smallest scale with which weights have so many binary digits behind the point
    #[arg(long, value_name = "BITS", conflicts_with = "scale_bits", help_heading = "Encryption")]
    precision: Option<f64>,
    /// The most memory that training may take, such as 8GiB
    #[arg(long, value_name = "SIZE", help_heading = "Encryption")]
    memory: Option<Room>,
    /// Bits of security
    #[arg(long, value_enum, default_value_t = SecurityChoice::Bits128, value_name = "BITS",
          help_heading = "Encryption")]
    security: SecurityChoice,

    #[command(flatten)]
    options: Options,
    /// With --data: also write the model that the same steps give in the clear
    #[arg(long, value_name = "FILE", requires = "data", help_heading = "Rows")]
    clear_model: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CircuitChoice {
    /// The quickest
    Auto,
    /// All Gram matrices, the rows only at the end: 2 levels a mini-batch
    TwoLevel,
    /// Gram matrices of neighbours beside the rows: 2 levels a mini-batch
    Paired,
    /// The same in full tiles, as published in 2020: 5 levels for two mini-batches
    Unrolled,
    /// No Gram matrices: 3 levels a mini-batch, for large ones
    Fused,
    /// As published in 2019: 5 levels a mini-batch
    Baseline,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum GramChoice {
    /// Whoever costs less: it takes a while to find out
    Auto,
    /// The customer, in clear
    Customer,
    /// The service, on ciphertexts: two levels more, and most of the work
    Service,
}

impl GramChoice {
    /// Nothing for a free choice.
    pub(crate) const fn named(self) -> Option<Gram> {
        match self {
            Self::Auto => None,
            Self::Customer => Some(Gram::Customer),
            Self::Service => Some(Gram::Service),
        }
    }
}

/// The word that the option takes.
impl fmt::Display for GramChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.named().map_or("auto", Gram::name))
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MomentumChoice {
    /// Nesterov's
    Nesterov,
    /// Plain gradient descent
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PreconditionerChoice {
    /// Nothing: one step size for all weights
    None,
    /// A step size for each weight, from the rows: size 1 never overshoots, and it costs no level
    FixedHessian,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FitChoice {
    /// Least squares: better where most margins are small
    LeastSquares,
    /// Smallest largest error: better where margins fill the interval
    Minimax,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    for path in args.out.iter().chain(&args.clear_model) {
        store::check_room(path)?;
    }
    let grid = asked(args)?.grid();
    let first = |features, rows| -> Result<Request, Error> {
        Ok(grid.requests(&request(args, features, rows)?)?.swap_remove(0))
    };
    let (plan, choice, trial) = match &args.data {
        None => {
            let (features, rows) = (args.features.unwrap_or(0), args.rows.unwrap_or(0));
            let choice = args.left().choose(&first(features, rows)?)?;
            (choice.best().plan()?, choice, None)
        }
        Some(path) => {
            let prepared = args.options.prepare(path, screen)?;
            let request = first(prepared.data.columns(), prepared.data.rows())?;
            // What is wrong with the request is told before any trial.
            let choice = args.left().choose(&request)?;
            let trial = trial::best(&prepared, &choice.best().request, &grid, path)?;
            if let Some(escape) = trial.escape {
                screen.warn(escape);
            }
            if let Some(path) = &args.clear_model {
                store::save_model(path, &trial::in_clear(&prepared, &trial)?)?;
            }
            let plan = choice.best().plan_with(&trial.request)?;
            (plan, choice, Some(trial))
        }
    };
    if let Some(path) = &args.out {
        store::save(path, &plan)?;
    }
    Ok(Report::new(&plan, &choice, trial.as_ref(), args.out.clone(), args.clear_model.clone()))
}

/// What is to be tried: one schedule and interval, or several where something is `auto`.
fn asked(args: &Args) -> Result<Asked, Error> {
    let or = |option, given: Option<Auto>, default| match (given, &args.data) {
        (None, None) => Ok(Auto::Number(default)),
        (Some(Auto::Auto), None) => Err(Usage::AutoWithoutData { option }),
        (given, _) => Ok(given.unwrap_or(Auto::Auto)),
    };
    let preconditioner = args.preconditioner.into();
    let size = match preconditioner {
        Preconditioner::None => 0.9,
        Preconditioner::FixedHessian => 1.0,
    };
    Ok(Asked {
        size: or("--step-size", args.step_size, size)?,
        decay: args.step_decay,
        divisor: args.divisor,
        momentum: args.momentum.into(),
        ridge: args.ridge,
        preconditioner,
        bound: or("--sigmoid-bound", args.sigmoid_bound, 8.0)?,
        degree: args.sigmoid_degree,
        fit: args.sigmoid_fit.into(),
    })
}

/// What is asked for but for what is tried.
fn request(args: &Args, features: usize, rows: usize) -> Result<Request, Error> {
    Ok(Request {
        circuit: args.left().circuit(),
        features,
        rows,
        batch: args.left().batch(rows),
        steps: args.steps,
        sigmoid: SigmoidPolynomial::fit(3, 8.0, Method::LeastSquares)?,
        schedule: Schedule::new(StepSize::constant(1.0), Momentum::Nesterov)?,
        divisor: 1.0,
        scale_bits: args.scale_bits,
        security_bits: SecurityLevel::from(args.security).bits(),
        is_weighted: args.options.class_weights.is_some(),
        gram: args.gram.named().unwrap_or_default(),
        refresh_every: args.refresh_every,
    })
}

impl Args {
    fn left(&self) -> Left {
        let Self { batch, precision, memory, .. } = *self;
        let (circuit, gram, ring) = (self.circuit.named(), self.gram.named(), self.ring.named());
        Left { circuit, batch, gram, ring, precision, memory }
    }
}

impl CircuitChoice {
    /// Nothing for a free choice.
    const fn named(self) -> Option<Circuit> {
        match self {
            Self::Auto => None,
            Self::Fused => Some(Circuit::Fused),
            Self::Baseline => Some(Circuit::Baseline),
            Self::Paired => Some(Circuit::Paired),
            Self::Unrolled => Some(Circuit::Unrolled),
            Self::TwoLevel => Some(Circuit::TwoLevel),
        }
    }
}

impl From<MomentumChoice> for Momentum {
    fn from(choice: MomentumChoice) -> Self {
        match choice {
            MomentumChoice::Nesterov => Self::Nesterov,
            MomentumChoice::None => Self::None,
        }
    }
}

impl From<PreconditionerChoice> for Preconditioner {
    fn from(choice: PreconditionerChoice) -> Self {
        match choice {
            PreconditionerChoice::None => Self::None,
            PreconditionerChoice::FixedHessian => Self::FixedHessian,
        }
    }
}

impl From<FitChoice> for Method {
    fn from(choice: FitChoice) -> Self {
        match choice {
            FitChoice::LeastSquares => Self::LeastSquares,
            FitChoice::Minimax => Self::Minimax,
        }
    }
}

/// The word that the option takes.
impl fmt::Display for CircuitChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.named().map_or("auto", Circuit::name))
    }
}
