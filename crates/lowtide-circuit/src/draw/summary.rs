//! A large circuit summed up: a cell for each region and depth, with how many operations it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    chain::Chain,
    detail,
    graph::{Band, Edge, Graph, Shape, Vertex},
};
use crate::{Circuit, NodeId, Op, RegionId, Secrecy, circuit::Node, read};

/// The most columns; deeper circuits have several depths in one.
const COLUMNS: usize = 40;
/// The most cells.
const CELLS: usize = 300;
/// The most uses between cells that are drawn.
const EDGES: usize = 2_400;

/// What a cell holds: ciphertext products, public products, sums, rotations, and what is public.
#[derive(Clone, Copy, Default)]
struct Cell {
    counts: [usize; 5],
    critical: bool,
}

/// The cells and what leads from one to another.
pub(super) fn graph(circuit: &Circuit) -> Graph {
    let (depth, secrecy) = (read::depth(circuit), read::secrecy(circuit));
    let chain = Chain::new(circuit, &depth, &secrecy);
    let depths = settle(circuit, &depth.nodes, &secrecy);
    let step = depths.iter().max().map_or(1, |deepest| deepest / COLUMNS + 1);
    let group = groups(circuit, &depths, step);
    let key = |id: NodeId| (depths[id.index()] / step, group[circuit.nodes()[id.index()].region.index()]);
    let (mut cells, mut uses) = (BTreeMap::<_, Cell>::new(), BTreeMap::<_, bool>::new());
    for (id, node) in circuit.iter() {
        let cell = cells.entry(key(id)).or_default();
        cell.counts[kind(&node.op, &secrecy, id)] += 1;
        cell.critical |= chain.has(id);
        for operand in node.op.operands().filter(|operand| key(*operand) != key(id)) {
            *uses.entry((key(operand), key(id))).or_default() |= chain.has_edge(operand, id);
        }
    }
    let bands = (0..=cells.keys().map(|(column, _)| *column).max().unwrap_or(0)).map(|column| {
        let (first, last) = (column * step, column * step + step - 1);
        let name = if step == 1 { format!("depth {first}") } else { format!("{first} to {last}") };
        Band { name, first: column, last: column }
    });
    let note = format!("{} nodes, summed up by region and depth", circuit.nodes().len());
    let mut graph = Graph {
        frames: detail::frames(circuit),
        bands: bands.collect(),
        note: Some(note),
        ..Graph::default()
    };
    let index: BTreeMap<_, _> = cells.keys().enumerate().map(|(i, key)| (*key, i)).collect();
    graph.vertices = cells.iter().map(|(key, cell)| vertex(circuit, *key, cell)).collect();
    let mut edges: Vec<_> = uses
        .iter()
        .map(|((from, to), critical)| {
            let public = graph.vertices[index[from]].public;
            Edge { from: index[from], to: index[to], public, critical: *critical }
        })
        .collect();
    edges.sort_by_key(|edge| !edge.critical);
    edges.truncate(EDGES);
    graph.edges = edges;
    graph.add_trunks();
    graph
}

/// The depth at which each node is drawn: public ones where they are first used.
fn settle(circuit: &Circuit, depth: &[usize], secrecy: &[Secrecy]) -> Vec<usize> {
    let mut depths = depth.to_vec();
    let mut first = vec![usize::MAX; depth.len()];
    for (id, node) in circuit.iter().rev() {
        if secrecy[id.index()] == Secrecy::Public && first[id.index()] != usize::MAX {
            depths[id.index()] = first[id.index()];
        }
        for operand in node.op.operands() {
            first[operand.index()] = first[operand.index()].min(depths[id.index()]);
        }
    }
    depths
}

/// For each region, the region that stands for it: itself, or the outer one that still gives few enough cells.
fn groups(circuit: &Circuit, depths: &[usize], step: usize) -> Vec<usize> {
    let regions = circuit.regions();
    let mut group = vec![0; regions.len()];
    for level in 1..=6 {
        let mut nest = vec![0; regions.len()];
        let mut finer = vec![0; regions.len()];
        for (i, region) in regions.iter().enumerate().skip(1) {
            let parent = region.parent.index();
            nest[i] = nest[parent] + 1;
            finer[i] = if nest[i] <= level { i } else { finer[parent] };
        }
        let cell = |(depth, node): (&usize, &Node)| (depth / step, finer[node.region.index()]);
        let cells: BTreeSet<_> = depths.iter().zip(circuit.nodes()).map(cell).collect();
        if cells.len() > CELLS || finer == group {
            break;
        }
        group = finer;
    }
    group
}

fn kind(op: &Op, secrecy: &[Secrecy], id: NodeId) -> usize {
    let public = |id: NodeId| secrecy[id.index()] == Secrecy::Public;
    match op {
        _ if public(id) => 4,
        Op::Mul(a, b) if public(*a) || public(*b) => 1,
        Op::Mul(..) | Op::Square(_) => 0,
        Op::Rotate(..) | Op::Conjugate(_) => 3,
        _ => 2,
    }
}

fn vertex(circuit: &Circuit, (column, region): (usize, usize), cell: &Cell) -> Vertex {
    let names = ["products", "public products", "sums and inputs", "rotations", "public values"];
    let present = || cell.counts.into_iter().zip(["×", "·", "+", "↺", "p"]).filter(|(count, _)| *count > 0);
    let encrypted = cell.counts[..4].iter().any(|count| *count > 0);
    let label: Vec<_> = present()
        .filter(|(_, sign)| !encrypted || *sign != "p")
        .map(|(n, sign)| format!("{n}{sign}"))
        .collect();
    let counts = cell.counts.into_iter().zip(names).filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, name)| format!("{count} {name}")).collect();
    let name = super::label::place(circuit, RegionId(region as u32));
    let place = if name.is_empty() { String::new() } else { format!(" · in {name}") };
    Vertex {
        column,
        last: column,
        frame: region,
        shape: Shape::Cell,
        label: label.join(" "),
        title: super::label::clean(&format!("{}{place}", counts.join(", "))),
        node: None,
        public: !encrypted,
        level: cell.counts[0] + cell.counts[1] > 0,
        critical: cell.critical,
    }
}
