//! What `lowtide` does, one file a verb.

use clap::Subcommand;

use crate::{error::Error, screen::Screen};

pub(crate) mod circuit;
pub(crate) mod decrypt;
pub(crate) mod demo;
pub(crate) mod encrypt;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod plan;
pub(crate) mod predict;
pub(crate) mod refresh;
pub(crate) mod score;
pub(crate) mod train;

/// A verb with its options.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Plan(plan::Args),
    Keygen(keygen::Args),
    Encrypt(encrypt::Args),
    Train(train::Args),
    Refresh(refresh::Args),
    Decrypt(decrypt::Args),
    Score(score::Args),
    Predict(predict::Args),
    Inspect(inspect::Args),
    Circuit(circuit::Args),
    Demo(demo::Args),
}

impl Verb {
    /// Does it, and reports.
    pub(crate) fn run(&self, screen: &Screen) -> Result<(), Error> {
        match self {
            Self::Plan(args) => screen.answer(&plan::run(args, screen)?),
            Self::Keygen(args) => screen.done(&keygen::run(args, screen)?),
            Self::Encrypt(args) => screen.done(&encrypt::run(args, screen)?),
            Self::Train(args) => screen.done(&train::run(args, screen)?),
            Self::Refresh(args) => screen.done(&refresh::run(args, screen)?),
            Self::Decrypt(args) => screen.done(&decrypt::run(args, screen)?),
            Self::Score(args) => screen.answer(&score::run(args, screen)?),
            Self::Predict(args) => predict::run(args, screen),
            Self::Inspect(args) => screen.answer(&inspect::run(args)?),
            Self::Circuit(args) => circuit::run(args, screen),
            Self::Demo(args) => screen.answer(&demo::run(args, screen)?),
        }
    }
}
