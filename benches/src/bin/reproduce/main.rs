//! Tables that claims rest on, made anew: `cargo xtask reproduce`.

mod ablation;
mod case;
mod crockett;
mod csv;
mod memory;
mod passage;
mod planner;
mod precision;
mod processor;
mod scores;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Makes a table anew, on this machine.
#[derive(Parser)]
#[command(bin_name = "cargo xtask reproduce")]
struct Cli {
    #[command(subcommand)]
    table: Table,
}

#[derive(Subcommand)]
enum Table {
    Crockett(crockett::Args),
    Csv(csv::Args),
    Ablation(ablation::Args),
    Planner(planner::Args),
    Precision(precision::Args),
    /// One row of a table, in a process of its own, as JSON.
    #[command(hide = true)]
    Row(case::Args),
    /// One candidate of the planner, in a process of its own, as JSON.
    #[command(hide = true)]
    Candidate(planner::OneArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().table {
        Table::Crockett(args) => crockett::run(&args),
        Table::Csv(args) => csv::run(&args),
        Table::Ablation(args) => ablation::run(&args),
        Table::Planner(args) => planner::run(&args),
        Table::Precision(args) => precision::run(&args),
        Table::Row(args) => case::run(&args),
        Table::Candidate(args) => planner::run_one(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reproduce: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;
