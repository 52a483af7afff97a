//! The file of a circuit.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use lowtide_circuit::{
    Circuit, Secrecy, pass,
    text::{self, Limits},
};
use serde::Serialize;

use crate::error::Error;

/// What stands for standard input.
const STDIN: &str = "-";

/// The file of a circuit.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Source {
    /// The circuit, as text; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

impl Source {
    /// The circuit as it was written.
    pub(super) fn read(&self) -> Result<Circuit, Error> {
        let name = self.name();
        let limit = Limits::default().bytes;
        let mut bytes = Vec::new();
        let read = |from: &mut dyn Read, bytes: &mut Vec<u8>| from.take(limit as u64 + 1).read_to_end(bytes);
        if self.file == Path::new(STDIN) {
            read(&mut io::stdin().lock(), &mut bytes)
        } else {
            let mut file = File::open(&self.file).map_err(Error::file("open", &self.file))?;
            read(&mut file, &mut bytes)
        }
        .map_err(Error::file("read", name))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            Error::NotText { path: name.into(), line: before.matches('\n').count() + 1, column }
        })?;
        text::parse(text).map_err(|source| self.fault(source))
    }

    /// The circuit as it was written, or after all passes.
    pub(super) fn read_as(&self, optimized: bool) -> Result<Circuit, Error> {
        let circuit = self.read()?;
        Ok(if optimized { pass::optimize(&circuit) } else { circuit })
    }

    /// What is wrong with the circuit, with its file.
    pub(super) fn fault(&self, source: lowtide_circuit::Error) -> Error {
        Error::Circuit { path: self.name().into(), source: Box::new(source) }
    }

    /// The file, as it is named in reports.
    pub(super) fn name(&self) -> &Path {
        if self.file == Path::new(STDIN) { Path::new("standard input") } else { &self.file }
    }
}

/// What goes into a circuit.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) encrypted: bool,
}

/// The inputs of a circuit.
pub(super) fn inputs(circuit: &Circuit) -> Vec<Input> {
    let input = |input: &lowtide_circuit::Input| Input {
        name: input.name.clone(),
        encrypted: input.secrecy == Secrecy::Encrypted,
    };
    circuit.inputs().iter().map(input).collect()
}

/// The names of its outputs.
pub(super) fn outputs(circuit: &Circuit) -> Vec<String> {
    circuit.outputs().iter().map(|(name, _)| name.clone()).collect()
}

/// A part of a circuit.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Region {
    pub(super) name: String,
    /// Operations, on ciphertexts or in clear, of the region itself.
    pub(super) operations: usize,
}

/// The regions that have a name, each with its full one.
pub(super) fn regions(circuit: &Circuit) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::with_capacity(circuit.regions().len());
    for (i, region) in circuit.regions().iter().enumerate() {
        let name = match (i, region.parent.index()) {
            (0, _) => String::new(),
            (_, 0) => region.name.clone(),
            (_, parent) => format!("{}/{}", regions[parent].name, region.name),
        };
        regions.push(Region { name, operations: 0 });
    }
    for node in circuit.nodes() {
        regions[node.region.index()].operations += usize::from(node.op.operands().next().is_some());
    }
    regions.split_off(1)
}
