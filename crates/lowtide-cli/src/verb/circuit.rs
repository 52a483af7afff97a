//! `lowtide circuit`: a circuit as text, looked at, drawn, analysed and run.

use clap::{Parser, Subcommand};

use crate::{error::Error, screen::Screen};

mod analyse;
mod draw;
mod given;
mod needs;
mod run;
mod show;
mod source;
mod wanted;

const AFTER_HELP: &str = "\
Examples:
  lowtide circuit show quartic.circuit
  lowtide circuit draw quartic.circuit --out quartic.svg
  lowtide circuit analyse quartic.circuit
  lowtide circuit run quartic.circuit --input x=0.5

A circuit says what is computed on vectors of numbers. This is a whole one:
  lowtide circuit 1
  slots 4
  input x
  output y = x * x * x * x + 2";

/// Circuits on encrypted vectors: show, draw, analyse, run
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Show(show::Args),
    Draw(draw::Args),
    #[command(visible_alias = "analyze")]
    Analyse(analyse::Args),
    Run(run::Args),
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<(), Error> {
    match &args.verb {
        Verb::Show(args) => screen.answer(&show::run(args, screen)?),
        Verb::Draw(args) => draw::run(args, screen),
        Verb::Analyse(args) => screen.answer(&analyse::run(args)?),
        Verb::Run(args) => screen.answer(&run::run(args, screen)?),
    }
}
