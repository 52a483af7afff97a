//! One command at a time, shown before it runs.

use std::{env, ffi::OsString, path::Path, process::Command};

use crate::error::Error;

/// A command of this checkout, by default one of cargo's.
pub(crate) struct Run {
    command: Command,
    shown: String,
}

impl Run {
    /// `cargo WORDS`, at the root of the checkout.
    pub(crate) fn cargo(root: &Path, words: &str) -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        Self { command: at(root, Command::new(cargo)), shown: String::from("cargo") }.words(words)
    }

    /// `PROGRAM WORDS`, at the root of the checkout.
    pub(crate) fn program(root: &Path, program: &str, words: &str) -> Self {
        Self { command: at(root, Command::new(program)), shown: String::from(program) }.words(words)
    }

    /// Adds words, split at spaces.
    pub(crate) fn words(self, words: &str) -> Self {
        words.split_whitespace().fold(self, Self::arg)
    }

    /// Adds one word, spaces and all.
    pub(crate) fn arg(mut self, word: &str) -> Self {
        self.shown = format!("{} {word}", self.shown);
        self.command.arg(word);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.shown = format!("{name}={value} {}", self.shown);
        self.command.env(name, value);
        self
    }

    /// The command as a person would type it.
    #[cfg(test)]
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Shows the command, runs it, and wants it to succeed.
    pub(crate) fn run(mut self) -> Result<(), Error> {
        eprintln!("$ {}", self.shown);
        let status = self.command.status().map_err(|source| start(&self.shown, source))?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Failed { command: self.shown.into_boxed_str(), status })
        }
    }

    /// What the command prints on stdout; it must succeed.
    pub(crate) fn output(mut self) -> Result<String, Error> {
        eprintln!("$ {}", self.shown);
        let output = self.command.output().map_err(|source| start(&self.shown, source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        Err(Error::Failed { command: self.shown.into_boxed_str(), status: output.status })
    }

    /// Whether the command can be started here and succeeds; its output is thrown away.
    pub(crate) fn works(mut self) -> bool {
        self.command.output().is_ok_and(|output| output.status.success())
    }
}

fn at(root: &Path, mut command: Command) -> Command {
    command.current_dir(root);
    command
}

fn start(command: &str, source: std::io::Error) -> Error {
    Error::Start { command: command.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_person_would_type_it() {
        let run = Run::cargo(Path::new("."), "test -p lowtide-ring").env("LOWTIDE_ISA", "scalar");
        assert_eq!(run.shown, "LOWTIDE_ISA=scalar cargo test -p lowtide-ring");
    }

    #[test]
    fn a_failing_command_names_itself() {
        let error = Run::cargo(Path::new("."), "no-such-verb").output().unwrap_err();
        assert!(error.to_string().starts_with("`cargo no-such-verb` failed"), "{error}");
    }

    #[test]
    fn a_missing_program_does_not_work() {
        assert!(!Run::program(Path::new("."), "lowtide-no-such-program", "--version").works());
        assert!(Run::cargo(Path::new("."), "--version").works());
    }
}
