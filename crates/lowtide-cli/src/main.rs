//! `lowtide`: train logistic regression on encrypted data from the command line.
//!
//! Every verb is a thin door: it reads files, calls the library that does the work, writes files, and reports. What a
//! verb takes and what it reports stand in one file, `verb/NAME.rs`.

use std::process::ExitCode;

use clap::Parser;

mod chart;
mod command;
mod error;
mod facts;
mod memory;
mod picture;
mod progress;
mod random;
mod ring;
mod rows;
mod screen;
mod security;
mod store;
mod units;
mod verb;

fn main() -> ExitCode {
    let command = command::Command::parse();
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever was reading has seen enough.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            screen::complain("error", &error);
            error.exit_code()
        }
    }
}
