//! What stands above and below the picture: what the circuit is, and what the signs mean.

use svg::node::element::{Group, Path, Rectangle, Text};

use super::{
    graph::{Graph, LETTER, Shape},
    svg::outline,
};
use crate::{Circuit, read};

/// Depth and counts in words, longest last.
pub(super) fn counts(circuit: &Circuit) -> (String, String) {
    let counts = read::counts(circuit);
    let sum = |of: &std::collections::BTreeMap<usize, usize>| of.values().sum::<usize>();
    let kinds = [
        (counts.ciphertext_products(), "product"),
        (sum(&counts.public_products), "public product"),
        (sum(&counts.sums), "sum"),
        (sum(&counts.rotations), "rotation"),
        (sum(&counts.negations), "negation"),
        (sum(&counts.conjugations), "conjugation"),
    ];
    let plural =
        |(count, name): (usize, &str)| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    let kinds: Vec<_> = kinds.into_iter().filter(|(count, _)| *count > 0).map(plural).collect();
    let size = [plural((circuit.nodes().len(), "node")), plural((circuit.slots(), "slot"))];
    (format!("Depth {}", read::depth(circuit).depth), [size.as_slice(), &kinds].concat().join(" · "))
}

/// One sign a word, in lines no wider than `width`; and how high they are together.
pub(super) fn signs(graph: &Graph, width: f64) -> (Group, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    let mut group = Group::new();
    for (sign, words) in entries(graph) {
        let length = 42.0 + words.chars().count() as f64 * LETTER * 0.86 + 20.0;
        if x > 0.0 && x + length > width {
            (x, y) = (0.0, y + 24.0);
        }
        let text = Text::new(words).set("class", "soft").set("x", 42).set("y", 4);
        let at = format!("translate({x:.1} {y:.1})");
        group = group.add(Group::new().set("transform", at).add(sign).add(text));
        x += length;
    }
    (group, y + 24.0)
}

fn entries(graph: &Graph) -> Vec<(Group, &'static str)> {
    let node = |shape, class: &str| {
        let path = outline(shape, 18.0, 0.0, 30.0, 16.0);
        Group::new().set("class", format!("node {class}")).add(path)
    };
    let line = |class: &str| {
        Group::new().add(Path::new().set("class", format!("edge {class}")).set("d", "M3 4C16 4 18 -4 33 -4"))
    };
    let frame = Rectangle::new().set("x", 3).set("y", -8).set("width", 30).set("height", 16).set("rx", 5);
    let has = |of: &dyn Fn(&super::graph::Vertex) -> bool| graph.vertices.iter().any(of);
    let cells = has(&|v| v.shape == Shape::Cell);
    let box_shape = if cells { Shape::Cell } else { Shape::Operation };
    [
        (has(&|v| v.shape == Shape::Input && !v.public), node(Shape::Input, "input"), "encrypted input"),
        (has(&|v| v.shape == Shape::Output), node(Shape::Output, "output"), "output"),
        (
            has(&|v| v.level),
            node(box_shape, "level"),
            if cells { "× products, · public products" } else { "takes a level" },
        ),
        (
            has(&|v| v.shape == box_shape && !v.public && !v.level),
            node(box_shape, ""),
            if cells { "+ sums and inputs, ↺ rotations" } else { "takes none" },
        ),
        (
            has(&|v| v.public),
            node(Shape::Constant, "public"),
            if cells { "p public values" } else { "public" },
        ),
        (has(&|v| v.critical), line("critical"), "deepest chain"),
        (graph.vertices.iter().any(|v| v.frame > 0), Group::new().add(frame.set("class", "frame")), "region"),
    ]
    .into_iter()
    .filter_map(|(shown, sign, words)| shown.then_some((sign, words)))
    .collect()
}
