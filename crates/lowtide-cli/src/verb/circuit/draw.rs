//! `lowtide circuit draw`: a circuit as a picture.

use std::{
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Parser, ValueEnum};
use lowtide_circuit::draw;
use serde::Serialize;

use super::source::Source;
use crate::{error::Error, facts::Facts, screen::Screen, store, units::Bytes};

const AFTER_HELP: &str = "\
Examples:
  lowtide circuit draw quartic.circuit --out quartic.svg
  lowtide circuit draw quartic.circuit --optimized --out better.svg
  lowtide circuit draw quartic.circuit --format dot | dot -Tpdf > quartic.pdf

The picture reads from left to right, one band a level; the chain that decides
the depth is in the accent colour.";

/// Draw a circuit: SVG, or DOT for Graphviz
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// After the passes: what is really run
    #[arg(long)]
    optimized: bool,
    /// The kind of picture [default: as --out ends, else svg]
    #[arg(long, value_enum, value_name = "KIND")]
    format: Option<Format>,
    /// Where the picture goes [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// For browsers and documents
    Svg,
    /// For Graphviz
    Dot,
}

/// What was drawn.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    optimized: bool,
    format: Format,
    bytes: usize,
    out: Option<PathBuf>,
    /// Unless it went to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<(), Error> {
    args.out.as_deref().map_or(Ok(()), store::check_room)?;
    let circuit = args.source.read_as(args.optimized)?;
    let format = args.format.unwrap_or_else(|| args.out.as_deref().map_or(Format::Svg, Format::of));
    let picture = match format {
        Format::Svg => draw::svg(&circuit),
        Format::Dot => draw::dot(&circuit),
    };
    if let Some(path) = &args.out {
        store::write(path, |out| out.write_all(picture.as_bytes()))?;
    } else if !screen.is_json() {
        let mut out = io::stdout().lock();
        return out.write_all(picture.as_bytes()).and_then(|()| out.flush()).map_err(Error::Output);
    }
    screen.done(&Report {
        file: args.source.name().display().to_string(),
        optimized: args.optimized,
        format,
        bytes: picture.len(),
        out: args.out.clone(),
        picture: args.out.is_none().then_some(picture),
    })
}

impl Format {
    /// The kind that a file's name asks for.
    fn of(path: &Path) -> Self {
        let dot = |end: &std::ffi::OsStr| end == "dot" || end == "gv";
        if path.extension().is_some_and(dot) { Self::Dot } else { Self::Svg }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(path) = &self.out else { return Ok(()) };
        let what = match self.format {
            Format::Svg => "open it in a browser",
            Format::Dot => "give it to Graphviz",
        };
        Facts::under(format_args!("A picture of {}", self.file))
            .remarked("picture", format_args!("{}, {}", path.display(), Bytes(self.bytes as u64)), what)
            .fmt(f)
    }
}
