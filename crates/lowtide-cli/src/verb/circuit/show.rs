//! `lowtide circuit show`: a circuit as it was understood.

use std::fmt;

use clap::Parser;
use lowtide_circuit::{Circuit, NodeId, Op, Secrecy, read, text};
use serde::Serialize;

use super::source::{self, Input, Region, Source};
use crate::{
    error::Error,
    facts::Facts,
    screen::{Screen, printable},
    units::{Count, Of},
};

const AFTER_HELP: &str = "\
Examples:
  lowtide circuit show quartic.circuit
  lowtide circuit show quartic.circuit --optimized --nodes
  lowtide circuit show quartic.circuit --optimized --quiet > better.circuit

The text that is shown is a circuit again. With --quiet there is nothing beside
it. --nodes lists every operation by the number it has in reports and errors.";

/// Show a circuit as it was understood
#[derive(Debug, Parser)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// After the passes: what is really run
    #[arg(long)]
    optimized: bool,
    /// List every operation with its number, depth and region
    #[arg(long)]
    nodes: bool,
}

/// A circuit, told.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    file: String,
    optimized: bool,
    slots: usize,
    operations: usize,
    depth: usize,
    inputs: Vec<Input>,
    outputs: Vec<String>,
    regions: Vec<Region>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<Line>>,
    #[serde(skip)]
    bare: bool,
}

/// An operation in a list.
#[derive(Debug, Serialize)]
struct Line {
    node: String,
    operation: String,
    secret: bool,
    depth: usize,
    region: String,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Result<Report, Error> {
    let circuit = args.source.read_as(args.optimized)?;
    let depth = read::depth(&circuit);
    Ok(Report {
        file: args.source.name().display().to_string(),
        optimized: args.optimized,
        slots: circuit.slots(),
        operations: circuit.nodes().iter().filter(|node| node.op.operands().next().is_some()).count(),
        depth: depth.depth,
        inputs: source::inputs(&circuit),
        outputs: source::outputs(&circuit),
        regions: source::regions(&circuit),
        text: text::print(&circuit),
        nodes: args.nodes.then(|| lines(&circuit, &depth)),
        bare: screen.is_quiet(),
    })
}

fn lines(circuit: &Circuit, depth: &read::Depth) -> Vec<Line> {
    let secrecy = read::secrecy(circuit);
    let line = |(id, node): (NodeId, &lowtide_circuit::circuit::Node)| Line {
        node: id.to_string(),
        operation: operation(circuit, &node.op),
        secret: secrecy[id.index()] == Secrecy::Encrypted,
        depth: depth.nodes[id.index()],
        region: circuit.region_name(node.region),
    };
    circuit.iter().map(line).collect()
}

/// An operation in one line: of long vectors the first numbers.
fn operation(circuit: &Circuit, op: &Op) -> String {
    let name = op.name();
    match op {
        Op::Input(input) => format!("{name} {}", circuit.inputs()[*input as usize].name),
        Op::Constant(value) => match value.scalar() {
            Some(number) => format!("{name} {number}"),
            None => {
                let first: Vec<_> =
                    (0..circuit.slots().min(3)).map(|slot| value.at(slot).to_string()).collect();
                let more = if circuit.slots() > 3 { ", ..." } else { "" };
                format!("{name} [{}{more}]", first.join(", "))
            }
        },
        Op::Rotate(a, steps) => format!("{name} {a} by {steps}"),
        op => {
            let operands: Vec<_> = op.operands().map(|id| id.to_string()).collect();
            format!("{name} {}", operands.join(" "))
        }
    }
}

impl Report {
    fn facts(&self) -> Facts {
        let Self { operations, depth, slots, .. } = self;
        let state = if self.optimized { ", after the passes" } else { "" };
        let of = |secret: bool| {
            let names = self.inputs.iter().filter(|input| input.encrypted == secret);
            names.map(|input| input.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let fact = |facts: Facts, label, names: &str| {
            if names.is_empty() { facts } else { facts.fact(label, names) }
        };
        let facts = Facts::under(format_args!("{}{state}", self.file)).fact("slots", Count(*slots)).remarked(
            "operations",
            Count(*operations),
            format_args!("{} deep", Of(*depth, "level")),
        );
        let facts = fact(facts, "encrypted inputs", &of(true));
        let facts = fact(facts, "public inputs", &of(false));
        let facts = fact(facts, "outputs", &self.outputs.join(", "));
        let region = |(i, region): (usize, &Region)| {
            let label = if i == 0 { "regions" } else { "" };
            (label, printable(&region.name), Of(region.operations, "operation"))
        };
        let facts = self
            .regions
            .iter()
            .enumerate()
            .take(REGIONS)
            .map(region)
            .fold(facts, |facts, (label, name, operations)| facts.remarked(label, name, operations));
        match self.regions.len().saturating_sub(REGIONS) {
            0 => facts,
            more => facts.fact("", format_args!("and {} more", Count(more))),
        }
    }
}

/// The most regions that are listed.
const REGIONS: usize = 24;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.bare {
            writeln!(f, "{}", self.facts())?;
        }
        f.write_str(&self.text)?;
        let Some(nodes) = &self.nodes else { return Ok(()) };
        let width = |text: fn(&Line) -> &str| nodes.iter().map(|line| text(line).len()).max().unwrap_or(0);
        let (node, operation) = (width(|line| &line.node), width(|line| &line.operation));
        writeln!(f)?;
        for line in nodes {
            let depth = if line.secret { format!("depth {}", line.depth) } else { "public".into() };
            let text = format!(
                "{:node$}  {:operation$}  {depth:9}{}",
                line.node,
                line.operation,
                printable(&line.region)
            );
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}
