//! What is printed, and where: results on stdout, everything about them on stderr when stdout is for a program.

use std::{
    fmt::Display,
    io::{self, Write},
};

use owo_colors::{OwoColorize, Stream};
use serde::Serialize;

use crate::error::Error;

/// How the user wants to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    json: bool,
    quiet: bool,
    known_data: bool,
}

impl Screen {
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, known_data: false }
    }

    /// A screen for data of which there is nothing to remark.
    pub(crate) const fn for_known_data(self) -> Self {
        Self { known_data: true, ..self }
    }

    /// Whether stdout is for a program.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Whether only results are wanted.
    pub(crate) const fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Reports what was made: the result of a verb whose product is a file.
    pub(crate) fn done(self, report: &(impl Serialize + Display)) -> Result<(), Error> {
        if self.quiet && !self.json { Ok(()) } else { self.answer(report) }
    }

    /// Gives the answer that was asked for.
    pub(crate) fn answer(self, report: &(impl Serialize + Display)) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out).map_err(Error::Output)?;
        } else {
            write!(out, "{report}").map_err(Error::Output)?;
        }
        out.flush().map_err(Error::Output)
    }

    /// Says a line on the way.
    pub(crate) fn say(self, line: impl Display) -> Result<(), Error> {
        if self.quiet {
            return Ok(());
        }
        if self.json {
            let _ = writeln!(io::stderr(), "{line}");
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Error::Output)
    }

    /// Warns of something odd in the data.
    pub(crate) fn remark(self, what: impl Display) {
        if !self.known_data {
            self.warn(what);
        }
    }

    /// Warns of something that does not stop the work.
    pub(crate) fn warn(self, what: impl Display) {
        complain("warning", what);
    }
}

/// A line on stderr about something that is wrong.
pub(crate) fn complain(kind: &str, what: impl Display) {
    let kind = kind.if_supports_color(Stream::Stderr, |kind| kind.bold());
    let _ = writeln!(io::stderr(), "{kind}: {}", printable(&what.to_string()));
}

/// A heading, bold where stdout shows it.
pub(crate) fn heading(text: impl Display) -> String {
    text.to_string().if_supports_color(Stream::Stdout, |text| text.bold()).to_string()
}

/// An aside, dimmed where stdout shows it.
pub(crate) fn aside(text: impl Display) -> String {
    text.to_string().if_supports_color(Stream::Stdout, |text| text.dimmed()).to_string()
}

/// Text out of a file, made harmless: control characters could command a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(printable("\u{1b}[2J ü\n"), "\\u{1b}[2J ü\\n");
    }
}
