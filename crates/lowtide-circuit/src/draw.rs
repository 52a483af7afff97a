//! Circuits as pictures: text for Graphviz, or an SVG that needs no other program.

mod chain;
mod detail;
mod dot;
mod graph;
mod label;
mod layout;
mod legend;
mod style;
mod summary;
mod svg;

use crate::Circuit;

/// The circuit for Graphviz: regions are clusters, dashed lines are public values, products of one depth share a rank, and
/// the deepest chain is red. Every node is there once, whatever the size.
#[must_use]
pub fn dot(circuit: &Circuit) -> String {
    dot::write(circuit)
}

/// The circuit as an SVG file, for light and dark paper.
///
/// It reads from left to right: inputs, then one band for each multiplicative depth, so that what costs levels is what is
/// long, then outputs. Regions are boxes, the deepest chain is in the accent colour. A number is written in the operation
/// that uses it; every other node is there once, and says what it is when pointed at. Circuits of more than
/// [`MAX_NODES`] nodes, or with regions in more than [`MAX_NESTING`] others, are summed up: one cell for each region and
/// depth, with how many operations it holds.
#[must_use]
pub fn svg(circuit: &Circuit) -> String {
    let small = circuit.nodes().len() <= MAX_NODES && nesting(circuit) <= MAX_NESTING;
    let graph = if small { detail::graph(circuit) } else { summary::graph(circuit) };
    svg::write(circuit, &graph, &layout::Layout::new(&graph))
}

/// The largest circuit that [`svg`] draws node by node.
pub const MAX_NODES: usize = 2000;

/// The most regions one inside the other in what [`svg`] draws node by node.
pub const MAX_NESTING: usize = 24;

fn nesting(circuit: &Circuit) -> usize {
    let mut nesting = vec![0; circuit.regions().len()];
    for (i, region) in circuit.regions().iter().enumerate().skip(1) {
        nesting[i] = nesting[region.parent.index()] + 1;
    }
    nesting.into_iter().max().unwrap_or(0)
}
