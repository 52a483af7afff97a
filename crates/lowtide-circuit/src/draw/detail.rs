//! A circuit node by node.

use super::{
    chain::Chain,
    graph::{Band, Edge, Frame, Graph, Shape, Vertex},
    label,
};
use crate::{Circuit, Op, Secrecy, read};

/// A vertex for each node but the numbers that operations show, and for each output.
pub(super) fn graph(circuit: &Circuit) -> Graph {
    let (depth, secrecy) = (read::depth(circuit), read::secrecy(circuit));
    let (chain, inlined) = (Chain::new(circuit, &depth, &secrecy), label::inlined(circuit));
    let (columns, bands) = columns(circuit, &depth.nodes, &secrecy, &inlined);
    let last = bands.last().map_or(0, |band| band.last + 1);
    let mut graph = Graph { frames: frames(circuit), bands, ..Graph::default() };
    let mut vertex = vec![None; circuit.nodes().len()];
    for (id, node) in circuit.iter().filter(|(id, _)| !inlined[id.index()]) {
        vertex[id.index()] = Some(graph.vertices.len());
        graph.vertices.push(Vertex {
            column: columns[id.index()],
            last: columns[id.index()],
            frame: node.region.index(),
            shape: match node.op {
                Op::Input(_) => Shape::Input,
                Op::Constant(_) => Shape::Constant,
                _ => Shape::Operation,
            },
            label: label::sign(circuit, &node.op, &inlined),
            title: label::title(circuit, id, node, depth.nodes[id.index()], secrecy[id.index()]),
            node: Some(id.index()),
            public: secrecy[id.index()] == Secrecy::Public,
            level: secrecy[id.index()] == Secrecy::Encrypted
                && read::takes_level(&node.op, |id| circuit.op(id)),
            critical: chain.has(id),
        });
        let to = graph.vertices.len() - 1;
        let mut before = None;
        for operand in node.op.operands() {
            let Some(from) = vertex[operand.index()].filter(|from| before != Some(*from)) else { continue };
            before = Some(from);
            let public = graph.vertices[from].public;
            graph.edges.push(Edge { from, to, public, critical: chain.has_edge(operand, id) });
        }
    }
    let deepest = circuit.outputs().iter().rposition(|(_, id)| depth.nodes[id.index()] == depth.depth);
    let deepest = deepest.filter(|_| depth.depth > 0);
    for (i, (name, id)) in circuit.outputs().iter().enumerate() {
        let from = vertex[id.index()].expect("an output is drawn");
        let (public, critical) = (graph.vertices[from].public, deepest == Some(i));
        graph.edges.push(Edge { from, to: graph.vertices.len(), public, critical });
        graph.vertices.push(Vertex {
            column: last,
            last,
            frame: 0,
            shape: Shape::Output,
            label: name.clone(),
            title: format!("output {name} · {id} · depth {}", depth.nodes[id.index()]),
            node: None,
            public,
            level: false,
            critical,
        });
    }
    graph.add_trunks();
    graph
}

/// The regions as frames.
pub(super) fn frames(circuit: &Circuit) -> Vec<Frame> {
    let frame = |(i, region): (usize, &crate::Region)| Frame {
        name: label::clean(&region.name),
        title: if i == 0 { String::new() } else { label::clean(&region.name) },
        parent: region.parent.index(),
    };
    circuit.regions().iter().enumerate().map(frame).collect()
}

/// The column of each node, and the bands. Within a depth, a node stands behind what it uses; public nodes as far to the
/// right as they can.
fn columns(
    circuit: &Circuit,
    depth: &[usize],
    secrecy: &[Secrecy],
    inlined: &[bool],
) -> (Vec<usize>, Vec<Band>) {
    let steps = circuit.fold(|id, op, before: &[usize]| {
        let same = |operand: &crate::NodeId| {
            depth[operand.index()] == depth[id.index()] && !inlined[operand.index()]
        };
        op.operands().filter(same).map(|operand| before[operand.index()] + 1).max().unwrap_or(0)
    });
    let deepest = depth.iter().copied().max().unwrap_or(0);
    let mut widths = vec![1; deepest + 1];
    for (id, _) in circuit.iter() {
        let width = &mut widths[depth[id.index()]];
        *width = (*width).max(steps[id.index()] + 1);
    }
    let mut first = 0;
    let mut bands = Vec::with_capacity(widths.len());
    for (depth, width) in widths.iter().enumerate() {
        bands.push(Band { name: format!("depth {depth}"), first, last: first + width - 1 });
        first += width;
    }
    let mut columns: Vec<usize> =
        circuit.iter().map(|(id, _)| bands[depth[id.index()]].first + steps[id.index()]).collect();
    let mut before = vec![usize::MAX; columns.len()];
    for (id, node) in circuit.iter().rev() {
        if secrecy[id.index()] == Secrecy::Public && before[id.index()] != usize::MAX {
            columns[id.index()] = before[id.index()].max(columns[id.index()] + 1) - 1;
        }
        for operand in node.op.operands() {
            before[operand.index()] = before[operand.index()].min(columns[id.index()]);
        }
    }
    let mut used = vec![0; first];
    columns.iter().zip(inlined).filter(|(_, inlined)| !**inlined).for_each(|(column, _)| used[*column] = 1);
    close(&mut columns, &mut bands, &used);
    (columns, bands)
}

/// Leaves out columns with nothing in them.
fn close(columns: &mut [usize], bands: &mut Vec<Band>, used: &[usize]) {
    let before: Vec<usize> =
        used.iter().scan(0, |sum, used| Some(std::mem::replace(sum, *sum + used))).collect();
    let count = |band: &Band| used[band.first..=band.last].iter().sum::<usize>();
    bands.retain(|band| count(band) > 0);
    for band in bands {
        let width = count(band);
        band.first = before[band.first];
        band.last = band.first + width - 1;
    }
    columns.iter_mut().for_each(|column| *column = before[*column]);
}
