//! A circuit for Graphviz.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use super::{chain::Chain, label};
use crate::{Circuit, NodeId, Op, Secrecy, circuit::Node, read};

const HEAD: &str = r##"digraph circuit {
  rankdir=LR; newrank=true; nodesep=0.18; ranksep=0.35; fontname="Helvetica"; labeljust=l;
  node [fontname="Helvetica", fontsize=11, height=0.3, width=0.4, margin="0.09,0.04", shape=box, style="rounded,filled", color="#5b8fc4", fillcolor="#f3f8fd"];
  edge [color="#8496a8", arrowsize=0.5];
"##;

/// The whole file.
pub(super) fn write(circuit: &Circuit) -> String {
    let mut text = HEAD.to_owned();
    Writer::new(circuit).file(&mut text).expect("text grows without failing");
    text
}

struct Writer<'a> {
    circuit: &'a Circuit,
    depth: read::Depth,
    secrecy: Vec<Secrecy>,
    chain: Chain,
    /// No number is written in an operation: each is a node.
    inlined: Vec<bool>,
}

impl<'a> Writer<'a> {
    fn new(circuit: &'a Circuit) -> Self {
        let depth = read::depth(circuit);
        let secrecy = read::secrecy(circuit);
        let chain = Chain::new(circuit, &depth, &secrecy);
        Self { circuit, secrecy, chain, depth, inlined: vec![false; circuit.nodes().len()] }
    }

    fn file(&self, text: &mut String) -> fmt::Result {
        self.clusters(text)?;
        self.edges(text)?;
        for (depth, ids) in self.ranks() {
            let ids: Vec<_> = ids.iter().map(|id| format!("n{}", id.index())).collect();
            writeln!(text, "  {{ rank=same; {}; }} // depth {depth}", ids.join("; "))?;
        }
        text.push_str("}\n");
        Ok(())
    }

    /// Each region with its nodes and the regions in it; those without nodes are left out.
    fn clusters(&self, text: &mut String) -> fmt::Result {
        let regions = self.circuit.regions();
        let mut nodes = vec![Vec::new(); regions.len()];
        self.circuit.iter().for_each(|(id, node)| nodes[node.region.index()].push(id));
        let mut inner = vec![Vec::new(); regions.len()];
        let mut full: Vec<bool> = nodes.iter().map(|nodes| !nodes.is_empty()).collect();
        for (i, region) in regions.iter().enumerate().skip(1).rev() {
            if full[i] {
                full[region.parent.index()] = true;
                inner[region.parent.index()].push(i);
            }
        }
        // A stack of our own: regions may be nested deeper than calls can be.
        let mut open = vec![(0, false)];
        while let Some((region, close)) = open.pop() {
            if close {
                text.push_str("  }\n");
                continue;
            }
            if region > 0 {
                let name = quoted(&label::clean(&regions[region].name));
                writeln!(text, "  subgraph cluster_{region} {{")?;
                writeln!(
                    text,
                    "  label={name}; style=rounded; color=\"#9db4cc\"; fontcolor=\"#47688a\"; fontsize=11;"
                )?;
                open.push((region, true));
            }
            for id in &nodes[region] {
                self.node(text, *id, &self.circuit.nodes()[id.index()])?;
            }
            open.extend(inner[region].iter().map(|region| (*region, false)));
        }
        Ok(())
    }

    fn node(&self, text: &mut String, id: NodeId, node: &Node) -> fmt::Result {
        let (depth, secrecy) = (self.depth.nodes[id.index()], self.secrecy[id.index()]);
        let sign = quoted(&label::sign(self.circuit, &node.op, &self.inlined));
        let title = quoted(&label::title(self.circuit, id, node, depth, secrecy));
        write!(text, "  n{} [label={sign}, tooltip={title}", id.index())?;
        let encrypted = secrecy == Secrecy::Encrypted;
        text.push_str(match &node.op {
            Op::Input(_) if encrypted => ", shape=cds, style=filled, fillcolor=\"#2f6fb0\", fontcolor=white",
            Op::Input(_) => ", shape=cds, style=\"filled,dashed\", color=\"#a8935a\", fillcolor=\"#fdfbf3\"",
            _ if !encrypted => ", style=\"filled,dashed\", color=\"#a8935a\", fillcolor=\"#fdfbf3\"",
            op if read::takes_level(op, |id| self.circuit.op(id)) => ", fillcolor=\"#cfe2f6\"",
            _ => "",
        });
        text.push_str(if self.chain.has(id) { ", color=\"#d9480f\", penwidth=2];\n" } else { "];\n" });
        Ok(())
    }

    fn edges(&self, text: &mut String) -> fmt::Result {
        for (id, node) in self.circuit.iter() {
            for operand in node.op.operands() {
                write!(text, "  n{} -> n{}", operand.index(), id.index())?;
                self.line(text, operand, self.chain.has_edge(operand, id));
            }
        }
        for (i, (name, id)) in self.circuit.outputs().iter().enumerate() {
            let name = quoted(name);
            writeln!(
                text,
                "  out{i} [label={name}, shape=note, style=filled, color=\"#2b7a67\", fillcolor=\"#dcebe6\"];"
            )?;
            write!(text, "  n{} -> out{i}", id.index())?;
            self.line(text, *id, false);
        }
        Ok(())
    }

    fn line(&self, text: &mut String, from: NodeId, critical: bool) {
        text.push_str(match self.secrecy[from.index()] {
            _ if critical => " [color=\"#d9480f\", penwidth=2];\n",
            Secrecy::Public => " [style=dashed, color=\"#a8935a\"];\n",
            Secrecy::Encrypted => ";\n",
        });
    }

    /// What takes a level, by the depth it leads to. No chain joins two of one depth, so they may share a rank.
    fn ranks(&self) -> BTreeMap<usize, Vec<NodeId>> {
        let mut ranks: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, node) in self.circuit.iter() {
            let encrypted = self.secrecy[id.index()] == Secrecy::Encrypted;
            if encrypted && read::takes_level(&node.op, |id| self.circuit.op(id)) {
                ranks.entry(self.depth.nodes[id.index()]).or_default().push(id);
            }
        }
        ranks
    }
}

/// A string as Graphviz reads it back: a backslash is a backslash, not the beginning of a newline.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
